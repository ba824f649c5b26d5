"""Sheets whose XML, shape or size a reader might stumble over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import openpyxl
import xlsxwriter

from tests.hostile.making import (
    HEADS,
    MAIN,
    Case,
    firm,
    good,
    letters,
    package,
    parts,
    raw_sheet,
    row_xml,
    sheet_xml,
    written,
)

SHEET, STRINGS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
LAUGHS = (
    '<!DOCTYPE sst [<!ENTITY a "哈哈">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


def _sheet(text: Callable[[str], str | bytes]) -> Callable[[Path], Path]:
    """The good sheet, changed as text."""
    return lambda path: raw_sheet(path, text(sheet_xml(good())))


def _strings(path: Path, count: int) -> Path:
    listed = "".join(f"<si><t>{number}</t></si>" for number in range(count))
    return raw_sheet(path, sheet_xml(good()), **{STRINGS: f'<sst xmlns="{MAIN}">{listed}</sst>'})


def _laughing(path: Path) -> Path:
    strings = LAUGHS + f'<sst xmlns="{MAIN}"><si><t>&i;</t></si></sst>'
    return raw_sheet(path, sheet_xml(good()), **{STRINGS: strings})


def _book(path: Path, change: Callable[[str], str | bytes]) -> Path:
    return package(path, good(), **{BOOK: change(str(parts("")[BOOK]))})


def _styled_rows(path: Path, count: int, cells: int) -> Path:
    """``count`` rows that hold nothing but a format, as when a whole sheet was painted."""
    names = [letters(index) for index in range(cells)]
    rows = (
        f'<row r="{n}" s="1" customFormat="1">'
        + "".join(f'<c r="{name}{n}" s="1"/>' for name in names)
        + "</row>"
        for n in range(5, count + 5)
    )
    return raw_sheet(path, sheet_xml(good(), extra="".join(rows)))


def _far_cell(path: Path, reference: str) -> Path:
    row = "".join(filter(str.isdigit, reference))
    far = f'<row r="{row}"><c r="{reference}"><v>1</v></c></row>'
    return raw_sheet(path, sheet_xml(good(), extra=far))


def _swapped_rows(path: Path) -> Path:
    rows = good()
    body = row_xml(1, rows[0]) + row_xml(3, rows[2]) + row_xml(2, rows[1])
    return raw_sheet(path, f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>')


def _huge_text(path: Path) -> Path:
    rows = good()
    rows[2][1] = "很" * 400_000
    return package(path, rows)


def _error_cell(path: Path) -> Path:
    text = sheet_xml(good()).replace(
        '<c r="E3"><v>3001.5</v></c>', '<c r="E3" t="e"><v>#REF!</v></c>'
    )
    return raw_sheet(path, text)


def _uncached(path: Path) -> Path:
    book = openpyxl.Workbook()
    for row in good():
        book.active.append(row)
    book.active["E3"] = "=D3*100"
    book.save(path)
    return path


def _booleans(path: Path) -> Path:
    text = sheet_xml(good()).replace('<c r="D3"><v>41</v></c>', '<c r="D3" t="b"><v>1</v></c>')
    return raw_sheet(path, text)


def _infinite(path: Path) -> Path:
    return raw_sheet(path, sheet_xml(good()).replace("<v>3001.5</v>", "<v>1e400</v>"))


def _dates(path: Path, serial: float, old_system: bool = False) -> Path:
    """A cell formatted as a date with this day number."""
    with xlsxwriter.Workbook(str(path), {"date_1904": old_system}) as book:
        page, form = book.add_worksheet("台账"), book.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate(good()):
            page.write_row(number, 0, row)
        page.write_number(2, 2, serial, form)
    return path


def _merged_heads(path: Path) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("台账")
        page.merge_range(0, 0, 0, 5, "企业台账")
        for column, head in enumerate(["信用代码", "企业名称", "成立日期"]):
            page.merge_range(1, column, 2, column, head)
        page.merge_range(1, 3, 1, 5, "2024年（万元）")
        page.write_row(2, 3, ["职工总数（人）", "销售收入", "研发费用"])
        for number in range(3):
            page.write_row(3 + number, 0, firm(number))
    return path


def _head_in_row_30(path: Path) -> Path:
    return written(path, [*([["说明文字"]] * 29), *good()])


def _hidden_columns(path: Path) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("台账")
        for number, row in enumerate(good()):
            page.write_row(number, 0, row)
        page.set_column(2, 3, None, None, {"hidden": True})
        page.set_row(2, None, None, {"hidden": True})
    return path


def _many_columns(path: Path) -> Path:
    wide = [f"杂项{number}" for number in range(16_384 - len(HEADS))]
    rows = [[*row, *(wide if n == 0 else range(9))] for n, row in enumerate(good())]
    return package(path, rows)


def _merged_body(path: Path) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("台账")
        for number, row in enumerate(good()):
            page.write_row(number, 0, row)
        page.merge_range(2, 4, 3, 4, 3000)
    return path


def _odd_rows(path: Path) -> Path:
    rows = good()
    lines = [
        *rows[:3],
        ["", "", "", "", "", ""],
        HEADS,
        *rows[3:],
        ["合计", "", "", 100, 9000, 500],
        ["填表人：", "", "", "", "", ""],
        ["注：单位以营业执照为准，金额含税，空着的表示没有统计", "", "", "", "", ""],
    ]
    return written(path, lines)


def _blank_text_below(path: Path) -> Path:
    return package(path, [*good(), *[[" ", "", "　"]] * 50])


def _second_page(path: Path) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        for town, firms in (("东镇", (0, 1)), ("西镇", (2,))):
            page = book.add_worksheet(town)
            for number, row in enumerate([HEADS, *(firm(n) for n in firms)]):
                page.write_row(number, 0, row)
    return path


XML = [
    Case("billion laughs", _laughing, refused="DOCTYPE"),
    Case("outside entity in the sheet", _sheet(lambda text: OUTSIDE + text), refused="DOCTYPE"),
    Case("document type far into the sheet",
         _sheet(lambda text: "<!--" + "x" * 3_000_000 + "-->" + OUTSIDE + text), refused="DOCTYPE"),
    Case("outside entity in the workbook",
         lambda p: _book(p, lambda text: OUTSIDE + text), refused="DOCTYPE"),
    Case("sheet in UTF-16",
         _sheet(lambda text: ('<?xml version="1.0" encoding="utf-16"?>' + text).encode("utf-16")),
         refused="不是 UTF-8"),
    Case("sheet in another encoding",
         _sheet(lambda text: '<?xml version="1.0" encoding="gb2312"?>' + text),
         refused="不是 UTF-8"),
    Case("workbook nested 100,000 deep",
         lambda p: _book(p, lambda text: text.replace("<sheets>", "<a>" * 100_000 + "<sheets>")),
         refused="嵌套太深"),
    Case("sheet nested a million deep",
         _sheet(lambda text: text.replace("</sheetData>", "<a>" * 1_000_000 + "</sheetData>")),
         refused="嵌套太深"),
    Case("half a sheet", _sheet(lambda text: text[: len(text) // 2]), refused="读不出来.*另存"),
    Case("rows in another order", _swapped_rows, refused="次序颠倒"),
    Case("a row twice",
         _sheet(lambda text: text.replace("</sheetData>", row_xml(4, firm(9)) + "</sheetData>")),
         refused="第 4 行出现了两次"),
    Case("a cell in another row",
         _sheet(lambda text: text.replace('r="A3"', 'r="A900000"')), refused="自称在第 900000 行",
         endless=True),
    Case("claims the whole sheet", _sheet(lambda text: text.replace(
        "<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')), endless=True),
    Case("row beyond Excel", lambda p: _far_cell(p, "A99999999"), refused="超出 Excel",
         endless=True),
    Case("prefixed names", _sheet(lambda text: text.replace("<", "<x:").replace("<x:/", "</x:")
                                  .replace("xmlns=", "xmlns:x="))),
]  # fmt: skip

SCALE = [
    Case("a million painted rows", lambda p: _styled_rows(p, 1_048_000, 0), heavy=True),
    Case("100,000 × 20 painted cells", lambda p: _styled_rows(p, 100_000, 20), heavy=True),
    Case("a cell in the last corner", lambda p: _far_cell(p, "XFD1048576"), refused="最远的单元格",
         heavy=True),
    Case("a cell in the last row", lambda p: _far_cell(p, "A1048576"), refused="空行超过",
         heavy=True),
    Case("3,500,000 shared strings", lambda p: _strings(p, 3_500_000), refused="不同文字超过",
         heavy=True),
    Case("2,000,000 shared strings", lambda p: _strings(p, 2_000_000), heavy=True),
    Case("16,384 columns", _many_columns, says=("没有读懂",), heavy=True),
    Case("a text of 400,000 characters", _huge_text, valid=2, errors=1, says=("不像名称",), row=3),
]  # fmt: skip

SHAPE = [
    Case("merged heads of two levels", _merged_heads),
    Case("heads in row 30", _head_in_row_30),
    Case("heads in row 300", lambda p: written(p, [*([["说明"]] * 299), *good()]),
         refused="找不到能用的表头"),
    Case("no heads", lambda p: written(p, good()[1:]), refused="找不到能用的表头"),
    Case("heads only", lambda p: written(p, good(0)), refused="没有一行企业数据"),
    Case("one cell", lambda p: written(p, [["x"]]), refused="找不到能用的表头"),
    Case("empty sheet", lambda p: written(p, []), refused="找不到能用的表头"),
    Case("two heads alike, equal", lambda p: written(p, [[*r, r[4]] for r in good()]),
         says=("同一事实",)),
    Case("two heads alike, different", lambda p: written(p, [
        [*r, r[4] if n != 2 else 7] for n, r in enumerate(good())]),
        valid=2, errors=1, says=("两个都不用",), row=3, column="G"),
    Case("hidden rows and columns", _hidden_columns, says=("隐藏",)),
    Case("merged body cells", _merged_body, valid=2, errors=1, row=3, column="E"),
    Case("totals, notes, heads again", _odd_rows, skipped=5,
         says=("空行", "重复的表头", "合计行", "说明或签字行")),
    Case("spaces below the table", _blank_text_below),
    Case("two pages", _second_page),
    Case("a row too wide", lambda p: written(p, [
        [*r, "", "多"] if n == 2 else r for n, r in enumerate(good())]),
        says=("没有表头",)),
    Case("no name and no code", lambda p: written(p, [*good(), ["", "", "", 5, 6, 7]]),
         errors=1, says=("不知道是哪一户",), row=5),
]  # fmt: skip

CELLS = [
    Case("error cell", _error_cell, valid=2, errors=1, says=("#REF!",), row=3, column="E"),
    Case("formula never computed", _uncached, valid=2, errors=1, says=("重新计算后保存",), row=3,
         column="E"),
    Case("a logical value as head count", _booleans, valid=2, errors=1, row=3, column="D"),
    Case("1e400 as a number", _infinite, valid=2, errors=1, row=3, column="E"),
    Case("29 February 1900", lambda p: _dates(p, 60), valid=2, errors=1, row=3, column="C"),
    Case("a negative date", lambda p: _dates(p, -5), valid=2, errors=1, row=3, column="C"),
    Case("a date of the year 9999", lambda p: _dates(p, 2_958_465), valid=2, errors=1, row=3,
         column="C"),
    Case("1904 dates", lambda p: _dates(p, 40_000, old_system=True)),
    Case("a date as text of 1904", lambda p: written(p, [
        ["2012-07-08" if (n, i) == (2, 2) else c for i, c in enumerate(r)]
        for n, r in enumerate(good())])),
    Case("a code as a number", lambda p: written(p, [
        [9.16201e17 if (n, i) == (2, 0) else c for i, c in enumerate(r)]
        for n, r in enumerate(good())]), valid=2, errors=1, says=("后几位已丢失",), row=3,
        column="A"),
    Case("founded tomorrow", lambda p: written(p, [
        [(dt.date(2026, 7, 1).isoformat()) if (n, i) == (2, 2) else c for i, c in enumerate(r)]
        for n, r in enumerate(good())]), valid=2, errors=1, says=("不晚于 2026-06-30",), row=3),
]  # fmt: skip

CASES = [*XML, *SCALE, *SHAPE, *CELLS]
