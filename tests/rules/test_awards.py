"""奖补 as text: what is read, what is refused, and that case tables prove real payments."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denggao.facts.days import Span
from denggao.facts.eventwords import EventName, event_kinds, event_name, nearest_event
from denggao.rules import library
from denggao.rules import nodes as n
from denggao.rules.award import Award
from denggao.rules.awardcases import award_failures, run_example
from denggao.rules.cases import money
from denggao.rules.errors import InstrumentError
from denggao.rules.library import assemble, load_text
from denggao.rules.payments import split
from denggao.rules.settling import yuan
from tests.strategies import HEAD, examples, instrument_text

WHOLE = """奖补 A-1 首次认定：
    事项 首次认定、整体迁入
    对象 高新技术企业、省级科技创新型企业
    须 职工总数[上年] ≥ 1人
    给
        规模以上[上年] 时 30万元
        否则 20万元
    至多 25万元
    补差
    一次性
    就高 A-2
    出资 市级 60%、区级 40%
    缓付 12月
    每户每年至多 100万元

奖补 A-2 另一条：
    事项 首次认定
    给 未知
    出资 省级"""
PLAIN = """奖补 A-1 首次认定：
    事项 首次认定
    给 20万元
    出资 省级"""
DRAFT = HEAD.replace("简称:", "状态: 征求意见稿\n简称:")


def read(text: str) -> tuple[Award, ...]:
    return assemble(instrument_text(text), "奖补.md").awards


def test_every_part_is_read() -> None:
    one, other = read(WHOLE)
    assert one.events == ("首次认定", "整体迁入")
    assert one.titles == ("高新技术企业", "省级科技创新型企业")
    assert one.payers == (("市级", Fraction(3, 5)), ("区级", Fraction(2, 5)))
    assert one.rank == 2
    assert (one.once, one.top_up, one.yearly_cap) == (True, True, 100_000_000)
    assert (one.rivals, one.stages, one.deferred) == (("A-2",), (1,), (Span(months=12),))
    assert one.asks == "职工总数[上年] ≥ 1人"
    assert one.says == "规模以上[上年] 时 30万元 否则 20万元"
    assert one.cite == "试科〔2026〕1号 第一条"
    (staged,) = read(PLAIN + "\n    分期 60%、40%\n    缓付 0月、12月")
    assert staged.stages == (Fraction(3, 5), Fraction(2, 5))
    assert [staged.due_after(stage) for stage in (1, 2)] == [Span(), Span(months=12)]
    assert (other.titles, other.says, other.needs) == (("高新技术企业",), "未知", None)


REFUSED = {
    "缺“事项”": ("    事项 首次认定\n", ""),
    "缺“给”": ("    给 20万元\n", ""),
    "缺“出资”": ("    出资 省级", ""),
    "写了两次": ("    给 20万元\n", "    给 20万元\n    给 10万元\n"),
    "不认识的事项": ("首次认定\n    给", "首次认证\n    给"),
    "同一个词写了两次": ("首次认定\n    给", "首次认定、首次认定\n    给"),
    "不认识的对象": ("    给 20万元", "    对象 高企\n    给 20万元"),
    "不认识的级次": ("出资 省级", "出资 厅级"),
    "正好 100%": ("出资 省级", "出资 省级 50%、市级 49%"),
    "应是百分比": ("出资 省级", "出资 省级 50"),
    "加起来正好": ("出资 省级", "出资 省级\n    分期 50%、40%"),
    "一样多": ("出资 省级", "出资 省级\n    分期 50%、50%\n    缓付 1月、2月、3月"),
    "另一条奖补的编号": ("出资 省级", "出资 省级\n    就高 A-1"),
    "不是奖补": ("出资 省级", "出资 省级\n    就高 T-1\n\n条件 T-1 试：\n    居民企业"),
    "后面写金额": ("出资 省级", "出资 省级\n    每户每年至多 3人"),
    "应是元": ("给 20万元", "给 职工总数[上年]"),
    "可能小于 0": ("给 20万元", "给 利润总额[上年]"),
    "判断式": ("给 20万元", "须 职工总数[上年]\n    给 20万元"),
    "不在事实目录": ("给 20万元", "给 奖补标准"),
    "到此结束": ("出资 省级", "出资"),
}  # fmt: skip


@pytest.mark.parametrize("message", REFUSED)
def test_what_cannot_be_right_is_refused(message: str) -> None:
    old, new = REFUSED[message]
    assert old in PLAIN
    with pytest.raises(InstrumentError) as caught:
        read(PLAIN.replace(old, new))
    assert message in str(caught.value)
    assert str(caught.value).startswith("奖补.md:")


def test_facts_of_events_belong_to_awards() -> None:
    with pytest.raises(InstrumentError, match="奖补事项带的数"):
        assemble(instrument_text("条件 T-1 试：\n    创新券面额 ≥ 1元"), "试.md")
    with pytest.raises(InstrumentError, match="征求意见稿"):
        assemble(instrument_text("条件 T-1 试：\n    居民企业", head=DRAFT), "试.md")
    with pytest.raises(InstrumentError, match="状态"):
        assemble(instrument_text(PLAIN, head=DRAFT.replace("征求意见稿", "草案")), "试.md")
    assert assemble(instrument_text(PLAIN, head=DRAFT), "试.md").draft


TABLE = """
| 例 | 事项 | 兑付日 | 合计（万元） | 状态 |
|---|---|---|---|---|
| 首次 | 首次认定 2026-05-01 | 2026-06-30 | {} | {} |
"""


def test_a_case_that_fails_is_not_loaded() -> None:
    text = instrument_text(PLAIN)
    assert load_text(text + TABLE.format(20, "发放")).award_examples
    for amount, status in ((19.99, "发放"), (20, "待定"), ("0~20", "发放"), ("未知", "发放")):
        with pytest.raises(InstrumentError, match="算例不过"):
            load_text(text + TABLE.format(amount, status))
    with pytest.raises(InstrumentError, match="算例表头"):
        load_text(text + TABLE.replace("状态", "样子").format(20, "发放"))


PAYING = [library.loaded(e.path) for versions in library.paying().values() for e in versions]


@pytest.mark.parametrize("law", PAYING, ids=lambda law: law.version)
def test_the_schemes_that_come_along(law: n.Instrument) -> None:
    """Each award has a case that pays it, and every amount, raised by a 分, fails."""
    assert award_failures(law) == []
    rows = [row for e in law.award_examples for row in run_example(law, e)]
    paid = {row.award.id for row in rows if row.paid or row.award.says == "未知"}
    assert paid == {award.id for award in law.awards}
    changed = [
        replace(
            e, expected=tuple((h, _raised(c, h) if _is_amount(h, c) else c) for h, c in e.expected)
        )
        for e in law.award_examples
    ]
    wrong = [e for e, old in zip(changed, law.award_examples, strict=True) if e != old]
    assert wrong
    failed = award_failures(replace(law, award_examples=tuple(wrong)))
    assert {f.line for f in failed} == {e.line for e in wrong}


def _is_amount(head: str, cell: str) -> bool:
    return head not in ("状态", "理由", "SL-C2") and "~" not in cell and cell != "未知"


def _raised(cell: str, head: str) -> str:
    return yuan(int(money(cell, "万元" if "万元" in head else "") * 100) + 1)


def test_fifteen_schemes() -> None:
    """Those of the papers; some are several measures (a city and its districts)."""
    assert len(PAYING) >= 21
    assert {law.region[:2] for law in PAYING} == {
        "甘肃", "陕西", "广东", "黑龙", "山东", "天津", "江苏",
    }  # fmt: skip
    assert [law.short for law in PAYING if law.draft] == ["石龙镇高新技术企业奖励"]


# ---------------------------------------------------------------- words and sums


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("首次认定", EventName("首次认定")),
        ("新认定高企", EventName("首次认定", "高新技术企业")),
        ("高新技术企业重新认定奖补", EventName("重新认定", "高新技术企业")),
        ("2020年度首次认定", EventName("首次认定")),
        ("省级科技创新型企业首次认定", EventName("首次认定", "省级科技创新型企业")),
        ("认定", EventName("首次认定", assumed=True)),
        ("追回首次认定", EventName("首次认定", back=True)),
        ("复审通过", EventName("重新认定")),
        ("迁入", None),
        ("", None),
        ("首次认定、重新认定", None),
    ],
)
def test_words_of_events(words: str, found: EventName | None) -> None:
    assert event_name(words) == found


def test_every_kind_means_itself() -> None:
    assert [event_name(kind) for kind in event_kinds()] == [EventName(k) for k in event_kinds()]
    assert nearest_event("整体迁进") == "整体迁入"


@given(
    st.integers(-(10**12), 10**12),
    st.lists(st.integers(1, 1000), min_size=1, max_size=12),
)
@examples(200, 3000)
def test_a_split_loses_nothing(fen: int, weights: list[int]) -> None:
    shares = [Fraction(w, sum(weights)) for w in weights]
    parts = split(fen, shares)
    assert sum(parts) == fen
    for part, share in zip(parts, shares, strict=True):
        assert abs(part - fen * share) < 1


@given(st.integers(-(10**13), 10**13))
@examples(200, 3000)
def test_amounts_are_said_exactly(fen: int) -> None:
    text = yuan(fen).replace("−", "-")
    factor = 1_000_000 if text.endswith("万元") else 100
    assert Fraction(text.removesuffix("元").removesuffix("万")) * factor == fen


def test_replay() -> None:
    """The same renewal, in 2020 and in 2024."""
    from denggao.rules.paying import Scheme, pay
    from denggao.rules.payments import Event

    versions = tuple(library.loaded(e.path) for e in library.paying()["甘肃省高新技术企业奖补"])
    events = [
        Event("甲", "重新认定", "高新技术企业", date(2020, 10, 28), number=0),
        Event("乙", "重新认定", "高新技术企业", date(2024, 10, 28), number=1),
    ]
    rows = pay([Scheme(versions)], events, date(2026, 6, 30))
    assert [(row.paid, row.law.valid_from.year) for row in rows] == [
        (5_000_000, 2016),
        (10_000_000, 2024),
    ]
