"""The empty workbook that a firm fills in (``denggao evidence --template``)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from denggao.diagnosis.evidence import sheets
from denggao.diagnosis.evidence.sheets import Column, Sheet
from denggao.documents.evidence.paper import Paper, open_book
from denggao.documents.screening_page import Looks

_EMPTY_ROWS = 300
_WIDE = 400
#: What a cell of each kind is told to take.
_HINTS = {
    sheets.DAY: "日期，如 2025-03-01", sheets.WAN: "万元，数字", sheets.CODES: "如 IP01,IP03",
    sheets.YEAR: "四位年份，如 2025", sheets.COUNT: "整数", sheets.YES: "是 或 否",
}  # fmt: skip


def write_template(path: Path) -> None:
    """Write it. Raises OSError."""
    with open_book(path) as book:
        looks = Looks(book)
        _card(book, looks)
        for sheet in sheets.TABLES:
            _table(book, looks, sheet)
        _abilities(book, looks)


def _card(book: Any, looks: Looks) -> None:
    paper = Paper(book, looks, sheets.CARD_NAME, (46, 50, 30))
    paper.title("证据链核对：企业填报", "只填每页的白格；页名和表头不要改。金额一律万元。")
    paper.heads(("项目", "内容", "怎么填"))
    for name, kind in sheets.CARD:
        paper.line((name, "", _HINTS.get(kind, "")))


def _table(book: Any, looks: Looks, sheet: Sheet) -> None:
    paper = Paper(book, looks, sheet.name, [_width(c) for c in sheet.columns])
    paper.title(sheet.name, sheet.note)
    paper.heads([column.head for column in sheet.columns])
    first = paper.row
    for row in sheet.ready:
        paper.line([*row, *[""] * (len(sheet.columns) - len(row))])
    for index, column in enumerate(sheet.columns):
        where = (first, index, first + _EMPTY_ROWS, index)
        if column.options and sum(map(len, column.options)) + len(column.options) < 250:
            choices = {"validate": "list", "source": list(column.options)}
            paper.sheet.data_validation(*where, {**choices, "error_message": "请从下拉中选一种"})
        elif column.kind in _HINTS:
            told = {"validate": "any", "input_message": _HINTS[column.kind]}
            paper.sheet.data_validation(*where, told)
    paper.sheet.freeze_panes(first, min(2, len(sheet.columns) - 1))


def _width(column: Column) -> float:
    if column.kind == sheets.TEXT and column.most >= _WIDE and not column.options:
        return 40
    return max(12.0, min(28.0, 2.0 * len(column.head) + 2))


def _abilities(book: Any, looks: Looks) -> None:
    paper = Paper(book, looks, sheets.ABILITY_NAME, (34, 90))
    paper.title("创新能力", "四段，每段不超过 400 字")
    paper.heads(("项目", "内容"))
    for name in sheets.ABILITIES:
        paper.line((name, ""))
