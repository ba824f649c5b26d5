"""完不完得成: the probability of a target, what it would take, and what helps most."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil

from denggao.diagnosis.forecast.cohorts import HIGH, LOW, MEDIAN, Assumed
from denggao.diagnosis.forecast.flows import Flow

#: How far each lever is moved: percentage points of a rate, a share of the filings.
RATE_STEP = Fraction(5, 100)
FILINGS_STEP = Fraction(10, 100)
#: No bureau files more in a year; a search that comes here has no answer.
MOST_FILINGS = 20_000


@dataclass(frozen=True, slots=True)
class Year:
    """One forecast year: expected flows, and the stock at its end."""

    flow: Flow
    median: int
    low: int
    high: int
    probability: float


@dataclass(frozen=True, slots=True)
class Lever:
    """``code`` renewal, pass_rate or filings, moved from ``before`` to ``after``; what the
    target's probability and the median then are, and by how much they are more."""

    code: str
    before: Fraction
    after: Fraction
    probability: float
    gain: float
    median: int
    median_gain: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """The answer. ``low`` … ``high`` holds the stock with 90 % (5 % on either side);
    ``levers`` best first; ``needed``: filings a year (still open, for a target of the
    running year) from which on the target is reached with ``confidence``, ``None`` when no
    number of filings is enough."""

    assumed: Assumed
    target: int
    confidence: Fraction
    years: tuple[Year, ...]
    levers: tuple[Lever, ...]
    needed: int | None

    @property
    def final(self) -> Year:
        """The year of the target."""
        return self.years[-1]


def outlook(
    assumed: Assumed, target: int, confidence: Fraction, *, has_pass_rate: bool = True
) -> Outlook:
    """Forecast ``assumed`` against ``target`` titles at the end of its last year.

    ``has_pass_rate`` is false when the filings stand for new titles and no rate was stated:
    then there is no such lever.
    """
    years = tuple(_years(assumed, target))
    levers = tuple(_levers(assumed, target, years[-1], has_pass_rate))
    needed = filings_needed(assumed, target, confidence)
    return Outlook(assumed, target, confidence, years, levers, needed)


def _years(assumed: Assumed, target: int) -> Iterator[Year]:
    for flow in assumed.flows:
        stock = assumed.stock(flow.year)
        low, median, high = (stock.quantile(share) for share in (LOW, MEDIAN, HIGH))
        yield Year(flow, median, low, high, stock.at_least(target))


def _levers(assumed: Assumed, target: int, now: Year, has_pass_rate: bool) -> list[Lever]:
    """Sorted by gain in probability (to the 0.01 % that is shown), then in median."""
    found = [
        _lever("renewal", assumed, replace(assumed, renewal=_more(assumed.renewal)), target, now)
    ]
    if has_pass_rate:
        moved = replace(assumed, pass_rate=_more(assumed.pass_rate))
        found.append(_lever("pass_rate", assumed, moved, target, now))
    more = tuple(ceil(count * (1 + FILINGS_STEP)) for count in assumed.filed)
    found.append(_lever("filings", assumed, assumed.filing(more), target, now))
    return sorted(found, key=lambda lever: (-round(lever.gain, 4), -lever.median_gain))


def _more(rate: Fraction) -> Fraction:
    return min(Fraction(1), rate + RATE_STEP)


def _lever(code: str, assumed: Assumed, moved: Assumed, target: int, now: Year) -> Lever:
    stock = moved.stock(moved.end)
    probability, median = stock.at_least(target), stock.quantile(MEDIAN)
    before, after = _value(code, assumed), _value(code, moved)
    return Lever(
        code, before, after, probability, probability - now.probability,
        median, median - now.median,
    )  # fmt: skip


def _value(code: str, assumed: Assumed) -> Fraction:
    if code == "filings":
        return Fraction(sum(assumed.filed), len(assumed.filed))
    return assumed.renewal if code == "renewal" else assumed.pass_rate


def filings_needed(assumed: Assumed, target: int, confidence: Fraction) -> int | None:
    """The fewest filings a year for P(≥ target) ≥ ``confidence``; ``None`` when even
    ``MOST_FILINGS`` are too few. More filings never lower the probability, so halving finds it.
    For a target of the running year: the fewest that are still open on the day.
    """
    rest = assumed.rest if assumed.is_this_year else None

    def enough(filings: int) -> bool:
        if rest is not None:
            moved = replace(assumed, rest=replace(rest, open=filings))
        else:
            moved = replace(assumed, filings=(filings,))
        stock = moved.stock(assumed.end)
        return stock.at_least(target) >= float(confidence)

    if enough(0):
        return 0
    low, high = 0, 1
    while not enough(high):
        low, high = high, high * 2
        if low >= MOST_FILINGS:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
