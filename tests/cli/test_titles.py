"""``--titles``: certificates from a table or file of their own, from outside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import polars as pl
import psycopg
import pytest
import sqlglot

from denggao.cli import main
from tests.databases import load, postgres

SME = "科技型中小企业评价"
DAY = ["--as-of", "2026-06-30", "--law", SME]
FIRMS = pl.DataFrame(
    {
        "企业名称": ["甲公司", "乙公司", "丙公司"],
        "2025年职工总数": [100, 100, 100],
        "2025年科技人员数": [30, 30, 30],
    }
)
PAPERS = pl.DataFrame(
    {
        "企业名称": ["甲公司", "乙公司", "丁公司"],
        "资格名称": ["高企证书", "高企", "高企"],
        "证书编号": ["GR202362000001", "GR202262000002", "GR202362000003"],
        "发证日期": [date(2023, 7, 1), date(2022, 7, 1), date(2023, 7, 1)],
        "有效期至": [date(2026, 6, 30), date(2026, 6, 29), date(2026, 6, 30)],
        "备查": ["", "", ""],
    }
)
HELD = {"甲公司": "pass", "乙公司": "unknown", "丙公司": "unknown"}
Capture = pytest.CaptureFixture[str]
Files = tuple[Path, Path]


def done(capsys: Capture, *arguments: object) -> str:
    assert main([str(a) for a in arguments]) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def refused(capsys: Capture, *arguments: object) -> str:
    assert main([str(a) for a in arguments]) == 2
    told = capsys.readouterr()
    assert not told.out
    assert told.err.startswith("错误：")
    assert "Traceback" not in told.err
    return told.err


@pytest.fixture
def files(tmp_path: Path) -> Files:
    found = tmp_path / "县.parquet", tmp_path / "证书.parquet"
    FIRMS.write_parquet(found[0])
    PAPERS.write_parquet(found[1])
    return found


@pytest.fixture
def tables() -> Iterator[str]:
    """The two as tables 证企 and 证书; the address of the first."""
    where = postgres()
    with psycopg.connect(where, autocommit=True) as connection:
        load(connection, "证企", FIRMS)
        load(connection, "证书", PAPERS)
        yield f"{where}/证企"
        for name in ("证企", "证书", "证企_逐企结论"):
            connection.execute(f'DROP TABLE IF EXISTS "{name}"'.encode())


def there(name: str) -> set[str]:
    with psycopg.connect(postgres()) as connection:
        rows = connection.execute("SELECT relname FROM pg_class WHERE relkind IN ('r', 'v')")
        return {str(row[0]) for row in rows.fetchall()} - {name}


def direct(path: Path) -> dict[str, str]:
    read = pl.read_parquet if path.suffix == ".parquet" else pl.read_csv
    return dict(read(path).select("name", "SME-D_truth").iter_rows())


TOLD = [
    "证书 3 张，其中 1 张的企业不在企业表里（如 丁公司），没有用",
    "证书表里没有的企业 1 户，有没有证书按未知算；证书表是全的，请加 --titles-complete",
    "证书表里没有读的列 1 个：备查",
]


# --- done ----------------------------------------------------------------------------------


@pytest.mark.parametrize("out", ["结论.csv", "结论.parquet"])
def test_beside_a_ledger_of_parquet(files: Files, out: str, capsys: Capture) -> None:
    made = files[0].with_name(out)
    text = done(capsys, "screen", files[0], *DAY, "--titles", files[1], "-o", made)
    assert all(line in text for line in TOLD)
    assert direct(made) == HELD


def test_with_a_workbook_for_people(files: Files, capsys: Capture) -> None:
    made = files[0].with_name("结论.xlsx")
    text = done(capsys, "screen", files[0], *DAY, "--titles", files[1], "-o", made)
    assert all(line in text for line in TOLD)
    sheet = openpyxl.load_workbook(made)["逐企结论"]
    rows = [[str(cell.value) for cell in row] for row in sheet.iter_rows()]
    assert any("甲公司" in row for row in rows)


def test_on_duckdb(files: Files, capsys: Capture) -> None:
    text = done(capsys, "screen", "--on", f"duckdb:{files[0]}", *DAY, "--titles", files[1])
    assert all(line in text for line in TOLD)
    assert direct(files[0].with_name("县.逐企结论.parquet")) == HELD
    assert {p.name for p in files[0].parent.iterdir()} == {
        "县.parquet", "证书.parquet", "县.逐企结论.parquet"
    }  # fmt: skip


def test_on_postgres(tables: str, capsys: Capture) -> None:
    text = done(capsys, "screen", "--on", tables, *DAY, "--titles", "证书")
    assert all(line in text for line in TOLD)
    with psycopg.connect(postgres()) as connection:
        rows = connection.execute('SELECT name, "SME-D_truth" FROM "证企_逐企结论"'.encode())
        assert dict(rows.fetchall()) == HELD


def test_a_complete_register(files: Files, capsys: Capture) -> None:
    made = files[0].with_name("结论.csv")
    text = done(
        capsys, "screen", files[0], *DAY, "--titles", files[1], "--titles-complete", "-o", made
    )
    assert "证书表里没有的企业 1 户，按没有证书算" in text


def test_without_certificates_it_is_said(files: Files, capsys: Capture) -> None:
    told = "规范问到证书（持有 高新技术企业），没有给证书表，一律按未知算；用 --titles 给出"
    assert told in done(capsys, "screen", "--on", f"duckdb:{files[0]}", *DAY)
    assert told in done(capsys, "screen", files[0], *DAY)
    assert told in done(capsys, "screen", files[0], *DAY, "-o", files[0].with_name("a.csv"))
    assert "没有给证书表（--titles），一律按未知算" in done(capsys, "law", "sql", SME)
    other = [*DAY[:2], "--law", "高新技术企业认定"]
    assert "证书" not in done(capsys, "screen", files[0], *other)
    text = done(capsys, "screen", files[0], *other, "--titles", files[1])
    assert "规范没有问到证书，证书表用不上" in text


def test_a_column_map_names_their_columns(files: Files, tmp_path: Path, capsys: Capture) -> None:
    mapping = tmp_path / "对照.toml"
    mapping.write_text('[heads]\n"到哪天" = "有效期至"\n', encoding="utf-8")
    PAPERS.rename({"有效期至": "到哪天"}).write_parquet(files[1])
    made = tmp_path / "结论.csv"
    arguments = ["screen", files[0], *DAY, "--titles", files[1], "--columns", mapping, "-o", made]
    done(capsys, *arguments)
    assert direct(made) == HELD


# --- as a text -----------------------------------------------------------------------------

DIALECTS = ["postgres", "spark", "duckdb", "doris", "starrocks", "hive", "clickhouse"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_law_sql_in_every_dialect(dialect: str, capsys: Capture) -> None:
    text = done(
        capsys, "law", "sql", SME, "--dialect", dialect, *DAY[:2], "--titles", "库.证书表"
    )  # fmt: skip
    (parsed,) = sqlglot.parse(text, read=dialect)
    assert parsed is not None
    assert {"identity", "SME-D_truth"} <= set(parsed.named_selects)
    tables = {table.name for table in parsed.find_all(sqlglot.exp.Table)}
    assert {"证书表", "证书逐户"} <= tables
    assert tables & {"台账", "ledger"}
    assert "2026-06-30" in text
    assert "CURRENT_DATE" not in text.upper()


ROWS = [
    ("甲", "高新技术企业", "2023-07-01", "2026-06-30", None, None),
    ("乙", "高新技术企业", "2023-07-01", "2026-06-30", None, None),
    ("乙", "高新技术企业", "2026-06-30", None, None, "取消"),
    ("丙", None, None, None, None, None),
    ("丁", "高新技术企业", "2023-07-01", None, None, None),
]
WANTED = {"甲": "pass", "乙": "fail", "丙": "fail", "丁": "unknown", "戊": "unknown"}
#: Nothing else would confirm it directly.
NOTHING_ELSE = '"science_award" = FALSE, "rd_institution" = FALSE, "standard_led" = FALSE'


def made_of(capsys: Capture, dialect: str, *more: str) -> str:
    return done(
        capsys, "law", "sql", SME, "--dialect", dialect, *DAY[:2],
        "--titles", "证书", "--table", "标准台账", *more,
    )  # fmt: skip


def filled(execute: Any, text: str) -> None:
    """The two tables that the statement reads."""
    from denggao.facts.catalogue import catalogue

    kinds = {"日期": "DATE", "是否": "BOOLEAN"}
    parsed = sqlglot.parse_one(text[text.index("WITH") :], read="postgres")
    (first,) = (c for c in parsed.find_all(sqlglot.exp.CTE) if c.alias == "读入")
    heads = {c.name for c in first.find_all(sqlglot.exp.Column)}
    columns = ", ".join(
        f'"{head}" {"NUMERIC(21, 4)" if fact.numeric else kinds.get(fact.unit, "TEXT")}'
        for head in sorted(heads)
        if (fact := catalogue().get(head.partition("@")[0]))
    )
    execute(f'CREATE TABLE "标准台账" ({columns})')
    execute(
        'CREATE TABLE "证书" (uscc TEXT, kind TEXT, issued_on DATE, valid_to DATE,'
        " cancelled_on DATE, event TEXT)"
    )
    for code in WANTED:
        execute(f"INSERT INTO \"标准台账\" (uscc, name) VALUES ('{code}', '{code}')")
    execute(f'UPDATE "标准台账" SET {NOTHING_ELSE}')
    for row in ROWS:
        values = ", ".join("NULL" if cell is None else f"'{cell}'" for cell in row)
        execute(f'INSERT INTO "证书" VALUES ({values})')


ASKED = 'SELECT identity, "SME-D_truth" FROM ({}) AS x'


def test_law_sql_runs_on_duckdb(capsys: Capture) -> None:
    connection = duckdb.connect()
    text = made_of(capsys, "duckdb")
    filled(connection.execute, made_of(capsys, "postgres"))
    found = dict(connection.execute(ASKED.format(text)).fetchall())
    assert found == WANTED
    text = made_of(capsys, "duckdb", "--titles-complete")
    found = dict(connection.execute(ASKED.format(text)).fetchall())
    assert found == WANTED | {"戊": "fail"}


def test_law_sql_runs_as_a_view(capsys: Capture) -> None:
    text = made_of(capsys, "postgres", "--view", "结论")
    with psycopg.connect(postgres(), autocommit=True) as connection:
        try:
            filled(lambda one: connection.execute(one.encode()), made_of(capsys, "postgres"))
            connection.execute(text.encode())
            rows = connection.execute('SELECT identity, "SME-D_truth" FROM "结论"'.encode())
            assert dict(rows.fetchall()) == WANTED
        finally:
            connection.execute('DROP VIEW IF EXISTS "结论"'.encode())
            for name in ("标准台账", "证书"):
                connection.execute(f'DROP TABLE IF EXISTS "{name}"'.encode())


# --- refused -------------------------------------------------------------------------------


def test_where_it_does_not_belong(files: Files, tmp_path: Path, capsys: Capture) -> None:
    book = tmp_path / "县.xlsx"
    FIRMS.write_excel(book)
    message = refused(capsys, "screen", book, *DAY, "--titles", files[1])
    assert "--titles 只和 --on 或一份 .parquet 台账同用" in message
    assert "只和 --titles 同用" in refused(capsys, "screen", files[0], "--titles-complete")
    assert "只和 --titles 同用" in refused(capsys, "law", "sql", SME, "--titles-complete")


def test_no_such_file_or_table(files: Files, tables: str, capsys: Capture) -> None:
    absent = files[0].with_name("无.parquet")
    for where in (["screen", files[0]], ["screen", "--on", f"duckdb:{files[0]}"]):
        assert "没有文件" in refused(capsys, *where, *DAY, "--titles", absent)
    before = there("")
    message = refused(capsys, "screen", "--on", tables, *DAY, "--titles", "没这张")
    assert "没有表 没这张" in message
    assert there("") == before


def test_a_result_that_would_cover_the_certificates(files: Files, capsys: Capture) -> None:
    before = files[1].read_bytes()
    for where in (["screen", files[0]], ["screen", "--on", f"duckdb:{files[0]}"]):
        message = refused(capsys, *where, *DAY, "--titles", files[1], "-o", files[1])
        assert "盖掉" in message
    assert files[1].read_bytes() == before


BAD = [
    (PAPERS.drop("企业名称"), "没有“企业名称”：企业表用这一列认企业"),
    (PAPERS.select("企业名称", "备查"), "没有证书的表头"),
    (PAPERS.with_columns(到期日期=pl.col("有效期至")), "“有效期至”和“到期日期”是证书的同一项"),
]


@pytest.mark.parametrize(("frame", "told"), BAD, ids=["whose", "none", "twice"])
def test_columns_that_do_not_fit(
    frame: pl.DataFrame, told: str, files: Files, capsys: Capture
) -> None:
    frame.write_parquet(files[1])
    out = files[0].with_name("a.parquet")
    for where in (["screen", files[0]], ["screen", "--on", f"duckdb:{files[0]}"]):
        message = refused(capsys, *where, *DAY, "--titles", files[1], "-o", out)
        assert told in message
        assert "证书.parquet" in message
    assert {p.name for p in files[0].parent.iterdir()} == {"县.parquet", "证书.parquet"}


def test_days_that_are_none(files: Files, tables: str, capsys: Capture) -> None:
    """A database is asked for a column of days; of a file each word is read as in a workbook."""
    words = PAPERS.with_columns(有效期至=pl.Series(["2026年6月30日", "很久", ""]))
    words.write_parquet(files[1])
    message = refused(capsys, "screen", "--on", f"duckdb:{files[0]}", *DAY, "--titles", files[1])
    assert "「证书.parquet」的“有效期至”应是日期列" in message
    made = files[0].with_name("结论.csv")
    text = done(capsys, "screen", files[0], *DAY, "--titles", files[1], "-o", made)
    assert "证书的日期不能用、按未知算的企业 1 户（标记 OUT_OF_DOMAIN）" in text
    assert direct(made) == HELD
    with psycopg.connect(postgres(), autocommit=True) as connection:
        connection.execute('ALTER TABLE "证书" ALTER "有效期至" TYPE TEXT'.encode())
    before = there("")
    assert "应是日期列" in refused(capsys, "screen", "--on", tables, *DAY, "--titles", "证书")
    assert there("") == before


def test_a_file_that_is_none(files: Files, capsys: Capture) -> None:
    files[1].write_bytes(b"PAR1 no")
    for where in (["screen", files[0]], ["screen", "--on", f"duckdb:{files[0]}"]):
        assert "读不出来" in refused(capsys, *where, *DAY, "--titles", files[1])
