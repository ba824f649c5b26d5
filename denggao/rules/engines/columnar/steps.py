"""Wide quotients as whole steps: ``floor`` and ``ceil`` of L × value, exact, in 64 bits.

A growth rate needs 128-bit products, and is compared with many thresholds. All of them are
multiples of 1/L, so two integers per row decide every comparison. They are found in doubles;
only rows too near a multiple of 1/L for doubles to tell are worked out in 128-bit integers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf

import polars as pl

from denggao.rules.engines.columnar import ends as e
from denggao.rules.engines.columnar.ends import End, Flag

#: Rounding of a handful of operations stays below 1e-14 of the terms; this is 1000 times that.
_TOLERANCE = 1e-11
_LARGEST = 4e18
#: A few hundred rows at a time: planning would take longer than computing.
_AS_WRITTEN = pl.QueryOptFlags.none()


@dataclass(frozen=True, slots=True)
class Approx:
    """A double near one end (null is ∞), and the size of the terms it was added up from."""

    value: pl.Expr
    terms: pl.Expr


@dataclass(frozen=True, slots=True)
class Steps:
    """Exact ``floor`` and ``ceil`` of ``per_unit`` × one end; null is ∞."""

    floor: pl.Expr
    ceil: pl.Expr
    per_unit: int


def add(a: Approx, b: Approx) -> Approx:
    """Doubles of a sum."""
    return Approx(a.value + b.value, a.terms + b.terms)


def times(a: Approx, factor: Fraction) -> Approx:
    """Doubles of a multiple."""
    return Approx(a.value * float(factor), a.terms * abs(float(factor)))


def of_number(end: End, scale: int) -> Approx:
    """Doubles of a plain number over its scale."""
    value = _double(end) / scale
    return Approx(value, value.abs())


def of_quotient(
    a: tuple[End, End], b: tuple[End, End], factor: Fraction, nonneg: bool
) -> tuple[Approx, Approx]:
    """Both ends of ``factor`` × a ÷ b; null where b may be 0 or straddles it."""
    tops, (b_lo, b_hi) = a, (_double(x) for x in b)
    turned: Flag = False if nonneg else e.at_least(0, b[1])
    defined = e.either(turned, e.at_least(b[0], 0))
    if turned is not False:
        tops = e.choose(turned, a[1], a[0]), e.choose(turned, a[0], a[1])
    b_lo, b_hi = b_lo.fill_null(-inf), b_hi.fill_null(inf)
    found = []
    for top, outer, inner in ((_double(tops[0]), b_hi, b_lo), (_double(tops[1]), b_lo, b_hi)):
        below = pl.when(top > 0).then(outer).otherwise(inner)
        value = top / below * float(factor)
        sure = e.column(defined) & value.is_finite()
        value = pl.when(sure).then(value)
        found.append(Approx(value, value.abs()))
    return found[0], found[1]


def _double(end: End) -> pl.Expr:
    return e.expression(end).cast(pl.Float64)


def steps(
    near: Approx, top: pl.Expr, below: pl.Expr, scale: int, per_unit: int, *, in_pieces: bool
) -> pl.Expr:
    """A struct of ``floor`` and ``ceil`` of per_unit × top ÷ (below × scale).

    ``in_pieces`` lets a file stream through; a frame in memory is faster in one go.
    """
    reads = list(dict.fromkeys([*top.meta.root_names(), *below.meta.root_names()]))
    numerator, denominator = top * per_unit, below * scale
    down = numerator // denominator
    exact = [
        down.alias("floor"),
        (down + (down * denominator != numerator).cast(pl.Int64)).alias("ceil"),
    ]

    def refine(columns: Sequence[pl.Series]) -> pl.Series:
        value, terms = columns[0] * per_unit, columns[1] * per_unit
        floor = value.floor()
        unsure = ((value - value.round()).abs() <= (terms + 1) * _TOLERANCE).fill_null(False)
        found = pl.DataFrame({"floor": floor, "ceil": floor + 1}).cast(pl.Int64)
        if unsure.any():
            near_rows = pl.DataFrame(columns[2:]).filter(unsure).lazy().select(exact)
            rows = near_rows.collect(optimizations=_AS_WRITTEN).cast(pl.Int64)
            where = unsure.arg_true()
            found = pl.DataFrame({k: found[k].scatter(where, rows[k]) for k in found.columns})
        return found.to_struct("steps")

    value = near.value.clip(-_LARGEST / per_unit, _LARGEST / per_unit)
    inputs = [value, near.terms, *map(pl.col, reads)]
    kind = pl.Struct({"floor": pl.Int64, "ceil": pl.Int64})
    return pl.map_batches(inputs, refine, return_dtype=kind, is_elementwise=in_pieces)


def at_least(lo: Steps, hi: Steps, limit: Fraction, *, strictly: bool) -> tuple[Flag, Flag]:
    """(certainly value ≥ limit, certainly not); ``strictly``: >."""
    at = int(limit * lo.per_unit)
    if strictly:
        return e.at_least(lo.ceil, at, strictly=True), e.at_least(at, hi.ceil)
    return e.at_least(lo.floor, at), e.at_least(at, hi.floor, strictly=True)
