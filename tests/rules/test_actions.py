"""行动 as text: what is read, and what is refused with its place."""

from __future__ import annotations

import pytest

from denggao.facts.interval import ZERO, Interval, point
from denggao.rules import nodes as n
from denggao.rules.errors import InstrumentError
from denggao.rules.library import assemble, in_force
from tests.strategies import TODAY, instrument_text

WHOLE = """行动 ACT-1 补招：
    使 科技人员数[本年] 增加 1人 按月
    使 有自主研发知识产权 为 是
    使 研发制度得分 为 4分~6分
    历时 1个月~2个月
    费用 8万元~15万元
    固定费用 500元
    至多 20次
    年内满 183天
    须 职工总数[上年] ≥ 1人 且 居民企业
    出处 「195号 三（五）（见原文）」
    经验 「估」"""
PLAIN = """行动 ACT-1 申请：
    使 二类知识产权数 增加 1项
    历时 30天
    费用 未知
    至多 4次
    经验 「估」"""


def read(text: str) -> n.Action:
    (action,) = assemble(instrument_text(text), "行动.md").actions
    return action


def test_every_part_is_read() -> None:
    action = read(WHOLE)
    hire, own, points = action.effects
    assert (hire.add, hire.monthly, hire.fact.year) == (1, True, n.Year.THIS)
    assert (own.to, points.to) == (True, Interval(4, 6))
    assert action.lead == n.Lead(1, 2, "个月")
    assert (action.cost, action.fixed) == (Interval(80_000, 150_000), point(500))
    assert (action.in_year, action.year) == (183, n.Year.THIS)
    assert isinstance(action.needs, n.All)
    assert action.sources == ((False, "195号 三（五）（见原文）"), (True, "估"))
    assert action.cite == "试科〔2026〕1号 第一条"


def test_least_that_is_needed() -> None:
    action = read(PLAIN)
    assert (action.cost, action.fixed, action.needs, action.in_year) == (None, ZERO, None, 0)
    assert action.lead == n.Lead(30, 30, "天")


REFUSED = {
    "缺“历时”": ("    历时 30天\n", ""),
    "缺“费用”": ("    费用 未知\n", ""),
    "缺来源": ("    经验 「估」", ""),
    "缺“至多”": ("    至多 4次\n", ""),
    "写了两次": ("    历时 30天\n", "    历时 30天\n    历时 40天\n"),
    "不能增加": ("增加 1项", "增加 1人"),
    "应大于 0": ("增加 1项", "增加 0.5项"),
    "由短到长": ("历时 30天", "历时 30天~20天"),
    "以元为单位": ("费用 未知", "费用 3000"),
    "由小到大": ("费用 未知", "费用 3000元~2000元"),
    "[本年]": ("二类知识产权数 增加 1项", "研发费用[上年] 增加 1元"),
    "不在事实目录": ("二类知识产权数", "二类专利数"),
    "单位相同": ("至多 4次", "至多 销售收入[上年]"),
    "[年] 指行动": ("至多 4次", "至多 成果转化数[年]"),
    "判断式": ("至多 4次\n", "至多 4次\n    须 一类知识产权数\n"),
    "年内满 只用于": ("至多 4次\n", "至多 4次\n    年内满 183天\n"),
    "超出它的范围": ("二类知识产权数 增加 1项", "研发制度得分 为 4分~7分"),
    "为 是 或 为 否": ("二类知识产权数 增加 1项", "二类知识产权数 为 是"),
    "只做一次": ("二类知识产权数 增加 1项", "研发制度得分 为 4分"),
    "按月折算": ("增加 1项", "增加 1项 按月"),
}


@pytest.mark.parametrize("message", REFUSED)
def test_what_cannot_be_right_is_refused(message: str) -> None:
    old, new = REFUSED[message]
    assert old in PLAIN
    with pytest.raises(InstrumentError) as caught:
        read(PLAIN.replace(old, new))
    assert message in str(caught.value)
    assert str(caught.value).startswith("行动.md:")


def test_names_are_taken_once_and_no_rule_may_name_an_action() -> None:
    twice = PLAIN + "\n条件 ACT-1 别的：\n    居民企业"
    with pytest.raises(InstrumentError, match="已经用过"):
        read(twice)
    with pytest.raises(InstrumentError, match="没有定义"):
        read(PLAIN + "\n条件 T-1 别的：\n    ACT-1 ≥ 1")
    with pytest.raises(InstrumentError, match="只能用在行动里"):
        read(PLAIN + "\n条件 T-1 别的：\n    研发费用[本年] ≥ 1元")


def test_the_actions_that_come_along() -> None:
    """Each names what its times and costs rest on, and changes a fact that some law reads."""
    actions = in_force("行动", TODAY).actions
    laws = [in_force("高新技术企业认定", TODAY), in_force("科技型中小企业评价", TODAY)]
    rules = [s for law in laws for s in [*law.statements.values(), *law.derivations.values()]]
    read_codes = {e.code for s in rules for e in s.expressions() if isinstance(e, n.FactRef)}
    assert len(actions) >= 15
    for action in actions:
        assert action.sources, action.id
        assert any(is_estimate for is_estimate, _ in action.sources), action.id
        assert {e.fact.code for e in action.effects} & read_codes, action.id
        assert action.lead.hi >= action.lead.lo > 0
