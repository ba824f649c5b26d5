"""Parameters, titles, fields and bands, by hand: on both engines, exactly."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from denggao.facts.interval import ZERO, Interval, Truth, point
from tests.rules.exact import TRUTHS, Facts, check, last, years

PARAMETER = """
参数 A-1 下限：
    销售收入[上年] ≤ 100元 时 5%
    销售收入[上年] ≤ 200元 时 4%
    否则 3%
条件 A-2 占比：研发费用[上年] ÷ 销售收入[上年] ≥ 下限
"""


@pytest.mark.parametrize(
    ("sales", "rd", "parameter", "truth", "gap"),
    [
        ("100", "5", point(Fraction(1, 20)), True, ZERO),
        ("100.01", "5", point(Fraction(1, 25)), True, ZERO),
        ("200", "8", point(Fraction(1, 25)), True, ZERO),
        ("200.01", "6", point(Fraction(3, 100)), False, point(Fraction(3, 10000))),
        (None, "5", Interval(Fraction(3, 100), Fraction(1, 20)), None, Interval(0, None)),
        # at most 200: either 5 % of at most 100 or 4 % of at most 200 — 8 is always enough
        ({"lo": "50", "hi": "200"}, "8", Interval(Fraction(1, 25), Fraction(1, 20)), True, ZERO),
        (
            {"lo": "50", "hi": "200"}, "2",
            Interval(Fraction(1, 25), Fraction(1, 20)), False, Interval(Fraction(1, 2), 6),
        ),
        ("100", None, point(Fraction(1, 20)), None, Interval(0, 5)),
    ],
)  # fmt: skip
def test_parameter_is_split_by_case(
    sales: Any, rd: Any, parameter: Interval, truth: Truth, gap: Interval
) -> None:
    facts = last(sales=sales, rd_expense=rd)
    expected = {"A-1.value": parameter, "A-2": truth, "A-2.gap": gap}
    check(PARAMETER, facts, expected, set())


@pytest.mark.parametrize(
    ("facts", "truth"),
    [
        ({}, None),
        ({"titles": []}, False),
        ({"titles": [{"kind": "科技领军企业"}]}, False),
        ({"titles": [{"kind": "高新技术企业", "issued_on": "2024-01-01"}]}, None),
        ({"titles": [("2023-06-30", "2026-06-29")]}, False),
        ({"titles": [("2023-07-01", "2026-06-30")]}, True),
        ({"titles": [("2026-06-30", "2029-06-29")]}, True),
        ({"titles": [("2026-07-01", "2029-06-30")]}, False),
    ],
)
def test_titles(facts: Facts, truth: Truth) -> None:
    listed = [
        item
        if isinstance(item, dict)
        else {"kind": "高新技术企业", "issued_on": item[0], "valid_to": item[1]}
        for item in facts.get("titles", [])
    ]
    facts = {"titles": listed} if "titles" in facts else {}
    check("条件 A-1 甲：持有 高新技术企业", facts, {"A-1": truth}, set())


def test_field_code() -> None:
    rule = "条件 A-1 甲：已归类 技术领域"
    check(rule, {"field_code": "1.1.10"}, {"A-1": True}, set())
    check(rule, {"field_code": None}, {"A-1": None}, set())
    check(rule, {"field_code": "1.1"}, {"A-1": None}, {"OUT_OF_DOMAIN"})


BANDS = """
评分 A-1 分档 满分 8：
    居民企业 得 7~8 标记 旗
    二类知识产权数 ≥ 5 得 5~6
    二类知识产权数 ≥ 3 得 3 ~ 4
    二类知识产权数 ≥ 1 得 0 ~ 获得方式分 标记 BAND_GAP
    否则 得 0~2
条件 A-2 够：A-1 > 5分
"""


@pytest.mark.parametrize(
    ("resident", "items", "points", "gap", "flags"),
    [
        (True, None, Interval(7, 8), ZERO, {"旗"}),
        (False, "5", Interval(5, 6), ZERO, set()),
        (False, "4", Interval(3, 4), point(2), set()),
        (False, "2", Interval(0, 6), ZERO, {"BAND_GAP"}),
        (False, "0", Interval(0, 2), point(4), set()),
        (None, "0", Interval(0, 8), ZERO, set()),
        (None, "5", Interval(5, 8), ZERO, set()),
        (False, None, Interval(0, 6), ZERO, set()),
        (False, {"lo": "1", "hi": "2"}, Interval(0, 6), ZERO, {"BAND_GAP"}),
        (False, {"lo": "2", "hi": "3"}, Interval(0, 6), ZERO, set()),
    ],
)
def test_bands(
    resident: Truth, items: Any, points: Interval, gap: Interval, flags: set[str]
) -> None:
    facts = {"resident": resident, "ip_class2": items}
    check(BANDS, facts, {"A-1.value": points, "A-2.gap": gap}, flags)


@pytest.mark.parametrize("resident", TRUTHS)
def test_flags_do_not_depend_on_the_order_of_reading(resident: Truth) -> None:
    """A contradiction is one, even where an earlier line has already decided."""
    rules = """
    评分 A-1 甲 满分 8：
        居民企业 得 5~8
        职工总数[上年] ≥ 5 得 1~4
        否则 得 0
    """
    facts = {"居民企业": resident, **last(tech_staff="11", staff="10")}
    check(rules, facts, {}, {"CONTRADICTION"})


def test_bands_of_a_growth_that_is_a_range() -> None:
    """52 ÷ [27, 999] − 1 lies on both sides of 35 %: no band is ruled out."""
    rules = """
    数值 A-1 增长：销售收入[上年] ÷ 销售收入[前年] − 1
    条件 A-2 低：A-1 < 35%
    评分 A-3 分档 满分 8：
        A-1 ≥ 35% 得 5~8
        A-1 > 0 得 1~4
        否则 得 0
    """
    facts = years("sales", None, {"lo": "27", "hi": "999"}, "52")
    value = Interval(Fraction(-947, 999), Fraction(25, 27))
    check(rules, facts, {"A-1.value": value, "A-2": None, "A-3.value": Interval(0, 8)}, set())
