"""Laws run over a table where it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from denggao.facts.columnmap import ColumnMap
from denggao.facts.enterprise import OUT_OF_DOMAIN
from denggao.rules.engines.lowering.compiled import compile_for, is_fact
from denggao.rules.engines.sql.dialect import Dialect
from denggao.rules.engines.sql.place import Count, Place, Progress
from denggao.rules.engines.sql.source import source_of
from denggao.rules.engines.sql.statement import Source, sheet
from denggao.rules.nodes import Instrument

Readings = Mapping[str, Mapping[str, str]]
#: Stands for the table until it is known which part of it is read.
_TABLE = "\x00"


@dataclass(frozen=True, slots=True)
class Judged:
    """``target``: where the result is; ``unread``: heads that are no fact; ``flagged``: firms
    with a value that could not be taken."""

    target: str
    counts: Sequence[Count]
    unread: tuple[str, ...]
    flagged: int


def statement_of(
    dialect: Dialect,
    source: Source,
    instruments: Sequence[Instrument],
    as_of: date,
    readings: Readings,
) -> str:
    """The sheet of these laws over the source, as one statement."""
    columns = [name for name in source.columns if is_fact(name) or name.startswith("flag:")]
    laws = [
        compile_for(law, columns, as_of, readings=readings.get(law.short)) for law in instruments
    ]
    return sheet(dialect, source, laws)


def judged(
    place: Place,
    instruments: Sequence[Instrument],
    as_of: date,
    readings: Readings,
    target: str,
    progress: Progress,
    *,
    columns: ColumnMap | None = None,
    id_column: str | None = None,
    replacing: bool = False,
) -> Judged:
    """Run the laws over the place's table into ``target``. Raises UserError; nothing is left
    behind then."""
    source, heads = source_of(
        place.dialect, place.table, place.types(), as_of, place.name, columns, id_column
    )
    text = statement_of(place.dialect, replace(source, table=_TABLE), instruments, as_of, readings)
    place.run(lambda table: text.replace(_TABLE, table), target, progress, replacing)
    return Judged(target, place.counts(target), heads.unread, place.flagged(target, OUT_OF_DOMAIN))
