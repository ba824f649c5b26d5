"""What the words mean, by hand: one table, both engines, exact equality."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from denggao.facts.interval import Interval, Truth
from tests.rules.exact import POSITIVE, STEP, TRUTHS, check, last, plain, years


def conjunction(a: Truth, b: Truth) -> Truth:
    return False if a is False or b is False else None if a is None or b is None else True


@pytest.mark.parametrize(("a", "b"), list(product(TRUTHS, TRUTHS)))
def test_and_or_not(a: Truth, b: Truth) -> None:
    facts = {"居民企业": a, "经营异常名录": b}
    opposite = {True: False, False: True, None: None}
    rules = """
    条件 A-1 且：居民企业 且 经营异常名录
    条件 A-2 或：居民企业 或 经营异常名录
    条件 A-3 非：非 居民企业
    条件 A-4 引用：A-1 且 A-2 或 A-3
    """
    both, either = conjunction(a, b), opposite[conjunction(opposite[a], opposite[b])]
    inner = conjunction(both, either)
    whole = opposite[conjunction(opposite[inner], a)]
    check(rules, facts, {"A-1": both, "A-2": either, "A-3": opposite[a], "A-4": whole}, set())


@pytest.mark.parametrize("known", TRUTHS)
def test_pending_is_unknown_for_ever(known: Truth) -> None:
    rules = "条件 A-1 且：居民企业 且 待核实\n条件 A-2 或：居民企业 或 待核实"
    expected = {"A-1": False if known is False else None, "A-2": True if known else None}
    check(rules, {"居民企业": known}, expected, set())


@pytest.mark.parametrize(
    ("op", "below", "at", "above"),
    [
        ("≥", False, True, True),
        (">", False, False, True),
        ("≤", True, True, False),
        ("<", True, False, False),
        ("=", False, True, False),
        ("≠", True, False, True),
    ],
)
@pytest.mark.parametrize("limit", ["5000万元", "2亿元", "0.01元", "9999999亿元"])
def test_amounts_at_a_limit(op: str, below: bool, at: bool, above: bool, limit: str) -> None:
    number = {"5000万元": 5 * 10**7, "2亿元": 2 * 10**8, "0.01元": STEP}.get(limit, 9999999 * 10**8)
    rule = f"条件 A-1 甲：销售收入[上年] {op} {limit}"
    for value, truth in ((number - STEP, below), (number, at), (number + STEP, above)):
        text = f"{value.numerator}/{value.denominator}"
        check(rule, last(sales=text), {"A-1": truth, "A-1.value": plain(value)}, set())


@pytest.mark.parametrize(
    ("op", "expected"),
    [
        ("≥", (False, True, True)),
        (">", (False, False, True)),
        ("≤", (True, True, False)),
        ("<", (True, False, False)),
        ("=", (False, True, False)),
        ("≠", (True, False, True)),
    ],
)
@pytest.mark.parametrize("sales", ["1000", "333.40", "999999999999999.80"])
def test_ratios_at_a_limit(op: str, expected: tuple[bool, bool, bool], sales: str) -> None:
    """5 % of the sales, exactly, and one 分 beside it: no rounding ever decides."""
    exactly = Fraction(sales) / 20
    rule = f"条件 A-1 甲：研发费用[上年] ÷ 销售收入[上年] {op} 5%"
    for value, truth in zip((exactly - STEP, exactly, exactly + STEP), expected, strict=True):
        rounded = value if value * 100 % 1 == 0 else None
        assert rounded is not None
        facts = last(sales=sales, rd_expense=f"{value.numerator}/{value.denominator}")
        check(rule, facts, {"A-1": truth, "A-1.value": plain(value / Fraction(sales))}, set())


@pytest.mark.parametrize(
    ("facts", "value", "by_op"),
    [
        # the operators in the order ≥ > ≤ < = ≠ against 100元
        ({"lo": "100", "hi": "200"}, Interval(100, 200), (True, None, None, False, None, None)),
        ({"lo": "50", "hi": "100"}, Interval(50, 100), (None, False, True, None, None, None)),
        ({"lo": "50", "hi": "150"}, Interval(50, 150), (None,) * 6),
        ({"lo": "150"}, Interval(150, None), (True, True, False, False, False, True)),
        ({"hi": "50"}, Interval(0, 50), (False, False, True, True, False, True)),
        (None, POSITIVE, (None,) * 6),
    ],
)
def test_intervals_against_a_limit(facts: Any, value: Interval, by_op: tuple[Truth, ...]) -> None:
    rules = "\n".join(
        f"条件 A-{i} 甲{i}：销售收入[上年] {op} 100元" for i, op in enumerate("≥>≤<=≠")
    )
    expected: dict[str, object] = {f"A-{i}": truth for i, truth in enumerate(by_op)}
    check(rules, last(sales=facts), {**expected, "A-0.value": value}, set())


@pytest.mark.parametrize(
    ("rules", "truth"),
    [
        (
            "条件 A-1 甲：销售收入[上年] ÷ 销售收入[前年] + 研发费用[上年] ÷ 销售收入[前年] ≥ 3",
            True,
        ),
        ("数值 A-2 乙：\n  居民企业 时 销售收入[上年]\n  否则 0元\n条件 A-1 甲：A-2 ≥ 7元", True),
        ("评分 A-2 乙 满分 6：获得方式分\n条件 A-1 甲：A-2 ≥ 核心支持作用分", False),
    ],
)
def test_any_two_numbers_can_be_compared(rules: str, truth: Truth) -> None:
    """What the loader takes, both engines judge."""
    facts = {**years("sales", None, "2", "7"), **last(rd_expense="5"), "居民企业": True}
    facts |= {"获得方式分": "3", "核心支持作用分": "4"}
    check(rules, facts, {"A-1": truth}, set())


@pytest.mark.parametrize(
    ("facts", "missing"), [({"lo": None}, True), ({"lo": "3"}, False), (None, True)]
)
def test_an_interval_is_stated_if_it_says_anything(facts: Any, missing: bool) -> None:
    check("条件 A-1 甲：缺报 净资产[上年]", last(net_assets=facts), {"A-1": missing}, set())
