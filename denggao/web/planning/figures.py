"""目标、完成、差距、所需进度: the one place where the board, the tables and the reports get their
figures. Each figure knows the query of the enterprise list that shows exactly its firms."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict

from denggao.facts.catalogue import technical_fields
from denggao.web.accounts.models import Region, Unit, User
from denggao.web.ledger.models import Enterprise
from denggao.web.ledger.search import LADDER, Asked, enterprises
from denggao.web.planning import counting, quotas
from denggao.web.planning.counting import WHOLE, Place, Tally
from denggao.web.planning.models import Goal, Quota

#: The cuts of a goal: how the address names them, and what they are called.
AXES = {"region": "区县 / 功能区", "office": "责任单位", "industry": "行业", "person": "责任人"}
_DAYS_IN_MONTH = Fraction(365, 12)
_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of a table. ``axis`` "" is the whole; ``key`` its code on the axis. ``target``: the
    sum of what is set, ``None`` where nothing is; ``unset``: so many parts are not yet set.
    ``done``: firms of the ledger, ``None`` where it cannot count them; ``query`` opens them."""

    axis: str
    key: str
    label: str
    target: Fraction | None
    unset: int
    done: int | None
    query: str
    more_than: bool = False
    days_left: int = 0

    @property
    def target_text(self) -> str:
        """「12」, 「≥ 12，未定 4 项」, 「未定」."""
        return quotas.told(self.target, self.unset)

    @property
    def gap(self) -> Fraction | None:
        """What is missing, at least, from the target; 0 when it is reached."""
        if self.target is None or self.done is None:
            return None
        return max(Fraction(0), self.target + int(self.more_than) - self.done)

    @property
    def rate(self) -> Fraction | None:
        """Done by target; ``None`` while a part of the target is not set."""
        if not self.target or self.done is None or self.unset:
            return None
        return self.done / self.target

    @property
    def percent(self) -> int | None:
        """The rate as a whole per cent, never rounded up to 100."""
        return None if self.rate is None else int(self.rate * 100)

    @property
    def bar(self) -> int:
        """How long its bar is, of 100."""
        return min(100, self.percent or 0)

    @property
    def shade(self) -> str:
        """The class of its colour on map and table: all done, from 80 %, from 60 %, less, or
        nothing to be said."""
        if self.rate is None:
            return "none"
        if self.reached:
            return "full"
        return "good" if self.rate * 5 >= 4 else "fair" if self.rate * 5 >= 3 else "low"

    @property
    def reached(self) -> bool:
        """Is nothing missing, and everything set?"""
        return self.gap == 0 and not self.unset

    @property
    def pace(self) -> Fraction | None:
        """What is needed each month from now on; ``None`` once the days are over."""
        if self.gap is None or self.days_left <= 0:
            return None
        return self.gap * _DAYS_IN_MONTH / self.days_left

    @property
    def pace_text(self) -> str:
        """Rounded up to a tenth: 「每月 2.4」."""
        if self.pace is None:
            return "—" if not self.gap else "已到期"
        return f"每月 {ceil(self.pace * 10) / 10:g}" if self.pace else "已达到"

    def as_json(self) -> dict[str, Any]:
        """As a frozen report keeps it."""
        return {
            "axis": self.axis, "key": self.key, "label": self.label, "unset": self.unset,
            "target": None if self.target is None else str(self.target), "done": self.done,
            "gap": None if self.gap is None else str(self.gap), "query": self.query,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cut:
    """A goal seen along one axis. ``left``: what the set parts leave of the whole (less than 0:
    more than it), ``None`` while anything is unset; ``overlapping``: a firm may lie in two."""

    axis: str
    name: str
    figures: tuple[Figure, ...]
    left: Fraction | None
    overlapping: bool = False

    @property
    def over(self) -> Fraction:
        """By how much the parts are more than the whole."""
        return max(Fraction(0), -(self.left or Fraction(0)))

    @property
    def by_place(self) -> list[Figure]:
        """The whole and its regions, without the fields."""
        return [figure for figure in self.figures if figure.axis in ("", "region")]

    @property
    def ranked(self) -> list[tuple[int | None, Figure]]:
        """By rate; equal rates share a place; those without a rate stand last, unnumbered."""
        rated = sorted(
            (f for f in self.figures if f.rate is not None), key=lambda f: -(f.rate or 0)
        )
        places = [1 + sum((o.rate or 0) > (f.rate or 0) for o in rated) for f in rated]
        rest = [f for f in self.figures if f.rate is None]
        return [*zip(places, rated, strict=True), *((None, f) for f in rest)]


@dataclass(frozen=True, slots=True)
class Line:
    """One goal on the day. ``elapsed``: the part of its time that is over, 0 to 1."""

    goal: Goal
    whole: Figure
    cuts: tuple[Cut, ...]
    elapsed: Fraction

    @property
    def elapsed_mark(self) -> str:
        """Where the day stands on a line of 100."""
        return f"{min(99.4, float(self.elapsed * 100)):.1f}"

    @property
    def elapsed_percent(self) -> int:
        """As a whole per cent."""
        return int(self.elapsed * 100)


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything the board shows of a region on a day: ``tiers`` with their holders by region
    and field, ``lines`` of the goals that run on the day."""

    on: datetime.date
    region: Region
    tiers: tuple[Cut, ...]
    lines: tuple[Line, ...]

    @property
    def places(self) -> list[Figure]:
        """Heads of the regions, as every rung has them."""
        return [figure for figure in self.tiers[0].figures if figure.axis == "region"]


def standing(user: User, on: datetime.date) -> Standing | None:
    """The standing of the person's own region; ``None`` for a person without one. The number of
    queries does not depend on the number of firms."""
    if user.region is None:
        return None
    held = counting.holding_on(user, LADDER, on)
    places = tuple(Region.objects.filter(parent=user.region))
    tiers = tuple(_tier(held, kind, places, on) for kind in LADDER)
    goals = list(goals_on(user, on))
    cells = quotas.in_force(goals, on)
    names = _Names(places, cells)
    counted = _Counted(user, on, goals, held)
    lines = tuple(_line(goal, cells.get(goal.pk, []), counted, names, on) for goal in goals)
    return Standing(on, user.region, tiers, lines)


def goals_on(user: User, on: datetime.date) -> QuerySet[Goal]:
    """Goals of the person's own region that have begun and are not over."""
    own = Goal.objects.filter(region=user.region, first__lte=on.year, year__gte=on.year)
    begun = own.filter(quotas__revision__state="adopted", quotas__revision__since__lte=on)
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

    def __init__(self, user: User, on: datetime.date, goals: Sequence[Goal], held: Tally) -> None:
        self.on, self.held = on, held
        measured = [goal for goal in goals if goal.tier in LADDER]
        gross = {g.begins for g in measured if g.how == Goal.How.GROSS}
        net = {g.begins for g in measured if g.how == Goal.How.NET}
        self.won = {day: counting.won_between(user, LADDER, day, on) for day in gross}
        self.before = {day: counting.holding_on(user, LADDER, day - _DAY) for day in net}

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
    for line in found.lines:
        yield line.whole
        for cut in line.cuts:
            yield from cut.figures
