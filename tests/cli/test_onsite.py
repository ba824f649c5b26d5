"""``screen --on``, ``law sql`` and ``law check --on`` from outside."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import polars as pl
import psycopg
import pytest
import sqlglot

from denggao.cli import main
from tests.databases import load, postgres

SME = "科技型中小企业评价"
DAY = ["--as-of", "2026-06-30", "--law", SME]
FRAME = pl.DataFrame(
    {
        "企业名称": ["甲公司", "乙公司"],
        "成立日期": [date(2019, 5, 6), None],
        "2025年职工总数": [100, 600],
        "2025年科技人员数": [30, 10],
        "2025年销售收入（万元）": [1200.5, 1e300],
        "居民企业": ["是", "说不清"],
        "天气": ["", ""],
    }
)
Capture = pytest.CaptureFixture[str]


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
def file(tmp_path: Path) -> Path:
    path = tmp_path / "县.parquet"
    FRAME.write_parquet(path)
    return path


@contextmanager
def table(frame: pl.DataFrame = FRAME, name: str = "企业台账") -> Iterator[str]:
    where = postgres()
    with psycopg.connect(where, autocommit=True) as connection:
        load(connection, name, frame)
        yield f"{where}/{name}"
        for each in (name, f"{name}_逐企结论"):
            connection.execute(f'DROP TABLE IF EXISTS "{each}"'.encode())


def tables() -> set[str]:
    with psycopg.connect(postgres()) as connection:
        rows = connection.execute("SELECT relname FROM pg_class WHERE relkind IN ('r', 'v')")
        return {str(row[0]) for row in rows.fetchall()}


# --- done ----------------------------------------------------------------------------------


def test_duckdb(file: Path, capsys: Capture) -> None:
    text = done(capsys, "screen", "--on", f"duckdb:{file}", *DAY)
    assert "企业 2 户" in text
    assert "按未知算的 1 户" in text  # 1e300, and a yes or no that is neither
    assert "没有读的列 1 个：天气" in text
    made = pl.read_parquet(file.with_name("县.逐企结论.parquet"))
    assert made["identity"].to_list() == ["甲公司", "乙公司"]
    assert made["flags"].to_list() == ["", "OUT_OF_DOMAIN"]
    assert made["SME-C1_truth"].to_list() == ["unknown", "unknown"]


def test_postgres(capsys: Capture) -> None:
    with table() as where:
        text = done(capsys, "screen", "--on", where, *DAY)
        assert "企业 2 户" in text
        assert '结果在 "public"."企业台账_逐企结论"' in text
        assert "企业台账_逐企结论" in refused(capsys, "screen", "--on", where, *DAY)
        done(capsys, "screen", "--on", where, *DAY, "--replace")
        assert "企业台账_逐企结论" in tables()


BROKEN = "2025年\n职工总数"


def test_a_head_with_a_line_break(tmp_path: Path, capsys: Capture) -> None:
    """As a cell of a workbook has it, and as it went with the sheet into a database."""
    frame = FRAME.rename({"2025年职工总数": BROKEN, "企业名称": "企业\n名称"})
    file = tmp_path / "a.parquet"
    frame.write_parquet(file)
    done(capsys, "screen", "--on", f"duckdb:{file}", *DAY)
    made = pl.read_parquet(tmp_path / "a.逐企结论.parquet")
    assert dict(made.select("identity", "SME-C2_truth").rows())["乙公司"] == "fail"
    with table(frame) as where:
        done(capsys, "screen", "--on", where, *DAY)
        with psycopg.connect(where.rpartition("/")[0]) as connection:
            rows = connection.execute(
                'SELECT identity, "SME-C2_truth" FROM "企业台账_逐企结论"'.encode()
            )
            assert dict(rows.fetchall()) == dict(made.select("identity", "SME-C2_truth").rows())


def test_a_column_map(tmp_path: Path, capsys: Capture) -> None:
    mapping = tmp_path / "对照.toml"
    mapping.write_text(
        '[heads]\n"厂里人数" = { fact = "职工总数", year = 2025 }\n', encoding="utf-8"
    )
    path = tmp_path / "a.parquet"
    pl.DataFrame({"企业名称": ["甲"], "厂里人数": [501]}).write_parquet(path)
    done(capsys, "screen", "--on", f"duckdb:{path}", *DAY, "--columns", mapping)
    made = pl.read_parquet(tmp_path / "a.逐企结论.parquet")
    assert made["SME-C2_truth"].to_list() == ["fail"]


def test_law_check_on_databases(capsys: Capture) -> None:
    text = done(capsys, "law", "check", SME, "--on", "duckdb", "--on", postgres())
    for engine in ("reference", "columnar", "duckdb", "postgres"):
        assert f"{engine}：算例" in text
    assert "不过" not in text


DIALECTS = ["postgres", "spark", "duckdb", "doris", "starrocks", "hive", "clickhouse"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_law_sql_in_every_dialect(dialect: str, capsys: Capture) -> None:
    text = done(capsys, "law", "sql", SME, "--dialect", dialect, "--as-of", "2026-06-30")
    (parsed,) = sqlglot.parse(text, read=dialect)
    assert parsed is not None
    assert {"identity", "verdict", "SME-C2_gap"} <= set(parsed.named_selects)
    assert "第六条（二）" in text
    upper = text.upper()
    assert "CURRENT_DATE" not in upper
    assert "NOW()" not in upper


def test_law_sql_runs_as_a_view(capsys: Capture) -> None:
    """Over a table in the catalogue's codes, two laws in one pass."""
    text = done(
        capsys, "law", "sql", SME, "高新技术企业认定", "--view", "结论", "--table", "标准台账",
        "--as-of", "2026-06-30",
    )  # fmt: skip
    wanted = sorted(set(_heads(text)))
    with psycopg.connect(postgres(), autocommit=True) as connection:
        kinds = ", ".join(f'"{name}" {_kind(name)}' for name in wanted)
        connection.execute(f'CREATE TABLE "标准台账" ({kinds})'.encode())
        try:
            connection.execute(
                'INSERT INTO "标准台账" ("uscc", "staff@2025") VALUES (\'甲\', 501)'.encode()
            )
            connection.execute(text.encode())
            rows = connection.execute(
                'SELECT law, "SME-C2_truth", "HNTE-C1_truth" FROM "结论" ORDER BY law'.encode()
            ).fetchall()
            assert rows == [(SME, "fail", None), ("高新技术企业认定", None, "unknown")]
        finally:
            connection.execute('DROP VIEW IF EXISTS "结论"'.encode())
            connection.execute('DROP TABLE "标准台账"'.encode())


def _heads(text: str) -> list[str]:
    """The columns that the first query reads of the table."""
    first = text.partition('FROM "标准台账"')[0]
    parsed = sqlglot.tokenize(first, read="postgres")
    names = [t.text for t in parsed if t.token_type.name == "IDENTIFIER"]
    return [name for name in names if not name.endswith("·步") and name.isascii()]


def _kind(name: str) -> str:
    from denggao.facts.catalogue import catalogue

    fact = catalogue()[name.partition("@")[0]]
    words = {"日期": "DATE", "是否": "BOOLEAN"}
    return "NUMERIC(21, 4)" if fact.numeric else words.get(fact.unit, "TEXT")


# --- refused -------------------------------------------------------------------------------


def test_unknown_dialect(capsys: Capture) -> None:
    assert "oracle" in refused(capsys, "law", "sql", SME, "--dialect", "oracle")


def test_addresses_that_are_none(file: Path, capsys: Capture) -> None:
    for on in ("oracle://x/y", "duckdb", "spark:", "县.parquet"):
        assert "读不懂" in refused(capsys, "screen", "--on", on)
    for on in ("postgresql", "postgresql://a:secret@h/db"):
        assert "哪一张表" in refused(capsys, "screen", "--on", on)
    assert "不要再给" in refused(capsys, "screen", "--on", f"duckdb:{file}", file)
    assert "一份" in refused(capsys, "screen", "--on", "spark:local[2]")
    assert "--top" in refused(capsys, "screen", "--on", f"duckdb:{file}", "--top", "3")


def test_a_password_is_never_told(capsys: Capture) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for where in (f"127.0.0.1:{port}", "127.0.0.1:bad", "["):
        message = refused(capsys, "screen", "--on", f"postgresql://me:s3cr3t@{where}/db/t")
        assert "s3cr3t" not in message


def test_no_such_table(capsys: Capture) -> None:
    assert "没有表 没这张" in refused(capsys, "screen", "--on", f"{postgres()}/没这张")


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (pl.DataFrame({"2025年职工总数": [1]}), "没有标识列"),
        (pl.DataFrame({"企业名称": ["甲"], "天气": ["x"]}), "没有认识的表头"),
        (pl.DataFrame({"企业名称": ["甲"], "2025年职工总数": ["一百"]}), "应是数字列"),
        (pl.DataFrame({"企业名称": ["甲"], "成立日期": [2019]}), "应是日期列"),
    ],
)
def test_columns_that_do_not_fit(
    frame: pl.DataFrame, told: str, tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / "a.parquet"
    frame.write_parquet(path)
    assert told in refused(capsys, "screen", "--on", f"duckdb:{path}", *DAY)
    assert [p.name for p in tmp_path.iterdir()] == ["a.parquet"]
    before = tables()
    with table(frame, "不合") as where:
        assert told in refused(capsys, "screen", "--on", where, *DAY)
        assert tables() - before == {"不合"}


def test_no_right_to_make_a_table(capsys: Capture) -> None:
    with table() as where, psycopg.connect(postgres(), autocommit=True) as connection:
        connection.execute("CREATE ROLE reader LOGIN")
        connection.execute('GRANT SELECT ON "企业台账" TO reader'.encode())
        before = tables()
        try:
            parts = urlsplit(where)
            as_reader = where.replace(parts.netloc, parts.netloc.replace("denggao@", "reader@"))
            assert "建表的权限" in refused(capsys, "screen", "--on", as_reader, *DAY)
            assert tables() == before
        finally:
            connection.execute('REVOKE ALL ON "企业台账" FROM reader'.encode())
            connection.execute("DROP ROLE reader")


def test_a_table_that_is_not_ours_is_never_replaced(capsys: Capture) -> None:
    with table() as where, table(FRAME, "别人的"):
        message = refused(capsys, "screen", "--on", where, *DAY, "-o", "别人的", "--replace")
        assert "不是登高写的" in message


def test_files_that_are_none(tmp_path: Path, capsys: Capture) -> None:
    broken = tmp_path / "坏.parquet"
    broken.write_bytes(b"PAR1 no")
    assert "读不出来" in refused(capsys, "screen", "--on", f"duckdb:{broken}", *DAY)
    assert "没有文件" in refused(capsys, "screen", "--on", f"duckdb:{tmp_path}/无.parquet", *DAY)
    assert "没有文件" in refused(
        capsys, "screen", "--on", "spark:local[1]", tmp_path / "无.parquet", *DAY
    )


def test_a_master_that_does_not_answer(file: Path, capsys: Capture) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        master = f"spark://127.0.0.1:{free.getsockname()[1]}"
    assert "没有应答" in refused(capsys, "screen", "--on", f"spark:{master}", file, *DAY)
    assert [path.name for path in file.parent.iterdir()] == [file.name]
