"""What waits of visits and requests: this week's plan, tickets by their clocks, experts."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from django.db.models import Count, Exists, Max, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from denggao.web.accounts.models import User
from denggao.web.accounts.today import LATE, SOON, Line
from denggao.web.visits import figures, flow, queries
from denggao.web.visits.models import Coaching, Planned, Round, Ticket, Visit, WeekPlan

_WEEK = datetime.timedelta(days=6)


def plan(user: User, on: datetime.date) -> Iterator[Line]:
    """Firms of this week's plan that nobody has seen yet."""
    monday = figures.monday_of(on)
    last = WeekPlan.objects.filter(region=user.region, monday=monday).order_by("-pk").values("pk")
    seen = Visit.objects.filter(
        enterprise=OuterRef("enterprise"), on__range=(monday, monday + _WEEK)
    )
    told = Planned.objects.filter(plan__in=last[:1]).aggregate(
        all=Count("pk"), left=Count("pk", filter=~Q(Exists(seen)))
    )
    note = f"计划 {told['all']} 户"
    where = reverse("visits:visit-plan")
    yield Line("本周计划走访，还没有去", told["left"], "户", where, note=note)


def tickets(user: User, on: datetime.date) -> Iterator[Line]:
    """Requests that are late, must be chased, or wait for the last steps."""
    now, terms = timezone.now(), queries.terms_of(user.region)
    marks = {
        "late": queries.is_late(terms, now),
        "soon": queries.is_nearly_late(terms, now),
        "1": queries.is_chased(terms, now, 1),
        "revisit": Q(state=flow.DONE),
        "close": Q(state=flow.REVISITED),
    }
    told = Ticket.objects.for_user(user).aggregate(
        **{f"m{mark}": Count("pk", filter=asked) for mark, asked in marks.items()}
    )
    shown = [
        ("诉求超期没有答复", "late", LATE), ("诉求久未办结，应催办", "1", LATE),
        ("诉求快到答复期限", "soon", SOON),
    ]  # fmt: skip
    if user.can("casework.edit"):
        shown += [("诉求办结，等待回访", "revisit", ""), ("诉求已回访，等待销号", "close", "")]
    for words, mark, tone in shown:
        where = f"{reverse('visits:visit-tickets')}?mark={mark}"
        yield Line(words, told[f"m{mark}"], "件", where, tone)


def rounds(user: User, on: datetime.date) -> Iterator[Line]:
    """指派方案 that wait for a person's review."""
    found = Round.objects.for_user(user).filter(state=Round.State.PROPOSED)
    told = found.aggregate(count=Count("pk"), last=Max("pk"))
    one = told["count"] == 1
    where = reverse("visits:visit-round", args=[told["last"]]) if one else ""
    where = where or reverse("visits:visit-experts")
    yield Line("专家指派方案等待审核", told["count"], "份", where)


def coached(user: User, on: datetime.date) -> Iterator[Line]:
    """Of an expert: the firms that he was sent to."""
    found = Coaching.objects.for_user(user).filter(until=None, expert__user=user)
    yield Line("我辅导的企业", found.count(), "户", reverse("visits:visit-mine"))
