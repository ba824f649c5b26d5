"""Run instruments over a frame; decode columns back to exact numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from denggao.facts.catalogue import catalogue
from denggao.facts.enterprise import Firm
from denggao.facts.interval import Interval
from denggao.facts.titles import Title
from denggao.rules.cases import Prepared, Said
from denggao.rules.engines.columnar.emit import DTYPES, Emitter, add_columns
from denggao.rules.engines.columnar.titles import answers as title_answers
from denggao.rules.engines.columnar.titles import long_frame
from denggao.rules.engines.lowering.compiled import (
    Compiled,
    alike,
    asked,
    compile_for,
    is_fact,
    said,
)
from denggao.rules.engines.lowering.plan import type_of
from denggao.rules.engines.lowering.titles import asked_of
from denggao.rules.nodes import Instrument

# ------------------------------------------------------------------ firms → frame


def dtype_of(column: str) -> type[pl.DataType] | None:
    """The type a canonical column has in a frame; ``None`` for what is no fact."""
    return DTYPES[type_of(column)] if is_fact(column) else None


def title_columns(
    titles: Sequence[Sequence[Title] | None], instruments: Sequence[Instrument], as_of: date
) -> pl.DataFrame:
    """What the rules ask of each firm's certificates, as columns."""
    said = pl.Series([ours is not None for ours in titles], dtype=pl.Boolean)
    return title_answers(long_frame(titles), said, asked_of(instruments), as_of)


def frame_of(columns: Mapping[str, Sequence[Any]]) -> pl.DataFrame:
    """A frame of canonical columns (lists as the ledger reader makes them)."""
    return pl.DataFrame(
        {name: pl.Series(name, data, dtype=dtype_of(name)) for name, data in columns.items()}
    )


def frame_of_firms(
    firms: Sequence[Firm], as_of: date, instruments: Sequence[Instrument]
) -> pl.DataFrame:
    """Firms of the exchange form as a frame."""
    rows = [_row(firm) for firm in firms]
    names = dict.fromkeys(name for row in rows for name in row)
    columns: dict[str, list[Any]] = {name: [row.get(name) for row in rows] for name in names}
    titles = columns.pop("titles", [None] * len(firms))
    held = title_columns(titles, instruments, as_of)
    if not columns:
        return held if held.width else pl.DataFrame({"§row": list(range(len(firms)))})
    return frame_of(columns).hstack(held.get_columns())


def _row(firm: Firm) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for key, value in firm.values.items():
        if not isinstance(value, Interval):
            row[key] = value
            continue
        fact = catalogue()[key.partition("@")[0]]
        lo, hi = (None if x is None else int(x * fact.scale) for x in (value.lo, value.hi))
        if lo == hi:
            row[key] = lo
        else:
            row[f"{key}.lo"], row[f"{key}.hi"] = lo, hi
    return row


# ------------------------------------------------------------------ columns → answers


def answers(compiled: Compiled, frame: pl.DataFrame) -> list[Said]:
    """Every statement's answer and the flags of every row, exact: for proving, not for speed."""
    say = Emitter()
    columns = [say(expr).alias(name) for name, expr in asked(compiled).items()]
    index = pl.int_range(pl.len()).alias("§index")  # constants alone would give one row
    rows = add_columns(frame.lazy(), compiled.plan).select(index, *columns).collect()
    return [said(compiled, row) for row in rows.to_dicts()]


def engine(instrument: Instrument, rows: Sequence[Prepared]) -> list[Said]:
    """Rows of case tables on this engine, those of one day and reading in one frame."""
    found: dict[int, Said] = {}
    for members in alike(rows):
        first = rows[members[0]]
        frame = frame_of_firms([rows[i].firm for i in members], first.as_of, [instrument])
        compiled = compile_for(
            instrument, frame.columns, first.as_of, readings=first.readings, given=first.given
        )
        for i, (told, flags) in zip(members, answers(compiled, frame), strict=True):
            found[i] = told, flags | rows[i].firm.flags
    return [found[i] for i in range(len(rows))]
