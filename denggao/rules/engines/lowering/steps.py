"""Wide quotients as whole steps: ``floor`` and ``ceil`` of L × value, in 64 bits.

A growth rate needs 128-bit products, and is compared with many thresholds. All of them are
multiples of 1/L, so two integers per row, found by one exact division, decide them all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import gcd

from denggao.rules.engines.lowering import ends as e
from denggao.rules.engines.lowering.ends import End, Flag
from denggao.rules.engines.lowering.expr import Expr, Type

_LARGEST = 2**62


@dataclass(frozen=True, slots=True)
class Steps:
    """Exact ``floor`` and ``ceil`` of ``per_unit`` × one end; null is ∞."""

    floor: Expr
    ceil: Expr
    per_unit: int


def steps(
    top: End, below: End, scale: int, per_unit: int, keep: Callable[[str, Expr], Expr]
) -> Steps:
    """Steps of top ÷ (below × scale); ``keep`` names what is read more than once."""
    common = gcd(scale, per_unit)
    over = keep("over", _times(top, per_unit // common))
    under = keep("under", _times(below, scale // common))
    down = keep("down", over // under)
    floor = keep("floor", down.clip(-_LARGEST, _LARGEST).cast(Type.INT))
    ceil = keep("ceil", floor + (~(down * under).eq(over)).cast(Type.INT))
    return Steps(floor, ceil, per_unit)


def _times(end: End, factor: int) -> Expr:
    wide = e.expression(end).cast(Type.WIDE)
    return wide if factor == 1 else wide * factor


def at_least(lo: Steps, hi: Steps, limit: Fraction, *, strictly: bool) -> tuple[Flag, Flag]:
    """(certainly value ≥ limit, certainly not); ``strictly``: >."""
    at = int(limit * lo.per_unit)
    if strictly:
        return e.at_least(lo.ceil, at, strictly=True), e.at_least(at, hi.ceil)
    return e.at_least(lo.floor, at), e.at_least(at, hi.floor, strictly=True)
