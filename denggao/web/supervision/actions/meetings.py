"""联席会议: members, meetings, decisions that become tasks."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.db.models import Max

from denggao.facts.errors import UserError
from denggao.web.accounts import audit
from denggao.web.accounts.models import Unit, User
from denggao.web.supervision.actions import StaleError
from denggao.web.supervision.actions.tasks import add_task, region_of
from denggao.web.supervision.models import Decision, Meeting, Member, Task

_APART = re.compile(r"[、，,;；\s]+")


def names(text: str) -> list[str]:
    """「科技局、税务局」 → both."""
    return [name for name in _APART.split(text.strip()) if name]


@transaction.atomic
def add_members(
    *, by: User, units: Sequence[str], since: datetime.date, person: str = "", duty: str = "成员"
) -> list[Member]:
    """Departments that belong to the joint meeting from the day on. Raises UserError where one
    belongs to it already."""
    known = {unit.name: unit for unit in Unit.objects.filter(name__in=units)}
    found = []
    for name in dict.fromkeys(units):
        try:
            with transaction.atomic():
                member = Member.objects.create(
                    region=region_of(by), name=name, unit=known.get(name), person=person,
                    duty=duty, since=since, by=by,
                )  # fmt: skip
        except IntegrityError:
            raise UserError(f"“{name}”已经是成员单位") from None
        audit.record(by=by, action="增加成员单位", of=member, new={"since": str(since)})
        found.append(member)
    return found


@transaction.atomic
def end_member(*, by: User, member: Member, until: datetime.date) -> None:
    """Its last day. Raises UserError before the first."""
    if until < member.since:
        raise UserError(f"{member} 自 {member.since} 起，不能到 {until} 为止")
    if not Member.objects.filter(pk=member.pk, until=None).update(until=until):
        raise UserError(f"{member} 已经不是成员单位")
    audit.record(by=by, action="退出成员单位", of=member, new={"until": str(until)})


@transaction.atomic
def add_meeting(*, by: User, values: dict[str, object]) -> Meeting:
    """A meeting with what its form says."""
    meeting = Meeting.objects.create(region=region_of(by), by=by, **values)
    audit.record(by=by, action="登记会议", of=meeting)
    return meeting


@transaction.atomic
def write_minutes(*, by: User, meeting: Meeting, version: int, values: dict[str, object]) -> None:
    """Minutes and the rest as corrected. Raises StaleError."""
    taken = Meeting.objects.filter(pk=meeting.pk, version=version)
    if not taken.update(version=version + 1, **values):
        raise StaleError
    old = {key: str(getattr(meeting, key)) for key in values}
    new = {key: str(value) for key, value in values.items()}
    audit.record(by=by, action="修改会议纪要", of=meeting, old=old, new=new)


@transaction.atomic
def add_decision(
    *, by: User, meeting: Meeting, text: str, units: str, leader: str, due: datetime.date | None
) -> Decision:
    """What was decided, by whom it is to be done, until when. Raises UserError without a unit."""
    if not names(units):
        raise UserError("议定事项要写明责任单位")
    last = meeting.decisions.aggregate(last=Max("number"))["last"] or 0
    found = Decision.objects.create(
        meeting=meeting, number=last + 1, text=text, units=units, leader=leader, due=due
    )
    audit.record(by=by, action="登记议定事项", of=found, new={"units": units, "due": str(due)})
    return found


@transaction.atomic
def make_task(*, by: User, decision: Decision, on: datetime.date | None = None) -> Task:
    """转任务: once. Raises UserError the second time."""
    return add_task(
        by=by, text=decision.text, units=names(decision.units), leader=decision.leader,
        due=decision.due, source=f"{decision.meeting} 议定事项{decision.number}"[:200],
        decision=decision, made_on=on or decision.meeting.on,
    )  # fmt: skip
