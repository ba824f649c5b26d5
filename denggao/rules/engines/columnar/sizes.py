"""How large the numbers are: what is small need not be computed in 128 bits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from operator import or_

import polars as pl

#: Steps (分, 1/10000 人): 一万亿元, which no firm has, and the most of which shares are still
#: decided in 64 bits.
_RUNGS = (10**14, 10**16)
_ENDS = (("min", pl.min), ("max", pl.max))


def sizes_of(frame: pl.DataFrame) -> dict[str, int]:
    """The largest magnitude in each whole-number column."""
    columns = [name for name, dtype in frame.schema.items() if dtype == pl.Int64]
    ends = [f(c).cast(pl.Int128).alias(f"{c}:{k}") for c in columns for k, f in _ENDS]
    row = frame.select(ends).row(0, named=True) if columns else {}
    return {c: max(abs(row[f"{c}:{k}"] or 0) for k, _ in _ENDS) for c in columns}


def sizes_in(file: pl.LazyFrame, steps: Mapping[str, int] | None = None) -> dict[str, int] | None:
    """A bound of every number in a file of Parquet, by column; ``None`` where some are larger
    than any that is worth knowing. ``steps``: the columns meant, and how many steps one of each
    is (all whole-number columns, one).

    The file is asked whether any number is larger. The least and the greatest of each row group,
    which it notes down, mostly tell: then nothing is read; without them the columns are read
    once, a piece at a time.
    """
    schema = file.collect_schema()
    if steps is None:
        steps = {name: 1 for name, kind in schema.items() if kind == pl.Int64}
    if not steps:
        return {}
    for most in _RUNGS:
        beyond = [x for name, k in steps.items() for x in _beyond(name, schema[name], most // k)]
        larger = file.select(list(steps)).filter(reduce(or_, beyond)).head(1)
        if larger.select(pl.len()).collect(engine="streaming").item() == 0:
            return dict.fromkeys(steps, most)
    return None


def _beyond(name: str, kind: pl.DataType, most: int) -> Iterator[pl.Expr]:
    """Doubles are rounded when they become steps: half the way for them."""
    bound = most / 2 if kind.is_float() else most
    yield pl.col(name) > bound
    if not kind.is_unsigned_integer():
        yield pl.col(name) < -bound
