"""What a firm can still do before a batch: the 行动 that fit, by fiscal year, with their dates."""

from __future__ import annotations

import calendar
import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from fractions import Fraction
from functools import cache
from math import floor

from denggao.facts import interval as iv
from denggao.facts.enterprise import Firm, Value, key_of
from denggao.facts.interval import Interval, Number, Truth, reduced
from denggao.rules import nodes as n
from denggao.rules.actions import MAX_TIMES
from denggao.rules.engines.reference import Evaluation


class Barrier(Enum):
    """Why an action does not help in time."""

    LATE = "做完已过截止日"
    CLOSED = "要改的会计年度已经结束"
    SHORT = "当年剩下的天数不够"
    NEEDS = "不具备所需的条件"
    UNKNOWN = "不知道所需的条件是否具备"
    BOUND = "台账里没有可以补记的数额"


@dataclass(frozen=True, slots=True)
class Barred:
    """``ready``: the day it would be done at the earliest; ``keys``: what keeps it out."""

    action: n.Action
    year: int | None
    barrier: Barrier
    ready: date
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """An action for one fiscal year (or for none): done once, ``adds`` grow each fact by so
    much, ``sets`` let it become so; at most ``limit`` times. ``ready``: the day it is done if
    begun today and everything takes as long as it may; ``due``: the last day it may be done."""

    action: n.Action
    year: int | None
    ready: date
    due: date
    limit: int
    adds: Mapping[str, Number]
    sets: Mapping[str, Interval | bool]

    @property
    def begin(self) -> date:
        """The last day to begin, with the longest lead time."""
        return before(self.due, self.action.lead)

    def most(self, times: int) -> Number:
        """The highest that so many times may cost, as far as it is known."""
        each, fixed = self.action.cost, self.action.fixed.hi or 0
        return fixed + (each.hi or 0) * times if each is not None else fixed

    def cost(self, times: int) -> Interval | None:
        """What so many times cost, in 元; ``None`` if nobody knows."""
        each, fixed = self.action.cost, self.action.fixed
        if each is None or each.lo is None or each.hi is None:
            return None
        assert fixed.lo is not None and fixed.hi is not None
        return Interval(each.lo * times + fixed.lo, each.hi * times + fixed.hi)


Times = tuple[int, ...]


def choices(
    run: Evaluation, actions: Sequence[n.Action], today: date
) -> tuple[list[Choice], list[Barred]]:
    """Everything that could be done from ``today`` for the application of ``run``."""
    found: list[Choice] = []
    barred: list[Barred] = []
    for action in actions:
        for one in _for_years(run, action, today):
            (found if isinstance(one, Choice) else barred).append(one)  # type: ignore[arg-type]
    return found, barred


def opens_by(run: Evaluation, barred: Barred, deadline: date) -> bool:
    """May what was barred for the application of ``run`` be of help by a later deadline of the
    same year, under the same law? Only time kept it out, or something that turns with the day."""
    action = barred.action
    if action.by_day:
        return True
    if barred.barrier not in (Barrier.LATE, Barrier.SHORT) or action.year is n.Year.THIS:
        return False
    is_ready = barred.ready + timedelta(days=action.in_year) <= deadline
    return is_ready and _needs(run, action) is True and _limit(run, action, barred.year) >= 1


def _needs(run: Evaluation, action: n.Action) -> Truth:
    return True if action.needs is None else run.truth(action.needs)


def changed(run: Evaluation, found: Sequence[Choice], times: Sequence[int]) -> Firm:
    """The firm of ``run`` after each choice was done so many times."""
    values: dict[str, Value] = {}
    for choice, count in zip(found, times, strict=True):
        if not count:
            continue
        for key, add in choice.adds.items():
            old = values.get(key) or in_force(run, key)
            assert isinstance(old, Interval)
            values[key] = raised(old, add * count)
        for key, to in choice.sets.items():
            values[key] = better(values.get(key) or in_force(run, key), to)
    facts = run.facts
    return Firm({**facts.values, **values}, set(facts.stated_flags))


def in_force(run: Evaluation, key: str) -> Value | None:
    """What the run reads for a fact: as given, or as derived."""
    return run.value_of(key)


def raised(old: Interval, by: Number) -> Interval:
    """Both ends, where there are any, higher by so much."""
    lo = None if old.lo is None else reduced(Fraction(old.lo + by))
    hi = None if old.hi is None else reduced(Fraction(old.hi + by))
    return Interval(lo, hi)


def better(old: Value | None, to: Interval | bool) -> Value:
    """What it becomes: the better of both, for points are never lowered."""
    if isinstance(to, bool) or not isinstance(old, Interval):
        return to
    return iv.greatest([old, to])


# --------------------------------------------------------------------------- by year


def _for_years(run: Evaluation, action: n.Action, today: date) -> Iterator[Choice | Barred]:
    as_of = run.facts.as_of
    ready = after(today, action.lead)
    if action.year is None:
        yield _choice(run, action, None, ready, as_of)
        return
    closed = True
    for year in run.facts.window:
        if action.year is n.Year.WINDOW:
            yield _choice(run, action, year, ready, as_of)
        elif year >= today.year:
            closed = False
            yield _choice(run, action, year, max(ready, date(year, 1, 1)), date(year, 12, 31))
    if closed and action.year is n.Year.THIS:
        yield Barred(action, None, Barrier.CLOSED, ready)


def _choice(
    run: Evaluation, action: n.Action, year: int | None, ready: date, due: date
) -> Choice | Barred:
    if ready > due:
        return Barred(action, year, Barrier.LATE, ready)
    due -= timedelta(days=action.in_year)
    if ready > due:
        return Barred(action, year, Barrier.SHORT, ready)
    needs = _needs(run, action)
    if needs is not True:
        barrier = Barrier.NEEDS if needs is False else Barrier.UNKNOWN
        return Barred(action, year, barrier, ready, _keys(run, action.needs))
    limit = _limit(run, action, year)
    if limit < 1:
        return Barred(action, year, Barrier.BOUND, ready, _keys(_in_year(run, year), action.limit))
    adds, sets = {}, {}
    for effect in action.effects:
        key = key_of(effect.fact.code, year if effect.fact.year is not None else None)
        if effect.add is not None:
            adds[key] = effect.add * (_share_left(ready) if effect.monthly else 1)
        elif effect.to is not None:
            sets[key] = effect.to
    if any(effect.monthly for effect in action.effects):
        due = ready  # later, it would add less than reckoned
    return Choice(action, year, ready, due, limit, adds, sets)


def _limit(run: Evaluation, action: n.Action, year: int | None) -> int:
    adding = next((e.add for e in action.effects if e.add is not None), None)
    if adding is None or action.limit is None:
        return 1
    if isinstance(action.limit, n.Num) and action.limit.unit in ("次", ""):
        return int(action.limit.value)
    most = _in_year(run, year).number(action.limit).lo  # [年] is that year
    return 0 if most is None else min(MAX_TIMES, floor(Fraction(most) / adding))


def _in_year(run: Evaluation, year: int | None) -> Evaluation:
    """The run in which [年] is this year."""
    other = copy.copy(run)
    other.each = year
    return other


def _keys(run: Evaluation, expr: n.Expr | None) -> tuple[str, ...]:
    inside = [] if expr is None else n.walk(expr)
    return tuple(dict.fromkeys(key for e in inside for key in run.keys(e)))


@cache
def _share_left(day: date) -> Fraction:
    """Of the twelve monthly averages (月初数＋月末数)÷2, the share that one who comes on this
    day adds: half of that month, unless there from its beginning with the year."""
    if (day.month, day.day) == (1, 1):
        return Fraction(1)
    share = (Fraction(12 - day.month) + Fraction(1, 2)) / 12
    return Fraction(floor(share * 10_000), 10_000)  # heads are recorded to four places


# ----------------------------------------------------------------------------- dates


@cache
def after(day: date, lead: n.Lead) -> date:
    """The day it is done, if it takes as long as it may."""
    if lead.unit == "天":
        return day + timedelta(days=lead.hi)
    return _months(day, lead.hi)


def before(day: date, lead: n.Lead) -> date:
    """The last day to begin so as to be done on ``day``."""
    if lead.unit == "天":
        return day - timedelta(days=lead.hi)
    begin = _months(day, -lead.hi)
    while after(begin, lead) > day:
        begin -= timedelta(days=1)
    return begin


def _months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
