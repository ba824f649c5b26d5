"""A law as a text of SQL for somebody to read, keep and run: ``denggao law sql``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from denggao.facts.catalogue import Fact, catalogue
from denggao.facts.enterprise import key_of
from denggao.rules import nodes as n
from denggao.rules.engines.lowering.titles import asked_of
from denggao.rules.engines.sql.dialect import Dialect
from denggao.rules.engines.sql.source import canonical
from denggao.rules.engines.sql.there import Readings, statement_of
from denggao.rules.engines.sql.titles import with_papers
from denggao.rules.engines.sql.titlesource import canonical as certificates
from denggao.rules.engines.sql.translated import dialect_of


def written(
    instruments: Sequence[n.Instrument],
    dialect: str,
    as_of: date,
    readings: Readings,
    *,
    table: str = "台账",
    view: str | None = None,
    titles: str | None = None,
    titles_complete: bool = False,
) -> str:
    """The sheet of these laws in a dialect, over a table in the catalogue's codes and units and,
    if named, one of certificates (``titles``; complete: who is not in it holds none), as a query
    or as a view. Raises UserError for an unknown dialect."""
    d = dialect_of(dialect)
    source = canonical(d, facts_read(instruments, as_of), d.path_of(table))
    asked = asked_of(instruments)
    if titles is not None:
        papers = certificates(d, d.path_of(titles), is_complete=titles_complete)
        source = with_papers(d, source, papers, asked, as_of)
        source = replace(source, notes=(*source.notes, _titles_note(titles_complete)))
    elif asked:
        source = replace(source, notes=(*source.notes, _NO_TITLES))
    source = replace(source, notes=(*source.notes, *d.notes))
    return _dressed(statement_of(d, source, instruments, as_of, readings), d, view)


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


def _dressed(text: str, d: Dialect, view: str | None) -> str:
    """With what who runs it should know, as a view if one is named."""
    head = [line for line in text.splitlines() if line.startswith("-- ")]
    body = [line for line in text.splitlines() if not line.startswith("-- ")]
    create = [] if view is None else [f"CREATE OR REPLACE VIEW {d.path_of(view)} AS"]
    return d.spelled("\n".join([*head, *create, *body, ""]))
