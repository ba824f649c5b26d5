"""Titles over time: where a firm stood on a day, what came and went, who has not reported."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from denggao.diagnosis import titlelife
from denggao.diagnosis.forecast.flows import Flow
from denggao.facts.titles import CANCELLED
from denggao.web.accounts.models import Region, User
from denggao.web.casework.models import AnnualReport, TitleEvent
from denggao.web.ledger.models import Enterprise, Title
from denggao.web.ledger.models.enterprise import within
from denggao.web.ledger.search import LADDER

_MOVES = ("moved_in", "moved_out")
_OUTSIDE = "?"


def tier_of(enterprise: Enterprise, on: datetime.date) -> str | None:
    """The one rung of the ladder that a firm stood on."""
    papers = [title.held() for title in enterprise.titles.filter(withdrawn=False)]
    return titlelife.tier_on(papers, on, LADDER)


def lives(region: Region, kind: str) -> list[titlelife.Life]:
    """Every firm that holds or held the title and is, or was, in the region."""
    moved = TitleEvent.objects.filter(kind__in=_MOVES, withdrawn=False)
    was_here = moved.filter(
        Q(source__path__startswith=region.path) | Q(target__path__startswith=region.path)
    )
    firms = Enterprise.objects.filter(
        within(region) | Q(pk__in=was_here.values("enterprise")), withdrawn=False
    )
    is_zone = region.kind == Region.Kind.ZONE
    places = {
        pk: (zone if is_zone and zone else place)
        for pk, place, zone in firms.values_list("pk", "region__path", "zone__path")
    }
    titles: dict[int, list[Title]] = defaultdict(list)
    for title in Title.objects.filter(enterprise__in=firms, kind=kind, withdrawn=False):
        titles[title.enterprise_id].append(title)
    moves: dict[int, list[titlelife.Move]] = defaultdict(list)
    told = moved.filter(enterprise__in=firms, subject=kind)
    for pk, on, source, target in told.values_list(
        "enterprise_id", "on", "source__path", "target__path"
    ):
        moves[pk].append(titlelife.Move(on, source or _OUTSIDE, target or places[pk]))
    return [
        titlelife.Life(tuple(t.held() for t in rows), places[pk], tuple(moves.get(pk, ())))
        for pk, rows in titles.items()
    ]


def net(user: User, kind: str, years: Iterable[int]) -> list[tuple[Region, list[Flow]]]:
    """净增 of the person's region and of each part of it that has firms, year by year."""
    region = user.region
    if region is None:
        return []
    found, all_lives = [], lives(region, kind)
    parts = [region, *Region.objects.filter(parent=region, kind=Region.Kind.DIVISION)]
    for part in parts:
        flows = [titlelife.flow(all_lives, part.name, year, kind, _inside(part)) for year in years]
        if part == region or any(f.opening or f.closing or f.net for f in flows):
            found.append((part, flows))
    return found


def _inside(region: Region) -> Callable[[str], bool]:
    return lambda place: place.startswith(region.path) and place != _OUTSIDE


# --- annual reports ------------------------------------------------------------------------------


_REPORTED = {
    "filed": "已报", "late": "逾期报送", "missed": "未报", "unknown": "没有登记", "open": "待报",
}  # fmt: skip


@dataclass(frozen=True)
class Reporter:
    """A holder that has to report on a year, and how it stands in this period of validity."""

    enterprise: Enterprise
    title: Title
    state: str
    filed_at: datetime.datetime | None
    misses: int

    @property
    def words(self) -> str:
        """For people."""
        return _REPORTED[self.state]

    @property
    def is_lost(self) -> bool:
        """Two missed within one period: the law asks to cancel."""
        return self.misses >= titlelife.MISSES_TO_CANCEL


def reporters(user: User, year: int, kind: str = "高新技术企业") -> list[Reporter]:
    """Holders on 31 May after ``year``, the worst first. A certificate without both dates cannot
    be placed and is not here."""
    due, now = datetime.date(year + 1, 5, 31), timezone.now()
    ours = Title.objects.filter(enterprise__in=Enterprise.objects.for_user(user), kind=kind)
    titles = ours.filter(withdrawn=False, issued_on__lte=due, valid_to__gte=due)
    titles = titles.exclude(event=CANCELLED).select_related("enterprise__region")
    held = {title.enterprise_id: title for title in titles.order_by("issued_on", "pk")}
    gone = _cancelled(list(held), kind)
    filed: dict[int, dict[int, datetime.datetime | None]] = defaultdict(dict)
    for pk, of, at in AnnualReport.objects.filter(enterprise__in=held).values_list(
        "enterprise_id", "year", "filed_at"
    ):
        filed[pk][of] = at
    found = []
    for pk, title in held.items():
        if any(title.issued_on <= day <= due for day in gone.get(pk, ())):
            continue
        told = titlelife.reports(title.issued_on, title.valid_to, filed[pk], now)
        until = [one for one in told if one.year <= year]
        (this,) = [one for one in told if one.year == year]
        found.append(
            Reporter(
                title.enterprise, title, this.state, filed[pk].get(year), titlelife.misses(until)
            )
        )
    order = {"missed": 0, "late": 1, "unknown": 2, "open": 3, "filed": 4}
    return sorted(found, key=lambda r: (-r.misses, order[r.state], r.enterprise.pk))


def _cancelled(pks: list[int], kind: str) -> dict[int, list[datetime.date]]:
    found: dict[int, list[datetime.date]] = defaultdict(list)
    rows = Title.objects.filter(enterprise__in=pks, kind=kind, withdrawn=False)
    for pk, event, issued, day in rows.values_list(
        "enterprise_id", "event", "issued_on", "cancelled_on"
    ):
        on = day or (issued if event == CANCELLED else None)
        if on:
            found[pk].append(on)
    return found
