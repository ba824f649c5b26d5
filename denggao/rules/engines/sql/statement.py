"""One statement for a law, or for several in one pass, that a person can read.

Each query of the WITH clause computes a step from the one before: first the facts in whole
numbers (分, 万分之一人), then the columns of each rule under its citation, at last the sheet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from denggao.facts.errors import UserError
from denggao.rules.engines.lowering.compiled import Compiled
from denggao.rules.engines.lowering.expr import Expr, Type, col
from denggao.rules.engines.lowering.plan import Kept
from denggao.rules.engines.lowering.shown import DISTANCE, FAILED, LEAST, OPEN, shown
from denggao.rules.engines.sql.dialect import Dialect
from denggao.rules.engines.sql.emit import Emitter
from denggao.rules.engines.sql.levels import Layered, by_statement, layered, merged
from denggao.rules.engines.sql.names import Names
from denggao.rules.nodes import Instrument

IDENTITY, NAME = "identity", "name"
_READ, _FACTS, _STEP, _LAW = "读入", "事实", "步骤", "规范"
_WIDTH = 96


@dataclass(frozen=True, slots=True)
class Given:
    """A canonical column: ``read`` from the table (quoted name → text), then made of that."""

    value: str
    read: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Source:
    """Where the facts are: ``table`` as it stands after FROM, and how each canonical column of
    the compiler is had from it; ``notes`` are said at the head of the statement."""

    table: str
    columns: Mapping[str, Given]
    notes: tuple[str, ...] = field(default=())


def plain(dialect: Dialect, columns: Iterable[str]) -> dict[str, Given]:
    """Columns that are canonical already."""
    names = {column: dialect.name_of(column) for column in columns}
    return {column: Given(name, {name: name}) for column, name in names.items()}


def sheet(dialect: Dialect, source: Source, laws: Sequence[Compiled]) -> str:
    """The sheet 逐企结论 of these laws, in the columns of the contract."""
    parts = [(law.plan, _published(law, dialect)) for law in laws]
    kept, outputs = merged(parts)
    if len(laws) == 1:
        return _head(source, laws) + query(dialect, source, kept, _with_firm(outputs[0]))
    return _head(source, laws) + _several(dialect, source, kept, laws, outputs)


def query(
    dialect: Dialect,
    source: Source,
    kept: Iterable[Kept],
    outputs: Mapping[str, Expr],
) -> str:
    """The columns ``outputs`` of every row of the source."""
    written = _Written(dialect, source, layered(kept, outputs))
    return written.text(written.outputs(written.layers.outputs), "")


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
    which = f"{dialect.name_of(_LAW)}.{dialect.name_of('law')}"
    names = dict.fromkeys(name for found in outputs for name in found)
    order = [IDENTITY, *(name for name in names if name != "flags"), NAME, "flags"]
    lines = []
    for name in order:
        ours = {i: x for i in range(len(laws)) if (x := written.layers.outputs.get(f"{i}:{name}"))}
        if name in firm:
            text = written.say(firm[name])
        elif name == "law":
            text = which
        elif len(set(ours.values())) == 1 and len(ours) == len(laws):
            text = written.say(ours[0])
        else:
            cases = [f"WHEN {words[i]} THEN {written.say(x)}" for i, x in ours.items()]
            text = f"CASE {which}\n  " + "\n  ".join(cases).replace("\n", "\n  ") + "\nEND"
        lines.append(f"{text} AS {dialect.name_of(name)}")
    rows = ", ".join(f"({word})" for word in words)
    join = f"\nCROSS JOIN (VALUES {rows}) AS {dialect.name_of(_LAW)} ({dialect.name_of('law')})"
    return written.text(lines, join)


class _Written:
    """The text of a statement."""

    def __init__(self, dialect: Dialect, source: Source, layers: Layered) -> None:
        self.dialect, self.source, self.layers = dialect, source, layers
        self.names = Names(dialect)
        self.say = Emitter(dialect, self.names)

    def text(self, selected: Iterable[str], join: str) -> str:
        queries = self._facts()
        first = len(queries)
        for number, level in enumerate(self.layers.levels, 1):
            columns = self._columns(level.carried, level.columns)
            body = f"SELECT\n{columns}\nFROM {self._name(number - 1)}{self._fence()}"
            queries.append(f"{self._name(number)} AS (\n{_indented(body)}\n)")
        last = (
            f"SELECT\n{_indented(_listed(selected))}\nFROM {self._name(len(queries) - first)}{join}"
        )
        return "WITH " + ", ".join(queries) + f"\n{last}\n"

    def outputs(self, outputs: Mapping[str, Expr]) -> list[str]:
        return [f"{self.say(x)} AS {self.dialect.name_of(name)}" for name, x in outputs.items()]

    def _name(self, number: int) -> str:
        return self.dialect.name_of(f"{_STEP}{number}" if number else _FACTS)

    def _fence(self) -> str:
        return f"\n{self.dialect.fence}" if self.dialect.fence else ""

    def _facts(self) -> list[str]:
        """The facts, in one query where the table has them as they are, else in two: what is
        read, and what can be taken of it."""
        given = {name: self.source.columns[name] for name in self.layers.inputs}
        made = {self.dialect.name_of(self.names[name]): x.value for name, x in given.items()}
        read = {name: text for x in given.values() for name, text in x.read.items()}
        if all(x.value in x.read for x in given.values()):
            made = {name: read[value] for name, value in made.items()}
            return [self._query(self._name(0), made, self.source.table)]
        reading = self.dialect.name_of(_READ)
        first = self._query(reading, read, self.source.table)
        return [first, self._query(self._name(0), made, reading)]

    def _query(self, name: str, columns: Mapping[str, str], table: str) -> str:
        texts = [text if text == n else f"{text} AS {n}" for n, text in columns.items()]
        listed = _listed(texts or ["1 AS " + self.dialect.name_of("行")])
        body = f"SELECT\n{_indented(listed)}\nFROM {table}{self._fence()}"
        return f"{name} AS (\n{_indented(body)}\n)"

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
    return f"{cite}：{id_} {name}".replace("\n", " ")


def _head(source: Source, laws: Sequence[Compiled]) -> str:
    lines = [
        *(_title(law.instrument, law.compiler.as_of) for law in laws),
        "-- 金额以分、人数和分数以万分之一计，全是整数，不用浮点数，不先除后比；",
        "-- 空值是未知：每条有“符合”“不符合”两列，都为假即未知；区间的一端为空，是没有这一端的界",
        *(f"-- {note}" for note in source.notes),
    ]
    return "\n".join(lines) + "\n"


def _title(instrument: Instrument, as_of: date) -> str:
    return f"-- 登高 《{instrument.name}》 {instrument.version}，申请日 {as_of}".replace("\n", " ")


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
