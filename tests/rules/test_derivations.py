"""Founding, bounds of one fact by another, and what is derived: on both engines, exactly."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from denggao.facts.interval import ZERO, Interval, Truth, point
from denggao.rules.errors import InstrumentError
from tests.rules.exact import ANY, POSITIVE, TOP, Facts, check, last, years

FOUNDED = """
条件 A-1 满一年：成立天数 ≥ 365天
数值 A-2 年数：经营年数
数值 A-3 三年销售：销售收入[近三年]
数值 A-4 最少净资产：最小( 净资产[近三年] )
条件 A-5 缺销售：缺报 销售收入[近三年]
"""


@pytest.mark.parametrize(
    ("founded", "old_enough", "gap", "operated"),
    [
        (None, None, Interval(0, None), 3),
        ("2022-12-31", True, ZERO, 3),
        ("2023-01-01", True, ZERO, 3),
        ("2023-12-31", True, ZERO, 3),
        ("2024-01-01", True, ZERO, 2),
        ("2025-01-01", True, ZERO, 1),
        ("2025-06-30", True, ZERO, 1),
        ("2025-07-01", False, point(1), 1),
        ("2025-12-31", False, point(184), 1),
        ("2026-01-01", False, point(185), 0),
        ("2026-06-30", False, point(365), 0),
        ("2026-07-01", False, point(366), 0),
    ],
)
def test_founding(founded: str | None, old_enough: Truth, gap: Interval, operated: int) -> None:
    """Years before founding are not missing: they are not there."""
    expected: dict[str, object] = {
        "A-1": old_enough,
        "A-1.gap": gap,
        "A-2.value": point(operated),
        "A-3.value": POSITIVE if operated else ZERO,
        "A-4.value": ANY if operated else ZERO,
        "A-5": operated > 0,
    }
    check(FOUNDED, {"established_on": founded}, expected, set())


@pytest.mark.parametrize(
    ("founded", "total", "least", "flags"),
    [
        ("2023-05-01", 7, -4, set()),
        ("2024-05-01", 6, -2, {"BEFORE_FOUNDING"}),
        ("2025-05-01", 4, 3, {"BEFORE_FOUNDING"}),
        ("2026-05-01", 0, 0, {"BEFORE_FOUNDING"}),
    ],
)
def test_figures_before_founding(founded: str, total: int, least: int, flags: set[str]) -> None:
    facts = {"established_on": founded, **years("sales", "1", "2", "4")}
    facts |= years("net_assets", "-4", "-2", "3")
    expected = {"A-3.value": point(total), "A-4.value": point(least), "A-5": False}
    check(FOUNDED, facts, expected, flags)


STAFF = """
数值 A-1 科技人员：科技人员数[上年]
数值 A-2 职工：职工总数[上年]
数值 A-3 研发人员：研发人员数[上年]
条件 A-4 占比：科技人员数[上年] ÷ 职工总数[上年] ≥ 10%
"""


@pytest.mark.parametrize(
    ("tech", "staff", "rd", "values", "truth", "flags"),
    [
        ("10", "100", None, (point(10), point(100), Interval(0, 100)), True, set()),
        ("10", None, "20", (point(10), Interval(20, None), point(20)), None, set()),
        (None, "100", None, (Interval(0, 100), point(100), Interval(0, 100)), None, set()),
        (
            "101", "100", "5",
            (POSITIVE, POSITIVE, point(5)), None, {"CONTRADICTION"},
        ),
        ("100", "100", None, (point(100), point(100), Interval(0, 100)), True, set()),
        (
            {"lo": "90", "hi": "110"}, "100", None,
            (Interval(90, 110), point(100), Interval(0, 100)), True, set(),
        ),
        (
            {"lo": "100.0001"}, "100", None,
            (POSITIVE, POSITIVE, POSITIVE), None, {"CONTRADICTION"},
        ),
    ],
)  # fmt: skip
def test_staff_bounds_its_parts(
    tech: Any, staff: Any, rd: Any, values: tuple[Interval, ...], truth: Truth, flags: set[str]
) -> None:
    facts = last(tech_staff=tech, staff=staff, rd_staff=rd)
    expected: dict[str, object] = {f"A-{i}.value": v for i, v in enumerate(values, 1)}
    check(STAFF, facts, {**expected, "A-4": truth}, flags)


DERIVED = """
推导 总收入[年]：收入总额[年] − 不征税收入[年]
推导 研发费用[年]：人员人工费用[年] + 委托境内研发费用[年] × 80%
数值 A-1 一：总收入[上年]
数值 A-2 二：研发费用[上年]
数值 A-3 三：境内研发费用[上年]
数值 A-4 四：净资产[上年]
条件 A-5 缺研发：缺报 研发费用[上年]
条件 A-6 缺总收入：缺报 总收入[上年]
"""


@pytest.mark.parametrize(
    ("facts", "expected", "flags"),
    [
        ({}, {"A-1.value": POSITIVE, "A-4.value": ANY, "A-5": True, "A-6": True}, set()),
        (
            last(gross_income="10", nontaxable_income="4"),
            {"A-1.value": point(6), "A-6": False}, set(),
        ),
        (last(gross_income="10"), {"A-1.value": Interval(0, 10), "A-6": True}, set()),
        (
            last(gross_income="10", nontaxable_income="4", total_income="7"),
            {"A-1.value": point(7), "A-6": False}, {"DERIVED_DIFFERS"},
        ),
        (
            last(rd_labor="1", rd_outsourced_domestic="0.01", rd_domestic="0.5"),
            {"A-2.value": point(Fraction(1008, 1000)), "A-3.value": point(Fraction(1, 2))}, set(),
        ),
        (
            last(rd_labor="1", rd_outsourced_domestic="0.01"),
            {"A-3.value": Interval(0, Fraction(1008, 1000)), "A-5": False}, set(),
        ),
        (
            last(rd_expense="1.00", rd_labor="1", rd_outsourced_domestic="0.01"),
            {"A-2.value": point(1)}, set(),  # less than a 分 apart
        ),
        (last(rd_labor="1"), {"A-2.value": Interval(1, None), "A-5": True}, set()),
        (
            last(current_assets="5", noncurrent_assets="6", liabilities="20"),
            {"A-4.value": point(-9)}, set(),
        ),
        (
            last(current_assets="5", noncurrent_assets="6", total_assets="12", liabilities="2"),
            {"A-4.value": point(10)}, {"DERIVED_DIFFERS"},
        ),
    ],
)  # fmt: skip
def test_derivations(facts: Facts, expected: dict[str, object], flags: set[str]) -> None:
    check(DERIVED, facts, expected, flags)


def test_a_derived_value_outside_the_domain_is_unknown() -> None:
    """More untaxed income than income: never a reversed interval, and the reason is flagged."""
    facts = last(gross_income="4", nontaxable_income="10", ht_income="5")
    rules = """
    推导 总收入[年]：收入总额[年] − 不征税收入[年]
    数值 A-1 甲：总收入[上年]
    条件 A-2 乙：高新收入[上年] ÷ 总收入[上年] ≥ 60%
    """
    check(rules, facts, {"A-1.value": POSITIVE, "A-2": None}, {"OUT_OF_DOMAIN"})


def test_a_stated_value_keeps_its_scale_beside_a_derived_one() -> None:
    """境内研发费用 stated in 分, 研发费用 derived in fifths of it."""
    rules = """
    推导 研发费用[年]：人员人工费用[年] + 委托境内研发费用[年] × 80%
    数值 A-1 甲：境内研发费用[上年]
    """
    for outsourced, founded in (("1050", None), ("0", "2025-12-31"), (None, "2025-12-31")):
        facts = last(rd_domestic="333.33", rd_outsourced_domestic=outsourced, rd_labor="1050")
        facts["established_on"] = founded
        check(rules, facts, {"A-1.value": point(Fraction(33333, 100))}, set())


def test_a_part_is_not_derived_from_the_whole_that_bounds_it() -> None:
    """Each would bound the other while it is being worked out."""
    rules = """
    推导 境内研发费用[年]：研发费用[年] − 委托境外研发费用[年] × 80%
    数值 A-1 甲：境内研发费用[上年]
    """
    with pytest.raises(InstrumentError, match="互为上下限"):
        check(rules, last(rd_expense="100"), {}, set())


def test_a_wide_range_beside_a_finely_derived_one() -> None:
    """A stated range at the edge of its size, compared in twentieths of a 分."""
    rules = """
    推导 研发费用[年]：人员人工费用[年] + 委托境内研发费用[年] × 80% × 1%
    数值 A-1 甲：研发费用[上年]
    """
    facts = last(rd_expense={"lo": "0", "hi": "999999999999999.99"}, rd_labor="1")
    check(rules, facts, {"A-1.value": Interval(0, TOP)}, set())
