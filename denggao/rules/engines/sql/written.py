"""A law as a text of SQL for somebody to read, keep and run: ``denggao law sql``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import takewhile

from denggao.facts.catalogue import Fact, catalogue
from denggao.facts.columnmap import ColumnMap
from denggao.facts.enterprise import key_of
from denggao.facts.errors import UserError
from denggao.rules import nodes as n
from denggao.rules.engines.lowering.titles import asked_of
from denggao.rules.engines.sql.dialect import Dialect
from denggao.rules.engines.sql.heads import Head, by_code, by_head, said, table, type_of
from denggao.rules.engines.sql.lines import one_line
from denggao.rules.engines.sql.place import Place
from denggao.rules.engines.sql.source import canonical, source_of
from denggao.rules.engines.sql.statement import IDENTITY, NAME, Source
from denggao.rules.engines.sql.there import Readings, Titles, read_there, statement_of
from denggao.rules.engines.sql.titles import with_papers
from denggao.rules.engines.sql.titlesource import canonical as certificates
from denggao.rules.engines.sql.translated import dialect_of


@dataclass(frozen=True, slots=True)
class Table:
    """The table to read. ``name``: as the user wrote it, else a usual one; ``columns``: its
    columns are those of this map, else the codes of the catalogue but for ``without``;
    ``titles``: the table of certificates."""

    name: str | None = None
    columns: ColumnMap | None = None
    id_column: str | None = None
    without: Sequence[str] = ()
    titles: Titles | None = None


def written(
    instruments: Sequence[n.Instrument],
    dialect: str,
    as_of: date,
    readings: Readings,
    over: Table | None = None,
    view: str | None = None,
) -> str:
    """The sheet of these laws in a dialect, as a query or as a view. Raises UserError for an
    unknown dialect, for columns that the laws do not read and for a view that cannot be."""
    over, d = over or Table(), dialect_of(dialect)
    name = over.name or ("ledger" if d.ascii_names else "台账")
    source, heads = _mapped(d, over, name, as_of) if over.columns else _coded(
        d, over, name, instruments, as_of
    )  # fmt: skip
    asked = asked_of(instruments)
    if over.titles is not None:
        papers = certificates(d, d.path_of(over.titles.name), is_complete=over.titles.is_complete)
        papers = replace(papers, key=source.columns[IDENTITY])
        source = with_papers(d, source, papers, asked, as_of)
    text = statement_of(d, source, instruments, as_of, readings)
    typed = _TYPED if over.columns is not None else f"{_TYPED}。{_LACKING}"
    notes = [*_told(f"要读的表 {name}", heads, source, instruments, as_of), typed, *d.notes]
    if over.titles is not None:
        notes.append(_titles_note(over.titles.is_complete))
    elif asked:
        notes.append(_NO_TITLES)
    return _dressed(text, d, notes, view)


def written_for(
    place: Place,
    instruments: Sequence[n.Instrument],
    as_of: date,
    readings: Readings,
    over: Table,
    view: str | None = None,
) -> str:
    """The same over a table that is there, by its own heads and types."""
    source, heads, _ = read_there(
        place, instruments, as_of, over.columns, over.id_column, over.titles
    )
    text = statement_of(place.dialect, source, instruments, as_of, readings)
    told = by_head(heads, place.types())
    notes = [*_told(f"读的是{place.name}", told, source, instruments, as_of)]
    if heads.unread:
        notes.append(f"表里没有读的列：{'、'.join(heads.unread)}")
    if over.titles is None and asked_of(instruments):
        notes.append(_NO_TITLES)
    return _dressed(text, place.dialect, [*notes, *place.dialect.notes], view)


def _coded(
    d: Dialect, over: Table, name: str, instruments: Sequence[n.Instrument], as_of: date
) -> tuple[Source, list[Head]]:
    """A table in the catalogue's codes and units."""
    facts = {"name": catalogue()["name"], **facts_read(instruments, as_of)}
    strange = [key for key in over.without if key not in facts]
    if strange:
        raise UserError(f"--without “{strange[0]}”不在要读的列里；可以略去的：{'、'.join(facts)}")
    facts = {key: fact for key, fact in facts.items() if key not in over.without}
    read = {key: fact for key, fact in facts.items() if key != "name"}
    source = canonical(d, read, d.path_of(name))
    if "name" not in facts:
        source = replace(source, columns={**source.columns, NAME: source.columns[IDENTITY]})
    return source, by_code(facts, d)


def _mapped(d: Dialect, over: Table, name: str, as_of: date) -> tuple[Source, list[Head]]:
    """A table whose columns are those of the map, which says nothing of their types."""
    columns = over.columns
    assert columns is not None
    kinds = {"日期": "date", "是否": "boolean"}
    types, shown = {}, {}
    for normal, meaning in columns.heads.items():
        if meaning.role == "fact":
            fact, head = meaning.fact, columns.written[normal]
            types[head] = "numeric" if fact.numeric else kinds.get(fact.unit, "text")
            shown[head] = type_of(fact, d)
    who = over.id_column or columns.id_column
    if who is not None:
        types.setdefault(who, "text")
        shown.setdefault(who, d.text)
    where = f"列名对照「{columns.file}」"
    source, heads = source_of(d, d.path_of(name), types, as_of, where, columns, who)
    if over.titles is not None and heads.identity_code != "uscc":
        raise UserError(f"证书表按统一社会信用代码对企业，{where}里没有这一列；请补上")
    return source, by_head(heads, shown)


def _told(
    title: str,
    heads: Sequence[Head],
    source: Source,
    instruments: Sequence[n.Instrument],
    as_of: date,
) -> Iterable[str]:
    """The columns, and the facts that the laws read but nobody gives."""
    yield from table(title, heads)
    lacking = [said(k) for k in facts_read(instruments, as_of) if k not in source.columns]
    if lacking:
        yield f"规范用到、表里没有，按未知算的 {len(lacking)} 项："
        yield from (
            "  " + "；".join(lacking[i : i + _IN_LINE]) for i in range(0, len(lacking), _IN_LINE)
        )


_TYPED = "类型照上面的；数字列用定点数，不用浮点数"
_LACKING = "表里没有的列，写的时候用 --without 略去"
#: So many facts stand in one line.
_IN_LINE = 5
_NO_TITLES = "规范问到持有什么证书；没有给证书表（--titles），一律按未知算"


def _titles_note(is_complete: bool) -> str:
    absent = "就是没有证书" if is_complete else "有没有证书按未知算"
    return (
        "证书表一张证书一行，列名 uscc、kind（全称）、issued_on、valid_to、cancelled_on、"
        f"event（取消，或空）；只写 uscc 的一行是说没有证书；证书表里没有的企业，{absent}；"
        "逐户的列：2 是持有，1 是看不出，0 是没有"
    )


def facts_read(instruments: Sequence[n.Instrument], as_of: date) -> dict[str, Fact]:
    """Every fact that the laws read, and what these can be derived from: key → fact."""
    found: dict[str, Fact] = {}
    for law in instruments:
        for statement in law.statements.values():
            for leaf in statement.leaves:
                for code, when in _read(leaf, as_of):
                    for each in (code, *sorted(law.components.get(code, ()))):
                        found[key_of(each, when)] = catalogue()[each]
    for key, fact in list(found.items()):
        if fact.at_most:
            _, at, year = key.partition("@")
            found.setdefault(f"{fact.at_most}{at}{year}", catalogue()[fact.at_most])
    needed = {"established_on": catalogue()["established_on"], **found}
    return {key: fact for key, fact in needed.items() if fact.unit != "记录"}


def _read(leaf: n.Expr, as_of: date) -> list[tuple[str, int | None]]:
    match leaf:
        case n.FactRef(code, None) | n.Classified(code) | n.Within(code, _):
            return [(code, None)]
        case n.FactRef(code, n.Year() as when):
            return [(code, one) for one in when.years(as_of.year)]
        case n.WindowLeast(code):
            return [(code, one) for one in n.Year.WINDOW.years(as_of.year)]
    return []


_ASCII = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*")


def _dressed(text: str, d: Dialect, notes: Iterable[str], view: str | None) -> str:
    """With what who runs it should know, as a view if one is named."""
    if view is not None and d.ascii_names and not _ASCII.fullmatch(view):
        raise UserError(
            f"{d.name} 的视图名只能用英文字母、数字、下划线，不能是“{view}”；"
            "请改写 --view，如 hnte_result"
        )
    body = text.removesuffix("\n").split("\n")
    head = list(takewhile(lambda line: line.startswith("-- "), body))
    told = [one_line(f"-- {note}") for note in notes]
    create = [] if view is None else [f"CREATE OR REPLACE VIEW {d.path_of(view)} AS"]
    return d.spelled("\n".join([*head, *told, *create, *body[len(head) :], ""]))
