"""Columns of Parquet of facts that only certain words can state: 技术领域, 是否."""

from __future__ import annotations

import polars as pl

from denggao.facts.catalogue import Fact
from denggao.facts.closedwords import read


def words_of(column: pl.Expr, kind: pl.DataType, fact: Fact) -> tuple[pl.Expr, pl.Expr]:
    """(what the cells state, which are refused), read as cells of a workbook, each distinct one
    once."""
    told = pl.Boolean if fact.unit == "是否" else pl.String
    if kind == pl.Boolean and told == pl.Boolean:
        return column, pl.lit(False)
    is_plain = kind.is_numeric() or kind.is_temporal()
    cells = column if is_plain else column.cast(pl.String)

    def part(which: int, dtype: type[pl.DataType]) -> pl.Expr:
        def made(series: pl.Series) -> pl.Series:
            known = {cell: read(fact, cell)[which] for cell in series.unique().to_list()}
            if kind == pl.String:
                return series.replace_strict(list(known), list(known.values()), return_dtype=dtype)
            return pl.Series(series.name, map(known.get, series.to_list()), dtype)

        return cells.map_batches(made, return_dtype=dtype, is_elementwise=True)

    return part(0, told), part(1, pl.Boolean)
