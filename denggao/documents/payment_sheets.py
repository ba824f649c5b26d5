"""Plain workbooks of money: a title for the printer, heads, rows, and the sum below them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from denggao.documents.screening_page import Column, ListSheet, Looks

_OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_FONT = {"font_name": "宋体", "font_size": 10}


@dataclass(frozen=True)
class Sheet:
    """``columns`` with the looks of ``screening_page``; amounts are whole 分 and are written in
    元; ``total``: is there a row 合计 with the sums of the money columns?"""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    total: bool = False


def write_sheets(
    path: Path, title: str, as_of: date, sheets: Sequence[Sheet], day: str = "日期"
) -> None:
    """Write the workbook; the same rows give the same bytes. Raises OSError, and UserError where
    a sheet would be too long for Excel."""
    import xlsxwriter

    options = {**_OPTIONS, "default_format_properties": dict(_FONT)}  # XlsxWriter changes them
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": title, "created": datetime.combine(as_of, time(), UTC)})
        looks = Looks(book)
        for sheet in sheets:
            made = ListSheet(book, looks, sheet.name, as_of, sheet.columns, frozen=2, day=day)
            _fill(made, sheet)
            made.finish()


def _fill(made: ListSheet, sheet: Sheet) -> None:
    money = [i for i, column in enumerate(sheet.columns) if column.look == "money"]
    sums, count = dict.fromkeys(money, 0), 0
    for row in sheet.rows:
        cells, count = list(row), count + 1
        for i in money:
            if cells[i] is not None:
                sums[i] += cells[i]
                cells[i] = cells[i] / 100
        made.add(cells)
    if sheet.total and count:
        last: list[Any] = [None] * len(sheet.columns)
        texts = [i for i, c in enumerate(sheet.columns) if c.look in ("text", "wrap")]
        last[texts[0]] = f"合计 {count} 笔"
        for i in money:
            last[i] = sums[i] / 100
        made.add(last)


def write_publication(
    path: Path, title: str, on: date, until: date, contact: str, rows: Sequence[Sequence[Any]]
) -> None:
    """公示表: rows of (name, event, award, 分, cite), and from when until when it is up."""
    columns = [
        Column("序号", 6, "rank"), Column("企业名称", 40), Column("事项", 14),
        Column("奖补项目", 34), Column("金额（元）", 18, "money"), Column("依据", 60, "wrap"),
    ]  # fmt: skip
    told = [
        ("公示", title), ("公示日", str(on)), ("公示至", str(until)), ("异议受理", contact),
        ("说明", "个人信息已隐去；对公示有异议的，请在公示期内以实名书面提出"),
    ]  # fmt: skip
    write_sheets(
        path, title, on,
        [
            Sheet("公示表", columns, ([i, *row] for i, row in enumerate(rows, 1)), total=True),
            Sheet("公示说明", [Column("项目", 14), Column("内容", 90, "wrap")], told),
        ],
        day="公示日",
    )  # fmt: skip
