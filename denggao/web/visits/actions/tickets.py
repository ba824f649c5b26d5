"""诉求: received, moved along the table of ``flow``, each move a step that stays."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from denggao.facts.errors import UserError
from denggao.web.accounts import audit
from denggao.web.accounts.models import Region, User
from denggao.web.ledger.actions import Conflict
from denggao.web.ledger.models import Enterprise
from denggao.web.visits import flow
from denggao.web.visits.models import Clock, Step, Ticket, Visit


@transaction.atomic
def receive(
    *, by: User, enterprise: Enterprise, text: str, kind: str = "", visit: Visit | None = None,
    at: datetime.datetime | None = None,
) -> Ticket:  # fmt: skip
    """A new ticket; its number is its own. ``at``: when it came, if not now. Raises UserError
    for an empty text or a time to come."""
    now = timezone.now()
    if not text.strip():
        raise UserError("没有写企业反映的问题")
    if at is not None and at > now:
        raise UserError("接收时间还没有到，请核对")
    ticket = Ticket.objects.create(
        enterprise=enterprise, text=text.strip(), kind=kind, visit=visit, by=by,
        received_at=at or now, running_since=at or now,
    )  # fmt: skip
    ticket.number = f"SQ{timezone.localtime(ticket.received_at):%Y}-{ticket.pk:05d}"
    ticket.save(update_fields=["number"])
    Step.objects.create(
        ticket=ticket, move="receive", source="", target=flow.RECEIVED, by=by, note=ticket.text
    )
    audit.record(by=by, action="接收诉求", of=ticket, new={"enterprise": enterprise.pk})
    return ticket


@transaction.atomic
def move(
    *, by: User, ticket: Ticket, version: int, code: str, unit: str = "", note: str = "",
    satisfaction: str = "", at: datetime.datetime | None = None,
) -> Ticket:  # fmt: skip
    """Do one of ``flow.MOVES``. Raises Conflict where the ticket has changed since ``version``,
    UserError where it cannot be done from here or something needed is missing. ``at``: the
    present instant, for tests and records of the past."""
    if code not in flow.MOVES:
        raise UserError("没有这个办理动作")
    now, told = at or timezone.now(), {"unit": unit, "note": note, "satisfaction": satisfaction}
    step = flow.resolved(code, satisfaction)
    ticket = Ticket.objects.select_for_update().get(pk=ticket.pk)
    if ticket.version != version:
        raise Conflict
    source = ticket.state
    _check(step, source, told)
    for field, value in _effect(step, ticket, told, now).items():
        setattr(ticket, field, value)
    if step.to:
        ticket.state = step.to
    ticket.version = version + 1
    ticket.save()
    Step.objects.create(
        ticket=ticket, move=step.code, source=source, target=ticket.state, by=by, at=now, **told
    )
    audit.record(
        by=by, action=f"诉求{step.name}"[:40], of=ticket, old={"state": source},
        new={"state": ticket.state, **{k: v for k, v in told.items() if v}}, why=note[:500],
    )  # fmt: skip
    return ticket


_MISSING = {
    "unit": "请写明交办给哪个单位",
    "note": "请写明{name}的情况和理由",
    "satisfaction": "请选择企业是否满意",
}


def _check(step: flow.Move, source: str, told: dict[str, str]) -> None:
    if source not in step.sources:
        state = flow.STATES[source][0]
        raise UserError(f"这件诉求现在是“{state}”，不能{step.name}")
    for need in step.needs:
        if not told[need].strip():
            raise UserError(_MISSING[need].format(name=step.name))
    if told["satisfaction"] and told["satisfaction"] not in flow.SATISFACTION:
        raise UserError(f"满意度应是 {'、'.join(flow.SATISFACTION)}")


def _effect(
    step: flow.Move, ticket: Ticket, told: dict[str, str], now: datetime.datetime
) -> dict[str, Any]:
    """What the move writes beside the state."""
    found: dict[str, Any] = {}
    if step.answers and ticket.answered_at is None:
        found["answered_at"] = now
    match step.code:
        case "assign":
            found["unit"] = told["unit"].strip()
        case "progress":
            found |= {"handled": told["note"], "handled_at": now}
        case "finish":
            found |= {"done_at": now, "outcome": told["note"], "handled_at": now, "cannot": ""}
        case "cannot":
            found |= {"cannot": told["note"], "handled_at": now}
        case "revisit":
            found |= {"revisited_at": now, "satisfaction": told["satisfaction"]}
        case "close":
            found["closed_at"] = now
        case "return" | "reopen":
            found |= _again(ticket, now)
        case "resume":
            found["running_since"] = now
    return found


def _again(ticket: Ticket, now: datetime.datetime) -> dict[str, Any]:
    """The clocks begin anew; what was said before stays in the steps."""
    return {
        "running_since": now, "answered_at": None, "done_at": None, "closed_at": None,
        "revisited_at": None, "satisfaction": "", "reopened": ticket.reopened + 1,
    }  # fmt: skip


@transaction.atomic
def set_clock(*, by: User, region: Region, values: dict[str, Any]) -> Clock:
    """The terms of a bureau: ``answer``, ``first`` < ``second`` < ``third``, ``working``."""
    if not 1 <= values["first"] < values["second"] < values["third"]:
        raise UserError("三级催办的天数应一级比一级多，如 9、21、45")
    if values["answer"] < 1:
        raise UserError("答复期限至少 1 天")
    old = Clock.objects.filter(region=region).values(*values).first()
    clock, _ = Clock.objects.update_or_create(region=region, defaults=values)
    audit.record(by=by, action="设诉求时限", kind="clock", name=str(region), old=old, new=values)
    return clock
