"""Columns of Parquet that hold words of a list (技术领域, 是否) or other codes."""

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


def code_of(column: pl.Expr, kind: pl.DataType) -> pl.Expr:
    """Blank is missing; a double with nothing behind the point is shown without it."""
    text = column.cast(pl.String)
    if kind.is_float():
        whole = column.cast(pl.Int64, strict=False)
        text = pl.when(whole == column).then(whole.cast(pl.String)).otherwise(text)
    code = text.str.strip_chars()
    return pl.when(code != "").then(code)
