"""Gaps as columns: how much the left-hand fact of a comparison must grow."""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

from denggao.facts.catalogue import catalogue
from denggao.rules import nodes as n
from denggao.rules.engines.lowering import ends as e
from denggao.rules.engines.lowering import joins as j
from denggao.rules.engines.lowering import values as v
from denggao.rules.engines.lowering.ends import Flag
from denggao.rules.engines.lowering.joins import Truth
from denggao.rules.engines.lowering.values import Lin, Value
from denggao.rules.shape import has_gap, quotient_of

if TYPE_CHECKING:
    from denggao.rules.engines.lowering.compile import Compiler


def gap(run: Compiler, expr: n.Compare, truth: Truth) -> Lin | None:
    """Shortfall of the left-hand fact; null–null where there is none to tell."""
    if not has_gap(expr, run.instrument.statements):
        return None
    parts = [(possible, *_plain(case, expr)) for possible, case in run.splits(expr)]
    joined = j.joined([(e.both(p, known), found) for p, known, found in parts])
    lo, hi = (e.choose(truth[0], 0, end) for end in (joined.lo, joined.hi))
    return joined._replace(lo=lo, hi=hi, twin=False)


def _plain(run: Compiler, expr: n.Compare) -> tuple[Flag, Lin]:
    """(rows where there is a gap to tell, the gap)."""
    statements = run.instrument.statements
    left, target = expr.left, run.number(expr.right)
    known: Flag = True
    quotient = quotient_of(left, statements)
    if quotient is not None:
        whole = j.lin(run.number(quotient[1]))
        known = e.negated(e.at_least(0, whole.hi))
        left, target = quotient[0], run.once(v.multiply(target, whole))
    have = j.lin(run.number(left))
    if isinstance(expr.left, n.Ref) and statements[expr.left.id].kind is n.Kind.SCORE:
        return _points_missing(have, target, expr.op)
    need = j.lin(v.add(target, v.negate(have)))
    return known, j.short(need, _step(left) if expr.op == ">" else None)


def _points_missing(have: Lin, target: Value, op: str) -> tuple[Flag, Lin]:
    """Points are whole: from the high end to the first number that passes (> 70: to 71)."""
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


def _step(expr: n.Expr) -> Fraction:
    """The smallest difference of the fact that has to grow."""
    facts = [x for x in n.walk(expr) if isinstance(x, n.FactRef)]
    return Fraction(1, catalogue()[facts[0].code].scale) if facts else Fraction(1)
