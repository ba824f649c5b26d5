"""办理流程: the life of one application as one table of from, to, who and needs.

A page renders the table, the actions follow it, and a test walks it: nothing about the order of
steps is written anywhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

EDIT, APPROVE = "casework.edit", "casework.approve"


@dataclass(frozen=True, slots=True)
class State:
    """``todo``: the one next action of a firm that is here; ``live``: the application goes on, or
    has led to a title (a second one for the same title and year is then not possible)."""

    code: str
    name: str
    todo: str
    live: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """From any of ``sources`` to ``target`` by whoever has ``permission``, if all ``needs`` (keys
    of ``NEEDS``) are met; ``by_list``: only for a whole list at once."""

    code: str
    name: str
    sources: tuple[str, ...]
    target: str
    permission: str
    needs: tuple[str, ...] = ()
    by_list: bool = False


STATES = MappingProxyType({state.code: state for state in (
    State("intent", "意向", "了解情况，确定辅导人"),
    State("coaching", "辅导", "对照体检补短板，收集材料"),
    State("materials", "材料", "备齐材料，截止前提交"),
    State("review", "联审", "等各部门意见"),
    State("recommended", "推荐", "报送认定机构，等专家评审"),
    State("expert", "专家评审", "等评审结果"),
    State("publicity", "公示", "公示期内留意异议，期满等发证"),
    State("objection", "异议核查", "核查异议，给出结论"),
    State("issued", "发证", "领证回执，兑现奖补"),
    State("appeal", "复议", "复核后维持或改变结论"),
    State("withdrawn", "撤回", "无；可另报下一批", live=False),
    State("refused", "不予推荐", "告知企业原因；可申请复议", live=False),
    State("failed", "未通过", "分析原因，准备下一年；可申请复议", live=False),
)})  # fmt: skip

#: Key → what has to be there, in words.
NEEDS = MappingProxyType({
    "on_time": "在申报截止以前（服务器时间）",
    "ready": "体检和材料各关口都过，或由具名同意人写明理由放行",
    "opinions": "各部门意见齐全且没有“否”；缺的，按写明出处的规定逾期视为无意见",
    "another": "审定人不是拟单人",
    "reason": "写明理由",
    "day": "写明公示发布日",
    "notice_over": "公示满 10 个工作日",
    "certificate": "证书编号和发证日期",
    "was_refused": "原来是不予推荐",
    "was_failed": "原来是未通过",
})  # fmt: skip

_RUNNING = ("intent", "coaching", "materials", "review", "recommended", "expert", "publicity")
STEPS = MappingProxyType({step.code: step for step in (
    Step("coach", "开始辅导", ("intent",), "coaching", EDIT),
    Step("prepare", "准备材料", ("intent", "coaching"), "materials", EDIT),
    Step("submit", "提交材料", ("materials",), "review", EDIT, ("on_time", "ready")),
    Step("return", "退回补正", ("review",), "materials", EDIT, ("reason",)),
    Step("recommend", "审定推荐", ("review",), "recommended", APPROVE, ("opinions", "another"),
         by_list=True),
    Step("refuse", "不予推荐", ("review",), "refused", APPROVE, ("reason",)),
    Step("expert", "送专家评审", ("recommended",), "expert", EDIT),
    Step("fail", "评审未通过", ("expert",), "failed", EDIT, ("reason",)),
    Step("publicise", "公示", ("expert",), "publicity", EDIT, ("day",)),
    Step("object", "收到异议", ("publicity",), "objection", EDIT, ("reason",)),
    Step("clear", "异议不成立", ("objection",), "publicity", EDIT, ("reason",)),
    Step("sustain", "异议成立", ("objection",), "failed", EDIT, ("reason",)),
    Step("issue", "登记发证", ("publicity",), "issued", EDIT, ("notice_over", "certificate")),
    Step("withdraw", "企业撤回", _RUNNING, "withdrawn", EDIT, ("reason",)),
    Step("appeal", "申请复议", ("refused", "failed"), "appeal", EDIT, ("reason",)),
    Step("uphold_refused", "维持不予推荐", ("appeal",), "refused", APPROVE,
         ("was_refused", "reason")),
    Step("uphold_failed", "维持未通过", ("appeal",), "failed", APPROVE, ("was_failed", "reason")),
    Step("review_again", "重新联审", ("appeal",), "review", APPROVE, ("was_refused", "reason")),
    Step("judge_again", "重新评审", ("appeal",), "expert", APPROVE, ("was_failed", "reason")),
)})  # fmt: skip

FIRST = "intent"
LIVE = tuple(code for code, state in STATES.items() if state.live)
#: An application that was handed in by the deadline is in one of these, or has left them.
FILED = ("review", "recommended", "expert", "publicity", "objection", "issued", "refused",
         "failed", "appeal")  # fmt: skip
#: Working days that a list is up for objections (国科发火〔2016〕32号 第十二条).
NOTICE_DAYS = 10


def steps_from(state: str) -> list[Step]:
    """The steps that lead out of a state, in the order of the table."""
    return [step for step in STEPS.values() if state in step.sources]
