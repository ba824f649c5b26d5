"""清单 and 预警 over a whole ledger: who is on each, who may be, until when, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from denggao.facts.titles import NEVER
from denggao.rules import nodes as n
from denggao.rules.engines.columnar.emit import EPOCH, Emitter, add_columns
from denggao.rules.engines.columnar.sizes import sizes_of
from denggao.rules.engines.lowering import ends as e
from denggao.rules.engines.lowering import joins as j
from denggao.rules.engines.lowering.compiled import Compiled, compile_for

_ON, _OPEN = 1, 2
_NEVER = NEVER.toordinal()


@dataclass(frozen=True, slots=True)
class Listed:
    """One list: numbers of the firms on it and of those of which that is open; ``due`` by
    firm, where its day is certain; ``reasons`` by firm, the condition that holds first."""

    statement: n.Statement
    on: Sequence[int]
    open: Sequence[int]
    due: Mapping[int, date]
    reasons: Mapping[int, str]


def rolls(
    instrument: n.Instrument,
    frame: pl.DataFrame,
    as_of: date,
    readings: Mapping[str, str] | None = None,
) -> list[Listed]:
    """Every list of the text, for a frame of ``screening.frame_of_ledger``."""
    found = instrument.rolls
    rows = states(instrument, frame, as_of, readings)
    return [_listed(statement, i, rows) for i, statement in enumerate(found)]


def states(
    instrument: n.Instrument,
    frame: pl.DataFrame,
    as_of: date,
    readings: Mapping[str, str] | None = None,
) -> pl.DataFrame:
    """For each list, in the order of the text: ``on:i`` (1 listed, 2 open, else 0), ``due:i``
    (day number, null where uncertain) and ``why:i`` (number of the reason)."""
    compiled = compile_for(
        instrument, frame.columns, as_of, readings=readings, sizes=sizes_of(frame)
    )
    wanted: list[pl.Expr] = [pl.int_range(pl.len(), dtype=pl.UInt32).alias("firm")]
    for i, statement in enumerate(instrument.rolls):
        wanted += _columns(compiled, statement, i)
    return add_columns(frame.lazy(), compiled.plan).select(wanted).collect()


def _columns(compiled: Compiled, statement: n.Statement, i: int) -> list[pl.Expr]:
    roll = statement.roll
    assert roll is not None
    say = Emitter()
    holds, open_ = _state(compiled, statement.id)
    found = [pl.when(holds).then(_ON).when(open_).then(_OPEN).otherwise(0).cast(pl.Int8)]
    if roll.due is not None:
        value = compiled.columns[roll.due].value
        assert value is not None
        day = j.lin(value)
        certain = say.flag(e.at_least(day.lo, day.hi))
        found.append(pl.when(certain).then(say.end(day.lo)))
    if roll.reasons:
        holding = [_state(compiled, id_)[0] for id_ in roll.reasons]
        why = pl.lit(None, dtype=pl.Int8)
        for number, holds in reversed(list(enumerate(holding))):
            why = pl.when(holds).then(pl.lit(number, dtype=pl.Int8)).otherwise(why)
        found.append(why)
    names = ["on", *(["due"] if roll.due else []), *(["why"] if roll.reasons else [])]
    return [x.alias(f"{name}:{i}") for name, x in zip(names, found, strict=True)]


def _state(compiled: Compiled, id_: str) -> tuple[pl.Expr, pl.Expr]:
    """(holds, open)."""
    truth = compiled.columns[id_].truth
    assert truth is not None
    holds, fails = map(Emitter().flag, truth)
    return holds, ~(holds | fails)


def _listed(statement: n.Statement, i: int, rows: pl.DataFrame) -> Listed:
    roll = statement.roll
    assert roll is not None
    ours = rows.select("firm", pl.col(f"^(on|due|why):{i}$")).filter(pl.col(f"on:{i}") > 0)
    on, open_ = (
        ours.filter(pl.col(f"on:{i}") == state)["firm"].to_list() for state in (_ON, _OPEN)
    )
    due, reasons = {}, {}
    if roll.due is not None:
        days = ours.select("firm", f"due:{i}").drop_nulls().filter(pl.col(f"due:{i}") > _NEVER)
        dates = (days[f"due:{i}"] - EPOCH).cast(pl.Int32).cast(pl.Date)
        due = dict(zip(days["firm"].to_list(), dates.to_list(), strict=True))
    if roll.reasons:
        told = ours.select("firm", f"why:{i}").drop_nulls()
        reasons = {firm: roll.reasons[number] for firm, number in told.iter_rows()}
    return Listed(statement, on, open_, due, reasons)
