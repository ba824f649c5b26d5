"""The definition: one firm, plain Python, exact fractions, the whole outcome tree.

Slow and obvious on purpose; every other engine must agree with it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from functools import reduce
from typing import Any

from denggao.facts import interval as iv
from denggao.facts.catalogue import SCALE, catalogue
from denggao.facts.codes import within
from denggao.facts.enterprise import Firm, Value, key_of
from denggao.facts.interval import UNDEFINED, ZERO, Interval, Truth, point
from denggao.facts.resolve import Facts
from denggao.rules import nodes as n
from denggao.rules.engines import papers
from denggao.rules.engines.common import (
    facts_named,
    parameter_fact,
    points_missing,
    remembered,
    short_of,
    years_read,
)
from denggao.rules.outcome import Outcome, Result
from denggao.rules.shape import zero_asked


def judge(
    instrument: n.Instrument,
    firm: Firm,
    as_of: date,
    *,
    readings: Mapping[str, str] | None = None,
    given: Mapping[str, Interval] | None = None,
) -> Outcome:
    """Run every statement of ``instrument`` for one firm.

    ``readings`` chooses options other than the defaults; ``given`` fixes the value of
    statements (used by case tables).
    """
    return Evaluation(instrument, firm, as_of, dict(readings or {}), dict(given or {})).outcome()


class Evaluation:
    """One run over one firm; statements are computed when first asked for."""

    def __init__(
        self,
        instrument: n.Instrument,
        firm: Firm,
        as_of: date,
        readings: dict[str, str] | None = None,
        given: dict[str, Interval] | None = None,
    ) -> None:
        self.instrument = instrument
        self.readings = readings or {}
        self.options = frozenset(instrument.chosen(self.readings).values())
        self.given = given or {}
        self.facts = Facts(firm, as_of, self._derive)
        self.results: dict[str, Result] = {}
        self.truths: dict[str, Truth] = {}
        self.sums: dict[str, Interval] = {}  # of the window, by fact
        self.years = years_read(as_of.year, self.facts.window)
        self._known = remembered(instrument, as_of.year, self.facts.window)

    def __copy__(self) -> Evaluation:
        """Shallow; thousands are made for each firm that is planned for."""
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        return other

    def outcome(self) -> Outcome:
        """Every statement's result, the values read, and the flags raised."""
        results = {id_: self.result(id_) for id_ in self.instrument.statements}
        values = {key: self.value_of(key) for r in results.values() for key in r.facts}
        self._look_at_all_facts()
        flags = self.facts.flags | {flag for r in results.values() for flag in r.flags}
        return Outcome(
            self.instrument,
            self.facts.as_of,
            results,
            values,
            flags,
            self.instrument.chosen(self.readings),
        )

    def _look_at_all_facts(self) -> None:
        """Flags speak of every fact the instrument names, whichever rule decided first."""
        stated = self.facts.values.keys()
        for code, year, keys in facts_named(self.instrument, self.facts.as_of.year):
            if not stated.isdisjoint(keys):
                self.facts.number(code, year)

    def value_of(self, key: str) -> Value | None:
        """The value in force of a fact, as it is shown."""
        code, _, year = key.partition("@")
        if catalogue()[code].numeric:
            return self.facts.number(code, int(year) if year else None)
        return self.facts.get(code, int(year) if year else None)

    # ---- statements

    def result(self, id_: str) -> Result:
        if id_ not in self.results:
            self.results[id_] = self._compute(self.instrument.statements[id_])
        return self.results[id_]

    def holds(self, id_: str) -> Truth:
        """The truth of a statement alone: without its gap, which takes as long again."""
        if id_ not in self.truths:
            body = self.instrument.statements[id_].body
            assert body is not None
            self.truths[id_] = self.truth(body)
        return self.truths[id_]

    def _compute(self, statement: n.Statement) -> Result:
        facts = self._facts_used(statement)
        if statement.id in self.given:
            return Result(statement, value=self.given[statement.id], facts=facts)
        if statement.is_truth:
            return self._condition(statement, facts)
        value, flags = self._value(statement)
        return Result(statement, value=value, facts=facts, flags=flags)

    def _condition(self, statement: n.Statement, facts: tuple[str, ...]) -> Result:
        body, truth = statement.body, self.holds(statement.id)
        if not isinstance(body, n.Compare):
            return Result(statement, truth, facts=facts)
        return Result(statement, truth, self.number(body.left), self.gap(body, truth), facts)

    def _value(self, statement: n.Statement) -> tuple[Interval, tuple[str, ...]]:
        if statement.body is not None:
            return self.number(statement.body), ()
        if statement.kind is n.Kind.PARAMETER:
            return iv.hull(value for _, value in self.segments(statement)), ()
        possible, certain = self.possible(statement)
        if not certain and statement.kind not in n.JOINED:
            return UNDEFINED, ()  # even whether it has a value is open
        flags = (possible[0].flag,) if certain and possible[0].flag else ()
        return iv.hull(self._points(case) for case in possible), flags

    def possible(self, statement: n.Statement) -> tuple[list[n.Case], bool]:
        """The lines that may be the first to hold, and whether there is only one."""
        run, possible = self, []
        for case in statement.cases:
            truth = True if case.when is None else run.truth(case.when)
            if truth is not False:
                possible.append(case)
            if truth is True:
                break
            fact = zero_asked(case.when) if truth is None else None
            if fact is not None:
                run = run._without_zero(fact, statement)
        return possible, len(possible) == 1

    def _without_zero(self, fact: n.FactRef, statement: n.Statement) -> Evaluation:
        """After an open line 「X = 0」 the lines below are about X > 0 only. Other statements
        that they read keep their value."""
        step = Fraction(1, catalogue()[fact.code].scale)
        known = Interval(step, self.number(fact).hi)
        other = copy.copy(self)
        other.results = {id_: self.result(id_) for id_ in statement.uses}
        other.truths = {id_: result.truth for id_, result in other.results.items()}
        other.facts, other.sums = self.facts.clipped(self._key(fact), known), {}
        return other

    def _points(self, case: n.Case) -> Interval:
        low = self.number(case.lo)
        if case.hi is case.lo:
            return low
        high = self.number(case.hi)
        return Interval(low.lo, high.hi, low.undefined or high.undefined)

    def _derive(self, code: str, year: int | None) -> Interval | None:
        """The fact from its components; ``None`` if it has none or none of them is stated."""
        derivation = self.instrument.derivations.get(code)
        if derivation is None:
            return None
        if self._known.parts(code, year).isdisjoint(self.facts.values):
            return None
        inner = copy.copy(self)
        inner.each = year
        value, _ = inner._value(derivation)
        return value

    each: int | None = None  # the fiscal year that [年] means, inside a derivation

    # ---- numbers

    def number(self, expr: n.Expr) -> Interval:
        """The interval of a numeric expression, in its unit."""
        return _NUMBERS[type(expr)](self, expr)

    def _fact(self, expr: n.FactRef) -> Interval:
        if catalogue()[expr.code].unit == "日期":
            return papers.fact_day(self.facts, expr.code)
        if expr.year is None:
            return self.facts.number(expr.code)
        if expr.year is not n.Year.WINDOW:
            return self.facts.number(expr.code, *self._years(expr.year))
        if expr.code not in self.sums:
            values = (self.facts.number(expr.code, year) for year in self.facts.window)
            self.sums[expr.code] = reduce(iv.add, values, ZERO)
        return self.sums[expr.code]

    def _years(self, year: n.Year) -> tuple[int, ...]:
        if year is n.Year.EACH:
            assert self.each is not None
            return (self.each,)
        return self.years[year]

    def _arith(self, expr: n.Arith) -> Interval:
        return _ARITHMETIC[expr.op](self.number(expr.left), self.number(expr.right))

    def _extreme(self, expr: n.Extreme) -> Interval:
        values = [self.number(arg) for arg in expr.args]
        return iv.least(values) if expr.op == "取小" else iv.greatest(values)

    def _window_least(self, expr: n.WindowLeast) -> Interval:
        years = self.facts.window
        return iv.least(self.facts.number(expr.code, y) for y in years) if years else ZERO

    def _ref(self, expr: n.Ref) -> Interval:
        value = self.result(expr.id).value
        assert value is not None
        return value

    def _operated_years(self, expr: n.OperatedYears) -> Interval:
        return point(len(self.facts.window))

    # ---- truths

    def truth(self, expr: n.Expr) -> Truth:
        """Kleene: a known failure decides "and", a known success decides "or"."""
        return _TRUTHS[type(expr)](self, expr)

    def _all(self, expr: n.All) -> Truth:
        truth: Truth = True
        for arg in expr.args:
            match self.truth(arg):
                case False:
                    return False
                case None:
                    truth = None
        return truth

    def _any(self, expr: n.AnyOf) -> Truth:
        truth: Truth = False
        for arg in expr.args:
            match self.truth(arg):
                case True:
                    return True
                case None:
                    truth = None
        return truth

    def _not(self, expr: n.Not) -> Truth:
        truth = self.truth(expr.arg)
        return None if truth is None else not truth

    def _yes_no(self, expr: n.FactRef) -> Truth:
        year = self.years[expr.year][0] if expr.year else None
        value = self.facts.get(expr.code, year)
        return value if isinstance(value, bool) else None

    def _within(self, expr: n.Within) -> Truth:
        value = self.facts.get(expr.code)
        return within(expr.code, value if isinstance(value, str) else None, expr.prefixes)

    def _missing(self, expr: n.Missing) -> Truth:
        fact = expr.fact
        if fact.year is None:
            return self.facts.missing(fact.code)
        return any(self.facts.missing(fact.code, y) for y in self._years(fact.year))

    def _compare(self, expr: n.Compare) -> Truth:
        """A parameter with cases is split: each case with its fact clipped to it, then joined."""
        truths = {run._compare_plain(expr) for run in self.splits(expr)}
        return truths.pop() if len(truths) == 1 else None

    def _compare_plain(self, expr: n.Compare) -> Truth:
        """A direct quotient is cross-multiplied (contract); by what may be 0, nothing is known."""
        right = self.number(expr.right)
        quotient = self._known.crossed(expr)
        if quotient is None:
            return self._ordered(expr, self.number(expr.left), right)
        below = self.number(quotient[1])
        if below.lo is None or below.lo <= 0:
            return None
        return self._ordered(expr, self.number(quotient[0]), iv.multiply(right, below))

    def _ordered(self, expr: n.Compare, left: Interval, right: Interval) -> Truth:
        match expr.op:
            case "≥":
                return iv.at_least(left, right)
            case ">":
                return iv.at_least(left, right, strictly=True)
            case "≤":
                return iv.at_least(right, left)
            case "<":
                return iv.at_least(right, left, strictly=True)
        same = iv.equal(left, right)
        return same if expr.op == "=" or same is None else not same

    # ---- parameters with cases

    def variant(
        self, changes: Mapping[str, Value], affected: frozenset[str], moved: frozenset[str]
    ) -> Evaluation:
        """The same firm with other values. Only the ``affected`` statements are run again, only
        the ``moved`` keys looked up again; none given: all of them."""
        firm = Firm({**self.facts.values, **changes}, set(self.facts.stated_flags))
        other = Evaluation(self.instrument, firm, self.facts.as_of, self.readings, self.given)
        other.results = {k: r for k, r in self.results.items() if k not in affected}
        other.truths = {k: t for k, t in self.truths.items() if k not in affected}
        if moved:
            other.facts.reuse(self.facts, moved)
            codes = {key.partition("@")[0] for key in moved}
            other.sums = {k: value for k, value in self.sums.items() if k not in codes}
        return other

    def with_given(self, given: Mapping[str, Interval]) -> Evaluation:
        """The same run with the value of some statements fixed."""
        other = copy.copy(self)
        other.given = {**self.given, **given}
        other.results, other.truths = {}, {}
        return other

    def splits(self, expr: n.Compare) -> list[Evaluation]:
        """One evaluation per case of the parameter the comparison names, or just this one."""
        parameter = next(
            (s for id_ in expr.refs if (s := self._parameter(id_)) and len(self.segments(s)) > 1),
            None,
        )
        if parameter is None:
            return [self]
        fact = parameter_fact(parameter)
        key = self._key(fact)
        runs: list[Evaluation] = []
        for clipped, value in self.segments(parameter):
            run = copy.copy(self)
            run.facts = self.facts.clipped(key, clipped)
            run.sums = {}
            run.given = {**self.given, parameter.id: value}
            run.results, run.truths = {}, {}
            runs += run.splits(expr) if len(runs) < MAX_SPLITS else [run]
        return runs

    def _parameter(self, id_: str) -> n.Statement | None:
        if id_ in self.given:
            return None
        statement = self.instrument.statements[id_]
        is_cased = statement.kind is n.Kind.PARAMETER and statement.cases
        return statement if is_cased else None

    def segments(self, parameter: n.Statement) -> list[tuple[Interval, Interval]]:
        """(the fact clipped to the case, the parameter's value) for each case still possible."""
        rest: Interval | None = self.number(parameter_fact(parameter))
        step = Fraction(1, SCALE[catalogue()[parameter_fact(parameter).code].unit])
        found = []
        for case in parameter.cases:
            if rest is None:
                break
            within, rest = (rest, None) if case.when is None else _cut(rest, case.when, step)
            if within is not None:
                found.append((within, self.number(case.lo)))
        return found

    def _key(self, fact: n.FactRef) -> str:
        year = self.years[fact.year][0] if fact.year else None
        return key_of(fact.code, year)

    # ---- gaps

    def gap(self, expr: n.Compare, truth: Truth) -> Interval | None:
        """How much the left-hand fact must grow for ``≥`` or ``>`` to hold, all else unchanged;
        of a quotient, its numerator. ``None`` where growing does not help or nothing is known."""
        if not self._known.has_gap(expr):
            return None
        if truth is True:
            return ZERO
        gaps = [g for run in self.splits(expr) if (g := run._gap_plain(expr)) is not None]
        return iv.hull(gaps) if gaps else None

    def _gap_plain(self, expr: n.Compare) -> Interval | None:
        left, target = expr.left, self.number(expr.right)
        quotient = self._known.quotient(expr)
        if quotient is not None:
            whole = self.number(quotient[1])
            if whole.hi is not None and whole.hi <= 0:
                return None
            left, target = quotient[0], iv.multiply(target, whole)
        have = self.number(left)
        if self._is_score(expr.left):
            return points_missing(have, target, expr.op)
        need = iv.subtract(target, have)
        step = self.step(left) if expr.op == ">" else None
        return Interval(
            short_of(need.lo, step), None if need.hi is None else short_of(need.hi, step)
        )

    def _is_score(self, expr: n.Expr) -> bool:
        return isinstance(expr, n.Ref) and self.instrument.statements[expr.id].kind is n.Kind.SCORE

    def step(self, expr: n.Expr) -> Fraction:
        facts = [e for e in n.walk(expr) if isinstance(e, n.FactRef)]
        return Fraction(1, catalogue()[facts[0].code].scale) if facts else Fraction(1)

    # ---- what was read

    def _facts_used(self, statement: n.Statement) -> tuple[str, ...]:
        used = self._known.used.get(statement.id)
        if used is None:
            keys = dict.fromkeys(key for leaf in statement.leaves for key in self.keys(leaf))
            used = self._known.used[statement.id] = tuple(keys)
        return used

    def keys(self, expr: n.Expr) -> list[str]:
        """The fact keys an expression reads itself."""
        match expr:
            case n.FactRef(code, None):
                return [code]
            case n.FactRef(code, year):
                assert year is not None
                return [key_of(code, y) for y in self._years(year)]
            case n.WindowLeast(code):
                return [key_of(code, y) for y in self.facts.window]
            case n.Classified(code) | n.Within(code):
                return [code]
            case n.Holds() | n.EverHeld() | n.TitleDay():
                return ["titles"]
            case n.Age() | n.OperatedYears():
                return ["established_on"]
        return []


def _cut(value: Interval, when: n.Expr, step: Fraction) -> tuple[Interval | None, Interval | None]:
    """Split at ``X ≤ c`` or ``X < c`` into the part that holds and the rest; the next value
    after c is one step of the unit away."""
    assert isinstance(when, n.Compare) and isinstance(when.right, n.Num)
    limit = when.right.value
    last, first = (limit, limit + step) if when.op == "≤" else (limit - step, limit)
    holds = value.hi is not None and (value.hi <= limit if when.op == "≤" else value.hi < limit)
    fails = value.lo is not None and (value.lo > limit if when.op == "≤" else value.lo >= limit)
    if holds or fails:
        return (value, None) if holds else (None, value)
    below = Interval(value.lo, last if value.lo is None else max(last, value.lo))
    above = Interval(first if value.hi is None else min(first, value.hi), value.hi)
    return below, above


#: Parameters inside parameters: so many cases are told apart.
MAX_SPLITS = 64

_ARITHMETIC: dict[str, Callable[[Interval, Interval], Interval]] = {
    "+": iv.add,
    "−": iv.subtract,
    "×": iv.multiply,
    "÷": iv.divide,
}
_NUMBERS: dict[type, Callable[[Evaluation, Any], Interval]] = {
    n.Num: lambda run, e: e.interval,
    n.FactRef: Evaluation._fact,
    n.Age: lambda run, e: run.facts.age_in_days(),
    n.OperatedYears: Evaluation._operated_years,
    n.TaxYear: lambda run, e: point(run.facts.as_of.year - 1),
    n.TitleDay: lambda run, e: papers.title_day(run.facts, e),
    n.Day: lambda run, e: point(e.on(run.facts.as_of).toordinal()),
    n.Later: lambda run, e: papers.later(run.number(e.day), e),
    n.Ref: Evaluation._ref,
    n.Arith: Evaluation._arith,
    n.Extreme: Evaluation._extreme,
    n.WindowLeast: Evaluation._window_least,
}
_TRUTHS: dict[type, Callable[[Evaluation, Any], Truth]] = {
    n.Compare: Evaluation._compare,
    n.All: Evaluation._all,
    n.AnyOf: Evaluation._any,
    n.Not: Evaluation._not,
    n.FactRef: Evaluation._yes_no,
    n.Ref: lambda run, e: run.holds(e.id),
    n.Missing: Evaluation._missing,
    n.Classified: lambda run, e: True if run.facts.get(e.code) else None,
    n.Holds: lambda run, e: papers.holds(run.facts, e),
    n.EverHeld: lambda run, e: papers.holds(run.facts, e),
    n.Within: Evaluation._within,
    n.Adopted: lambda run, e: e.option in run.options,
    n.Pending: lambda run, e: None,
}
