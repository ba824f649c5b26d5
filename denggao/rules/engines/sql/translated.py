"""Dialects whose answers are not proven on each change: no such database is at hand. What they
mean otherwise than the proven ones is said here and where ``Dialect.strict`` is asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from denggao.facts.errors import UserError
from denggao.rules.engines.sql.dialect import PROVEN, SPARK, Dialect

#: Days are counted from here: earlier ones may be of another calendar (Hive), or cut (ClickHouse).
_EPOCH = date(1970, 1, 1).toordinal()
_DAY = re.compile(r"DATE '(\d{4}-\d\d-\d\d)'")
_UNPROVEN = "没有在 {} 上运行过，只按它的文档写，用前请抽几户和 denggao judge 核对"
_ASCII = (
    "视图、表名用英文字母、数字、下划线；列名是中文，库要允许（Doris：enable_unicode_name_support）"
)


def _since(days: str) -> str:
    return f"CAST({days} AS BIGINT) + {_EPOCH}"


def _moved_in_hive(number: str, months: int, days: int) -> str:
    """ADD_MONTHS makes the last day of a month the last day of another: the 28 February would
    become the 29. So the first of the month is moved."""
    day = f"DATE_ADD(DATE '1970-01-01', CAST({number} - {_EPOCH} AS INT))"
    if months:
        month = f"ADD_MONTHS(TRUNC({day}, 'MM'), {months})"
        days_on = f"LEAST(DAY({day}), DAY(LAST_DAY({month}))) - 1 + {days}"
        moved = f"DATE_ADD({month}, {days_on})"
    else:
        moved = f"DATE_ADD({day}, {days})"
    return _since(f"DATEDIFF({moved}, DATE '1970-01-01')")


def _moved_in_doris(number: str, months: int, days: int) -> str:
    day = f"DAYS_ADD(DATE '1970-01-01', CAST({number} - {_EPOCH} AS INT))"
    return _since(f"DATEDIFF(DAYS_ADD(MONTHS_ADD({day}, {months}), {days}), DATE '1970-01-01')")


def _days_spelled(form: str) -> Callable[[str], str]:
    return lambda text: _DAY.sub(form, text)


HIVE = replace(
    SPARK,
    name="hive",
    apart="",
    strict=True,
    ordinal=lambda day: _since(f"DATEDIFF({day}, DATE '1970-01-01')"),
    moved=_moved_in_hive,
    notes=(_UNPROVEN.format("Hive"), f"Hive 3.1 以上；{_ASCII}"),
)
DORIS = replace(
    HIVE,
    name="doris",
    moved=_moved_in_doris,
    spelled=_days_spelled(r"CAST('\1' AS DATE)"),
    notes=(_UNPROVEN.format("Doris"), f"Doris 2.1 以上；{_ASCII}"),
)
STARROCKS = replace(
    DORIS,
    name="starrocks",
    notes=(_UNPROVEN.format("StarRocks"), f"StarRocks 3.1 以上；{_ASCII}"),
)


def _clickhouse_days(text: str) -> str:
    """DATE has no day before 1970 there, and CAST makes no null unless it is told to."""
    return _DAY.sub(r"CAST('\1' AS DATE)", text).replace(" AS DATE)", " AS Nullable(Date32))")


CLICKHOUSE = replace(
    HIVE,
    name="clickhouse",
    integer="Nullable(Int64)",
    wide="Nullable(Int128)",
    real="Nullable(Float64)",
    text="Nullable(String)",
    boolean="Nullable(Bool)",
    day="Nullable(Date32)",
    number="Nullable(Decimal(21, 4))",
    quote_mark='"',
    ascii_names=False,
    matched=lambda text, pattern: f"MATCH({text}, {pattern})",
    ordinal=lambda day: f"CAST(toInt32(toDate32({day})) AS Nullable(Int64)) + {_EPOCH}",
    moved=lambda number, months, days: (
        "CAST(toInt32(addDays(addMonths(addDays(toDate32('1970-01-01'),"
        f" toInt32({number} - {_EPOCH})), {months}), {days})) AS Nullable(Int64)) + {_EPOCH}"
    ),
    # straight to a double, it would be rounded twice
    real_of_wide=lambda number: f"CAST({number} AS Nullable(String))",
    spelled=_clickhouse_days,
    notes=(
        "ClickHouse：26.9 上与 DuckDB 逐格核对过；语句长，运行前先 SET max_query_size = 10000000",
        "ClickHouse：列要 Nullable，否则没填的当 0 判；日期列用 Date32（Date 没有 1970 年前）",
    ),
)

TRANSLATED = {d.name: d for d in (DORIS, STARROCKS, HIVE, CLICKHOUSE)}
_ALSO = {"postgresql": "postgres", "pg": "postgres", "sparksql": "spark"}


def dialect_of(name: str) -> Dialect:
    """The dialect of this name, in whatever case. Raises UserError for an unknown one."""
    lower = name.lower()
    lower = _ALSO.get(lower, lower)
    found = PROVEN.get(lower) or TRANSLATED.get(lower)
    if found is None:
        known = "、".join([*PROVEN, *TRANSLATED])
        raise UserError(f"不认识的 SQL 方言“{name}”；可选：{known}")
    return found
