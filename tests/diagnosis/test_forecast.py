"""The forecast against exact fractions, against a simulation firm by firm, and against itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import comb
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denggao.diagnosis.forecast.cohorts import HIGH, LOW, MEDIAN, Assumed, evenly
from denggao.diagnosis.forecast.distribution import Counts, binomial, mixture, total
from denggao.diagnosis.forecast.flows import Flow, together, unexplained
from denggao.diagnosis.forecast.outlook import filings_needed, outlook
from tests.strategies import examples

chances = st.fractions(0, 1, max_denominator=50)
SURE = Fraction(8, 10)


def county(filings: int, renewal: str, base: int = 115) -> Assumed:
    return Assumed(
        2023, 2027, evenly(base, 2023, 3), (filings,), Fraction("0.78"), Fraction(renewal)
    )


# ------------------------------------------------------------------ distributions


def exact_binomial(trials: int, chance: Fraction) -> list[Fraction]:
    return [comb(trials, k) * chance**k * (1 - chance) ** (trials - k) for k in range(trials + 1)]


def exact_sum(left: Sequence[Fraction], right: Sequence[Fraction]) -> list[Fraction]:
    sums = [Fraction(0)] * (len(left) + len(right) - 1)
    for i, a in enumerate(left):
        for j, b in enumerate(right):
            sums[i + j] += a * b
    return sums


def assert_same(found: Counts, exact: Sequence[Fraction]) -> None:
    for count in range(len(exact) + 1):
        wanted = float(sum(exact[count:], Fraction(0)))
        assert found.at_least(count) == pytest.approx(wanted, rel=1e-9, abs=1e-15)


@examples(60)
@given(st.integers(0, 40), chances, st.integers(0, 25), chances)
def test_sums_of_binomials_are_exact(n: int, p: Fraction, m: int, q: Fraction) -> None:
    exact = exact_sum(exact_binomial(n, p), exact_binomial(m, q))
    found = binomial(n, p) + binomial(m, q)
    assert_same(found, exact)
    for share in (LOW, MEDIAN, HIGH):
        reached = [sum(exact[: k + 1], Fraction(0)) for k in range(len(exact))]
        wanted = next(k for k, value in enumerate(reached) if value >= share - Fraction(1, 10**11))
        assert found.quantile(share) == wanted


@pytest.mark.parametrize(
    ("trials", "chance"), [(2000, Fraction(31, 100)), (2000, Fraction(1, 10**6))]
)
def test_many_trials_keep_their_mean_and_spread(trials: int, chance: Fraction) -> None:
    found = binomial(trials, chance)
    counts = list(enumerate(found.weights, found.least))
    mean = sum(k * w for k, w in counts)
    assert sum(w for _, w in counts) == pytest.approx(1, abs=1e-12)
    assert mean == pytest.approx(float(trials * chance), rel=1e-9)
    spread = sum((k - mean) ** 2 * w for k, w in counts)
    assert spread == pytest.approx(float(trials * chance * (1 - chance)), rel=1e-9)


def test_mixture_and_nothing() -> None:
    assert mixture([binomial(0, Fraction(1)), binomial(4, Fraction(1))]) == Counts(
        0, (0.5, 0, 0, 0, 0.5)
    )
    assert total([]) == Counts(0, (1.0,))
    assert total([]).at_least(1) == 0
    with pytest.raises(ValueError, match="no binomial"):
        binomial(3, Fraction(3, 2))


# ------------------------------------------------------------------ the model


@pytest.mark.parametrize(
    ("filings", "renewal", "probability", "median"),
    [(45, "1", 0.58, 256), (45, "0.9", 0.0, 237), (45, "0.8", 0.0, 219), (60, "0.8", 0.87, 264)],
)
def test_the_published_figures(filings: int, renewal: str, probability: float, median: int) -> None:
    """They were drawn 4,000 times: within two standard errors, and one firm."""
    found = outlook(county(filings, renewal), 255, SURE).final
    assert found.probability == pytest.approx(probability, abs=0.016)
    assert abs(found.median - median) <= 1


def test_full_renewal_is_one_binomial() -> None:
    """Nothing lapses: 115 and the passes of 180 filings, by the textbook."""
    exact = exact_binomial(180, Fraction("0.78"))
    assert outlook(county(45, "1"), 255, SURE).final.probability == pytest.approx(
        float(sum(exact[140:], Fraction(0))), rel=1e-12
    )


def simulated(assumed: Assumed, rng: Random) -> int:
    """Firm by firm and year by year: how many hold a title at the end."""
    due = [year for year, count in assumed.base_due for _ in range(count)]
    for year in assumed.years:
        kept = [d for d in due if d != year]
        again = sum(rng.random() < assumed.renewal for d in due if d == year)
        new = sum(rng.random() < assumed.pass_rate for _ in range(rng.choice(assumed.filings)))
        due = kept + [year + assumed.term] * (again + new)
    return len(due)


@pytest.mark.parametrize(
    "assumed",
    [
        county(45, "0.9"),
        county(60, "0.8"),
        Assumed(
            2020, 2029, ((2021, 9), (2023, 4), (2026, 3)), (5, 9, 2), Fraction(2, 3), Fraction(3, 4)
        ),
        Assumed(2020, 2024, evenly(30, 2020, 2), (12,), Fraction(1, 2), Fraction(1, 2), term=2),
    ],
    ids=["90 %", "60 filings", "three kinds of year", "two years valid"],
)
def test_agrees_with_a_simulation(assumed: Assumed) -> None:
    rng, draws = Random(20260630), 2000
    drawn = sorted(simulated(assumed, rng) for _ in range(draws))
    stock = assumed.stock(assumed.end)
    for share in (0.1, 0.5, 0.9):
        target = drawn[int(share * draws)]
        seen = sum(count >= target for count in drawn) / draws
        assert stock.at_least(target) == pytest.approx(seen, abs=4 * 0.5 / draws**0.5)
    mean = sum(drawn) / draws
    deviation = (sum((count - mean) ** 2 for count in drawn) / draws) ** 0.5
    expected = float(assumed.flows[-1].closing)
    assert mean == pytest.approx(expected, abs=4 * deviation / draws**0.5)


def test_new_titles_fall_due_three_years_after_their_issue() -> None:
    """All pass, none renews: what came in a year is gone three years later."""
    assumed = Assumed(2023, 2030, (), (10,), Fraction(1), Fraction(0))
    assert [assumed.stock(year).quantile(MEDIAN) for year in assumed.years] == [
        10, 20, 30, 30, 30, 30, 30,
    ]  # fmt: skip
    assert [flow.lapsed for flow in assumed.flows] == [0, 0, 0, 10, 10, 10, 10]


@given(st.integers(0, 500), st.integers(1, 6))
def test_the_base_is_spread_without_rest(base: int, term: int) -> None:
    parts = [count for _, count in evenly(base, 2023, term)]
    assert sum(parts) == base
    assert max(parts) - min(parts) <= 1
    assert [year for year, _ in evenly(base, 2023, term)] == list(range(2024, 2024 + term))


assumptions = st.builds(
    lambda base, years, filings, p, r: Assumed(
        2023, 2023 + years, evenly(base, 2023, 3), tuple(filings), p, r
    ),
    st.integers(0, 60), st.integers(1, 8), st.lists(st.integers(0, 30), min_size=1, max_size=3),
    chances, chances,
)  # fmt: skip


@examples(40)
@given(assumptions)
def test_expected_flows_add_up_to_the_stock(assumed: Assumed) -> None:
    """Each year's Flow was built at all; its closing is the mean of the distribution."""
    for before, flow in zip((None, *assumed.flows), assumed.flows, strict=False):
        assert flow.opening == (assumed.base if before is None else before.closing)
        stock = assumed.stock(flow.year)
        mean = sum(k * w for k, w in enumerate(stock.weights, stock.least))
        assert mean == pytest.approx(float(flow.closing), abs=1e-9)


@examples(30)
@given(assumptions, st.integers(0, 150))
def test_no_fewer_filings_are_enough(assumed: Assumed, target: int) -> None:
    needed = filings_needed(assumed, target, SURE)

    def reached(filings: int) -> float:
        return replace(assumed, filings=(filings,)).stock(assumed.end).at_least(target)

    if needed is None:
        assert reached(40_000) < SURE
    else:
        assert reached(needed) >= SURE - Fraction(1, 10**12)
        assert needed == 0 or reached(needed - 1) < SURE


@examples(30)
@given(assumptions, st.integers(0, 150))
def test_levers_only_help_and_the_best_comes_first(assumed: Assumed, target: int) -> None:
    found = outlook(assumed, target, SURE)
    assert {lever.code for lever in found.levers} == {"renewal", "pass_rate", "filings"}
    assert all(lever.gain >= -1e-12 and lever.median_gain >= 0 for lever in found.levers)
    order = [(round(lever.gain, 4), lever.median_gain) for lever in found.levers]
    assert order == sorted(order, reverse=True)
    assert all(lever.after <= 1 for lever in found.levers if lever.code != "filings")


def test_an_impossible_target_needs_no_number() -> None:
    assert filings_needed(Assumed(2023, 2027, (), (5,), Fraction(0), Fraction(1)), 1, SURE) is None


# ------------------------------------------------------------------ flows


def test_a_flow_that_does_not_add_up_cannot_be_built() -> None:
    Flow("凉州区", 2023, 29, 45, new=24, lapsed=8)
    with pytest.raises(ValueError, match="is not"):
        Flow("凉州区", 2023, 29, 45, new=24)
    with pytest.raises(ValueError, match="below 0"):
        Flow("凉州区", 2023, 0, 0, new=1, renewed=-1)
    with pytest.raises(ValueError, match="is not"):
        replace(Flow("凉州区", 2023, 29, 45, new=24, lapsed=8), moved_out=1)


def test_what_published_figures_leave_to_explain() -> None:
    assert unexplained(29, 45, new=24) == 8
    assert unexplained(29, 45, new=24, lapsed=9) == -1
    with pytest.raises(TypeError):
        unexplained(29, 45, recognised=24)


def test_units_together() -> None:
    parts = [Flow("甲", 2024, 1, 3, new=2), Flow("乙", 2024, 5, 4, renewed=2, lapsed=3)]
    assert together(parts, "合计") == [Flow("合计", 2024, 6, 7, new=2, renewed=2, lapsed=3)]
