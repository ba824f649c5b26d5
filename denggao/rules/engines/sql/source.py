"""A table of theirs as canonical columns: heads matched, units brought to whole numbers, and
what is finer, too large or no such value at all unknown and flagged, never cut.

The same as ``columnar.parquet`` does for a file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from denggao.facts.catalogue import Fact, catalogue
from denggao.facts.celldates import SURE_FROM
from denggao.facts.closedwords import Word, is_closed, usual
from denggao.facts.columnmap import ColumnMap
from denggao.facts.enterprise import OUT_OF_DOMAIN
from denggao.facts.errors import UserError
from denggao.facts.tableheads import TableHeads, table_heads
from denggao.rules.engines.sql.dialect import Dialect, day_literal, times
from denggao.rules.engines.sql.names import readable, shortened
from denggao.rules.engines.sql.statement import IDENTITY, NAME, Given, Source, plain
from denggao.rules.engines.sql.wordcells import Ask, stated, unusual, value_of, word_of

_KINDS = (
    ("whole", r"u?(tinyint|smallint|int|integer|bigint|hugeint)"),
    ("decimal", r"(numeric|decimal).*"),
    ("real", r"double( precision)?"),
    ("day", r"date"),
    ("instant", r"timestamp with time zone|timestamptz|timestamp_ltz"),
    ("moment", r"timestamp without time zone|timestamp_ntz|timestamp(_s|_ms|_ns)?|datetime"),
    ("flag", r"bool(ean)?"),
    ("text", r"text|varchar.*|char.*|character.*|string|bpchar"),
)
_DECIMAL = re.compile(r"(?:numeric|decimal)\((\d+), ?(\d+)\)", re.IGNORECASE)
_NONE: Mapping[str, Word] = {}
_LAST_DAY = "DATE '9999-12-31'"
#: A double is read to the 15 digits it is sure of, as a cell of a workbook is.
_FIFTEEN_DIGITS = "1e-15"


def kind_of(type_name: str, dialect: Dialect) -> str:
    """What a column of this type holds: whole, decimal, real, day, moment (of a clock on the
    wall), instant, flag, text or other."""
    name = type_name.lower().strip()
    if dialect.name == "spark" and name == "timestamp":
        return "instant"
    return next((kind for kind, form in _KINDS if re.fullmatch(form, name)), "other")


@dataclass(frozen=True, slots=True)
class _Cell:
    """``given``: a fact's value, null where there is none; ``refused``: in which rows there is
    a value that cannot be taken."""

    given: Given
    refused: str | None


def source_of(
    dialect: Dialect,
    table: str,
    types: Mapping[str, str],
    as_of: date,
    where: str,
    columns: ColumnMap | None = None,
    id_column: str | None = None,
    ask: Ask | None = None,
) -> tuple[Source, TableHeads]:
    """The table with these columns (name → type) as a source; ``ask`` it for unusual words.
    Raises UserError for a table without firms or facts and for a column that cannot hold its
    fact."""
    heads = table_heads(list(types), as_of, where, columns, id_column)
    worded = {
        key: (dialect.name_of(head), meaning.fact)
        for key, (head, meaning) in heads.facts.items()
        if is_closed(meaning.fact) and kind_of(types[head], dialect) == "text"
    }
    words = unusual(dialect, table, worded, ask) if ask else {}
    cells: dict[str, _Cell] = {}
    for key, (head, meaning) in heads.facts.items():
        if meaning.fact.unit != "记录":
            name, what = dialect.name_of(head), f"{where}的“{head}”"
            step = _step(dialect, key)
            column = _Column(dialect, name, types[head], what, step, words.get(key, _NONE))
            cells[NAME if key == "name" else key] = column.cell(meaning.fact, meaning.factor or 1)
    head = dialect.name_of(heads.identity)
    firm = Given(f"CAST({head} AS {dialect.text})", {head: head})
    return _source(table, cells, {IDENTITY: firm, NAME: firm}), heads


def canonical(dialect: Dialect, facts: Mapping[str, Fact], table: str) -> Source:
    """A table whose columns are named by the codes of the catalogue, in its units."""
    firm = plain(dialect, ["uscc", "name"])
    cells = {}
    for key, fact in facts.items():
        kind = "numeric" if fact.numeric else _TYPES.get(fact.unit, "text")
        column = _Column(dialect, dialect.name_of(key), kind, key, _step(dialect, key))
        cells[key] = column.cell(fact, 1)
    return _source(table, cells, {IDENTITY: firm["uscc"], NAME: firm["name"]})


def _step(dialect: Dialect, key: str) -> str:
    return dialect.name_of(shortened(f"{readable(key, {})}·步", dialect.longest_name))


_TYPES = {"日期": "date", "是否": "boolean"}


def _source(table: str, cells: Mapping[str, _Cell], firm: Mapping[str, Given]) -> Source:
    refused = [(cell.refused, cell.given.read) for cell in cells.values() if cell.refused]
    flag = Given(
        "\n  OR ".join(text for text, _ in refused) or "FALSE",
        {name: text for _, read in refused for name, text in read.items()},
    )
    given = {key: cell.given for key, cell in cells.items()}
    return Source(table, {**firm, **given, f"flag:{OUT_OF_DOMAIN}": flag})


def day_given(
    dialect: Dialect, name: str, type_name: str, what: str, step: str
) -> tuple[Given, str]:
    """A day of the column and, as a condition, whether there is one that cannot be taken.
    Raises UserError for a column that cannot hold days."""
    cell = _Column(dialect, name, type_name, what, step).cell(catalogue()["established_on"], 1)
    return cell.given, cell.refused or "FALSE"


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of theirs: its quoted ``name``, its type, what messages call it, the quoted name
    of its value on the way, and words that mean something besides the usual ones."""

    dialect: Dialect
    name: str
    type_name: str
    what: str
    step: str
    words: Mapping[str, Word] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return kind_of(self.type_name, self.dialect)

    def cell(self, fact: Fact, factor: int) -> _Cell:
        """The column as this fact, in units of so many of the fact's own."""
        if fact.numeric:
            return self._number(fact, factor)
        if fact.unit == "日期":
            return self._day()
        if is_closed(fact):
            return self._word(fact)
        if fact.unit == "代码":
            return self._code()
        text = f"CAST({self.name} AS {self.dialect.text})"
        return _Cell(Given(text, {self.name: self.name}), None)

    def _number(self, fact: Fact, factor: int) -> _Cell:
        """Whole steps of the fact's unit; what is finer, too large or outside is refused."""
        scale, (low, high) = factor * fact.scale, fact.in_table
        integer, kind = self.dialect.integer, self.kind
        inside = f"{self.name} BETWEEN {_decimal(low, scale)} AND {_decimal(high, scale)}"
        if kind == "whole":
            inside = f"{self.name} BETWEEN {-(-low // scale)} AND {high // scale}"
            number = f"CAST({self.name} AS {integer})"
            return self._taken(f"CASE WHEN {inside} THEN {times(number, scale)} END")
        if kind == "decimal" and self.dialect.places:
            found = _DECIMAL.fullmatch(self.type_name)
            if found is None or scale % 10 ** int(found[2]):
                exact = f"{self.dialect.places(self.name)} <= {len(str(scale)) - 1}"
                inside = f"{inside} AND {exact}"
            steps = times(self.name, scale)
            return self._taken(f"CASE WHEN {inside} THEN CAST({steps} AS {integer}) END")
        if kind == "decimal" and self.dialect.strict:  # they have no TRY_CAST
            steps = f"CASE WHEN {inside} THEN {times(self.name, scale)} END"
            whole = f"CAST({self.step} AS {integer})"
            return self._within(steps, whole, f"{self.step} = {whole}")
        if kind == "decimal":
            return self._decimal(low, high, scale)
        if kind == "real":
            return self._real(low, high, scale, inside)
        raise UserError(f"{self.what}应是数字列，现在是 {self.type_name}；请先转成整数或 numeric")

    def _real(self, low: int, high: int, scale: int, inside: str) -> _Cell:
        """The bounds are rounded when they are compared with a double: again as whole steps."""
        steps = f"CASE WHEN {inside} THEN ROUND({times(self.name, scale)}) END"
        noise = f"ABS({self.step} / {scale} - {self.name}) <= ABS({self.name}) * {_FIFTEEN_DIGITS}"
        whole = f"CAST({self.step} AS {self.dialect.integer})"
        return self._within(steps, whole, f"{noise} AND {whole} BETWEEN {low} AND {high}")

    def _decimal(self, low: int, high: int, scale: int) -> _Cell:
        """Of a fixed size, which a product must not outgrow: made as narrow as the fact can be.
        What that loses is refused: null if too large, no longer equal if too fine."""
        most, kept = len(str(high // scale)), len(str(scale)) - 1  # a unit is a power of ten
        number, is_same, narrow = self.name, "", most + kept
        if found := _DECIMAL.fullmatch(self.type_name):
            size, places = int(found[1]), int(found[2])
            kept = min(places, kept)
            narrow = max(min(size - places, most) + kept, 1)
            if (narrow, kept) != (size, places):
                number = f"TRY_CAST({number} AS DECIMAL({narrow}, {kept}))"
            if kept < places:
                is_same = f"TRY_CAST({number} AS {self.type_name}) = {self.name}"
        else:
            number = f"TRY_CAST({number} AS DECIMAL({narrow}, {kept}))"
            is_same = f"{number} = {self.name}"
        steps = self.dialect.steps(number, narrow, kept, scale)
        if is_same:
            steps = f"CASE WHEN {is_same} THEN {steps} END"
        if high + 1 < scale * 10 ** (narrow - kept):
            inside = f"{number} BETWEEN {_decimal(low, scale)} AND {_decimal(high, scale)}"
            return self._taken(f"CASE WHEN {inside} THEN {steps} END")
        if low > -high:
            return self._within(steps, self.step, f"{self.step} >= {low}")
        return self._taken(steps)

    def _within(self, steps: str, value: str, is_taken: str) -> _Cell:
        read = {self.name: self.name, self.step: steps}
        refused = f"{self.name} IS NOT NULL AND NOT COALESCE({is_taken}, FALSE)"
        return _Cell(Given(f"CASE WHEN {is_taken} THEN {value} END", read), refused)

    def _taken(self, text: str) -> _Cell:
        """What can be taken of the column is known as soon as it is read."""
        read = {self.name: self.name, self.step: text}
        refused = f"{self.name} IS NOT NULL AND {self.step} IS NULL"
        return _Cell(Given(self.step, read), refused)

    def _day(self) -> _Cell:
        if self.kind == "day":
            day = self.name
        elif self.kind == "moment":
            day = f"CAST({self.name} AS DATE)"
        elif self.kind == "instant":
            day = self.dialect.day_in_shanghai(self.name)
        else:
            raise UserError(f"{self.what}应是日期列，现在是 {self.type_name}；请先转成 date")
        inside = f"{day} BETWEEN {day_literal(SURE_FROM)} AND {_LAST_DAY}"
        return self._taken(f"CASE WHEN {inside} THEN {day} END")

    def _code(self) -> _Cell:
        """Blank is missing; a double with nothing behind the point is shown without it."""
        d, text = self.dialect, f"CAST({self.name} AS {self.dialect.text})"
        if self.kind == "real":
            is_whole = f"{self.name} = ROUND({self.name}) AND ABS({self.name}) < 1e15"
            whole = f"CAST(CAST({self.name} AS {d.integer}) AS {d.text})"
            text = f"CASE WHEN {is_whole} THEN {whole} ELSE {text} END"
        code = f"NULLIF({d.trimmed(text)}, '')"
        return _Cell(Given(code, {self.name: self.name}), None)

    def _word(self, fact: Fact) -> _Cell:
        if fact.unit == "是否" and self.kind == "flag":
            return _Cell(Given(self.name, {self.name: self.name}), None)
        if fact.unit == "是否" and self.kind in ("whole", "decimal", "real"):
            return self._taken(f"CASE {self.name} WHEN 1 THEN TRUE WHEN 0 THEN FALSE END")
        word, meant = word_of(self.dialect, fact, self.name), {**usual(fact), **self.words}
        value, refused = value_of(self.dialect, fact, self.step)
        read = {self.name: self.name, self.step: stated(self.dialect, word, meant)}
        return _Cell(Given(value, read), refused)


def _decimal(steps: int, scale: int) -> str:
    """So many steps in the column's own unit, exactly."""
    return format(Decimal(steps) / Decimal(scale), "f")
