"""目标、完成、差距、所需进度: the one place where the board, the tables and the reports get their
figures. Each figure knows the query of the enterprise list that shows exactly its firms."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import QueryDict

from denggao.facts.catalogue import technical_fields
from denggao.web.accounts.models import Region, Unit, User
from denggao.web.ledger.models import Enterprise
from denggao.web.ledger.search import LADDER, Asked, enterprises
from denggao.web.planning import counting, quotas
from denggao.web.planning.counting import WHOLE, Place, Tally
from denggao.web.planning.figure import Cut, Figure, Line, Standing
from denggao.web.planning.models import Goal, Quota

__all__ = [
    "AXES", "Cut", "Figure", "Line", "Standing", "elapsed", "firms", "goals_on", "standing", "walk",
]  # fmt: skip
#: The cuts of a goal: how the address names them, and what they are called.
AXES = {"region": "区县 / 功能区", "office": "责任单位", "industry": "行业", "person": "责任人"}
_DAY = datetime.timedelta(days=1)


def standing(user: User, on: datetime.date) -> Standing | None:
    """The standing of the person's own region; ``None`` for a person without one. The number of
    queries does not depend on the number of firms."""
    if user.region is None:
        return None
    at = counting.seen()
    held = counting.holding_on(user, LADDER, on, at)
    places = tuple(user.region.parts)
    tiers = tuple(_tier(held, kind, places, on) for kind in LADDER)
    goals = list(goals_on(user, on))
    own = [goal for goal in goals if goal.region_id == user.region.code]
    cells = quotas.in_force(goals, on)
    names = _Names(places, cells)
    counted = _Counted(user, on, goals, held, at)
    lines = tuple(_line(goal, cells.get(goal.pk, []), counted, names, on) for goal in own)
    above = (_assigned(goal, cells.get(goal.pk, []), counted) for goal in goals if goal not in own)
    return Standing(on, user.region, tiers, lines, tuple(filter(None, above)))


def goals_on(user: User, on: datetime.date) -> QuerySet[Goal]:
    """Goals that have begun and are not over: of the person's own region, and those of a region
    above it that set a figure for it."""
    running = Goal.objects.filter(first__lte=on.year, year__gte=on.year)
    ours = Q(region=user.region) | Q(quotas__region=user.region)
    begun = running.filter(ours, quotas__revision__state="adopted", quotas__revision__since__lte=on)
    return begun.distinct().select_related("region").order_by("year", "pk")


def firms(user: User, query: str) -> QuerySet[Enterprise]:
    """The firms behind a figure."""
    return enterprises(user, Asked.of(QueryDict(query)))


# --- how a figure is made ------------------------------------------------------------------------


def _tier(held: Tally, kind: str, places: Sequence[Region], on: datetime.date) -> Cut:
    """Holders of one rung: the whole first, then by region, then by field."""

    def of(axis: str, key: str, label: str, place: Place) -> Figure:
        return Figure(axis, key, label, None, 0, held.of(kind, place), _query(kind, place, on))

    found = [of("", "", kind, WHOLE)]
    found += [of("region", p.code, p.name, (p.code, "", "", "")) for p in places]
    found += [
        of("industry", key, technical_fields().get(key, key), ("", "", key, ""))
        for key in held.industries(kind)
    ]
    return Cut("", kind, tuple(found), None)


def _query(kind: str, place: Place, on: datetime.date, since: datetime.date | None = None) -> str:
    region, office, industry, person = place
    asked = {
        "tier": kind, "on": on, "since": since, "region": region, "office": office,
        "field": industry, "owner": person,
    }  # fmt: skip
    return urlencode({key: value for key, value in asked.items() if value})


class _Counted:
    """What the ledger counts towards each goal; one tally for each stretch that they name."""

    def __init__(
        self, user: User, on: datetime.date, goals: Sequence[Goal], held: Tally, at: int
    ) -> None:
        self.on, self.held, self.region = on, held, user.region.code if user.region else ""
        measured = [goal for goal in goals if goal.tier in LADDER]
        gross = {g.begins for g in measured if g.how == Goal.How.GROSS}
        net = {g.begins for g in measured if g.how == Goal.How.NET}
        self.won = {day: counting.won_between(user, LADDER, day, on, at) for day in gross}
        self.before = {day: counting.holding_on(user, LADDER, day - _DAY, at) for day in net}

    def of(self, goal: Goal, place: Place) -> tuple[int | None, str]:
        """(firms, the query that lists them)."""
        if goal.tier not in LADDER or goal.how == Goal.How.OTHER or not _is_countable(place):
            return None, ""
        if goal.how == Goal.How.GROSS:
            query = _query(goal.tier, place, self.on, goal.begins)
            return self.won[goal.begins].of(goal.tier, place), query
        count, query = self.held.of(goal.tier, place), _query(goal.tier, place, self.on)
        if goal.how == Goal.How.NET:
            count -= self.before[goal.begins].of(goal.tier, place)
        return count, query


def _is_countable(place: Place) -> bool:
    return not place[2] or place[2] in technical_fields()


class _Names:
    """Labels of places; people and units by one query each, and only where they are named."""

    def __init__(self, places: Sequence[Region], cells: dict[int, list[Quota]]) -> None:
        every = [quota for found in cells.values() for quota in found]
        offices = {q.office_id for q in every if q.office_id}
        people = {q.person_id for q in every if q.person_id}
        self.kinds = {p.code: p.kind for p in places}
        regions = {q.region_id for q in every if q.region_id} - {p.code for p in places}
        self.known: dict[str, dict[str, str]] = {
            "region": {p.code: p.name for p in places}, "office": {}, "person": {},
            "industry": technical_fields(),
        }  # fmt: skip
        if regions:
            self._add("region", Region.objects.filter(pk__in=regions))
        if offices:
            self._add("office", Unit.objects.filter(pk__in=offices))
        if people:
            self._add("person", User.objects.filter(pk__in=people))

    def _add(self, axis: str, rows: QuerySet[Any]) -> None:
        self.known[axis] |= {str(row.pk): str(row) for row in rows}

    def overlap(self, codes: Iterable[str]) -> bool:
        """Are there zones and districts among these, so that a firm may lie in two?"""
        return len({self.kinds[code] for code in codes if code in self.kinds}) > 1

    def of(self, axis: str, key: str) -> str:
        return self.known[axis].get(key, key)


def _assigned(goal: Goal, cells: Sequence[Quota], counted: _Counted) -> Line | None:
    """The part of a higher region's goal that is the person's own region: the tally holds no
    firms but its own."""
    parts = [q for q in cells if q.place == (counted.region, "", "", "")]
    if not parts:
        return None
    target, unset = quotas.total(parts)
    done, query = counted.of(goal, WHOLE)
    whole = Figure(
        "", "", goal.name, target, unset, done, query,
        goal.op == Goal.Op.MORE and done is not None, (goal.ends - counted.on).days,
    )  # fmt: skip
    return Line(goal, whole, (), elapsed(goal, counted.on))


def _line(
    goal: Goal, cells: Sequence[Quota], counted: _Counted, names: _Names, on: datetime.date
) -> Line:
    left = (goal.ends - on).days

    def figure(axis: str, key: str, label: str, place: Place, parts: Sequence[Quota]) -> Figure:
        target, unset = quotas.total(parts)
        done, query = counted.of(goal, place)
        more = goal.op == Goal.Op.MORE and done is not None
        return Figure(axis, key, label, target, unset, done, query, more, left)

    whole = figure("", "", goal.name, WHOLE, [q for q in cells if q.place == WHOLE])
    cuts = []
    for number, axis in enumerate(AXES):
        by_key = quotas.along(cells, number)
        if not by_key:
            continue
        figures = tuple(
            figure(axis, key, names.of(axis, key), _place(number, key), parts)
            for key, parts in by_key.items()
        )
        both = axis == "region" and names.overlap(by_key)
        cuts.append(Cut(axis, AXES[axis], figures, quotas.left(whole, figures), both))
    return Line(goal, whole, tuple(cuts), elapsed(goal, on))


def _place(axis: int, key: str) -> Place:
    found = ["", "", "", ""]
    found[axis] = key
    return (found[0], found[1], found[2], found[3])


def elapsed(goal: Goal, on: datetime.date) -> Fraction:
    """The part of a goal's days that is over, the day itself included."""
    days = (goal.ends - goal.begins).days + 1
    return min(Fraction(1), max(Fraction(0), Fraction((on - goal.begins).days + 1, days)))


def walk(found: Standing) -> Iterator[Figure]:
    """Every figure of a standing, each once."""
    for tier in found.tiers:
        yield from tier.figures
    for line in (*found.lines, *found.assigned):
        yield line.whole
        for cut in line.cuts:
            yield from cut.figures
