"""A table of theirs as canonical columns: heads matched, units brought to whole numbers, and
what is finer, too large or no such value at all unknown and flagged, never cut.

The same as ``columnar.parquet`` does for a file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from denggao.facts.catalogue import MAX_SIZE, Fact, catalogue
from denggao.facts.celldates import SURE_FROM
from denggao.facts.columnmap import ColumnMap
from denggao.facts.enterprise import OUT_OF_DOMAIN
from denggao.facts.errors import UserError
from denggao.facts.tableheads import TableHeads, table_heads
from denggao.rules.engines.sql.dialect import Dialect, day_literal
from denggao.rules.engines.sql.names import readable, shortened
from denggao.rules.engines.sql.statement import IDENTITY, NAME, Given, Source, plain

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
_LAST_DAY = "DATE '9999-12-31'"
#: A double is read to the 15 digits it is sure of, as a cell of a workbook is.
_FIFTEEN_DIGITS = "1e-15"
#: So many leave room for the largest amount and its unit.
_PLACES = 17
_YES, _NO = "'是', 'true', '1'", "'否', 'false', '0'"


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
) -> tuple[Source, TableHeads]:
    """The table with these columns (name → type) as a source. Raises UserError for a table
    without firms or facts and for a column that cannot hold its fact."""
    heads = table_heads(list(types), as_of, where, columns, id_column)
    cells: dict[str, _Cell] = {}
    for key, (head, meaning) in heads.facts.items():
        if meaning.fact.unit != "记录":
            name, what = dialect.name_of(head), f"{where}的“{head}”"
            column = _Column(dialect, name, types[head], what, _step(dialect, key))
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
    """A column of theirs: its quoted ``name``, its type, what messages call it, and the quoted
    name of its value on the way."""

    dialect: Dialect
    name: str
    type_name: str
    what: str
    step: str

    @property
    def kind(self) -> str:
        return kind_of(self.type_name, self.dialect)

    def cell(self, fact: Fact, factor: int) -> _Cell:
        """The column as this fact, in units of so many of the fact's own."""
        if fact.numeric:
            return self._number(fact, factor)
        if fact.unit == "日期":
            return self._day()
        if fact.unit == "是否":
            return self._yes_no()
        text = f"CAST({self.name} AS {self.dialect.text})"
        return _Cell(Given(text, {self.name: self.name}), None)

    def _number(self, fact: Fact, factor: int) -> _Cell:
        """Whole steps of the fact's unit; what is finer, too large or outside is refused."""
        scale = factor * fact.scale
        most = MAX_SIZE[fact.unit] * fact.scale - 1
        low = max(-most, -most if fact.lo is None else fact.lo * fact.scale)
        high = min(most, most if fact.hi is None else fact.hi * fact.scale)
        integer, kind = self.dialect.integer, self.kind
        if kind not in ("whole", "decimal", "real"):
            raise UserError(
                f"{self.what}应是数字列，现在是 {self.type_name}；请先转成整数或 numeric"
            )
        if kind == "whole":
            inside = f"{self.name} BETWEEN {-(-low // scale)} AND {high // scale}"
            number = f"CAST({self.name} AS {integer})"
            return self._taken(f"CASE WHEN {inside} THEN {_times(number, scale)} END")
        inside = f"{self.name} BETWEEN {_decimal(low, scale)} AND {_decimal(high, scale)}"
        places = self._places()
        if places is not None and scale % 10**places == 0:  # whole steps, whatever the value
            return self._decimal_of_steps(low, high, scale, inside)
        digits = len(str(scale)) - 1
        if kind == "decimal" and self.dialect.places and scale == 10**digits:
            exact = f"{self.dialect.places(self.name)} <= {digits}"
            steps = f"CAST({_times(self.name, scale)} AS {integer})"
            return self._taken(f"CASE WHEN {inside} AND {exact} THEN {steps} END")
        if kind == "decimal":
            steps = _times(self._narrow(len(str(high // scale))), scale)
            exact = f"{self.step} = CAST({self.step} AS {integer})"
        else:
            steps = f"ROUND({_times(self.name, scale)})"
            noise = f"ABS({self.step} / {scale} - {self.name})"
            exact = f"{noise} <= ABS({self.name}) * {_FIFTEEN_DIGITS}"
        read = {self.name: self.name, self.step: f"CASE WHEN {inside} THEN {steps} END"}
        value = f"CASE WHEN {exact} THEN CAST({self.step} AS {integer}) END"
        refused = f"{self.name} IS NOT NULL AND NOT COALESCE({exact}, FALSE)"
        return _Cell(Given(value, read), refused)

    def _places(self) -> int | None:
        """So many decimal places, where the type says."""
        found = _DECIMAL.fullmatch(self.type_name)
        return int(found[2]) if found else None

    def _narrow(self, digits: int) -> str:
        """Spark drops decimal places of a product that would not fit 38 digits: give it no more
        digits than the fact can have."""
        found = _DECIMAL.fullmatch(self.type_name)
        if self.dialect.name != "spark" or found is None:
            return self.name
        size, places = int(found[1]), int(found[2])
        if places > _PLACES:
            raise UserError(f"{self.what}有 {places} 位小数；请先转成 {_PLACES} 位以内的 decimal")
        if size <= digits + places:
            return self.name
        return f"TRY_CAST({self.name} AS DECIMAL({digits + places}, {places}))"

    def _decimal_of_steps(self, low: int, high: int, scale: int, inside: str) -> _Cell:
        """Without a finer part. Spark compares decimals as objects: there a number with more
        digits than the fact can have is refused by its type, a lesser one as a whole number."""
        digits = len(str(high // scale))
        steps = f"CAST({_times(self._narrow(digits), scale)} AS {self.dialect.integer})"
        if self.dialect.name != "spark" or high + 1 != scale * 10**digits:
            return self._taken(f"CASE WHEN {inside} THEN {steps} END")
        if low == -high:
            return self._taken(steps)
        enough = f"{self.step} >= {low}"
        given = Given(
            f"CASE WHEN {enough} THEN {self.step} END", {self.name: self.name, self.step: steps}
        )
        return _Cell(given, f"{self.name} IS NOT NULL AND NOT COALESCE({enough}, FALSE)")

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

    def _yes_no(self) -> _Cell:
        if self.kind == "flag":
            return _Cell(Given(self.name, {self.name: self.name}), None)
        word = f"LOWER(CAST({self.name} AS {self.dialect.text}))"
        return self._taken(
            f"CASE WHEN {word} IN ({_YES}) THEN TRUE WHEN {word} IN ({_NO}) THEN FALSE END"
        )


def _times(number: str, scale: int) -> str:
    return number if scale == 1 else f"{number} * {scale}"


def _decimal(steps: int, scale: int) -> str:
    """So many steps in the column's own unit, exactly."""
    return format(Decimal(steps) / Decimal(scale), "f")
