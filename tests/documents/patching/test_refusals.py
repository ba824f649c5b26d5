"""Cells and files that must not change: a clear word, and not a byte written."""

from __future__ import annotations

import io
import itertools
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from denggao.documents.patching import KEEP, Change, NewSheet, patch
from denggao.documents.patching.container import Damaged
from denggao.documents.patching.scan import scan
from denggao.documents.patching.strings import shared_strings
from denggao.facts.errors import UserError
from tests.documents.patching import books, raw
from tests.documents.patching.books import SHEET
from tests.documents.patching.compare import changed_parts, text
from tests.documents.patching.test_packages import at, values_by_calamine

SHEET1 = "xl/worksheets/sheet1.xml"
SHAPES = {shape.name: shape for shape in [*books.SHAPES, *raw.SHAPES]}


def made(name: str, tmp_path: Path) -> Path:
    path = tmp_path / "台账.xlsx"
    SHAPES[name].make(path)
    return path


def refused(path: Path, *changes: Change, sheets: Any = (), force: bool = False) -> str:
    """What was said; the file is as it was and nothing lies beside it."""
    was, beside = path.read_bytes(), set(path.parent.iterdir())
    for target in (path, path.with_name("新.xlsx")):
        with pytest.raises(UserError) as error:
            patch(path, target, changes, sheets, force=force)
    assert path.read_bytes() == was
    assert set(path.parent.iterdir()) == beside
    return str(error.value)


def change(reference: str, value: Any = 1, sheet: str = SHEET) -> Change:
    row, column = at(reference)
    return Change(sheet, row, column, value)


@pytest.mark.parametrize(
    ("shape", "reference", "said"),
    [
        ("plain", "B1", "合并单元格 A1:G1 里，值只能写在它的第一格 A1"),
        ("plain", "A3", "第一格 A2"),
        ("formulas", "H4", "是公式"),
        ("formulas", "C7", "是公式"),
        ("formulas", "I4", "数组公式"),
        ("formulas", "I5", "数组公式或模拟运算表 I4:I6"),
        ("protection", "C5", "有保护"),
        ("protection", "Z9", "有保护"),
        ("tables", "J3", "“表格”的表头"),
        ("WPS", "B1", "第一格 A1"),
    ],
)
def test_cells_that_must_not_change(shape: str, reference: str, said: str, tmp_path: Path) -> None:
    message = refused(made(shape, tmp_path), change(reference, 12345))
    row, column = at(reference)
    assert f"「台账.xlsx」〈台账〉第 {row} 行 {column} 列" in message
    assert said in message


@pytest.mark.parametrize("reference", ["I4", "I5"])
def test_force_does_not_break_an_array(reference: str, tmp_path: Path) -> None:
    assert "数组公式" in refused(made("formulas", tmp_path), change(reference, 7), force=True)


def test_one_refusal_stops_all(tmp_path: Path) -> None:
    path = made("formulas", tmp_path)
    refused(path, change("C4"), change("H4"), sheets=[NewSheet("来源", [["x"]])])


def test_total_row_of_a_table(tmp_path: Path) -> None:
    path = made("tables", tmp_path)
    assert "汇总行" in refused(path, change("B5", "总计", "明细"))
    patch(path, path, [change("B4", "改", "明细")])


SHARED = (
    '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><f t="shared" ref="B1:B2" si="0">A1*2</f><v>2</v>'
    '</c></row><row r="2"><c r="A2"><v>2</v></c><c r="B2"><f t="shared" si="0"/><v>4</v></c></row>'
)
CHAIN = f'{raw.HEAD}<calcChain xmlns="{raw.MAIN}"><c r="B1" i="1"/><c r="B2"/></calcChain>'


def with_chain() -> dict[str, str]:
    parts = raw.package(raw.sheet(SHARED)) | {"xl/calcChain.xml": CHAIN}
    types, relations = "[Content_Types].xml", "xl/_rels/workbook.xml.rels"
    parts[types] = parts[types].replace(
        "</Types>",
        '<Override PartName="/xl/calcChain.xml" ContentType="application/vnd.openxmlformats-'
        'officedocument.spreadsheetml.calcChain+xml"/></Types>',
    )
    parts[relations] = parts[relations].replace(
        "</Relationships>",
        f'<Relationship Id="rId9" Type="{raw.OFFICE}/calcChain" Target="calcChain.xml"/>'
        "</Relationships>",
    )
    return parts


def test_shared_formulas(tmp_path: Path) -> None:
    """The first cell of a shared formula holds it for the others; a follower may give way, and
    then the order of calculation, which names it, is dropped whole."""
    path, after = tmp_path / "台账.xlsx", tmp_path / "后.xlsx"
    raw.save(path, with_chain())
    assert "B1:B2 共用公式" in refused(path, change("B1"), force=True)
    assert "是公式" in refused(path, change("B2"))
    patch(path, after, [Change(SHEET, 1, "A", KEEP, fill="FFF2CC")])  # no value: nothing to reckon
    assert changed_parts(path, after) == {SHEET1, "xl/styles.xml"}
    patch(path, after, [change("A1", 5)])
    assert changed_parts(path, after) == {SHEET1, "xl/workbook.xml"}
    assert text(after, "xl/workbook.xml") == text(path, "xl/workbook.xml").replace(
        b"</sheets>", b'</sheets><calcPr fullCalcOnLoad="1"/>'
    )
    patch(path, after, [change("B2", 5)], force=True)
    assert changed_parts(path, after) == {
        SHEET1, "xl/workbook.xml", "xl/calcChain.xml", "[Content_Types].xml",
        "xl/_rels/workbook.xml.rels",
    }  # fmt: skip
    assert b"calcChain" not in text(after, "[Content_Types].xml")
    assert b"calcChain" not in text(after, "xl/_rels/workbook.xml.rels")
    assert values_by_calamine(after)[SHEET, 1, 1] == 5


def test_data_tables(tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    body = (
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="B2"><f t="dataTable" ref="B2:C3"'
        ' dt2D="1" dtr="1" r1="A1" r2="A2"/><v>1</v></c><c r="C2"><v>2</v></c></row>'
    )
    raw.save(path, raw.package(raw.sheet(body)))
    assert "模拟运算表 B2:C3" in refused(path, change("C3", 5))
    patch(path, path, [change("D3", 5), change("A1", 2)])


def test_notes_and_backgrounds_are_allowed_where_values_are_not(tmp_path: Path) -> None:
    path = made("protection", tmp_path)
    patch(path, path, [Change(SHEET, 5, "C", KEEP, note="核对", fill="FFF2CC")])
    assert openpyxl.load_workbook(path)[SHEET]["C5"].comment.text == "核对"


# --- what is asked for -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([change("A1", 1, "没有")], "没有工作表〈没有〉，只有〈台账〉"),
        ([change("C6", 1), change("C6", 2)], "要改两次"),
        ([Change(SHEET, 0, "A", 1)], "超出"),
        ([Change(SHEET, 1048577, "A", 1)], "超出"),
        ([Change(SHEET, 1, "XFE", 1)], "超出"),
        ([Change(SHEET, 1, "甲", 1)], "列号"),
        ([Change(SHEET, 1, "", 1)], "列号"),
        ([Change(SHEET, 1, "A", 1, fill="红")], "底色"),
    ],
)
def test_what_cannot_be_asked(changes: list[Change], said: str, tmp_path: Path) -> None:
    assert said in refused(made("plain", tmp_path), *changes)


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="找不到"):
        patch(tmp_path / "无.xlsx", tmp_path / "新.xlsx", [change("A1")])


# --- packages --------------------------------------------------------------------------------


def variant(**more: str) -> dict[str, str]:
    return raw.package(raw.sheet(raw.rows()), **more)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (variant(**{"_xmlsignatures/origin.sigs": ""}), "数字签名"),
        (variant(**{"xl/vbaProject.bin": ""}), "宏"),
        (variant(**{SHEET1: raw.sheet(raw.rows()).replace("UTF-8", "GBK")}), "另存"),
        (variant(**{SHEET1: raw.sheet(raw.rows()).replace("?>", "?><!DOCTYPE worksheet>", 1)}),
         "另存"),
        (variant(**{SHEET1: raw.sheet(raw.rows())[:900]}), "另存"),
        (variant(**{SHEET1: raw.sheet(raw.rows()).replace('<row r="5"', '<row r="3"')}), "另存"),
        (variant(**{SHEET1: raw.sheet(raw.rows()).replace('r="A6"', 'r="A5"')}), "另存"),
        (variant(**{SHEET1: raw.sheet(raw.rows()).replace('r="A6"', 'r="B6"')}), "另存"),
        (variant(**{SHEET1: raw.sheet(raw.rows()).replace("</c></row></sheetData>",
                                                          "</row></sheetData>")}), "另存"),
        (variant(**{SHEET1: raw.sheet(raw.rows("x:"), root=f' xmlns:x="{raw.MAIN}"')}), "另存"),
        (variant(**{SHEET1: raw.sheet(raw.rows()).replace('s="1"', 's="一"')}), "另存"),
    ],
    ids=["signed", "macros", "GBK", "DOCTYPE", "cut short", "rows", "other row", "cells", "tags",
         "two prefixes",
         "format"],
)  # fmt: skip
def test_packages_that_are_refused(parts: dict[str, str], said: str, tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    raw.save(path, parts)
    assert said in refused(path, change("C6"))


def test_a_name_twice(tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    raw.save(path, variant())
    with zipfile.ZipFile(path, "a") as package, pytest.warns(UserWarning, match="Duplicate"):
        package.writestr(SHEET1, raw.sheet(raw.rows()))
    assert "另存" in refused(path, change("C6"))


@pytest.mark.parametrize("place", [0.3, 0.6, 0.9])
def test_a_damaged_byte_is_never_copied_into_the_sheet(place: float, tmp_path: Path) -> None:
    """A sheet whose checksum fails is not rewritten with a right one."""
    path = tmp_path / "台账.xlsx"
    raw.save(path, variant(), method=zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    start = data.index(b"<sheetData>")
    at_ = start + int((data.index(b"</sheetData>") - start) * place)
    data[at_] = data[at_] ^ 1 or 0x20
    path.write_bytes(data)
    assert "另存" in refused(path, change("C6"))


def test_an_entry_that_reaches_into_the_next(tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    raw.save(path, variant(), method=zipfile.ZIP_STORED)
    data = path.read_bytes()
    at_ = data.rindex(b"PK\x01\x02", 0, data.rindex(b"xl/worksheets/sheet1.xml"))
    wrong = data[: at_ + 20] + b"\xff\xff\x00\x00\xff\xff\x00\x00" + data[at_ + 28 :]
    path.write_bytes(wrong)
    refused(path, change("C6"))


def test_not_a_package(tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    for data in (b"", b"PK\x05\x06" + bytes(18), b"PK\x03\x04" + bytes(99), "企业名称".encode()):
        path.write_bytes(data)
        refused(path, change("C6"))
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("word/document.xml", "<w/>")
    refused(path, change("C6"))


# --- writing ---------------------------------------------------------------------------------


def test_over_the_source_with_its_mode(tmp_path: Path) -> None:
    path = made("plain", tmp_path)
    path.chmod(0o640)
    patch(path, path, [change("C6", 5)])
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]
    other = tmp_path / "新.xlsx"
    patch(path, other, [change("C6", 6)])
    assert stat.S_IMODE(other.stat().st_mode) == 0o640


def test_through_a_link(tmp_path: Path) -> None:
    path = made("plain", tmp_path)
    link = tmp_path / "链接.xlsx"
    link.symlink_to(path)
    patch(link, link, [change("C6", 5)])
    assert link.is_symlink()
    assert values_by_calamine(path)[SHEET, 5, 2] == 5


def test_a_target_that_cannot_be_written(tmp_path: Path) -> None:
    path = made("plain", tmp_path)
    with pytest.raises(UserError, match="写不进去"):
        patch(path, tmp_path / "没有" / "新.xlsx", [change("C6", 5)])
    folder = tmp_path / "夹.xlsx"
    folder.mkdir()
    with pytest.raises(UserError, match="写不进去"):
        patch(path, folder, [change("C6", 5)])
    assert sorted(tmp_path.iterdir()) == sorted([path, folder])


def test_a_disk_that_fills_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from denggao.documents.patching.container import Container

    def full(self: Container, target: io.BufferedIOBase, *rest: Any) -> None:
        target.write(b"PK")
        raise OSError(28, "No space left on device")

    path = made("plain", tmp_path)
    was = path.read_bytes()
    monkeypatch.setattr(Container, "write", full)
    with pytest.raises(UserError, match="写不进去"):
        patch(path, path, [change("C6", 5)])
    assert path.read_bytes() == was
    assert list(tmp_path.iterdir()) == [path]


def test_bytes_before_the_zip(tmp_path: Path) -> None:
    """Nor does it take a file with something in front of the package."""
    plain_path, path = tmp_path / "无.xlsx", tmp_path / "台账.xlsx"
    raw.save(plain_path, variant())
    path.write_bytes(b"#!front\n" + plain_path.read_bytes())
    assert "台账.xlsx" in refused(path, change("C6"))
    assert path.read_bytes().startswith(b"#!front\n")


def test_backslashes_in_names(tmp_path: Path) -> None:
    """The reader of ledgers does not take such a file either."""
    path = tmp_path / "台账.xlsx"
    raw.save(path, variant(), slash="\\")
    assert "另存" in refused(path, change("C6"))


def test_zip64_end_records_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, after = tmp_path / "台账.xlsx", tmp_path / "后.xlsx"
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 3)
    raw.save(path, variant(), zip64=True)
    monkeypatch.undo()
    assert b"PK\x06\x06" in path.read_bytes()
    patch(path, after, [change("C6", 5)])
    assert b"PK\x06\x06" in after.read_bytes()
    assert changed_parts(path, after) == {SHEET1}
    assert values_by_calamine(after)[SHEET, 5, 2] == 5


def test_other_tools_find_nothing_wrong_with_the_zip(tmp_path: Path) -> None:
    for name in SHAPES:
        path = tmp_path / f"{name}.xlsx"
        SHAPES[name].make(path)
        row, column = at(SHAPES[name].cell)
        patch(path, path, [Change(SHEET, row, column, 7, note="注")], [NewSheet("来源", [["一"]])])
        with zipfile.ZipFile(path) as package:
            assert package.testzip() is None


def test_a_large_sheet_streams(tmp_path: Path) -> None:
    """Rows lie across many chunks; every one of the changes finds its place."""
    path = tmp_path / "台账.xlsx"
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet(SHEET)
    for row in range(30_000):
        sheet.write_row(row, 0, [row, "文字" * 9, row * 2, row * 3])
    book.close()
    was = values_by_calamine(path)
    rows = [1, 2, 9_999, 10_000, 29_999, 30_000, 30_002]
    patch(path, path, [Change(SHEET, row, "C", -row) for row in rows])
    now = values_by_calamine(path)
    assert {key for key in now if now[key] != was.get(key, "")} == {(SHEET, r - 1, 2) for r in rows}
    assert all(now[SHEET, row - 1, 2] == -row for row in rows)


def test_many_merged_areas_are_no_burden(tmp_path: Path) -> None:
    """Each cell looks at the areas of its own row, tall ones included."""
    path = tmp_path / "台账.xlsx"
    merges = "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(1, 5001))
    merges += '<mergeCell ref="D1:D3000"/>'
    tail = f"<mergeCells>{merges}</mergeCells>"
    raw.save(path, raw.package(raw.sheet('<row r="1"><c r="C1"/></row>', tail=tail)))
    assert "D1:D3000" in refused(path, change("D2999"))
    patch(path, path, [Change(SHEET, row, "A", row) for row in range(1, 5001)])
    assert values_by_calamine(path)[SHEET, 4999, 0] == 5000


def test_what_never_ends_is_not_held_in_memory() -> None:
    """A string, a row, a head without end are given up long before they are read whole."""
    starts: list[tuple[bytes, Callable[[Iterator[bytes]], object]]] = [
        (b"<sst><si><t>", lambda chunks: shared_strings(chunks, {0})),
        (b"<worksheet><sheetData><row r='1'><c><is><t>", lambda chunks: scan(chunks, [1])),
        (b"<worksheet><cols>", lambda chunks: scan(chunks, [1])),
    ]
    for start, read in starts:
        chunks = itertools.chain([start], itertools.repeat(b"a" * (1 << 20), 200))
        with pytest.raises(Damaged):
            read(chunks)
        assert sum(1 for _ in chunks) > 100
