"""``law sql``: what the statement says of the table it reads, and over whose columns it is."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl
import psycopg
import pytest

from denggao.cli import main
from tests.cli.test_onsite import FRAME, SME, done, refused, table

DAY = ["--as-of", "2026-06-30"]
Capture = pytest.CaptureFixture[str]


def head(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("-- ")]


def test_the_head_tells_the_columns(capsys: Capture) -> None:
    text = done(capsys, "law", "sql", SME, *DAY)
    told = " ".join(" ".join(line.split()) for line in head(text))
    assert "sales@2025 NUMERIC(21, 4) 销售收入，2025 年，元" in told
    assert "established_on DATE 成立日期" in told
    assert "resident BOOLEAN 居民企业" in told
    assert "PostgreSQL 13" in told


def test_a_table_made_by_the_head_is_read(capsys: Capture) -> None:
    """The table that the head describes, and nothing more, makes the statement run."""
    laws = [SME, "高新技术企业认定"]
    text = done(capsys, "law", "sql", *laws, *DAY, "--dialect", "duckdb")
    rows = [line[5:] for line in head(text) if line.startswith("--   ")][1:]
    connection = duckdb.connect()
    kinds = ("NUMERIC(21, 4)", "BOOLEAN", "VARCHAR", "DATE")
    made = [(row.split()[0], next(k for k in kinds if k in row)) for row in rows]
    listed = ", ".join(f'"{name}" {kind}' for name, kind in made)
    connection.execute(f'CREATE TABLE "台账" ({listed})')
    connection.execute("INSERT INTO \"台账\" (uscc) VALUES ('甲')")
    assert len(connection.execute(text).fetchall()) == len(laws)
    without = ",".join(name for name, kind in made if "2023" in name or name == "name")
    less = done(capsys, "law", "sql", *laws, *DAY, "--dialect", "duckdb", "--without", without)
    for name in without.split(","):
        connection.execute(f'ALTER TABLE "台账" DROP COLUMN "{name}"')
    assert len(connection.execute(less).fetchall()) == len(laws)
    assert "按未知算的" in less


def test_over_the_columns_of_a_map(tmp_path: Path, capsys: Capture) -> None:
    mapping = tmp_path / "对照.toml"
    mapping.write_text(
        '[heads]\ncode = "统一社会信用代码"\nfounded = "成立日期"\n'
        'staff = { fact = "职工总数", year = 2025 }\n'
        'income = { fact = "销售收入", unit = "万元", year = 2025 }\n',
        encoding="utf-8",
    )
    text = done(
        capsys, "law", "sql", SME, *DAY, "--dialect", "duckdb",
        "--columns", mapping, "--table", "企业",
    )  # fmt: skip
    assert "销售收入，2025 年，万元" in text
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE \"企业\" AS SELECT '甲' AS code, DATE '2019-05-06' AS founded,"
        " 501.0::NUMERIC(21, 4) AS staff, 100.5::NUMERIC(21, 4) AS income"
    )
    found = connection.execute(f'SELECT identity, "SME-C2_truth" FROM ({text})').fetchall()
    assert found == [("甲", "fail")]


def test_over_a_table_that_is_there(tmp_path: Path, capsys: Capture) -> None:
    """By its own heads and types, doubles too; what screen makes of it."""
    with table() as where:
        text = done(capsys, "law", "sql", SME, *DAY, "--on", where, "--view", "结论")
        assert "2025年职工总数" in text
        assert "天气" in next(line for line in head(text) if "没有读的列" in line)
        with psycopg.connect(where.rpartition("/")[0], autocommit=True) as connection:
            connection.execute(text.encode())
            try:
                rows = connection.execute(
                    b'SELECT identity, "SME-C2_truth" FROM "\xe7\xbb\x93\xe8\xae\xba"'
                )
                found: dict[str, str] = dict(rows.fetchall())
            finally:
                connection.execute('DROP VIEW "结论"'.encode())
    file = tmp_path / "县.parquet"
    FRAME.write_parquet(file)
    made = tmp_path / "a.parquet"
    done(capsys, "screen", "--on", f"duckdb:{file}", *DAY, "--law", SME, "-o", made)
    judged = pl.read_parquet(made)
    assert found == dict(judged.select("identity", "SME-C2_truth").rows())
    text = done(capsys, "law", "sql", SME, *DAY, "--on", f"duckdb:{file}")
    assert len(duckdb.connect().execute(text).fetchall()) == FRAME.height


LINE_ENDS = ["\n", "\r", "\r\n", "\v", "\f", "\x85", "\u2028"]


def test_a_comment_stays_one_line(tmp_path: Path, capsys: Capture) -> None:
    """Whatever ends a line in a head or a cell, the statement runs."""
    field = "x\u2028-- y/1.1.10"
    for end in LINE_ENDS:
        file = tmp_path / "县.parquet"
        heads = {"天气": f"天{end}气", "2025年职工总数": f"2025年{end}职工总数"}
        FRAME.rename(heads).with_columns(技术领域=pl.lit(field)).write_parquet(file)
        law = "高新技术企业认定"
        text = done(capsys, "law", "sql", law, *DAY, "--on", f"duckdb:{file}", "--view", "v")
        lines = text.split("\n")
        assert "2025年 职工总数" in next(line for line in lines if "职工总数，2025" in line)
        assert "天 气" in next(line for line in lines if "没有读的列" in line)
        connection = duckdb.connect()
        connection.execute(text)
        found = connection.execute('SELECT "HNTE-C3_truth" FROM v').fetchall()
        assert found == [("pass",)] * FRAME.height


def test_names_that_a_database_has_not(capsys: Capture) -> None:
    told = refused(capsys, "law", "sql", SME, "--dialect", "spark", "--view", "高企结论")
    assert "英文字母" in told
    text = done(capsys, "law", "sql", SME, "--dialect", "Spark", "--view", "hnte_result")
    assert "VIEW `hnte_result`" in text
    assert "FROM `ledger`" in text


@pytest.mark.parametrize("dialect", ["doris", "starrocks", "hive", "clickhouse"])
def test_the_head_stands_once_and_citations_stand_where_they_belong(
    dialect: str, capsys: Capture
) -> None:
    text = done(capsys, "law", "sql", SME, *DAY, "--dialect", dialect)
    assert text.count("国科发政〔2017〕115号@2017-05-03") == 1
    assert "/*" not in text
    proven = done(capsys, "law", "sql", SME, *DAY)
    cited = [
        line.strip() for line in proven.splitlines() if line.lstrip().startswith("-- 国科发政")
    ]
    assert cited == [x.strip() for x in text.splitlines() if x.lstrip().startswith("-- 国科发政")]


def test_what_judges_nobody_is_no_statement(capsys: Capture) -> None:
    told = refused(capsys, "law", "sql", "行动", *DAY)
    assert "写不成 SQL" in told
    assert "高新技术企业认定、" in told


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--without", "天气"], "天气"),
        (["--without", "name", "--on", "duckdb:x.parquet"], "--without"),
        (["--table", "t", "--on", "duckdb:x.parquet"], "--table"),
        (["--on", "spark:local"], "--columns"),
        (["--id", "code"], "--id"),
    ],
)
def test_refused(arguments: list[str], word: str, capsys: Capture) -> None:
    assert word in refused(capsys, "law", "sql", SME, *DAY, *arguments)


def test_another_dialect_than_the_table_s(tmp_path: Path, capsys: Capture) -> None:
    FRAME.write_parquet(tmp_path / "县.parquet")
    on = f"duckdb:{tmp_path / '县.parquet'}"
    assert "duckdb" in refused(capsys, "law", "sql", SME, "--on", on, "--dialect", "hive")
    assert main(["law", "sql", SME, *DAY, "--on", on, "--dialect", "DuckDB"]) == 0
