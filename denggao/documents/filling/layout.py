"""A form as it is drawn: cells with their styles, merged blocks, drop-downs, number formats.

Forms are small, so a sheet is held whole. Rows count from 1, columns from 0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from denggao.facts.problems import column_index, column_letter

REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")


@dataclass(frozen=True, slots=True)
class Area:
    """A block of cells, both ends included."""

    top: int
    left: int
    bottom: int
    right: int

    def has(self, row: int, column: int) -> bool:
        return self.top <= row <= self.bottom and self.left <= column <= self.right

    @classmethod
    def of(cls, text: str) -> Area | None:
        """「A1:C3」, 「$A$1」; ``None`` for whole rows, columns and other spellings."""
        ends = [REFERENCE.fullmatch(part) for part in text.upper().split(":")]
        if len(ends) not in (1, 2) or None in ends:
            return None
        (a, b), (c, d) = [m.groups() for m in (ends[0], ends[-1]) if m]
        return cls(int(b), column_index(a), int(d), column_index(c))


@dataclass(frozen=True, slots=True)
class Box:
    """One cell: its text ("" when blank), style number and whether a formula stands in it."""

    text: str
    style: int
    formula: bool
    is_number: bool = False


BLANK = Box("", 0, False)


@dataclass(frozen=True, slots=True)
class DropDown:
    """A list of allowed entries; ``allowed`` is ``None`` when it cannot be read here."""

    areas: tuple[Area, ...]
    allowed: tuple[str, ...] | None


@dataclass
class Layout:
    """One visible sheet."""

    name: str
    rows: dict[int, dict[int, Box]] = field(default_factory=dict)
    merges: list[Area] = field(default_factory=list)
    drop_downs: list[DropDown] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._blocks: dict[tuple[int, int], Area] | None = None

    @property
    def last_row(self) -> int:
        return max(self.rows, default=0)

    def box(self, row: int, column: int) -> Box:
        return self.rows.get(row, {}).get(column, BLANK)

    def block(self, row: int, column: int) -> Area:
        """The merged block that the cell belongs to, or the cell alone."""
        if self._blocks is None:
            self._blocks = {
                (r, c): area
                for area in self.merges
                for r in range(area.top, min(area.bottom, area.top + 2000) + 1)
                for c in range(area.left, min(area.right, area.left + 500) + 1)
            }
        return self._blocks.get((row, column)) or Area(row, column, row, column)

    def text(self, row: int, column: int) -> str:
        """The text that a reader sees there: a merged block shows its first cell's."""
        block = self.block(row, column)
        return self.box(block.top, block.left).text

    def filled(self, row: int) -> list[tuple[Area, str]]:
        """The blocks with a text that begin in this row, from the left."""
        cells = sorted(self.rows.get(row, {}).items())
        return [(self.block(row, column), box.text) for column, box in cells if box.text]

    def drop_down(self, row: int, column: int) -> DropDown | None:
        return next((d for d in self.drop_downs if any(a.has(row, column) for a in d.areas)), None)


@dataclass
class Form:
    """The sheets of a form that can be seen, and the number format of each style."""

    path: Path
    sheets: list[Layout]
    formats: list[str]
    date1904: bool

    def format(self, style: int) -> str:
        return self.formats[style] if style < len(self.formats) else "General"


_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')


def is_percent_format(code: str) -> bool:
    """Does a number in this format show in per cent?"""
    return "%" in _QUOTED.sub("", code)


def is_text_format(code: str) -> bool:
    """Is whatever stands in this format text?"""
    return code.strip() == "@"


def letter(column: int) -> str:
    """0 → A."""
    return column_letter(column)
