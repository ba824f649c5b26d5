"""What waits of tasks, reports and meetings."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from denggao.web.accounts.models import User
from denggao.web.accounts.today import LATE, SOON, WAITS, Line
from denggao.web.supervision import queries
from denggao.web.supervision.models import Meeting, Report, Task, TaskUnit

_DAY = datetime.timedelta(days=1)
_THURSDAY = 3


def tasks(user: User, on: datetime.date) -> Iterator[Line]:
    """Tasks that are late or nearly due: of one's own units, of oneself as leader, of all."""
    soon = queries.is_soon(queries.escalation(user), on)
    late = queries.is_late(on)
    scopes: list[tuple[str, str, str, Q]] = [
        (f"{name}的", "unit", name, Q(Exists(_of_unit(name)))) for name in _units(user)
    ]
    if user.name:
        scopes.append(("我负责的", "leader", user.name, Q(leader=user.name)))
    if user.can("planning.edit") or user.can("planning.approve"):
        scopes.append(("全部", "", "", Q()))
    counts = {}
    for number, (_, _, _, whose) in enumerate(scopes):
        counts[f"late{number}"] = Count("pk", filter=late & whose)
        counts[f"soon{number}"] = Count("pk", filter=soon & whose)
    told = Task.objects.for_user(user).aggregate(**counts)
    for number, (words, key, name, _) in enumerate(scopes):
        for view, said, tone in (("late", "逾期任务", LATE), ("soon", "快到期的任务", SOON)):
            query = urlencode({"view": view} | ({key: name} if key else {}))
            where = f"{reverse('supervision:tasks')}?{query}"
            count = told[f"{view}{number}"]
            yield Line(f"{words}{said}", count, "项", where, tone if key else WAITS)


def _units(user: User) -> list[str]:
    unit = user.unit
    return [u.name for u in (unit, unit.parent) if u is not None] if unit else []


def _of_unit(name: str):  # type: ignore[no-untyped-def]
    return TaskUnit.objects.filter(task=OuterRef("pk"), name=name)


def reports(user: User, on: datetime.date) -> Iterator[Line]:
    """A report to be signed by another; and that this week's is not compiled yet."""
    found = Report.objects.for_user(user).exclude(state=Report.State.DROPPED)
    last = list(found.order_by("-as_of").values("pk", "as_of", "state", "by", "region")[:20])
    if user.can("planning.approve"):
        waiting = [r for r in last if r["state"] == Report.State.COMPILED and r["by"] != user.pk]
        for row in waiting[:3]:
            where = reverse("supervision:reports-one", args=[row["pk"]])
            yield Line(f"周报告（截至 {row['as_of']}）等待签发", 1, "期", where, SOON)
    if user.can("planning.edit") and on.weekday() >= _THURSDAY and user.region is not None:
        monday = on - on.weekday() * _DAY
        own = [r for r in last if r["region"] == user.region.pk]
        if own and own[0]["as_of"] < monday:
            yield Line("本周的周报告还没有编制", 1, "期", reverse("supervision:reports"), SOON)


def meetings(user: User, on: datetime.date) -> Iterator[Line]:
    """Meetings of this week that are still to come, and today's."""
    sunday = on + (6 - on.weekday()) * _DAY
    for meeting in Meeting.objects.for_user(user).filter(on__range=(on, sunday))[:5]:
        where = reverse("supervision:tasks-meeting", args=[meeting.pk])
        yield Line(f"本周会议：{meeting}", 1, "次", where, note=meeting.place)
