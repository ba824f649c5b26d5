"""Visits with what was learned and asked for, duties, and the plan of a week."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction

from denggao.facts.catalogue import Fact
from denggao.facts.errors import UserError
from denggao.web.accounts import audit
from denggao.web.accounts.models import Region, User
from denggao.web.ledger import actions as ledger
from denggao.web.ledger.models import Enterprise
from denggao.web.ledger.values import Columns
from denggao.web.visits.actions.tickets import receive
from denggao.web.visits.models import Duty, Visit, WeekPlan


class Learned(NamedTuple):
    """One value heard at the firm."""

    fact: Fact
    year: int
    columns: Columns


class Raised(NamedTuple):
    """One thing that the firm asked for."""

    text: str
    kind: str


def record_visit(
    *, by: User, enterprise: Enterprise, token: uuid.UUID, values: dict[str, Any],
    learned: Sequence[Learned] = (), raised: Sequence[Raised] = (),
) -> tuple[Visit, bool]:  # fmt: skip
    """A visit, the statements it brought (source 走访) and a ticket for each thing asked for.
    Sent again with the same ``token`` it changes nothing: the visit there is, and ``False``."""
    again = Visit.objects.filter(token=token, by=by).first()
    if again is not None:
        return again, False
    try:
        return _recorded(by, enterprise, token, values, learned, raised), True
    except IntegrityError:
        again = Visit.objects.filter(token=token, by=by).first()
        if again is None:
            raise
        return again, False


@transaction.atomic
def _recorded(
    by: User, enterprise: Enterprise, token: uuid.UUID, values: dict[str, Any],
    learned: Sequence[Learned], raised: Sequence[Raised],
) -> Visit:  # fmt: skip
    visit = Visit.objects.create(enterprise=enterprise, token=token, by=by, **values)
    for one in learned:
        firm = Enterprise.objects.select_for_update().get(pk=enterprise.pk)
        ledger.correct(
            by=by, enterprise=firm, version=firm.version, fact=one.fact, year=one.year,
            columns=one.columns, source="visit", why=f"{visit.on} 走访了解（{visit.visitors}）",
        )  # fmt: skip
    for ask in raised:
        receive(by=by, enterprise=enterprise, text=ask.text, kind=ask.kind, visit=visit)
    audit.record(
        by=by, action="记走访", of=visit, name=f"{enterprise} {visit}",
        new={
            "enterprise": enterprise.pk, "visitors": visit.visitors,
            "facts": [f"{one.fact.code}@{one.year}" for one in learned], "tickets": len(raised),
        },
    )  # fmt: skip
    return visit


@transaction.atomic
def save_duties(*, by: User, region: Region, values: Sequence[dict[str, Any]]) -> None:
    """Name the six duties and say how often: ``number``, ``name``, ``every``, ``scope``,
    ``since`` of each."""
    for told in values:
        rest = {key: value for key, value in told.items() if key != "number"}
        Duty.objects.update_or_create(region=region, number=told["number"], defaults=rest)
    new = [{key: str(value) for key, value in told.items()} for told in values]
    audit.record(by=by, action="设六必访", kind="duty", name=str(region), new=new)


@transaction.atomic
def start_plan(*, by: User, monday: datetime.date, deadline: datetime.date, most: int) -> WeekPlan:
    """Order the plan of a week. Raises UserError where the person looks after no region, or one
    is being worked out."""
    from denggao.web.visits.tasks import make_plan

    if by.region is None:
        raise UserError("您没有辖区，不能排走访计划")
    if deadline < monday:
        raise UserError(f"申报截止日 {deadline} 早于这一周（{monday}），走访定不了它之前的结论")
    running = WeekPlan.objects.filter(region=by.region, state=WeekPlan.State.RUNNING)
    if running.exists():
        raise UserError("有一份走访计划正在算，请稍候")
    plan = WeekPlan.objects.create(
        region=by.region, monday=monday, deadline=deadline, most=most, by=by
    )
    audit.record(by=by, action="排走访计划", of=plan, new={"deadline": deadline.isoformat()})
    transaction.on_commit(lambda: make_plan.enqueue(plan.pk))
    return plan
