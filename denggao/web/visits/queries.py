"""What is read of chains, tickets and experts."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from denggao.web.accounts.models import Region, User
from denggao.web.kit.numbers import key_of
from denggao.web.ledger.models import Enterprise
from denggao.web.ledger.models.enterprise import within
from denggao.web.ledger.search import named
from denggao.web.visits import flow
from denggao.web.visits.clocks import LEVELS, Terms
from denggao.web.visits.models import Chain, Clock, Coaching, Member, Territory, Ticket, Visit
from denggao.web.visits.models.chains import PLACES, on_day

# --- 包抓联 --------------------------------------------------------------------------------------


def chain_on(enterprise: Enterprise, day: datetime.date) -> Chain | None:
    """Who was responsible for the firm on the day."""
    return (
        Chain.objects.filter(on_day(day), enterprise=enterprise)
        .select_related(*PLACES)
        .order_by("-since", "-pk")
        .first()
    )


def chains(
    user: User, day: datetime.date, *, text: str = "", leader: str = "", unit: str = ""
) -> QuerySet[Chain]:
    """The chains of the day over the person's firms."""
    found = (
        Chain.objects.for_user(user)
        .filter(on_day(day))
        .select_related("enterprise__region", "enterprise__zone", *PLACES)
        .order_by("enterprise__region__path", "enterprise__name", "pk")
    )
    if text:
        found = found.filter(enterprise__in=Enterprise.objects.filter(named(text)).values("pk"))
    if leader:
        found = found.filter(leader_id=key_of(leader))
    if unit:
        found = found.filter(unit=unit)
    return found


def uncovered(user: User, day: datetime.date) -> QuerySet[Enterprise]:
    """Firms that nobody is responsible for: no chain on the day, or one without a leader."""
    covered = Chain.objects.filter(on_day(day), enterprise=OuterRef("pk"), leader__isnull=False)
    return Enterprise.objects.for_user(user).filter(~Exists(covered)).order_by("name", "pk")


def loads(user: User, day: datetime.date) -> dict[str, list[dict[str, Any]]]:
    """How many firms each leader (those with none, too) and each unit has, most first."""
    found = Chain.objects.for_user(user).filter(on_day(day)).order_by()
    by_leader = found.exclude(leader=None).values("leader", "leader__name", "leader__post")
    by_unit = found.exclude(unit="").values("unit")
    busy = list(by_leader.annotate(count=Count("pk")).order_by("-count", "leader__name"))
    idle = members(user, "leader").exclude(pk__in=[row["leader"] for row in busy])
    return {
        "leaders": [
            *busy,
            *(
                {"leader": m.pk, "leader__name": m.name, "leader__post": m.post, "count": 0}
                for m in idle
            ),
        ],
        "units": list(by_unit.annotate(count=Count("pk")).order_by("-count", "unit")),
    }


def districts(user: User, day: datetime.date) -> list[dict[str, Any]]:
    """The parts of the person's region (itself where it has none) with the leader of each on the
    day, and the firms in it; those without a leader first."""
    if user.region is None:
        return []
    parts = user.region.parts or [user.region]
    held = {
        t.region_id: t
        for t in Territory.objects.filter(on_day(day), region__in=parts).select_related("leader")
    }
    firms = Enterprise.objects.for_user(user)
    rows = [
        {"region": part, "held": held.get(part.pk), "firms": firms.filter(within(part)).count()}
        for part in parts
    ]
    return sorted(rows, key=lambda row: row["held"] is not None)


def members(user: User, *kinds: str) -> QuerySet[Member]:
    """The teams, or some kinds of them; those in office."""
    found = Member.objects.for_user(user).filter(is_active=True)
    return found.filter(kind__in=kinds) if kinds else found


# --- visits --------------------------------------------------------------------------------------


def visits(
    user: User, *, text: str = "", begin: datetime.date | None = None,
    end: datetime.date | None = None,
) -> QuerySet[Visit]:  # fmt: skip
    """Visits at the person's firms, the latest first; both days included."""
    found = Visit.objects.for_user(user).select_related("enterprise", "duty", "by")
    if text:
        found = found.filter(enterprise__in=Enterprise.objects.filter(named(text)).values("pk"))
    if begin:
        found = found.filter(on__gte=begin)
    if end:
        found = found.filter(on__lte=end)
    return found


# --- tickets -------------------------------------------------------------------------------------

#: An answer that is due within this time is nearly late.
NEARLY = datetime.timedelta(days=2)


def terms_of(region: Region | None) -> Terms:
    """The region's own terms, else those of the nearest above that has set some, else 7 days
    and 9/21/45."""
    if region is None:
        return Terms()
    codes = [*filter(None, region.path.split("/")), region.code]
    found = {c.region_id: c for c in Clock.objects.filter(region__in=codes)}
    set_ = next((found[code] for code in reversed(codes) if code in found), None)
    return set_.terms if set_ else Terms()


def is_late(terms: Terms, now: datetime.datetime) -> Q:
    """Should have been answered by now."""
    before = terms.cutoff(now, terms.answer)
    return Q(state__in=flow.OPEN, answered_at=None, running_since__lt=before)


def is_nearly_late(terms: Terms, now: datetime.datetime) -> Q:
    """Will be late within ``NEARLY`` days unless it is answered."""
    late, near = terms.cutoff(now, terms.answer), terms.cutoff(now + NEARLY, terms.answer)
    waits = Q(state__in=flow.OPEN, answered_at=None)
    return waits & Q(running_since__gte=late, running_since__lt=near)


def is_chased(terms: Terms, now: datetime.datetime, level: int) -> Q:
    """Open so long that it is chased at this level (1 to 3) or a higher one."""
    return Q(state__in=flow.OPEN, running_since__lt=terms.cutoff(now, terms.chase[level - 1]))


def late_answers(tickets: QuerySet[Ticket], terms: Terms, now: datetime.datetime) -> QuerySet[Any]:
    """Those that should have been answered by now."""
    return tickets.filter(is_late(terms, now))


def chased(
    tickets: QuerySet[Ticket], terms: Terms, now: datetime.datetime, level: int
) -> QuerySet[Any]:
    """Those that are chased at this level (1 to 3) or a higher one."""
    return tickets.filter(is_chased(terms, now, level))


#: 「标记」 of the list of tickets.
MARKS = {
    "open": "没有办结", "late": "超期未答复", "soon": "两天内到答复期限",
    "1": "一级及以上催办", "2": "二级及以上催办",     "3": "三级催办",
    "revisit": "待回访", "close": "待销号",
}  # fmt: skip


def tickets(
    user: User, *, text: str = "", state: str = "", mark: str = "", unit: str = "",
    now: datetime.datetime | None = None,
) -> QuerySet[Ticket]:  # fmt: skip
    """The tickets of the person's firms, as asked for."""
    found = Ticket.objects.for_user(user).select_related("enterprise__region", "visit")
    at, terms = now or timezone.now(), terms_of(user.region)
    if text:
        firms = Enterprise.objects.filter(named(text)).values("pk")
        about = Q(number__icontains=text) | Q(text__icontains=text) | Q(enterprise__in=firms)
        found = found.filter(about)
    if state in flow.STATES:
        found = found.filter(state=state)
    if unit:
        found = found.filter(unit=unit)
    if mark == "open":
        found = found.filter(state__in=flow.OPEN)
    elif mark == "late":
        found = late_answers(found, terms, at)
    elif mark == "soon":
        found = found.filter(is_nearly_late(terms, at))
    elif mark in ("1", "2", "3"):
        found = chased(found, terms, at, int(mark))
    elif mark in ("revisit", "close"):
        found = found.filter(state=flow.DONE if mark == "revisit" else flow.REVISITED)
    return found


@dataclass(frozen=True)
class Timed:
    """A ticket with what its clocks say at one instant; ``due`` is the first that is late."""

    ticket: Ticket
    due: datetime.datetime
    late: bool
    level: int

    @property
    def last_day(self) -> datetime.date:
        """The last day on which the answer is in time."""
        return timezone.localtime(self.due).date() - datetime.timedelta(days=1)

    @property
    def chase(self) -> str:
        """一级催办 …, "" where it is not chased."""
        return LEVELS[self.level]


def timed(rows: Sequence[Ticket], terms: Terms, now: datetime.datetime) -> list[Timed]:
    """The rows with their clocks."""
    return [
        Timed(
            t,
            due := terms.answer_due(t.running_since),
            t.is_open and t.answered_at is None and now >= due,
            terms.level(t.running_since, now) if t.is_open else 0,
        )
        for t in rows
    ]


# --- experts -------------------------------------------------------------------------------------


def experts(user: User) -> QuerySet[Member]:
    """专家库: with ``load``, the firms that each has now."""
    found = Member.objects.for_user(user).filter(kind=Member.Kind.EXPERT)
    counted = Count("firms", filter=Q(firms__until=None), distinct=True)
    return found.annotate(load=counted).select_related("user")


def coaching_on(enterprise: Enterprise, day: datetime.date) -> Coaching | None:
    """Which expert the firm had on the day."""
    return (
        Coaching.objects.filter(on_day(day), enterprise=enterprise)
        .select_related("expert")
        .order_by("-since", "-pk")
        .first()
    )


def without_expert(user: User) -> QuerySet[Enterprise]:
    """Firms that no expert is sent to now."""
    now = Coaching.objects.filter(enterprise=OuterRef("pk"), until=None)
    return Enterprise.objects.for_user(user).filter(~Exists(now)).order_by("pk")
