"""Days in columns of Parquet, whatever their type."""

from __future__ import annotations

from datetime import date

import polars as pl

from denggao.facts.celldates import SURE_FROM
from denggao.facts.celldates import date as day
from denggao.facts.celltext import BadCell

#: Excel's number of 1970-01-01. A smaller one may as well count the days since then, as files
#: of Parquet do: nobody can tell which day it is.
_EXCELS_1970 = 25_569


def day_of(column: pl.Expr, kind: pl.DataType) -> pl.Expr:
    """Texts and numbers as cells of a workbook; a kind of column that tells no day gives none."""
    if isinstance(kind, pl.Datetime) and kind.time_zone:
        column = column.dt.convert_time_zone("Asia/Shanghai").dt.replace_time_zone(None)
    if kind == pl.Date or isinstance(kind, pl.Datetime):
        made = column.cast(pl.Date)
        return pl.when(made >= SURE_FROM).then(made)
    if kind == pl.String or kind.is_integer() or kind.is_float():
        return column.map_batches(_days, return_dtype=pl.Date, is_elementwise=True)
    return pl.lit(None, pl.Date)


def _days(cells: pl.Series) -> pl.Series:
    """Each distinct value is read once."""
    known = {value: _day_of(value) for value in cells.unique().to_list()}
    return pl.Series(cells.name, map(known.get, cells.to_list()), pl.Date)


def _day_of(value: str | float | None) -> date | None:
    if value is None or (not isinstance(value, str) and value < _EXCELS_1970):
        return None
    try:
        return day(value)
    except BadCell:
        return None
