"""Spark says the same; few and small tests, for its session alone takes ten seconds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given

from denggao.facts.errors import UserError
from denggao.rules import library
from denggao.rules.cases import failures
from denggao.rules.engines.sql import java
from denggao.rules.engines.sql.cases import engine
from denggao.rules.engines.sql.dialect import SPARK, Dialect
from denggao.rules.engines.sql.place import place_of
from denggao.rules.engines.sql.source import source_of
from denggao.rules.engines.sql.there import Titles, judged, statement_of
from denggao.rules.errors import InstrumentError
from denggao.rules.library import assemble
from tests.databases import by_database, session
from tests.rules.engines import disagreements, small
from tests.rules.registers import coded, register
from tests.rules.sheets import county
from tests.rules.test_engines_agree import agree
from tests.rules.test_readers_agree import COLUMNS, Column, by_session, named
from tests.rules.test_sql_agrees import CONTROL, control_firms, too_narrow
from tests.rules.test_sql_sheet import MIDNIGHT, ZONES, lines, nobody_watches
from tests.rules.test_title_days import RULES
from tests.rules.test_title_tables import MORE, firms_with_titles
from tests.strategies import TODAY, examples, generators
from tests.strategies import instruments as texts


@pytest.fixture
def spark() -> Any:
    """Skips where there is no Spark or no Java."""
    return session("spark").spark  # type: ignore[attr-defined]


@pytest.fixture
def without_ansi(spark: Any) -> Iterator[None]:
    """A session that turns an overflow into a wrong number without a word."""
    spark.conf.set("spark.sql.ansi.enabled", "false")
    yield
    spark.conf.set("spark.sql.ansi.enabled", "true")


def test_the_control_agrees(spark: Any) -> None:
    assert not disagreements(small(CONTROL), control_firms(), TODAY, other=by_database("spark"))


def test_without_ansi_too(without_ansi: None) -> None:
    """No answer of ours hangs on the mode."""
    assert not disagreements(small(CONTROL), control_firms(), TODAY, other=by_database("spark"))


def test_an_overflow_without_ansi_is_found(
    without_ansi: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    too_narrow(monkeypatch)
    assert disagreements(small(CONTROL), control_firms(), TODAY, other=by_database("spark"))


def test_an_overflow_is_refused(spark: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    too_narrow(monkeypatch)
    with pytest.raises(Exception, match=r"(?i)overflow"):
        disagreements(small(CONTROL), control_firms(), TODAY, other=by_database("spark"))


def test_the_session_s_time_zone_changes_nothing(spark: Any) -> None:
    instant = f"TIMESTAMP_LTZ'{MIDNIGHT}'"
    found, naive = set(), set()
    for zone in ZONES:
        spark.conf.set("spark.sql.session.timeZone", zone)
        day = SPARK.day_in_shanghai(instant)
        row = spark.sql(f"SELECT CAST({day} AS STRING), CAST(CAST({instant} AS DATE) AS STRING)")
        ours, theirs = row.collect()[0]
        found.add(ours)
        naive.add(theirs)
    spark.conf.set("spark.sql.session.timeZone", "Asia/Shanghai")
    assert found == {"2025-07-01"}
    assert naive == {"2025-06-30", "2025-07-01"}  # the planted fault is seen


@pytest.fixture
def in_methods(spark: Any) -> Iterator[None]:
    """A session that makes Java of queries, as one does that is not for tests."""
    names = ("spark.sql.codegen.wholeStage", "spark.sql.codegen.factoryMode")
    before = {name: spark.conf.get(name) for name in names}
    for name, value in zip(names, ("true", "FALLBACK"), strict=True):
        spark.conf.set(name, value)
    yield
    for name, value in before.items():
        spark.conf.set(name, value)


def statement(
    spark: Any, path: Path, names: list[str], dialect: Dialect = SPARK, width: int = 1000
) -> str:
    """Of these laws over so many columns of a county's table, written to the path."""
    laws = [library.in_force(name, TODAY) for name in names]
    frame = coded(county(Random(12), 10, laws)[1])
    frame.select(frame.columns[:width]).write_parquet(path)
    fields = spark.read.parquet(str(path)).schema.fields
    types = {field.name: field.dataType.simpleString() for field in fields}
    source, _ = source_of(dialect, f"PARQUET.`{path}`", types, TODAY, "县")
    return statement_of(dialect, source, laws, TODAY, {})


def test_java_compiles_every_method(spark: Any, in_methods: None, tmp_path: Path) -> None:
    """Java interprets a method of more than 8,000 bytes, which is ten times slower; without
    fences there is such a one."""
    path = tmp_path / "县.parquet"

    def largest(dialect: Dialect) -> int:
        text = statement(spark, path, ["科技型中小企业评价"], dialect)
        said = spark.sql(f"EXPLAIN CODEGEN {text}").collect()[0][0]
        return max(map(int, re.findall(r"maxMethodCodeSize:(\d+)", said)))

    assert largest(SPARK) <= 8_000 < largest(replace(SPARK, apart=""))


def test_two_laws_are_understood(spark: Any, tmp_path: Path) -> None:
    """A query for each article of both, and its analyser takes a turn for each."""
    laws = ["高新技术企业认定", "科技型中小企业评价"]
    text = statement(spark, tmp_path / "县.parquet", laws, width=20)
    assert {"law", "HNTE-C1_truth", "SME-S.rd1_truth"} <= set(spark.sql(text).columns)
    spark.conf.set("spark.sql.analyzer.maxIterations", "50")  # Spark has 100
    with pytest.raises(Exception, match="Max iterations"):
        spark.sql(text)
    spark.conf.set("spark.sql.analyzer.maxIterations", "1000")


def test_nothing_is_left_where_one_works(spark: Any) -> None:
    """Spark makes an empty folder for tables of its own."""
    assert spark.conf.get("spark.sql.warehouse.dir").endswith(str(java.folder()))
    assert not Path("spark-warehouse").exists()


def test_cases_of_a_law(spark: Any) -> None:
    law = library.in_force("规模以上企业", TODAY)
    assert failures(law, engine(session("spark"))) == []


def test_random_instruments(spark: Any) -> None:
    compared = []

    @examples(2, nightly=2000)
    @given(texts(), generators)
    def compare(text: str, rnd: Random) -> None:
        try:
            agree(assemble(text, "试验.md"), rnd, 12, by_database("spark"))
            compared.append(text)
        except (InstrumentError, UserError):
            pass

    compare()
    assert compared


SPARKS_OWN = [c for c in COLUMNS if c.polars in (pl.Decimal(38, 18), pl.Decimal(18, 6))]


@pytest.mark.parametrize("column", SPARKS_OWN, ids=named)
def test_decimals_of_spark(spark: Any, column: Column, tmp_path: Path) -> None:
    found = by_session("spark", SPARK)(column, tmp_path)
    shown = [(cell, read) for (cell, _), read in zip(column.cells, found, strict=True)]
    assert shown == list(column.cells)


def test_certificates(spark: Any) -> None:
    """Whatever is asked of them, with cancellations among them too."""
    firms = firms_with_titles(Random(5), 60)
    for rules in (RULES, MORE):
        assert disagreements(small(rules), firms, TODAY, other=by_database("spark")) == []


def test_the_sheet_is_the_same_bytes(spark: Any, tmp_path: Path) -> None:
    laws = [library.in_force("科技型中小企业评价", TODAY)]
    path, papers = tmp_path / "县.parquet", tmp_path / "证书.parquet"
    coded(county(Random(12), 60, laws)[1]).write_parquet(path)
    register(Random(12), 60).write_parquet(papers)
    told = []
    for on, files in ((f"duckdb:{path}", []), ("spark:local[2]", [str(path)])):
        with place_of(on, files) as place:
            target = place.target(str(tmp_path / f"{place.dialect.name}.parquet"))
            titles = Titles(str(papers))
            found = judged(place, laws, TODAY, {}, target, nobody_watches, titles=titles)
        files_ = sorted(Path(target).glob("*.parquet")) if files else [target]
        counts = sorted(map(repr, found.counts))
        told.append((lines(pl.read_parquet(files_)), counts, found.titles))
    assert told[0] == told[1]
    left = {p.name for p in tmp_path.iterdir()}
    assert left == {"县.parquet", "证书.parquet", "duckdb.parquet", "spark.parquet"}
