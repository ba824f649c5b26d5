"""What the weekly report counts of this department. All counts go over the whole scope of the
person, never over a page."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils import timezone

from denggao.web.accounts.models import User
from denggao.web.visits import duties, flow, queries
from denggao.web.visits.models import Ticket, Visit

_WEEK = datetime.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Week:
    """From ``monday`` on, seven days; ``open`` and below as of ``now``. ``visited`` and
    ``visited_ever`` are firms, ``visits`` visits; ``missed``: firms missed by a duty in its
    last period, each duty for itself."""

    monday: datetime.date
    visits: int
    visited: int
    visited_ever: int
    received: int
    closed: int
    open: int
    late: int
    chased: tuple[int, int, int]
    cannot: int
    to_revisit: int
    uncovered: int
    missed: int


def monday_of(day: datetime.date) -> datetime.date:
    """The Monday of the day's week."""
    return day - datetime.timedelta(days=day.weekday())


def week(user: User, monday: datetime.date, now: datetime.datetime | None = None) -> Week:
    """The week's figures over the firms that this person may see."""
    at = now or timezone.now()
    today = timezone.localtime(at).date()
    end = monday + _WEEK
    ever = Visit.objects.for_user(user).filter(on__lt=end)
    these = ever.filter(on__gte=monday)
    tickets, terms = Ticket.objects.for_user(user), queries.terms_of(user.region)
    begin = timezone.make_aware(datetime.datetime.combine(monday, datetime.time()))
    span = (begin, begin + _WEEK)
    one, two, three = (queries.chased(tickets, terms, at, k).count() for k in (1, 2, 3))
    return Week(
        monday=monday,
        visits=these.count(),
        visited=_firms(these),
        visited_ever=_firms(ever),
        received=tickets.filter(received_at__gte=span[0], received_at__lt=span[1]).count(),
        closed=tickets.filter(closed_at__gte=span[0], closed_at__lt=span[1]).count(),
        open=tickets.filter(state__in=flow.OPEN).count(),
        late=queries.late_answers(tickets, terms, at).count(),
        chased=(one, two, three),
        cannot=tickets.filter(state=flow.CANNOT).count(),
        to_revisit=tickets.filter(state=flow.DONE).count(),
        uncovered=queries.uncovered(user, today).count(),
        missed=sum(standing.missed or 0 for standing in duties.calendar(user, today)),
    )


def _firms(visits: object) -> int:
    return visits.order_by().values("enterprise").distinct().count()  # type: ignore[attr-defined]
