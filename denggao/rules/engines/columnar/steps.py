"""Wide quotients as whole steps: ``floor`` and ``ceil`` of L × value, in 64 bits.

A growth rate needs 128-bit products, and is compared with many thresholds. All of them are
multiples of 1/L, so two integers per row, found by one exact division, decide them all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from denggao.rules.engines.columnar import ends as e
from denggao.rules.engines.columnar.ends import End, Flag

_LARGEST = 2**62


@dataclass(frozen=True, slots=True)
class Steps:
    """Exact ``floor`` and ``ceil`` of ``per_unit`` × one end; null is ∞."""

    floor: pl.Expr
    ceil: pl.Expr
    per_unit: int


def steps(
    top: End, below: End, scale: int, per_unit: int, keep: Callable[[str, pl.Expr], pl.Expr]
) -> Steps:
    """Steps of top ÷ (below × scale); ``keep`` names what is read more than once."""
    over = keep("over", e.expression(top, pl.Int128).cast(pl.Int128) * per_unit)
    under = keep("under", e.expression(below, pl.Int128).cast(pl.Int128) * scale)
    down = keep("down", over // under)
    floor = keep("floor", down.clip(-_LARGEST, _LARGEST).cast(pl.Int64))
    ceil = keep("ceil", floor + (down * under != over).cast(pl.Int64))
    return Steps(floor, ceil, per_unit)


def at_least(lo: Steps, hi: Steps, limit: Fraction, *, strictly: bool) -> tuple[Flag, Flag]:
    """(certainly value ≥ limit, certainly not); ``strictly``: >."""
    at = int(limit * lo.per_unit)
    if strictly:
        return e.at_least(lo.ceil, at, strictly=True), e.at_least(at, hi.ceil)
    return e.at_least(lo.floor, at), e.at_least(at, hi.floor, strictly=True)
