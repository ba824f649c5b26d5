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

from denggao.facts.catalogue import MAX_SIZE, Fact
from denggao.facts.celldates import SURE_FROM
from denggao.facts.columnmap import ColumnMap
from denggao.facts.enterprise import OUT_OF_DOMAIN
from denggao.facts.errors import UserError
from denggao.facts.tableheads import TableHeads, table_heads
from denggao.rules.engines.sql.dialect import Dialect, day_literal
from denggao.rules.engines.sql.statement import IDENTITY, NAME, Source

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
    """The text of a value, null where there is none, and of whether a cell was refused."""

    value: str
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
    found: dict[str, str] = {}
    refused: list[str] = []
    for key, (head, meaning) in heads.facts.items():
        kind, fact = kind_of(types[head], dialect), meaning.fact
        if fact.unit == "记录":
            continue
        what = f"{where}的“{head}”"
        name = dialect.name_of(head)
        if fact.numeric:
            cell = _number(dialect, name, kind, fact, meaning.factor or 1, what, types[head])
        elif fact.unit == "日期":
            cell = _day(dialect, name, kind, what, types[head])
        elif fact.unit == "是否":
            cell = _yes_no(dialect, name, kind)
        else:
            cell = _Cell(f"CAST({name} AS {dialect.text})", None)
        found[NAME if key == "name" else key] = cell.value
        refused += [cell.refused] if cell.refused else []
    identity = f"CAST({dialect.name_of(heads.identity)} AS {dialect.text})"
    found[IDENTITY] = identity
    found.setdefault(NAME, identity)
    found[f"flag:{OUT_OF_DOMAIN}"] = "\n  OR ".join(refused) or "FALSE"
    return Source(table, found), heads


def canonical(dialect: Dialect, facts: Mapping[str, Fact], table: str) -> Source:
    """A table whose columns are named by the codes of the catalogue, in its units."""
    found = {IDENTITY: dialect.name_of("uscc"), NAME: dialect.name_of("name")}
    refused: list[str] = []
    for key, fact in facts.items():
        name = dialect.name_of(key)
        if fact.numeric:
            cell = _number(dialect, name, "decimal", fact, 1, key, "")
            found[key] = cell.value
            refused += [cell.refused] if cell.refused else []
        else:
            found[key] = name
    found[f"flag:{OUT_OF_DOMAIN}"] = "\n  OR ".join(refused) or "FALSE"
    note = "表的列名用事实目录的代码，如 sales@2025；金额用元、人数用人，NUMERIC"
    return Source(table, found, (note,))


def _number(
    dialect: Dialect, name: str, kind: str, fact: Fact, factor: int, what: str, type_name: str
) -> _Cell:
    """Whole steps of the fact's unit; what is finer, too large or outside is refused."""
    scale = factor * fact.scale
    most = MAX_SIZE[fact.unit] * fact.scale - 1
    low = max(-most, -most if fact.lo is None else fact.lo * fact.scale)
    high = min(most, most if fact.hi is None else fact.hi * fact.scale)
    if kind == "whole":
        inside = f"{name} BETWEEN {-(-low // scale)} AND {high // scale}"
        steps = f"CAST({name} AS {dialect.integer}) * {scale}"
    elif kind == "decimal":
        narrow = _narrow(dialect, name, type_name, len(str(high // scale)), what)
        steps = f"{narrow} * {scale}"
        whole = f"CAST({steps} AS {dialect.integer})"
        bounds = f"{name} BETWEEN {_decimal(low, scale)} AND {_decimal(high, scale)}"
        # CASE, not AND: a database may compute both sides of an AND
        inside = f"CASE WHEN {bounds} THEN {steps} = {whole} ELSE FALSE END"
        steps = whole
    elif kind == "real":
        rounded = f"ROUND({name} * {scale})"
        bounds = f"{name} BETWEEN {_decimal(low, scale)} AND {_decimal(high, scale)}"
        noise = f"ABS({rounded} / {scale} - {name}) <= ABS({name}) * {_FIFTEEN_DIGITS}"
        inside = f"CASE WHEN {bounds} THEN {noise} ELSE FALSE END"
        steps = f"CAST({rounded} AS {dialect.integer})"
    else:
        raise UserError(f"{what}应是数字列，现在是 {type_name}；请先转成整数或定点小数（numeric）")
    return _Cell(f"CASE WHEN {inside} THEN {steps} END", f"{name} IS NOT NULL AND NOT ({inside})")


def _narrow(dialect: Dialect, name: str, type_name: str, digits: int, what: str) -> str:
    """Spark drops decimal places of a product that would not fit 38 digits: give it no more
    digits than the fact can have."""
    found = re.fullmatch(r"decimal\((\d+),(\d+)\)", type_name)
    if dialect.name != "spark" or found is None:
        return name
    places = int(found[2])
    if places > _PLACES:
        raise UserError(f"{what}有 {places} 位小数；请先转成 {_PLACES} 位以内的 decimal")
    return f"TRY_CAST({name} AS DECIMAL({digits + places}, {places}))"


def _decimal(steps: int, scale: int) -> str:
    """So many steps in the column's own unit, exactly."""
    return format(Decimal(steps) / Decimal(scale), "f")


def _day(dialect: Dialect, name: str, kind: str, what: str, type_name: str) -> _Cell:
    if kind == "day":
        day = name
    elif kind == "moment":
        day = f"CAST({name} AS DATE)"
    elif kind == "instant":
        day = dialect.day_in_shanghai(name)
    else:
        raise UserError(f"{what}应是日期列，现在是 {type_name}；请先转成 date")
    inside = f"{day} BETWEEN {day_literal(SURE_FROM)} AND {_LAST_DAY}"
    return _Cell(f"CASE WHEN {inside} THEN {day} END", f"{name} IS NOT NULL AND NOT ({inside})")


def _yes_no(dialect: Dialect, name: str, kind: str) -> _Cell:
    if kind == "flag":
        return _Cell(name, None)
    word = f"LOWER(CAST({name} AS {dialect.text}))"
    value = f"CASE WHEN {word} IN ({_YES}) THEN TRUE WHEN {word} IN ({_NO}) THEN FALSE END"
    return _Cell(value, f"{name} IS NOT NULL AND {word} NOT IN ({_YES}, {_NO})")
