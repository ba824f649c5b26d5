"""What the fast reader loses of a sheet, found in one streaming pass over its XML.

calamine returns error cells (#DIV/0!) and formulas without a stored value as empty cells, does
not tell which rows and columns are hidden, and parses the sheet again to find merged cells.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from denggao.facts.problems import column_index

#: Row → column (both from 0) → what to show of the cell.
Broken = dict[int, dict[int, str]]
#: ((first row, first column), (last row, last column)), from 0, both included.
Region = tuple[tuple[int, int], tuple[int, int]]

#: A cell may lie across two chunks: so much of the last one is looked at again.
_OVERLAP = 1 << 16

_ERROR = re.compile(rb"""<(?:\w+:)?c\b([^>]*\bt=["']e["'][^>]*)(?<!/)>(.*?)</(?:\w+:)?c>""", re.S)
_FORMULA = re.compile(
    rb"<(?:\w+:)?c\b([^>]*)>\s*<(?:\w+:)?f\b([^>]*?)(?:/>|>([^<]*)</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v(?:\s[^<>]*)?/>|<(?:\w+:)?v(?:\s[^<>]*)?>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^<>]*)?>([^<]*)<")
_REFERENCE = re.compile(rb"""\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")

_HIDDEN = re.compile(rb"""<(?:\w+:)?(row|col)\s([^>]*\bhidden\s*=\s*["'](?:1|true)["'][^>]*)>""")
_NUMBER = re.compile(rb"""\b(r|min|max)\s*=\s*["']([0-9]{1,7})["']""")
_MERGE = re.compile(
    rb"""<(?:\w+:)?mergeCell\s[^>]*?ref=["']\$?([A-Z]{1,3})\$?([0-9]{1,7}):\$?([A-Z]{1,3})\$?([0-9]{1,7})["']"""
)
_MOST_COLUMNS = 16_384


@dataclass
class SheetScan:
    """``broken``: error cells ("#DIV/0!") and formulas without a stored value ("=B2*2").
    ``hidden_rows`` and ``hidden_columns`` from 0. ``width`` and ``height`` reach to the
    farthest cell, as the guard found it (``scan`` leaves them 0)."""

    broken: Broken = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merges: list[Region] = field(default_factory=list)
    width: int = 0
    height: int = 0

    @property
    def cells(self) -> int:
        """Cells from A1 to the farthest one: the reader lays them all out in memory."""
        return self.width * self.height


def scan(chunks: Iterable[bytes]) -> SheetScan:
    """Look through the XML of a sheet. What lies in two chunks is found twice, harmlessly."""
    found = SheetScan()
    tail = b""
    for chunk in chunks:
        text = tail + chunk
        # one byte is found twenty times as fast as two
        if b't="e"' in text or (b"'" in text and b"t='e'" in text):
            _keep(found.broken, _found(_ERROR, text, _error_shown))
        if b"<f" in text or (b":" in text and b":f" in text):
            _keep(found.broken, _found(_FORMULA, text, _formula_shown))
        if b"hidden" in text:
            _hide(found, text)
        if b"mergeCell " in text:
            _merge(found, text)
        tail = text[-_OVERLAP:]
    found.merges = list(dict.fromkeys(found.merges))
    return found


# --- cells ---------------------------------------------------------------------------------


def _keep(broken: Broken, cells: Iterator[tuple[int, int, str]]) -> None:
    for row, column, shown in cells:
        broken.setdefault(row, {})[column] = shown


def _found(
    pattern: re.Pattern[bytes], text: bytes, shown: Callable[[re.Match[bytes]], str]
) -> Iterator[tuple[int, int, str]]:
    for match in pattern.finditer(text):
        reference = _REFERENCE.search(match.group(1))
        # t="str" with nothing in it is a formula whose answer is the empty text
        if reference and b't="str"' not in match.group(1):
            row = int(reference.group(2)) - 1
            yield row, column_index(reference.group(1).decode()), shown(match)


def _error_shown(match: re.Match[bytes]) -> str:
    value = _VALUE.search(match.group(2))
    text = value.group(1).decode("utf-8", "replace") if value else ""
    return text if text.startswith("#") else f"#错误{text}"


def _formula_shown(match: re.Match[bytes]) -> str:
    return "=" + (match.group(3) or b"").decode("utf-8", "replace")


# --- rows, columns, merged cells -----------------------------------------------------------


def _hide(found: SheetScan, text: bytes) -> None:
    for match in _HIDDEN.finditer(text):
        numbers = {name: int(number) for name, number in _NUMBER.findall(match.group(2))}
        if match.group(1) == b"row" and b"r" in numbers:
            found.hidden_rows.add(numbers[b"r"] - 1)
        elif match.group(1) == b"col" and b"min" in numbers and b"max" in numbers:
            last = min(numbers[b"max"], _MOST_COLUMNS)
            found.hidden_columns.update(range(numbers[b"min"] - 1, last))


def _merge(found: SheetScan, text: bytes) -> None:
    for left, top, right, bottom in _MERGE.findall(text):
        start = (int(top) - 1, column_index(left.decode()))
        found.merges.append((start, (int(bottom) - 1, column_index(right.decode()))))
