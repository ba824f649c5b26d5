"""Statements → columns: truth, interval and gap of every rule, for every row at once."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import reduce
from math import lcm
from typing import Any

import polars as pl

from denggao.facts.catalogue import SCALE, catalogue
from denggao.facts.enterprise import key_of
from denggao.facts.interval import Interval
from denggao.rules import nodes as n
from denggao.rules.engines.columnar import ends as e
from denggao.rules.engines.columnar import values as v
from denggao.rules.engines.columnar.ends import Flag
from denggao.rules.engines.columnar.facts import FactColumns
from denggao.rules.engines.columnar.plan import Plan
from denggao.rules.engines.columnar.values import Lin, Quo, Value
from denggao.rules.engines.reference import parameter_fact


@dataclass(frozen=True, slots=True)
class Columns:
    """What one statement compiled to; ``flags`` maps a flag to the rows it is raised in."""

    statement: n.Statement
    truth: pl.Expr | None = None
    value: Value | None = None
    gap: Lin | None = None
    have: Lin | None = None  # what the gap is missing from: the left side, or its numerator
    flags: tuple[tuple[str, Flag], ...] = ()


class Compiler:
    """Compiles one instrument against the columns that a frame has."""

    def __init__(
        self,
        instrument: n.Instrument,
        columns: frozenset[str],
        as_of: date,
        readings: Mapping[str, str] | None = None,
        given: Mapping[str, Interval] | None = None,
    ) -> None:
        self.instrument = instrument
        self.as_of = as_of
        self.options = frozenset(instrument.chosen(dict(readings or {})).values())
        self.given = {id_: _given(value) for id_, value in (given or {}).items()}
        self.plan = Plan(columns)
        self.facts = FactColumns(self.plan, as_of, self._derive)
        self.facts.components = instrument.components
        self.clipped: dict[str, Lin] = {}
        self.done: dict[str, Columns] = {}
        self.each: int | None = None

    def compile(self) -> dict[str, Columns]:
        """Columns of every statement, by id."""
        return {id_: self.statement(id_) for id_ in self.instrument.statements}

    # ---- statements

    def statement(self, id_: str) -> Columns:
        if id_ not in self.done:
            self.done[id_] = self._statement(self.instrument.statements[id_])
        return self.done[id_]

    def _statement(self, statement: n.Statement) -> Columns:
        if statement.id in self.given:
            return Columns(statement, value=self.given[statement.id])
        if statement.is_truth:
            return self._condition(statement)
        value, flags = self._value(statement)
        return Columns(statement, value=self._kept(statement.id, value), flags=flags)

    def _condition(self, statement: n.Statement) -> Columns:
        body = statement.body
        assert body is not None
        truth = self._keep(f"{statement.id}§truth", self.truth(body))
        if not isinstance(body, n.Compare):
            return Columns(statement, truth)
        value = self._kept(statement.id, self.number(body.left))
        gap = self.gap(body, truth)
        kept = self._kept(f"{statement.id}§gap", gap) if gap is not None else None
        assert kept is None or isinstance(kept, Lin)
        return Columns(statement, truth, value, kept, self._have(body))

    def _have(self, body: n.Compare) -> Lin | None:
        left = body.left
        if isinstance(left, n.Arith) and left.op == "÷":
            left = left.left
        value = self.number(left)
        return value if isinstance(value, Lin) else None

    def _keep(self, name: str, expr: pl.Expr) -> pl.Expr:
        """Name a column, but not inside a case of a parameter, where it would differ."""
        return expr if self.clipped else self.plan.keep(name, expr)

    def _kept(self, id_: str, value: Value) -> Value:
        if self.clipped:
            return value
        names = ("lo", "hi") if isinstance(value, Lin) else ("lo_n", "lo_d", "hi_n", "hi_d")
        kept: dict[str, Any] = {
            name: self.plan.keep_end(f"{id_}§{name}", getattr(value, name)) for name in names
        }
        if isinstance(value, Quo):
            kept["undefined"] = self.plan.keep_flag(f"{id_}§undefined", value.undefined)
        return replace(value, **kept)

    def _value(self, statement: n.Statement) -> tuple[Value, tuple[tuple[str, Flag], ...]]:
        if statement.body is not None:
            return self.number(statement.body), ()
        if statement.kind is n.Kind.PARAMETER:
            return self._parameter(statement), ()
        if statement.kind is n.Kind.SCORE:
            return self._bands(statement)
        return self._cases(statement), ()

    def _parameter(self, statement: n.Statement) -> Value:
        cases = [(possible, v.constant(value)) for _, possible, value in self.segments(statement)]
        return _joined([(p, x) for p, x in cases])

    def _bands(self, statement: n.Statement) -> tuple[Value, tuple[tuple[str, Flag], ...]]:
        """Join of the points of all lines that may be the first to hold."""
        possible: list[tuple[Flag, Lin]] = []
        flags: list[tuple[str, Flag]] = []
        open_, decided = True, True  # may still be reached; no undecided line before
        for case in statement.cases:
            holds, fails = self._decided(case.when)
            reached = e.both(open_, e.negated(fails))
            if reached is not False:
                possible.append((reached, self._points(case)))
            if case.flag:
                flags.append((case.flag, e.both(open_, decided, holds)))
            open_ = e.both(open_, e.negated(holds))
            decided = e.both(decided, e.either(holds, fails))
        return _joined(possible), tuple(flags)

    def _decided(self, when: n.Expr | None) -> tuple[Flag, Flag]:
        """(certainly holds, certainly not) of a line's condition; both never null."""
        if when is None:
            return True, False
        if isinstance(when, n.Adopted):
            return when.option in self.options, when.option not in self.options
        truth = self.truth(when)
        return truth.fill_null(False), (~truth).fill_null(False)

    def _points(self, case: n.Case) -> Lin:
        low = self.number(case.lo)
        high = low if case.hi is case.lo else self.number(case.hi)
        assert isinstance(low, Lin) and isinstance(high, Lin)
        low, high = v.aligned([low, high])
        return replace(low, hi=high.hi, size=max(low.size, high.size))

    def _cases(self, statement: n.Statement) -> Value:
        """The line that certainly holds; where none does yet, nothing is known."""
        chosen: list[tuple[Flag, Value]] = []
        before: Flag = True  # every earlier line certainly fails
        for case in statement.cases:
            holds, fails = self._decided(case.when)
            certain = e.both(before, holds)
            if certain is not False:
                chosen.append((certain, self.number(case.lo)))
            before = e.both(before, fails)
        if len(chosen) == 1 and chosen[0][0] is True:
            return chosen[0][1]
        return _selected(chosen)

    def _derive(self, code: str, year: int | None) -> Lin | None:
        derivation = self.instrument.derivations.get(code)
        parts = self.instrument.components.get(code, frozenset())
        here = {key_of(part, year) + suffix for part in parts for suffix in ("", ".lo", ".hi")}
        if derivation is None or not here & self.plan.columns:
            return None
        inner = copy.copy(self)
        inner.each = year
        value, _ = inner._value(derivation)
        assert isinstance(value, Lin)
        return self._bounded(value, key_of(code, year))

    def _bounded(self, value: Lin, key: str) -> Lin:
        return replace(
            value,
            lo=self.plan.keep_end(f"{key}§derived_lo", value.lo),
            hi=self.plan.keep_end(f"{key}§derived_hi", value.hi),
        )

    # ---- numbers

    def number(self, expr: n.Expr) -> Value:
        return _NUMBERS[type(expr)](self, expr)

    def _fact(self, expr: n.FactRef) -> Value:
        if expr.year is None:
            return self._one(expr.code, None)
        if expr.year is n.Year.EACH:
            return self._one(expr.code, self.each)
        years = expr.year.years(self.as_of.year)
        return reduce(v.add, (self._one(expr.code, year) for year in years))

    def _one(self, code: str, year: int | None) -> Value:
        key = key_of(code, year)
        return self.clipped[key] if key in self.clipped else self.facts.number(code, year)

    def _ref(self, expr: n.Ref) -> Value:
        value = self.statement(expr.id).value
        assert value is not None
        return value

    def _arith(self, expr: n.Arith) -> Value:
        left, right = self.number(expr.left), self.number(expr.right)
        match expr.op:
            case "+":
                return v.add(left, right)
            case "−":
                return v.add(left, v.negate(right))
            case "×":
                return v.multiply(left, right)
        return v.divide(left, right)

    def _extreme(self, expr: n.Extreme) -> Value:
        return v.extreme([self.number(a) for a in expr.args], low=expr.op == "取小")

    def _window_least(self, expr: n.WindowLeast) -> Value:
        years = self.facts.window()
        lins = v.aligned([_lin(self._one(expr.code, y)) for y in years])
        masks = [self.facts.operated(y) for y in years]
        if all(mask is True for mask in masks):
            return v.extreme(lins, low=True)
        minus = e.either(
            *(e.both(m, e.is_infinite(x.lo)) for m, x in zip(masks, lins, strict=True))
        )
        lo = _least_of(masks, [x.lo for x in lins])
        hi = _least_of(masks, [x.hi for x in lins])
        none = e.negated(e.either(*masks))
        lo = e.choose(minus, None, e.choose(none, 0, lo))
        return Lin(lo, e.choose(none, 0, hi), lins[0].scale, max(x.size for x in lins))

    # ---- truths

    def truth(self, expr: n.Expr) -> pl.Expr:
        return _TRUTHS[type(expr)](self, expr)

    def _yes_no(self, expr: n.FactRef) -> pl.Expr:
        year = expr.year.years(self.as_of.year)[0] if expr.year else None
        return self.facts.yes_no(expr.code, year)

    def _missing(self, expr: n.Missing) -> pl.Expr:
        fact = expr.fact
        years = fact.year.years(self.as_of.year) if fact.year else (None,)
        flag = e.either(*(self.facts.missing(fact.code, year) for year in years))
        return flag if isinstance(flag, pl.Expr) else pl.lit(flag)

    def _classified(self, expr: n.Classified) -> pl.Expr:
        if expr.code not in self.plan.columns:
            return pl.lit(None, dtype=pl.Boolean)
        return pl.when(pl.col(expr.code).is_not_null()).then(True).otherwise(None)

    def _holds(self, expr: n.Holds) -> pl.Expr:
        name = f"titles:{expr.kind}"
        return pl.col(name) if name in self.plan.columns else pl.lit(None, dtype=pl.Boolean)

    def _compare(self, expr: n.Compare) -> pl.Expr:
        """A parameter with cases is split: each case with its fact clipped to it, then joined."""
        parts = [(possible, *run._compare_plain(expr)) for possible, run in self.splits(expr)]
        if len(parts) == 1:
            return v.truth(parts[0][1], parts[0][2])
        holds = e.both(*(e.either(e.negated(p), h) for p, h, _ in parts))
        fails = e.both(*(e.either(e.negated(p), f) for p, _, f in parts))
        return v.truth(holds, fails)

    def _compare_plain(self, expr: n.Compare) -> tuple[Flag, Flag]:
        left, right = self.number(expr.left), self.number(expr.right)
        match expr.op:
            case "≥":
                return v.at_least(left, right)
            case ">":
                return v.at_least(left, right, strictly=True)
            case "≤":
                return v.at_least(right, left)
            case "<":
                return v.at_least(right, left, strictly=True)
        above, not_above = v.at_least(left, right)
        below, not_below = v.at_least(right, left)
        same = e.both(above, below)  # lo ≥ hi on both sides: two equal points
        apart = e.either(not_above, not_below)
        return (same, apart) if expr.op == "=" else (apart, same)

    # ---- parameters with cases

    def splits(self, expr: n.Compare) -> list[tuple[Flag, Compiler]]:
        """(rows where the case is possible, a compiler with the fact clipped to it)."""
        parameter = next((s for id_ in expr.refs if (s := self._cased(id_))), None)
        if parameter is None:
            return [(True, self)]
        fact = parameter_fact(parameter)
        runs: list[tuple[Flag, Compiler]] = []
        for clipped, possible, value in self.segments(parameter):
            run = copy.copy(self)
            run.clipped = {**self.clipped, self._key(fact): clipped}
            run.given = {**self.given, parameter.id: v.constant(value)}
            run.done = {}
            runs += [(e.both(possible, p), r) for p, r in run.splits(expr)]
        return runs

    def _cased(self, id_: str) -> n.Statement | None:
        if id_ in self.given:
            return None
        statement = self.instrument.statements[id_]
        is_cased = statement.kind is n.Kind.PARAMETER and statement.cases
        return statement if is_cased else None

    def _key(self, fact: n.FactRef) -> str:
        year = fact.year.years(self.as_of.year)[0] if fact.year else None
        return key_of(fact.code, year)

    def segments(self, parameter: n.Statement) -> list[tuple[Lin, Flag, Fraction]]:
        """(the fact clipped to the case, rows where it is possible, the value)."""
        fact = parameter_fact(parameter)
        rest, possible = _lin(self.number(fact)), True
        found: list[tuple[Lin, Flag, Fraction]] = []
        for case in parameter.cases:
            assert isinstance(case.lo, n.Num)
            within, here = rest, possible
            if isinstance(case.when, n.Compare):
                within, holds, rest, fails = _cut(rest, case.when, catalogue()[fact.code].unit)
                here = e.both(possible, e.negated(fails))
                possible = e.both(possible, e.negated(holds))
            found.append((within, here, Fraction(case.lo.value)))
        return found

    # ---- gaps

    def gap(self, expr: n.Compare, truth: pl.Expr) -> Lin | None:
        """Shortfall of the left-hand fact; null–null where there is none to tell."""
        if expr.op not in ("≥", ">"):
            return None
        parts = [(p, *run._gap_plain(expr)) for p, run in self.splits(expr)]
        joined = _joined([(e.both(p, known), gap) for p, known, gap in parts])
        assert isinstance(joined, Lin)
        return replace(
            joined, lo=e.choose(truth, 0, joined.lo), hi=e.choose(truth, 0, joined.hi)
        )

    def _gap_plain(self, expr: n.Compare) -> tuple[Flag, Lin]:
        """(rows where there is a gap to tell, the gap)."""
        left, target, known = expr.left, self.number(expr.right), True
        if isinstance(left, n.Arith) and left.op == "÷":
            whole = _lin(self.number(left.right))
            known = e.negated(e.at_least(0, whole.hi))
            left, target = left.left, v.multiply(target, whole)
        have = _lin(self.number(left))
        if self._is_score(expr.left):
            return self._points_missing(have, target, expr.op)
        need = _lin(v.add(target, v.negate(have)))
        step = self._step(left) if expr.op == ">" else None
        return known, _short(need, step)

    def _points_missing(self, have: Lin, target: Value, op: str) -> tuple[Flag, Lin]:
        limit = v.constant_of(target)
        assert limit is not None
        goal = Fraction(limit // 1 + 1) if op == ">" else limit
        scale = lcm(have.scale, goal.denominator, limit.denominator)
        have = v.rescaled(have, scale)
        edge, to = int(limit * scale), int(goal * scale)
        reached = e.at_least(have.hi, edge, strictly=op == ">")
        short = e.choose(reached, 0, e.add(to, e.minus(have.hi)))
        known = e.negated(e.is_infinite(have.hi))
        return known, Lin(short, short, scale, have.size + to, True)

    def _is_score(self, expr: n.Expr) -> bool:
        return (
            isinstance(expr, n.Ref)
            and self.instrument.statements[expr.id].kind is n.Kind.SCORE
        )

    def _step(self, expr: n.Expr) -> Fraction:
        facts = [x for x in n.walk(expr) if isinstance(x, n.FactRef)]
        return Fraction(1, catalogue()[facts[0].code].scale) if facts else Fraction(1)


def _given(value: Interval) -> Lin:
    lo, hi = (None if end is None else v.constant(Fraction(end)) for end in value[:2])
    scale = lcm(lo.scale if lo else 1, hi.scale if hi else 1)
    ends = [None if x is None else v.rescaled(x, scale).lo for x in (lo, hi)]
    return Lin(ends[0], ends[1], scale, max(abs(x) for x in ends if isinstance(x, int)))


def _lin(value: Value) -> Lin:
    assert isinstance(value, Lin)
    return value


def _joined(cases: list[tuple[Flag, Lin]]) -> Lin:
    """Hull of the intervals over the rows where each is possible."""
    lins = v.aligned([x for _, x in cases])
    if len(lins) == 1 and cases[0][0] is True:
        return lins[0]
    lo = _end_over([p for p, _ in cases], [x.lo for x in lins], low=True)
    hi = _end_over([p for p, _ in cases], [x.hi for x in lins], low=False)
    nonneg = all(x.nonneg for x in lins)
    return Lin(lo, hi, lins[0].scale, max(x.size for x in lins), nonneg)


def _end_over(possible: list[Flag], ends: list[e.End], *, low: bool) -> e.End:
    """Outermost end over the possible cases; ∞ if one of them is."""
    infinite = e.either(
        *(e.both(p, e.is_infinite(x)) for p, x in zip(possible, ends, strict=True))
    )
    here = [e.choose(p, x, None) for p, x in zip(possible, ends, strict=True)]
    pick = e.smallest if low else e.largest
    return e.choose(infinite, None, pick(here, none_wins=False))


def _least_of(masks: list[Flag], ends: list[e.End]) -> e.End:
    here = [e.choose(m, x, None) for m, x in zip(masks, ends, strict=True)]
    return e.smallest(here, none_wins=False)


def _selected(cases: list[tuple[Flag, Value]]) -> Quo:
    """The value of the case that is certain in each row; null–null where none is."""
    quos = [v.quotient(x) for _, x in cases]
    scale = lcm(*(q.scale for q in quos))
    size = v.checked(max(q.size * (scale // q.scale) for q in quos))
    size_d = max(q.size_d for q in quos)
    top, bottom = max(size, size_d), max(size, size_d)
    ends: dict[str, e.End] = {}
    for name in ("lo_n", "hi_n"):
        parts = [e.times(e.wide(getattr(q, name), top), scale // q.scale) for q in quos]
        ends[name] = _pick([c for c, _ in cases], parts, None)
    for name in ("lo_d", "hi_d"):
        parts = [e.wide(getattr(q, name), bottom) for q in quos]
        ends[name] = _pick([c for c, _ in cases], parts, 1)
    undefined = e.either(*(e.both(c, q.undefined) for (c, _), q in zip(cases, quos, strict=True)))
    return Quo(**ends, scale=scale, size=size, size_d=size_d, undefined=undefined)


def _pick(flags: list[Flag], ends: list[e.End], otherwise: e.End) -> e.End:
    result = otherwise
    for flag, end in reversed(list(zip(flags, ends, strict=True))):
        result = e.choose(flag, end, result)
    return result


def _cut(value: Lin, when: n.Compare, unit: str) -> tuple[Lin, Flag, Lin, Flag]:
    """Split at ``X ≤ c`` or ``X < c``: (part that holds, certainly holds, rest, certainly not)."""
    assert isinstance(when.right, n.Num)
    limit, step = Fraction(when.right.value), Fraction(1, SCALE[unit])
    first = limit + step if when.op == "≤" else limit
    last = limit if when.op == "≤" else limit - step
    edge, above, below = (int(x * value.scale) for x in (limit, first, last))
    holds = e.at_least(edge, value.hi, strictly=when.op == "<")
    fails = e.at_least(value.lo, edge, strictly=when.op == "≤")
    inside_hi = below if value.lo is None else e.largest([below, value.lo], none_wins=False)
    outside_lo = above if value.hi is None else e.smallest([above, value.hi], none_wins=False)
    within = replace(value, hi=e.choose(holds, value.hi, inside_hi))
    rest = replace(value, lo=e.choose(fails, value.lo, outside_lo))
    return within, holds, rest, fails


def _short(need: Lin, step: Fraction | None) -> Lin:
    """A shortfall: never below 0; beyond a strict limit by the smallest step."""
    if step is None:
        lo = e.largest([need.lo, 0], none_wins=False)
        hi = e.choose(e.is_infinite(need.hi), None, e.largest([need.hi, 0], none_wins=False))
        return replace(need, lo=lo, hi=hi, nonneg=True)
    unit = int(step * need.scale) or 1

    def beyond(end: e.End) -> e.End:
        if end is None:
            return None
        raised = (end // unit + 1) * unit
        return e.choose(e.at_least(end, 0), raised, 0)

    lo = e.choose(e.is_infinite(need.lo), 0, beyond(need.lo))
    hi = e.choose(e.is_infinite(need.hi), None, beyond(need.hi))
    return replace(need, lo=lo, hi=hi, nonneg=True, size=need.size + unit)


_NUMBERS: dict[type, Callable[[Compiler, Any], Value]] = {
    n.Num: lambda run, x: v.constant(Fraction(x.value)),
    n.FactRef: Compiler._fact,
    n.Age: lambda run, x: run.facts.age_in_days(),
    n.OperatedYears: lambda run, x: run.facts.operated_years(),
    n.Ref: Compiler._ref,
    n.Arith: Compiler._arith,
    n.Extreme: Compiler._extreme,
    n.WindowLeast: Compiler._window_least,
}
_TRUTHS: dict[type, Callable[[Compiler, Any], pl.Expr]] = {
    n.Compare: Compiler._compare,
    n.All: lambda run, x: reduce(lambda a, b: a & b, map(run.truth, x.args)),
    n.AnyOf: lambda run, x: reduce(lambda a, b: a | b, map(run.truth, x.args)),
    n.Not: lambda run, x: ~run.truth(x.arg),
    n.FactRef: Compiler._yes_no,
    n.Ref: lambda run, x: _of(run.statement(x.id).truth),
    n.Missing: Compiler._missing,
    n.Classified: Compiler._classified,
    n.Holds: Compiler._holds,
    n.Adopted: lambda run, x: pl.lit(x.option in run.options),
    n.Pending: lambda run, x: pl.lit(None, dtype=pl.Boolean),
}


def _of(truth: pl.Expr | None) -> pl.Expr:
    assert truth is not None
    return truth
