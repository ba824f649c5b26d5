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
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache

from denggao.diagnosis.forecast.distribution import Counts, binomial, mixture, total
from denggao.diagnosis.forecast.flows import Flow

MEDIAN, LOW, HIGH = Fraction(1, 2), Fraction(5, 100), Fraction(95, 100)


def evenly(base: int, after: int, term: int) -> tuple[tuple[int, int], ...]:
    """``base`` titles over the ``term`` due years that follow ``after``: whole numbers with
    exactly that sum, what cannot be shared falls due first."""
    share, rest = divmod(base, term)
    return tuple((after + i, share + (i <= rest)) for i in range(1, term + 1))


@dataclass(frozen=True)
class Assumed:
    """What a forecast starts from.

    ``base_due``: (year, titles) of the titles held at the end of ``start``, by the year in
    which they fall due, each after ``start``. ``filings``: filings of each year from ``start``
    + 1 to ``end``, one number, or several that are equally likely. ``pass_rate`` and
    ``renewal`` exact, 0 … 1. ``term``: years that a title is valid.
    """

    start: int
    end: int
    base_due: tuple[tuple[int, int], ...]
    filings: tuple[int, ...]
    pass_rate: Fraction
    renewal: Fraction
    term: int = 3

    def __post_init__(self) -> None:
        rates_fit = 0 <= self.pass_rate <= 1 and 0 <= self.renewal <= 1
        counts_fit = self.filings and min(self.filings) >= 0 and self.term >= 1
        due_fits = all(year > self.start and count >= 0 for year, count in self.base_due)
        if not (rates_fit and counts_fit and due_fits and self.start <= self.end):
            raise ValueError(f"no forecast from {self}")

    @property
    def base(self) -> int:
        """Titles held at the end of ``start``."""
        return sum(count for _, count in self.base_due)

    @property
    def years(self) -> range:
        """The years that are forecast."""
        return range(self.start + 1, self.end + 1)

    def stock(self, year: int) -> Counts:
        """Titles held at the end of ``year``."""
        return self._old(year) + self._coming(year)

    def _old(self, year: int) -> Counts:
        return _surviving(self.base_due, self.renewal, self.term, year)

    def _coming(self, year: int) -> Counts:
        """Of those recognised from ``start`` + 1 on."""
        issued = range(self.start + 1, year + 1)
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
        """Expected flows of the years forecast, exact."""
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
            again = year + self.term
            expected[again] = expected.get(again, Fraction(0)) + new + renewed
            closing = opening + new + renewed - lapsed
            yield Flow("合计", year, opening, closing, new, renewed, lapsed=lapsed)
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
