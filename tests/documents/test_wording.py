"""Numbers in words: rounded for the eye, never across a threshold, never a 分 lost."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from denggao.documents import wording as w
from denggao.facts.interval import Interval, point
from denggao.facts.titles import Title
from denggao.rules import nodes as n
from denggao.rules.library import instruments
from tests.rules.engines import small

THRESHOLDS = [Fraction(k, 100) for k in (2, 3, 4, 5, 10, 15, 20, 25, 30, 50, 60)]
fen = st.integers(-(10**17) + 1, 10**17 - 1)
amounts = st.integers(0, 10**17 - 1)


def number_in(text: str) -> Fraction:
    """What a reader takes from it, in 元 or as it stands."""
    factor = 10_000 if text.endswith("万元") else 1
    return Fraction(Decimal(re.sub(r"[^\d.\-]", "", text))) * factor


# ------------------------------------------------------------------------------- ratios


@st.composite
def near_thresholds(draw: st.DrawFn) -> tuple[Fraction, Fraction]:
    """A ratio of two amounts in 分, often within a 分 or two of the threshold."""
    limit, below = draw(st.sampled_from(THRESHOLDS)), draw(st.integers(1, 10**17 - 1))
    top = draw(st.one_of(amounts, st.integers(-2, 2).map(lambda d: int(below * limit) + d)))
    return Fraction(top, below), limit


@given(near_thresholds())
def test_a_shown_ratio_stands_on_its_side(case: tuple[Fraction, Fraction]) -> None:
    exact, limit = case
    shown = number_in(w.percent(exact, limit)) / 100
    assert (shown >= limit) == (exact >= limit)
    assert (shown <= limit) == (exact <= limit) or shown == limit
    assert abs(shown - exact) <= Fraction(1, 10_000)


@given(near_thresholds())
def test_ratio_has_at_least_two_decimals(case: tuple[Fraction, Fraction]) -> None:
    assert re.fullmatch(r"-?\d[\d,]*\.\d{2,}%", w.percent(*case))


@example((Fraction(360287970189641), Fraction(1, 50)))  # no double is as fine
@given(near_thresholds())
def test_ratio_without_threshold_is_rounded_once(case: tuple[Fraction, Fraction]) -> None:
    shown = number_in(w.percent(case[0])) / 100
    assert abs(shown - case[0]) <= Fraction(1, 20_000)


@pytest.mark.parametrize(
    ("exact", "limit", "text"),
    [
        ("0.05", "0.05", "5.00%"),
        ("0.04996", "0.05", "4.996%"),
        ("0.049999999999", "0.05", "4.9999999999%"),
        ("0.0500004", "0.05", "5.00%"),
        ("0.0512345", "0.05", "5.12%"),
        ("0.1234", None, "12.34%"),
        ("12.5", None, "1,250.00%"),
        ("-0.375", None, "-37.50%"),
        ("0", "0.05", "0.00%"),
    ],
)
def test_ratios(exact: str, limit: str | None, text: str) -> None:
    assert w.percent(Fraction(exact), None if limit is None else Fraction(limit)) == text


def test_one_fen_short_of_the_largest_amount() -> None:
    """5 % of 10^15 元, less one 分."""
    exact = Fraction(5 * 10**15 - 1, 10**17)
    shown = number_in(w.percent(exact, Fraction(5, 100))) / 100
    assert shown < Fraction(5, 100)


# ------------------------------------------------------------------------------- amounts


@given(fen)
def test_money_comes_back_to_the_fen(steps: int) -> None:
    text = w.amount(Fraction(steps, 100), "元")
    assert number_in(text) * 100 == steps
    assert text.endswith("万元") == (abs(steps) >= 1_000_000)


@given(st.integers(0, 10**16))
def test_people_come_back_to_four_decimals(steps: int) -> None:
    assert number_in(w.amount(Fraction(steps, 10_000), "人")) * 10_000 == steps


@given(st.integers(0, 10**15))
def test_thousands_are_separated(yuan: int) -> None:
    digits = w.amount(yuan, "项").removesuffix("项")
    assert digits == f"{yuan:,}"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (41_000_000, "元", "4,100万元"),
        (Fraction(999_999, 100), "元", "9,999.99元"),
        (Fraction(5_000_000_001, 100), "元", "5,000.000001万元"),
        (-10_000, "元", "-1万元"),
        (Fraction("26.3333"), "人", "26.3333人"),
        (0, "元", "0元"),
        (None, "元", "∞"),
    ],
)
def test_amounts(value: Fraction | None, unit: str, text: str) -> None:
    assert w.amount(value, unit) == text


@given(st.fractions(0, 10**9), st.sampled_from(("人", "项", "天")))
def test_gaps_of_people_and_items_are_whole_and_enough(gap: Fraction, unit: str) -> None:
    shown = number_in(w.shortfall(gap, unit))
    assert shown.denominator == 1
    assert 0 <= shown - gap < 1


@given(st.fractions(0, 10**13))
def test_gaps_of_money_are_enough_and_to_the_fen(gap: Fraction) -> None:
    shown = number_in(w.shortfall(gap, "元"))
    assert 0 <= shown - gap < Fraction(1, 100)


@pytest.mark.parametrize(
    ("gap", "unit", "text"),
    [
        (Fraction("0.0001"), "人", "1人"),
        (2, "人", "2人"),
        (Fraction("0.333"), "元", "0.34元"),
        (None, "元", "未知"),
        (Fraction(9), "分", "9分"),
    ],
)
def test_shortfalls(gap: Fraction | None, unit: str, text: str) -> None:
    assert w.shortfall(gap, unit) == text


# ------------------------------------------------------------------- intervals and values


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "元", "无"),
        (Interval(None, None), "元", "未知"),
        (point(3), "项", "3项"),
        (Interval(7, 8), "分", "7分～8分"),
        (Interval(0, None), "元", "不少于 0元"),
        (Interval(None, 5), "天", "不多于 5天"),
        (Interval(Fraction(1, 20), Fraction(1, 10)), "%", "5.00%～10.00%"),
    ],
)
def test_intervals(value: Interval | None, unit: str, text: str) -> None:
    assert w.interval(value, unit) == text


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("sales@2025", None, "缺"),
        ("sales@2025", Interval(0, None), "缺"),
        ("sales@2025", point(0), "0元"),
        ("net_assets@2025", Interval(None, None), "缺"),
        ("ip_core_support", Interval(0, 8), "缺"),
        ("resident", True, "是"),
        ("resident", False, "否"),
        ("established_on", date(2019, 5, 6), "2019-05-06"),
        ("field_code", "1.1.10", "1.1.10"),
        ("titles", (), "没有证书"),
        ("titles", (Title("甲", valid_to=date(2026, 12, 31)),), "甲（?～2026-12-31）"),
    ],
)  # fmt: skip
def test_values(key: str, value: object, text: str) -> None:
    assert w.value_words(key, value) == text  # type: ignore[arg-type]


def test_facts() -> None:
    assert w.fact_words("sales@2025") == "2025年销售收入"
    assert w.fact_words("field_code") == "技术领域"


def test_every_flag_of_the_laws_has_words() -> None:
    flags = {c.flag for law in instruments() for s in law.statements.values() for c in s.cases}
    assert flags - {None, ""} <= w.FLAG_WORDS.keys()
    for flag in ("OUT_OF_DOMAIN", "CONTRADICTION", "BEFORE_FOUNDING", "ROUNDED", "EXPERT_DECIDES"):
        assert w.FLAG_WORDS[flag]


# ------------------------------------------------------------------------------ formulas


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("科技人员数[上年] ÷ 职工总数[上年] ≥ 10%", "2025年科技人员数 ÷ 2025年职工总数 ≥ 10%"),
        ("研发费用[近三年] ≤ 5000万元", "2023—2025年研发费用 ≤ 5,000万元"),
        ("非 居民企业", "不是居民企业"),
        ("居民企业 且 参与编制标准", "居民企业，且参与编制标准"),
        ("居民企业 或 待核实", "（居民企业 或 待核实）"),
        ("成立天数 ≥ 365天", "成立天数 ≥ 365天"),
        ("最小( 净资产[近三年] ) > 0", "2023—2025年净资产的最小值 > 0"),
        ("持有 高新技术企业", "持有高新技术企业"),
        ("已归类 技术领域", "技术领域已归类"),
        ("缺报 销售收入[前年]", "缺报2024年销售收入"),
        (
            "( 资产总额[上年] − 负债总额[上年] ) ÷ 资产总额[上年] > 50%",
            "（2025年资产总额 − 2025年负债总额） ÷ 2025年资产总额 > 50%",
        ),
    ],
)
def test_formulas(rule: str, text: str) -> None:
    statement = small(f"条件 C-1 条件：{rule}").statements["C-1"]
    assert statement.body is not None
    assert w.formula(statement.body, {}, 2026) == text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "( 销售收入[上年] − ( 研发费用[上年] − 净资产[上年] ) ) ≥ 0",
            "( 销售收入[上年] − 研发费用[上年] − 净资产[上年] ) ≥ 0",
        ),
        ("非 ( 居民企业 且 参与编制标准 )", "( 非 居民企业 ) 且 参与编制标准"),
        ("居民企业 或 ( 参与编制标准 且 待核实 )", "( 居民企业 或 参与编制标准 ) 且 待核实"),
    ],
    ids=["minus", "not", "or"],
)
def test_grouping_survives(one: str, other: str) -> None:
    """Two rules that mean different things are not told in the same words."""
    told = []
    for rule in (one, other):
        body = small(f"条件 C-1 条件：{rule}").statements["C-1"].body
        assert body is not None
        told.append(w.formula(body, {}, 2026).strip("（）"))
    assert told[0] != told[1]


def test_nothing_of_a_law_is_lost_in_words() -> None:
    """Every formula of the shipped laws names each fact it reads."""
    for law in instruments():
        for statement in law.statements.values():
            if statement.body is None:
                continue
            text = w.formula(statement.body, law.statements, 2026)
            for leaf in statement.leaves:
                if isinstance(leaf, n.FactRef):
                    assert w.fact_words(leaf.code) in text
