"""The sheets of a pay run's workbook: their names and heads. The one of payments comes back to us
as the record of what was paid; the others tell of firms and events, too, and are no list."""

from __future__ import annotations

import itertools

from denggao.facts.workbook import Grid

SUMMARY, PAID, REFUSED, OPEN, PUBLIC, BASIS = (
    "汇总", "逐户发放", "不予发放", "待定", "公示表", "依据",
)  # fmt: skip
IMPACT, MISSED, PROBLEMS, CHECK = "政策影响", "应享未享", "数据问题", "金额核对"
HEADS = {
    SUMMARY: ("类别", "名称", "笔数", "金额（元）", "金额（万元）"),
    REFUSED: ("序号", "企业名称", "统一社会信用代码", "事项", "事项日期", "办法", "状态",
              "不予发放的理由", "来源"),
    OPEN: ("序号", "企业名称", "统一社会信用代码", "事项", "事项日期", "办法", "状态",
           "最少（元）", "最多（元）", "缺什么、到哪天", "来源"),
    PUBLIC: ("序号", "企业名称", "事项", "奖补项目", "金额（万元）", "依据"),
    BASIS: ("类别", "内容"),
    IMPACT: ("序号", "企业名称", "统一社会信用代码", "现在（元）", "假如施行（元）", "变化（元）",
             "标准的变化"),
    MISSED: ("序号", "企业名称", "统一社会信用代码", "所在区县", "事项", "事项日期", "说明",
             "来源"),
    CHECK: ("序号", "企业名称", "统一社会信用代码", "事项", "事项日期", "名单所写（元）",
            "算出（元）", "差（元）", "来源"),
    PROBLEMS: ("序号", "哪一格、什么问题、怎么改"),
}  # fmt: skip


def is_ours(grid: Grid) -> bool:
    """Is this one of those sheets, but for the one of payments?"""
    heads = HEADS.get(grid.sheet)
    if heads is None:
        return False
    first = next(itertools.islice(grid.rows(), 1), [])
    return tuple(str(cell) for cell in first[: len(heads)]) == heads
