"""One statement for a law, or for several in one pass, that a person can read.

Each query of the WITH clause computes a step from the one before: first the facts in whole
numbers (分, 万分之一人), then what the rules share, the columns of each under its citation, then
a query for each article with the answers of its rules, at last the sheet.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from denggao.facts.errors import UserError
from denggao.rules.engines.lowering.compiled import Compiled
from denggao.rules.engines.lowering.expr import Expr, Type, col
from denggao.rules.engines.lowering.plan import Kept
from denggao.rules.engines.lowering.shown import (
    DISTANCE,
    FAILED,
    LEAST,
    OPEN,
    shown,
    shown_statements,
)
from denggao.rules.engines.sql.dialect import Dialect
from denggao.rules.engines.sql.emit import Emitter
from denggao.rules.engines.sql.fences import cut, portions
from denggao.rules.engines.sql.levels import Layered, by_statement, layered, merged
from denggao.rules.engines.sql.lines import indented, one_line
from denggao.rules.engines.sql.names import Names, shortened
from denggao.rules.nodes import Instrument, Statement

IDENTITY, NAME = "identity", "name"
_READ, _FACTS, _STEP, _LAW = "读入", "事实", "步骤", "规范"
_WIDTH = 96
_NONE: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Given:
    """A canonical column: ``read`` from the table (quoted name → text), then made of that."""

    value: str
    read: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Join:
    """What is joined to each firm: the query ``name``, the last of ``queries`` (name → text), of
    which it has one row at most, where ``column`` is the firm's ``key``."""

    queries: Mapping[str, str]
    name: str
    key: Given
    column: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where the facts are: ``table`` as it stands after FROM, and how each canonical column of
    the compiler is had from it; ``join``: what some of them are read from besides."""

    table: str
    columns: Mapping[str, Given]
    join: Join | None = None


def plain(dialect: Dialect, columns: Iterable[str]) -> dict[str, Given]:
    """Columns that are canonical already."""
    names = {column: dialect.name_of(column) for column in columns}
    return {column: Given(name, {name: name}) for column, name in names.items()}


def sheet(dialect: Dialect, source: Source, laws: Sequence[Compiled]) -> str:
    """The sheet 逐企结论 of these laws, in the columns of the contract."""
    parts = [(law.plan, _published(law, dialect)) for law in laws]
    kept, outputs = merged(parts)
    if len(laws) == 1:
        written = _Written(dialect, source, layered(kept, _with_firm(outputs[0])))
        chapters, told = written.articles([_Answers(laws[0].instrument)])
        return _head(laws) + written.text(written.selected(told), chapters)
    return _head(laws) + _several(dialect, source, kept, laws, outputs)


def query(
    dialect: Dialect,
    source: Source,
    kept: Iterable[Kept],
    outputs: Mapping[str, Expr],
) -> str:
    """The columns ``outputs`` of every row of the source."""
    written = _Written(dialect, source, layered(kept, outputs))
    return written.text(written.selected({}))


def query_of(dialect: Dialect, join: Join) -> str:
    """What is joined, as a statement of its own."""
    return "WITH " + ", ".join(_queries(dialect, join)) + f"\nSELECT * FROM {join.name}\n"


def _queries(dialect: Dialect, join: Join) -> list[str]:
    named = {dialect.name_of(name): text for name, text in join.queries.items()}
    own = {name: indented(text, dialect.escapes) for name, text in named.items()}
    return [f"{name} AS (\n{text}\n)" for name, text in own.items()]


def of_articles(instrument: Instrument) -> dict[str, list[Statement]]:
    """Citation → the rules under it, in the order of the text."""
    found: dict[str, list[Statement]] = {}
    for statement in shown_statements(instrument):
        found.setdefault(statement.cite, []).append(statement)
    return found


@dataclass(frozen=True, slots=True)
class _Answers:
    """A law whose answers are told article by article. ``prefix``: of its columns among the
    outputs; ``of``: in the rows of which law they are told (column, text), if there are others."""

    law: Instrument
    prefix: str = ""
    of: tuple[str, str] | None = None

    def columns(self, statement: Statement) -> dict[str, str]:
        """Name of the output → of the column in the sheet."""
        names = (f"{statement.id}_{part}" for part in ("truth", "lo", "hi", "gap"))
        return {f"{self.prefix}{name}": name for name in names}


def _published(law: Compiled, dialect: Dialect) -> dict[str, Expr]:
    own = (FAILED, OPEN, DISTANCE)
    found = shown(law)
    longest = dialect.longest_name
    for name in found:
        if longest is not None and len(name.encode()) > longest:
            raise UserError(
                f"《{law.instrument.short}》的结果列“{name}”超过 {dialect.name} 列名的"
                f" {longest} 字节；请把这条规则的编号改短"
            )
    return {k: v for k, v in found.items() if k not in own and not k.startswith(LEAST)}


def _with_firm(found: Mapping[str, Expr]) -> dict[str, Expr]:
    """The firm's own columns where the contract has them."""
    flags = {"flags": found["flags"]}
    others = {k: v for k, v in found.items() if k != "flags"}
    return {IDENTITY: col(IDENTITY, Type.TEXT), **others, NAME: col(NAME, Type.TEXT), **flags}


def _several(
    dialect: Dialect,
    source: Source,
    kept: Iterable[Kept],
    laws: Sequence[Compiled],
    outputs: Sequence[Mapping[str, Expr]],
) -> str:
    """A row for each firm and law; a column that a law does not have is null."""
    whole = {f"{i}:{name}": x for i, found in enumerate(outputs) for name, x in found.items()}
    firm = {IDENTITY: col(IDENTITY, Type.TEXT), NAME: col(NAME, Type.TEXT)}
    written = _Written(dialect, source, layered(kept, {**firm, **whole}))
    words = [dialect.literal(law.instrument.short) for law in laws]
    which = dialect.name_of("law")
    chapters, told = written.articles(
        [_Answers(x.instrument, f"{i}:", (which, words[i])) for i, x in enumerate(laws)]
    )
    names = dict.fromkeys(name for found in outputs for name in found)
    order = [IDENTITY, *(name for name in names if name != "flags"), NAME, "flags"]
    lines: list[tuple[str, str]] = []  # text, column
    for name in order:
        keys = [f"{i}:{name}" for i in range(len(laws)) if f"{i}:{name}" in whole]
        texts = {key: told.get(key) or written.say(written.layers.outputs[key]) for key in keys}
        if name in firm:
            text = written.say(firm[name])
        elif name == "law":
            text = which
        elif len(set(texts.values())) == 1 and (len(keys) == len(laws) or keys[0] in told):
            text = texts[keys[0]]
        else:
            text = _chosen(which, {words[int(k.partition(":")[0])]: x for k, x in texts.items()})
        lines.append((text, dialect.name_of(name)))
    return written.text(_selected(lines), chapters, words)


def _selected(columns: Iterable[tuple[str, str]]) -> list[str]:
    """Columns that are only listed in lines as long as a page is wide."""
    found: list[str] = []
    for is_listed, pairs in groupby(columns, lambda pair: pair[0] == pair[1]):
        if is_listed:
            found += _wrapped(name for _, name in pairs)
        else:
            found += [f"{text} AS {name}" for text, name in pairs]
    return found


def _chosen(which: str, texts: Mapping[str, str]) -> str:
    """One of these, by the law; null for every other law."""
    cases = [f"WHEN {word} THEN {text}" for word, text in texts.items()]
    line = f"CASE {which} {' '.join(cases)} END"
    if len(line) <= _WIDTH and "\n" not in line:
        return line
    return f"CASE {which}\n" + "\n".join(map(_indented, cases)) + "\nEND"


class _Written:
    """The text of a statement."""

    def __init__(self, dialect: Dialect, source: Source, layers: Layered) -> None:
        self.dialect, self.source = dialect, source
        self.layers = cut(layers) if dialect.apart else layers
        self.names = Names(dialect)
        self.say = Emitter(dialect, self.names)

    def text(
        self, selected: Iterable[str], articles: Mapping[str, str] = _NONE, laws: Sequence[str] = ()
    ) -> str:
        """The whole; with ``laws`` (literals) each firm has a row for each of them."""
        queries = self._facts()
        first = len(queries)
        for number, level in enumerate(self.layers.levels, 1):
            columns = self._columns(level.carried, level.columns)
            select = self._select(number in self.layers.fences)
            body = f"{select}\n{columns}\nFROM {self._name(number - 1)}{self._fence()}"
            queries.append(f"{self._name(number)} AS (\n{_indented(body)}\n)")
        before = self._name(len(queries) - first)
        if laws:
            body = f"SELECT *\n  FROM {before}\n  CROSS JOIN {self._rows(laws)}"
            before = self.dialect.name_of(_LAW)
            queries.append(f"{before} AS (\n  {body}\n)")
        for name, columns in articles.items():
            queries.append(f"{name} AS (\n  SELECT\n    *,\n{columns}\n  FROM {before}\n)")
            before = name
        last = f"SELECT\n{_indented(_listed(selected))}\nFROM {before}"
        return "WITH " + ", ".join(queries) + f"\n{last}\n"

    def selected(self, told: Mapping[str, str]) -> list[str]:
        """The columns of the last query; those that an article has ``told`` are only listed."""
        found = self.layers.outputs.items()
        name_of = self.dialect.name_of
        return _selected((told.get(k) or self.say(expr), name_of(k)) for k, expr in found)

    def articles(self, laws: Sequence[_Answers]) -> tuple[dict[str, str], dict[str, str]]:
        """Name of a query → its columns, for each article of each law; and output → column of
        these, quoted. They are read once each, so a database writes them into the last query:
        they cost nothing."""
        chapters: dict[str, str] = {}
        told: dict[str, str] = {}
        for ours in laws:
            for cite, statements in of_articles(ours.law).items():
                lines = [x for s in statements for x in self._answers(s, ours, told)]
                name = self._chapter(cite, ours.law, chapters)
                if lines:
                    chapters[name] = _indented(_indented(_listed(lines)))
        return chapters, told

    def _chapter(self, cite: str, law: Instrument, taken: Container[str]) -> str:
        """The article's citation, with its law where another one has the same."""
        longest = self.dialect.longest_name
        name = self.dialect.name_of(shortened(cite, longest))
        if name in taken:
            name = self.dialect.name_of(shortened(f"{law.short} {cite}", longest))
        return name

    def _answers(self, statement: Statement, law: _Answers, told: dict[str, str]) -> list[str]:
        """The rule's columns under its name."""
        columns = []
        for output, name in law.columns(statement).items():
            expr = self.layers.outputs.get(output)
            if expr is not None:
                quoted = self.dialect.name_of(name)
                if quoted in told.values():  # another law has a rule of this number
                    wanted = shortened(f"{name} {law.law.short}", self.dialect.longest_name)
                    quoted = self.dialect.name_of(wanted)
                told[output] = quoted
                text = self.say(expr)
                if law.of is not None and not expr.is_nothing:
                    text = _chosen(law.of[0], {law.of[1]: text})
                columns.append(f"{text} AS {quoted}")
        if columns:
            heading = one_line(f"-- {statement.id} {statement.name}")
            columns[0] = f"{heading}\n{columns[0]}"
        return columns

    def _name(self, number: int) -> str:
        return self.dialect.name_of(f"{_STEP}{number}" if number else _FACTS)

    def _fence(self) -> str:
        return f"\n{self.dialect.fence}" if self.dialect.fence else ""

    def _facts(self) -> list[str]:
        """The facts, in one query where the table has them as they are, else in two: what is
        read, and what can be taken of it."""
        given = {name: self.source.columns[name] for name in self.layers.inputs}
        is_apart = 0 in self.layers.fences
        made = {self.dialect.name_of(self.names[name]): x.value for name, x in given.items()}
        read = {name: text for x in given.values() for name, text in x.read.items()}
        reading, join = self.dialect.name_of(_READ), self.source.join
        if join is not None:
            read |= {join.column: join.key.value}
            first = self._query(reading, read, self.source.table)
            both = f"{join.column} = {reading}.{join.column}"
            joined = f"{reading}\nLEFT JOIN {join.name} ON {join.name}.{both}"
            facts = self._query(self._name(0), made, joined, is_apart=is_apart)
            return [*_queries(self.dialect, join), first, facts]
        if all(x.value in x.read for x in given.values()):
            made = {name: read[value] for name, value in made.items()}
            return [self._query(self._name(0), made, self.source.table, is_apart=is_apart)]
        queries, before = [], self.source.table
        parts = portions(read) if self.dialect.apart else [read]
        for number, part in enumerate(parts, 1):
            name = self.dialect.name_of(f"{_READ}{number}" if len(parts) > 1 else _READ)
            queries.append(self._query(name, part, before, is_apart=len(parts) > 1))
            before = name
        return [*queries, self._query(self._name(0), made, before, is_apart=is_apart)]

    def _rows(self, laws: Sequence[str]) -> str:
        law = self.dialect.name_of("law")
        if self.dialect.strict:
            return f"({' UNION ALL '.join(f'SELECT {word} AS {law}' for word in laws)}) AS v"
        return f"(VALUES {', '.join(f'({word})' for word in laws)}) AS v ({law})"

    def _select(self, is_apart: bool) -> str:
        return f"SELECT {self.dialect.apart}" if is_apart else "SELECT"

    def _query(
        self, name: str, columns: Mapping[str, str], table: str, *, is_apart: bool = False
    ) -> str:
        texts = [text if text == n else f"{text} AS {n}" for n, text in columns.items()]
        listed = _listed(texts or ["1 AS " + self.dialect.name_of("行")])
        own = indented(listed, self.dialect.escapes)  # names of theirs may have a line break
        body = f"{self._select(is_apart)}\n{own}\nFROM {table}{self._fence()}"
        return f"{name} AS (\n{indented(body, self.dialect.escapes)}\n)"

    def _columns(self, carried: Sequence[str], columns: Iterable[Kept]) -> str:
        lines: list[tuple[str, str]] = []  # comment, column
        for statement, ours in by_statement(columns):
            heading = "事实" if statement is None else _citation(statement)
            for i, column in enumerate(ours):
                name = self.dialect.name_of(self.names[column.name])
                lines.append(("" if i else f"-- {heading}\n", f"{self.say(column.expr)} AS {name}"))
        new = [comment + _indented(text) for comment, text in lines]
        through = _wrapped([self.dialect.name_of(self.names[name]) for name in carried])
        return _indented(",\n".join([*through, *new]).replace("\n  --", "\n--"))


def _citation(statement: object) -> str:
    cite, id_, name = (str(getattr(statement, x)) for x in ("cite", "id", "name"))
    return one_line(f"{cite}：{id_} {name}")


def _head(laws: Sequence[Compiled]) -> str:
    lines = [
        *(_title(law.instrument, law.compiler.as_of) for law in laws),
        "-- 金额以分、人数和分数以万分之一计，全是整数，不用浮点数，不先除后比；",
        "-- 空值是未知：每条有“符合”“不符合”两列，都为假即未知；区间的一端为空，是没有这一端的界",
    ]
    return "\n".join(lines) + "\n"


def _title(instrument: Instrument, as_of: date) -> str:
    return one_line(f"-- 登高 《{instrument.name}》 {instrument.version}，申请日 {as_of}")


def _listed(columns: Iterable[str]) -> str:
    return ",\n".join(columns)


def _indented(text: str) -> str:
    return "  " + text.replace("\n", "\n  ")


def _wrapped(names: Iterable[str]) -> list[str]:
    """Names in lines as long as a page is wide."""
    lines: list[str] = []
    for name in names:
        if lines and len(lines[-1]) + len(name) + 2 <= _WIDTH:
            lines[-1] += f", {name}"
        else:
            lines.append(name)
    return lines
