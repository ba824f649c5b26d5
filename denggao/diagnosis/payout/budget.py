"""A budget: who is paid now, who waits, or how much less everyone gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction

from denggao.diagnosis.payout.run import PayRun
from denggao.facts.errors import UserError
from denggao.rules.payments import LATER, PAID, Payment, split
from denggao.rules.settling import yuan

FIRST, SHARED = "先到先得", "按比例"
WAYS = (FIRST, SHARED)


def spend(run: PayRun, budget: int, way: str = FIRST) -> None:
    """Cut the run to ``budget`` 分. 先到先得: by the day of the event, then by firm; the first
    row that no longer fits and all after it wait. 按比例: every row is cut by the same share, to
    the 分. Raises UserError for another way."""
    if way not in WAYS:
        raise UserError(f"预算的分法应是 {'、'.join(WAYS)}，不是“{way}”")
    rows = sorted((row for row in run.payments if row.status == PAID), key=lambda r: _order(run, r))
    wanted = sum(row.fen for row in rows)
    run.__dict__.pop("total", None)
    if wanted <= budget:
        run.notes.append(f"预算 {yuan(budget)}，应付 {yuan(wanted)}，余 {yuan(budget - wanted)}")
        return
    short = f"预算 {yuan(budget)}，应付 {yuan(wanted)}，缺 {yuan(wanted - budget)}"
    (_by_order if way == FIRST else _by_share)(rows, budget)
    for row in rows:
        row.split()
    waiting = sum(1 for row in rows if row.status == LATER)
    run.notes.append(short + (f"；{waiting} 笔待下批" if way == FIRST else "；按比例发放"))


def short_of(parts: Sequence[Mapping[str, int]], left: Mapping[str, int]) -> list[str]:
    """先到先得 over the budgets of several levels: for each of these payments (分 by level), in
    their order, "" or the level whose budget no longer holds it. The first that does not fit, and
    all after it that need that level, wait. A level that is not in ``left`` has no limit."""
    rest, empty, found = dict(left), set[str](), []
    for part in parts:
        short = next(
            (x for x, fen in part.items() if fen > 0 and (x in empty or fen > rest.get(x, fen))), ""
        )
        if short:
            empty.add(short)
        else:
            for level in part.keys() & rest.keys():
                rest[level] -= part[level]
        found.append(short)
    return found


def _order(run: PayRun, row: Payment) -> tuple[object, ...]:
    item = run.item(row)
    return (row.event.day or date.max, row.award.rank, item.code or item.name, item.name,
            row.law.short, row.award.id, row.event.stage)  # fmt: skip


def _by_order(rows: Sequence[Payment], budget: int) -> None:
    left = budget
    for row in rows:
        if row.fen > left:
            row.refuse("预算不足，待下批发放", LATER)
            left = 0
        else:
            left -= row.fen


def _by_share(rows: Sequence[Payment], budget: int) -> None:
    wanted = sum(row.fen for row in rows)
    parts = split(budget, [Fraction(row.fen, wanted) for row in rows])
    for row, part in zip(rows, parts, strict=True):
        row.reason = f"应发 {yuan(row.fen)}，预算不足，按比例发放"
        row.fen = part
