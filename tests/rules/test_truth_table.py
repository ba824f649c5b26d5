"""What the words mean, by hand: one table, both engines, exact equality."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from denggao.facts.interval import ZERO, Interval, Truth, point
from denggao.rules.errors import InstrumentError
from tests.rules.engines import on_each_engine

ANY = Interval(None, None)
NOWHERE = Interval(None, None, True)
POSITIVE = Interval(0, None)
MAY_NOT_EXIST = Interval(0, None, True)
TOP = Fraction(10**17 - 1, 100)

Facts = dict[str, Any]


def last(**values: Any) -> Facts:
    """Facts of the fiscal year before the application."""
    return {code: {"2025": value} for code, value in values.items()}


def years(code: str, first: Any, before: Any, last_year: Any) -> Facts:
    values = {"2023": first, "2024": before, "2025": last_year}
    return {code: {year: value for year, value in values.items() if value is not None}}


def check(rules: str, facts: Facts, expected: dict[str, object], flags: set[str]) -> None:
    """Each engine says exactly this; keys are ``id``, ``id.value`` and ``id.gap``."""
    for engine, (answers, raised) in on_each_engine(rules, facts).items():
        for key, wanted in expected.items():
            id_, _, part = key.partition(".")
            assert (engine, key, getattr(answers[id_], part or "truth")) == (engine, key, wanted)
        assert (engine, raised) == (engine, flags)


# --- Kleene --------------------------------------------------------------------------------

TRUTHS: tuple[Truth, ...] = (True, False, None)


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


# --- comparisons at, below and above a threshold ---------------------------------------------

STEP = Fraction(1, 100)


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


def plain(value: Fraction | int) -> Interval:
    return point(Fraction(value))


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


# --- quotients -------------------------------------------------------------------------------

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


# --- arithmetic of wide numbers ----------------------------------------------------------------


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


# --- founding ----------------------------------------------------------------------------------

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


# --- contradictions, couplings, derivations ----------------------------------------------------

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


# --- parameters, readings, titles, fields -------------------------------------------------------

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


# --- comparisons that have no single fact to grow ----------------------------------------------


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


def test_a_wide_range_beside_a_finely_derived_one() -> None:
    """A stated range at the edge of its size, compared in twentieths of a 分."""
    rules = """
    推导 研发费用[年]：人员人工费用[年] + 委托境内研发费用[年] × 80% × 1%
    数值 A-1 甲：研发费用[上年]
    """
    facts = last(rd_expense={"lo": "0", "hi": "999999999999999.99"}, rd_labor="1")
    check(rules, facts, {"A-1.value": Interval(0, TOP)}, set())
