"""From the rows of an approved run to what is owed; who waits where a budget is used up."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

from django.db import IntegrityError, connection
from django.utils import timezone

from denggao.diagnosis.payout.budget import short_of
from denggao.facts.errors import UserError
from denggao.web.kit import bulk
from denggao.web.ledger.actions import Conflict
from denggao.web.money import registers
from denggao.web.money.models import Budget, Grant, Row, Run
from denggao.web.money.models.runs import BACK, MOVING

_SHOWN = 5
FIELDS = (
    "row_id", "run_id", "enterprise_id", "holder", "name", "scheme", "award", "event", "title",
    "day", "year", "stage", "ref", "again", "district", "fen", "levels", "budget_year", "waits",
    "back_of_id", "at",
)  # fmt: skip


class Payable(NamedTuple):
    """What of a row is owed: as much of it as the grant needs, for a hundred thousand objects of
    the database's are dear."""

    pk: int
    number: int
    enterprise_id: int | None
    code: str
    name: str
    scheme: str
    award: str
    event: str
    title: str
    day: datetime.date | None
    once: bool
    stage: int
    ref: str
    status: str
    district: str
    fen: int
    levels: dict[str, int]


def payable_rows(run: Run) -> list[Payable]:
    """The rows that move money and were not left out, first come first."""
    rows = run.rows.filter(status__in=MOVING, left_out="").order_by()
    found = [Payable(*told) for told in rows.values_list(*Payable._fields).iterator(5000)]
    return sorted(found, key=_order)


def _order(row: Payable | Row) -> tuple[Any, ...]:
    """先到先得: by the day of the event, then by firm; without a day at the end."""
    day = row.day.isoformat() if row.day else "9999"
    return day, row.code or row.name, row.name, row.scheme, row.award, row.stage, row.pk


def holder_of(row: Payable) -> str:
    """Who it is: the credit code, or the enterprise."""
    return row.code or (f"#{row.enterprise_id}" if row.enterprise_id else "")


def grant(run: Run, rows: Sequence[Payable]) -> tuple[int, int]:
    """Owe what the run's rows say (``payable_rows``); returns how many, and how many of them
    wait. In the transaction of the approval. Raises UserError for a row that cannot be owed to
    anybody, or is owed already; Conflict where another run was quicker."""
    _named(rows)
    taken, paid = _before(rows)
    text = cache(lambda levels: json.dumps(dict(levels), ensure_ascii=False))
    values = [_values(run, row, taken, paid, text) for row in rows]
    waits = _waiting(run, rows)
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    try:
        bulk.insert(
            Grant, FIELDS,
            ((*v, run.as_of.year, wait, back, now)
             for (v, back), wait in zip(values, waits, strict=True)),
        )  # fmt: skip
    except IntegrityError:
        raise Conflict("这一批里有一笔刚刚被别的批次审定了；请作废后重新测算") from None
    return len(rows), sum(map(bool, waits))


def _named(rows: Sequence[Payable]) -> None:
    unknown = [row for row in rows if not holder_of(row)]
    if unknown:
        names = "、".join(f"第 {r.number} 行“{r.name}”" for r in unknown[:_SHOWN])
        raise UserError(
            f"{len(unknown)} 行认不准是哪一户（台账里没有，也没有信用代码）：{names}；"
            "请先导入台账，或作废后补上信用代码重新测算"
        )


def _before(
    rows: Sequence[Payable],
) -> tuple[dict[registers.Key, list[bool]], dict[registers.Key, int]]:
    """Key → for each earlier grant of the same: does it stand; and what is paid."""
    schemes = {row.scheme for row in rows}
    standing = set(registers.standing().filter(scheme__in=schemes).values_list("pk", flat=True))
    fields = ("holder", "scheme", "award", "year", "stage", "ref")
    taken: dict[registers.Key, list[bool]] = {}
    known = Grant.objects.filter(scheme__in=schemes, back_of=None)
    for pk, *key in known.values_list("pk", *fields).iterator(5000):
        taken.setdefault(tuple(key), []).append(pk in standing)
    is_back = any(row.status == BACK for row in rows)
    return taken, registers.paid() if is_back else {}


def _values(
    run: Run,
    row: Payable,
    taken: dict[registers.Key, list[bool]],
    paid: dict[registers.Key, int],
    text: Callable[[tuple[tuple[str, int], ...]], str],
) -> tuple[tuple[Any, ...], int | None]:
    year = 0 if row.once or row.day is None else row.day.year
    key = holder_of(row), row.scheme, row.award, year, row.stage, row.ref
    earlier, back = taken.get(key, []), None
    if row.status == BACK:
        back = paid.pop(key, None)
        if back is None:
            raise Conflict(f"第 {row.number} 行“{row.name}”要追回的付款已经追回；请作废后重新测算")
    elif any(earlier):
        raise Conflict(f"第 {row.number} 行“{row.name}”已被别的批次审定；请作废后重新测算")
    again = len(earlier)
    if row.status != BACK:
        taken[key] = [*earlier, True]
    return (
        row.pk, run.pk, row.enterprise_id, key[0], row.name, row.scheme, row.award, row.event,
        row.title, row.day and row.day.isoformat(), year, row.stage, row.ref, again, row.district,
        row.fen, text(tuple(row.levels.items())),
    ), back  # fmt: skip


# --- budgets -------------------------------------------------------------------------------------


def _waiting(run: Run, rows: Sequence[Payable]) -> list[str]:
    """For each row in its order, why it waits."""
    left = {
        (b.scheme, b.level): b.fen - used(run.region_id, b.scheme, b.year).get(b.level, 0)
        for b in Budget.objects.filter(region=run.region, year=run.as_of.year)
    }
    parts = [{(row.scheme, x): fen for x, fen in row.levels.items()} for row in rows]
    return _words(parts, left)


def _words(parts: Iterable[dict[Any, int]], left: dict[Any, int]) -> list[str]:
    short = short_of([_flat(p) for p in parts], _flat(left))
    return [f"{one.partition('·')[2]}预算不足，待拨" if one else "" for one in short]


def _flat(pairs: dict[Any, int]) -> dict[str, int]:
    return {f"{scheme}·{level}": fen for (scheme, level), fen in pairs.items()}


def used(region: str, scheme: str, year: int) -> dict[str, int]:
    """分 by level that a scheme's budget of a year is bound to: granted, not waiting, not claimed
    back."""
    found: dict[str, int] = {}
    grants = registers.standing().filter(
        run__region_id=region, scheme=scheme, budget_year=year, waits=""
    )
    for levels in grants.values_list("levels", flat=True).iterator(5000):
        for level, fen in levels.items():
            found[level] = found.get(level, 0) + fen
    return found


def release(budget: Budget) -> int:
    """After a budget has changed: let those go that fit now, in the order of the text; returns
    how many."""
    bound = Grant.objects.filter(
        run__region=budget.region, scheme=budget.scheme, budget_year=budget.year
    )
    late = bound.exclude(waits="").select_related("row")
    waiting = sorted(late, key=lambda grant: _order(grant.row))
    left = {
        (b.scheme, b.level): b.fen - used(b.region_id, b.scheme, b.year).get(b.level, 0)
        for b in Budget.objects.filter(region=budget.region, scheme=budget.scheme, year=budget.year)
    }
    parts = [{(g.scheme, x): fen for x, fen in g.levels.items()} for g in waiting]
    freed = 0
    for one, words in zip(waiting, _words(parts, left), strict=True):
        if one.waits != words:
            freed += not words
            Grant.objects.filter(pk=one.pk).update(waits=words)
    return freed
