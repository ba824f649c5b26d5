"""What is read of tasks: lists, urgency, rankings, agendas."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from denggao.diagnosis.weekly import stand
from denggao.web.accounts.models import User
from denggao.web.planning.models import PlanTask
from denggao.web.supervision.models import Escalation, Task

WEEK = datetime.timedelta(days=7)
NO_LEADER = "未落实责任领导"
#: What a list may be narrowed to, and its words.
VIEWS = {
    "": "全部", "open": "未办结", "late": "逾期", "soon": "快到期",
    "supervised": "督办", "undated": "无期限", "stuck": "暂无法完成", "done": "已完成",
}  # fmt: skip


def escalation(user: User) -> Escalation:
    """The days of the person's region, or those that hold until somebody sets others."""
    found = Escalation.objects.filter(region=user.region).first()
    return found or Escalation(region=user.region)


def tasks(
    user: User, on: datetime.date, *, view: str = "", unit: str = "", leader: str = "",
    text: str = "",
) -> QuerySet[Task]:  # fmt: skip
    """Tasks that the person may see, by what the address asks for."""
    found = Task.objects.for_user(user).prefetch_related("units")
    if unit:
        found = found.filter(units__name=unit)
    if leader:
        found = found.filter(leader="" if leader == NO_LEADER else leader)
    if text:
        found = found.filter(text__contains=text)
    match view:
        case "open":
            found = found.exclude(state=Task.State.DONE)
        case "late":
            found = late(found, on)
        case "soon":
            found = found.filter(is_soon(escalation(user), on))
        case "supervised":
            days = datetime.timedelta(days=max(1, escalation(user).supervise))
            found = late(found, on - days + datetime.timedelta(days=1))
        case "undated":
            found = found.filter(due=None)
        case "stuck" | "done":
            found = found.filter(state=view)
    return found.distinct()


def late(found: QuerySet[Task], on: datetime.date) -> QuerySet[Task]:
    """Those whose day is past, as ``diagnosis.weekly`` counts them."""
    return found.filter(is_late(on))


def is_late(on: datetime.date) -> Q:
    """Past its day and not done."""
    return Q(due__lt=on) & ~Q(state=Task.State.DONE)


def is_soon(days: Escalation, on: datetime.date) -> Q:
    """Near its day (期限前提醒) and not done."""
    until = on + datetime.timedelta(days=days.remind)
    return Q(due__range=(on, until)) & ~Q(state=Task.State.DONE)


@dataclass(frozen=True, slots=True)
class Standing:
    """Tasks of one unit or leader, counted as the report counts them."""

    name: str
    total: int
    done: int
    late: int
    stuck: int
    undated: int

    @property
    def rate(self) -> int:
        """Done, in whole per cent, rounded down."""
        return 100 * self.done // self.total if self.total else 0


def ranking(rows: Iterable[Task], on: datetime.date, by: str = "unit") -> list[Standing]:
    """By the leading unit, or by ``leader``: most done first, then fewest late; every task counts
    once."""
    groups: dict[str, list[Task]] = {}
    for task in rows:
        groups.setdefault(task.lead if by == "unit" else task.leader or NO_LEADER, []).append(task)
    found = [_standing(name, group, on) for name, group in groups.items()]
    return sorted(found, key=lambda s: (-s.rate, s.late, s.name))


def _standing(name: str, rows: Sequence[Task], on: datetime.date) -> Standing:
    return Standing(
        name,
        total=len(rows),
        done=sum(t.state == Task.State.DONE for t in rows),
        late=sum(t.days_late(on) > 0 for t in rows),
        stuck=sum(t.state == Task.State.STUCK for t in rows),
        undated=sum(t.due is None for t in rows),
    )


@dataclass(frozen=True, slots=True)
class Agenda:
    """What one leader has to hear on Monday."""

    leader: str
    late: tuple[Task, ...]
    due: tuple[Task, ...]
    new: tuple[Task, ...]
    stuck: tuple[Task, ...]


def agendas(user: User, on: datetime.date) -> list[Agenda]:
    """Of each leader: late, due within the week from ``on``, new in the week before it, stuck;
    a leader with nothing to hear is left out."""
    groups: dict[str, list[Task]] = {}
    for task in Task.objects.for_user(user).prefetch_related("units"):
        groups.setdefault(task.leader or NO_LEADER, []).append(task)
    found = [_agenda(leader, rows, on) for leader, rows in groups.items()]
    kept = [a for a in found if a.late or a.due or a.new or a.stuck]
    return sorted(kept, key=lambda a: (a.leader == NO_LEADER, -len(a.late), a.leader))


def _agenda(leader: str, rows: Sequence[Task], on: datetime.date) -> Agenda:
    waiting = [t for t in rows if t.state != Task.State.DONE]
    return Agenda(
        leader,
        late=tuple(t for t in waiting if t.days_late(on)),
        due=tuple(t for t in waiting if t.due is not None and on <= t.due < on + WEEK),
        new=tuple(t for t in waiting if on - WEEK <= t.made_on <= on),
        stuck=tuple(t for t in waiting if t.state == Task.State.STUCK),
    )


def leaders(user: User) -> list[str]:
    """Names of leaders that tasks have."""
    named = Task.objects.for_user(user).exclude(leader="").values_list("leader", flat=True)
    return sorted(set(named))


def units(user: User) -> list[str]:
    """Names of units that tasks have."""
    return sorted(set(Task.objects.for_user(user).values_list("units__name", flat=True)) - {None})


def waiting_plan_tasks(user: User) -> list[PlanTask]:
    """Tasks of adopted plans of the own region that have not been taken over."""
    taken = Task.objects.filter(region=user.region).exclude(plan_task=None)
    found: Any = PlanTask.objects.for_user(user).filter(
        plan__state="adopted", plan__region=user.region
    )
    found = found.exclude(pk__in=taken.values("plan_task")).select_related("plan")
    return list(found.prefetch_related("units"))


def state_words() -> list[tuple[str, str]]:
    """Every state with its words."""
    assert list(Task.State.labels) == list(stand.STATES)
    return list(Task.State.choices)
