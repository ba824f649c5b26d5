"""A whole ledger under several laws: tables in order, and what the other sheets need of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from denggao.facts.catalogue import catalogue
from denggao.facts.enterprise import key_of
from denggao.facts.ledger import Ledger
from denggao.rules import nodes as n
from denggao.rules.engines.columnar.run import dtype_of, frame_of, title_columns
from denggao.rules.engines.columnar.table import (
    DISTANCE,
    FAILED,
    LEAST,
    NEAREST,
    OPEN,
    Table,
    countable,
    table,
)
from denggao.rules.engines.lowering import ends as e
from denggao.rules.engines.lowering.compiled import Compiled
from denggao.rules.engines.lowering.ends import Flag
from denggao.rules.engines.lowering.expr import Expr
from denggao.rules.engines.lowering.plan import Plan
from denggao.rules.engines.lowering.values import Lin

INDEX, IDENTITY, NAME = "§firm", "identity", "name"
#: Which routes a firm is on, in words; published only with a list that is cut.
ROUTE = "route"
_OPEN_FACT = "open:"


@dataclass(frozen=True, slots=True)
class Screened:
    """One law over one ledger, nearest to success first.

    ``frame`` has the contract's columns; ``§firm`` is the firm's number in the ledger, the
    ``open:…`` columns tell which facts still keep its countable conditions open.
    """

    instrument: n.Instrument
    frame: pl.DataFrame

    def counts(self, column: str) -> dict[str, int]:
        """How many firms by ``verdict`` or ``hard_verdict``."""
        found = self.frame[column].value_counts().rows()
        return {"pass": 0, "unknown": 0, "fail": 0} | {str(k): count for k, count in found}

    def rows(self, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """The firms in order, these columns of each."""
        return self.frame.select(columns).iter_rows()

    def open_facts(self) -> Iterator[tuple[int, list[str]]]:
        """(firm, keys of the facts that keep it open), for the firms not yet decided."""
        columns = [c for c in self.frame.columns if c.startswith(_OPEN_FACT)]
        keys = [c.removeprefix(_OPEN_FACT) for c in columns]
        undecided = self.frame.filter(pl.col("hard_verdict") == "unknown")
        for firm, *flags in undecided.select(INDEX, *columns).iter_rows():
            yield firm, [key for key, on in zip(keys, flags, strict=True) if on]


def frame_of_ledger(
    ledger: Ledger, instruments: Sequence[n.Instrument], as_of: date
) -> pl.DataFrame:
    """The ledger's facts as a frame, with its identity and its flags."""
    columns: dict[str, Any] = {
        key: data for key, data in ledger.columns.items() if dtype_of(key) and key != "titles"
    }
    titles = ledger.columns.get("titles", [None] * len(ledger))
    names = columns.pop("name", ledger.identity)
    frame = frame_of(columns)
    flags = sorted({flag for row in ledger.flags for flag in row})
    identity = [
        pl.Series(INDEX, range(len(ledger)), dtype=pl.Int64),
        pl.Series(IDENTITY, ledger.identity, dtype=pl.String),
        pl.Series(NAME, names, dtype=pl.String),
        *(pl.Series(f"flag:{f}", [f in row for row in ledger.flags]) for f in flags),
        *title_columns(titles, instruments, as_of).get_columns(),
    ]
    return pl.DataFrame([*frame.get_columns(), *identity])


def screen(
    frame: pl.DataFrame,
    instruments: Sequence[n.Instrument],
    as_of: date,
    readings: Mapping[str, Mapping[str, str]] | None = None,
) -> Iterator[Screened]:
    """Each law over the frame of ``frame_of_ledger``; ``readings`` by short name of the law."""
    for instrument in instruments:
        chosen = (readings or {}).get(instrument.short)
        made = table(instrument, frame, as_of, chosen)
        yield Screened(instrument, _with_open_facts(made))


def _with_open_facts(made: Table) -> pl.DataFrame:
    keep = (INDEX, IDENTITY, NAME)
    extra = {f"{_OPEN_FACT}{k}": on for k, on in open_columns(made.compiled).items()}
    return made.collected(*keep, extra=extra).sort(NEAREST, maintain_order=True)


def open_columns(compiled: Compiled) -> dict[str, Expr]:
    """Fact key → in which rows it is unknown and some countable condition hangs on it."""
    found: dict[str, list[Flag]] = {}
    for statement in countable(compiled.instrument):
        truth = compiled.columns[statement.id].truth
        assert truth is not None
        undecided = e.negated(e.either(*truth))
        for key, unknown in _unknown_facts(statement, compiled).items():
            found.setdefault(key, []).append(e.both(undecided, unknown))
    return {key: e.column(e.either(*rows)) for key, rows in found.items()}


def _unknown_facts(statement: n.Statement, compiled: Compiled) -> dict[str, Flag]:
    """Every fact read by the statement or by what it uses, and where it is unknown."""
    found: dict[str, Flag] = {}
    waiting, seen = [statement.id], set()
    while waiting:
        id_ = waiting.pop(0)
        if id_ in seen:
            continue
        seen.add(id_)
        current = compiled.instrument.statements[id_]
        waiting += current.uses
        for leaf in current.leaves:
            found |= _unknown(leaf, compiled)
    return found


def _unknown(leaf: n.Expr, compiled: Compiled) -> dict[str, Flag]:
    facts, year = compiled.compiler.facts, compiled.compiler.as_of.year
    match leaf:
        case n.FactRef(code, when):
            years = when.years(year) if when else (None,)
        case n.WindowLeast(code):
            years = n.Year.WINDOW.years(year)
        case n.Age() | n.OperatedYears():
            return {"established_on": _absent("established_on", facts.plan)}
        case _:
            return {}
    found: dict[str, Flag] = {}
    for one in years:
        key = key_of(code, one)
        if catalogue()[code].numeric:
            found[key] = _is_open(facts.number(code, one))
        else:
            operated = True if one is None else facts.operated(one)
            found[key] = e.both(_absent(key, facts.plan), operated)
    return found


def _absent(key: str, plan: Plan) -> Flag:
    return plan.column(key).is_null() if key in plan.columns else True


def _is_open(value: Lin) -> Flag:
    known = e.both(
        e.negated(e.is_infinite(value.lo)),
        e.negated(e.is_infinite(value.hi)),
        e.at_least(value.lo, value.hi),
    )
    return e.negated(known)


def write(tables: Sequence[Screened], path: Path) -> None:
    """逐企结论 as .csv (UTF-8) or .parquet: the contract's columns, laws one after the other."""
    frames = [t.frame.select(_published(t.frame)).cast({"flags": pl.String}) for t in tables]
    whole = frames[0] if len(frames) == 1 else pl.concat(frames, how="diagonal_relaxed")
    whole = whole.select(_published(whole))
    if path.suffix == ".parquet":
        whole.write_parquet(path)
    else:
        texts = [c for c, kind in whole.schema.items() if kind == pl.String]
        whole.with_columns(harmless(c) for c in texts).write_csv(path)


def with_routes(table: Screened, routes: Sequence[str]) -> Screened:
    """The table with the routes of each firm, given by its number in the ledger."""
    words = pl.Series(ROUTE, routes, dtype=pl.String)
    named = words.gather(table.frame[INDEX])
    return Screened(table.instrument, table.frame.with_columns(named))


def cut(table: Screened, reasons: Iterable[str], top: int) -> tuple[Screened, Screened]:
    """The first ``top`` firms and the others, each with the reason why."""
    frame = table.frame.with_columns(pl.Series("reason", list(reasons), dtype=pl.String))
    return (
        Screened(table.instrument, frame.head(top)),
        Screened(table.instrument, frame.slice(top)),
    )


def harmless(column: str) -> pl.Expr:
    """Text that a spreadsheet would take for a formula gets a leading apostrophe (OWASP: CSV
    injection); numbers, fractions and an infinite end stay as programs read them."""
    text = pl.col(column)
    number = text.str.contains(r"^[+-](?:[0-9]+(?:\.[0-9]+)?(?:/[0-9]+)?|inf)$")
    risky = text.str.contains(r"^[=+\-@\t\r＝＋－＠]") & ~number
    return pl.when(risky).then("'" + text).otherwise(text).alias(column)


def _published(frame: pl.DataFrame) -> list[str]:
    """The contract's columns first; name and flags at the end."""
    own = {INDEX, FAILED, OPEN, DISTANCE}
    names = [c for c in frame.columns if c not in own and not c.startswith((_OPEN_FACT, LEAST))]
    more = [c for c in (ROUTE, "reason") if c in names] if "reason" in names else []
    last = [NAME, "flags", *more]
    return [c for c in names if c not in (*last, ROUTE)] + last
