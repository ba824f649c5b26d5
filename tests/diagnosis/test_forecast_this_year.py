"""The forecast of a running year: it starts from the day and knows the titles won so far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import product
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denggao.diagnosis.calendar import certificate_end
from denggao.diagnosis.forecast import history as h
from denggao.diagnosis.forecast.cohorts import Assumed, Rest
from denggao.diagnosis.forecast.inputs import Basis, Stated, basis, history
from denggao.diagnosis.forecast.outlook import filings_needed, outlook
from denggao.facts.errors import UserError
from denggao.facts.titles import Title
from tests.strategies import examples

HNTE = "高新技术企业"
HALF, SURE = Fraction(1, 2), Fraction(8, 10)
NOVEMBER, LAST = date(2026, 11, 22), date(2026, 12, 31)
chances = st.fractions(0, 1, max_denominator=12)
small = st.lists(st.integers(0, 4), min_size=1, max_size=2)


def title(issued: date) -> Title:
    return Title(HNTE, None, issued, certificate_end(issued, 3))


def started(firms: list[list[date]], on: date, **more: object) -> Basis:
    stated = Stated(**{"target": 9, "end": on.year, "renewal": HALF, **more})  # type: ignore[arg-type]
    drawn = [("甲区", [title(day) for day in days]) for days in firms]
    found, slips = h.holders(drawn, HNTE, 3)
    return basis(stated, history(found, slips, HNTE, stated, on))


def probability(base: Basis, target: int) -> float:
    return outlook(base.assumed, target, SURE).final.probability


# ------------------------------------------------------------------ against brute force


def outcomes(trials: int, chance: Fraction) -> Iterator[tuple[int, Fraction]]:
    for k in range(trials + 1):
        yield k, comb(trials, k) * chance**k * (1 - chance) ** (trials - k)


def every_course(assumed: Assumed) -> Iterator[tuple[int, Fraction]]:
    """(titles held at the end, exact probability) of every course that the years may take:
    each title that falls due and each filing decided one way or the other."""
    courses: list[tuple[tuple[int, ...], Fraction]] = [
        (tuple(y for y, n in assumed.base_due for _ in range(n)), Fraction(1))
    ]
    for year in assumed.years:
        rest = assumed.rest if year == assumed.start + 1 else None
        following = []
        for dues, weight in courses:
            due = dues.count(year)
            left = tuple(d for d in dues if d != year)
            told = assumed.filings if rest is None or rest.open is None else (rest.open,)
            for filed, (again, p) in product(told, outcomes(due, assumed.renewal)):
                for passed, q in outcomes(filed, assumed.pass_rate):
                    new = passed
                    if rest is not None and rest.open is None:
                        new = max(0, passed - rest.won)
                    held = left + (year + assumed.term,) * (again + new)
                    following.append((held, weight * p * q / len(told)))
        courses = following
    for dues, weight in courses:
        yield len(dues), weight


@examples(60)
@given(
    st.lists(st.tuples(st.integers(2026, 2028), st.integers(0, 2)), max_size=2), small, chances,
    chances, st.integers(0, 4), st.none() | st.integers(0, 3), st.integers(1, 2),
    st.integers(2026, 2028),
)  # fmt: skip
def test_agrees_with_every_course_that_the_year_may_take(
    due: list[tuple[int, int]], filings: list[int], p: Fraction, r: Fraction, won: int,
    still: int | None, term: int, end: int,
) -> None:  # fmt: skip
    end = min(end, 2027 if sum(filings) > 4 else 2028)
    assumed = Assumed(2025, end, tuple(due), tuple(filings), p, r, term, Rest(NOVEMBER, won, still))
    courses = list(every_course(assumed))
    assert sum(weight for _, weight in courses) == 1
    stock = assumed.stock(end)
    for target in range(14):
        wanted = float(sum((w for held, w in courses if held >= target), Fraction(0)))
        assert stock.at_least(target) == pytest.approx(wanted, rel=1e-9, abs=1e-12)
    mean = float(sum(held * weight for held, weight in courses))
    assert float(assumed.flows[-1].closing) == pytest.approx(mean, abs=1e-9)


# ------------------------------------------------------------------ the last day, and each title


days = st.dates(date(2021, 1, 1), LAST)
ledgers = st.lists(st.lists(days, min_size=1, max_size=3), min_size=1, max_size=12)
KNOWN = {"filings": 5, "pass_rate": HALF}


@examples(60)
@given(ledgers, st.integers(0, 14))
def test_on_the_last_day_the_answer_is_certain(firms: list[list[date]], target: int) -> None:
    """All of the year's titles are there: it is what the ledger counts, 0 or 1."""
    drawn = [("甲区", [title(day) for day in issued]) for issued in firms]
    found, _ = h.holders(drawn, HNTE, 3)
    done = sum(one.current(LAST) is not None for one in found)
    base = started(firms, LAST, **KNOWN)
    assert base.assumed.base == done
    assert probability(base, target) == float(done >= target)
    final = outlook(base.assumed, target, SURE).final
    assert (final.low, final.median, final.high) == (done, done, done)


@examples(60)
@given(
    ledgers, st.integers(0, 12), chances, st.none() | st.integers(1, 6), st.integers(1, 20),
    st.dates(date(2026, 1, 1), NOVEMBER),
)  # fmt: skip
def test_a_title_more_never_makes_it_less_likely(
    firms: list[list[date]], filings: int, p: Fraction, still: int | None, target: int, won: date
) -> None:
    told = {"filings": filings, "pass_rate": p}
    before = started(firms, NOVEMBER, **told, open=still)
    after = started([*firms, [won]], NOVEMBER, **told, open=None if still is None else still - 1)
    assert after.assumed.base == before.assumed.base + 1
    assert probability(after, target) >= probability(before, target) - 1e-12


# ------------------------------------------------------------------ what is seen of the year

FIRMS = [
    *[[date(2022, 3, 1), date(2025, 2, 20)]] * 3,
    [date(2023, 12, 10)],  # still to fall due this year
    [date(2023, 12, 20), date(2026, 11, 1)],  # due, but the new one already begins
    [date(2023, 5, 1)],  # ended in April, nothing since
    [date(2026, 5, 1)],  # won
    [date(2026, 12, 1)],  # nobody knows of it yet
]


def test_it_sees_the_year_until_the_day() -> None:
    base = started(FIRMS, NOVEMBER, **KNOWN)
    past = base.history
    assert past is not None
    assert past.so_far == h.SoFar(NOVEMBER, won=1, renewed=1, unrenewed=1)
    assert base.assumed.base_due == ((2026, 1), (2028, 3), (2029, 2))
    assert base.assumed.rest == Rest(NOVEMBER, 1)
    assert (base.assumed.start, base.assumed.end) == (2025, 2026)
    (flow,) = base.assumed.flows
    assert (flow.opening, flow.lapsed, flow.renewed) == (6, 1, HALF)


def test_a_stated_base_or_year_is_of_a_year_end_as_before() -> None:
    for more in ({"base": 115}, {"start": 2025}):
        assert started(FIRMS, NOVEMBER, **KNOWN, **more).assumed.rest is None
    assert started(FIRMS, LAST, **KNOWN, end=2027).assumed.start == 2026
    with pytest.raises(UserError, match="--open"):
        started(FIRMS, NOVEMBER, **KNOWN, base=115, open=3)
    with pytest.raises(UserError, match="--pass-rate"):
        started(FIRMS, NOVEMBER, open=3)


def test_what_is_open_needs_no_filings_of_a_year() -> None:
    base = started(FIRMS, NOVEMBER, pass_rate=HALF, open=2)
    assert probability(base, 6) == pytest.approx(0.5 + 0.5 * 0.75)
    with pytest.raises(UserError, match="--filings"):
        started(FIRMS, NOVEMBER, pass_rate=HALF, open=2, end=2027)


def test_what_it_takes_is_counted_from_the_day() -> None:
    assumed = Assumed(2025, 2026, ((2028, 90),), (20,), HALF, HALF, rest=Rest(NOVEMBER, 12))
    assert filings_needed(replace(assumed, pass_rate=Fraction(1)), 100, SURE) == 10
    needed = filings_needed(assumed, 100, SURE)
    assert needed is not None
    reached = [replace(assumed, rest=Rest(NOVEMBER, 12, n)).stock(2026).at_least(100)
               for n in (needed - 1, needed)]  # fmt: skip
    assert reached[0] < 0.8 <= reached[1]
