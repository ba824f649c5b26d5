"""Closed intervals of exact rationals.

A known number is a point, a missing one its whole domain. ``None`` as a bound is infinity.
``undefined`` marks a value that may not exist at all (a quotient whose denominator may be 0);
no comparison with it is ever decided.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

Number = int | Fraction
Bound = Number | None
Truth = bool | None


class Interval(NamedTuple):
    """``[lo, hi]``; both ends included, ``None`` is unbounded on that side."""

    lo: Bound
    hi: Bound
    undefined: bool = False

    @property
    def is_point(self) -> bool:
        return self.lo is not None and self.lo == self.hi and not self.undefined

    @property
    def is_bounded(self) -> bool:
        return self.lo is not None and self.hi is not None


ANYTHING = Interval(None, None)
UNDEFINED = Interval(None, None, True)
ZERO = Interval(0, 0)


def point(value: Number) -> Interval:
    """The interval of one known number."""
    return Interval(value, value)


def add(a: Interval, b: Interval) -> Interval:
    """Sum."""
    lo = None if a.lo is None or b.lo is None else a.lo + b.lo
    hi = None if a.hi is None or b.hi is None else a.hi + b.hi
    return Interval(lo, hi, a.undefined or b.undefined)


def negate(a: Interval) -> Interval:
    """Additive inverse."""
    return Interval(None if a.hi is None else -a.hi, None if a.lo is None else -a.lo, a.undefined)


def subtract(a: Interval, b: Interval) -> Interval:
    """Difference."""
    return add(a, negate(b))


def _product(x: Bound, y: Bound, infinite: int) -> tuple[int, Number]:
    """Product of two ends as (sign of infinity, value); ``infinite`` says which ends are ±∞."""
    if x is not None and y is not None:
        return 0, x * y
    sign_x = _sign(x, infinite & 1)
    sign_y = _sign(y, infinite >> 1 & 1)
    return sign_x * sign_y, 0


def _sign(x: Bound, upper: int) -> int:
    if x is None:
        return 1 if upper else -1
    return (x > 0) - (x < 0)


def multiply(a: Interval, b: Interval) -> Interval:
    """Product; 0 × ∞ is 0, because an unbounded value is still a number."""
    undefined = a.undefined or b.undefined
    if a.lo is not None and b.lo is not None and a.lo >= 0 and b.lo >= 0:
        hi = _nonnegative_product(a.hi, b.hi)
        return Interval(a.lo * b.lo, hi, undefined)
    ends = [
        _product(x, y, i | j << 1)
        for i, x in enumerate((a.lo, a.hi))
        for j, y in enumerate((b.lo, b.hi))
    ]
    low, high = min(ends), max(ends)
    return Interval(None if low[0] < 0 else low[1], None if high[0] > 0 else high[1], undefined)


def _nonnegative_product(x: Bound, y: Bound) -> Bound:
    if x == 0 or y == 0:
        return 0
    return None if x is None or y is None else x * y


def divide(a: Interval, b: Interval) -> Interval:
    """Quotient. A denominator that is exactly 0 gives no value; one that may be 0 gives
    the quotients by its other values, marked ``undefined``."""
    if b.lo == 0 == b.hi:
        return UNDEFINED
    undefined = a.undefined or b.undefined
    if b.hi is not None and b.hi <= 0:
        return divide(negate(a), negate(b))
    if b.lo is None or b.lo < 0:
        return UNDEFINED
    lo = _quotient(a.lo, b.hi if a.lo is not None and a.lo >= 0 else b.lo)
    hi = _quotient(a.hi, b.lo if a.hi is None or a.hi >= 0 else b.hi)
    return Interval(lo, hi, undefined or b.lo == 0)


def _quotient(x: Bound, y: Bound) -> Bound:
    """One end of a quotient: ``x`` over a positive ``y`` (``None`` = +∞, 0 = tends to 0)."""
    if x is None:
        return None
    if y is None or x == 0:
        return 0
    if y == 0:
        return None
    return reduced(Fraction(x) / y)


def reduced(value: Number) -> Number:
    """The same number, as ``int`` where it is whole: integer arithmetic is much faster."""
    if isinstance(value, Fraction) and value.denominator == 1:
        return value.numerator
    return value


def least(values: Iterable[Interval]) -> Interval:
    """The smallest of several values."""
    items = list(values)
    los = [v.lo for v in items]
    his = [v.hi for v in items if v.hi is not None]
    return Interval(
        None if None in los else min(los),  # type: ignore[type-var]
        min(his) if his else None,
        any(v.undefined for v in items),
    )


def greatest(values: Iterable[Interval]) -> Interval:
    """The largest of several values."""
    return negate(least(negate(v) for v in values))


def hull(values: Iterable[Interval]) -> Interval:
    """The smallest interval that holds all of them: what is known when a case is undecided."""
    items = list(values)
    los = [v.lo for v in items]
    his = [v.hi for v in items]
    return Interval(
        None if None in los else min(los),  # type: ignore[type-var]
        None if None in his else max(his),  # type: ignore[type-var]
        any(v.undefined for v in items),
    )


def intersect(a: Interval, b: Interval) -> Interval:
    """What both allow."""
    lo = b.lo if a.lo is None else a.lo if b.lo is None else max(a.lo, b.lo)
    hi = b.hi if a.hi is None else a.hi if b.hi is None else min(a.hi, b.hi)
    return Interval(lo, hi, a.undefined or b.undefined)


def at_least(a: Interval, b: Interval, *, strictly: bool = False) -> Truth:
    """Is ``a ≥ b`` (or ``a > b``)? ``None`` while some values say yes and others no."""
    if a.undefined or b.undefined:
        return None
    if a.lo is not None and b.hi is not None and (a.lo > b.hi or (a.lo == b.hi and not strictly)):
        return True
    if a.hi is not None and b.lo is not None and (a.hi < b.lo or (a.hi == b.lo and strictly)):
        return False
    return None


def equal(a: Interval, b: Interval) -> Truth:
    """Is ``a = b``? Only two points can be; apart, they cannot."""
    if a.undefined or b.undefined:
        return None
    if a.is_point and b.is_point:
        return a.lo == b.lo
    apart = at_least(a, b, strictly=True) or at_least(b, a, strictly=True)
    return False if apart else None
