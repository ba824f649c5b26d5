"""The sheet 逐企结论 of one law from one frame (``lowering.shown`` says what is in it)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from denggao.rules import nodes as n
from denggao.rules.engines.columnar.emit import TRUTH, Emitter, added, with_zeros
from denggao.rules.engines.columnar.layers import layers
from denggao.rules.engines.columnar.sizes import sizes_of
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


#: ``layers`` has done it: nothing is computed twice, and what reads the same stands together.
SHARED_ALREADY = pl.QueryOptFlags(comm_subexpr_elim=False, cluster_with_columns=False)


@dataclass(frozen=True, slots=True)
class Table:
    """One law over one frame; ``only``, where given, names the columns wanted of it."""

    compiled: Compiled
    frame: pl.LazyFrame
    only: frozenset[str] | None = None

    def select(self, *keep: str) -> pl.LazyFrame:
        """The contract's columns, after the frame's own columns ``keep``."""
        frame, made = self._made({})
        return frame.select(*keep, **made)

    def collected(self, *keep: str, extra: Mapping[str, Expr] | None = None) -> pl.DataFrame:
        """The same in memory, ``extra`` columns after them. Run in pieces: fewer columns are
        alive at once than when each is made whole. What is the same in every row is added
        afterwards: it costs nothing then."""
        frame, made = self._made(extra or {})
        same = {name: column for name, column in made.items() if not column.meta.root_names()}
        each = {name: column for name, column in made.items() if name not in same}
        rows = frame.select(*keep, **each)
        found = rows.collect(engine="streaming", optimizations=SHARED_ALREADY)
        return found.with_columns(**same).select(*keep, *made)

    def _made(self, extra: Mapping[str, Expr]) -> tuple[pl.LazyFrame, dict[str, pl.Expr]]:
        """The frame with all that the wanted columns read, and these."""
        wanted = shown(self.compiled, self.only) | dict(extra)  # may add to the plan
        plan = self.compiled.plan
        made = {kept.name: kept.expr for kept in plan.made}
        say, below = Emitter(made), layers(made, wanted.values())
        frame = added(with_zeros(self.frame, plan), below, say)
        return frame, {name: _typed(name, expr, say(expr)) for name, expr in wanted.items()}


def _typed(name: str, expr: Expr, column: pl.Expr) -> pl.Expr:
    """A node without a truth has a column of truths nevertheless."""
    return column.cast(TRUTH) if expr.is_nothing and name.endswith("_truth") else column


def table(
    instrument: n.Instrument,
    frame: pl.LazyFrame | pl.DataFrame,
    as_of: date,
    readings: Mapping[str, str] | None = None,
    only: Collection[str] | None = None,
    sizes: Mapping[str, int] | None = None,
) -> Table:
    """Compile ``instrument`` against ``frame``. A frame in memory is measured first, so that
    small numbers need not be computed in 128 bits; of a file ``sizes`` tells (``sizes_in``), or
    the catalogue.
    ``only`` names the columns that are wanted: no others are computed,
    nor rules lowered that they do not read."""
    names = frame.collect_schema().names()
    if isinstance(frame, pl.DataFrame) and sizes is None:
        sizes = sizes_of(frame)
    whole = only is None or "flags" in only  # which any rule may raise
    compiled = compile_for(
        instrument, names, as_of, readings=readings, sizes=sizes, whole=whole, brief=True
    )
    return Table(compiled, frame.lazy(), None if only is None else frozenset(only))


def in_order(tables: Sequence[pl.LazyFrame]) -> pl.LazyFrame:
    """Each law's firms nearest first; laws one after the other, columns joined."""
    sorted_ = [t.sort(NEAREST, maintain_order=True) for t in tables]
    return sorted_[0] if len(sorted_) == 1 else pl.concat(sorted_, how="diagonal")
