"""The sheet 逐企结论 of one law from one frame (``lowering.shown`` says what is in it)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from denggao.rules import nodes as n
from denggao.rules.engines.columnar.emit import TRUTH, Emitter, add_columns
from denggao.rules.engines.columnar.run import sizes_of
from denggao.rules.engines.lowering.compiled import Compiled, compile_for
from denggao.rules.engines.lowering.expr import Expr
from denggao.rules.engines.lowering.shown import (
    DISTANCE,
    FAILED,
    LEAST,
    NEAREST,
    OPEN,
    countable,
    shown,
    shown_statements,
)

__all__ = [
    "DISTANCE",
    "FAILED",
    "LEAST",
    "NEAREST",
    "OPEN",
    "Table",
    "countable",
    "in_order",
    "shown_statements",
    "table",
]

_NO_MORE: Mapping[str, Expr] = {}


@dataclass(frozen=True, slots=True)
class Table:
    """One law over one frame: add ``columns`` to ``frame`` and select them."""

    compiled: Compiled
    frame: pl.LazyFrame

    def select(self, *keep: str) -> pl.LazyFrame:
        """The contract's columns, after the frame's own columns ``keep``."""
        columns = [*map(pl.col, keep), *self._columns()]
        return add_columns(self.frame, self.compiled.plan).select(columns)

    def collected(self, *keep: str, extra: Mapping[str, Expr] = _NO_MORE) -> pl.DataFrame:
        """The same in memory, ``extra`` columns after them. Run in pieces: fewer columns are
        alive at once than when each is made whole. What is the same in every row is added
        afterwards: it costs nothing then."""
        say = Emitter()
        others = [say(expr).alias(name) for name, expr in extra.items()]
        columns = [*map(pl.col, keep), *self._columns(), *others]
        each = [x for x in columns if x.meta.root_names()]
        same = [x for x in columns if not x.meta.root_names()]
        frame = add_columns(self.frame, self.compiled.plan).select(each)
        made = frame.collect(engine="streaming")
        return made.with_columns(same).select(x.meta.output_name() for x in columns)

    def _columns(self) -> list[pl.Expr]:
        say = Emitter()
        found = shown(self.compiled)  # may add to the plan
        return [_typed(name, say(expr)) for name, expr in found.items()]


def _typed(name: str, column: pl.Expr) -> pl.Expr:
    """A node without a truth has a column of truths nevertheless."""
    empty = name.endswith("_truth") and not column.meta.root_names()
    return (column.cast(TRUTH) if empty else column).alias(name)


def table(
    instrument: n.Instrument,
    frame: pl.LazyFrame | pl.DataFrame,
    as_of: date,
    readings: Mapping[str, str] | None = None,
) -> Table:
    """Compile ``instrument`` against ``frame``. A frame in memory is measured first, so that
    small numbers need not be computed in 128 bits; a file is taken as the catalogue allows."""
    if isinstance(frame, pl.DataFrame):
        names, sizes = frame.columns, sizes_of(frame)
    else:
        names, sizes = frame.collect_schema().names(), None
    compiled = compile_for(instrument, names, as_of, readings=readings, sizes=sizes)
    return Table(compiled, frame.lazy())


def in_order(tables: Sequence[pl.LazyFrame]) -> pl.LazyFrame:
    """Each law's firms nearest first; laws one after the other, columns joined."""
    sorted_ = [t.sort(NEAREST, maintain_order=True) for t in tables]
    return sorted_[0] if len(sorted_) == 1 else pl.concat(sorted_, how="diagonal")
