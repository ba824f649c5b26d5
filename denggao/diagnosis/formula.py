"""Conditions of one firm as linear inequalities in how often each choice is taken.

A number is a pair of ends, each a sum ``constant + Σ coefficient × times``; a condition is a
tree of 且 and 或 over inequalities ``sum ≥ 0`` with whole coefficients. What no choice touches
is a constant, asked of the reference engine. Scores are relaxed upwards (a helper variable is
at most what one of the bands gives); whoever uses the result asks the reference engine again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from math import lcm

from denggao.diagnosis.bands import bands
from denggao.diagnosis.choices import Choice, better
from denggao.diagnosis.gaps import items_of, written_out
from denggao.diagnosis.inequalities import (
    Formula,
    Row,
    Sum,
    at_least_zero,
    every,
    some,
)
from denggao.facts import interval as iv
from denggao.facts.catalogue import bounds_from_below, catalogue
from denggao.facts.interval import Bound, Interval, Number
from denggao.rules import nodes as n
from denggao.rules.engines.reference import Evaluation
from denggao.rules.shape import quotient_of


class NotLinearError(Exception):
    """What is asked cannot be written as a sum; it has to be tried."""


End = Sum | None  # None: unbounded
Ends = tuple[End, End]


class Reach:
    """What can change in a law when the facts ``codes`` do."""

    def __init__(self, instrument: n.Instrument, codes: frozenset[str]) -> None:
        self.instrument, self.codes = instrument, codes
        self._moved: dict[str, bool] = {}
        self._touched: dict[int, tuple[n.Expr, bool]] = {}  # by identity; keeps it alive
        self._scored: dict[int, tuple[n.Expr, bool]] = {}

    def touches(self, expr: n.Expr) -> bool:
        match expr:
            case n.Ref(id_):
                return self.moves(id_)
            case n.FactRef(code, _) | n.WindowLeast(code):
                return self._code_moves(code)
            case n.Num():
                return False
        known = self._touched.get(id(expr))
        if known is None:
            known = expr, any(map(self.touches, n.children(expr)))
            self._touched[id(expr)] = known
        return known[1]

    def reads_score(self, expr: n.Expr) -> bool:
        known = self._scored.get(id(expr))
        if known is None:
            named = [e.id for e in n.walk(expr) if isinstance(e, n.Ref)]
            statements = self.instrument.statements
            known = expr, any(statements[id_].kind is n.Kind.SCORE for id_ in named)
            self._scored[id(expr)] = known
        return known[1]

    def moves(self, id_: str) -> bool:
        if id_ not in self._moved:
            inside = self.instrument.statements[id_].expressions()
            self._moved[id_] = any(map(self.touches, inside))
        return self._moved[id_]

    def _code_moves(self, code: str) -> bool:
        if code in self.codes:
            return True
        near = {*bounds_from_below().get(code, ()), catalogue()[code].at_most}
        near |= self.instrument.components.get(code, frozenset())
        return bool(near & self.codes)


@lru_cache(maxsize=256)
def reach(instrument: n.Instrument, codes: frozenset[str]) -> Reach:
    """Looked into once for each law and set of facts."""
    return Reach(instrument, codes)


@dataclass
class Model:
    """Writes the conditions of one firm. ``highs`` of helpers (beyond the choices); ``links``:
    what must hold of them besides."""

    run: Evaluation
    found: Sequence[Choice]
    share: Fraction | None = None  # points are expected at this share of their range
    hoped: Evaluation | None = None  # … the run with each item of the score given so
    helpers: list[int] = field(default_factory=list)
    links: list[Formula] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.adds: dict[str, list[tuple[int, Number]]] = {}
        self.sets: dict[str, list[tuple[int, Interval | bool]]] = {}
        for i, choice in enumerate(self.found):
            for key, add in choice.adds.items():
                self.adds.setdefault(key, []).append((i, add))
            for key, to in choice.sets.items():
                self.sets.setdefault(key, []).append((i, to))
        codes = frozenset(key.partition("@")[0] for key in (*self.adds, *self.sets))
        self.reach = reach(self.run.instrument, codes)

    # ---- what the choices can touch

    def touches(self, expr: n.Expr) -> bool:
        """Can any choice change what this comes to?"""
        return self.reach.touches(expr)

    def moves(self, id_: str) -> bool:
        """Can any choice change the result of this statement?"""
        return id_ not in self.run.given and self.reach.moves(id_)

    # ---- truths

    def truth(self, expr: n.Expr, want: bool = True, *, surely: bool = True) -> Formula:
        """The condition that ``expr`` certainly comes to ``want`` (or, not ``surely``, that it
        is not certain of the contrary). Raises NotLinearError."""
        if not self.touches(expr):
            truth = self.run.truth(expr)
            return truth is want if surely else truth is not (not want)
        match expr:
            case n.Not(arg):
                return self.truth(arg, not want, surely=surely)
            case n.All(args) | n.AnyOf(args):
                parts = [self.truth(arg, want, surely=surely) for arg in args]
                return every(parts) if isinstance(expr, n.All) is want else some(parts)
            case n.Ref(id_):
                body = self.run.instrument.statements[id_].body
                if body is not None:
                    return self.truth(body, want, surely=surely)
            case n.Compare():
                return self._compare(expr, want, surely)
            case n.FactRef():
                return self._yes_no(expr, want, surely)
        raise NotLinearError

    def written(self, expr: n.Expr, want: bool = True, *, surely: bool) -> Formula | None:
        """The same; ``None`` for what cannot be written down."""
        kept = len(self.helpers), len(self.links)
        try:
            return self.truth(expr, want, surely=surely)
        except NotLinearError:
            del self.helpers[kept[0] :], self.links[kept[1] :]
            return None

    def _yes_no(self, expr: n.FactRef, want: bool, surely: bool) -> Formula:
        (key,) = self.run.keys(expr)
        base = self.run.truth(expr)
        tos = {to for _, to in self.sets.get(key, ())}
        if len(tos) > 1:
            raise NotLinearError
        if (base is want) if surely else (base is not (not want)):
            if (not want) in tos:
                raise NotLinearError
            return True
        return some([Row(((i, 1),), 1) for i, to in self.sets.get(key, ()) if to is want])

    def _compare(self, expr: n.Compare, want: bool, surely: bool) -> Formula:
        """Split by the cases of a parameter, as the definition does."""
        runs = self.run.splits(expr)
        if len(runs) == 1:
            return self._ordered(expr, want, surely)
        if any(self.moves(id_) for id_ in expr.refs if self._is_parameter(id_)):
            raise NotLinearError
        parts = [self._like(run)._ordered(expr, want, surely) for run in runs]
        return every(parts) if surely else some(parts)

    def _is_parameter(self, id_: str) -> bool:
        return self.run.instrument.statements[id_].kind is n.Kind.PARAMETER

    def _like(self, run: Evaluation) -> Model:
        other = Model(run, self.found, self.share, self.hoped)
        other.helpers, other.links = self.helpers, self.links
        return other

    def _ordered(self, expr: n.Compare, want: bool, surely: bool) -> Formula:
        op = expr.op if want else _OPPOSITE[expr.op]
        left, right = written_out(self.run, expr.left), written_out(self.run, expr.right)
        quotient = quotient_of(left, self.run.instrument.statements)
        if quotient is not None:
            return self._crossed(op, quotient, right, surely)
        return _compared(op, self.number(left), self.number(right), surely)

    def _crossed(
        self, op: str, quotient: tuple[n.Expr, n.Expr], right: n.Expr, surely: bool
    ) -> Formula:
        """``a ÷ b`` with ``r`` is ``a`` with ``r × b``; by what may be 0, nothing is known."""
        if self.touches(right):
            raise NotLinearError
        top, below, limit = self.number(quotient[0]), self.number(quotient[1]), right
        bound = self.run.number(limit)
        if below[0] is None:
            return not surely
        if bound.lo is None or bound.lo < 0 or bound.hi is None or bound.undefined:
            raise NotLinearError
        product = tuple(
            None if end is None else Sum(0).plus(end, by)
            for end, by in zip(below, (bound.lo, bound.hi), strict=True)
        )
        compared = _compared(op, top, (product[0], product[1]), surely)
        if surely:
            return every([at_least_zero(below[0], strictly=True), compared])
        may_be_zero = at_least_zero(Sum(0).plus(below[0], -1))
        return some([may_be_zero, compared])

    # ---- numbers

    def number(self, expr: n.Expr) -> Ends:
        """Both ends of a number. Raises NotLinearError for products of what can change."""
        if isinstance(expr, n.Num):
            end = Sum(expr.value)
            return end, end
        if not self.touches(expr):
            return _ends(self._constant(expr))
        match expr:
            case n.FactRef(code, when):
                return self._fact(expr, code, when)
            case n.Arith("+", left, right):
                return _added(self.number(left), self.number(right))
            case n.Arith("−", left, right):
                lo, hi = self.number(right)
                return _added(self.number(left), (_scaled(hi, -1), _scaled(lo, -1)))
            case n.Arith("×" | "÷" as op, left, right):
                return self._times(op, left, right)
            case n.Extreme(op, args):
                return self._extreme(op, args)
            case n.Ref(id_):
                return self._named(self.run.instrument.statements[id_])
        raise NotLinearError

    def _constant(self, expr: n.Expr) -> Interval:
        if self.hoped is not None and self.reach.reads_score(expr):
            return self.hoped.number(expr)
        return self.run.number(expr)

    def _is_score(self, id_: str) -> bool:
        return self.run.instrument.statements[id_].kind is n.Kind.SCORE

    def _fact(self, expr: n.FactRef, code: str, when: n.Year | None) -> Ends:
        ends: Ends = (Sum(0), Sum(0))
        for key in self.run.keys(expr):
            ends = _added(ends, self._one(key, code))
        return ends

    def _one(self, key: str, code: str) -> Ends:
        base = self.run.value_of(key)
        if not isinstance(base, Interval):
            raise NotLinearError
        adds, sets = self.adds.get(key, []), self.sets.get(key, [])
        is_stated = isinstance(self.run.facts.values.get(key), Interval)
        if not adds and not sets:
            if not is_stated and self._follows(key, code):
                raise NotLinearError  # from something that can change
            return _ends(base)
        if (adds and sets) or len(sets) > 1:
            raise NotLinearError
        if adds:
            coefs = tuple(adds)
            return (
                None if base.lo is None else Sum(base.lo, coefs),
                None if base.hi is None else Sum(base.hi, coefs),
            )
        return self._set(base, *sets[0])

    def _follows(self, key: str, code: str) -> bool:
        """Can a choice change what an unstated fact is derived from or bounded by?"""
        _, at, year = key.partition("@")
        near = {*bounds_from_below().get(code, ()), catalogue()[code].at_most}
        near |= {part for c in (code, *near) for part in self._parts(c)}
        keys = {f"{c}{at}{year}" for c in near if c is not None}
        return any(other in self.adds or other in self.sets for other in keys)

    def _parts(self, code: str | None) -> frozenset[str]:
        return self.run.instrument.components.get(code or "", frozenset())

    def _set(self, base: Interval, choice: int, to: Interval | bool) -> Ends:
        after = better(base, to)
        if not isinstance(after, Interval) or base.lo is None or base.hi is None:
            raise NotLinearError
        assert after.lo is not None and after.hi is not None
        return (
            _moved(base.lo, choice, after.lo),
            _moved(base.hi, choice, after.hi),
        )

    def _times(self, op: str, left: n.Expr, right: n.Expr) -> Ends:
        if self.touches(left) and not self.touches(right):
            what, by = self.number(left), self.run.number(right)
        elif op == "×" and not self.touches(left):
            what, by = self.number(right), self.run.number(left)
        else:
            raise NotLinearError
        if not by.is_point or by.lo is None or by.lo < 0 or (op == "÷" and by.lo == 0):
            raise NotLinearError
        factor = 1 / Fraction(by.lo) if op == "÷" else by.lo
        return _scaled(what[0], factor), _scaled(what[1], factor)

    def _extreme(self, op: str, args: Sequence[n.Expr]) -> Ends:
        """A helper at most the least (or some one) of the arguments; only its low end is used."""
        lows = [self.number(arg)[0] for arg in args]
        if any(low is None for low in lows):
            return None, None
        known = [low for low in lows if low is not None]
        if op == "取小":
            return self.below([(False, low) for low in known]), None
        return self.at_most([(True, low) for low in known]), None

    # ---- named values and scores

    def _named(self, statement: n.Statement) -> Ends:
        if statement.kind is n.Kind.PARAMETER:
            raise NotLinearError
        if statement.body is not None:
            ends = self.number(statement.body)
            return self._judged(statement, ends)
        written = written_out(self.run, n.Ref(statement.id))
        if statement.kind is not n.Kind.SCORE:
            if isinstance(written, n.Ref):
                raise NotLinearError
            whens = [c.when for c in statement.cases if c.when is not None]
            if any(self.touches(when) for when in whens):
                raise NotLinearError
            return self.number(written)
        return bands(self, statement)

    def _judged(self, statement: n.Statement, ends: Ends) -> Ends:
        """A judged item in an expectation stands where the share puts it."""
        if self.share is None or statement.kind is not n.Kind.SCORE or self._adds_up(statement):
            return ends
        low, high = ends
        if low is None or high is None:
            raise NotLinearError
        value = _scaled(low, 1 - self.share)
        assert value is not None
        value = value.plus(high, self.share)
        return value, value

    def _adds_up(self, statement: n.Statement) -> bool:
        return any(self._is_score(id_) for id_ in statement.uses)

    def at_most(self, options: Sequence[tuple[Formula, Sum]]) -> Sum:
        """A new helper, at most one of the values whose condition holds."""
        helper = self._helper([value for _, value in options])
        self.links.append(some([every([when, _under(helper, value)]) for when, value in options]))
        return helper

    def below(self, options: Sequence[tuple[Formula, Sum]]) -> Sum:
        """A new helper, at most each of the values, but for those whose exemption holds."""
        helper = self._helper([value for _, value in options])
        rows = [some([unless, _under(helper, value)]) for unless, value in options]
        self.links.append(every(rows))
        return helper

    def _helper(self, values: Sequence[Sum]) -> Sum:
        """A whole variable in steps fine enough to be exact; never negative."""
        if any(v.constant < 0 or any(c < 0 for _, c in v.coefs) for v in values):
            raise NotLinearError
        exact = [x.denominator for v in values for x in (v.constant, *dict(v.coefs).values())]
        step, variable = Fraction(1, lcm(*exact)), len(self.found) + len(self.helpers)
        self.helpers.append(int(max(map(self.most, values)) / step))
        return Sum(0, ((variable, step),))

    def most(self, value: Sum) -> Number:
        """The largest value within the limits of the variables."""
        limits = [*(choice.limit for choice in self.found), *self.helpers]
        return value.constant + sum(c * limits[v] for v, c in value.coefs if c > 0)


def _under(helper: Sum, value: Sum) -> Formula:
    return at_least_zero(value.plus(helper, -1))


_OPPOSITE = {"≥": "<", ">": "≤", "≤": ">", "<": "≥", "=": "≠", "≠": "="}


def hoped(run: Evaluation, total: str, share: Fraction) -> Evaluation:
    """The run in which each item of a score stands at ``share`` of its range: 0 the low end."""
    given = {}
    for item in items_of(run, total):
        value = run.result(item.id).value or iv.ZERO
        lo, hi = Fraction(value.lo or 0), Fraction(value.hi if value.hi is not None else 0)
        given[item.id] = iv.point(lo + (hi - lo) * share)
    return run.with_given(given)


def expected(run: Evaluation, total: str, share: Fraction) -> Fraction:
    """Points of a score if each item stands at ``share`` of its range."""
    return points_of(hoped(run, total, share), total)


def points_of(run: Evaluation, total: str) -> Fraction:
    """The low end of a score; 0 where it has none."""
    found = run.result(total).value
    return Fraction(0) if found is None or found.lo is None else Fraction(found.lo)


def _moved(old: Number, choice: int, new: Number) -> Sum:
    """An end that a choice, taken once, moves."""
    return Sum(old, ((choice, new - old),) if new != old else ())


def _ends(value: Interval) -> Ends:
    if value.undefined:
        return None, None
    return _end(value.lo), _end(value.hi)


def _end(bound: Bound) -> End:
    return None if bound is None else Sum(bound)


def _scaled(end: End, factor: Number) -> End:
    return None if end is None else Sum(0).plus(end, factor)


def _added(a: Ends, b: Ends) -> Ends:
    lo = None if a[0] is None or b[0] is None else a[0].plus(b[0])
    hi = None if a[1] is None or b[1] is None else a[1].plus(b[1])
    return lo, hi


def _compared(op: str, left: Ends, right: Ends, surely: bool) -> Formula:
    match op:
        case "≥" | ">":
            end = (left[0], right[1]) if surely else (left[1], right[0])
            return _over(*end, strictly=op == ">", surely=surely)
        case "≤" | "<":
            end = (right[0], left[1]) if surely else (right[1], left[0])
            return _over(*end, strictly=op == "<", surely=surely)
        case "=":
            return every([_compared(o, left, right, surely) for o in ("≥", "≤")])
    return some([_compared(o, left, right, surely) for o in (">", "<")])


def _over(big: End, small: End, *, strictly: bool, surely: bool) -> Formula:
    if big is None or small is None:
        return not surely
    return at_least_zero(big.plus(small, -1), strictly=strictly)
