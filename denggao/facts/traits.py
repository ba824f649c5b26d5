"""What two rows of one name say of their firms besides it: where one has no credit code, another
district or another founding day means that they may be two firms."""

from __future__ import annotations

import datetime
from functools import lru_cache
from typing import NamedTuple

from denggao.facts import cells
from denggao.facts.cells import BadCell
from denggao.facts.divisions import current, lies_in, names
from denggao.facts.regionnames import region_name
from denggao.facts.regions import region_of
from denggao.facts.workbook import Cell
from denggao.facts.zones import zones


class Traits(NamedTuple):
    """Cells of a row as they stand, "" where there is none; ``year`` is the fiscal year of the
    row, 0 for none."""

    region: Cell = ""
    founded: Cell = ""
    year: int = 0
    date1904: bool = False

    def differs(self, other: Traits) -> bool:
        """Do they contradict each other? A firm may move from one year to the next."""
        same_year = self.year == other.year or 0 in (self.year, other.year)
        if same_year and _far_apart(self.region, other.region):
            return True
        one, two = self._day(), other._day()
        return one is not None and two is not None and one != two

    def agrees(self, other: Traits) -> bool:
        """Do they say one thing alike, and nothing that contradicts?"""
        if self.differs(other):
            return False
        one, two = _text(self.region), _text(other.region)
        return bool(one and one == two) or (self._day() is not None and self._day() == other._day())

    def filled(self, other: Traits) -> Traits:
        """With what only the other one says."""
        return self._replace(
            region=self.region or other.region, founded=self.founded or other.founded
        )

    def _day(self) -> datetime.date | None:
        try:
            return cells.date(self.founded, self.date1904) if self.founded != "" else None
        except BadCell:
            return None


def _text(cell: Cell) -> str:
    text = cells.plain_text(cell).strip() if cell != "" else ""
    return "" if cells.is_missing(text) else region_name(text)


def _far_apart(one: Cell, other: Cell) -> bool:
    """Two districts of which neither lies in the other. A zone may lie in any."""
    a, b = _text(one), _text(other)
    if not a or not b or a == b:
        return False
    first, second = places_named(a), places_named(b)
    if first is None or second is None:
        return True
    return bool(first and second) and not any(
        lies_in(x, y) or lies_in(y, x) for x in first for y in second
    )


@lru_cache(10_000)
def places_named(text: str) -> frozenset[str] | None:
    """The divisions that a column of districts may mean, none for a zone; ``None`` for what is
    no place."""
    if code := current(text):
        return frozenset([code])
    if any(text in (*zone.names, *zone.local_names) for zone in zones()):
        return frozenset()
    if meant := names().get(text):
        return frozenset(named.code for named in meant)
    found = region_of(text)
    if found.district or found.candidates:
        return frozenset([found.district] if found.district else found.candidates)
    return frozenset() if found.zone else None
