"""考核: a scoring sheet is an instrument whose facts are said of a unit; here they come from the
figures of a frozen report, so that the same report and the same text always give the same score.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from denggao.diagnosis.weekly import figures as f
from denggao.diagnosis.weekly.report import Report
from denggao.diagnosis.weekly.stand import ALL, HIGH_TECH
from denggao.facts.catalogue import catalogue
from denggao.facts.enterprise import Firm
from denggao.facts.interval import Interval, point
from denggao.rules import nodes as n
from denggao.rules.engines import reference

#: Fact → the figures that it sums; a target and what was done of it are about the same figure.
_FIGURES = {
    "unit_renewed": (f.figure(f.RENEWED, HIGH_TECH),),
    "unit_lost": (f.figure(f.LOST, HIGH_TECH),),
    "unit_tasks_due": (f.TASKS_DUE,),
    "unit_tasks_in_time": (f.TASKS_IN_TIME,),
    "unit_tasks_late": (f.TASKS_LATE,),
    "unit_visits_due": (f.CALLS,),
    "unit_visits_done": (f.CALLS_MADE,),
}


_VISITS = ("unit_visits_due", "unit_visits_done")


@dataclass(frozen=True, slots=True)
class Input:
    """One fact of a unit: its value (``None``: nobody knows), and the figures it was read from."""

    code: str
    name: str
    value: int | None
    figures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """One line of a sheet: the points of one 评分, between ``lo`` and ``hi`` where something is
    not known; ``full``: 满分; ``inputs``: what it read."""

    id: str
    name: str
    cite: str
    full: str
    value: Interval
    inputs: tuple[Input, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One unit: its points, the last of them the sum."""

    unit: str
    points: tuple[Point, ...]

    @property
    def total(self) -> Interval:
        """Of the last statement, which adds the others up."""
        return self.points[-1].value


def is_sheet(law: n.Instrument) -> bool:
    """Does it score, and read nothing but what is said of units?"""
    own = [s for s in law.statements.values() if s.kind is not n.Kind.DERIVATION]
    codes = {leaf.code for s in own for leaf in s.leaves if isinstance(leaf, n.FactRef)}
    scores = any(s.kind is n.Kind.SCORE for s in own)
    return bool(scores and codes) and all(catalogue()[code].of_unit for code in codes)


def inputs(report: Report, unit: str) -> dict[str, Input]:
    """What the report says of a unit, by fact; what no figure tells stays unknown."""
    found = {}
    for code, fact in catalogue().items():
        if fact.of_unit:
            value, figures = _read(report, unit, code)
            found[code] = Input(code, fact.name, value, figures)
    return found


def _read(report: Report, unit: str, code: str) -> tuple[int | None, tuple[str, ...]]:
    if code in _VISITS and not any(report.line(id_).now for id_ in (f.CALLS, f.CALLS_MADE)):
        return None, ()  # the bureau keeps no duties, so nobody knows
    if code in _FIGURES:
        figures = _FIGURES[code]
        return sum(report.line(id_).now.get(unit, 0) for id_ in figures), figures
    if code not in ("unit_target", "unit_achieved"):
        return None, ()
    aims = [line for line in report.lines if f.parts(line.id)[0] == f.TARGET and unit in line.now]
    open_ = [
        line for line in report.lines if f.parts(line.id)[0] == f.TARGET_OPEN and unit in line.now
    ]
    of = [f.parts(line.id)[1] for line in aims]
    if code == "unit_target":
        ids = tuple(line.id for line in (*aims, *open_))
        return (None if open_ else sum(line.now[unit] for line in aims)), ids
    done = (max(0, report.line(id_).now.get(unit, 0)) for id_ in of)
    return sum(done), tuple(of)


def units(report: Report) -> list[str]:
    """Those that have anything to be scored: a target, a task, or firms."""
    return [unit for unit in report.units if unit != ALL]


def score(law: n.Instrument, report: Report, unit: str) -> Sheet:
    """One unit by a sheet."""
    known = inputs(report, unit)
    firm = Firm(values={code: point(x.value) for code, x in known.items() if x.value is not None})
    outcome = reference.judge(law, firm, report.as_of)
    points = []
    for result in outcome.in_file_order():
        if result.statement.kind is n.Kind.SCORE:
            codes = dict.fromkeys(key.partition("@")[0] for key in result.facts)
            points.append(_point(result.statement, result.value, [known[code] for code in codes]))
    return Sheet(unit, tuple(points))


def _point(statement: n.Statement, value: Interval | None, read: Iterable[Input]) -> Point:
    full = "" if statement.maximum is None else f"{float(statement.maximum):g}"
    return Point(
        statement.id, statement.name, statement.cite, full, value or Interval(0, None), tuple(read)
    )


def ranked(sheets: Iterable[Sheet]) -> list[tuple[int, Sheet]]:
    """By the least that is sure, then by the most that is possible; equal ones share a place."""
    found = sorted(sheets, key=lambda s: (-(s.total.lo or 0), -(s.total.hi or 0), s.unit))
    keys = [(s.total.lo, s.total.hi) for s in found]
    return [(keys.index(key) + 1, sheet) for key, sheet in zip(keys, found, strict=True)]


def in_force(laws: Iterable[n.Instrument], on: date) -> list[n.Instrument]:
    """The sheets of the day."""
    return [law for law in laws if law.in_force(on) and is_sheet(law)]
