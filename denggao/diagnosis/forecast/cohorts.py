"""按届推算: what becomes of the titles held now and of those still to come.

Titles are told apart by the year in which they fall due. Whatever is recognised in a year,
for the first time or again, falls due ``term`` years later and then every ``term`` years; each
time it is renewed with the same probability. A title is thus held at the end of a year exactly
if it survived every due year so far: survivors are binomial, and the stock is a sum of
independent binomials whose distribution is computed, not drawn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cached_property, lru_cache

from denggao.diagnosis.forecast.distribution import (
    Counts,
    binomial,
    mixture,
    thinned,
    total,
)
from denggao.diagnosis.forecast.flows import Flow

MEDIAN, LOW, HIGH = Fraction(1, 2), Fraction(5, 100), Fraction(95, 100)


def evenly(base: int, after: int, term: int) -> tuple[tuple[int, int], ...]:
    """``base`` titles over the ``term`` due years that follow ``after``: whole numbers with
    exactly that sum, what cannot be shared falls due first."""
    share, rest = divmod(base, term)
    return tuple((after + i, share + (i <= rest)) for i in range(1, term + 1))


@dataclass(frozen=True, slots=True)
class Rest:
    """A year that is already running, as of the day ``on``: ``won`` first recognitions so far;
    ``open`` filings not yet decided, ``None``: what the filings of a whole year lead to, less
    ``won``, never below 0."""

    on: date
    won: int
    open: int | None = None


@dataclass(frozen=True)
class Assumed:
    """What a forecast starts from.

    ``base_due``: (year, titles) of the titles held at the end of ``start``, by the year in
    which they fall due, each after ``start``. ``filings``: filings of each year from ``start``
    + 1 to ``end``, one number, or several that are equally likely. ``pass_rate`` and
    ``renewal`` exact, 0 … 1. ``term``: years that a title is valid. ``rest``: the first year is
    running: ``base_due`` are the titles held on its day, only what is left of it is to come.
    """

    start: int
    end: int
    base_due: tuple[tuple[int, int], ...]
    filings: tuple[int, ...]
    pass_rate: Fraction
    renewal: Fraction
    term: int = 3
    rest: Rest | None = None

    def __post_init__(self) -> None:
        rates_fit = 0 <= self.pass_rate <= 1 and 0 <= self.renewal <= 1
        rest = self.rest
        rest_fits = rest is None or (
            rest.on.year == self.start + 1 and rest.won >= 0 and (rest.open or 0) >= 0
        )
        counts_fit = self.filings and min(self.filings) >= 0 and self.term >= 1
        due_fits = all(year > self.start and count >= 0 for year, count in self.base_due)
        if not (rates_fit and counts_fit and due_fits and rest_fits and self.start <= self.end):
            raise ValueError(f"no forecast from {self}")

    @property
    def base(self) -> int:
        """Titles held at the end of ``start``, or on the day of ``rest``."""
        return sum(count for _, count in self.base_due)

    @property
    def years(self) -> range:
        """The years that are forecast."""
        return range(self.start + 1, self.end + 1)

    @property
    def is_this_year(self) -> bool:
        """Is the target of the year that is running?"""
        return self.rest is not None and self.end == self.rest.on.year

    @property
    def filed(self) -> tuple[int, ...]:
        """The filings that more could be made of: those still open, where these are stated and
        the target is of the running year, else those of each year."""
        if self.rest is not None and self.is_this_year and self.rest.open is not None:
            return (self.rest.open,)
        return self.filings

    def filing(self, counts: tuple[int, ...]) -> Assumed:
        """With these for ``filed``."""
        if self.rest is not None and self.filed is not self.filings:
            return replace(self, rest=replace(self.rest, open=counts[0]))
        return replace(self, filings=counts)

    def stock(self, year: int) -> Counts:
        """Titles held at the end of ``year``."""
        return self._old(year) + self._coming(year)

    def _old(self, year: int) -> Counts:
        return _surviving(self.base_due, self.renewal, self.term, year)

    def _coming(self, year: int) -> Counts:
        """Of those recognised from ``start`` + 1 on, or after the day of ``rest``."""
        first = self.start + 1
        if self.rest is None:
            return self._recognised(range(first, year + 1), year)
        kept = self.renewal ** _times_due(first + self.term, self.term, year)
        return thinned(self._left, kept) + self._recognised(range(first + 1, year + 1), year)

    @cached_property
    def _left(self) -> Counts:
        """First recognitions still to come in the running year."""
        assert self.rest is not None
        if self.rest.open is not None:
            return binomial(self.rest.open, self.pass_rate)
        return mixture([binomial(n, self.pass_rate) for n in self.filings]).beyond(self.rest.won)

    def _recognised(self, issued: range, year: int) -> Counts:
        """Of those recognised in whole years, those held at the end of ``year``."""
        kept = Counter(
            self.pass_rate * self.renewal ** _times_due(first + self.term, self.term, year)
            for first in issued
        )
        if len(self.filings) == 1:
            return total(binomial(years * self.filings[0], q) for q, years in kept.items())
        return total(
            mixture([binomial(count, q) for count in self.filings])
            for q, years in kept.items()
            for _ in range(years)
        )

    @cached_property
    def flows(self) -> tuple[Flow, ...]:
        """Expected flows of the years forecast, exact; of a running year what is to come, its
        opening being the stock on the day."""
        return tuple(self._flows())

    def _flows(self) -> Iterator[Flow]:
        expected: dict[int, Fraction] = {}
        for year, count in self.base_due:
            expected[year] = expected.get(year, Fraction(0)) + count
        new = Fraction(sum(self.filings), len(self.filings)) * self.pass_rate
        opening = Fraction(self.base)
        for year in self.years:
            lapsed = expected.pop(year, Fraction(0))
            renewed = lapsed * self.renewal
            again, won = year + self.term, new
            if self.rest is not None and year == self.rest.on.year:
                won = Fraction(self._left.mean)
            expected[again] = expected.get(again, Fraction(0)) + won + renewed
            closing = opening + won + renewed - lapsed
            yield Flow("合计", year, opening, closing, won, renewed, lapsed=lapsed)
            opening = closing


def _times_due(first: int, term: int, until: int) -> int:
    return 0 if until < first else (until - first) // term + 1


@lru_cache(256)
def _surviving(
    base_due: tuple[tuple[int, int], ...], renewal: Fraction, term: int, year: int
) -> Counts:
    """Of titles that fall due in the years given, those held at the end of ``year``."""
    groups: Counter[Fraction] = Counter()
    for due, count in base_due:
        groups[renewal ** _times_due(due, term, year)] += count
    return total(binomial(count, kept) for kept, count in groups.items())
