"""Comments beside cells and sheets at the end."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest

from denggao.documents.patching import KEEP, Change, NewSheet, patch
from denggao.facts.errors import UserError
from tests.documents.patching import books, raw
from tests.documents.patching.books import SHEET, Shape
from tests.documents.patching.compare import changed_parts, outside, text
from tests.documents.patching.test_packages import at, values_by_calamine
from tests.documents.patching.test_values import load

SHAPES = [*books.SHAPES, *raw.SHAPES]
SHEET1 = "xl/worksheets/sheet1.xml"
READABLE = [shape for shape in SHAPES if shape.name != "strict"]  # openpyxl reads no strict files


def note(reference: str, words: str, value: object = KEEP) -> Change:
    row, column = at(reference)
    return Change(SHEET, row, column, value, note=words)  # type: ignore[arg-type]


def comments(path: Path) -> dict[str, str]:
    return {
        cell.coordinate: cell.comment.text
        for row in load(path)[SHEET].rows
        for cell in row
        if cell.comment
    }


def shapes_of_notes(path: Path) -> list[tuple[int, int, str]]:
    """(row, column, id of the shape) of every box, from 0, as Excel needs them."""
    found = []
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            if not name.endswith(".vml"):
                continue
            data = package.read(name).decode()
            ElementTree.fromstring(data)  # noqa: S314 (our own)
            for shape in re.findall(r"<(?:\w+:)?shape .*?</(?:\w+:)?shape>", data, re.S):
                if 'ObjectType="Note"' in shape:
                    row, column = (
                        int(re.findall(rf"<(?:\w+:)?{what}>(\d+)<", shape)[0])
                        for what in ("Row", "Column")
                    )
                    found.append((row, column, re.findall(r'\bid="(\w+)"', shape)[0]))
    return found


@pytest.mark.parametrize("shape", READABLE, ids=lambda shape: shape.name)
def test_notes_of_every_shape(shape: Shape, tmp_path: Path) -> None:
    """New ones are added, those that are there grow longer; cells stay as they are."""
    before, after = tmp_path / "前.xlsx", tmp_path / "后.xlsx"
    shape.make(before)
    was = comments(before)
    words = {"C6": "据审计报告", "B5": "核对\n曾用名 <&>", "H9": "缺“专利”"}
    patch(before, after, [note(reference, said) for reference, said in words.items()])
    now = comments(after)
    assert now.keys() == was.keys() | words.keys()
    for reference, said in words.items():
        assert now[reference] == (f"{was[reference]}\n{said}" if reference in was else said)
    assert {k: v for k, v in now.items() if k not in words} == {
        k: v for k, v in was.items() if k not in words
    }
    assert values_by_calamine(before) == values_by_calamine(after)
    boxes = shapes_of_notes(after)
    assert {(row, column) for row, column, _ in boxes} >= {(5, 2), (4, 1), (8, 7)}
    assert len({shape_id for *_, shape_id in boxes}) == len(boxes)
    touched = {"[Content_Types].xml", "xl/worksheets/_rels/sheet1.xml.rels", SHEET1}
    others = changed_parts(before, after) - touched
    assert all("comment" in name or name.endswith(".vml") for name in others)


@pytest.mark.parametrize("shape", READABLE, ids=lambda shape: shape.name)
def test_only_the_link_to_the_boxes_is_new(shape: Shape, tmp_path: Path) -> None:
    before, after = tmp_path / "前.xlsx", tmp_path / "后.xlsx"
    shape.make(before)
    patch(before, after, [note("C6", "据审计报告")])
    link = re.compile(rb"<(?:\w+:)?legacyDrawing [^>]*/>")
    assert link.sub(b"", text(before, SHEET1)) == link.sub(b"", text(after, SHEET1))
    assert len(link.findall(text(after, SHEET1))) == 1


ORDER = [
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr",
    "sheetProtection", "protectedRanges", "scenarios", "autoFilter", "sortState",
    "dataConsolidate", "customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting",
    "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter",
    "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags",
    "drawing", "legacyDrawing", "legacyDrawingHF", "picture", "oleObjects", "controls",
    "webPublishItems", "tableParts", "extLst",
]  # fmt: skip


@pytest.mark.parametrize("shape", READABLE, ids=lambda shape: shape.name)
def test_elements_stand_in_the_order_of_the_schema(shape: Shape, tmp_path: Path) -> None:
    """Excel mends a sheet whose elements stand in another order."""
    path = tmp_path / "台账.xlsx"
    shape.make(path)
    patch(path, path, [note("C6", "据审计报告", 5)], [NewSheet("来源", [["一"]])])
    root = ElementTree.fromstring(text(path, SHEET1))  # noqa: S314
    names = [element.tag.rpartition("}")[2] for element in root]
    places = [ORDER.index(name) for name in names if name in ORDER]
    assert places == sorted(places)
    book = ElementTree.fromstring(text(path, "xl/workbook.xml"))  # noqa: S314
    book_names = [element.tag.rpartition("}")[2] for element in book]
    order = ["fileVersion", "workbookPr", "workbookProtection", "bookViews", "sheets",
             "definedNames", "calcPr", "extLst"]  # fmt: skip
    places = [order.index(name) for name in book_names if name in order]
    assert places == sorted(places)


def test_notes_in_merged_cells_show_at_the_first(tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    books.plain(path)
    patch(path, path, [note("B1", "一"), note("D1", "二"), note("A3", "三")])
    assert comments(path) == {"A1": "一\n二", "A2": "三"}


def test_many_notes_share_no_number_with_other_sheets(tmp_path: Path) -> None:
    """Excel numbers shapes in blocks of 1024; two sheets must not share a block."""
    path = tmp_path / "台账.xlsx"
    books.townships(path)
    changes = [Change(SHEET, row, "J", KEEP, note=f"第 {row} 行") for row in range(1, 1501)]
    changes += [Change("城关镇", row, "J", KEEP, note="注") for row in range(1, 4)]
    patch(path, path, changes)
    patch(path, path, [Change(SHEET, 1, "K", KEEP, note="再加")])
    numbers = [int(shape_id[8:]) for *_, shape_id in shapes_of_notes(path)]
    assert len(set(numbers)) == len(numbers) == 1504
    blocks: list[set[int]] = []
    for name in ("xl/drawings/vmlDrawing1.vml", "xl/drawings/vmlDrawing2.vml"):
        data = text(path, name)
        listed = {int(n) for n in re.findall(rb'idmap [^>]*data="([0-9,]+)"', data)[0].split(b",")}
        ids = {int(n) for n in re.findall(rb'"_x0000_s(\d+)"', data)}
        assert {number // 1024 for number in ids} <= listed
        blocks.append(listed)
    assert not blocks[0] & blocks[1]


def test_a_conversation_is_not_covered(tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    parts = raw.package(raw.sheet(raw.rows()))
    parts["xl/threadedComments/threadedComment1.xml"] = (
        f'{raw.HEAD}<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/'
        '2018/threadedcomments"><threadedComment ref="C6" id="{1}"><text>谈</text>'
        "</threadedComment></ThreadedComments>"
    )
    parts["xl/worksheets/_rels/sheet1.xml.rels"] = (
        f'{raw.HEAD}<Relationships xmlns="{raw.PACKAGE}/relationships"><Relationship Id="rId1"'
        ' Type="http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"'
        ' Target="../threadedComments/threadedComment1.xml"/></Relationships>'
    )
    raw.save(path, parts)
    change = Change(SHEET, 6, "C", KEEP, note="注", fill="FFC7CE")
    assert patch(path, path, [change, note("C5", "注")]) == [f"〈{SHEET}〉C6"]
    assert comments(path) == {"C5": "注"}
    assert load(path)[SHEET]["C6"].fill.fgColor.rgb.endswith("FFC7CE")
    assert patch(path, path, [note("C6", "注")]) == [f"〈{SHEET}〉C6"]
    assert comments(path) == {"C5": "注"}


# --- new sheets ------------------------------------------------------------------------------

ROWS = [
    ["单元格", "值", "日期", "代码"],
    ["=C6", Decimal("1234.50"), dt.date(2026, 6, 30), "916201000000000000"],
    [None, 7, None, " 空 "],
]


@pytest.mark.parametrize("shape", READABLE, ids=lambda shape: shape.name)
def test_new_sheets_at_the_end(shape: Shape, tmp_path: Path) -> None:
    before, after = tmp_path / "前.xlsx", tmp_path / "后.xlsx"
    shape.make(before)
    patch(
        before,
        after,
        [],
        [NewSheet("来源", ROWS, [10, 20.5]), NewSheet("错误说明", [["无"]], (), 0)],
    )
    book = load(after)
    names = load(before).sheetnames
    assert book.sheetnames == [*names, "来源", "错误说明"]
    sheet = book["来源"]
    assert [[cell.value for cell in row] for row in sheet.rows] == [
        ROWS[0],
        ["=C6", 1234.5, dt.datetime(2026, 6, 30), "916201000000000000"],  # noqa: DTZ001
        [None, 7, None, " 空 "],
    ]
    assert all(cell.font.b for cell in sheet[1])
    assert not sheet["A2"].font.b
    assert sheet["A2"].data_type == "s"
    assert (sheet["D2"].number_format, sheet["C2"].is_date) == ("@", True)
    assert sheet.freeze_panes == "A2"
    assert book["错误说明"].freeze_panes is None
    assert sheet.column_dimensions["B"].width == 20.5
    was, now = values_by_calamine(before), values_by_calamine(after)
    assert {key: now[key] for key in was} == was
    new = {f"xl/worksheets/sheet{n}.xml" for n in range(1, 9)} - {SHEET1}
    assert changed_parts(before, after) - new == {
        "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml",
    }  # fmt: skip


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    books.plain(path)
    for _ in range(3):
        patch(path, path, [], [NewSheet("来源", [["一"]])])
    patch(path, path, [], [NewSheet("a/b:c" * 9, [["一"]]), NewSheet("a/b:c" * 9, [["二"]])])
    names = openpyxl.load_workbook(path).sheetnames
    assert names[:4] == [SHEET, "来源", "来源(2)", "来源(3)"]
    assert names[4] == ("a_b_c" * 9)[:31]
    assert names[5] == ("a_b_c" * 9)[:28] + "(2)"


def test_sheet_scope_of_names_stays(tmp_path: Path) -> None:
    """Names and print areas point to sheets by position; a sheet at the end moves none."""
    path = tmp_path / "台账.xlsx"
    books.printing(path)
    was = openpyxl.load_workbook(path)[SHEET].print_title_rows
    patch(path, path, [], [NewSheet("来源", [["一"]])])
    assert openpyxl.load_workbook(path)[SHEET].print_title_rows == was


def test_what_a_new_sheet_cannot_hold(tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    books.plain(path)
    was = path.read_bytes()
    with pytest.raises(UserError, match="〈来源〉"):
        patch(path, path, [], [NewSheet("来源", [["长" * 40_000]])])
    assert path.read_bytes() == was


def test_the_same_changes_give_the_same_file(tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    books.comments(path)
    made = []
    for name in ("一.xlsx", "二.xlsx"):
        target = tmp_path / name
        patch(path, target, [note("C6", "注", 5)], [NewSheet("来源", ROWS)])
        made.append(target.read_bytes())
    assert made[0] == made[1]
    assert outside(text(tmp_path / "一.xlsx", SHEET1), "C6") == outside(text(path, SHEET1), "C6")
