"""The dialects of which no server is at hand: what differs there is planted on DuckDB."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import polars as pl
import pytest
import sqlglot
from sqlglot import exp

from denggao.rules import library
from denggao.rules.engines.lowering.expr import Type, col, greatest, least, lit
from denggao.rules.engines.sql.dialect import DUCKDB
from denggao.rules.engines.sql.emit import Emitter
from denggao.rules.engines.sql.names import Names
from denggao.rules.engines.sql.there import Titles
from denggao.rules.engines.sql.translated import CLICKHOUSE, HIVE, dialect_of
from denggao.rules.engines.sql.written import Table, facts_read, written
from tests.rules.sheets import county
from tests.strategies import TODAY

LAWS = library.by_default(TODAY)
FIRMS = 120
TABLE, PAPERS = "ledger", "papers"
_KINDS = {"日期": pl.Date, "是否": pl.Boolean}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A county in the catalogue's codes, and certificates of some of its firms."""
    folder = tmp_path_factory.mktemp("county")
    _, found = county(Random(7), FIRMS, LAWS)
    columns: dict[str, Any] = {"uscc": [f"U{i}" for i in range(FIRMS)], "name": found["企业名称"]}
    for key, fact in facts_read(LAWS, TODAY).items():
        kind = pl.Decimal(20, 4) if fact.numeric else _KINDS.get(fact.unit, pl.String)
        columns[key] = found[key] if key in found else pl.Series([None] * FIRMS, dtype=kind)
    pl.DataFrame(columns).write_parquet(folder / "ledger.parquet")
    pl.DataFrame(
        {
            "uscc": [f"U{i}" for i in range(0, FIRMS, 3)],
            "kind": ["高新技术企业", None, "科技型中小企业", "高新技术企业"] * (FIRMS // 12),
            "issued_on": [TODAY.replace(year=TODAY.year - 1 - i % 4) for i in range(FIRMS // 3)],
            "valid_to": [TODAY.replace(year=TODAY.year - 1 + i % 4) for i in range(FIRMS // 3)],
            "cancelled_on": pl.Series([None] * (FIRMS // 3), dtype=pl.Date),
            "event": pl.Series([None] * (FIRMS // 3), dtype=pl.String),
        }
    ).with_columns(
        pl.when(pl.col("kind").is_not_null()).then(pl.col(day)) for day in ("issued_on", "valid_to")
    ).write_parquet(folder / "papers.parquet")
    return folder / "ledger.parquet", folder / "papers.parquet"


def text_for(dialect: str, laws: Any = LAWS) -> str:
    return written(laws, dialect, TODAY, {}, Table(TABLE, titles=Titles(PAPERS)))


def by_duckdb(files: tuple[Path, Path], text: str) -> list[tuple[Any, ...]]:
    connection = duckdb.connect()
    for name, path in zip((TABLE, PAPERS), files, strict=True):
        connection.execute(f"CREATE VIEW {name} AS FROM '{path}'")
    return shown(connection.execute(text).fetchall())


def shown(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """A number to look at may differ in its last digits: databases turn decimals into doubles
    each in its way."""
    told = [tuple(f"{x:.12e}" if isinstance(x, float) else x for x in row) for row in rows]
    return sorted(told, key=repr)


@pytest.fixture(scope="module")
def expected(files: tuple[Path, Path]) -> list[tuple[Any, ...]]:
    return by_duckdb(files, text_for("duckdb"))


def strictly(text: str, dialect: str) -> str:
    """The text for DuckDB, where LEAST, GREATEST and CONCAT_WS now are null with any null."""
    (tree,) = sqlglot.parse(text, read=dialect)

    def spread(node: Any) -> Any:
        if not isinstance(node, exp.Least | exp.Greatest | exp.ConcatWs):
            return node
        args = [node.this, *node.expressions] if node.this is not None else node.expressions
        is_null = exp.or_(*(exp.Is(this=exp.paren(x.copy()), expression=exp.null()) for x in args))
        return exp.Case().when(is_null, exp.null()).else_(node.copy())

    assert tree is not None
    found: str = tree.transform(spread).sql("duckdb")
    return found


def test_where_nulls_spread_the_answers_are_the_same(
    files: tuple[Path, Path], expected: list[tuple[Any, ...]]
) -> None:
    assert by_duckdb(files, strictly(text_for("hive"), "hive")) == expected


@pytest.mark.parametrize("dialect", ["doris", "starrocks", "clickhouse"])
def test_the_others_have_the_same_care_for_nulls(dialect: str) -> None:
    law = LAWS[1:]
    for word in ("LEAST(", "GREATEST(", "COALESCE(", "TRIM(CONCAT("):
        assert text_for(dialect, law).count(word) == text_for("hive", law).count(word)


@pytest.mark.parametrize("dialect", ["hive", "doris", "starrocks", "clickhouse"])
@pytest.mark.parametrize("name", ["高新技术企业认定", "科技型中小企业评价"])
def test_blanks_are_cut_by_a_pattern(name: str, dialect: str) -> None:
    """TRIM may take its blanks for one text there, or for bytes."""
    text = text_for(dialect, [library.in_force(name, TODAY)])
    assert "TRIM(BOTH" not in text


def test_the_planted_difference_is_seen(
    files: tuple[Path, Path], expected: list[tuple[Any, ...]]
) -> None:
    assert by_duckdb(files, strictly(text_for("duckdb"), "duckdb")) != expected


def test_extremes_of_some_that_may_be_null() -> None:
    a, b, c = (col(name, Type.INT) for name in "abc")
    sure = col("d", Type.INT, nullable=False)

    def say(expr: Any, dialect: Any = HIVE) -> str:
        return Emitter(dialect, Names(dialect))(expr).replace("`", "")

    assert say(least(a, b)) == "LEAST(COALESCE(a, b), COALESCE(b, a))"
    assert say(greatest(a, sure)) == "GREATEST(COALESCE(a, d), d)"
    assert say(least(sure, lit(5))) == "LEAST(d, 5)"
    three = say(least(a, b, c)).replace("LEAST", "SELECT LEAST")
    for values in [(1, 2, 3), (None, 2, 3), (None, None, 3), (None, None, None), (3, None, 1)]:
        row = ", ".join(f"CAST({'NULL' if v is None else v} AS BIGINT) AS {n}"
                        for v, n in zip(values, "abc", strict=True))  # fmt: skip
        text = strictly(f"{three} FROM (SELECT {row}) AS t", "duckdb")
        found = duckdb.execute(text).fetchall()[0][0]
        assert found == min((v for v in values if v is not None), default=None)


def test_long_literals_are_never_doubles() -> None:
    long = col("a", Type.WIDE) * lit(10**20)
    assert Emitter(HIVE, Names(HIVE))(long) == f"`a` * CAST('{10**20}' AS DECIMAL(38, 0))"
    text = Emitter(CLICKHOUSE, Names(CLICKHOUSE))(long)
    assert text == f"\"a\" * CAST('{10**20}' AS Nullable(Int128))"
    assert Emitter(DUCKDB, Names(DUCKDB))(long) == f'"a" * {10**20}'


def test_clickhouse_has_no_day_that_it_would_cut() -> None:
    text = text_for("clickhouse")
    assert "DATE '" not in text
    assert "AS DATE)" not in text
    assert "0001-01-01" not in text
    assert "max_query_size" in text


@pytest.mark.parametrize("day", [date(2025, 2, 28), date(2024, 2, 29), date(1958, 12, 31)])
def test_days_move_in_hive_as_everywhere(day: date) -> None:
    """ADD_MONTHS, which makes the last day of February the last of another month, moves the
    first of the month only."""
    for months, days in [(36, -1), (48, 0), (2, 0), (0, 30)]:
        number = f"CAST({day.toordinal()} AS BIGINT)"
        moved = HIVE.moved(number, months, days)
        assert moved.count("ADD_MONTHS(") == moved.count("ADD_MONTHS(TRUNC(")
        known = moved.replace("'MM'", "'MONTH'")
        text = sqlglot.transpile(f"SELECT {known}", read="hive", write="duckdb")[0]
        wanted = f"SELECT {DUCKDB.moved(number, months, days)}"
        assert duckdb.execute(text).fetchall() == duckdb.execute(wanted).fetchall()


def test_names_of_dialects() -> None:
    assert dialect_of("PostgreSQL").name == "postgres"
    assert dialect_of("ClickHouse") is CLICKHOUSE


def test_clickhouse_itself(
    files: tuple[Path, Path], expected: list[tuple[Any, ...]], tmp_path: Path
) -> None:
    """Where chdb is installed: ClickHouse in this process."""
    session = pytest.importorskip("chdb.session").Session(str(tmp_path / "ch"))
    session.query("SET max_query_size = 10000000")
    for name, path in zip((TABLE, PAPERS), files, strict=True):
        session.query(f"CREATE VIEW {name} AS SELECT * FROM file('{path}', Parquet)")
    made = tmp_path / "made.parquet"
    text = text_for("clickhouse").rstrip()
    session.query(f"{text}\nINTO OUTFILE '{made}' FORMAT Parquet")
    frame = pl.read_parquet(made)
    rows = frame.with_columns(pl.col(pl.Binary).cast(pl.String)).rows()
    assert shown(rows) == expected
