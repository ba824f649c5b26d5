"""Tasks: set, taken from a plan, brought forward, reminded of."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from denggao.facts.errors import UserError
from denggao.web.accounts import audit
from denggao.web.accounts.models import Region, Unit, User
from denggao.web.planning.models import PlanTask
from denggao.web.supervision.actions import StaleError
from denggao.web.supervision.models import (
    Decision,
    Escalation,
    Evidence,
    Progress,
    Reminder,
    Task,
    TaskUnit,
)

#: A file of evidence: name and bytes.
File = tuple[str, bytes]
MOST_EVIDENCE = 10 << 20
DONE, STUCK = str(Task.State.DONE), str(Task.State.STUCK)


def region_of(user: User) -> Region:
    """Raises UserError for a person without one."""
    if user.region is None:
        raise UserError("您没有辖区，不能办理任务")
    return user.region


@transaction.atomic
def add_task(
    *, by: User, text: str, units: Sequence[str], leader: str, due: datetime.date | None,
    source: str, made_on: datetime.date | None = None, decision: Decision | None = None,
    plan_task: PlanTask | None = None,
) -> Task:  # fmt: skip
    """A new task; the first unit leads. Raises UserError where nobody is responsible, or where a
    decision or a plan's task has been taken over already."""
    if not units:
        raise UserError("任务要写明责任单位")
    made = made_on or timezone.localdate()
    if due is not None and due < made:
        raise UserError(f"期限 {due} 早于下达日期 {made}")
    try:
        with transaction.atomic():
            task = Task.objects.create(
                region=region_of(by), text=text, leader=leader, due=due, source=source,
                made_on=made, decision=decision, plan_task=plan_task, by=by,
            )  # fmt: skip
    except IntegrityError:
        raise UserError("这一项已经转成任务，不能再转") from None
    known = {unit.name: unit for unit in Unit.objects.filter(name__in=units)}
    TaskUnit.objects.bulk_create(
        TaskUnit(task=task, name=name, leads=not number, unit=known.get(name))
        for number, name in enumerate(dict.fromkeys(units))
    )
    audit.record(
        by=by, action="下达任务", of=task,
        new={"units": list(units), "leader": leader, "due": due and str(due), "source": source},
    )  # fmt: skip
    return task


@transaction.atomic
def take_plan(*, by: User, tasks: Iterable[PlanTask], on: datetime.date | None = None) -> int:
    """The tasks of adopted plans that have not been taken over yet; returns how many."""
    done = set(Task.objects.filter(region=by.region).values_list("plan_task", flat=True))
    count = 0
    for found in tasks:
        if found.pk in done:
            continue
        units = sorted(found.units.all(), key=lambda u: not u.leads)
        made = on or timezone.localdate()
        task = add_task(
            by=by, text=found.title, units=[u.name for u in units] or ["未落实"], leader="",
            due=None if found.due and found.due < made else found.due, made_on=made,
            source=f"《{found.plan.title}》任务{found.no}"[:200], plan_task=found,
        )  # fmt: skip
        if found.due and found.due < made:  # late from the first day on, and said so
            Task.objects.filter(pk=task.pk).update(due=found.due)
        count += 1
    return count


@transaction.atomic
def bring_forward(
    *, by: User, task: Task, version: int, text: str, state: str, reason: str = "",
    files: Sequence[File] = (), on: datetime.date | None = None,
) -> Progress:  # fmt: skip
    """A note of progress, with the state that it leads to. A task that is done is taken up again
    only for a reason, which is the note. Raises UserError and StaleError."""
    if state == STUCK and not reason.strip():
        raise UserError("暂无法完成的要写明原因")
    large = next((name for name, content in files if len(content) > MOST_EVIDENCE), None)
    if large:
        raise UserError(f"「{large}」超过 {MOST_EVIDENCE >> 20} MB，请压缩后再传")
    before = task.state
    taken = Task.objects.filter(pk=task.pk, version=version).update(
        version=version + 1,
        state=state,
        reason=reason.strip() if state == STUCK else "",
        done_on=(task.done_on or on or timezone.localdate()) if state == DONE else None,
    )
    if not taken:
        raise StaleError
    note = Progress.objects.create(task=task, text=text, before=before, after=state, by=by)
    for name, content in files:
        Evidence.objects.create(
            progress=note, name=name[:200], content=content,
            digest=hashlib.sha256(content).hexdigest(),
        )  # fmt: skip
    action = "重新办理任务" if note.is_reopening else "任务进展"
    evidence = [hashlib.sha256(content).hexdigest() for _, content in files]
    new = {"state": state, "evidence": evidence}
    audit.record(by=by, action=action, of=task, old={"state": before}, new=new, why=text)
    return note


@transaction.atomic
def change_task(
    *, by: User, task: Task, version: int, leader: str, due: datetime.date | None, why: str
) -> None:
    """Another leader or another day, for a reason. Raises StaleError."""
    taken = Task.objects.filter(pk=task.pk, version=version)
    if not taken.update(version=version + 1, leader=leader, due=due):
        raise StaleError
    audit.record(
        by=by, action="调整任务", of=task, why=why,
        old={"leader": task.leader, "due": task.due and str(task.due)},
        new={"leader": leader, "due": due and str(due)},
    )  # fmt: skip


@transaction.atomic
def remind(*, by: User, task: Task, unit: str, way: str, answer: str = "") -> Reminder:
    """催办 one unit of a task."""
    note = Reminder.objects.create(task=task, unit=unit, way=way, answer=answer, by=by)
    audit.record(by=by, action="催办", of=task, new={"unit": unit, "way": way, "answer": answer})
    return note


@transaction.atomic
def set_escalation(*, by: User, remind: int, supervise: int, circulate: int) -> Escalation:
    """The days of the region."""
    if circulate < supervise:
        raise UserError("通报的天数不能少于督办的天数")
    values = {"remind": remind, "supervise": supervise, "circulate": circulate}
    found, _ = Escalation.objects.update_or_create(region=region_of(by), defaults=values)
    audit.record(by=by, action="设定督办天数", of=found, new=values)
    return found
