"""What is the same for every firm that a law judges: shapes, and the facts that rules name."""

from __future__ import annotations

from fractions import Fraction
from functools import cache, lru_cache

from denggao.facts import interval as iv
from denggao.facts.catalogue import bounds_from_below, catalogue
from denggao.facts.enterprise import key_of
from denggao.rules import nodes as n
from denggao.rules.shape import has_gap, is_plain, quotient_of


class Remembered:
    """What is the same for every firm with these operated years: shapes of comparisons (by
    identity; each is kept alive, so that no other can take its place) and the facts that
    statements read."""

    def __init__(self, instrument: n.Instrument) -> None:
        self._statements = instrument.statements
        self._components = instrument.components
        self._parts: dict[tuple[str, int | None], frozenset[str]] = {}
        self._quotients: dict[int, tuple[n.Expr, n.Expr] | None] = {}
        self._plain: dict[int, bool] = {}
        self._gaps: dict[int, bool] = {}
        self._alive: list[n.Compare] = []
        self.used: dict[str, tuple[str, ...]] = {}

    def parts(self, code: str, year: int | None) -> frozenset[str]:
        """The keys that a fact of this year can be derived from."""
        found = self._parts.get((code, year))
        if found is None:
            components = self._components.get(code, frozenset())
            found = self._parts[code, year] = frozenset(key_of(c, year) for c in components)
        return found

    def quotient(self, expr: n.Compare) -> tuple[n.Expr, n.Expr] | None:
        """Numerator and denominator of its left side."""
        if id(expr) not in self._quotients:
            self._alive.append(expr)
            self._quotients[id(expr)] = quotient_of(expr.left, self._statements)
        return self._quotients[id(expr)]

    def crossed(self, expr: n.Compare) -> tuple[n.Expr, n.Expr] | None:
        """The same, where the comparison is cross-multiplied."""
        if id(expr) not in self._plain:
            self._alive.append(expr)
            self._plain[id(expr)] = is_plain(expr.right, self._statements)
        return self.quotient(expr) if self._plain[id(expr)] else None

    def has_gap(self, expr: n.Compare) -> bool:
        if id(expr) not in self._gaps:
            self._alive.append(expr)
            self._gaps[id(expr)] = has_gap(expr, self._statements)
        return self._gaps[id(expr)]


@lru_cache(maxsize=64)
def remembered(instrument: n.Instrument, year: int, window: tuple[int, ...]) -> Remembered:
    """One for all firms judged with these operated years."""
    return Remembered(instrument)


@lru_cache(maxsize=256)
def years_read(year: int, window: tuple[int, ...]) -> dict[n.Year, tuple[int, ...]]:
    """The fiscal years that each word means in an application of ``year``."""
    return {**{one: one.years(year) for one in n.Year}, n.Year.WINDOW: window}


@cache
def facts_named(
    instrument: n.Instrument, year: int
) -> tuple[tuple[str, int | None, frozenset[str]], ...]:
    """(code, fiscal year, keys it can come from) of every number that some rule reads, and of
    what these, and the facts that bound them, can be derived from."""
    found: dict[tuple[str, int | None], None] = {}
    for statement in instrument.statements.values():
        for leaf in statement.leaves:
            if isinstance(leaf, n.FactRef | n.WindowLeast) and catalogue()[leaf.code].numeric:
                when = leaf.year if isinstance(leaf, n.FactRef) else n.Year.WINDOW
                for one in when.years(year) if when else (None,):
                    found |= {(code, one): None for code in _with_parts(instrument, leaf.code)}
    return tuple((code, one, _sources(instrument, code, one)) for code, one in found)


def _sources(instrument: n.Instrument, code: str, year: int | None) -> frozenset[str]:
    parts = instrument.components.get(code, frozenset())
    return frozenset(key_of(c, year) for c in (code, *parts))


def _with_parts(instrument: n.Instrument, code: str) -> list[str]:
    near = [code, *bounds_from_below().get(code, ()), *filter(None, [catalogue()[code].at_most])]
    return [code, *(part for c in near for part in sorted(instrument.components.get(c, ())))]


def parameter_fact(parameter: n.Statement) -> n.FactRef:
    """The one fact that the cases of a parameter are about (checked when loading)."""
    when = parameter.cases[0].when
    assert isinstance(when, n.Compare) and isinstance(when.left, n.FactRef)
    return when.left


def short_of(need: iv.Bound, step: Fraction | None) -> iv.Number:
    """A shortfall, never below 0; beyond a strict limit by the smallest step."""
    if need is None or need < 0:
        return 0
    return need if step is None else iv.reduced((need // step + 1) * step)


def points_missing(have: iv.Interval, target: iv.Interval, op: str) -> iv.Interval | None:
    """Points are whole: from the high end to the first number that passes (> 70: to 71)."""
    if have.hi is None or target.lo is None:
        return None
    goal = target.lo // 1 + 1 if op == ">" else target.lo
    reached = have.hi > target.lo or (op == "≥" and have.hi == target.lo)
    return iv.ZERO if reached else iv.point(iv.reduced(goal - have.hi))
