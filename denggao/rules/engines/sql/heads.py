"""The columns that a statement reads, as a table at its head."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from denggao.facts.catalogue import Fact, catalogue
from denggao.facts.tableheads import TableHeads
from denggao.rules.engines.sql.dialect import Dialect
from denggao.rules.engines.sql.lines import one_line

_MONEY = {1: "元", 10**3: "千元", 10**4: "万元", 10**6: "百万元", 10**7: "千万元", 10**8: "亿元"}


@dataclass(frozen=True, slots=True)
class Head:
    """A column: what it is called, its type, and what it holds."""

    name: str
    type: str
    meaning: str


def type_of(fact: Fact, dialect: Dialect) -> str:
    """The type of a column that holds every value of the fact."""
    if fact.numeric:
        return dialect.number
    return {"日期": dialect.day, "是否": dialect.boolean}.get(fact.unit, dialect.text)


def by_code(facts: Mapping[str, Fact], dialect: Dialect) -> list[Head]:
    """Of a table in the codes of the catalogue."""
    firm = [Head("uscc", dialect.text, "统一社会信用代码，认企业用，不能空")]
    return firm + [Head(key, type_of(f, dialect), said(key, f)) for key, f in facts.items()]


def by_head(heads: TableHeads, types: Mapping[str, str]) -> list[Head]:
    """Of a table with heads of its own."""
    firm = [Head(heads.identity, types[heads.identity], "认企业用，不能空")]
    return firm + [
        Head(head, types[head], said(key, meaning.fact, meaning.factor or 1))
        for key, (head, meaning) in heads.facts.items()
        if meaning.fact.unit != "记录"
    ]


def said(key: str, fact: Fact | None = None, factor: int = 1) -> str:
    """The fact in Chinese, with its year and unit."""
    code, _, year = key.partition("@")
    fact = fact or catalogue()[code]
    unit = _MONEY.get(factor, "") if fact.unit == "元" else fact.unit if fact.numeric else ""
    return "，".join(filter(None, (fact.name, year and f"{year} 年", unit)))


def table(title: str, heads: Sequence[Head]) -> Iterable[str]:
    """Lines of the table; each column as wide as its widest cell."""
    yield f"{title}，{len(heads)} 列："
    rows = [("列名", "类型", "含义"), *((one_line(h.name), h.type, h.meaning) for h in heads)]
    widths = [max(_width(row[i]) for row in rows) + 2 for i in (0, 1)]
    for row in rows:
        cells = [row[i] + " " * (widths[i] - _width(row[i])) for i in (0, 1)]
        yield "  " + "".join(cells) + row[2]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
