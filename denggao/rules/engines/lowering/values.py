"""Interval columns: ``Lin`` over a constant denominator, ``Quo`` over one of each row's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import Any, NamedTuple

from denggao.facts.errors import UserError
from denggao.rules.engines.lowering import ends as e
from denggao.rules.engines.lowering.ends import End, Flag


class Lin(NamedTuple):
    """``[lo/scale, hi/scale]``. ``size`` bounds |lo| and |hi|; ``nonneg``: never below 0;
    ``twin``: a point wherever ``hi`` is finite (known, or not known at all), so that most of
    the arithmetic of the two ends is the same and done once."""

    lo: End
    hi: End
    scale: int
    size: int
    nonneg: bool = False
    twin: bool = False

    def each(self, change: Callable[[End], End], **more: Any) -> Lin:
        """Both ends changed alike; what is the same stays the same."""
        lo = change(self.lo)
        hi = lo if self.hi is self.lo else change(self.hi)
        if not more:
            if lo is self.lo and hi is self.hi:
                return self
            return Lin(lo, hi, self.scale, self.size, self.nonneg, self.twin)
        return self._replace(lo=lo, hi=hi, **more)


class Quo(NamedTuple):
    """``[lo_n/lo_d, hi_n/hi_d] / scale`` with positive denominators, null numerators being ∞.

    ``undefined`` marks rows where the quotient may not exist (denominator 0). ``open``, where
    it is not ``None``: the upper end is ∞ in these rows and the same as the lower in all others.
    """

    lo_n: End
    lo_d: End
    hi_n: End
    hi_d: End
    scale: int
    size: int  # of numerators
    size_d: int  # of denominators
    undefined: Flag = False
    open: Flag | None = None

    @property
    def is_wide(self) -> bool:
        """Too large for 64 bits."""
        return max(self.size, self.size_d) > e.INT64


Value = Lin | Quo


def twin_quotient(like: Quo, lo_n: End, lo_d: End, open_: Flag) -> Quo:
    """``like`` with these lower ends, and upper ends that are the same but for ``open_``."""
    hi_n = e.choose(open_, None, lo_n)
    return like._replace(lo_n=lo_n, lo_d=lo_d, hi_n=hi_n, hi_d=lo_d, open=open_)


def constant(value: Fraction | int) -> Lin:
    """The same number in every row."""
    top, below = value.numerator, value.denominator
    return Lin(top, top, below, abs(top), top >= 0, twin=True)


def checked(size: int) -> int:
    """Refuse at compile time what could overflow 128 bits in some row."""
    if size > e.INT128:
        raise UserError("算式的中间结果可能超出 128 位整数，请减少连乘的金额")
    return size


def rescaled(value: Lin, scale: int) -> Lin:
    """The same values over another (multiple) denominator."""
    factor = scale // value.scale
    if factor == 1:
        return value
    size = checked(value.size * factor)
    return value.each(lambda x: e.times(e.wide(x, size), factor), scale=scale, size=size)


def aligned(values: Sequence[Lin]) -> list[Lin]:
    """The same values over one common denominator."""
    scale = lcm(*[v.scale for v in values])
    return [v if v.scale == scale else rescaled(v, scale) for v in values]


def negate(value: Value) -> Value:
    """Additive inverse."""
    if isinstance(value, Lin):
        return Lin(e.minus(value.hi), e.minus(value.lo), value.scale, value.size)
    if value.open is False:
        return twin_quotient(value, e.minus(value.lo_n), value.lo_d, False)
    return value._replace(
        lo_n=e.minus(value.hi_n),
        lo_d=value.hi_d,
        hi_n=e.minus(value.lo_n),
        hi_d=value.lo_d,
        open=None,
    )


def add(a: Value, b: Value) -> Value:
    """Sum."""
    if isinstance(a, Lin) and isinstance(b, Lin):
        a, b = aligned([a, b])
        size = checked(a.size + b.size)
        lo = e.add(e.wide(a.lo, size), e.wide(b.lo, size))
        same = a.lo is a.hi and b.lo is b.hi
        hi = lo if same else e.add(e.wide(a.hi, size), e.wide(b.hi, size))
        return Lin(lo, hi, a.scale, size, a.nonneg and b.nonneg)
    return _add_quotients(quotient(a), quotient(b))


def quotient(value: Value) -> Quo:
    """The value as a quotient."""
    if isinstance(value, Quo):
        return value
    open_: Flag | None = e.is_infinite(value.hi) if value.twin else None
    open_ = False if value.lo is value.hi else open_
    return Quo(value.lo, 1, value.hi, 1, value.scale, value.size, 1, open=open_)


def _add_quotients(a: Quo, b: Quo) -> Quo:
    scale = lcm(a.scale, b.scale)
    fa, fb = scale // a.scale, scale // b.scale
    size = checked(a.size * b.size_d * fa + b.size * a.size_d * fb)
    size_d = checked(a.size_d * b.size_d)

    def summed(an: End, ad: End, bn: End, bd: End) -> tuple[End, End]:
        an, ad, bn, bd = (e.wide(x, max(size, size_d)) for x in (an, ad, bn, bd))
        top = e.add(e.times(e.product(an, bd), fa), e.times(e.product(bn, ad), fb))
        return top, e.product(ad, bd)

    lo_n, lo_d = summed(a.lo_n, a.lo_d, b.lo_n, b.lo_d)
    undefined = e.either(a.undefined, b.undefined)
    sum_ = Quo(lo_n, lo_d, lo_n, lo_d, scale, size, size_d, undefined)
    if a.open is not None and b.open is not None:
        return twin_quotient(sum_, lo_n, lo_d, e.either(a.open, b.open))
    hi_n, hi_d = summed(a.hi_n, a.hi_d, b.hi_n, b.hi_d)
    return sum_._replace(hi_n=hi_n, hi_d=hi_d)


def scaled_by(value: Value, factor: Fraction) -> Value:
    """Times a constant."""
    if factor < 0:
        return scaled_by(negate(value), -factor)
    if factor == 0:
        return Lin(0, 0, 1, 0, True)
    top, bottom = factor.numerator, factor.denominator
    size = checked(value.size * top)
    if isinstance(value, Lin):
        scale = value.scale * bottom
        return value.each(lambda x: e.times(e.wide(x, size), top), scale=scale, size=size)
    lo = e.times(e.wide(value.lo_n, size), top)
    scaled = value._replace(scale=value.scale * bottom, size=size)
    if value.open is not None:
        return twin_quotient(scaled, lo, value.lo_d, value.open)
    return scaled._replace(lo_n=lo, hi_n=e.times(e.wide(value.hi_n, size), top))


def constant_of(value: Value) -> Fraction | None:
    """The number, if it is the same constant in every row."""
    if not isinstance(value, Lin) or not (isinstance(value.lo, int) and isinstance(value.hi, int)):
        return None
    return Fraction(value.lo, value.scale) if value.lo == value.hi else None


def multiply(a: Value, b: Value) -> Value:
    """Product; of two unknowns only where neither can be negative."""
    for x, y in ((a, b), (b, a)):
        factor = constant_of(x)
        if factor is not None:
            return scaled_by(y, factor)
    if not (isinstance(a, Lin) and isinstance(b, Lin) and a.nonneg and b.nonneg):
        raise UserError("两个不定的数相乘，只支持都不小于 0 的（金额、人数、项数）")
    size = checked(a.size * b.size)
    hi = e.product(e.wide(a.hi, size), e.wide(b.hi, size))
    is_zero = e.either(e.at_least(0, a.hi), e.at_least(0, b.hi))  # 0 × ∞ is 0
    hi = e.choose(is_zero, 0, hi)
    lo = e.product(e.wide(a.lo, size), e.wide(b.lo, size))
    return Lin(lo, hi, a.scale * b.scale, size, True)


def divide(a: Value, b: Value) -> Value:
    """Quotient; where the denominator may be 0 or straddles it, marked undefined."""
    factor = constant_of(b)
    if factor is not None and factor != 0:
        return scaled_by(a, 1 / factor)
    if not (isinstance(a, Lin) and isinstance(b, Lin)):
        raise UserError("商不能再除以不定的数，请改写成一个除式")
    if b.nonneg:
        return _over_positive(a, b, e.at_least(0, b.lo), False)
    turned = e.at_least(0, b.hi)  # never positive: turn both signs
    num, den = _turned(turned, a), _turned(turned, b)
    straddles = e.negated(e.at_least(den.lo, 0))
    return _over_positive(num, den, e.at_least(0, den.lo), straddles)


def _turned(turned: Flag, value: Lin) -> Lin:
    lo = e.choose(turned, e.minus(value.hi), value.lo)
    same = value.lo is value.hi
    hi = lo if same else e.choose(turned, e.minus(value.lo), value.hi)
    return value._replace(lo=lo, hi=hi, nonneg=False, twin=same)


def _over_positive(a: Lin, b: Lin, may_be_zero: Flag, straddles: Flag) -> Quo:
    """``a`` over ``b ≥ 0``; rows that straddle 0, or are exactly 0, have no value at all."""
    common = gcd(a.scale, b.scale)
    up, down = b.scale // common, a.scale // common
    size, size_d = checked(a.size * up), checked(b.size)
    nought = e.at_least(0, b.hi)
    nothing = e.either(straddles, nought)

    def found(top: End) -> End:
        return e.times(e.wide(e.choose(nothing, None, top), size), up)

    lo_n, lo_d = _end(a.lo, b.hi, b.lo, sure=a.nonneg, nought=nought)
    undefined = e.either(may_be_zero, straddles)
    lower = Quo(found(lo_n), lo_d, None, 1, down, size, size_d, undefined)
    open_ = _open(a, b)
    if open_ is not None:
        return twin_quotient(lower, lower.lo_n, lo_d, open_)
    hi_n, hi_d = _end(a.hi, b.lo, b.hi, sure=a.nonneg, nought=nought)
    return lower._replace(hi_n=found(hi_n), hi_d=hi_d)


def _open(a: Lin, b: Lin) -> Flag | None:
    """Where both are known, or one is not known at all, the quotient has one end, or none
    above: in which rows is that? ``None`` if bounds may be anything."""
    if a.lo is a.hi and b.lo is b.hi:
        return False
    if not (a.twin and b.twin and a.nonneg and b.nonneg):
        return None
    return e.either(e.is_infinite(a.hi), e.both(e.is_infinite(b.hi), e.negated(_is_zero(a.hi))))


def _end(
    x: End, at_positive: End, at_negative: End, *, sure: bool, nought: Flag
) -> tuple[End, End]:
    """One end of the quotient: over one bound of the denominator if ``x ≥ 0``, else the other.
    Over +∞ it tends to 0, over 0 to ∞ (null), and 0 over anything is 0. Nobody reads it in rows
    where the denominator is ``nought``."""
    below = False if sure else e.negated(e.at_least(x, 0))
    den = e.choose(below, at_negative, at_positive)
    vanishes = e.either(e.is_infinite(den), _is_zero(x))
    explodes = e.at_least(0, den)
    over = x if explodes is nought else e.choose(explodes, None, x)
    top = e.choose(e.is_infinite(x), None, e.choose(vanishes, 0, over))
    return top, e.choose(e.either(vanishes, explodes), 1, den)


def _is_zero(x: End) -> Flag:
    if x is None:
        return False
    return x == 0 if isinstance(x, int) else e.sure(x.eq(e.expression(0)))


def at_least(a: Value, b: Value, *, strictly: bool = False) -> tuple[Flag, Flag]:
    """(certainly ``a ≥ b``, certainly not), by cross-multiplication."""
    if isinstance(a, Lin) and isinstance(b, Lin):
        a, b = aligned([a, b])
        return (
            e.at_least(a.lo, b.hi, strictly=strictly),
            e.at_least(b.lo, a.hi, strictly=not strictly),
        )
    p, q = quotient(a), quotient(b)
    holds = _above_upper(p, q, strictly)
    fails = _above_upper(q, p, not strictly)
    defined = e.negated(e.either(p.undefined, q.undefined))
    return e.both(holds, defined), e.both(fails, defined)


def _above_upper(a: Quo, b: Quo, strictly: bool) -> Flag:
    """The lower end of ``a`` against the upper of ``b``. Where that is the same as its lower, or
    ∞, the lower ends are compared: what says that a comparison holds tells of its failing too."""
    if b.open is None:
        return _crossed(a.lo_n, a.lo_d, a, b.hi_n, b.hi_d, b, strictly)
    above = _crossed(a.lo_n, a.lo_d, a, b.lo_n, b.lo_d, b, strictly)
    return e.both(above, e.negated(b.open))


def _crossed(an: End, ad: End, a: Quo, bn: End, bd: End, b: Quo, strictly: bool) -> Flag:
    common = lcm(a.scale, b.scale)
    fa, fb = common // a.scale, common // b.scale
    size = checked(max(a.size * b.size_d * fa, b.size * a.size_d * fb))
    an, ad, bn, bd = (e.wide(x, size) for x in (an, ad, bn, bd))
    left, right = e.times(_over(an, bd), fa), e.times(_over(bn, ad), fb)
    return e.at_least(left, right, strictly=strictly)


def _over(top: End, other_below: End) -> End:
    """A numerator times the other's denominator, which is positive: of 0 it is 0."""
    return 0 if isinstance(top, int) and top == 0 else e.product(top, other_below)


def extreme(values: Sequence[Value], *, low: bool) -> Lin:
    """取小, 取大."""
    if not all(isinstance(v, Lin) for v in values):
        raise UserError("取小、取大里的商请先写成评分或条件")
    lins = aligned([v for v in values if isinstance(v, Lin)])
    pick = e.smallest if low else e.largest
    lo = pick([v.lo for v in lins], none_wins=low)
    hi = pick([v.hi for v in lins], none_wins=not low)
    nonneg = (all if low else any)(v.nonneg for v in lins)
    return Lin(lo, hi, lins[0].scale, max(v.size for v in lins), nonneg)
