"""The import template as a workbook: heads that our reader understands, drop-downs from a
hidden sheet, checks on every cell, comments that say what the law asks for, print set-up."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from denggao.documents.template_columns import TemplateColumn
from denggao.facts.catalogue import is_technical_field, technical_fields
from denggao.facts.codes import industry_names
from denggao.facts.ownpages import FIRST_LIST, HELP, HELP_BEGINS, LISTS
from denggao.facts.titles import KINDS

LEDGER, TITLES = "企业台账", "资格证书"
#: Title, unit line, two rows of heads; firms from the fifth row on.
FIRST_ROW = 5
#: Rows with checks and drop-downs; formats hold for the whole column.
CHECKED_ROWS = 5000
TITLE_HEADS = ("企业名称", "统一社会信用代码", "资格类型", "证书编号", "发证日期", "有效期至")
_TITLE_KINDS = ("text", "code", "kind", "text", "date", "date")
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_BASE = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
_HEAD = {**_BASE, "bold": True, "align": "center", "text_wrap": True, "border": 1}
_REQUIRED, _OPTIONAL = "#FFE699", "#DDEBF7"
_FORMATS = {
    **{key: {"num_format": "@"} for key in ("text", "code", "field", "industry", "kind")},
    "date": {"num_format": "yyyy-mm-dd", "align": "center"},
    "money": {"num_format": "#,##0.00####"},
    "people": {"num_format": "General"},
    "count": {"num_format": "0"},
    "score": {"num_format": "General"},
    "yes_no": {"num_format": "@", "align": "center"},
}
_WIDTHS = {"text": 14, "code": 22, "field": 26, "industry": 22, "date": 12, "money": 12, "kind": 20}
_NAME_WIDTH = 30


def write_template(path: Path, columns: Sequence[TemplateColumn], year: int, laws: str) -> None:
    """Write the template for applications in ``year``; ``laws`` names them for the reader."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), _OPTIONS) as book:
        sheet, titles = book.add_worksheet(LEDGER), book.add_worksheet(TITLES)
        _write_help(book, book.add_worksheet(HELP), columns, laws)
        _write_lists(book, book.add_worksheet(LISTS))
        looks = {kind: book.add_format({**_BASE, **look}) for kind, look in _FORMATS.items()}
        _write_ledger(book, sheet, columns, looks, year, laws)
        _write_titles(book, titles, looks)


# --- the two sheets to fill in -------------------------------------------------------------


def _write_ledger(
    book: Any, sheet: Any, columns: Sequence[TemplateColumn], looks: dict[str, Any], year: int,
    laws: str,
) -> None:  # fmt: skip
    last = len(columns) - 1
    title = book.add_format({**_BASE, "font_size": 16, "bold": True})
    note = book.add_format({**_BASE, "font_color": "#7F7F7F"})
    sheet.merge_range(0, 0, 0, last, f"企业台账（{year}年申报用）", title)
    unit = "单位：万元    黄底必填，其余知道多少填多少，不知道的留空；从第 5 行起一户一行"
    sheet.merge_range(1, 0, 1, last, f"{unit}；适用{laws}", note)
    heads = {c: book.add_format({**_HEAD, "bg_color": c}) for c in (_REQUIRED, _OPTIONAL)}
    for group, run in itertools.groupby(enumerate(columns), lambda pair: pair[1].group):
        members = list(run)
        first = members[0][0]
        if group:
            _merge(sheet, 2, first, 2, first + len(members) - 1, group, heads[_OPTIONAL])
        for index, column in members:
            look = heads[_REQUIRED if column.required else _OPTIONAL]
            if group:
                sheet.write_string(3, index, column.head, look)
            else:
                sheet.merge_range(2, index, 3, index, column.head, look)
            sheet.write_comment(
                3 if group else 2, index, column.comment, {"x_scale": 2, "y_scale": 1.6}
            )
            width = _NAME_WIDTH if column.key == "name" else _WIDTHS.get(column.kind, 9)
            sheet.set_column(index, index, width, looks[column.kind])
            _check(sheet, FIRST_ROW - 1, index, column.kind, column)
    _page(sheet, heads=FIRST_ROW - 1, left=2)


def _merge(sheet: Any, top: int, left: int, bottom: int, right: int, text: str, look: Any) -> None:
    if left == right and top == bottom:
        sheet.write_string(top, left, text, look)
    else:
        sheet.merge_range(top, left, bottom, right, text, look)


def _write_titles(book: Any, sheet: Any, looks: dict[str, Any]) -> None:
    last = len(TITLE_HEADS) - 1
    title = book.add_format({**_BASE, "font_size": 16, "bold": True})
    note = book.add_format({**_BASE, "font_color": "#7F7F7F"})
    sheet.merge_range(0, 0, 0, last, "资格证书", title)
    words = "一张证书一行；核实过没有任何证书的企业也列一行，后四格留空；没有核实的不列"
    sheet.merge_range(1, 0, 1, last, words, note)
    for index, (head, kind) in enumerate(zip(TITLE_HEADS, _TITLE_KINDS, strict=True)):
        colour = _REQUIRED if index < 2 else _OPTIONAL
        sheet.write_string(2, index, head, book.add_format({**_HEAD, "bg_color": colour}))
        width = _NAME_WIDTH if index == 0 else _WIDTHS[kind]
        sheet.set_column(index, index, width, looks[kind])
        _check(sheet, 3, index, kind, None)
    _page(sheet, heads=3, left=1)


def _page(sheet: Any, *, heads: int, left: int) -> None:
    """A4 across, heads and names again on every page."""
    sheet.freeze_panes(heads, left)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    sheet.repeat_rows(0, heads - 1)
    sheet.repeat_columns(0, left - 1)
    sheet.set_footer("&C第 &P 页，共 &N 页")


# --- checks --------------------------------------------------------------------------------


def _check(sheet: Any, row: int, index: int, kind: str, column: TemplateColumn | None) -> None:
    rule = _rule(kind, column)
    if rule:
        sheet.data_validation(row, index, row + CHECKED_ROWS - 1, index, rule)


def _rule(kind: str, column: TemplateColumn | None) -> dict[str, Any] | None:
    lists = {"yes_no": "是否", "field": "技术领域", "industry": "行业大类", "kind": "资格类型"}
    if kind in lists:
        # a code of one's own (行业小类 C3825, another certificate) may be right: only warn
        stop = "stop" if kind in ("yes_no", "field") else "warning"
        return _said("list", {"source": f"={lists[kind]}"}, "请从下拉里选", stop)
    if kind == "code" and (column is None or column.key == "uscc"):
        rule = {"criteria": "==", "value": 18}
        return _said("length", rule, "统一社会信用代码是 18 位，请核对营业执照")
    if kind == "date":
        rule = {"criteria": "between", "minimum": date(1900, 1, 1), "maximum": date(2199, 12, 31)}
        return _said("date", rule, "请填日期，如 2019-05-06")
    if column is None or not column.fact.numeric:
        return None
    low, high = column.fact.lo, column.fact.hi
    if low is None:
        rule = {"criteria": "between", "minimum": -(10**11), "maximum": 10**11}
        return _said("decimal", rule, "请只填数字；没有数据请留空")
    if high is not None:
        rule = {"criteria": "between", "minimum": low, "maximum": high}
        return _said("decimal", rule, f"请填 {low} 到 {high} 之间的分")
    number = "integer" if kind == "count" else "decimal"
    return _said(number, {"criteria": ">=", "value": low}, "请只填不小于 0 的数；没有数据请留空")


def _said(kind: str, rule: dict[str, Any], words: str, stop: str = "stop") -> dict[str, Any]:
    said = {"error_title": "请核对", "error_message": words, "error_type": stop}
    return {"validate": kind, **rule, **said}


# --- the explanation and the lists ---------------------------------------------------------


def _write_help(book: Any, sheet: Any, columns: Sequence[TemplateColumn], laws: str) -> None:
    wrap = book.add_format({**_BASE, "text_wrap": True, "valign": "top", "num_format": "@"})
    title = book.add_format({**_BASE, "font_size": 16, "bold": True})
    sheet.set_column(0, 0, 30, wrap)
    sheet.set_column(1, 1, 90, wrap)
    sheet.write_string(0, 0, HELP, title)
    for row, line in enumerate(_help_lines(laws), 2):
        sheet.write_string(row, 0, line, book.add_format(_BASE))
    row = 2 + len(_help_lines(laws)) + 1
    for column in _once(columns):
        head = column.group or column.head
        sheet.write_string(row, 0, f"【{head}】", wrap)
        sheet.write_string(row, 1, column.comment.replace("\n", "；"), wrap)
        row += 1
    sheet.set_portrait()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _once(columns: Sequence[TemplateColumn]) -> Iterator[TemplateColumn]:
    """The first column of each fact."""
    seen: set[str] = set()
    for column in columns:
        if column.fact.code not in seen:
            seen.add(column.fact.code)
            yield column


def _help_lines(laws: str) -> list[str]:
    return [
        f"{HELP_BEGINS}，列是{laws}要用的数。",
        f"二、〈{LEDGER}〉从第 5 行起一户一行，〈{TITLES}〉从第 4 行起一张证书一行；请不要改表头。",
        "三、金额一律万元，可带小数；人数、件数只填数字。",
        "四、不知道的留空，不要填 0、“无”或“否”：空着就是未知，系统会指出最要紧的是哪几个数。",
        "五、有下拉的从下拉选；信用代码、电话按文字填，代码应是 18 位。",
        "六、可以在右边加自己的列（乡镇、联系人等），导入时列为“没有读懂的列”，填上级的表时照样能用。",
        "七、下面逐列说明含义、单位和依据的条文。",
    ]


def _write_lists(book: Any, sheet: Any) -> None:
    """Every list in its own column, under a defined name."""
    fields = [f"{code} {name}" for code, name in technical_fields().items()
              if is_technical_field(code)]  # fmt: skip
    lists = {
        "是否": list(FIRST_LIST),
        "技术领域": fields,
        "行业大类": industries(),
        "资格类型": list(dict.fromkeys(KINDS.values())),
    }
    for index, (name, entries) in enumerate(lists.items()):
        sheet.write_column(0, index, entries)
        letter = "ABCD"[index]
        book.define_name(name, f"={LISTS}!${letter}$1:${letter}${len(entries)}")
    sheet.hide()


def industries() -> list[str]:
    """国民经济行业 (GB/T 4754), letter and two digits with the name: 「C39 …制造业」."""
    return [f"{code} {name}" for name, code in industry_names().items() if len(code) > 1]
