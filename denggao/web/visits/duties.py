"""六必访: the periods of a duty, who has been seen in one, and who was missed."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from denggao.facts.days import add_months
from denggao.web.accounts.models import Region, User
from denggao.web.ledger.models import Enterprise, Title
from denggao.web.visits.models import Chain, Duty, Visit
from denggao.web.visits.models.chains import on_day

_MONTHS = {Duty.Every.MONTH: 1, Duty.Every.QUARTER: 3, Duty.Every.HALF: 6, Duty.Every.YEAR: 12}
_NAMES = "一二三四五六"
_DAY = datetime.timedelta(days=1)
#: So many periods back, missed visits are listed.
BACK = 4


class Period(NamedTuple):
    """From ``start`` to ``last``, both included."""

    start: datetime.date
    last: datetime.date

    @property
    def words(self) -> str:
        """「2026-10-01 至 2026-12-31」"""
        return f"{self.start} 至 {self.last}"


def period_of(every: str, day: datetime.date) -> Period:
    """The month, quarter, half-year or year that the day lies in."""
    months = _MONTHS[Duty.Every(every)]
    start = datetime.date(day.year, (day.month - 1) // months * months + 1, 1)
    return Period(start, add_months(start, months) - _DAY)


def duties_of(region: Region) -> list[Duty]:
    """The six, as the bureau has set them; 必访一 … 必访六 where it has not (unsaved)."""
    saved = {duty.number: duty for duty in Duty.objects.filter(region=region)}
    return [
        saved.get(number) or Duty(region=region, number=number, name=f"必访{word}", every="")
        for number, word in enumerate(_NAMES, 1)
    ]


def firms_under(duty: Duty, user: User, day: datetime.date) -> QuerySet[Enterprise]:
    """The firms that the duty is about on the day, of those that the person may see."""
    found = Enterprise.objects.for_user(user)
    if duty.scope == Duty.Scope.CHAINED:
        chains = Chain.objects.filter(on_day(day), enterprise=OuterRef("pk"))
        return found.filter(Exists(chains))
    if duty.scope == Duty.Scope.TITLED:
        titles = Title.objects.filter(
            Q(issued_on=None) | Q(issued_on__lte=day),
            Q(cancelled_on=None) | Q(cancelled_on__gt=day),
            enterprise=OuterRef("pk"), withdrawn=False, valid_to__gte=day,
        )  # fmt: skip
        return found.filter(Exists(titles))
    return found


def seen(duty: Duty, period: Period) -> Exists:
    """Was there a visit under the duty in the period?"""
    visits = Visit.objects.filter(
        enterprise=OuterRef("pk"), duty=duty, on__range=(period.start, period.last)
    )
    return Exists(visits)


@dataclass(frozen=True)
class Standing:
    """A duty in its present period: of ``total`` firms ``done`` were seen; ``missed``: how many
    were not in the period before (``None`` where it began before the duty)."""

    duty: Duty
    period: Period | None
    total: int = 0
    done: int = 0
    before: Period | None = None
    missed: int | None = None

    @property
    def left(self) -> int:
        """Still to be seen."""
        return self.total - self.done


def calendar(user: User, today: datetime.date) -> list[Standing]:
    """The six duties as they stand today."""
    if user.region is None:
        return []
    return [_standing(duty, user, today) for duty in duties_of(user.region)]


def _standing(duty: Duty, user: User, today: datetime.date) -> Standing:
    if not duty.every or duty.pk is None:
        return Standing(duty, None)
    now = period_of(duty.every, today)
    firms = firms_under(duty, user, today)
    before = next(past_periods(duty, today), None)
    return Standing(
        duty, now, firms.count(), firms.filter(seen(duty, now)).count(), before,
        None if before is None else missed(duty, user, before).count(),
    )  # fmt: skip


def past_periods(duty: Duty, today: datetime.date) -> Iterator[Period]:
    """Those that are over and began when the duty was there, the latest first."""
    period = period_of(duty.every, today)
    for _ in range(BACK):
        period = period_of(duty.every, period.start - _DAY)
        if period.start < duty.since:
            return
        yield period


def missed(duty: Duty, user: User, period: Period) -> QuerySet[Enterprise]:
    """漏访: firms under the duty on the period's last day that nobody saw in it."""
    return firms_under(duty, user, period.last).filter(~seen(duty, period)).order_by("name", "pk")
