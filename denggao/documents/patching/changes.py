"""What shall change in a workbook: single cells, and plain sheets appended at its end."""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from denggao.facts.errors import UserError
from denggao.facts.problems import column_index

MAX_ROWS = 1 << 20
MAX_COLUMNS = 1 << 14
_COLOUR = re.compile(r"[0-9A-Fa-f]{6}")


class Keep(enum.Enum):
    """The type of ``KEEP``: the value stays, only a note or a background is added."""

    KEEP = enum.auto()


KEEP: Final = Keep.KEEP
Value = str | int | Decimal | Fraction | date | bool | None
#: Row and column of a cell, both from 1.
Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Change:
    """One cell. ``row`` from 1, ``column`` in letters. ``value``: ``None`` empties the cell and
    keeps its style, ``KEEP`` leaves the value alone. ``note`` is added as a comment, or
    appended to the comment that is there. ``fill`` is a background as RRGGBB."""

    sheet: str
    row: int
    column: str
    value: Value | Keep
    note: str | None = None
    fill: str | None = None

    @property
    def cell(self) -> Cell:
        return self.row, column_index(self.column) + 1

    @property
    def reference(self) -> str:
        """D5"""
        return f"{self.column.upper()}{self.row}"


@dataclass(frozen=True)
class NewSheet:
    """A plain sheet. ``widths`` in characters by column; the first ``header_rows`` rows are
    bold and stay in view. A name that is taken gets a number: 来源(2)."""

    name: str
    rows: Sequence[Sequence[str | int | Decimal | date | None]]
    widths: Sequence[float] = field(default=())
    header_rows: int = 1


def by_sheet(changes: Sequence[Change]) -> dict[str, dict[Cell, Change]]:
    """The changes of each sheet by cell. Raises UserError for a cell that no sheet has and
    for two changes of one cell."""
    found: dict[str, dict[Cell, Change]] = {}
    for change in changes:
        cells = found.setdefault(change.sheet, {})
        _check(change)
        if change.cell in cells:
            raise UserError(f"〈{change.sheet}〉{change.reference} 要改两次，只能给一个值")
        cells[change.cell] = change
    return found


def _check(change: Change) -> None:
    letters = change.column
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
        raise UserError(f"列号“{change.column}”不对，应是 A、B……XFD 这样的字母")
    row, column = change.cell
    if not 1 <= row <= MAX_ROWS or column > MAX_COLUMNS:
        raise UserError(f"单元格 {change.reference} 超出了工作表的范围（1048576 行、XFD 列）")
    if change.fill is not None and not _COLOUR.fullmatch(change.fill):
        raise UserError(f"底色“{change.fill}”不对，应是六位十六进制数，如 FFF2CC")
