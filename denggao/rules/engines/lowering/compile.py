"""Statements → columns: truth, interval and gap of every rule, for every row at once."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from functools import reduce
from typing import Any, NamedTuple

from denggao.facts.catalogue import catalogue
from denggao.facts.enterprise import key_of
from denggao.facts.errors import UserError
from denggao.facts.interval import Interval
from denggao.rules import nodes as n
from denggao.rules.engines.common import facts_named, parameter_fact
from denggao.rules.engines.lowering import days
from denggao.rules.engines.lowering import ends as e
from denggao.rules.engines.lowering import joins as j
from denggao.rules.engines.lowering import values as v
from denggao.rules.engines.lowering.ends import Flag
from denggao.rules.engines.lowering.expr import Expr, canonical
from denggao.rules.engines.lowering.facts import FactColumns
from denggao.rules.engines.lowering.gaps import gap as gap_of
from denggao.rules.engines.lowering.joins import Truth
from denggao.rules.engines.lowering.plan import Plan
from denggao.rules.engines.lowering.values import Lin, Quo, Value
from denggao.rules.shape import is_plain, quotient_of, zero_asked

_UNKNOWN: Truth = (False, False)


class Columns(NamedTuple):
    """What one statement compiled to; ``flags`` maps a flag to the rows it is raised in."""

    statement: n.Statement
    truth: Truth | None = None
    value: Value | None = None
    gap: Lin | None = None
    parts: tuple[Lin, Lin] | None = None  # numerator and denominator of the value
    sides: Truth | None = None  # of a ratio: low end reaches the threshold, high end misses it
    flags: tuple[tuple[str, Flag], ...] = ()


class Compiler:
    """Compiles one instrument against the columns that a frame has."""

    def __init__(
        self,
        instrument: n.Instrument,
        plan: Plan,
        as_of: date,
        readings: Mapping[str, str] | None = None,
        given: Mapping[str, Interval] | None = None,
        sizes: Mapping[str, int] | None = None,
    ) -> None:
        self.instrument = instrument
        self.as_of = as_of
        self.options = frozenset(instrument.chosen(dict(readings or {})).values())
        self.given = {id_: j.given(value) for id_, value in (given or {}).items()}
        self.plan = plan
        self.facts = FactColumns(self.plan, as_of, self._derive, sizes)
        self.facts.components = instrument.components
        self.clipped: dict[str, Lin] = {}
        self.done: dict[str, Columns] = {}
        self.each: int | None = None
        self._numbers: dict[int, tuple[n.Expr, Value]] = {}
        self._cases_of: dict[str, list[tuple[Flag, Compiler]]] = {}

    def compile(self) -> dict[str, Columns]:
        """Columns of every statement, by id."""
        found = {id_: self.statement(id_) for id_ in self.instrument.statements}
        for code, year, _ in facts_named(self.instrument, self.as_of.year):
            if self.facts.is_told(code, year):
                self.facts.number(code, year)  # its flags belong to the outcome, used or not
        return found

    # ---- statements

    def statement(self, id_: str) -> Columns:
        if id_ not in self.done:
            statement = self.instrument.statements[id_]
            made = self.plan.about(statement, lambda: self._statement(statement))
            self.done[id_] = made
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
        truth = self._keep(f"{statement.id}§", self.truth(body))
        if not isinstance(body, n.Compare):
            return Columns(statement, truth)
        value = self._kept(statement.id, self.number(body.left))
        gap = gap_of(self, body, truth)
        kept = self._kept(f"{statement.id}§gap", gap) if gap is not None else None
        assert kept is None or isinstance(kept, Lin)
        is_ratio = quotient_of(body.left, self.instrument.statements) is not None
        sides = self._compare(body, whole=False) if is_ratio else None
        return Columns(statement, truth, value, kept, self._parts(body.left), sides)

    def _parts(self, left: n.Expr) -> tuple[Lin, Lin] | None:
        """Numerator and denominator, of plain numbers over 1; ``None`` for other quotients."""
        quotient = quotient_of(left, self.instrument.statements)
        if quotient is not None:
            return j.lin(self.number(quotient[0])), j.lin(self.number(quotient[1]))
        value = self.number(left)
        return (value, v.constant(1)) if isinstance(value, Lin) else None

    def _keep(self, name: str, truth: Truth) -> Truth:
        """Name the columns, but not inside a case of a parameter, where they would differ."""
        if self.clipped:
            return truth
        holds, fails = truth
        return (
            self.plan.keep_flag(f"{name}holds", holds),
            self.plan.keep_flag(f"{name}fails", fails),
        )

    def _kept(self, id_: str, value: Value) -> Value:
        if self.clipped:
            return value
        if isinstance(value, Lin):
            return self.plan.kept(id_, value)
        undefined = self.plan.keep_flag(f"{id_}§undefined", value.undefined)
        return self._kept_ends(id_, value._replace(undefined=undefined))

    def _kept_ends(self, id_: str, value: Quo) -> Quo:
        keep = self.plan.keep_end
        lo_n, lo_d = keep(f"{id_}§lo_n", value.lo_n), keep(f"{id_}§lo_d", value.lo_d)
        if value.open is not None:
            open_ = self.plan.keep_flag(f"{id_}§open", value.open)
            return v.twin_quotient(value, lo_n, lo_d, open_)
        hi_n, hi_d = keep(f"{id_}§hi_n", value.hi_n), keep(f"{id_}§hi_d", value.hi_d)
        return value._replace(lo_n=lo_n, lo_d=lo_d, hi_n=hi_n, hi_d=hi_d)

    def _value(self, statement: n.Statement) -> tuple[Value, tuple[tuple[str, Flag], ...]]:
        if statement.body is not None:
            return self.number(statement.body), ()
        if statement.kind is n.Kind.PARAMETER:
            return self._parameter(statement), ()
        if statement.kind in n.JOINED:
            return self._bands(statement)
        return self._cases(statement), ()

    def _parameter(self, statement: n.Statement) -> Value:
        cases = [(possible, v.constant(value)) for _, possible, value in self.segments(statement)]
        return j.joined([(p, x) for p, x in cases])

    def _bands(self, statement: n.Statement) -> tuple[Value, tuple[tuple[str, Flag], ...]]:
        """Join of the points of all lines that may be the first to hold."""
        possible: list[tuple[Flag, Lin]] = []
        flags: list[tuple[str, Flag]] = []
        open_: Flag = True
        decided: Flag = True  # no undecided line before
        run = self
        for i, case in enumerate(statement.cases):
            when = (True, False) if case.when is None else run.truth(case.when)
            holds, fails = self._keep(f"{statement.id}§{i}", when)
            reached = e.both(open_, e.negated(fails))
            if reached is not False:
                possible.append((reached, self._points(case)))
            if case.flag:
                flags.append((case.flag, e.both(open_, decided, holds)))
            open_ = e.both(open_, e.negated(holds))
            decided = e.both(decided, e.either(holds, fails))
            fact = zero_asked(case.when)
            run = run if fact is None else run._without_zero(fact, statement)
        return j.joined(possible), tuple(flags)

    def _without_zero(self, fact: n.FactRef, statement: n.Statement) -> Compiler:
        """After a line 「X = 0」 the lines below are about X > 0 only (where X is 0 they are
        not reached). Other statements that they read keep their value."""
        for id_ in statement.uses:
            self.statement(id_)
        known = j.lin(self.number(fact))
        step = known.scale // catalogue()[fact.code].scale
        lo = e.largest([known.lo, step], none_wins=False)
        other = self._copy()
        other.clipped = {**self.clipped, self._key(fact): known._replace(lo=lo, twin=False)}
        return other

    def _points(self, case: n.Case) -> Lin:
        low = self.number(case.lo)
        high = low if case.hi is case.lo else self.number(case.hi)
        if not (isinstance(low, Lin) and isinstance(high, Lin)):
            raise UserError("评分的一档除以了不定的数，不能整本计算；请把比例写成条件再分档")
        low, high = v.aligned([low, high])
        return low._replace(hi=high.hi, size=max(low.size, high.size), twin=False)

    def _cases(self, statement: n.Statement) -> Value:
        """The line that certainly holds; where none does yet, nothing is known."""
        chosen: list[tuple[Flag, Value]] = []
        before: Flag = True  # every earlier line certainly fails
        for case in statement.cases:
            holds, fails = (True, False) if case.when is None else self.truth(case.when)
            certain = e.both(before, holds)
            if certain is not False:
                chosen.append((certain, self.number(case.lo)))
            before = e.both(before, fails)
        if not chosen:
            return j.nothing()
        if len(chosen) == 1 and chosen[0][0] is True:
            return chosen[0][1]
        return j.selected(chosen)

    def _derive(self, code: str, year: int | None) -> Lin | None:
        derivation = self.instrument.derivations.get(code)
        parts = self.instrument.components.get(code, frozenset())
        here = (self.facts.stated(key_of(part, year)) for part in parts)
        if derivation is None or all(stated is False for stated in here):
            return None
        inner = self._copy()
        inner.each = year
        value, _ = inner._value(derivation)
        assert isinstance(value, Lin)
        return self._bounded(value, key_of(code, year))

    def _bounded(self, value: Lin, key: str) -> Lin:
        return self.plan.kept(f"{key}§derived", value)

    # ---- numbers

    def number(self, expr: n.Expr) -> Value:
        """Bands and gaps ask again: looked up by identity, which costs no hashing of a tree."""
        found = self._numbers.get(id(expr))
        if found is None:
            found = self._numbers[id(expr)] = expr, _NUMBERS[type(expr)](self, expr)
        return found[1]

    def _copy(self) -> Compiler:
        """Another to be told something more, under which numbers may come out differently."""
        other = copy.copy(self)
        other._numbers, other._cases_of = {}, {}
        return other

    def _fact(self, expr: n.FactRef) -> Value:
        if catalogue()[expr.code].unit == "日期":
            return days.fact_day(expr.code, self.plan)
        if expr.year is None:
            return self._one(expr.code, None)
        if expr.year is n.Year.EACH:
            return self._one(expr.code, self.each)
        years = expr.year.years(self.as_of.year)
        return self.once(reduce(v.add, (self._one(expr.code, year) for year in years)))

    def once(self, value: Value) -> Value:
        """A sum or product that several columns read: computed once, whoever asks."""
        if not isinstance(value, Lin):
            return value
        return value.each(lambda end: self.plan.share(end) if isinstance(end, Expr) else end)

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
        return self._halves(v.divide(left, right))

    def _halves(self, value: Value) -> Value:
        """Numerators and denominators are read many times over: compute them once."""
        if isinstance(value, Lin):
            return value

        grows = value.size * value.size_d  # what the next sum or comparison will make of it

        def once(end: e.End) -> e.End:
            end = e.wide(end, grows)
            return self.plan.share(end) if isinstance(end, Expr) else end

        lo_n, lo_d = once(value.lo_n), once(value.lo_d)
        if value.open is not None:
            open_ = value.open
            open_ = self.plan.share(open_) if isinstance(open_, Expr) else open_
            return v.twin_quotient(value, lo_n, lo_d, open_)
        return value._replace(lo_n=lo_n, lo_d=lo_d, hi_n=once(value.hi_n), hi_d=once(value.hi_d))

    def _extreme(self, expr: n.Extreme) -> Value:
        return v.extreme([self.number(a) for a in expr.args], low=expr.op == "取小")

    def _window_least(self, expr: n.WindowLeast) -> Value:
        years = self.facts.window()
        lins = v.aligned([j.lin(self._one(expr.code, y)) for y in years])
        masks = [self.facts.operated(y) for y in years]
        minus = e.either(
            *(e.both(m, e.is_infinite(x.lo)) for m, x in zip(masks, lins, strict=True))
        )
        none = e.negated(e.either(*masks))
        hi = e.choose(none, 0, j.least_of(masks, [x.hi for x in lins]))
        hi = self.plan.share(hi) if isinstance(hi, Expr) else hi
        known = all(x.lo is x.hi for x in lins)
        lo = hi if known else e.choose(none, 0, j.least_of(masks, [x.lo for x in lins]))
        size = max(x.size for x in lins)
        nonneg = all(x.nonneg for x in lins)
        return self.once(Lin(e.choose(minus, None, lo), hi, lins[0].scale, size, nonneg))

    # ---- truths

    def truth(self, expr: n.Expr) -> Truth:
        return _TRUTHS[type(expr)](self, expr)

    def _all(self, expr: n.All) -> Truth:
        truths = [self.truth(arg) for arg in expr.args]
        return e.both(*(t[0] for t in truths)), e.either(*(t[1] for t in truths))

    def _any(self, expr: n.AnyOf) -> Truth:
        truths = [self.truth(arg) for arg in expr.args]
        return e.either(*(t[0] for t in truths)), e.both(*(t[1] for t in truths))

    def _not(self, expr: n.Not) -> Truth:
        holds, fails = self.truth(expr.arg)
        return fails, holds

    def _yes_no(self, expr: n.FactRef) -> Truth:
        year = expr.year.years(self.as_of.year)[0] if expr.year else None
        key = key_of(expr.code, year)
        if key not in self.plan.columns:
            return _UNKNOWN
        operated = True if year is None else self.facts.operated(year)
        said = self.plan.column(key)
        return e.both(e.sure(said), operated), e.both(e.sure(~said), operated)

    def _missing(self, expr: n.Missing) -> Truth:
        fact = expr.fact
        years = fact.year.years(self.as_of.year) if fact.year else (None,)
        flag = e.either(*(self.facts.missing(fact.code, year) for year in years))
        return flag, e.negated(flag)

    def _classified(self, expr: n.Classified) -> Truth:
        if expr.code not in self.plan.columns:
            return _UNKNOWN
        return ~self.plan.column(expr.code).is_null(), False

    def _holds(self, expr: n.Holds | n.EverHeld) -> Truth:
        name = days.column(expr, self.as_of)
        if name not in self.plan.columns:
            return _UNKNOWN
        held = self.plan.column(name)
        return e.sure(held), e.sure(~held)

    def _within(self, expr: n.Within) -> Truth:
        if expr.code not in self.plan.columns:
            return _UNKNOWN
        code = self.plan.keep(
            f"{expr.code}§canonical", canonical(self.plan.column(expr.code), expr.code)
        )
        holds = code.starts(expr.prefixes)
        coarser = {p[:end] for p in expr.prefixes for end in range(1, len(p))}
        return e.sure(holds), e.sure(~holds & ~code.among(tuple(sorted(coarser))))

    def _adopted(self, expr: n.Adopted) -> Truth:
        chosen = expr.option in self.options
        return chosen, not chosen

    def _compare(self, expr: n.Compare, *, whole: bool = True) -> Truth:
        """A parameter with cases is split: each case with its fact clipped to it, then joined.
        Not ``whole``: what the ends of a ratio say, even where its denominator may be 0."""
        parts = [
            (possible, *run._compare_plain(expr, whole=whole))
            for possible, run in self.splits(expr)
        ]
        holds = e.both(*(e.either(e.negated(p), h) for p, h, _ in parts))
        fails = e.both(*(e.either(e.negated(p), f) for p, _, f in parts))
        return holds, fails

    def _compare_plain(self, expr: n.Compare, *, whole: bool = True) -> Truth:
        right = self.number(expr.right)
        statements = self.instrument.statements
        quotient = quotient_of(expr.left, statements)
        if quotient is not None and is_plain(expr.right, statements):
            right = j.lin(right)
            parts = [j.lin(self.number(part)) for part in quotient]
            holds, fails = j.compared(expr.op, parts[0], self.once(v.multiply(right, parts[1])))
            if not whole:
                return holds, fails
            defined = e.at_least(parts[1].lo, 0, strictly=True)
            return e.both(holds, defined), e.both(fails, defined)
        return j.compared(expr.op, self.number(expr.left), right)

    # ---- parameters with cases

    def splits(self, expr: n.Compare) -> list[tuple[Flag, Compiler]]:
        """(rows where the case is possible, a compiler with the fact clipped to it)."""
        parameter = next((s for id_ in expr.refs if (s := self._cased(id_))), None)
        if parameter is None:
            return [(True, self)]
        return [
            (e.both(possible, p), r)
            for possible, run in self._runs(parameter)
            for p, r in run.splits(expr)
        ]

    def _runs(self, parameter: n.Statement) -> list[tuple[Flag, Compiler]]:
        """One for each case, the same whoever asks: what they have computed is kept."""
        found = self._cases_of.get(parameter.id)
        if found is None:
            found = self._cases_of[parameter.id] = []
            for clipped, possible, value in self.segments(parameter):
                run = self._copy()
                run.clipped = {**self.clipped, self._key(parameter_fact(parameter)): clipped}
                run.given = {**self.given, parameter.id: v.constant(value)}
                run.done = {}
                found.append((possible, run))
        return found

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
        rest = j.lin(self.number(fact))
        possible: Flag = True
        found: list[tuple[Lin, Flag, Fraction]] = []
        for i, case in enumerate(parameter.cases):
            assert isinstance(case.lo, n.Num)
            within, here = rest, possible
            name = f"{parameter.id}§{i}"
            if isinstance(case.when, n.Compare):
                within, holds, rest, fails = j.cut(rest, case.when, catalogue()[fact.code].unit)
                within, rest = j.lin(self._kept(name, within)), j.lin(self._kept(f"{name}§", rest))
                here = e.both(possible, e.negated(fails))
                possible = e.both(possible, e.negated(holds))
            here, possible = self._keep(f"{name}§possible_", (here, possible))
            found.append((within, here, Fraction(case.lo.value)))
        return found


_NUMBERS: dict[type, Callable[[Compiler, Any], Value]] = {
    n.Num: lambda run, x: v.constant(x.value),
    n.FactRef: Compiler._fact,
    n.Age: lambda run, x: run.facts.age_in_days(),
    n.OperatedYears: lambda run, x: run.facts.operated_years(),
    n.TaxYear: lambda run, x: v.constant(run.as_of.year - 1),
    n.TitleDay: lambda run, x: days.title_day(x, run.plan, run.as_of),
    n.Day: lambda run, x: v.constant(x.on(run.as_of).toordinal()),
    n.Later: lambda run, x: days.later(j.lin(run.number(x.day)), x.span),
    n.Ref: Compiler._ref,
    n.Arith: Compiler._arith,
    n.Extreme: Compiler._extreme,
    n.WindowLeast: Compiler._window_least,
}
_TRUTHS: dict[type, Callable[[Compiler, Any], Truth]] = {
    n.Compare: Compiler._compare,
    n.All: Compiler._all,
    n.AnyOf: Compiler._any,
    n.Not: Compiler._not,
    n.FactRef: Compiler._yes_no,
    n.Ref: lambda run, x: _of(run.statement(x.id).truth),
    n.Missing: Compiler._missing,
    n.Classified: Compiler._classified,
    n.Holds: Compiler._holds,
    n.EverHeld: Compiler._holds,
    n.Within: Compiler._within,
    n.Adopted: Compiler._adopted,
    n.Pending: lambda run, x: _UNKNOWN,
}


def _of(truth: Truth | None) -> Truth:
    assert truth is not None
    return truth
