"""A cell is read alike wherever the table is: workbook, Parquet, DuckDB, PostgreSQL (and, where
its own arithmetic matters, Spark)."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import psycopg
import pytest

from denggao.facts.catalogue import catalogue
from denggao.facts.enterprise import OUT_OF_DOMAIN
from denggao.facts.ledger import read_ledgers
from denggao.rules import library
from denggao.rules.engines.columnar import parquet
from denggao.rules.engines.sql import wordcells
from denggao.rules.engines.sql.dialect import DUCKDB, POSTGRES, Dialect
from denggao.rules.engines.sql.place import place_of
from denggao.rules.engines.sql.source import source_of
from denggao.rules.engines.sql.there import judged
from denggao.rules.engines.sql.wordcells import unusual
from tests.databases import postgres, session
from tests.rules.test_sql_sheet import nobody_watches

TODAY = date(2026, 6, 30)
#: (its value in steps, is it refused?)
Read = tuple[Any, bool]
NO_DATA, REFUSED = (None, False), (None, True)


class Column(NamedTuple):
    """A column of a table, and what each of its cells must be read as."""

    head: str
    key: str
    polars: Any
    postgres: str
    cells: Sequence[tuple[Any, Read]]


def amounts(*pairs: tuple[str | None, int | None]) -> list[tuple[Any, Read]]:
    made = [(None if c is None else Decimal(c), (steps, steps is None)) for c, steps in pairs]
    return [*made, (None, NO_DATA)]


def fractions(*pairs: tuple[float, int | None]) -> list[tuple[Any, Read]]:
    return [(cell, (steps, steps is None)) for cell, steps in pairs]


WAN = [
    ("1234567.12", 1_234_567_120_000),  # 123 亿元: 18 digits are not enough for the product
    ("99999999999.999999", 10**17 - 1),
    ("0.000001", 1),
    ("100000000000", None),
    ("-0.000001", None),
]
YUAN = [
    ("500000000000000.01", 50_000_000_000_000_001),
    ("999999999999999.99", 10**17 - 1),
    ("-999999999999999.99", 1 - 10**17),
    ("1000000000000000", None),
]
FINE = [("1.000000000000000001", None), ("-0.005", None), ("12345678901234567890", None)]
PEOPLE = [("2000000", 20_000_000_000), ("0.5", 5_000), ("13912345678", None), ("-1", None)]
NAN, INFINITE = float("nan"), float("inf")
WORDS = [
    (["是", "有", "√", "Y", "y", "TRUE", "1", "属于"], (True, False)),
    (["否", "无", "×", "N", "f", "0", "没有"], (False, False)),
    ([" 是", "是\u3000", "'是", "Ｙ", "✔"], (True, False)),
    (["", " ", "-", "n/a", "——"], NO_DATA),
    (["不详", "待核", "很好", "2", "***"], REFUSED),
]  # fmt: skip
FIELDS = [
    (["1.1.10", " 1.1.10", "1.1.10 物联网应用软件", "物联网应用软件", "１.１.10",
      "电子信息/软件/物联网应用软件", "1.1.10\n物联网应用软件", "1.1.10\r\n物联网应用软件",
      "电'\\'\n信息/1.1.10", "x\u2028-- y/1.1.10"], ("1.1.10", False)),
    (["", " ", "　", "无", "-"], NO_DATA),
    (["不详", "不属于八大领域", "9.9.9", "电子信息", "1.1", "1.1.10 基础软件", "1.1.1O"], REFUSED),
]  # fmt: skip


def words(groups: Any) -> list[tuple[Any, Read]]:
    return [*((cell, read) for cells, read in groups for cell in cells), (None, NO_DATA)]


COLUMNS = [
    Column("2025年销售收入（万元）", "sales@2025", pl.Decimal(18, 6), "NUMERIC(18,6)",
           amounts(*WAN)),
    Column("2025年销售收入（万元）", "sales@2025", pl.Decimal(38, 18), "NUMERIC(38,18)",
           amounts(*WAN, *FINE)),
    Column("2025年利润总额", "profit@2025", pl.Decimal(18, 2), "NUMERIC(18,2)", amounts(*YUAN)),
    Column("2025年利润总额", "profit@2025", pl.Decimal(38, 10), "NUMERIC",
           amounts(*YUAN, ("-0.005", None), ("1234567890123456789012345678", None))),
    Column("2025年利润总额", "profit@2025", pl.Decimal(38, 18), "NUMERIC", amounts(*YUAN, *FINE)),
    Column("2025年利润总额", "profit@2025", pl.Float64, "DOUBLE PRECISION", fractions(
        (1.1, 110), (NAN, None), (INFINITE, None), (-INFINITE, None), (1e15, None))),
    Column("2025年利润总额（万元）", "profit@2025", pl.Float64, "DOUBLE PRECISION", fractions(
        (1e11, None), (-1e11, None), (99_999_999_999.9, 99_999_999_999_900_000))),
    Column("2025年职工总数", "staff@2025", pl.Decimal(15, 1), "NUMERIC", amounts(*PEOPLE)),
    Column("2025年职工总数", "staff@2025", pl.Int64, "BIGINT", [
        (2_000_000, (20_000_000_000, False)), (2_000_001, REFUSED), (13_912_345_678, REFUSED)]),
    Column("2025年职工总数", "staff@2025", pl.Float64, "DOUBLE PRECISION", fractions(
        (2e6, 20_000_000_000), (13_912_345_678.0, None), (1e11, None), (NAN, None))),
    Column("一类知识产权数", "ip_class1", pl.Decimal(4, 2), "NUMERIC(4,2)",
           amounts(("3", 3), ("0.5", None))),
    Column("技术领域", "field_code", pl.String, "TEXT", words(FIELDS)),
    Column("有自主研发知识产权", "ip_self_developed", pl.String, "TEXT", words(WORDS)),
    Column("有自主研发知识产权", "ip_self_developed", pl.Float64, "DOUBLE PRECISION", [
        (1.0, (True, False)), (0.0, (False, False)), (2.0, REFUSED)]),
    Column("查账征收", "taxed_on_accounts@2025", pl.String, "TEXT", [
        ("查账征收", (True, False)), ("核定", (False, False)), ("规上", REFUSED)]),
    Column("所在区县", "region", pl.Float64, "DOUBLE PRECISION", [
        (620102.0, ("620102", False)), (None, NO_DATA)]),
    Column("国民经济行业", "industry", pl.String, "TEXT", [
        ("C3911", ("C3911", False)), (" 39 ", ("39", False)), ("", NO_DATA), (" ", NO_DATA)]),
    Column("成立日期", "established_on", pl.Date, "DATE", [
        (date(1900, 2, 28), REFUSED), (date(1900, 3, 1), (date(1900, 3, 1), False))]),
]  # fmt: skip


def named(column: Column) -> str:
    return f"{column.head} {column.polars}"


def frame_of(column: Column) -> pl.DataFrame:
    cells = [cell for cell, _ in column.cells]
    firms = [f"兰州{i}号有限公司" for i in range(len(cells))]
    return pl.DataFrame(
        {"企业名称": firms, column.head: pl.Series(cells, dtype=column.polars, strict=False)}
    )


def of_ledger(paths: list[Path], column: Column) -> list[Read]:
    ledger = read_ledgers(paths, as_of=TODAY)
    bad = {p.row for p in ledger.problems if p.head == column.head}
    values = ledger.columns.get(column.key, [None] * len(ledger))
    return [(v, p[2] in bad) for v, p in zip(values, ledger.places, strict=True)]


def by_csv(column: Column, folder: Path) -> list[Read]:
    path = folder / "台账.csv"
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        rows = csv.writer(file)
        rows.writerow(["企业名称", column.head])
        for firm, cell in frame_of(column).iter_rows():
            form = {Decimal: "f", float: ".15g"}.get(type(cell))
            rows.writerow([firm, format(cell, form) if form else cell])
    return of_ledger([path], column)


def by_parquet(column: Column, folder: Path) -> list[Read]:
    path = folder / "台账.parquet"
    frame_of(column).write_parquet(path)
    ledger = parquet.scan(path, TODAY).collected()
    flagged = [OUT_OF_DOMAIN in flags for flags in ledger.flags]
    return list(zip(ledger.columns[column.key], flagged, strict=True))


def asked(dialect: Dialect, table: str, types: dict[str, str], column: Column, ask: Any) -> Any:
    """The statement that reads the column as the first query of a law does."""
    source, _ = source_of(dialect, table, types, TODAY, "表", ask=ask)
    given, flag = source.columns[column.key], source.columns[f"flag:{OUT_OF_DOMAIN}"]
    read = ", ".join(f"{text} AS {name}" for name, text in {**given.read, **flag.read}.items())
    firm = dialect.name_of("企业名称")
    inner = f"SELECT {read}, {firm} AS firm FROM {table}"
    rows = ask(f"SELECT firm, {given.value} AS v, {flag.value} AS f FROM ({inner}) AS t")
    in_order = sorted(rows, key=lambda row: int(row[0][2:-5]))
    return [(value, flagged) for _, value, flagged in in_order]


def by_session(name: str, dialect: Dialect) -> Callable[[Column, Path], list[Read]]:
    def run(column: Column, folder: Path) -> list[Read]:
        there: Any = session(name)

        def ask(text: str) -> list[Any]:
            return [tuple(row.values()) for row in there.rows(text)]

        table = there.lend(frame_of(column))
        described = ask(f"DESCRIBE SELECT * FROM {table}")
        return asked(dialect, table, {row[0]: row[1] for row in described}, column, ask)

    return run


def by_postgres(column: Column, folder: Path) -> list[Read]:
    with psycopg.connect(postgres(), autocommit=True) as connection:
        kind = f'("企业名称" TEXT, "{column.head}" {column.postgres})'
        connection.execute(f"CREATE TEMPORARY TABLE cells {kind}".encode())
        for row in frame_of(column).iter_rows():
            connection.execute("INSERT INTO cells VALUES (%s, %s)", row)
        types = {"企业名称": "text", column.head: column.postgres.lower()}
        ask = lambda text: connection.execute(text.encode()).fetchall()  # noqa: E731
        return asked(POSTGRES, "cells", types, column, ask)


READERS = {
    "csv": by_csv,
    "parquet": by_parquet,
    "duckdb": by_session("duckdb", DUCKDB),
    "postgres": by_postgres,
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("column", COLUMNS, ids=named)
def test_a_cell_is_read_alike(column: Column, reader: str, tmp_path: Path) -> None:
    found = READERS[reader](column, tmp_path)
    shown = [(cell, read) for (cell, _), read in zip(column.cells, found, strict=True)]
    assert shown == list(column.cells)


def test_a_law_takes_only_what_the_catalogue_has(tmp_path: Path) -> None:
    """All the way: a word that is no field is no pass, and is flagged, with and without a
    database."""
    law = library.in_force("高新技术企业认定", TODAY)
    column = next(one for one in COLUMNS if one.key == "field_code")
    path = tmp_path / "台账.parquet"
    frame_of(column).write_parquet(path)
    expected = sorted(
        (f"兰州{i}号有限公司", "unknown" if value is None else "pass", is_refused)
        for i, (_, (value, is_refused)) in enumerate(column.cells)
    )
    parquet.screen_to_file(
        parquet.scan(path, TODAY), [law], TODAY, {}, tmp_path / "逐企结论.parquet"
    )
    with place_of(f"duckdb:{path}", []) as place:
        target = str(tmp_path / "库.parquet")
        found = judged(place, [law], TODAY, {}, target, nobody_watches)
    assert found.flagged == sum(is_refused for *_, is_refused in expected)
    for made in (tmp_path / "逐企结论.parquet", tmp_path / "库.parquet"):
        sheet = pl.read_parquet(made).fill_null("")
        told = sheet.select(
            "identity", "HNTE-C3_truth", pl.col("flags").str.contains(OUT_OF_DOMAIN)
        )
        assert sorted(told.iter_rows()) == expected


def test_a_table_with_thousands_of_words_is_not_asked_for_them() -> None:
    """They are unknown and flagged, all of them, whichever the database would have told first."""
    rows = [(f"第{i}种",) for i in range(10_000)]
    fact = catalogue()["field_code"]
    assert unusual(DUCKDB, "t", {"field_code": ("x", fact)}, lambda _: rows) == {"field_code": {}}


def test_words_of_one_column_do_not_use_up_those_of_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Few words in each column, more combinations of them than are asked for."""
    monkeypatch.setattr(wordcells, "_MOST", 6)
    there: Any = session("duckdb")
    fields, marks = ["1.1.10 物联网应用软件", "物联网应用软件"], ["Ｙ", "-", " n/a"]
    odd = [f"第{i}种" for i in range(6)]
    rows = [(a, b, c) for a in fields for b in marks for c in odd]
    table = there.lend(pl.DataFrame(rows, schema=["a", "b", "c"], orient="row"))
    facts = {"a": "field_code", "b": "ip_self_developed", "c": "resident"}
    columns = {key: (f'"{key}"', catalogue()[code]) for key, code in facts.items()}
    ask = lambda text: [tuple(row.values()) for row in there.rows(text)]  # noqa: E731
    assert unusual(DUCKDB, table, columns, ask) == {
        "a": dict.fromkeys(sorted(fields), "1.1.10"),
        "b": {"-": None, "n/a": None, "ｙ": True},
        "c": {},
    }
