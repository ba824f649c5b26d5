"""目标 and 任务 in the language: what loads, and what is refused with line and column."""

from __future__ import annotations

import pytest

from denggao.rules.errors import InstrumentError
from denggao.rules.library import assemble
from denggao.rules.nodes import Target, Task

HEAD = """---
名称: 试方案
简称: 试方案
依据: [试方案]
地域: 中国
施行: 2024-01-01
---
## 试方案 一
"""
TARGET = """目标 TARGET-1 「新认定企业数」：
    ≥ 35 「家/年」 年度 「每年」 流量
    范围 「某区」
    原文 「每年新认定35家」 字 3~12
"""
TASK = """任务 TASK-1 「紧盯“小升高”（含复审）」：
    牵头 「区科技局」
    责任 「区工信局、各县（市、区）政府」
    完成 「2026年6月底前」
"""


def load(block: str) -> tuple[tuple[Target, ...], tuple[Task, ...]]:
    found = assemble(f"{HEAD}```登高\n{block}```\n", "试.md")
    return found.targets, found.tasks


def test_a_target() -> None:
    ((target,), _) = load(TARGET)
    assert (target.op, target.lo, target.hi, target.unit) == ("≥", 35, 35, "家/年")
    assert (target.year, target.sort, target.place) == ("每年", "流量", "某区")
    assert (target.quote, target.span) == ("每年新认定35家", (3, 12))
    assert target.cite == "试方案 一"


@pytest.mark.parametrize(
    ("figure", "lo", "hi"),
    [("≥ *", None, None), ("= 2~3", 2, 3), ("约 1.5", 1.5, 1.5), ("≤ 3", 3, 3)],
)
def test_figures(figure: str, lo: float | None, hi: float | None) -> None:
    ((target,), _) = load(f"目标 TARGET-1 「数」：\n    {figure} 「家」 年度 2027\n")
    assert (target.lo, target.hi, target.year) == (lo, hi, 2027)


def test_a_task() -> None:
    (_, (task,)) = load(TASK)
    assert task.name == "紧盯“小升高”（含复审）"
    assert (task.lead, task.units) == (("区科技局",), ("区工信局", "各县（市、区）政府"))
    assert task.due == "2026年6月底前"


def test_a_task_without_units_or_deadline() -> None:
    (_, (task,)) = load("任务 TASK-1 「事」：\n    责任 「待补」\n    完成 「无期限」\n")
    assert (task.units, task.due) == ((), None)


def test_rules_may_stand_beside() -> None:
    targets, tasks = load(
        TARGET
        + TASK
        + "条件 A-1 占比：\n    职工总数[上年] ≥ 10\n"
        + TASK.replace("TASK-1", "TASK-2")
    )
    assert (len(targets), len(tasks)) == (1, 2)


@pytest.mark.parametrize(
    ("block", "told"),
    [
        (TARGET + TARGET, "已经用过"),
        ("目标 TARGET-1 「数」：\n    ≥ 35人 「家」\n", "不带单位"),
        ("目标 TARGET-1 「数」：\n    ≥ 3~2 「家」\n", "由小到大"),
        ("目标 TARGET-1 「数」：\n    ≥ 3 「家」 年度 27\n", "四位"),
        ("目标 TARGET-1 「」：\n    ≥ 3 「家」\n", "空的"),
        ("目标 TARGET-1 「数」：\n    ≥ 3 「家」 存量 流量\n", "写了两次"),
        ("任务 TASK-1 「事」：\n    完成 「年底」 完成 「年中」\n", "写了两次"),
        ("目标 TARGET-1 数：\n    ≥ 3 「家」\n", "「…」"),
        ("任务 TASK-1 「事」：\n", "到此结束"),
    ],
)
def test_refusals_name_the_place(block: str, told: str) -> None:
    with pytest.raises(InstrumentError, match=told) as caught:
        load(block)
    assert "试.md:" in str(caught.value)


def test_a_draft_says_at_once_all_that_is_missing() -> None:
    text = (HEAD + "```登高\n任务 TASK-1 「事」：\n    责任 「待补」\n```\n").replace(
        "2024-01-01", "待补"
    )
    with pytest.raises(InstrumentError) as caught:
        assemble(text, "试.md")
    assert "2 处要由人补齐" in str(caught.value)
    assert "第 6 行" in str(caught.value)
    assert "第 11 行" in str(caught.value)
