"""``screen --on`` where the place is not as simple as it looks."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
import time
from _thread import interrupt_main
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import polars as pl
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from denggao.cli import main
from denggao.facts.errors import UserError
from denggao.rules.engines.sql import java
from denggao.rules.engines.sql import postgres as ours
from denggao.rules.engines.sql.dialect import POSTGRES
from denggao.rules.engines.sql.duck import DuckPlace
from denggao.rules.engines.sql.place import session_on
from denggao.rules.engines.sql.spark import _put
from denggao.rules.engines.sql.watched import watched
from tests.cli.test_onsite import DAY, FRAME, Capture, done, refused
from tests.databases import postgres
from tests.strategies import examples

HEADS = '"企业名称" TEXT, "2025年职工总数" BIGINT'
RESULTS = "_逐企结论"


@contextmanager
def schema() -> Iterator[Any]:
    """A connection in a schema of its own, which goes with all that is in it."""
    with psycopg.connect(postgres(), autocommit=True) as connection:
        connection.execute("CREATE SCHEMA there")
        connection.execute("SET search_path TO there")
        try:
            yield lambda text: connection.execute(text.encode())
        finally:
            connection.execute("DROP SCHEMA there CASCADE")


def filled(table: str, first: int, last: int) -> str:
    return f"""INSERT INTO {table} SELECT i || '号', i FROM GENERATE_SERIES({first}, {last}) AS i"""


PLAIN = f"CREATE TABLE t ({HEADS}); {filled('t', 1, 305)}"
#: Kind of a relation → how ``t`` of 305 rows is made as one.
KINDS = {
    "plain": PLAIN,
    "unlogged": PLAIN.replace("TABLE", "UNLOGGED TABLE"),
    "deleted rows": f"{PLAIN}; {filled('t', 1000, 2000)};"
    """ DELETE FROM t WHERE "2025年职工总数" > 305""",
    "children": f"CREATE TABLE t ({HEADS}); CREATE TABLE child () INHERITS (t);"
    f" CREATE TABLE grandchild () INHERITS (child);"
    f"{filled('t', 1, 5)}; {filled('child', 6, 205)}; {filled('grandchild', 206, 305)}",
    "an empty parent": f"CREATE TABLE t ({HEADS}); CREATE TABLE child () INHERITS (t);"
    f"{filled('child', 1, 305)}",
    "a child of another": f"CREATE TABLE u ({HEADS}); CREATE TABLE t () INHERITS (u);"
    f"{filled('t', 1, 305)}; {filled('u', 1, 10)}",
    "partitions": f"CREATE TABLE t ({HEADS})"
    """ PARTITION BY RANGE ("2025年职工总数");"""
    """ CREATE TABLE low PARTITION OF t FOR VALUES FROM (1) TO (100);"""
    """ CREATE TABLE rest PARTITION OF t DEFAULT PARTITION BY HASH ("企业名称");"""
    " CREATE TABLE rest0 PARTITION OF rest FOR VALUES WITH (MODULUS 2, REMAINDER 0);"
    " CREATE TABLE rest1 PARTITION OF rest FOR VALUES WITH (MODULUS 2, REMAINDER 1);"
    f"{filled('t', 1, 305)}",
    "view": PLAIN.replace(" t ", " u ") + "; CREATE VIEW t AS SELECT * FROM u",
    "materialized view": PLAIN.replace(" t ", " u ")
    + "; CREATE MATERIALIZED VIEW t AS SELECT * FROM u",
    "foreign table": "CREATE EXTENSION IF NOT EXISTS file_fdw;"
    " CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;"
    f" CREATE FOREIGN TABLE t ({HEADS}) SERVER files OPTIONS"
    " (program 'for i in $(seq 305); do echo \"$i号,$i\"; done', format 'csv')",
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_row_once(kind: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of whatever can stand after FROM, also in several parts."""
    monkeypatch.setattr(ours, "_PAGES", 1)
    with schema() as execute:
        try:
            execute(KINDS[kind])
        except psycopg.errors.FeatureNotSupported:
            pytest.skip("no such extension")
        text = done(capsys, "screen", "--on", f"{postgres()}/there.t", *DAY)
        found = execute(f'SELECT COUNT(*), COUNT(DISTINCT identity) FROM "t{RESULTS}"').fetchone()
        assert found == (305, 305)
        assert "企业 305 户" in text


# --- passwords ------------------------------------------------------------------------------

FORMS = (
    "postgresql://me:{}@127.0.0.1:1/db/t",
    "postgresql://me:{}@127.0.0.1:bad/db/t",
    "postgresql://me:{}@[/db/t",
    "postgresql://me:{}@127.0.0.1:1/db",
    "postgresql:me:{}@127.0.0.1:1/db",
    "postgresql://127.0.0.1:1/db/t?user=me&password={}",
    "postgresql://127.0.0.1:1/db/t?user=me&password={}&connect_timeout=x",
    "postgresql://127.0.0.1:1/db/t?user=me&sslpassword={}&foo=bar",
    "postgresql://127.0.0.1:1/db/t?user=me&pass%77ord={}",
    "postgresql://me:other@127.0.0.1:1/db/t?Password={}",
    "postgresql://127.0.0.1:1/db?password={}",
    "postgresql+psycopg://me:{}@127.0.0.1:1/db/t",
    "jdbc:postgresql://127.0.0.1:1/db/t?user=me&password={}",
    "host=127.0.0.1 port=1 user=me password={} dbname=db",
    "host=127.0.0.1 port=1 user=me password = '{}'",
)
#: What the pieces are made of: letters between which an address has to be divided, or not.
PIECES = st.lists(st.from_regex(r"\A[A-Z]{4}[0-9]{2}\Z"), min_size=1, max_size=3)
MARKS = st.sampled_from(["", "@", ":", "/", "?", "#", "&", "=", "%", "%zz", "'", " ", "\\", "é"])


@examples(40)
@given(st.sampled_from(FORMS), PIECES, MARKS, st.booleans())
def test_no_part_of_a_password_is_told(
    form: str, pieces: list[str], mark: str, is_quoted: bool
) -> None:
    """However the address is written."""
    secret = mark.join(pieces)
    where = form.format(quote(secret, safe="") if is_quoted else secret)
    out = io.StringIO()
    with contextlib.redirect_stderr(out), contextlib.redirect_stdout(out):
        assert main(["screen", "--on", where, *DAY]) == 2
        assert main(["screen", "--on", where, "file.parquet", *DAY]) == 2
    assert out.getvalue().count("错误：") == 2
    assert "程序出了差错" not in out.getvalue()
    with pytest.raises(UserError) as error:
        session_on(where.replace("/t?", "?"))
    told = f"{out.getvalue()}{error.value}"
    assert not [piece for piece in pieces if piece in told]


# --- the result -----------------------------------------------------------------------------


def test_a_file_is_only_replaced_when_asked_and_ours(tmp_path: Path, capsys: Capture) -> None:
    path, out = tmp_path / "县.parquet", tmp_path / "结果.parquet"
    FRAME.write_parquet(path)
    run = ["screen", "--on", f"duckdb:{path}", *DAY, "-o", out]
    FRAME.write_parquet(out)
    foreign = out.read_bytes()
    assert "加 --replace" in refused(capsys, *run)
    assert "不是登高写的" in refused(capsys, *run, "--replace")
    assert out.read_bytes() == foreign
    out.unlink()
    done(capsys, *run)
    assert "加 --replace" in refused(capsys, *run)
    done(capsys, *run, "--replace")
    assert {p.name for p in tmp_path.iterdir()} == {"县.parquet", "结果.parquet"}


class Files:
    """Of Hadoop: it says no where it cannot move something."""

    def __init__(self, there: set[str], stuck: str) -> None:
        self.there, self.stuck = there, stuck

    def exists(self, path: str) -> bool:
        return path in self.there

    def rename(self, old: str, new: str) -> bool:
        if old == self.stuck:
            return False
        self.there = self.there - {old} | {new}
        return True

    def delete(self, path: str, _: bool) -> None:
        self.there -= {path}


@pytest.mark.parametrize("stuck", ["新", "旧", ""])
def test_the_old_result_goes_last(stuck: str) -> None:
    files = Files({"新", "旧"}, stuck)
    if stuck:
        with pytest.raises(UserError, match="-o 换一个名字"):
            _put(files, str, "新", "旧")
    else:
        _put(files, str, "新", "旧")
    assert files.there == ({"新", "旧"} if stuck else {"旧"})


@pytest.mark.parametrize("name", ["百%分", "%s", '引"号', "结果50%"])
def test_a_name_with_marks_in_it(name: str, capsys: Capture) -> None:
    with schema() as execute:
        quoted = POSTGRES.name_of(name)
        execute(PLAIN.replace(" t ", f" {quoted} "))
        text = done(capsys, "screen", "--on", f"{postgres()}/there.{quote(name)}", *DAY)
        assert "企业 305 户" in text
        done(capsys, "screen", "--on", f"{postgres()}/there.{quote(name)}", *DAY, "-o", "又50%s")
        assert execute('SELECT COUNT(*) FROM "又50%s"').fetchone() == (305,)


@pytest.mark.parametrize(("error", "code"), [(KeyboardInterrupt, 130), (RuntimeError, 2)])
def test_nothing_is_left_when_counting_ends_early(
    error: type[BaseException],
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
) -> None:
    """A result that nobody was told of would stand in the way of the next."""

    def fails(place: object, made: str) -> None:
        raise error

    path = tmp_path / "县.parquet"
    FRAME.write_parquet(path)
    monkeypatch.setattr(DuckPlace, "counts", fails)
    monkeypatch.setattr(ours.PostgresPlace, "counts", fails)
    with schema() as execute:
        execute(PLAIN)
        for on in (f"duckdb:{path}", f"{postgres()}/there.t"):
            assert main(["screen", "--on", on, *DAY]) == code
            said = capsys.readouterr().err
            assert said.splitlines() == ["错误：已中断，没有写出结果"] or code == 2
        assert execute(f"SELECT TO_REGCLASS('t{RESULTS}')").fetchone() == (None,)
    assert [p.name for p in tmp_path.iterdir()] == ["县.parquet"]


# --- Spark ----------------------------------------------------------------------------------


def test_java_is_silent(tmp_path: Path) -> None:
    """One line of ours, whatever Java has to say."""
    path = tmp_path / "县.parquet"
    FRAME.write_parquet(path)
    run = subprocess.run(
        [sys.executable, "-m", "denggao", "screen", "--on", "spark:foo", path, *DAY],
        capture_output=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip
    assert run.returncode == 2
    (line,) = run.stderr.splitlines()
    assert line.startswith("错误：Spark（foo）没有应答：")
    assert "请核对" in line
    assert not run.stdout


def test_java_is_not_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would wait for ever for who has gone while it started."""
    from pyspark import SparkContext, java_gateway

    killed = []
    process = SimpleNamespace(kill=lambda: killed.append(True))

    def slow(conf: object, how: object) -> object:
        time.sleep(0.2)
        interrupt_main()
        time.sleep(0.2)
        return SimpleNamespace(proc=process)

    monkeypatch.setattr(java_gateway, "launch_gateway", slow)
    monkeypatch.setattr(SparkContext, "_gateway", None)
    with pytest.raises(KeyboardInterrupt):
        java.start(None)  # type: ignore[arg-type]
    assert killed


def test_what_has_not_begun_is_stopped_too() -> None:
    """A query that is still planned does not hear the first word."""
    asked = []
    done_ = Event()

    def stop() -> None:
        asked.append(True)
        if len(asked) == 2:
            done_.set()

    with pytest.raises(KeyboardInterrupt):
        watched(lambda: _ignored(done_.wait(20)), interrupt_main, stop)
    assert len(asked) == 2


def _ignored(found: object) -> None:
    """Nothing."""


# --- messages -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("out", "told"),
    [
        ("结果.xlsx", "不是文件“结果.xlsx”；-o 请写表名，如 结果"),
        ("没有.结果", "没有模式“没有”"),
        ("", "没有表名"),
        ("there.", "没有表名"),
        ("长" * 30, "太长"),
    ],
)
def test_a_name_that_is_none(out: str, told: str, capsys: Capture) -> None:
    with schema() as execute:
        execute(PLAIN)
        assert told in refused(capsys, "screen", "--on", f"{postgres()}/there.t", *DAY, "-o", out)


def test_no_name_of_a_file(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "县.parquet"
    FRAME.write_parquet(path)
    message = refused(capsys, "screen", "--on", f"duckdb:{path}", *DAY, "-o", "")
    assert "应以 .parquet 结尾" in message


def test_a_result_that_is_used(capsys: Capture) -> None:
    with schema() as execute:
        execute(PLAIN)
        on = f"{postgres()}/there.t"
        done(capsys, "screen", "--on", on, *DAY)
        execute(f'CREATE VIEW 汇总 AS SELECT law FROM "t{RESULTS}"')
        message = refused(capsys, "screen", "--on", on, *DAY, "--replace")
        assert "汇总" in message
        assert "请先删掉它们" in message


@pytest.mark.parametrize("wrong", ["nobody@{host}/postgres", "denggao@{host}/没有"])
def test_nobody_answers(wrong: str, capsys: Capture) -> None:
    host = postgres().partition("@")[2].partition("/")[0]
    message = refused(capsys, "screen", "--on", f"postgresql://{wrong.format(host=host)}/t", *DAY)
    assert "请核对主机、端口、库名、用户和密码" in message
    assert "does not exist" in message


def test_a_law_without_readings(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "县.parquet"
    FRAME.write_parquet(path)
    message = refused(capsys, "screen", "--on", f"duckdb:{path}", *DAY, "--reading", "附件4")
    assert "《科技型中小企业评价》没有可选的读法" in message


# --- what is told ---------------------------------------------------------------------------


def test_what_was_assumed_of_heads(tmp_path: Path, capsys: Capture) -> None:
    """Of two laws; firms are counted, not rows of the result."""
    path, mapping = tmp_path / "县.parquet", tmp_path / "对照.toml"
    frame = {"企业名称": ["甲", "乙"], "职工总数": [1, 2], "2025年销售收入": [1.0, 1e300]}
    pl.DataFrame(frame).write_parquet(path)
    mapping.write_text('[heads]\n"厂里人数" = "职工总数"\n', encoding="utf-8")
    run = ["screen", "--on", f"duckdb:{path}", "--as-of", "2026-06-30", "--columns", mapping]
    text = done(capsys, *run)
    assert "企业 2 户；有值不能用、按未知算的 1 户" in text
    assert "按上年（2025 年）读的列 1 个：职工总数" in text
    assert "按“元”读的列 1 个：2025年销售收入" in text
    assert "表里没有的表头 1 个：厂里人数" in text
