"""Interval arithmetic: no result of numbers inside may fall outside, and no more is claimed."""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from denggao.facts import interval as iv
from denggao.facts.interval import ANYTHING, UNDEFINED, ZERO, Interval, point

_EXTREME = (10**17 - 1, -(10**17), Fraction(1, 10**9), Fraction(-1, 10**9))
numbers = st.sampled_from([*(iv.reduced(Fraction(n, 4)) for n in range(-12, 13)), *_EXTREME])


@st.composite
def inhabited(draw: st.DrawFn) -> tuple[Interval, Fraction | int]:
    """An interval, possibly open to infinity, and a number inside it."""
    lo, inside, hi = sorted(draw(numbers) for _ in range(3))
    open_below, open_above = draw(st.sampled_from([(0, 0), (0, 0), (0, 1), (1, 0), (1, 1)]))
    return Interval(None if open_below else lo, None if open_above else hi), inside


bounded = st.tuples(numbers, numbers).map(lambda ends: Interval(min(ends), max(ends)))


def contains(whole: Interval, value: Fraction | int) -> bool:
    above = whole.lo is None or whole.lo <= value
    return above and (whole.hi is None or value <= whole.hi)


OPERATIONS: dict[str, tuple[Callable[..., Interval], Callable[..., Fraction | int]]] = {
    "add": (iv.add, operator.add),
    "subtract": (iv.subtract, operator.sub),
    "multiply": (iv.multiply, operator.mul),
    "divide": (iv.divide, lambda x, y: Fraction(x) / y),
    "least": (lambda a, b: iv.least([a, b]), min),
    "greatest": (lambda a, b: iv.greatest([a, b]), max),
}


@pytest.mark.parametrize("name", OPERATIONS)
@given(a=inhabited(), b=inhabited())
def test_results_of_points_inside_are_inside(
    name: str, a: tuple[Interval, int], b: tuple[Interval, int]
) -> None:
    of_intervals, of_points = OPERATIONS[name]
    assume(name != "divide" or b[1] != 0)
    assert contains(of_intervals(a[0], b[0]), of_points(a[1], b[1]))


@pytest.mark.parametrize("name", OPERATIONS)
@given(x=numbers, y=numbers)
def test_points_give_points(name: str, x: int, y: int) -> None:
    of_intervals, of_points = OPERATIONS[name]
    assume(name != "divide" or y != 0)
    assert of_intervals(point(x), point(y)) == point(of_points(x, y))


@pytest.mark.parametrize("name", OPERATIONS)
@given(p=bounded, q=bounded)
def test_bounded_results_are_reached_at_corners(name: str, p: Interval, q: Interval) -> None:
    """Nothing wider than needed: both ends come from ends of the operands."""
    of_intervals, of_points = OPERATIONS[name]
    assume(name != "divide" or not contains(q, 0))
    corners = [of_points(x, y) for x in (p.lo, p.hi) for y in (q.lo, q.hi)]
    assert of_intervals(p, q) == Interval(min(corners), max(corners))


@given(a=inhabited(), b=inhabited())
def test_comparison_never_contradicts_a_completion(
    a: tuple[Interval, int], b: tuple[Interval, int]
) -> None:
    (p, x), (q, y) = a, b
    assert iv.at_least(p, q) in (None, x >= y)
    assert iv.at_least(p, q, strictly=True) in (None, x > y)
    assert iv.equal(p, q) in (None, x == y)


@given(x=numbers, y=numbers)
def test_points_are_always_decided(x: int, y: int) -> None:
    p, q = point(x), point(y)
    assert iv.at_least(p, q) is (x >= y)
    assert iv.at_least(p, q, strictly=True) is (x > y)
    assert iv.equal(p, q) is (x == y)


@given(p=bounded, q=bounded)
def test_undecided_only_where_completions_differ(p: Interval, q: Interval) -> None:
    """``None`` is said only where some pair says yes and another says no."""
    pairs = [(x, y) for x in (p.lo, p.hi) for y in (q.lo, q.hi)]
    assert (iv.at_least(p, q) is None) == (len({x >= y for x, y in pairs}) == 2)
    strict = iv.at_least(p, q, strictly=True)
    assert (strict is None) == (len({x > y for x, y in pairs}) == 2)


@given(a=inhabited(), b=inhabited())
def test_hull_holds_both(a: tuple[Interval, int], b: tuple[Interval, int]) -> None:
    whole = iv.hull([a[0], b[0]])
    assert contains(whole, a[1])
    assert contains(whole, b[1])


@given(a=inhabited(), b=inhabited())
def test_intersection_holds_what_both_hold(
    a: tuple[Interval, int], b: tuple[Interval, int]
) -> None:
    common = iv.intersect(a[0], b[0])
    assert contains(common, a[1]) == contains(b[0], a[1])


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (ZERO, ZERO, UNDEFINED),
        (point(3), ZERO, UNDEFINED),
        (point(1), point(-4), point(Fraction(-1, 4))),
        (Interval(-2, 6), point(-2), Interval(-3, 1)),
        (Interval(2, 6), Interval(1, 2), Interval(1, 6)),
        (Interval(-6, -2), Interval(1, 2), Interval(-6, -1)),
        (Interval(-6, 2), Interval(1, 2), Interval(-6, 2)),
        (Interval(1, 2), Interval(0, 2), Interval(Fraction(1, 2), None, True)),
        (Interval(-2, -1), Interval(0, 2), Interval(None, Fraction(-1, 2), True)),
        (ZERO, Interval(0, 2), Interval(0, 0, True)),
        (Interval(1, 2), Interval(-1, 2), UNDEFINED),
        (Interval(1, 2), ANYTHING, UNDEFINED),
        (Interval(1, 2), Interval(1, None), Interval(0, 2)),
        (Interval(1, None), Interval(2, 4), Interval(Fraction(1, 4), None)),
        (ANYTHING, Interval(2, 4), ANYTHING),
        (Interval(1, 2), Interval(None, -1), Interval(-2, 0)),
        (Interval(1, 2), Interval(-2, 0), Interval(None, Fraction(-1, 2), True)),
        (Interval(0, None), Interval(0, None), Interval(0, None, True)),
    ],
)
def test_division_by_hand(a: Interval, b: Interval, expected: Interval) -> None:
    assert iv.divide(a, b) == expected


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (ZERO, ANYTHING, ZERO),
        (ZERO, Interval(0, None), ZERO),
        (Interval(0, None), Interval(0, None), Interval(0, None)),
        (Interval(None, -1), Interval(2, 3), Interval(None, -2)),
        (Interval(None, -1), Interval(None, -2), Interval(2, None)),
        (Interval(-1, 2), Interval(1, None), ANYTHING),
        (Interval(0, 2), Interval(None, 3), Interval(None, 6)),
    ],
)
def test_products_with_infinite_ends(a: Interval, b: Interval, expected: Interval) -> None:
    assert iv.multiply(a, b) == expected
    assert iv.multiply(b, a) == expected


@pytest.mark.parametrize("other", [ZERO, point(5), ANYTHING, UNDEFINED])
def test_what_may_not_exist_is_never_compared(other: Interval) -> None:
    shaky = Interval(1, 2, undefined=True)
    for a, b in ((shaky, other), (other, shaky)):
        assert iv.at_least(a, b) is None
        assert iv.equal(a, b) is None


@pytest.mark.parametrize("name", OPERATIONS)
def test_undefined_is_handed_on(name: str) -> None:
    shaky = Interval(1, 2, undefined=True)
    assert OPERATIONS[name][0](shaky, point(4)).undefined
    assert OPERATIONS[name][0](point(4), shaky).undefined


def test_a_narrower_operation_would_be_caught() -> None:
    """Control: dropping one corner of the product leaves a result outside."""
    a, b = Interval(-1, 2), Interval(-3, 1)
    narrow = Interval(min(-1 * 1, 2 * -3), 2 * 1)
    assert not contains(narrow, -1 * -3)
    assert contains(iv.multiply(a, b), -1 * -3)
