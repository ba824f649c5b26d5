"""One end of an interval, for a whole column: an integer, an expression, or ``None`` (∞).

In an expression a null is ∞ too (−∞ as a lower, +∞ as an upper end), so that sums need no
special case: null + 1 is null.
"""

from __future__ import annotations

from collections.abc import Iterable

from denggao.rules.engines.lowering import expr as x
from denggao.rules.engines.lowering.expr import Expr, Type

End = int | Expr | None
Flag = bool | Expr

INT64 = 2**63 - 1
_INFINITE = x.lit(None)
_INT, _WIDE = Type.INT, Type.WIDE
#: Of 38 digits: what Int128, HUGEINT, NUMERIC(38) and DECIMAL(38, 0) all hold.
INT128 = 10**38 - 1


def add(a: End, b: End) -> End:
    """Sum of two ends."""
    if a is None or b is None:
        return None
    if isinstance(a, int) and isinstance(b, int):
        return a + b
    if isinstance(a, int):
        a, b = b, a
    if isinstance(b, int) and b == 0:
        return a
    return expression(a) + b


def times(a: End, factor: int) -> End:
    """Times a positive constant."""
    return a if a is None or factor == 1 else a * factor


def minus(a: End) -> End:
    """The end of the negated interval."""
    if a is None:
        return None
    return -a if isinstance(a, int) else a * -1


def product(a: End, b: End) -> End:
    """Product of two finite ends (null stays null)."""
    if a is None or b is None:
        return None
    if isinstance(a, int) and isinstance(b, int):
        return a * b
    if isinstance(a, int):
        a, b = b, a
    return expression(a) * b


def wide(end: End, size: int) -> End:
    """The end in an integer type that a number of this size fits."""
    if isinstance(end, Expr) and size > INT64:
        return end.cast(Type.WIDE)
    return end


def expression(end: End) -> Expr:
    """The end as an expression; ∞ is a null. Literals are never narrower than 64 bits: a
    32-bit product would wrap without a word."""
    if isinstance(end, Expr):
        return end
    if end is None:
        return _INFINITE
    return x.lit(end, _WIDE if abs(end) > INT64 else _INT)


def smallest(ends: Iterable[End], *, none_wins: bool) -> End:
    """Least end; ``none_wins``: ∞ is −∞ (lower ends), else it is +∞ (upper ends)."""
    return _extreme(list(ends), none_wins=none_wins, low=True)


def largest(ends: Iterable[End], *, none_wins: bool) -> End:
    """Greatest end; ``none_wins``: ∞ is +∞ (upper ends), else it is −∞ (lower ends)."""
    return _extreme(list(ends), none_wins=none_wins, low=False)


def _extreme(ends: list[End], *, none_wins: bool, low: bool) -> End:
    known = [e for e in ends if e is not None]
    if not known or (none_wins and len(known) < len(ends)):
        return None
    numbers = [e for e in known if isinstance(e, int)]
    if len(numbers) == len(known):
        return (min if low else max)(numbers)
    columns = [expression(e) for e in known]
    best = (x.least if low else x.greatest)(*columns)
    if not none_wins:
        return best
    nulls = either(*(is_infinite(e) for e in known))
    return choose(nulls, None, best)


def choose(when: Flag, then: End, otherwise: End) -> End:
    """``then`` where the flag is true, else ``otherwise`` (a null flag counts as false)."""
    if isinstance(when, bool):
        return then if when else otherwise
    if then is None and otherwise is None:
        return None
    return x.when(when, expression(then), expression(otherwise))


def at_least(a: End, b: End, *, strictly: bool = False) -> Flag:
    """``a ≥ b`` for finite ends; false where either is ∞."""
    if a is None or b is None:
        return False
    if isinstance(a, int) and isinstance(b, int):
        return a > b if strictly else a >= b
    if a is b and not strictly:
        return negated(is_infinite(a))
    left, right = expression(a), expression(b)
    return sure(left.gt(right) if strictly else left.ge(right))


def either(*flags: Flag) -> Flag:
    """Or of flags, constants folded."""
    found: Flag = False
    for flag in flags:
        if flag is True:
            return True
        if flag is not False:
            found = flag if found is False else column(found) | flag
    return found


def both(*flags: Flag) -> Flag:
    """And of flags, constants folded."""
    found: Flag = True
    for flag in flags:
        if flag is False:
            return False
        if flag is not True:
            found = flag if found is True else column(found) & flag
    return found


def negated(flag: Flag) -> Flag:
    """Not."""
    return not flag if isinstance(flag, bool) else ~flag


def column(flag: Flag) -> Expr:
    """The flag as an expression."""
    return flag if isinstance(flag, Expr) else x.lit(flag)


def is_infinite(end: End) -> Flag:
    """In which rows the end is ∞."""
    if end is None:
        return True
    return False if isinstance(end, int) else end.is_null()


def sure(flag: Expr) -> Expr:
    """True where the flag is certainly true: a null counts as false."""
    return flag.coalesce(x.FALSE)
