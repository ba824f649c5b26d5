"""The calendar as a page shows it: how much time is left, what was moved, what is late."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from denggao.diagnosis.calendar import is_working_day
from denggao.diagnosis.holidays import shipped
from denggao.diagnosis.notice import Deadlines
from denggao.diagnosis.workflow import FILED
from denggao.facts.errors import UserError
from denggao.web.accounts.models import User
from denggao.web.casework.models import Batch, BlankYear

_BEFORE = ("intent", "coaching", "materials")


@dataclass(frozen=True)
class Countdown:
    """How near a deadline is, seen from an instant. ``act_by``: the last working day in time;
    ``working``: working days left, today included; ``rough``: known by weekends alone."""

    is_over: bool
    words: str
    act_by: datetime.date | None
    working: int
    rough: bool


def countdown(deadline: datetime.datetime, now: datetime.datetime) -> Countdown:
    """The time that is left until a first instant that is too late."""
    today = timezone.localtime(now).date()
    last = timezone.localtime(deadline - datetime.timedelta(microseconds=1)).date()
    if now >= deadline:
        return Countdown(True, f"已截止 {(today - last).days} 天", None, 0, False)
    seen = Deadlines(today)
    act_by = seen.act_by(last)
    left = (last - today).days
    words = f"还有 {left} 天" if left else f"今天 {_clock(deadline)} 截止"
    rough = bool(seen.notes())
    working, day = 0, today
    while day <= last and left <= 400:
        working += is_working_day(day, weekends_only=day.year not in shipped().years)
        day += datetime.timedelta(days=1)
    return Countdown(False, words, act_by, working, rough)


def _clock(deadline: datetime.datetime) -> str:
    at = timezone.localtime(deadline)
    return "24时" if (at.hour, at.minute) == (0, 0) else at.strftime("%H:%M")


def calendar(user: User, year: int | None = None) -> list[dict[str, Any]]:
    """Batches of a year (the person's region, its parts, what it lies in), the nearest deadline
    first, with their counts; three queries."""
    rows = counted(user)
    if year:
        rows = rows.filter(year=year)
    now = timezone.now()
    return [{"batch": row, "count": countdown(row.deadline, now)} for row in rows]


def counted(user: User) -> QuerySet[Any]:
    """Batches that the person works on, with ``firms`` of the own region, those of them that were
    ``filed``, and those that are not (``late``)."""
    inside = Q()
    if user.region is not None:
        path = user.region.path
        inside = Q(cases__enterprise__region__path__startswith=path) | Q(
            cases__enterprise__zone__path__startswith=path
        )
    rows = Batch.objects.for_user(user).prefetch_related("moves")
    found: QuerySet[Any] = rows.annotate(
        firms=Count("cases", filter=inside, distinct=True),
        filed=Count("cases", filter=inside & Q(cases__state__in=FILED), distinct=True),
        late=Count("cases", filter=inside & Q(cases__state__in=_BEFORE), distinct=True),
    ).order_by("deadline", "pk")
    return found


def blank_years(user: User, year: int) -> list[BlankYear]:
    """Titles and regions that have no batch in the year."""
    return list(BlankYear.objects.for_user(user).filter(year=year))


def years(user: User) -> list[int]:
    """Years with batches, and this one."""
    found = set(Batch.objects.for_user(user).order_by().values_list("year", flat=True).distinct())
    found |= set(BlankYear.objects.for_user(user).order_by().values_list("year", flat=True))
    return sorted(found | {timezone.localdate().year}, reverse=True)


def count_of(text: str) -> tuple[int | None, int | None]:
    """「42」, 「30余」, 「*」, 「30-40」 as (least, most). Raises UserError."""
    from denggao.facts import cells
    from denggao.facts.catalogue import catalogue
    from denggao.facts.cells import BadCell
    from denggao.facts.interval import Interval

    words = text.strip().rstrip("家户")
    if not words:
        return None, None
    if set(words) <= {"*", "＊"}:
        return 0, None
    try:
        found = cells.number(words, catalogue()["ip_class1"], 1).value
    except BadCell as bad:
        raise UserError(
            f"“{text}”：应为家数，如 42、30余、*（不掌握）；{bad.finding.advice}"
        ) from None
    if isinstance(found, Interval):
        return tuple(None if end is None else int(end) for end in found[:2])  # type: ignore[return-value]
    return (None, None) if found is None else (int(found), int(found))
