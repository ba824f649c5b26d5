"""数: each figure of the report is a sum over rows, and ``rows`` is the only place that says which
row counts where. A figure for a unit is keyed (id, unit); all figures of a page, of Excel, of
Word and of the explanation are sums of these contributions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from denggao.diagnosis.promises import valid_years
from denggao.diagnosis.weekly.stand import DONE, NOWHERE, STUCK, Call, Goal, Rules, Stand, Task
from denggao.facts.divisions import divisions
from denggao.facts.ledger import Ledger
from denggao.facts.titles import CANCELLED, Title, held
from denggao.rules.nodes import Instrument

#: (figure, unit) → what one row adds to it.
Adds = dict[tuple[str, str], int]
FIRMS = "台账企业"
HELD, NEW, RENEWED, WEEK, LAPSED, NEXT, OPEN, READY = (
    "存量",
    "本年新认定",
    "本年重新认定",
    "本周新认定",
    "本周到期未续",
    "下周到期",
    "情况不明",
    "条件都符合",
)
LOST = "本年到期未续"  # fmt: skip
TASKS, TASKS_DONE, TASKS_LATE, TASKS_NEW, TASKS_NEXT, TASKS_STUCK, TASKS_UNDATED = (
    "任务", "任务已完成", "任务逾期", "任务本周新增", "任务下周到期", "任务暂无法完成",
    "任务无期限",
)  # fmt: skip
CALLS, CALLS_MADE, CALLS_WEEK = "应走访", "已走访", "本周走访"
TARGET, TARGET_OPEN = "目标", "目标未定"
#: Figures of targets that run for years: 新增自2024年·高新技术企业, 净增自2024年·高新技术企业.
SINCE_NEW, SINCE_NET = "新增自", "净增自"
WEEK_DAYS, _DAY = timedelta(days=7), timedelta(days=1)
OF_TITLES = (HELD, NEW, RENEWED, WEEK, LAPSED, LOST, NEXT, OPEN)
TASKS_DUE, TASKS_IN_TIME = "任务应办结", "任务按期办结"
OF_TASKS = (
    TASKS, TASKS_DUE, TASKS_IN_TIME, TASKS_DONE, TASKS_LATE, TASKS_NEW, TASKS_NEXT,
    TASKS_STUCK, TASKS_UNDATED,
)  # fmt: skip


def figure(what: str, of: str = "") -> str:
    """The id of a figure: 存量·高新技术企业."""
    return f"{what}·{of}" if of else what


def parts(id_: str) -> tuple[str, str]:
    """What a figure counts, and of which title or law."""
    what, _, of = id_.partition("·")
    return what, of


def target_year(id_: str) -> int | None:
    """By the end of which year a target is to be reached; ``None`` for what is no target."""
    what = parts(id_)[0].removeprefix(TARGET_OPEN).removeprefix(TARGET)
    return int(what) if what.isdecimal() else None


def is_open(id_: str) -> bool:
    """Does it count targets that are not yet set?"""
    return id_.startswith(TARGET_OPEN)


def unit_words(id_: str) -> str:
    """户 or 项."""
    what = parts(id_)[0]
    return "项" if what in OF_TASKS or what.startswith(TARGET_OPEN) else "户"


@dataclass(frozen=True, slots=True)
class Firm:
    """One firm as far as figures look at it; ``ready``: laws whose countable conditions it
    all meets."""

    unit: str
    titles: Any
    ready: tuple[str, ...] = ()


def of_firm(firm: Firm, rules: Rules, on: date, measures: Sequence[str] = ()) -> Adds:
    """What one firm adds; ``measures``: figures of some target, besides those of every report."""
    found: Adds = {(FIRMS, firm.unit): 1}
    for law in firm.ready:
        found[figure(READY, law), firm.unit] = 1
    if firm.titles:
        for kind in rules.kinds:
            for what in _of_titles(firm.titles, kind, on):
                found[figure(what, kind), firm.unit] = 1
        for id_ in measures:
            by = _measured(firm.titles, id_, on)
            if by:
                found[id_, firm.unit] = by
    return found


def _of_titles(titles: Sequence[Title], kind: str, on: date) -> Iterator[str]:
    now = held(titles, kind, on)
    if now is None:
        yield OPEN
    if now:
        yield HELD
        if held(titles, kind, on + WEEK_DAYS) is False:
            yield NEXT
    if now is False and held(titles, kind, on - WEEK_DAYS):
        yield LAPSED
    if won(titles, kind, on - WEEK_DAYS + _DAY, on):
        yield WEEK
    first = date(on.year, 1, 1)
    if now is False and held(titles, kind, first - _DAY):
        yield LOST
    if won(titles, kind, first, on):
        yield NEW
    elif any(_issued(t, titles, kind, first, on) for t in titles):
        yield RENEWED


def won(titles: Sequence[Title], kind: str, since: date, on: date) -> bool:
    """Is the firm new to the title in the stretch: a certificate of these days that still stands,
    and none held on the day before (of a register of each year, everybody in it counts)?"""
    if valid_years(kind) != 1 and held(titles, kind, since - _DAY):
        return False
    return any(_issued(t, titles, kind, since, on) for t in titles)


def _issued(title: Title, titles: Sequence[Title], kind: str, since: date, on: date) -> bool:
    issued = title.issued_on
    if title.kind != kind or title.event == CANCELLED or issued is None:
        return False
    if not since <= issued <= on or (title.cancelled_on and title.cancelled_on <= on):
        return False
    ends = (t.cancelled_on or t.issued_on for t in titles
            if t.event == CANCELLED and t.kind in (kind, ""))  # fmt: skip
    return not any(day is None or issued <= day <= on for day in ends)


def _measured(titles: Sequence[Title], id_: str, on: date) -> int:
    """What a firm adds to a figure that some target is about."""
    how, kind = parts(id_)
    if how in OF_TITLES:
        return int(how in _of_titles(titles, kind, on))
    year = int(how[-5:-1])
    before = date(year, 1, 1)
    if how.startswith(SINCE_NEW):
        return int(won(titles, kind, before, on))
    return bool(held(titles, kind, on)) - bool(held(titles, kind, before - _DAY))


def of_task(task: Task, on: date) -> Adds:
    """What one task adds; those made later are not there yet."""
    if task.made_on > on:
        return {}
    soon = task.due is not None and on <= task.due < on + WEEK_DAYS
    is_done = task.state == DONE
    counts = {
        TASKS: True,
        TASKS_DONE: is_done,
        TASKS_LATE: task.is_overdue(on),
        TASKS_NEW: task.made_on > on - WEEK_DAYS,
        TASKS_NEXT: soon and not is_done,
        TASKS_STUCK: task.state == STUCK,
        TASKS_UNDATED: task.due is None,
        TASKS_DUE: task.due is not None and task.due < on,
        TASKS_IN_TIME: task.is_in_time and task.due is not None and task.due < on,
    }
    return {(id_, task.unit): 1 for id_, counted in counts.items() if counted}


def of_call(call: Call, on: date) -> Adds:
    """What one visit adds, in its period."""
    if not call.first <= on <= call.last:
        return {}
    made = call.on is not None and call.on <= on
    counts = {
        CALLS: True,
        CALLS_MADE: made,
        CALLS_WEEK: made and call.on is not None and call.on > on - WEEK_DAYS,
    }
    return {(id_, call.unit): 1 for id_, counted in counts.items() if counted}


def of_goal(goal: Goal, on: date) -> Adds:
    """What one target adds, while it runs."""
    if not goal.first <= on.year <= goal.year:
        return {}
    if goal.value is None:
        return {(figure(f"{TARGET_OPEN}{goal.year}", goal.of), goal.unit): 1}
    return {(figure(f"{TARGET}{goal.year}", goal.of), goal.unit): goal.value}


def firms_of(ledger: Ledger, rules: Rules, on: date) -> list[Firm]:
    """The firms of a ledger, judged by the laws of the rules."""
    nothing: list[Any] = [None] * len(ledger)
    places = ledger.columns.get(rules.place, nothing)
    titles = ledger.columns.get("titles", nothing)
    nowhere = NOWHERE[rules.place]
    ready: list[list[str]] = [[] for _ in range(len(ledger))]
    for law in rules.instruments.values() if len(ledger) else ():
        for firm in _ready(ledger, law, on):
            ready[firm].append(law.short)
    return [
        Firm(_named(place) or nowhere, held_, tuple(laws_))
        for place, held_, laws_ in zip(places, titles, ready, strict=True)
    ]


def _ready(ledger: Ledger, law: Instrument, on: date) -> list[int]:
    """Firms that meet every countable condition: a few of them one by one, for the engine that
    is made for many needs longer to get ready."""
    if len(ledger) <= _FEW:
        from denggao.diagnosis.pool import firm_of
        from denggao.rules.engines.reference import judge

        firms = (firm_of(ledger, row) for row in range(len(ledger)))
        return [row for row, firm in enumerate(firms) if judge(law, firm, on).hard]
    from denggao.rules.engines.columnar.screening import INDEX, frame_of_ledger, screen

    (table,) = screen(frame_of_ledger(ledger, [law], on), [law], on)
    return [firm for firm, hard in table.rows([INDEX, "hard_verdict"]) if hard == "pass"]


_FEW = 20
_firms: WeakKeyDictionary[Stand, list[Firm]] = WeakKeyDictionary()


def firms(stand: Stand) -> list[Firm]:
    """The firms of a stand, judged once."""
    found = _firms.get(stand)
    if found is None:
        found = _firms[stand] = firms_of(stand.ledger, stand.rules, stand.as_of)
    return found


def _named(place: Any) -> str:
    """The name of a division that the ledger gives by its code."""
    known = divisions().get(str(place))
    return known.name if known else str(place or "")


def contributions(stand: Stand) -> Iterator[tuple[str, int, Adds]]:
    """(企业, 任务 or 目标; number of the row; what it adds) of every row."""
    for number, firm in enumerate(firms(stand)):
        yield FIRM, number, of_firm(firm, stand.rules, stand.as_of, stand.measures)
    for number, task in enumerate(stand.tasks):
        yield TASK, number, of_task(task, stand.as_of)
    for number, goal in enumerate(stand.goals):
        yield GOAL, number, of_goal(goal, stand.as_of)
    for number, call in enumerate(stand.calls):
        yield CALL, number, of_call(call, stand.as_of)


FIRM, TASK, GOAL, CALL = "企业", "任务", "目标", "走访"


def totals(stand: Stand) -> Counter[tuple[str, str]]:
    """Every figure of every unit."""
    found: Counter[tuple[str, str]] = Counter()
    for _, _, adds in contributions(stand):
        found.update(adds)
    return found


def whole(found: Mapping[tuple[str, str], int]) -> Counter[str]:
    """Every figure over all units."""
    summed: Counter[str] = Counter()
    for (id_, _), value in found.items():
        summed[id_] += value
    return summed


def ids(stand: Stand) -> list[str]:
    """Every figure in the order of a page."""
    rules = stand.rules
    found = [figure(what, kind) for kind in rules.kinds for what in OF_TITLES]
    found += [*stand.measures, *(figure(READY, law) for law in rules.laws)]
    aimed = dict.fromkeys((goal.of, goal.year) for goal in stand.goals)
    found += [figure(f"{what}{year}", of) for of, year in aimed for what in (TARGET, TARGET_OPEN)]
    return [FIRMS, *found, *OF_TASKS, CALLS, CALLS_MADE, CALLS_WEEK]


def measures(goals: Sequence[Goal], kinds: Sequence[str]) -> tuple[str, ...]:
    """The figures of targets that no report of these kinds of titles has by itself: those of
    several years, and those of a title that the report leaves out."""
    usual = {figure(what, kind) for kind in kinds for what in OF_TITLES}
    return tuple(sorted({g.of for g in goals if _is_of_titles(g.of)} - usual))


def _is_of_titles(id_: str) -> bool:
    what, kind = parts(id_)
    return bool(kind) and (what in OF_TITLES or what.startswith((SINCE_NEW, SINCE_NET)))
