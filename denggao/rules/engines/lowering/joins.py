"""Joining cases of interval columns: hulls, choices, cuts and shortfalls."""

from __future__ import annotations

from fractions import Fraction
from math import lcm

from denggao.facts.catalogue import SCALE
from denggao.facts.interval import Interval
from denggao.rules import nodes as n
from denggao.rules.engines.lowering import ends as e
from denggao.rules.engines.lowering import values as v
from denggao.rules.engines.lowering.ends import Flag
from denggao.rules.engines.lowering.expr import Expr, Type, lit
from denggao.rules.engines.lowering.values import Lin, Quo, Value

#: (certainly holds, certainly not), neither ever null: Kleene's logic on plain bits.
Truth = tuple[Flag, Flag]
_SMALL = 2**15 - 1


def given(value: Interval) -> Lin:
    """A fixed value (of a case table) as a column."""
    lo, hi = (None if end is None else v.constant(Fraction(end)) for end in value[:2])
    scale = lcm(lo.scale if lo else 1, hi.scale if hi else 1)
    ends = [None if x is None else v.rescaled(x, scale).lo for x in (lo, hi)]
    return Lin(ends[0], ends[1], scale, max(abs(x) for x in ends if isinstance(x, int)))


def lin(value: Value) -> Lin:
    """The value, which is known to be over a constant denominator."""
    assert isinstance(value, Lin)
    return value


def compared(op: str, left: Value, right: Value) -> Truth:
    """A comparison of two values."""
    match op:
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
    return (same, apart) if op == "=" else (apart, same)


def joined(cases: list[tuple[Flag, Lin]]) -> Lin:
    """Hull of the intervals over the rows where each is possible."""
    lins = v.aligned([x for _, x in cases])
    if len(lins) == 1 and cases[0][0] is True:
        return lins[0]
    lo = end_over([p for p, _ in cases], [x.lo for x in lins], low=True)
    hi = end_over([p for p, _ in cases], [x.hi for x in lins], low=False)
    nonneg = all(x.nonneg for x in lins)
    return Lin(lo, hi, lins[0].scale, max(x.size for x in lins), nonneg)


def end_over(possible: list[Flag], ends: list[e.End], *, low: bool) -> e.End:
    """Outermost end over the possible cases; ∞ if one of them is. Constants are compared here,
    once; an end that several cases share is looked at once."""
    constants = [(p, x) for p, x in zip(possible, ends, strict=True) if isinstance(x, int)]
    others: dict[e.End, list[Flag]] = {}
    for p, x in zip(possible, ends, strict=True):
        if not isinstance(x, int):
            others.setdefault(x, []).append(p)
    shared = [(e.either(*flags), x) for x, flags in others.items()]
    best = first_of([p for p, _ in constants], [x for _, x in constants], reverse=not low)
    if not shared:
        return best
    infinite = e.either(*(e.both(p, e.is_infinite(x)) for p, x in shared))
    here = [e.choose(p, x, None) for p, x in shared] + ([best] if constants else [])
    pick = e.smallest if low else e.largest
    return e.choose(infinite, None, pick(here, none_wins=False))


def first_of(possible: list[Flag], ends: list[e.End], *, reverse: bool) -> e.End:
    """The least (largest) constant that is possible: tried in order, the first one wins.

    Points and percentages are small: chosen in 16 bits, and widened once at the end.
    """
    pairs = sorted(zip(ends, possible, strict=True), key=lambda p: p[0], reverse=reverse)  # type: ignore[arg-type,return-value]
    if any(abs(x) > _SMALL for x in ends if isinstance(x, int)):
        return pick([p for _, p in pairs], [x for x, _ in pairs], None)
    narrow: list[e.End] = [lit(x, Type.SMALL) for x, _ in pairs if isinstance(x, int)]
    chosen = pick([p for _, p in pairs], narrow, lit(None, Type.SMALL))
    return chosen.cast(Type.INT) if isinstance(chosen, Expr) else chosen


def least_of(masks: list[Flag], ends: list[e.End]) -> e.End:
    """Least end among those whose mask is true."""
    here = [e.choose(m, x, None) for m, x in zip(masks, ends, strict=True)]
    return e.smallest(here, none_wins=False)


def selected(cases: list[tuple[Flag, Value]]) -> Quo:
    """The value of the case that is certain in each row; null–null where none is."""
    quos = [v.quotient(x) for _, x in cases]
    scale = lcm(*(q.scale for q in quos))
    size = v.checked(max(q.size * (scale // q.scale) for q in quos))
    size_d = max(q.size_d for q in quos)
    top = bottom = max(size, size_d)
    flags = [c for c, _ in cases]

    def tops(ends: list[e.End]) -> e.End:
        wide = [e.wide(x, top) for x in ends]
        parts = [e.times(x, scale // q.scale) for x, q in zip(wide, quos, strict=True)]
        return pick(flags, parts, None)

    def bottoms(ends: list[e.End]) -> e.End:
        return pick(flags, [e.wide(x, bottom) for x in ends], 1)

    undefined = e.either(
        e.negated(e.either(*flags)),
        *(e.both(c, q.undefined) for c, q in zip(flags, quos, strict=True)),
    )
    lo_n, lo_d = tops([q.lo_n for q in quos]), bottoms([q.lo_d for q in quos])
    found = Quo(lo_n, lo_d, None, 1, scale, size, size_d, undefined)
    opens = [e.both(c, q.open) for c, q in zip(flags, quos, strict=True) if q.open is not None]
    if len(opens) == len(quos):
        return v.twin_quotient(found, lo_n, lo_d, e.either(*opens))
    return found._replace(hi_n=tops([q.hi_n for q in quos]), hi_d=bottoms([q.hi_d for q in quos]))


def nothing() -> Quo:
    """Whether there is a value at all is open in every row."""
    return Quo(None, 1, None, 1, 1, 0, 1, True)


def pick(flags: list[Flag], ends: list[e.End], otherwise: e.End) -> e.End:
    """The end of the first flag that is true."""
    result = otherwise
    for flag, end in reversed(list(zip(flags, ends, strict=True))):
        result = e.choose(flag, end, result)
    return result


def cut(value: Lin, when: n.Compare, unit: str) -> tuple[Lin, Flag, Lin, Flag]:
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
    within = value._replace(hi=e.choose(holds, value.hi, inside_hi), twin=False)
    rest = value._replace(lo=e.choose(fails, value.lo, outside_lo), twin=False)
    return within, holds, rest, fails


def short(need: Lin, step: Fraction | None) -> Lin:
    """A shortfall: never below 0; beyond a strict limit by the smallest step."""
    if step is None:
        lo = e.largest([need.lo, 0], none_wins=False)
        hi = e.choose(e.is_infinite(need.hi), None, e.largest([need.hi, 0], none_wins=False))
        return need._replace(lo=lo, hi=hi, nonneg=True, twin=False)
    unit = int(step * need.scale) or 1

    def beyond(end: e.End) -> e.End:
        if end is None:
            return None
        if isinstance(end, int):
            return (end // unit + 1) * unit if end >= 0 else 0
        raised = end - end % unit + unit if unit > 1 else end + 1
        return e.choose(e.at_least(end, 0), raised, 0)

    lo = e.choose(e.is_infinite(need.lo), 0, beyond(need.lo))
    hi = e.choose(e.is_infinite(need.hi), None, beyond(need.hi))
    return need._replace(lo=lo, hi=hi, nonneg=True, size=need.size + unit, twin=False)
