"""一企一策 of a whole ledger as one workbook: an overview, a row per firm, a row per step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import xlsxwriter

from denggao.diagnosis.plan import Plan, Status, Terms
from denggao.diagnosis.relief import Relief
from denggao.documents import wording as w
from denggao.documents.plan_page import because, short_gaps, short_steps, times_words
from denggao.documents.screening_page import Column, ListSheet, Looks

Row = tuple[Plan, str, str, Sequence[Relief]]
_ORDER = {Status.READY: 0, Status.PLAN: 1, Status.NEVER: 2}
_OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_FIRMS = [
    Column("统一社会信用代码\n或标识", 22), Column("企业名称", 32, "wrap"),
    Column("结论", 14, "centre"), Column("最早批次", 16, "centre"),
    Column("截止日", 12, "centre"), Column("差距", 44, "wrap"), Column("要做的事", 56, "wrap"),
    Column("费用至少\n(万元)", 12, "wan"), Column("费用至多\n(万元)", 12, "wan"),
    Column("做完日", 12, "centre"), Column("期望得分", 10, "number"),
    Column("先问清", 30, "wrap"), Column("为什么不能更早", 56, "wrap"),
    Column("每年减税至少\n(万元)", 13, "wan"),
]  # fmt: skip
_STEPS = [
    Column("企业名称", 32, "wrap"), Column("批次", 16, "centre"),
    Column("最迟开始", 12, "centre"), Column("做完期限", 12, "centre"),
    Column("行动", 26, "wrap"), Column("数量", 12, "centre"), Column("年度", 8, "centre"),
    Column("费用至少\n(万元)", 12, "wan"), Column("费用至多\n(万元)", 12, "wan"),
    Column("改变什么", 56, "wrap"), Column("依据", 40, "wrap"),
]  # fmt: skip


def write_plans(path: Path, rows: Iterable[Row], terms: Terms) -> None:
    """Write 企业方案 (ready firms first, then by batch and cost), 行动清单 (by day), 说明."""
    plans = sorted(rows, key=_place)
    with xlsxwriter.Workbook(str(path), _OPTIONS) as book:
        looks = Looks(book)
        firms = ListSheet(book, looks, "企业方案", terms.today, _FIRMS, frozen=2)
        for plan, identity, name, reliefs in plans:
            firms.add(_firm(plan, identity, name, reliefs))
        firms.finish()
        steps = ListSheet(book, looks, "行动清单", terms.today, _STEPS, frozen=1)
        for row in sorted(_steps(plans), key=lambda row: (row[2], row[0], row[4])):
            steps.add(row)
        steps.finish()
        notes = ListSheet(book, looks, "说明", terms.today, [Column("说明", 110, "wrap")], frozen=0)
        for text in notes_of(plans, terms):
            notes.add([text])
        notes.finish()


def _place(row: Row) -> tuple[Any, ...]:
    plan = row[0]
    most = plan.cost.hi if plan.cost is not None and plan.cost.hi is not None else 10**15
    return _ORDER[plan.status], plan.batch.deadline, plan.unpriced, most, row[2]


def _firm(plan: Plan, identity: str, name: str, reliefs: Sequence[Relief]) -> list[Any]:
    is_never = plan.status is Status.NEVER
    cost = plan.cost if plan.status is Status.PLAN else None
    first = plan.missed[-1] if is_never else plan.missed[0] if plan.missed else None
    return [
        identity,
        name,
        plan.status.value,
        None if is_never else plan.batch.name,
        None if is_never else plan.batch.deadline.isoformat(),
        short_gaps(plan) or None,
        short_steps(plan) or None,
        _wan(cost.lo if cost else None),
        _wan(cost.hi if cost else None),
        plan.finish.isoformat() if plan.finish else None,
        None if plan.points is None else float(plan.points),
        "、".join(w.fact_words(key) for key in plan.questions) or None,
        None if first is None else f"{first.batch.name}：{because(plan, first)}",
        _wan(next((r.amount.lo for r in reliefs if r.amount is not None), None)),
    ]


def _steps(plans: Sequence[Row]) -> Iterator[list[Any]]:
    for plan, _, name, _ in plans:
        for step in plan.steps:
            choice, cost = step.choice, step.cost
            changes = "；".join(
                f"{w.fact_words(key)} {w.value_words(key, a)} → {w.value_words(key, b)}"
                for key, (a, b) in step.changes.items()
            )
            marks = (
                f"{'经验' if guess else '依据'}：{text}" for guess, text in choice.action.sources
            )
            yield [
                name, plan.batch.name, choice.begin.isoformat(), choice.due.isoformat(),
                choice.action.name, times_words(step).strip() or None,
                str(choice.year) if choice.year else None,
                _wan(cost.lo if cost else None), _wan(cost.hi if cost else None), changes,
                "；".join(marks),
            ]  # fmt: skip


def notes_of(plans: Sequence[Row], terms: Terms) -> Iterator[str]:
    """What every figure of the workbook rests on."""
    law = terms.law_on(terms.batches[0].deadline)
    yield f"目标《{law.short}》（{law.version}），从 {terms.today} 开始做；历时按最长、费用按最高算"
    days = "、".join(f"{b.name} {b.deadline}" for b in terms.batches)
    is_assumed = any(batch.assumed for batch in terms.batches)
    yield f"批次：{days}" + ("（假定的日期，请以当地通知为准）" if is_assumed else "")
    if terms.share is not None:
        yield f"评分按各档的 {w.percent(terms.share)} 估，专家实际给分以评审为准"
    yield "费用和历时多为经验值，见“行动清单”依据一列；自己的数用 --actions 给出"
    yield "还没结束的年度没有填计划数的，假设与上一个填报年度相同；已经结束的年度不能改"
    by_status = groupby(plans, key=lambda row: row[0].status.value)
    yield "户数：" + "，".join(f"{word} {len(list(found))} 户" for word, found in by_status)


def _wan(amount: Any) -> float | None:
    return None if amount is None else float(amount) / 10_000
