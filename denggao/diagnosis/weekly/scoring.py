"""考核: a scoring sheet is an instrument whose facts are said of a unit; here they come from the
figures of a frozen report, so that the same report and the same text always give the same score.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from denggao.diagnosis.weekly import figures as f
from denggao.diagnosis.weekly.report import Report
from denggao.diagnosis.weekly.stand import ALL, HIGH_TECH
from denggao.facts.catalogue import catalogue
from denggao.facts.enterprise import Firm
from denggao.facts.interval import Interval, point
from denggao.rules import nodes as n
from denggao.rules.engines import reference
from denggao.rules.outcome import Result

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
#: The mark of a line of a sheet: what it scores was no duty of the unit's, so the item is left out.
LEFT_OUT = "不计"


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
    not known; ``full``: 满分; ``inputs``: what it read. ``is_left_out``: the sheet does not count
    it for this unit, nor what it could have given."""

    id: str
    name: str
    cite: str
    full: str
    value: Interval
    inputs: tuple[Input, ...]
    is_left_out: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One unit: its points, the last of them the sum; ``full``: what the items that count for it
    could give together."""

    unit: str
    points: tuple[Point, ...]
    full: Fraction

    @property
    def total(self) -> Interval:
        """Of the last statement, which adds the others up."""
        return self.points[-1].value

    @property
    def left_out(self) -> list[Point]:
        """The items that do not count for this unit."""
        return [point for point in self.points if point.is_left_out]

    @property
    def share(self) -> Interval | None:
        """The sum as a part of what could be had; ``None`` where no item counts."""
        if not self.full:
            return None
        lo, hi = self.total.lo, self.total.hi
        return Interval(
            Fraction(lo or 0) / self.full, None if hi is None else Fraction(hi) / self.full
        )


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
        if not {line.id for line in report.lines}.issuperset(figures):
            return None, ()  # the report of that day does not count it
        return sum(report.line(id_).now.get(unit, 0) for id_ in figures), figures
    if code not in ("unit_target", "unit_achieved"):
        return None, ()
    year = report.as_of.year
    ours = [x for x in report.lines if f.target_year(x.id) == year and unit in x.now]
    aims = [line for line in ours if not f.is_open(line.id)]
    open_ = [line for line in ours if f.is_open(line.id)]
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
            points.append(_point(result, [known[code] for code in codes]))
    left_out = {point.id for point in points if point.is_left_out}
    last = law.statements[points[-1].id]
    return Sheet(unit, tuple(points), (last.maximum or 0) - _lost(law, last.id, left_out))


def _point(result: Result, read: Iterable[Input]) -> Point:
    statement = result.statement
    full = "" if statement.maximum is None else f"{float(statement.maximum):g}"
    return Point(
        statement.id, statement.name, statement.cite, full, result.value or Interval(0, None),
        tuple(read), LEFT_OUT in result.flags,
    )  # fmt: skip


def _lost(law: n.Instrument, id_: str, left_out: set[str]) -> Fraction:
    """What the items left out could have given to a sum."""
    statement = law.statements[id_]
    if id_ in left_out:
        return Fraction(statement.maximum or 0)
    parts = (_lost(law, part, left_out) for part in statement.uses)
    return sum(parts, Fraction(0))


def ranked(sheets: Iterable[Sheet]) -> list[tuple[int | None, Sheet]]:
    """By the least share of its full points that is sure, then by the most that is possible; equal
    ones share a place. Last, without a place, those of whom no item counts."""
    found = sorted(sheets, key=lambda s: (*_standing(s), s.unit))
    keys = [_standing(sheet) for sheet in found]
    return [
        (None if sheet.share is None else keys.index(key) + 1, sheet)
        for key, sheet in zip(keys, found, strict=True)
    ]


def _standing(sheet: Sheet) -> tuple[bool, Fraction, Fraction]:
    share = sheet.share
    if share is None:
        return True, Fraction(0), Fraction(0)
    most = Fraction(10**9) if share.hi is None else Fraction(share.hi)
    return False, -Fraction(share.lo or 0), -most


def in_force(laws: Iterable[n.Instrument], on: date) -> list[n.Instrument]:
    """The sheets of the day."""
    return [law for law in laws if law.in_force(on) and is_sheet(law)]
