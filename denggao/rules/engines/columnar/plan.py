"""A query in layers: each named column is computed once, after the columns it reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import polars as pl

from denggao.rules.engines.columnar.ends import End, Flag
from denggao.rules.engines.columnar.values import Lin


class Plan:
    """Columns to add to a frame, sorted into layers by what they read."""

    def __init__(self, columns: Iterable[str]) -> None:
        self.columns = frozenset(columns)
        self._layer: dict[str, int] = dict.fromkeys(self.columns, 0)
        self._layers: list[list[pl.Expr]] = []
        self._shared: dict[bytes, str] = {}

    def keep(self, name: str, expr: pl.Expr) -> pl.Expr:
        """Compute ``expr`` once under ``name``; returns the column to read it by."""
        if name not in self._layer:
            reads = expr.meta.root_names()
            layer = 1 + max((self._layer[column] for column in reads), default=0)
            self._layer[name] = layer
            while len(self._layers) < layer:
                self._layers.append([])
            self._layers[layer - 1].append(expr.alias(name))
        return pl.col(name)

    def share(self, expr: pl.Expr) -> pl.Expr:
        """Compute ``expr`` once, however often it is asked for, under a name of its own."""
        if expr.meta.is_column() or not expr.meta.root_names():
            return expr
        text = expr.meta.serialize()
        name = self._shared.setdefault(text, f"§{len(self._shared)}")
        return self.keep(name, expr)

    def constant(self, number: int) -> pl.Expr:
        """A column of this number in every row, as a double, and computed once."""
        zero = pl.col(min(self.columns)).is_null().cast(pl.Float64) * 0
        return self.share(zero + float(number))

    def keep_end(self, name: str, end: End) -> End:
        """As ``keep``; a constant stays a constant, a column itself."""
        if not isinstance(end, pl.Expr) or end.meta.is_column():
            return end
        return self.keep(name, end)

    def kept(self, name: str, value: Lin) -> Lin:
        """Both ends of a value, one column where they are the same."""
        lo = self.keep_end(f"{name}§lo", value.lo)
        hi = lo if value.hi is value.lo else self.keep_end(f"{name}§hi", value.hi)
        return replace(value, lo=lo, hi=hi)

    def keep_flag(self, name: str, flag: Flag) -> Flag:
        return self.keep(name, flag) if isinstance(flag, pl.Expr) else flag

    def apply(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        for layer in self._layers:
            frame = frame.with_columns(layer)
        return frame
