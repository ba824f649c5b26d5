"""The sheet 逐企结论: one row per firm and law, in the columns of the contract, on any engine.

Numbers leave the exact columns here: amounts, points and days as decimals, ratios as doubles
that are moved, if need be, to the side of the threshold on which the exact ratio stands. Every
engine does the same few IEEE operations in the same order, so that the sheets are the same to
the last digit.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from fractions import Fraction
from functools import partial, reduce
from math import inf, nextafter

from denggao.rules import nodes as n
from denggao.rules.engines.lowering import ends as e
from denggao.rules.engines.lowering import expr as x
from denggao.rules.engines.lowering.compile import Columns
from denggao.rules.engines.lowering.compiled import Compiled
from denggao.rules.engines.lowering.expr import Expr, Type
from denggao.rules.engines.lowering.joins import Truth
from denggao.rules.engines.lowering.values import Lin, Value, constant

#: Prefix of the columns that hold the low end of a gap, known or not, for the gap lists.
LEAST = "least:"
FAILED, OPEN, DISTANCE = "§failed", "§open", "§distance"
#: Nearest to success first.
NEAREST = [FAILED, OPEN, DISTANCE]

_NOTHING = x.lit(None, Type.REAL)
_NOUGHT = x.lit(0.0, Type.REAL)
_NO_TRUTH = x.lit(None, Type.TEXT)


def shown_statements(instrument: n.Instrument) -> list[n.Statement]:
    """The nodes of ``denggao judge``, in the order of the text."""
    found = [s for s in instrument.statements.values() if s.kind is not n.Kind.PRELIMINARY]
    return sorted(found, key=lambda s: s.line)


def countable(instrument: n.Instrument) -> list[n.Statement]:
    """The conditions that the preliminary verdict joins; numbers that it compares are none."""
    goal = instrument.preliminary or instrument.verdict
    read = (instrument.statements[id_] for id_ in goal.uses)
    return [statement for statement in read if statement.is_truth]


def shown(compiled: Compiled, only: Collection[str] | None = None) -> dict[str, Expr]:
    """The contract's columns without the firm's own, ``least:…`` among them; then the order.
    ``only``: no others are made than these."""
    found: dict[str, Expr] = {}
    for names, make in _groups(compiled):
        if only is None or not names.isdisjoint(only):
            found |= make()
    return found if only is None else {k: expr for k, expr in found.items() if k in only}


_Group = tuple[frozenset[str], Callable[[], dict[str, Expr]]]


def _groups(compiled: Compiled) -> Iterator[_Group]:
    """Columns that are made together, by their names."""
    instrument, day = compiled.instrument, compiled.compiler.as_of.isoformat()
    goals = {
        "verdict": instrument.verdict, "hard_verdict": instrument.preliminary or instrument.verdict
    }  # fmt: skip
    yield frozenset({"law"}), lambda: {"law": x.lit(instrument.short, Type.TEXT)}
    yield frozenset({"as_of"}), lambda: {"as_of": x.lit(day, Type.TEXT)}
    for name, goal in goals.items():
        yield frozenset({name}), partial(_verdict, name, goal, compiled)
    yield frozenset({"score_lo", "score_hi"}), partial(_score, compiled)
    for statement in shown_statements(instrument):
        names = {f"{statement.id}_{part}" for part in ("truth", "lo", "hi", "gap")}
        names.add(f"{LEAST}{statement.id}")
        yield frozenset(names), partial(_of_statement, statement, compiled)
    yield frozenset({"flags"}), partial(_flags, compiled)
    yield frozenset(NEAREST), partial(_order, compiled)


def _verdict(name: str, goal: n.Statement, compiled: Compiled) -> dict[str, Expr]:
    return {name: _truth(compiled.columns[goal.id].truth)}


def _score(compiled: Compiled) -> dict[str, Expr]:
    total = compiled.instrument.verdict.total
    score = compiled.columns[total].value if total else None
    lo, hi = _numbers(score) if score is not None else (_NOTHING, _NOTHING)
    return {"score_lo": lo, "score_hi": hi}


def _flags(compiled: Compiled) -> dict[str, Expr]:
    flags = [(e.column(flag), name) for name, flag in compiled.flags().items()]
    return {"flags": x.words(flags)}


def _of_statement(statement: n.Statement, compiled: Compiled) -> dict[str, Expr]:
    """Truth, both ends and gap of one node; nothing where the node has none of it."""
    id_, columns = statement.id, compiled.columns[statement.id]
    lo, hi = (_NOTHING, _NOTHING) if columns.value is None else _shown(columns, compiled)
    gap = _gap_of(columns, compiled)
    found = {
        f"{id_}_truth": _NO_TRUTH if columns.truth is None else _truth(columns.truth),
        f"{id_}_lo": lo,
        f"{id_}_hi": hi,
        f"{id_}_gap": _NOTHING if gap is None else _certain(gap, compiled),
    }
    if columns.gap is not None:
        found[f"{LEAST}{id_}"] = _least(columns.gap, compiled)
    return found


def _gap_of(columns: Columns, compiled: Compiled) -> Lin | None:
    """A condition's own gap; a total has that of the condition which tests it."""
    if columns.gap is not None or columns.truth is not None:
        return columns.gap
    asked = n.Ref(columns.statement.id)
    for other in compiled.instrument.statements.values():
        if isinstance(other.body, n.Compare) and other.body.left == asked:
            return compiled.columns[other.id].gap
    return None


def _truth(truth: Truth | None) -> Expr:
    holds, fails = map(e.column, _of(truth))
    return x.truth(holds, fails)


def _real(end: e.End, scale: int) -> Expr:
    """The nearest double."""
    if not isinstance(end, Expr):
        return _NOTHING if end is None else x.lit(float(Fraction(end, scale)), Type.REAL)
    number = end.cast(Type.REAL)
    return number if scale == 1 else number / x.lit(float(scale), Type.REAL)


def _numbers(value: Value) -> tuple[Expr, Expr]:
    if isinstance(value, Lin):
        return _real(value.lo, value.scale), _real(value.hi, value.scale)
    lo = _real(value.lo_n, 1) / _scaled(value.lo_d, value.scale)
    if value.open is not None:
        return lo, lo if value.open is False else _where(e.negated(value.open), lo)
    return lo, _real(value.hi_n, 1) / _scaled(value.hi_d, value.scale)


def _scaled(below: e.End, scale: int) -> Expr:
    number = _real(below, 1)
    return number if scale == 1 else number * x.lit(float(scale), Type.REAL)


def _where(flag: e.Flag, number: Expr) -> Expr:
    """The number in these rows, and nothing in the others."""
    return x.when(e.column(flag), number, _NOTHING)


def _least(gap: Lin, compiled: Compiled) -> Expr:
    """The least that is certainly missing; nothing where nothing can be told. Read thrice."""
    return compiled.plan.share(_real(gap.lo, gap.scale))


def _certain(gap: Lin, compiled: Compiled) -> Expr:
    """The gap where it is one number: 0 is only ever said of what is met."""
    return _where(e.at_least(gap.lo, gap.hi), _least(gap, compiled))


def _shown(columns: Columns, compiled: Compiled) -> tuple[Expr, Expr]:
    """Both ends as doubles; those of a ratio on the side of its threshold where they belong."""
    body = columns.statement.body
    assert columns.value is not None
    if isinstance(columns.value, Lin) or not columns.parts or not isinstance(body, n.Compare):
        return _numbers(columns.value)
    lo, hi = _ratio(*columns.parts)
    limit = _limit(body.right, compiled)
    if limit is None or columns.sides is None or body.op not in ("≥", ">"):
        return lo, hi
    return _beside(columns, lo, hi, limit)


def _ratio(top: Lin, below: Lin) -> tuple[Expr, Expr]:
    """Both ends of a quotient by a number that is never negative; none by 0."""
    scales = (1, 1) if top.scale == below.scale else (top.scale, below.scale)
    a_lo, a_hi = _real(top.lo, scales[0]), _real(top.hi, scales[0])
    b_lo, b_hi = _real(below.lo, scales[1]), _real(below.hi, scales[1])
    lo = _over(a_lo, b_hi, vanishes=e.is_infinite(below.hi))
    hi = _over(a_hi, b_lo)
    if not top.nonneg:
        lo = x.when(e.sure(_NOUGHT.gt(a_lo)), _over(a_lo, b_lo), lo)
        negative = _over(a_hi, b_hi, vanishes=e.is_infinite(below.hi))
        hi = x.when(e.sure(_NOUGHT.gt(a_hi)), negative, hi)
    is_nought = e.both(
        e.sure(a_hi.eq(_NOUGHT)),
        e.either(e.is_infinite(below.hi), e.at_least(below.hi, 0, strictly=True)),
    )
    return lo, x.when(e.column(is_nought), _NOUGHT, hi)


def _over(a: Expr, b: Expr, *, vanishes: e.Flag = False) -> Expr:
    """a ÷ b, nothing over 0; 0 where b is ∞ (``vanishes``) and a is known."""
    quotient = x.when(b.eq(_NOUGHT), _NOTHING, a / b)
    if vanishes is False:
        return quotient
    tends = x.when(a.is_null(), _NOTHING, _NOUGHT)
    return x.when(e.column(vanishes), tends, quotient)


def _beside(columns: Columns, lo: Expr, hi: Expr, limit: Lin) -> tuple[Expr, Expr]:
    """A double may fall on the wrong side of its threshold; the exact comparison of each end
    tells which side is right. Where the threshold is uncertain, or the denominator may be 0,
    nothing is moved."""
    reaches, misses = _of(columns.sides)
    body = columns.statement.body
    strictly = isinstance(body, n.Compare) and body.op == ">"
    assert columns.parts is not None
    certain = e.both(
        e.at_least(limit.lo, limit.hi), e.at_least(columns.parts[1].lo, 0, strictly=True)
    )
    at = _real(limit.lo, limit.scale)
    above = at * x.lit(nextafter(1.0, inf), Type.REAL) if strictly else at
    below = at if strictly else at * x.lit(nextafter(1.0, -inf), Type.REAL)

    def placed(number: Expr, is_above: e.Flag) -> Expr:
        there = number.gt(at) if strictly else number.ge(at)
        too_low = e.both(certain, is_above, e.sure(~there))
        too_high = e.both(certain, e.negated(is_above), e.sure(there))
        return x.when(e.column(too_low), above, x.when(e.column(too_high), below, number))

    return placed(lo, reaches), placed(hi, e.negated(misses))


def _of(truth: Truth | None) -> Truth:
    assert truth is not None
    return truth


def _limit(right: n.Expr, compiled: Compiled) -> Lin | None:
    """What a ratio is compared with: a number, or a parameter."""
    if isinstance(right, n.Num):
        return constant(Fraction(right.value))
    if isinstance(right, n.Ref):
        value = compiled.columns[right.id].value
        return value if isinstance(value, Lin) else None
    return None


def _order(compiled: Compiled) -> dict[str, Expr]:
    """Fewest failed countable conditions, then fewest open, then smallest relative gap."""
    conditions = [compiled.columns[s.id] for s in countable(compiled.instrument)]
    truths = [_of(c.truth) for c in conditions]
    distances = [_distance(c, compiled) for c in conditions if c.gap is not None]
    return {
        FAILED: _count([fails for _, fails in truths]),
        OPEN: _count([e.negated(e.either(*t)) for t in truths]),
        DISTANCE: reduce(Expr.__add__, distances) if distances else _NOUGHT,
    }


def _count(flags: list[e.Flag]) -> Expr:
    return reduce(Expr.__add__, (e.column(flag).cast(Type.INT) for flag in flags), x.lit(0))


def _distance(columns: Columns, compiled: Compiled) -> Expr:
    """What is missing, relative to what is demanded: 0 … 1."""
    assert columns.gap is not None
    gap = _least(columns.gap, compiled)
    have = _real(columns.parts[0].hi, columns.parts[0].scale) if columns.parts else _NOUGHT
    whole = gap + have
    part = x.when(whole.eq(_NOUGHT), _NOUGHT, gap / whole)
    return part.coalesce(_NOUGHT)
