"""Case tables on a database: a session holds canonical columns and answers one query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

import polars as pl

from denggao.facts.enterprise import Firm
from denggao.facts.interval import Interval
from denggao.rules.cases import Engine, Prepared, Said
from denggao.rules.engines.columnar.run import frame_of_firms
from denggao.rules.engines.lowering.compiled import Compiled, alike, asked, compile_for, said
from denggao.rules.engines.lowering.expr import Type, col
from denggao.rules.engines.lowering.titles import asked_of
from denggao.rules.engines.sql.dialect import Dialect
from denggao.rules.engines.sql.levels import merged
from denggao.rules.engines.sql.statement import Source, plain, query
from denggao.rules.engines.sql.titles import with_papers
from denggao.rules.engines.sql.titlesource import canonical
from denggao.rules.nodes import Instrument

_ROW = "§number"


class Session(Protocol):
    """A connection to a database that can be lent a table."""

    dialect: Dialect

    def lend(self, frame: pl.DataFrame) -> str:
        """Put the frame where the database reads it, in place of the one lent before; returns
        what stands after FROM."""

    def rows(self, statement: str) -> list[dict[str, Any]]:
        """Run a query."""

    def close(self) -> None:
        """End the connection; what was lent goes with it."""


def answers(compiled: Compiled, source: Source, session: Session) -> list[Said]:
    """Every statement's answer and the flags of every row of canonical columns, exact."""
    d = session.dialect
    kept, (outputs,) = merged([(compiled.plan, asked(compiled))])
    numbered = {f"c{i}": expr for i, expr in enumerate(outputs.values())}
    text = query(d, source, kept, {_ROW: col(_ROW, Type.INT), **numbered})
    rows = sorted(session.rows(text), key=lambda row: int(row[_ROW]))
    names = [_ROW, *outputs]
    return [said(compiled, dict(zip(names, row.values(), strict=True))) for row in rows]


def answers_of_firms(
    instrument: Instrument,
    firms: Sequence[Firm],
    as_of: date,
    session: Session,
    readings: Mapping[str, str] | None = None,
    given: Mapping[str, Interval] | None = None,
) -> list[Said]:
    """The same for firms in the exchange form."""
    source = _lent(instrument, firms, as_of, session)
    columns = [name for name in source.columns if name != _ROW]
    compiled = compile_for(instrument, columns, as_of, readings=readings, given=given)
    found = answers(compiled, source, session)
    return [(told, flags | firm.flags) for (told, flags), firm in zip(found, firms, strict=True)]


def _lent(instrument: Instrument, firms: Sequence[Firm], as_of: date, session: Session) -> Source:
    """The firms' facts as one table and, where the rules ask of them, their certificates as
    another, as both are exchanged."""
    d, questions = session.dialect, asked_of([instrument])
    facts = [Firm({k: v for k, v in firm.values.items() if k != "titles"}) for firm in firms]
    frame = frame_of_firms(facts, as_of, []).with_row_index(_ROW)
    source = Source(session.lend(frame), plain(d, frame.columns))
    if not questions:
        return source
    table = session.lend(_papers(firms))
    return with_papers(d, source, canonical(d, table, _ROW), questions, as_of)


def _papers(firms: Sequence[Firm]) -> pl.DataFrame:
    """One row for each certificate; one without a kind for a firm that was said to hold none."""
    rows = []
    for number, firm in enumerate(firms):
        stated = firm.values.get("titles")
        if isinstance(stated, tuple):
            rows += [(number, t) for t in stated] or [(number, None)]
    columns = {_ROW: pl.Series([n for n, _ in rows], dtype=pl.UInt32)}
    for part, kind in _PARTS.items():
        values = [getattr(t, part) if t is not None else None for _, t in rows]
        columns[part] = pl.Series(values, dtype=kind)
    return pl.DataFrame(columns)


_PARTS: dict[str, Any] = {
    "kind": pl.String,
    **dict.fromkeys(("issued_on", "valid_to", "cancelled_on"), pl.Date),
    "event": pl.String,
}


def engine(session: Session) -> Engine:
    """Rows of case tables on this database, those of one day and reading in one query."""

    def run(instrument: Instrument, rows: Sequence[Prepared]) -> list[Said]:
        found: dict[int, Said] = {}
        for members in alike(rows):
            first = rows[members[0]]
            firms = [rows[i].firm for i in members]
            told = answers_of_firms(
                instrument, firms, first.as_of, session, first.readings, first.given
            )
            found |= dict(zip(members, told, strict=True))
        return [found[i] for i in range(len(rows))]

    return run
