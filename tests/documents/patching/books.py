"""Workbooks of many shapes: as bureaus have them, as other programs write them."""

from __future__ import annotations

import datetime as dt
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

#: In every ledger of ``fill`` the figure that the tests change: sheet, cell, its old value.
SHEET, CELL, OLD = "台账", "C6", 320.5

CODES = ["91620100MA00000018", "91620102MA00000026", "91620103MA00000034"]
NAMES = ["兰州甲科技有限公司", "兰州乙材料有限公司", "兰州丙生物有限公司"]


@dataclass(frozen=True)
class Shape:
    """A workbook of one kind. ``part`` holds the cell to be changed."""

    name: str
    make: Callable[[Path], None]
    cell: str = CELL
    sheet: str = SHEET
    part: str = "xl/worksheets/sheet1.xml"
    workbook: str = "xl/workbook.xml"


def png() -> bytes:
    """A picture of 8 × 8 red points."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    rows = zlib.compress(b"".join(b"\0" + b"\xff\0\0" * 8 for _ in range(8)))
    head = struct.pack(">2I5B", 8, 8, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


# --- XlsxWriter ------------------------------------------------------------------------------


def fill(book: Any, sheet: Any) -> None:
    """A title, two rows of heads, three firms: figures in C4:E6, dates in F, words in G."""
    sheet.merge_range("A1:G1", "后备培育库台账", book.add_format({"align": "center", "bold": True}))
    sheet.merge_range("A2:A3", "统一社会信用代码")
    sheet.merge_range("B2:B3", "企业名称")
    sheet.merge_range("C2:E2", "销售收入（万元）")
    sheet.write_row("C3", ["2023年", "2024年", "2025年"])
    sheet.merge_range("F2:F3", "成立日期")
    sheet.merge_range("G2:G3", "备注")
    money = book.add_format({"num_format": "#,##0.00", "border": 1})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    text = book.add_format({"num_format": "@"})
    for row, (code, name) in enumerate(zip(CODES, NAMES, strict=True), 3):
        sheet.write_string(row, 0, code, text)
        sheet.write_string(row, 1, name)
        for column in (2, 3, 4):
            sheet.write_number(row, column, OLD + (5 - row) * 10 + (column - 2) * 7, money)
        sheet.write_datetime(row, 5, dt.date(2015, row, 6), day)
        sheet.write_string(row, 6, "无")


def xlsx(
    options: dict[str, Any] | None = None,
) -> Callable[[Callable[[Any, Any], None]], Callable[[Path], None]]:
    """A workbook with the ledger, and what the decorated function adds."""

    def decorate(more: Callable[[Any, Any], None]) -> Callable[[Path], None]:
        def make(path: Path) -> None:
            book = xlsxwriter.Workbook(str(path), options or {})
            sheet = book.add_worksheet(SHEET)
            fill(book, sheet)
            more(book, sheet)
            book.close()

        return make

    return decorate


@xlsx()
def plain(book: Any, sheet: Any) -> None:
    """Nothing more."""


@xlsx()
def charts(book: Any, sheet: Any) -> None:
    for kind in ("column", "line", "pie"):
        chart = book.add_chart({"type": kind})
        chart.add_series({"values": f"={SHEET}!$C$4:$C$6", "categories": f"={SHEET}!$B$4:$B$6"})
        sheet.insert_chart("I2", chart)
    page = book.add_chartsheet("图")
    chart = book.add_chart({"type": "bar"})
    chart.add_series({"values": f"={SHEET}!$C$4:$C$6"})
    page.set_chart(chart)


@xlsx()
def pictures(book: Any, sheet: Any) -> None:
    import io

    sheet.insert_image("I2", "logo.png", {"image_data": io.BytesIO(png())})
    sheet.embed_image("K9", "cell.png", {"image_data": io.BytesIO(png())})
    sheet.insert_textbox("I9", "填表说明")
    sheet.set_header("&L&G", {"image_left": "h.png", "image_data_left": io.BytesIO(png())})


@xlsx()
def validations(book: Any, sheet: Any) -> None:
    sheet.data_validation("G4:G99", {"validate": "list", "source": ["有", "无"]})
    sheet.data_validation("C4:E99", {"validate": "decimal", "criteria": ">=", "value": 0})
    red = book.add_format({"bg_color": "#FFC7CE"})
    sheet.conditional_format("C4:C99", {"type": "cell", "criteria": ">", "value": 1, "format": red})
    sheet.conditional_format("D4:D99", {"type": "data_bar", "data_bar_2010": True})
    sheet.conditional_format("E4:E99", {"type": "icon_set", "icon_style": "3_traffic_lights"})


@xlsx()
def comments(book: Any, sheet: Any) -> None:
    sheet.write_comment("C4", "与审计报告核对", {"author": "科技局"})
    sheet.write_comment("B5", "曾用名另见附表", {"visible": True, "width": 300})


@xlsx()
def widths(book: Any, sheet: Any) -> None:
    sheet.set_column("A:A", 22, book.add_format({"num_format": "@"}))
    sheet.set_column("D:D", 5, None, {"hidden": True})
    sheet.set_column("H:XFD", 3, None, {"level": 1, "collapsed": True})
    sheet.set_row(4, 30, None, {"hidden": True})
    sheet.set_row(8, 40, book.add_format({"bg_color": "yellow"}))
    sheet.outline_settings(True, False, True, True)


@xlsx()
def three_levels(book: Any, sheet: Any) -> None:
    sheet.merge_range("I1:N1", "研发投入")
    sheet.merge_range("I2:K2", "2024年")
    sheet.merge_range("L2:N2", "2025年")
    sheet.write_row("I3", ["人工", "直接", "折旧", "人工", "直接", "折旧"])
    for row in (3, 4, 5):
        sheet.write_row(row, 8, [1, 2, 3, 4, 5, 6])
    sheet.merge_range("A7:B7", "合计")
    sheet.write("C7", 1000)


@xlsx()
def printing(book: Any, sheet: Any) -> None:
    sheet.autofilter("A3:G6")
    sheet.freeze_panes(3, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.repeat_rows(1, 2)
    sheet.print_area("A1:G6")
    sheet.fit_to_pages(1, 0)
    sheet.set_header("&C后备培育库")
    sheet.set_footer("&R第 &P 页")
    sheet.set_h_pagebreaks([5])
    sheet.set_margins(0.5, 0.5)


@xlsx()
def tables(book: Any, sheet: Any) -> None:
    other = book.add_worksheet("明细")
    columns = [{"header": "项目"}, {"header": "金额", "total_function": "sum"}]
    rows = [["一", 1], ["二", 2]]
    other.add_table(
        "B2:C5", {"data": rows, "columns": columns, "total_row": True, "name": "明细表"}
    )
    sheet.add_table("I3:J6", {"data": rows, "columns": [{"header": "甲"}, {"header": "乙"}]})


@xlsx()
def names_and_links(book: Any, sheet: Any) -> None:
    book.define_name("收入", f"={SHEET}!$C$4:$C$6")
    book.define_name(f"{SHEET}!本页", f"={SHEET}!$A$1")
    sheet.write_url("I4", "https://example.org/a?b=1&c=2", string="网址")
    sheet.write_url("I5", f"internal:'{SHEET}'!A1", string="回到表头")
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})


@xlsx()
def rich_text(book: Any, sheet: Any) -> None:
    red, bold = book.add_format({"font_color": "red"}), book.add_format({"bold": True})
    sheet.write_rich_string("I4", "必填 ", red, "项", bold, " *")
    sheet.write_rich_string("I5", red, "必填 ", bold, "项 *")
    sheet.write("I6", "必填 项 *")


@xlsx()
def protection(book: Any, sheet: Any) -> None:
    open_cell = book.add_format({"locked": False})
    sheet.write("C6", OLD, open_cell)
    sheet.write_blank("B9", None, open_cell)
    sheet.protect("", {"format_columns": True})


@xlsx({"date_1904": True})
def since_1904(book: Any, sheet: Any) -> None:
    """Days are counted from 1904."""


@xlsx()
def formulas(book: Any, sheet: Any) -> None:
    for row in (4, 5, 6):
        sheet.write_formula(f"H{row}", f"=D{row}/C{row}-1", None, 0.02)
    sheet.write_formula("C7", "=SUM(C4:C6)", None, 991.5)
    sheet.write_array_formula("I4:I6", "{=C4:C6*2}", None, 681)
    sheet.write_dynamic_array_formula("K4:K6", "=_xlfn._xlws.SORT(C4:C6)", None, 320.5)
    other = book.add_worksheet("汇总")
    other.write_formula("A1", f"=SUM({SHEET}!C4:E6)", None, 3100)


@xlsx({"constant_memory": True, "in_memory": False})
def inline_strings(book: Any, sheet: Any) -> None:
    """Strings inside the cells, as streaming writers have them."""


@xlsx()
def townships(book: Any, sheet: Any) -> None:
    for name in ("城关镇", "安宁 区&新区", "红古'镇"):
        other = book.add_worksheet(name)
        fill(book, other)
        other.set_tab_color("red")
    book.add_worksheet("隐藏").hide()


@xlsx()
def sparklines(book: Any, sheet: Any) -> None:
    for row in (4, 5, 6):
        sheet.add_sparkline(f"H{row}", {"range": f"{SHEET}!C{row}:E{row}"})
    sheet.insert_checkbox("I4", True)
    sheet.set_row_pixels(3, 60)


@xlsx()
def buttons(book: Any, sheet: Any) -> None:
    """Form controls share their drawing with the comments."""
    sheet.insert_button("I2", {"caption": "提交"})


# --- openpyxl --------------------------------------------------------------------------------


def _openpyxl(path: Path, write_only: bool = False, **more: Any) -> None:
    book = openpyxl.Workbook(write_only=write_only)
    sheet = book.create_sheet(SHEET) if write_only else book.active
    sheet.title = SHEET
    heads = ["代码", "企业名称", "收入", "成立", "备注"]
    for row in [["台账"], [], [], heads, [CODES[0], NAMES[0], 1.5, dt.date(2015, 1, 1), "无"]]:
        sheet.append(row)
    sheet.append([CODES[1], NAMES[1], OLD, dt.date(2016, 2, 3), "=1+1"])
    if more:
        more["add"](book, sheet)
    book.save(path)


def by_openpyxl(path: Path) -> None:
    def add(book: Any, sheet: Any) -> None:
        sheet["B6"].font = Font(name="仿宋", bold=True)
        sheet["C6"].fill = PatternFill("solid", fgColor="FFEEEE")
        sheet["C6"].number_format = "0.00_);[Red](0.00)"
        sheet["B5"].alignment = Alignment(wrap_text=True)
        sheet["B5"].comment = Comment("老批注", "某人")
        sheet.add_data_validation(rule := DataValidation(type="list", formula1='"是,否"'))
        rule.add("E5:E9")
        sheet.merge_cells("A1:E1")
        sheet.auto_filter.ref = "A4:E6"
        book.create_sheet("空表")

    _openpyxl(path, add=add)


def write_only(path: Path) -> None:
    _openpyxl(path, write_only=True)


SHAPES = [
    Shape(name, make)
    for name, make in {
        "plain": plain, "charts": charts, "pictures": pictures, "validations": validations,
        "comments": comments, "widths": widths, "three levels": three_levels,
        "printing": printing, "tables": tables, "names and links": names_and_links,
        "rich text": rich_text, "protection": protection, "1904": since_1904,
        "formulas": formulas, "inline strings": inline_strings, "townships": townships,
        "sparklines": sparklines, "buttons": buttons,
        "openpyxl": by_openpyxl, "openpyxl write-only": write_only,
    }.items()
]  # fmt: skip
