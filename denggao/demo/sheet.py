"""The workbook: what the county's ledger looks like on paper, 模拟数据 on every page."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from denggao.demo.columns import NUMBER, TOWN, Column, ledger_columns
from denggao.demo.firm import SyntheticFirm, Value, as_written
from denggao.demo.names import COUNTY, LABEL
from denggao.demo.slips import Blemish
from denggao.facts.catalogue import technical_fields

LEDGER, CERTIFICATES = "企业台账", "资格证书"
#: Rows of the sheet, from 1: a title, the unit, two levels of heads; then the firms in order.
FIRST_ROW = 5
CERTIFICATE_HEADS = ("企业名称", "统一社会信用代码", "资格类型", "证书编号", "发证日期", "有效期至")
_CERTIFICATE_WIDTHS = (32, 22, 20, 24, 12, 12)
_FIXED = datetime(2026, 1, 1, tzinfo=UTC)  # the same bytes on every day
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_FORMS = {
    "text": {},
    "date": {"num_format": "yyyy-mm-dd", "align": "center"},
    "money": {"num_format": "#,##0.00####"},
    "count": {"num_format": "General"},
    "yes_no": {"align": "center"},
}

Cell = str | float | date | None
Line = dict[str, Cell]


def write_workbook(
    path: Path, firms: Sequence[SyntheticFirm], spoiled: Sequence[Blemish], year: int
) -> None:
    """Write both sheets of the county to ``path``."""
    with xlsxwriter.Workbook(str(path), _OPTIONS) as book:
        title = f"{COUNTY}科技企业台账（{LABEL}）"
        book.set_properties({"title": title, "comments": LABEL, "created": _FIXED})
        styles = _styles(book)
        _write_ledger(book.add_worksheet(LEDGER), styles, lines(firms, spoiled), year)
        _write_certificates(book.add_worksheet(CERTIFICATES), styles, firms)


# --- what stands in the cells ------------------------------------------------------------------


def lines(firms: Sequence[SyntheticFirm], spoiled: Sequence[Blemish]) -> list[Line]:
    """The rows of the ledger by column key, blemishes in place; second rows at the end."""
    rows = [_line(firm) for firm in firms]
    for blemish in spoiled:
        if not blemish.again:
            rows[blemish.firm][blemish.key] = blemish.shown
    again = [blemish for blemish in spoiled if blemish.again]
    rows += [rows[b.firm] | ({b.key: b.shown} if b.key else {}) for b in again]
    return [{**row, NUMBER: number} for number, row in enumerate(rows, 1)]


def _line(firm: SyntheticFirm) -> Line:
    return {TOWN: firm.town, **{key: _cell(key, value) for key, value in firm.values.items()}}


def _cell(key: str, value: Value) -> Cell:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int):
        return float(as_written(key, value))
    if key == "field_code":
        return f"{value} {technical_fields()[str(value)]}"
    return value


def _total(column: Column, rows: Sequence[Line]) -> float | None:
    """The sum that a spreadsheet shows under a column of numbers: texts do not count."""
    if column.form not in ("money", "count"):
        return None
    cells = (row.get(column.key) for row in rows)
    return float(sum((Decimal(repr(c)) for c in cells if isinstance(c, float)), Decimal(0)))


# --- how they are laid out -----------------------------------------------------------------------


def _styles(book: Any) -> dict[str, Any]:
    base = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
    boxed = {**base, "border": 1}
    head = {**boxed, "bold": True, "align": "center", "text_wrap": True, "bg_color": "#E7EEF7"}
    title = {**base, "font_size": 16, "bold": True, "align": "center"}
    styles = {form: {**boxed, **look} for form, look in _FORMS.items()}
    styles |= {"title": title, "note": base, "head": head, "total": {**boxed, "bold": True}}
    styles["sum"] = {**styles["total"], "num_format": "#,##0.00"}
    return {name: book.add_format(look) for name, look in styles.items()}


def _write_ledger(sheet: Any, styles: Mapping[str, Any], rows: Sequence[Line], year: int) -> None:
    columns = ledger_columns(year)
    last = len(columns) - 1
    sheet.merge_range(0, 0, 0, last, f"{COUNTY}科技企业梯度培育台账（{LABEL}）", styles["title"])
    sheet.merge_range(1, 0, 1, last, f"单位：万元    填报日期：{year}年6月25日    {LABEL}：企业、"
                      "人数和金额全是编造的", styles["note"])  # fmt: skip
    _write_heads(sheet, styles["head"], columns)
    for number, row in enumerate(rows, FIRST_ROW - 1):
        for index, column in enumerate(columns):
            _write(sheet, number, index, row.get(column.key), styles[column.form])
    _write_total(sheet, styles, columns, rows)
    _page(sheet, [column.width for column in columns], heads=FIRST_ROW - 1, frozen=3)


def _write_heads(sheet: Any, style: Any, columns: Sequence[Column]) -> None:
    """Two levels: a group over its years, or one head over both levels."""
    for group, members in _groups(columns):
        (first, _), (end, _) = members[0], members[-1]
        if group:
            sheet.merge_range(2, first, 2, end, group, style)
        for index, column in members:
            if group:
                sheet.write_string(3, index, column.head, style)
            else:
                sheet.merge_range(2, index, 3, index, column.head, style)


def _groups(columns: Sequence[Column]) -> Iterator[tuple[str, list[tuple[int, Column]]]]:
    for group, members in itertools.groupby(enumerate(columns), lambda member: member[1].group):
        yield group, list(members)


def _write_total(
    sheet: Any, styles: Mapping[str, Any], columns: Sequence[Column], rows: Sequence[Line]
) -> None:
    """合计 as formulas with their results, and who filled the ledger in."""
    below = FIRST_ROW - 1 + len(rows)
    for index, column in enumerate(columns):
        total = _total(column, rows)
        if total is None:
            sheet.write_blank(below, index, None, styles["total"])
        else:
            letter = xl_col_to_name(index)
            formula = f"=SUM({letter}{FIRST_ROW}:{letter}{below})"
            sheet.write_formula(below, index, formula, styles["sum"], total)
    sheet.write_string(below, 0, "合计", styles["total"])
    note = f"填表人：{COUNTY}科技局模拟员    审核人：（略）    {LABEL}"
    sheet.write_string(below + 1, 0, note, styles["note"])


def _write_certificates(
    sheet: Any, styles: Mapping[str, Any], firms: Sequence[SyntheticFirm]
) -> None:
    last = len(CERTIFICATE_HEADS) - 1
    sheet.merge_range(0, 0, 0, last, f"{COUNTY}企业资格证书（{LABEL}）", styles["title"])
    note = "已核实没有资格的企业也列在内，后四格留空"
    sheet.merge_range(1, 0, 1, last, note, styles["note"])
    sheet.write_row(2, 0, CERTIFICATE_HEADS, styles["head"])
    for number, row in enumerate(_certificate_rows(firms), 3):
        for index, cell in enumerate(row):
            form = "date" if index > 3 else "text"
            _write(sheet, number, index, cell, styles[form])
    _page(sheet, _CERTIFICATE_WIDTHS, heads=3, frozen=1)


def _certificate_rows(firms: Sequence[SyntheticFirm]) -> Iterator[tuple[Cell, ...]]:
    for firm in firms:
        for title in firm.titles or ():
            yield (firm.name, firm.uscc, title.kind, title.number, title.issued_on, title.valid_to)
    for firm in firms:
        if firm.titles == ():
            yield (firm.name, firm.uscc, None, None, None, None)


def _write(sheet: Any, row: int, column: int, cell: Cell, style: Any) -> None:
    if cell is None:
        sheet.write_blank(row, column, None, style)
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, style)
    elif isinstance(cell, str):
        sheet.write_string(row, column, cell, style)
    else:
        sheet.write_number(row, column, cell, style)


def _page(sheet: Any, widths: Sequence[int], *, heads: int, frozen: int) -> None:
    for index, width in enumerate(widths):
        sheet.set_column(index, index, width)
    sheet.set_row(0, 28)
    sheet.freeze_panes(heads, frozen)
    sheet.repeat_rows(heads - 2 if heads > 3 else heads - 1, heads - 1)
    sheet.set_landscape()
    sheet.set_paper(8)  # A3
    sheet.set_header(f"&C{LABEL}")
    sheet.set_footer("&C第 &P 页，共 &N 页")
