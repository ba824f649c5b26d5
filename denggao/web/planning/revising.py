"""Figures of targets changed: proposed by one, put in force by another, never overwritten."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.utils import timezone

from denggao.diagnosis import quotas as exactly
from denggao.facts.errors import UserError
from denggao.web.accounts import audit
from denggao.web.accounts.models import User
from denggao.web.planning import quotas
from denggao.web.planning.actions import Conflict
from denggao.web.planning.counting import WHOLE, Place
from denggao.web.planning.models import Goal, Quota, Revision
from denggao.web.planning.models.targets import SCALE

State: Any = Revision.State


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure for a place, or the weight by which it shares in what is left; neither: unknown."""

    place: Place
    value: Fraction | None = None
    weight: Fraction | None = None
    why: str = ""


def shared(total: Fraction | None, cells: Sequence[Cell]) -> list[Cell]:
    """Each cell with its figure: weighted ones share exactly what the set ones leave of the total;
    they sum to it. Raises UserError where they cannot, and for a total that is not whole."""
    weighted = [cell for cell in cells if cell.weight is not None]
    if not weighted:
        return list(cells)
    if total is None:
        raise UserError("按权重分解要先有总数")
    values = [total, *(cell.value for cell in cells if cell.value is not None)]
    if any(value.denominator != 1 for value in values):
        raise UserError("按权重分解的总数和各项应是整数")
    asked = [
        exactly.Quota(
            at=cell.place, value=None if cell.value is None else int(cell.value),
            weight=cell.weight,
        )
        for cell in cells
    ]  # fmt: skip
    try:
        found = exactly.divided(int(total), asked)
    except ValueError as error:
        raise UserError(str(error).replace("（--total）", "")) from None
    return [
        Cell(cell.place, None if q.value is None else Fraction(q.value), None, cell.why)
        for cell, q in zip(cells, found, strict=True)
    ]


def split(goal: Goal, cells: Sequence[Cell], on: datetime.date) -> list[Cell]:
    """The cells of one division of a goal, shared out of its total in force on the day. Raises
    UserError where the set ones are more than the total."""
    in_force = quotas.in_force([goal], on).get(goal.pk, [])
    total, unset = quotas.total([quota for quota in in_force if quota.place == WHOLE])
    known = None if unset else total
    found = shared(known, cells)
    sure = sum((cell.value for cell in found if cell.value is not None), Fraction(0))
    if known is not None and sure > known:
        raise UserError(f"各项合计 {quotas.told(sure, 0)}，超过总数 {quotas.told(known, 0)}")
    return found


@transaction.atomic
def propose(
    *, by: User, since: datetime.date, why: str, cells: Iterable[tuple[Goal, Sequence[Cell]]],
    file: str = "", digest: str = "",
) -> Revision:  # fmt: skip
    """Hand figures to somebody else to put in force. Raises UserError for none, for a figure that
    is negative or finer than four decimals, and for a person without a region."""
    if by.region is None:
        raise UserError("您没有辖区，不能分解目标")
    if not why:
        raise UserError("请写明为什么这样分解或调整")
    revision = Revision.objects.create(
        region=by.region, since=since, why=why[:300], by=by, file=file[-200:], digest=digest
    )
    rows = [_row(revision, goal, cell) for goal, some in cells for cell in some]
    if not rows:
        raise UserError("没有一项要分解或调整的数")
    Quota.objects.bulk_create(rows)
    told = {"since": str(since), "rows": len(rows), "sha256": digest}
    audit.record(by=by, action="提出目标分解", of=revision, new=told, why=why)
    return revision


@transaction.atomic
def state_goal(*, by: User, since: datetime.date, source: str, said: dict[str, Any],
               cell: Cell) -> Revision:  # fmt: skip
    """Propose a figure of a goal that no plan text states: ``said`` as ``Goal`` keeps it; the goal
    counts for nothing until somebody else puts the figure in force. Raises UserError as
    ``propose`` does, and where the goal is there with another comparison or title."""
    if by.region is None:
        raise UserError("您没有辖区，不能登记目标")
    more = {key: said.pop(key) for key in ("tier", "op")}
    flows = (Goal.How.GROSS, Goal.How.NET)
    said["first"] = said["year"] if said["how"] in flows else min(said["year"], since.year)
    goal, _ = Goal.objects.get_or_create(region=by.region, **said, defaults=more)
    if any(getattr(goal, key) != value for key, value in more.items()):
        if goal.quotas.exclude(revision__state=State.DROPPED).exists():
            told = f"{goal.get_op_display()}，{goal.tier or '台账不能清点'}"
            raise UserError(f"已有“{goal}”（{told}），比较和台账清点要和它一致")
        Goal.objects.filter(pk=goal.pk).update(**more)
    return propose(by=by, since=since, why=source, cells=[(goal, [cell])])


def _row(revision: Revision, goal: Goal, cell: Cell) -> Quota:
    region, office, industry, person = cell.place
    steps = None if cell.value is None else cell.value * SCALE
    if steps is not None and (steps.denominator != 1 or not 0 <= steps < 2**62):
        raise UserError("数应不小于 0，最多四位小数")
    return Quota(
        goal=goal, revision=revision, region_id=region or None, industry=industry,
        office_id=int(office) if office else None, person_id=int(person) if person else None,
        number=None if steps is None else int(steps), why=cell.why[:300],
    )  # fmt: skip


@transaction.atomic
def decide(*, by: User, revision: Revision, adopt: bool) -> None:
    """Put proposed figures in force, or drop them. Raises Conflict where they were decided
    already, UserError where the person proposed them."""
    revision = Revision.objects.select_for_update().get(pk=revision.pk)
    if revision.state != State.PROPOSED:
        raise Conflict
    if adopt and revision.by_id == by.pk:
        raise UserError("提出的人不能下达自己的分解，请由另一位审核下达")
    revision.state = State.ADOPTED if adopt else State.DROPPED
    revision.decided_by, revision.decided_at = by, timezone.now()
    revision.save()
    goals = Goal.objects.filter(quotas__revision=revision).distinct()
    for goal in goals if adopt else ():
        goal.version += 1
        goal.save(update_fields=["version"])
    action = "下达目标分解" if adopt else "不采用目标分解"
    audit.record(by=by, action=action, of=revision, new={"rows": revision.quotas.count()})
