"""Laws run over a table where it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from denggao.facts.columnmap import ColumnMap
from denggao.facts.enterprise import OUT_OF_DOMAIN
from denggao.facts.tableheads import TableHeads
from denggao.facts.titleheads import title_heads
from denggao.facts.titlerows import kinds_named
from denggao.rules.engines.lowering.compiled import compile_for, is_fact
from denggao.rules.engines.lowering.titles import asked_of
from denggao.rules.engines.sql.dialect import Dialect
from denggao.rules.engines.sql.place import Count, Lookup, Place, Progress
from denggao.rules.engines.sql.source import source_of
from denggao.rules.engines.sql.statement import Source, query_of, sheet
from denggao.rules.engines.sql.titles import Papers, with_papers
from denggao.rules.engines.sql.titlesource import papers_of, tally, words_in
from denggao.rules.engines.tally import Told
from denggao.rules.nodes import Instrument

Readings = Mapping[str, Mapping[str, str]]
#: Stands for the table until it is known which part of it is read.
_TABLE = "\x00"


@dataclass(frozen=True, slots=True)
class Judged:
    """``target``: where the result is; ``heads``: what was read of the table, ``absent`` of the
    heads that the user's map names; ``flagged``: rows of the result with a value that could not
    be taken; ``titles``: what the certificates came to, if any were given."""

    target: str
    counts: Sequence[Count]
    heads: TableHeads
    absent: Sequence[str]
    flagged: int
    titles: Told | None = None


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
    titles: Titles | None = None,
) -> Judged:
    """Run the laws over the place's table into ``target``. Raises UserError; nothing is left
    behind then."""
    source, heads, papers = read_there(place, instruments, as_of, columns, id_column, titles)
    lookup = None
    if source.join is not None:
        lookup = Lookup(source.join.name, query_of(place.dialect, source.join))
        source = replace(source, join=replace(source.join, queries={}))
    known = [*place.types(), *(papers.heads if papers else [])]
    absent = [] if columns is None else columns.not_among(known)
    text = statement_of(place.dialect, replace(source, table=_TABLE), instruments, as_of, readings)
    with place.making(
        lambda table: text.replace(_TABLE, table), target, progress, replacing, lookup
    ) as made:
        return Judged(
            target,
            place.counts(made),
            heads,
            absent,
            place.flagged(made, OUT_OF_DOMAIN),
            None if papers is None else papers.told(place),
        )


def read_there(
    place: Place,
    instruments: Sequence[Instrument],
    as_of: date,
    columns: ColumnMap | None,
    id_column: str | None,
    titles: Titles | None,
) -> tuple[Source, TableHeads, _Papers | None]:
    """The place's table as a source, with its certificates if they are named."""
    source, heads = source_of(
        place.dialect, place.table, place.types(), as_of, place.name, columns, id_column, place.rows
    )
    if titles is None:
        return source, heads, None
    papers = _papers(place, titles, heads, as_of, columns)
    asked = asked_of(instruments)
    return with_papers(place.dialect, source, papers.papers, asked, as_of), heads, papers


@dataclass(frozen=True, slots=True)
class Titles:
    """``--titles``: a table of certificates at the place; ``is_complete``: a firm that has no
    row in it holds none."""

    name: str
    is_complete: bool = False


@dataclass(frozen=True, slots=True)
class _Papers:
    papers: Papers
    meant: Mapping[str, tuple[str, ...]]
    heads: Sequence[str]
    unread: tuple[str, ...]

    def told(self, place: Place) -> Told:
        return Told(
            tally(place, place.table, self.papers),
            tuple(word for word, kinds in self.meant.items() if kinds == ("",)),
            tuple(word for word, kinds in self.meant.items() if len(kinds) > 1),
            self.unread,
            self.papers.is_complete,
        )


def _papers(
    place: Place, titles: Titles, firms: TableHeads, as_of: date, columns: ColumnMap | None
) -> _Papers:
    table = place.beside(titles.name)
    heads = title_heads(list(table.types), as_of, table.name, firms, columns)
    words = words_in(place, table, heads)
    papers = papers_of(
        place.dialect, table, heads, firms.identity, words, is_complete=titles.is_complete
    )
    meant = {word: kinds_named(word) for word in words}
    return _Papers(papers, meant, list(table.types), heads.unread)
