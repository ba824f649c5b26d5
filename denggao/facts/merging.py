"""Statements about the same firm brought together; two different ones leave nothing.

Values lie in columns by firm. For each value the running number of its row is kept, so that
a contradiction can name both cells.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from denggao.facts.interval import Interval

#: Called with (column key, firm, earlier value, its row, later value, its row); rows are
#: running numbers. Returns the value to keep (``None``: neither).
Conflict = Callable[[str, int, Any, int, Any, int], Any]


@dataclass
class Rows:
    """Running row numbers, from 1, over all sheets → (sheet number, row in the sheet)."""

    _starts: list[int] = field(default_factory=list)
    _first_rows: list[int] = field(default_factory=list)
    _count: int = 0

    def begin_sheet(self, first_row: int) -> None:
        self._starts.append(self._count + 1)
        self._first_rows.append(first_row)

    def take(self, count: int) -> int:
        """Numbers ``count`` more rows of the sheet; the first of their numbers."""
        first = self._count + 1
        self._count += count
        return first

    def place(self, number: int) -> tuple[int, int]:
        sheet = bisect_right(self._starts, number) - 1
        return sheet, self._first_rows[sheet] + number - self._starts[sheet]


class Store:
    """``columns[key][firm]`` is the value, ``None`` while there is none or after a
    contradiction; ``bounded`` names the columns that hold an Interval somewhere."""

    def __init__(self, conflict: Conflict) -> None:
        self.columns: dict[str, list[Any]] = {}
        self.bounded: set[str] = set()
        self._origins: dict[str, array[int]] = {}
        self._disputed: set[tuple[str, int]] = set()
        self._conflict = conflict

    def put(
        self, key: str, firms: Sequence[int], values: list[Any], rows: Sequence[int], fresh: bool
    ) -> None:
        """Add one column of a chunk. ``fresh``: the firms are new, consecutive and each
        appears once, so nothing can contradict."""
        column = self.columns.setdefault(key, [])
        origins = self._origins.setdefault(key, array("L"))
        if fresh and len(column) <= firms[0]:
            _extend(column, origins, firms[0])
            column.extend(values)
            origins.extend(rows)
        else:
            _extend(column, origins, max(firms) + 1)
            self._scatter(key, firms, values, rows)
        if Interval in map(type, values):
            self.bounded.add(key)

    def _scatter(
        self, key: str, firms: Sequence[int], values: list[Any], rows: Sequence[int]
    ) -> None:
        column, origins = self.columns[key], self._origins[key]
        for firm, value, row in zip(firms, values, rows, strict=True):
            if value is None:
                continue
            old = column[firm]
            if old is None and (key, firm) not in self._disputed:
                column[firm], origins[firm] = value, row
            elif old is not None and old != value:
                self._settle(key, firm, value, row)

    def _settle(self, key: str, firm: int, value: Any, row: int) -> None:
        column, origins = self.columns[key], self._origins[key]
        old = column[firm]
        kept = within(old, value)
        if kept is None:
            kept = self._conflict(key, firm, old, origins[firm], value, row)
        if kept is None:
            self._disputed.add((key, firm))
        elif kept is value:
            origins[firm] = row
        column[firm] = kept

    def join(self, keep: int, drop: int, silent: Collection[str]) -> None:
        """What was stated of ``drop`` is stated of ``keep``, as if one row after the other had
        said so; of the ``silent`` columns ``keep`` has its own."""
        for key, column in self.columns.items():
            if drop >= len(column):
                continue
            _extend(column, self._origins[key], keep + 1)
            own = column[keep] is not None
            if (key, drop) in self._disputed and not (own and key in silent):
                self._disputed.add((key, keep))
                column[keep] = None
            elif column[drop] is not None and not (own and key in silent):
                self._scatter(key, [keep], [column[drop]], [self._origins[key][drop]])

    def keep_only(self, firms: Sequence[int]) -> None:
        """Firm ``firms[n]`` becomes firm n; the others go."""
        count = max(firms) + 1
        for key, column in self.columns.items():
            _extend(column, self._origins[key], count)
            self.columns[key] = [column[firm] for firm in firms]
            self._origins[key] = array("L", [self._origins[key][firm] for firm in firms])
        places = {firm: place for place, firm in enumerate(firms)}
        self._disputed = {(k, places[firm]) for k, firm in self._disputed if firm in places}

    def finish(self, count: int) -> dict[str, list[Any]]:
        """All columns, each as long as there are firms, bounds split into .lo and .hi."""
        for key, column in self.columns.items():
            _extend(column, self._origins[key], count)
        for key in sorted(self.bounded):
            self._split_bounds(key)
        self._conflict = _closed  # the importer, with the sheets it read, may go
        return self.columns

    def row_of(self, key: str, firm: int) -> int:
        """The running number of the row that a value came from."""
        return self._origins[key][firm]

    def _split_bounds(self, key: str) -> None:
        column = self.columns[key]
        los: list[Any] = [None] * len(column)
        his: list[Any] = [None] * len(column)
        for firm, value in enumerate(column):
            if isinstance(value, Interval):
                los[firm], his[firm], column[firm] = value.lo, value.hi, None
        self.columns[f"{key}.lo"], self.columns[f"{key}.hi"] = los, his


def _closed(key: str, firm: int, old: Any, row: int, new: Any, later: int) -> Any:
    raise AssertionError("the ledger is finished")


def within(old: Any, new: Any) -> Any:
    """The number of the two where the other is only a bound that allows it; else ``None``."""
    for number, bound in ((old, new), (new, old)):
        if isinstance(bound, Interval) and isinstance(number, int):
            low = bound.lo is None or bound.lo <= number
            return number if low and (bound.hi is None or number <= bound.hi) else None
    return None


def _extend(column: list[Any], origins: array[int], length: int) -> None:
    missing = length - len(column)
    if missing > 0:
        column.extend([None] * missing)
        origins.extend([0] * missing)
