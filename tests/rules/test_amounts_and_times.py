"""金额, 持有 in a past year, 属于, 纳税年度 and the years further back: by hand, both engines."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from denggao.facts.interval import Interval, Truth, point
from denggao.rules import library
from denggao.rules.errors import InstrumentError
from denggao.rules.library import assemble
from tests.rules.engines import on_each_engine
from tests.rules.exact import check, last
from tests.strategies import HEAD, instrument_text

# --- 金额 --------------------

JOINED = """
金额 A-1 可用：
    居民企业 时 销售收入[上年]
    查账征收[上年] 时 销售收入[上年] × 50%
    否则 0元
金额 A-2 余额：取大( 0元, A-1 − 100元 )
条件 A-3 够：A-2 ≥ 900元
"""


@pytest.mark.parametrize(
    ("resident", "taxed", "first", "rest", "enough"),
    [
        (True, None, point(1000), point(900), True),
        (False, True, point(500), point(400), False),
        (False, False, point(0), point(0), False),
        (None, True, Interval(500, 1000), Interval(400, 900), None),
        (None, False, Interval(0, 1000), Interval(0, 900), None),
        (None, None, Interval(0, 1000), Interval(0, 900), None),
        (False, None, Interval(0, 500), Interval(0, 400), False),
    ],
)
def test_an_undecided_amount_is_what_its_lines_may_give(
    resident: Truth, taxed: Truth, first: Interval, rest: Interval, enough: Truth
) -> None:
    facts = {"居民企业": resident, **last(sales="1000", taxed_on_accounts=taxed)}
    check(JOINED, facts, {"A-1.value": first, "A-2.value": rest, "A-3": enough}, set())


def test_an_undecided_value_is_not_an_amount() -> None:
    """数值 says nothing until it is decided, 金额 says between what and what."""
    rules = "数值 A-1 甲：\n 居民企业 时 销售收入[上年]\n 否则 0元\n"
    rules += "金额 A-2 乙：\n 居民企业 时 销售收入[上年]\n 否则 0元"
    expected = {"A-1.value": Interval(None, None, True), "A-2.value": Interval(0, 1000)}
    check(rules, last(sales="1000"), expected, set())


@pytest.mark.parametrize("share", ["10% ÷ 90%", "2 ÷ 3", "81.25%"])
def test_amounts_stay_exact(share: str) -> None:
    rate = {"10% ÷ 90%": Fraction(1, 9), "2 ÷ 3": Fraction(2, 3), "81.25%": Fraction(13, 16)}
    expected = {"A-1.value": point(Fraction("999999999999999.99") * rate[share])}
    check(
        f"金额 A-1 甲：销售收入[上年] × {share}", last(sales="999999999999999.99"), expected, set()
    )


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ("金额 A-1 甲：销售收入[上年] × 研发费用[上年] ÷ 销售收入[前年]", "不能除以不定的数"),
        ("数值 A-1 甲：销售收入[上年]\n金额 A-2 乙：A-1 + 1元", "不能引用数值"),
        ("金额 A-1 甲：职工总数[上年]", "单位应是元"),
        ("金额 A-1 甲：销售收入[上年] ÷ 2元", "单位应是元"),
        ("金额 A-1 甲：\n 居民企业 时 1元", "否则"),
        ("金额 A-1 甲：居民企业", "应是算式"),
    ],
)
def test_no_amount(rules: str, message: str) -> None:
    with pytest.raises(InstrumentError, match=message):
        assemble(instrument_text(rules), "试验.md")


# --- 持有 at the end of a year --------------------

HELD = """
条件 A-1 今天：持有 高新技术企业
条件 A-2 上年末：持有 高新技术企业[上年]
条件 A-3 前年末：持有(高新技术企业)[前年]
条件 A-4 四年前年末：持有 高新技术企业[四年前]
"""


def held(issued: str | None, until: str | None, **more: str) -> dict[str, Any]:
    title = {"kind": "高新技术企业", "issued_on": issued, "valid_to": until, **more}
    return {"titles": [{k: v for k, v in title.items() if v}]}


@pytest.mark.parametrize(
    ("facts", "truths"),
    [
        (held("2025-12-31", "2028-12-30"), (True, True, False, False)),
        (held("2026-01-01", "2028-12-31"), (True, False, False, False)),
        (held("2023-01-01", "2025-12-31"), (False, True, True, False)),
        (held("2022-12-31", "2025-12-30"), (False, False, True, True)),
        (held("2022-12-31", "2026-12-31", cancelled_on="2025-12-31"), (False, False, True, True)),
        (held("2022-12-31", "2026-12-31", cancelled_on="2026-01-01"), (False, True, True, True)),
        (held("2024-06-01", None), (None, None, None, False)),
        (held(None, "2025-12-31"), (False, None, None, None)),
        ({"titles": []}, (False, False, False, False)),
        ({}, (None, None, None, None)),
    ],
)
def test_held_on_the_last_day_of_a_year(facts: dict[str, Any], truths: tuple[Truth, ...]) -> None:
    check(HELD, facts, {f"A-{i}": truth for i, truth in enumerate(truths, 1)}, set())


@pytest.mark.parametrize("year", ["近三年", "年", "明年"])
def test_held_in_no_such_year(year: str) -> None:
    with pytest.raises(InstrumentError):
        assemble(instrument_text(f"条件 A-1 甲：持有 高新技术企业[{year}]"), "试验.md")


# --- 属于 --------------------


@pytest.mark.parametrize(
    ("industry", "truth"),
    [
        ("C39", True),
        ("软件和信息技术服务业", True),
        ("I64", False),
        ("I", None),
        ("其他", None),
        (None, None),
    ],
)
def test_a_code_in_a_list(industry: str | None, truth: Truth) -> None:
    opposite = None if truth is None else not truth
    rules = (
        "条件 A-1 甲：国民经济行业 属于 「C、I65」\n条件 A-2 乙：非 国民经济行业 属于 「C, I65」"
    )
    check(rules, {"industry": industry}, {"A-1": truth, "A-2": opposite}, set())


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("国民经济行业 属于 「D39」", "“D39”不是国民经济行业的代码"),
        ("国民经济行业 属于 「」", "不是国民经济行业的代码"),
        ("所在区县 属于 「甘肃」", "不是所在区县的代码"),
        ("企业名称 属于 「C」", "属于 前面应是"),
        ("职工总数 属于 「C」", "属于 前面应是"),
    ],
)
def test_no_list_of_codes(rule: str, message: str) -> None:
    with pytest.raises(InstrumentError, match=message):
        assemble(instrument_text(f"条件 A-1 甲：{rule}"), "试验.md")


# --- 纳税年度 and the years further back --------------------


@pytest.mark.parametrize(("day", "holds"), [(date(2026, 1, 1), True), (date(2025, 12, 31), False)])
def test_the_tax_year_is_the_one_before(day: date, holds: bool) -> None:
    rules = "条件 A-1 甲：纳税年度 ≥ 2025\n数值 A-2 乙：纳税年度"
    for answers, flags in on_each_engine(rules, {}, day).values():
        assert (answers["A-1"].truth, flags) == (holds, set())
        assert answers["A-2"].value == point(day.year - 1)


def test_years_further_back() -> None:
    names = {"四年前": 2022, "五年前": 2021, "六年前": 2020, "七年前": 2019, "八年前": 2018}
    names |= {"九年前": 2017, "十年前": 2016, "十一年前": 2015}
    rules = "\n".join(f"数值 A-{i} 甲{i}：销售收入[{name}]" for i, name in enumerate(names))
    facts = {"sales": {str(year): str(year) for year in names.values()}}
    expected: dict[str, object] = {
        f"A-{i}.value": point(year) for i, year in enumerate(names.values())
    }
    check(rules, facts, expected, set())
    founded = {"established_on": "2018-05-01", **facts}
    expected |= {f"A-{i}.value": point(0) for i in (5, 6, 7)}
    check(rules, founded, expected, {"BEFORE_FOUNDING"})


# --- the head of the file --------------------


def test_a_short_citation_must_mean_one_document() -> None:
    """Two documents end in 1号: the short form cites neither."""
    head = HEAD.replace("[试科〔2026〕1号]", "[试科〔2026〕1号, 试财〔2025〕1号]")
    with pytest.raises(InstrumentError, match="没有引文"):
        assemble(instrument_text("数值 A-1 甲：1元", head=head), "试验.md")
    cited = assemble(
        instrument_text("数值 A-1 甲：1元", head=head, cite="试财〔2025〕1号 一"), "甲.md"
    )
    assert cited.statements["A-1"].cite == "试财〔2025〕1号 一"


@pytest.mark.parametrize(("line", "taken"), [("", True), ("缺省摸排: false\n", False)])
def test_a_law_may_stay_out_of_the_default_screening(
    line: str, taken: bool, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = HEAD.replace("施行: 2016-01-01\n", f"施行: 2016-01-01\n{line}")
    (tmp_path / "甲.md").write_text(instrument_text("数值 A-1 甲：1元", head=head), "utf-8")
    monkeypatch.setattr(library, "paths", lambda: [tmp_path / "甲.md"])
    day = date(2026, 6, 30)
    assert [i.short for i in library.all_in_force(day)] == ["试验"]
    assert [i.short for i in library.by_default(day)] == (["试验"] if taken else [])


def test_the_default_is_yes_or_no() -> None:
    head = HEAD.replace("地域: 中国\n", "地域: 中国\n缺省摸排: 有时\n")
    with pytest.raises(InstrumentError, match="缺省摸排"):
        assemble(instrument_text("数值 A-1 甲：1元", head=head), "试验.md")
