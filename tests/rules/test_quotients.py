"""Quotients and wide numbers, by hand: on both engines, exactly."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from denggao.facts.interval import ZERO, Interval, Truth, point
from tests.rules.exact import (
    ANY,
    MAY_NOT_EXIST,
    NOWHERE,
    POSITIVE,
    TOP,
    Facts,
    check,
    last,
    plain,
    years,
)

RATIO = "条件 A-1 甲：研发费用[上年] ÷ 销售收入[上年] ≥ 5%"


@pytest.mark.parametrize(
    ("rd", "sales", "truth", "value", "gap"),
    [
        ("0", "0", None, NOWHERE, None),
        ("5", "0", None, NOWHERE, None),
        (None, "0", None, NOWHERE, None),
        ("0", "100", False, ZERO, point(5)),
        ("5", "100", True, point(Fraction(1, 20)), ZERO),
        ("4.99", "100", False, point(Fraction(499, 10000)), point(Fraction(1, 100))),
        (None, "100", None, POSITIVE, Interval(0, 5)),
        ("5", None, None, MAY_NOT_EXIST, Interval(0, None)),
        (None, None, None, MAY_NOT_EXIST, Interval(0, None)),
        ("5", {"lo": "10", "hi": "100"}, True, Interval(Fraction(1, 20), Fraction(1, 2)), ZERO),
        ("5", {"lo": "10"}, None, Interval(0, Fraction(1, 2)), Interval(0, None)),
        ("5", {"hi": "100"}, None, Interval(Fraction(1, 20), None, True), Interval(0, 0)),
        ({"lo": "0", "hi": "4"}, "100", False, Interval(0, Fraction(1, 25)), Interval(1, 5)),
        ({"lo": "5"}, "100", True, Interval(Fraction(1, 20), None), ZERO),
    ],
)
def test_quotient_and_its_gap(
    rd: Any, sales: Any, truth: Truth, value: Interval, gap: Interval | None
) -> None:
    facts = last(rd_expense=rd, sales=sales)
    check(RATIO, facts, {"A-1": truth, "A-1.value": value, "A-1.gap": gap}, set())


@pytest.mark.parametrize(
    ("top", "bottom", "value"),
    [
        ("6", "-2", point(-3)),
        ("-6", "-2", point(3)),
        ("-6", "2", point(-3)),
        ("6", {"lo": "-2", "hi": "3"}, NOWHERE),
        ("6", {"lo": "-2", "hi": "0"}, Interval(None, -3, True)),
        ("6", {"hi": "-2"}, Interval(-3, 0)),
        ("6", None, NOWHERE),
        ({"lo": "-6", "hi": "6"}, "2", Interval(-3, 3)),
        ({"lo": "-6", "hi": "6"}, "-2", Interval(-3, 3)),
        ({"lo": "6"}, "-2", Interval(None, -3)),
    ],
)
def test_quotients_with_signs(top: Any, bottom: Any, value: Interval) -> None:
    facts = {"净资产": {"2025": top, "2024": bottom}}
    check("数值 A-1 甲：净资产[上年] ÷ 净资产[前年]", facts, {"A-1.value": value}, set())


@pytest.mark.parametrize(
    ("bottom", "value"), [("-199.99", Interval(None, 0)), ({"hi": "-1"}, Interval(None, 0))]
)
def test_what_is_never_negative_over_what_is(bottom: Any, value: Interval) -> None:
    """The end nearest 0 belongs to the denominator that is farthest from it."""
    facts = last(net_assets=bottom, sales={"lo": "7"})
    expected = {"A-1.value": value if isinstance(bottom, dict) else None}
    if expected["A-1.value"] is None:
        expected = {"A-1.value": Interval(None, Fraction(-700, 19999))}
    check("数值 A-1 甲：销售收入[上年] ÷ 净资产[上年]", facts, expected, set())


def test_a_small_numerator_over_unbounded_losses() -> None:
    """销售收入 known, one loss known, the other years missing: the quotient may come near 0."""
    facts = {**years("net_assets", None, "-199.99", None), **last(sales="7")}
    rule = "数值 A-1 甲：销售收入[上年] ÷ 最小( 净资产[近三年] )"
    check(rule, facts, {"A-1.value": Interval(Fraction(-700, 19999), 0)}, set())


def test_growing_does_not_help_under_a_negative_denominator() -> None:
    facts = last(sales="5", net_assets="-1")
    rule = "条件 A-1 甲：销售收入[上年] ÷ 净资产[上年] ≥ 5%"
    check(rule, facts, {"A-1": False, "A-1.gap": None}, set())


def test_literals_are_not_narrow_integers() -> None:
    """5000万元 is 5 × 10^9 分, more than 32 bits hold."""
    rule = "条件 A-1 甲：5000万元 ÷ 销售收入[上年] ≥ 60%"
    value = Fraction(5 * 10**9, 999)
    check(rule, last(sales="9.99"), {"A-1": True, "A-1.value": point(value)}, set())


def test_products_of_the_largest_amounts() -> None:
    facts = last(sales=str(TOP.numerator) + "/100", rd_expense=str(TOP.numerator) + "/100")
    rules = """
    数值 A-1 甲：销售收入[上年] × 研发费用[上年]
    条件 A-2 乙：销售收入[上年] × 研发费用[上年] ≥ 研发费用[上年] × 研发费用[上年]
    数值 A-3 丙：销售收入[上年] ÷ 研发费用[上年] + 研发费用[上年] ÷ 销售收入[上年]
    """
    expected = {"A-1.value": point(TOP * TOP), "A-2": True, "A-3.value": point(2)}
    check(rules, facts, expected, set())


@pytest.mark.parametrize(
    ("values", "rate"),
    [
        (("100", "100", "100"), Fraction(0)),
        (("100", "110", "99"), Fraction(0)),
        (("100", "90", "90"), Fraction(-1, 20)),
        (("3", "7", "11"), Fraction(20, 21)),
        (("-4", "-2", "2"), Fraction(-5, 4)),
    ],
)
def test_growth_is_exact(values: tuple[str, str, str], rate: Fraction) -> None:
    rule = "数值 A-1 甲：( 净资产[前年] ÷ 净资产[大前年] + 净资产[上年] ÷ 净资产[前年] ) ÷ 2 − 1"
    check(rule, years("net_assets", *values), {"A-1.value": plain(rate)}, set())


@pytest.mark.parametrize(
    ("rule", "facts", "value"),
    [
        ("取小( 销售收入[上年], 100元 )", {}, Interval(0, 100)),
        ("取大( 销售收入[上年], 100元 )", {}, Interval(100, None)),
        ("取大( 净资产[上年], 研发费用[上年] )", last(rd_expense="7"), Interval(7, None)),
        ("取小( 净资产[上年], 研发费用[上年] )", last(rd_expense="7"), Interval(None, 7)),
        ("最小( 净资产[近三年] )", years("net_assets", "5", None, "3"), Interval(None, 3)),
        ("最小( 净资产[近三年] )", years("net_assets", "5", "-1", "3"), point(-1)),
        ("最小( 销售收入[近三年] )", years("sales", "5", None, "3"), Interval(0, 3)),
        ("净资产[上年] − 净资产[前年]", last(net_assets={"lo": "4"}), ANY),
        ("销售收入[近三年]", years("sales", "5", None, {"lo": "1", "hi": "2"}), Interval(6, None)),
        ("销售收入[上年] × 3 ÷ 7", last(sales="1"), point(Fraction(3, 7))),
        ("0元 − 销售收入[上年] × 3", last(sales={"lo": "1"}), Interval(None, -3)),
    ],
)
def test_numbers(rule: str, facts: Facts, value: Interval) -> None:
    check(f"数值 A-1 甲：{rule}", facts, {"A-1.value": value}, set())
