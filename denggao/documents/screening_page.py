"""Sheets of the screening workbook: looks, heads, page set-up, and rows written fast.

Rows below the heads go as XML text straight into the file in which XlsxWriter (constant memory)
keeps finished rows. That is five times faster than a call for each cell, keeps every digit of a
double (XlsxWriter writes sixteen), and every text is a text, whatever it begins with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from denggao.documents.screening_data import WORDS
from denggao.facts.errors import UserError

#: The rows of an Excel sheet.
MAX_ROWS = 1_048_576
TOO_LONG = "超过 Excel 一页的 1,048,576 行；请改用 -o 结果.csv 或 -o 结果.parquet"
NO_DATA = "无数据"
_LONGEST = 16_000  # characters of one cell; Excel takes 32,767 UTF-16 units
_NAVY, _GREY, _PALE = "#14294B", "#7A828E", "#E7EDF5"
_COLOURS = {  # of a truth: ink and ground
    "pass": ("#1B5E35", "#E3F1E6"),
    "fail": ("#97211B", "#F8E1DF"),
    "unknown": ("#7A5600", "#FCF1D6"),
}
_CENTRE = {"align": "center"}
_LOOKS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16, "font_color": _NAVY},
    "note": {"font_color": _GREY},
    "section": {"bold": True, "font_size": 11, "font_color": _NAVY, "bottom": 2,
                "bottom_color": _NAVY},
    "head": {"bold": True, "font_color": "#FFFFFF", "bg_color": _NAVY, "text_wrap": True,
             "border": 1, "border_color": "#4A5F85", **_CENTRE},
    "machine": {"font_size": 7, "font_color": _GREY, "bg_color": _PALE, **_CENTRE},
    "text": {"num_format": "@"},
    "wrap": {"num_format": "@", "text_wrap": True},
    "centre": {"num_format": "@", **_CENTRE},
    "bold": {"num_format": "@", "bold": True},
    "number": {},
    "count": {"num_format": "#,##0"},
    "money": {"num_format": "#,##0.00"},
    "wan": {"num_format": "#,##0.00####"},
    "ratio": {"num_format": "0.00%"},
    "exact_ratio": {"num_format": "0.00##########%", "shrink": True},
}  # fmt: skip
_BASE = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}

Render = Callable[[Any], str]


class Looks:
    """The formats of one workbook, by name."""

    def __init__(self, book: Any) -> None:
        self._formats = {k: book.add_format({**_BASE, **look}) for k, look in _LOOKS.items()}
        self.of_truth = {
            truth: book.add_format({"font_color": ink, "bg_color": ground})
            for truth, (ink, ground) in _COLOURS.items()
        }

    def __getitem__(self, name: str) -> Any:
        return self._formats[name]

    def index(self, name: str) -> int:
        """The number by which cells refer to a format."""
        return int(self._formats[name]._get_xf_index())


@dataclass(frozen=True, slots=True)
class Column:
    """A head, its width in half Chinese characters, how its cells look; ``machine``: the
    name for programs, in a second row of heads when any column has one."""

    head: str
    width: float
    look: str = "text"
    machine: str = ""
    limits: tuple[float, ...] = ()  # of a ratio: thresholds it must not seem to reach


# ---------------------------------------------------------------------- cells

_UNSAFE = re.compile("[&<>\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "_": "_x005F_"}


def _escaped(found: re.Match[str]) -> str:
    char = found.group()
    return _ENTITIES.get(char) or ("�" if ord(char) > 0x1F else f"_x{ord(char):04X}_")


def _as_text(style: int) -> Render:
    start = f'" s="{style}" t="inlineStr"><is><t xml:space="preserve">'

    def render(value: Any) -> str:
        text = str(value)
        if len(text) > _LONGEST:
            text = text[:_LONGEST] + "…"
        return f"{start}{_UNSAFE.sub(_escaped, text)}</t></is></c>"

    return render


def _as_number(style: int) -> Render:
    start = f'" s="{style}"><v>'

    def render(value: Any) -> str:
        return f"{start}{value!r}</v></c>" if isfinite(value) else f'" s="{style}"/>'

    return render


def _as_truth(style: int) -> Render:
    text = _as_text(style)
    return {truth: text(word) for truth, word in WORDS.items()}.__getitem__


def _as_ratio(style: int, exact: int, limits: Sequence[float]) -> Render:
    """Two decimals of a percent, unless they would seem to reach what the ratio misses."""
    plain, precise = _as_number(style), _as_number(exact)

    def render(value: Any) -> str:
        near = any(value != limit and abs(value - limit) < 0.0001 for limit in limits)
        return precise(value) if near else plain(value)

    return render


def _render(column: Column, looks: Looks) -> Render:
    match column.look:
        case "truth":
            return _as_truth(looks.index("centre"))
        case "ratio":
            return _as_ratio(looks.index("ratio"), looks.index("exact_ratio"), column.limits)
        case "number" | "count" | "money" | "wan":
            return _as_number(looks.index(column.look))
    return _as_text(looks.index(column.look))


# ---------------------------------------------------------------------- sheets


class List:
    """One sheet that is a list: heads, then rows by ``add``, then ``finish``."""

    def __init__(
        self, book: Any, looks: Looks, name: str, as_of: date, columns: Sequence[Column], *,
        frozen: int = 1, filtered: int | None = None,
    ) -> None:  # fmt: skip
        self.sheet = book.add_worksheet(name)
        self.columns = columns
        self.frozen, self.filtered = frozen, filtered or len(columns)
        self.heads = 2 if any(c.machine for c in columns) else 1
        self.row = self.heads
        set_up(self.sheet, name, as_of, [c.width for c in columns])
        self._write_heads(looks)
        self._cells = [(xl_col_to_name(i), _render(c, looks)) for i, c in enumerate(columns)]
        self.sheet._write_single_row(self.row)  # the heads leave first
        self._file = self.sheet.row_data_fh

    def _write_heads(self, looks: Looks) -> None:
        lines = 1 + max(column.head.count("\n") for column in self.columns)
        self.sheet.set_row(0, 16 * max(lines, 2))
        for index, column in enumerate(self.columns):
            if column.head:
                self.sheet.write_string(0, index, column.head, looks["head"])
        for index, column in enumerate(self.columns):
            if column.machine:
                self.sheet.write_string(1, index, column.machine, looks["machine"])

    def add(self, values: Iterable[Any]) -> None:
        """The next row; nothing is written for ``None`` and empty texts."""
        self.row += 1
        if self.row > MAX_ROWS:
            raise UserError(f"“{self.sheet.name}”{TOO_LONG}")
        number = str(self.row)
        cells = [
            f'<c r="{letters}{number}{render(value)}'
            for value, (letters, render) in zip(values, self._cells, strict=True)
            if value is not None and value != ""
        ]
        self._file.write(f'<row r="{number}">{"".join(cells)}</row>')

    def finish(self) -> None:
        """Filters and what stays in sight and on every printed page."""
        if self.row == self.heads:
            self.add([NO_DATA] + [None] * (len(self.columns) - 1))
        sheet, last = self.sheet, self.row - 1
        sheet.previous_row, sheet.dim_rowmax = self.row, last
        sheet.dim_colmax = len(self.columns) - 1
        sheet.freeze_panes(self.heads, self.frozen)
        sheet.autofilter(self.heads - 1, 0, last, self.filtered - 1)
        sheet.repeat_rows(0, self.heads - 1)


def set_up(sheet: Any, name: str, as_of: date, widths: Sequence[float]) -> None:
    """A4 landscape, grid printed, one page wide, name and day above, page numbers below."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.65, bottom=0.55)
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(0)
    sheet.set_header(f"&L{name}&R申请日 {as_of}")
    sheet.set_footer("&C第 &P 页 共 &N 页")
    for index, width in enumerate(widths):
        sheet.set_column(index, index, width)
