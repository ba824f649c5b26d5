"""Opening files: encodings, traps of the fast reader, hostile files."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from denggao.facts.errors import UserError
from denggao.facts.workbook import open_grids

ROWS = [["企业名称", "备注"], ["甲公司", "一\n二"], ["乙公司", "a,b"]]


def grid_rows(path: Path) -> list[list[object]]:
    (grid,) = open_grids(path)
    return [list(row) for row in grid.rows()]


def refused(path: Path) -> str:
    with pytest.raises(UserError) as error:
        read_all(path)
    return str(error.value)


def read_all(path: Path) -> None:
    for grid in open_grids(path):
        list(grid.rows())


def workbook(path: Path, rows: list[list[object]]) -> Path:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("台账")
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_csv_in_every_encoding_and_with_every_separator(
    tmp_path: Path, encoding: str, mark: str
) -> None:
    path = tmp_path / "台账.csv"
    text = "\r\n".join(mark.join(f'"{cell}"' for cell in row) for row in ROWS)
    path.write_bytes(text.encode(encoding))
    assert grid_rows(path) == ROWS


def test_xlsx_cells_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(1, 1, ["甲", 12, 0.5, True])
    sheet.write_datetime(2, 1, dt.date(2020, 1, 2), book.add_format({"num_format": "yyyy/m/d"}))
    sheet.set_row(2, None, None, {"hidden": True})
    sheet.set_column(2, 2, None, None, {"hidden": True})
    book.close()
    assert grid_rows(path) == [
        ["", "", "", "", ""],
        ["", "甲", 12.0, 0.5, True],
        ["", dt.date(2020, 1, 2), "", "", ""],
    ]


def test_error_cells_and_formulas_without_value_are_not_blanks(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"], sheet["B1"] = "企业名称", "职工总数"
    sheet["B2"], sheet["B3"], sheet["D5"] = "=C2*2", "#DIV/0!", "#N/A"
    book.save(path)
    rows = grid_rows(path)
    assert rows[1][1] == "=C2*2"
    assert rows[2][1] == "#DIV/0!"
    assert rows[4][3] == "#N/A"


def test_broken_cells_are_found_in_any_chunk(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for row in range(40_000):
        sheet.write_row(row, 0, [row, row, row])
        if row % 997 == 0:
            sheet.write_formula(row, 3, "=1/0", None, "#DIV/0!")
            sheet.write_formula(row, 4, "=A1", None, "")
    book.close()
    rows = grid_rows(path)
    for row in range(0, 40_000, 997):
        assert rows[row][3:] == ["#DIV/0!", "=A1"]


def test_a_formula_whose_answer_is_the_empty_text_is_blank(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["甲", 1], ["乙", 2]])
    patch(
        path,
        "xl/worksheets/sheet1.xml",
        b'<c r="B2"><v>2</v></c>',
        b'<c r="B2" t="str"><f>IF(1,"")</f><v></v></c>',
    )
    assert grid_rows(path)[1] == ["乙", ""]


def test_hidden_and_empty_sheets(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet("甲").write(0, 0, "x")
    book.add_worksheet("空")
    hidden = book.add_worksheet("隐")
    hidden.write(0, 0, "x")
    hidden.hide()
    book.close()
    assert [(g.sheet, g.hidden) for g in open_grids(path)] == [("甲", False), ("隐", True)]


# --- hostile and mistaken files ------------------------------------------------------------


def patch(path: Path, part: str, old: bytes, new: bytes) -> None:
    """Replace bytes inside one part of a package."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)


def test_missing_empty_and_folder(tmp_path: Path) -> None:
    assert "找不到文件" in refused(tmp_path / "无.xlsx")
    (tmp_path / "空.csv").write_bytes(b"")
    assert "空文件" in refused(tmp_path / "空.csv")
    (tmp_path / "白.csv").write_text(" \n\n")
    assert "没有内容" in refused(tmp_path / "白.csv")
    assert "文件夹" in refused(tmp_path)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2048)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "密码"),
        ("a.xls", OLE + "Workbook".encode("utf-16-le"), "旧的 .xls"),
        ("a.xls", "<html><table><tr><td>企业名称".encode(), "网页"),
        ("a.xls", '\ufeff <?xml version="1.0"?><Workbook>'.encode(), "网页"),
        ("a.xlsx", "企业名称,备注".encode(), "不是 Excel 工作簿"),
        ("a.csv", b"%PDF-1.7", "PDF"),
        ("a.csv", b"a,b\n\x00\x01,2", "不是文本文件"),
        ("a.csv", b"\xff\xff\xff\x80,\x81\n", "编码"),
        ("a.xlsx", b"PK\x03\x04" + bytes(200), "损坏"),
    ],
)
def test_not_what_it_claims(tmp_path: Path, name: str, content: bytes, expected: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert expected in refused(path)


def test_other_zips(tmp_path: Path) -> None:
    for part, expected in (("word/document.xml", "Word"), ("x.txt", "压缩包")):
        path = tmp_path / "a.xlsx"
        with zipfile.ZipFile(path, "w") as package:
            package.writestr(part, "x")
        assert expected in refused(path)


def test_truncated_workbook(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["甲", 1]])
    path.write_bytes(path.read_bytes()[:-200])
    assert "损坏" in refused(path)


def bomb(tmp_path: Path, size: int) -> Path:
    """A valid workbook whose sheet holds ``size`` spaces: tiny packed, large unpacked."""
    path = workbook(tmp_path / "a.xlsx", [["甲", 1]])
    patch(path, "xl/worksheets/sheet1.xml", b"<sheetData>", b"<sheetData>" + b" " * size)
    return path


def test_a_compression_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    assert "压缩比" in refused(bomb(tmp_path, 64 << 20))


def test_two_gigabytes_claimed_in_a_tiny_zip(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["甲", 1]])
    claim(path, "xl/worksheets/sheet1.xml", 2 << 30)
    message = refused(path)
    assert "2.0 GB" in message
    assert "上限" in message


def claim(path: Path, part: str, size: int) -> None:
    """Write a false unpacked size into the zip's central directory."""
    data = bytearray(path.read_bytes())
    at = data.rindex(part.encode()) - 46
    assert data[at : at + 4] == b"PK\x01\x02"
    struct.pack_into("<I", data, at + 24, size)
    path.write_bytes(data)


def test_a_false_small_size_is_found_before_parsing(tmp_path: Path) -> None:
    path = bomb(tmp_path, 40 << 20)
    claim(path, "xl/worksheets/sheet1.xml", 1000)
    assert "声明的大小不符" in refused(path)


def test_entities_and_macros_are_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["甲", 1]])
    patch(path, "xl/workbook.xml", b"<workbook", b'<!DOCTYPE x [<!ENTITY a "b">]><workbook')
    assert refused(path)
    path = workbook(tmp_path / "b.xlsx", [["甲", 1]])
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("xl/vbaProject.bin", b"x")
    assert "宏" in refused(path)


def test_broken_xml_inside(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["甲", 1]])
    patch(path, "xl/worksheets/sheet1.xml", b"</sheetData>", b"<c></sheetData>")
    assert "另存为" in refused(path)


def test_too_long_a_cell(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    text = io.StringIO()
    text.write('企业名称,备注\n甲,"')
    text.write("长" * (1 << 21))
    path.write_text(text.getvalue(), encoding="utf-8")
    assert "引号" in refused(path)


def test_a_lone_far_cell_would_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write(0, 0, "企业名称")
    sheet.write(1_048_575, 16_383, "x")
    book.close()
    assert "最远的单元格" in refused(path)
    patch(path, "xl/worksheets/sheet1.xml", b'<row r="1048576"', b'<row r="2"')
    assert "自称在第 1048576 行" in refused(path)
