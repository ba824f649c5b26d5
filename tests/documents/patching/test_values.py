"""Values of every kind into cells of every kind, as other readers see them."""

from __future__ import annotations

import datetime as dt
import warnings
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.utils.escape import unescape

from denggao.documents.patching import KEEP, Change, patch, peek
from denggao.documents.patching.serials import moment_of, serial_of
from denggao.facts.errors import UserError
from tests.documents.patching import raw
from tests.documents.patching.compare import changed_parts, outside, text
from tests.documents.patching.test_packages import at, values_by_calamine

SHEET1 = "xl/worksheets/sheet1.xml"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A1 a number, B1 text, C1 a date, D1 formatted as text, E1 bold and empty, F1 a formula,
    G1 true; the second row is empty."""
    found = tmp_path / "台账.xlsx"
    book = xlsxwriter.Workbook(str(found))
    sheet = book.add_worksheet("台账")
    sheet.write_number("A1", 320.5, book.add_format({"num_format": "#,##0.00"}))
    sheet.write_string("B1", "甲 & 乙")
    sheet.write_datetime("C1", dt.date(2015, 3, 6), book.add_format({"num_format": "yyyy年m月d日"}))
    sheet.write_string("D1", "0012", book.add_format({"num_format": "@"}))
    sheet.write_blank("E1", None, book.add_format({"bold": True}))
    sheet.write_formula("F1", "=A1*2", None, 641)
    sheet.write_boolean("G1", True)
    sheet.write_string("A3", "末行")
    book.close()
    return found


def put(path: Path, reference: str, value: Any, **more: Any) -> Any:
    """Write one value; returns the cell as openpyxl has it."""
    row, column = at(reference)
    patch(path, path, [Change("台账", row, column, value, **more)], force=False)
    return load(path)["台账"][reference]


def load(path: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # about styles that it misses
        return openpyxl.load_workbook(path)


@pytest.mark.parametrize("reference", ["A1", "B1", "D1", "E1", "G1", "B2", "H1", "AA7"])
@pytest.mark.parametrize(
    ("value", "read"),
    [
        (0, 0),
        (-12, -12),
        (Decimal("123.40"), 123.4),
        (Decimal("1E+3"), 1000),
        (Decimal("-0.00"), 0),
        (Fraction(1, 8), 0.125),
        (Fraction(123456789, 100), 1234567.89),
        (Fraction(1, 3), 1 / 3),
        (True, True),
        ("乙 <&> \"丙\" '丁'", "乙 <&> \"丙\" '丁'"),
        (" 前后有空 ", " 前后有空 "),
        ("一\n二", "一\n二"),
        ("a\tb", "a\tb"),
        ("_x0041_", "_x0041_"),
        ("]]>", "]]>"),
        ("𠮷", "𠮷"),
        ("123", "123"),
    ],
)
def test_values_come_back(path: Path, reference: str, value: Any, read: Any) -> None:
    row, column = at(reference)
    cell = put(path, reference, value)
    index = openpyxl.utils.column_index_from_string(column) - 1
    assert (unescape(cell.value) if isinstance(value, str) else cell.value) == read
    assert cell.data_type != "f"
    assert values_by_calamine(path)["台账", row - 1, index] == read


def test_control_characters_are_written_as_excel_does(path: Path) -> None:
    put(path, "B1", "a\x07b\r\nc")
    assert b"a_x0007_b_x000D_\nc" in text(path, SHEET1)
    assert peek(path, "台账", [(1, 2)])[1, 2].shown == "a\x07b\r\nc"


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1+2", "@SUM(A1)", '=HYPERLINK("x")'])
def test_no_formula_comes_in(path: Path, value: str) -> None:
    cell = put(path, "B1", value)
    assert (cell.value, cell.data_type, cell.quotePrefix) == (value, "s", True)
    assert b"<f>A1*2</f>" in text(path, SHEET1)
    assert text(path, SHEET1).count(b"<f>") == 1


def test_a_code_stays_text_when_somebody_edits_it(path: Path) -> None:
    for reference in ("A1", "B2"):
        cell = put(path, reference, "916201000000000000")
        assert (cell.value, cell.number_format) == ("916201000000000000", "@")
    assert put(path, "B1", "2024").number_format == "General"
    assert put(path, "D1", "0013").number_format == "@"


def test_formats(path: Path) -> None:
    """Numbers and text keep the cell's format; dates keep a date's or get one; a number in a
    date's cell is no day."""
    assert put(path, "A1", 5).number_format == "#,##0.00"
    assert put(path, "A1", "待补").number_format == "#,##0.00"
    assert put(path, "C1", dt.date(2020, 2, 29)).number_format == "yyyy年m月d日"
    assert put(path, "B2", dt.date(2020, 2, 29)).value == dt.datetime(2020, 2, 29)  # noqa: DTZ001
    assert put(path, "C1", 12).number_format == "General"
    assert put(path, "D1", dt.date(2020, 2, 29)).is_date
    assert put(path, "E1", 7).font.b
    moment = dt.datetime(2020, 2, 29, 13, 30)  # noqa: DTZ001
    assert put(path, "B2", moment).value == moment


@pytest.mark.parametrize(
    ("day", "number"),
    [(dt.date(1900, 1, 1), 1), (dt.date(1900, 2, 28), 59), (dt.date(1900, 3, 1), 61),
     (dt.date(2026, 6, 30), 46203)],
)  # fmt: skip
def test_days_count_as_excel_counts(path: Path, day: dt.date, number: int) -> None:
    put(path, "B2", day)
    assert f"<v>{number}</v>".encode() in text(path, SHEET1)


def test_emptied_cells_keep_their_format(path: Path) -> None:
    was = load(path)["台账"]["A1"].number_format
    for value in (None, ""):
        cell = put(path, "A1", value)
        assert (cell.value, cell.number_format) == (None, was)
        put(path, "A1", 3)
    assert put(path, "B1", None).value is None


@pytest.mark.parametrize(
    ("reference", "value"),
    [("A1", Decimal("320.50")), ("A1", KEEP), ("B1", "甲 & 乙"), ("C1", dt.date(2015, 3, 6)),
     ("D1", "0012"), ("E1", None), ("E1", ""), ("F1", 641), ("F1", KEEP), ("G1", True),
     ("B2", None), ("Z99", None), ("Z99", KEEP), ("Z99", "")],
)  # fmt: skip
def test_the_same_value_changes_no_byte(path: Path, reference: str, value: Any) -> None:
    was, stat = path.read_bytes(), path.stat()
    put(path, reference, value)
    assert path.read_bytes() == was
    assert path.stat().st_ino == stat.st_ino


@pytest.mark.parametrize(
    ("value", "said"),
    [(1234567890123456, "15 位"), (Decimal("0.1234567890123456"), "15 位"),
     (Decimal("NaN"), "不是一个数"), ("长" * 32768, "32767"), ("\ud800", "损坏"),
     (dt.date(1899, 12, 31), "早于"), (Decimal("1E+400"), "太大")],
)  # fmt: skip
def test_what_no_cell_can_hold_is_refused(path: Path, value: Any, said: str) -> None:
    was = path.read_bytes()
    for reference in ("A1", "B2"):
        with pytest.raises(UserError, match=said) as error:
            put(path, reference, value)
        assert f"第 {at(reference)[0]} 行 {at(reference)[1]} 列" in str(error.value)
    assert path.read_bytes() == was


def test_floats_are_a_mistake_of_the_caller(path: Path) -> None:
    with pytest.raises(TypeError):
        put(path, "A1", 0.1)


def test_1904_has_no_earlier_days(tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    book = xlsxwriter.Workbook(str(path), {"date_1904": True})
    book.add_worksheet("台账")
    book.close()
    with pytest.raises(UserError, match="早于"):
        put(path, "A1", dt.date(1903, 12, 31))
    put(path, "A1", dt.date(1904, 1, 2))
    assert b"<v>1</v>" in text(path, SHEET1)


# --- new cells and rows ----------------------------------------------------------------------


def sheet_of(body: str, head: str = "", tail: str = "") -> dict[str, str]:
    return raw.package(raw.sheet(body, head, tail))


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("A2", '<row r="2" spans="1:4"><c r="A2"><v>7</v></c><c r="B2"><v>1</v></c>'),
        ("C2", '<c r="B2"><v>1</v></c><c r="C2"><v>7</v></c><c r="D2"><v>2</v></c></row>'),
        ("F2", '<row r="2" spans="2:6"><c r="B2"><v>1</v></c><c r="D2"><v>2</v></c><c r="F2">'),
        ("A1", '<sheetData><row r="1"><c r="A1"><v>7</v></c></row><row r="2"'),
        ("B3", '</row><row r="3"><c r="B3"><v>7</v></c></row><row r="5" ht="20"/>'),
        ("B5", '<row r="5" ht="20"><c r="B5"><v>7</v></c></row><row r="7" spans="1:1">'),
        ("B9", '</row><row r="9"><c r="B9"><v>7</v></c></row></sheetData>'),
    ],
)
def test_new_cells_stand_in_order(tmp_path: Path, reference: str, expected: str) -> None:
    path = tmp_path / "台账.xlsx"
    body = (
        '<row r="2" spans="2:4"><c r="B2"><v>1</v></c><c r="D2"><v>2</v></c></row>'
        '<row r="5" ht="20"/><row r="7" spans="1:1"><c r="A7"><v>3</v></c></row>'
    )
    raw.save(path, sheet_of(body, '<dimension ref="A2:D7"/>'))
    before = text(path, SHEET1)
    put(path, reference, 7)
    after = text(path, SHEET1).decode()
    assert expected in after
    row, column = at(reference)
    corner = f"{max(column, 'D')}{max(row, 7)}"
    assert f'<dimension ref="A{min(row, 2)}:{corner}"/>' in after
    assert len(outside(after.encode(), reference)) - len(before) <= len('<row r="9"></row>')


def test_a_sheet_without_rows(tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    parts = sheet_of("X")
    parts[SHEET1] = parts[SHEET1].replace("<sheetData>X</sheetData>", "<sheetData />")
    raw.save(path, parts)
    patch(path, path, [Change("台账", 3, "B", "乙"), Change("台账", 1, "C", 1)])
    assert b'<sheetData><row r="1"><c r="C1">' in text(path, SHEET1)
    assert values_by_calamine(path)["台账", 2, 1] == "乙"


def test_new_cells_look_like_their_row_or_column(tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    cols = '<cols><col min="2" max="3" style="2"/></cols>'
    raw.save(path, sheet_of('<row r="2" s="1" customFormat="1"/><row r="3" s="1"/>', cols))
    patch(path, path, [Change("台账", row, "B", 5) for row in (2, 3, 4)])
    found = text(path, SHEET1)
    for row, style in ((2, 1), (3, 2), (4, 2)):
        assert f'<c r="B{row}" s="{style}"><v>5</v></c>'.encode() in found


def test_rows_and_cells_without_references(tmp_path: Path) -> None:
    """Cells count from the one before; a new one says where it is."""
    path = tmp_path / "台账.xlsx"
    raw.save(path, sheet_of("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>"))
    patch(
        path,
        path,
        [Change("台账", 1, "D", 4), Change("台账", 2, "A", 5), Change("台账", 4, "A", 6)],
    )
    found = values_by_calamine(path)
    shown = [found["台账", row, column] for row, column in ((0, 0), (0, 1), (0, 3), (1, 0), (3, 0))]
    assert shown == [1, 2, 4, 5, 6]


def test_metadata_of_the_old_value_goes(tmp_path: Path) -> None:
    """A picture in a cell is an error value with metadata; both give way."""
    path = tmp_path / "台账.xlsx"
    raw.save(path, sheet_of('<row r="1"><c r="A1" s="1" t="e" vm="1"><v>#VALUE!</v></c></row>'))
    put(path, "A1", 5)
    assert b'<c r="A1" s="1"><v>5</v></c>' in text(path, SHEET1)


def test_rich_text_is_never_touched(tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    raw.save(path, sheet_of(raw.rows()))
    before = path.with_name("前.xlsx")
    before.write_bytes(path.read_bytes())
    assert peek(path, "台账", [(4, 2)])[4, 2].shown == "兰州甲科技有限公司"
    put(path, "B4", "兰州甲科技有限公司")
    assert path.read_bytes() == before.read_bytes()
    put(path, "B4", "兰州甲科技股份有限公司")
    assert changed_parts(before, path) == {SHEET1}


# --- backgrounds -----------------------------------------------------------------------------


def test_a_background_is_a_format_of_its_own(path: Path) -> None:
    before = path.with_name("前.xlsx")
    before.write_bytes(path.read_bytes())
    cell = put(path, "A1", KEEP, fill="FFF2CC")
    assert (cell.value, cell.number_format) == (320.5, "#,##0.00")
    assert cell.fill.fgColor.rgb == "FFFFF2CC"
    assert changed_parts(before, path) == {SHEET1, "xl/styles.xml"}
    styles = text(path, "xl/styles.xml")
    assert put(path, "B7", None, fill="fff2cc").fill.fgColor.rgb == "FFFFF2CC"
    assert text(path, "xl/styles.xml").count(b"<fill>") == styles.count(b"<fill>")
    once = path.read_bytes()
    put(path, "A1", KEEP, fill="FFF2CC")  # again: the format is there already
    assert path.read_bytes() == once
    assert put(path, "F1", KEEP, fill="FFF2CC").value == "=A1*2"


def test_formats_that_were_there_stay(path: Path) -> None:
    old = load(path)
    for reference in ("A1", "C1", "E1", "Z9"):
        put(path, reference, KEEP, fill="00FF00")
    new = load(path)
    assert [str(x) for x in new._cell_styles[: len(old._cell_styles)]] == [
        str(x) for x in old._cell_styles
    ]


def test_a_workbook_without_styles_gets_them(tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    parts = sheet_of('<row r="1"><c r="A1"><v>1</v></c></row>')
    del parts["xl/styles.xml"]
    for name in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels"):
        head, _, tail = parts[name].partition('<Override PartName="/xl/styles.xml"')
        parts[name] = head + (tail.partition("/>")[2] if tail else "")
        head, _, tail = parts[name].partition('<Relationship Id="rId2"')
        parts[name] = head + (tail.partition("/>")[2] if tail else "")
    raw.save(path, parts)
    cell = put(path, "A1", dt.date(2024, 5, 6), fill="FFF2CC")
    assert cell.value == dt.datetime(2024, 5, 6)  # noqa: DTZ001
    assert cell.fill.fgColor.rgb == "FFFFF2CC"


@pytest.mark.parametrize("date1904", [False, True])
def test_days_are_counted_there_and_back(date1904: bool) -> None:
    first = dt.date(1904, 1, 1) if date1904 else dt.date(1900, 1, 1)
    for day in [*(first + dt.timedelta(days=n) for n in range(800)), dt.date(2026, 6, 30)]:
        serial = serial_of(day, date1904)
        assert serial is not None
        moment = moment_of(float(serial), date1904)
        assert moment is not None
        assert moment.date() == day
    assert serial_of(first - dt.timedelta(days=1), date1904) is None


def test_the_first_days_of_1900() -> None:
    assert [serial_of(dt.date(1900, m, d), False) for m, d in ((1, 1), (2, 28), (3, 1))] == [
        "1", "59", "61",
    ]  # fmt: skip
    assert [moment_of(n, False) for n in (-1, 0, 0.5, 60, 1e300)] == [None] * 5


def test_an_early_day_is_shown_as_it_was_written(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "新.xlsx"
    patch(path, target, [Change("台账", 4, "B", dt.date(1900, 1, 31))])
    assert peek(target, "台账", [(4, 2)])[4, 2].shown == "1900-01-31"
