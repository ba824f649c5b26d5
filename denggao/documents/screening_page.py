"""Sheets of the screening workbook: looks, heads, page set-up, and rows written fast.

Rows below the heads go as XML text straight into the file in which XlsxWriter (constant memory)
keeps finished rows. That is five times faster than a call for each cell, keeps every digit of a
double (XlsxWriter writes sixteen), and every text is a text, whatever it begins with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from math import ceil, isfinite
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from denggao.documents.screening_data import WORDS
from denggao.facts.errors import UserError

#: The rows of an Excel sheet.
MAX_ROWS = 1_048_576
TOO_LONG = "超过 Excel 一页的 1,048,576 行；请改用 -o 结果.csv 或 -o 结果.parquet"
NO_DATA = "无数据"
_DAY_ZERO = date(1899, 12, 30)
_LINE = 13.5  # points
LONGEST = 16_000  # characters of one cell; Excel takes 32,767 UTF-16 units
_NAVY, _GREY, _PALE = "#14294B", "#7A828E", "#E7EDF5"
_COLOURS = {  # of a truth: ink and ground
    "pass": ("#1B5E35", "#E3F1E6"),
    "fail": ("#97211B", "#F8E1DF"),
    "unknown": ("#7A5600", "#FCF1D6"),
}
_CENTRE = {"align": "center"}
_BOX = {"border": 1, "border_color": "#C3CCD8"}
_LOOKS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16, "font_color": _NAVY},
    "note": {"font_color": _GREY},
    "section": {"bold": True, "font_size": 11, "font_color": _NAVY, "bottom": 2,
                "bottom_color": _NAVY},
    "head": {"bold": True, "font_color": "#FFFFFF", "bg_color": _NAVY, "text_wrap": True,
             "border": 1, "border_color": "#4A5F85", **_CENTRE},
    "machine": {"font_size": 7, "font_color": _GREY, "bg_color": _PALE, **_BOX, **_CENTRE},
    "plain": {"num_format": "@"},
    "text": {"num_format": "@", "indent": 1, **_BOX},
    "wrap": {"num_format": "@", "text_wrap": True, "indent": 1, **_BOX},
    "centre": {"num_format": "@", **_CENTRE, **_BOX},
    "number": {**_BOX},
    "count": {"num_format": "#,##0", **_BOX},
    "rank": {"num_format": "0", **_CENTRE, **_BOX},
    "money": {"num_format": "#,##0.00", **_BOX},
    "wan": {"num_format": "#,##0.00####", **_BOX},
    "date": {"num_format": "yyyy-mm-dd", **_CENTRE, **_BOX},
    "ratio": {"num_format": "0.00%", **_BOX},
    "exact_ratio": {"num_format": "0.00##########%", "shrink": True, **_BOX},
}  # fmt: skip
_BASE = {"font_name": "宋体", "font_size": 10, "font_scheme": "", "valign": "vcenter"}

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
    start = f'" s="{style}" t="inlineStr"><is><t'

    def render(value: Any) -> str:
        text = str(value)
        if len(text) > LONGEST:
            text = text[:LONGEST] + "…"
        space = "" if text == text.strip() else ' xml:space="preserve"'
        return f"{start}{space}>{_UNSAFE.sub(_escaped, text)}</t></is></c>"

    return render


def _as_number(style: int) -> Render:
    start = f'" s="{style}"><v>'

    def render(value: Any) -> str:
        return f"{start}{value!r}</v></c>" if isfinite(value) else f'" s="{style}"/>'

    return render


def _as_given(looks: Looks) -> Render:
    """Decimals, days from 1900-03-01 on, and texts; a text that a reader would take for a
    formula or an error gets a space in front, which readers leave out."""
    text, amount, day = _as_text(looks.index("text")), looks.index("wan"), looks.index("date")

    def render(value: Any) -> str:
        if isinstance(value, date):
            return f'" s="{day}"><v>{(value - _DAY_ZERO).days}</v></c>'
        if isinstance(value, Decimal):
            return f'" s="{amount}"><v>{value:f}</v></c>'
        return text(f" {value}" if value[0] in "=#" else value)

    return render


def _as_truth(style: int) -> Render:
    text = _as_text(style)
    return {truth: text(word) for truth, word in WORDS.items()}.__getitem__


def _as_ratio(style: int, exact: int, limits: Sequence[float]) -> Render:
    """Two decimals of a percent, unless they would seem to reach what the ratio misses."""
    plain, precise = _as_number(style), _as_number(exact)

    def render(value: Any) -> str:
        for limit in limits:
            if -0.0001 < value - limit < 0.0001 and value != limit:
                return precise(value)
        return plain(value)

    return render


def _render(column: Column, looks: Looks) -> Render:
    """What follows the row number in a cell's XML, from its value."""
    match column.look:
        case "truth":
            return _as_truth(looks.index("centre"))
        case "ratio":
            return _as_ratio(looks.index("ratio"), looks.index("exact_ratio"), column.limits)
        case "number":  # mostly points, the same again and again
            return lru_cache(10_000)(_as_number(looks.index("number")))
        case "given":  # as stated in a ledger: each value of its own kind
            return _as_given(looks)
        case "count" | "rank" | "money" | "wan":
            return _as_number(looks.index(column.look))
    return _as_text(looks.index(column.look))


def _empty(column: Column, looks: Looks) -> str:
    look = {"truth": "centre", "given": "text"}.get(column.look, column.look)
    return f'" s="{looks.index(look)}"/>'


# ---------------------------------------------------------------------- sheets


class ListSheet:
    """One sheet that is a list: heads, then rows by ``add``, then ``finish``."""

    def __init__(
        self, book: Any, looks: Looks, name: str, as_of: date, columns: Sequence[Column], *,
        frozen: int = 1, filtered: int | None = None, day: str = "申请日",
    ) -> None:  # fmt: skip
        self.sheet = book.add_worksheet(name)
        self.columns = columns
        self.frozen, self.filtered = frozen, filtered or len(columns)
        self.heads = 2 if any(c.machine for c in columns) else 1
        self.row = self.heads
        set_up(self.sheet, name, as_of, [c.width for c in columns], day)
        self._write_heads(looks)
        self._cells = [
            (xl_col_to_name(i), _render(c, looks), _empty(c, looks)) for i, c in enumerate(columns)
        ]
        self._text = _as_text(looks.index("text"))
        self._wrapped = {i: c.width for i, c in enumerate(columns) if c.look == "wrap"}
        self.sheet._write_single_row(self.row)  # the heads leave first
        self._file = self.sheet.row_data_fh

    def _write_heads(self, looks: Looks) -> None:
        lines = max(lines_of(column.head, column.width) for column in self.columns)
        self.sheet.set_row(0, _LINE * max(lines, 2) + 4)
        for index, column in enumerate(self.columns):
            if column.head:
                self.sheet.write_string(0, index, column.head, looks["head"])
        for index, column in enumerate(self.columns):
            if column.machine:
                self.sheet.write_string(1, index, column.machine, looks["machine"])

    def add(self, values: Sequence[Any], places: Sequence[int] | None = None) -> None:
        """The next row: a value for each column, or for those at ``places`` alone; ``None`` and
        empty texts leave the cell empty."""
        self.row += 1
        if self.row > MAX_ROWS:
            raise UserError(f"“{self.sheet.name}”{TOO_LONG}")
        number = str(self.row)
        columns = self._cells if places is None else [self._cells[i] for i in places]
        cells = [
            f'<c r="{letters}{number}{empty if value is None or value == "" else render(value)}'
            for value, (letters, render, empty) in zip(values, columns, strict=True)
        ]
        height = self._height(values, places)
        self._file.write(f'<row r="{number}"{height}>{"".join(cells)}</row>')

    def _height(self, values: Sequence[Any], places: Sequence[int] | None) -> str:
        """The attributes of a row in which some text needs more than one line."""
        if not self._wrapped:
            return ""
        lines = 1
        for place, value in zip(places or range(len(self.columns)), values, strict=True):
            width = self._wrapped.get(place)
            if width and value and 2 * len(value) > width:
                lines = max(lines, lines_of(value, width))
        return f' ht="{lines * _LINE + 2:g}" customHeight="1"' if lines > 1 else ""

    def finish(self) -> None:
        """Filters and what stays in sight and on every printed page."""
        if self.row == self.heads:
            self.row += 1
            self._file.write(f'<row r="{self.row}"><c r="A{self.row}{self._text(NO_DATA)}</row>')
        sheet, last = self.sheet, self.row - 1
        sheet.previous_row, sheet.dim_rowmax = self.row, last
        sheet.dim_colmax = len(self.columns) - 1
        sheet.freeze_panes(self.heads, self.frozen)
        sheet.autofilter(self.heads - 1, 0, last, self.filtered - 1)
        sheet.repeat_rows(0, self.heads - 1)


def lines_of(text: str, width: float) -> int:
    """How many lines a text takes in a column; Chinese characters are two wide."""
    wide = (len(line.encode("gb18030", "replace")) for line in text.split("\n"))
    return sum(1 if count < width - 1 else ceil(count / (width - 2.5)) for count in wide)


def set_up(
    sheet: Any, name: str, as_of: date, widths: Sequence[float], day: str = "申请日"
) -> None:
    """A4 landscape, one page wide, name and day above, page numbers below."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.65, bottom=0.55)
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)
    sheet.set_header(f"&L{name}&R{day} {as_of}")
    sheet.set_footer("&C第 &P 页 共 &N 页")
    for index, width in enumerate(widths):
        sheet.set_column(index, index, width)
