"""The same county on every engine: one sheet, to the last byte."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import psycopg
import pytest

from denggao.facts.enterprise import Firm
from denggao.facts.interval import Interval
from denggao.rules import library
from denggao.rules.engines.columnar import parquet
from denggao.rules.engines.columnar.screening import harmless
from denggao.rules.engines.lowering.shown import shown_statements
from denggao.rules.engines.sql.cases import Session
from denggao.rules.engines.sql.place import place_of
from denggao.rules.engines.sql.there import Judged, judged
from denggao.rules.engines.sql.written import written
from tests.databases import by_database, load, postgres, session
from tests.rules.engines import Answers, by_columns, by_reference, small
from tests.rules.sheets import county, sheet_by_reference
from tests.strategies import TODAY

LAWS = library.by_default(TODAY)
FIRMS = 150
TABLE = "台账"


@pytest.fixture(scope="module")
def some() -> tuple[list[Firm], pl.DataFrame]:
    return county(Random(11), FIRMS, LAWS)


def lines(frame: pl.DataFrame) -> list[bytes]:
    """The head, then the rows, sorted, as they stand in a .csv."""
    texts = [c for c, kind in frame.schema.items() if kind == pl.String]
    out = io.BytesIO()
    frame.with_columns(harmless(c) for c in texts).write_csv(out)
    first, *rest = out.getvalue().splitlines()
    return [first, *sorted(rest)]


@pytest.fixture(scope="module")
def columnar(some: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[bytes]]:
    """The county as a file, and its sheet by the columnar engine."""
    path = tmp_path_factory.mktemp("county") / "县.parquet"
    some[1].write_parquet(path)
    made = path.with_suffix(".csv")
    parquet.screen_to_file(parquet.scan(path, TODAY), LAWS, TODAY, {}, made)
    first, *rest = made.read_bytes().splitlines()
    return path, [first, *sorted(rest)]


def nobody_watches(done: int, total: int) -> None:
    """No bar."""


def run(on: str, files: list[str], target: str | None, laws: Any = LAWS) -> Judged:
    with place_of(on, files) as place:
        return judged(place, laws, TODAY, {}, place.target(target), nobody_watches)


def test_duckdb(columnar: tuple[Path, list[bytes]]) -> None:
    path, expected = columnar
    found = run(f"duckdb:{path}", [], None)
    assert lines(pl.read_parquet(found.target)) == expected
    assert sum(c.firms for c in found.counts) == FIRMS * len(LAWS)


@contextmanager
def table_of(frame: pl.DataFrame, zone: str = "UTC") -> Iterator[str]:
    """The frame as a table of the server; its address with the table."""
    where = postgres()
    with psycopg.connect(where, autocommit=True) as connection:
        load(connection, TABLE, frame)
        try:
            yield f"{where}/{TABLE}"
        finally:
            connection.execute(f'DROP TABLE IF EXISTS "{TABLE}"'.encode())
            connection.execute(f'DROP TABLE IF EXISTS "{TABLE}_逐企结论"'.encode())


def rows_of(table: str, like: pl.Schema) -> pl.DataFrame:
    with psycopg.connect(postgres()) as connection:
        rows = connection.execute(f"SELECT * FROM {table}".encode()).fetchall()
    return pl.DataFrame(rows, schema=like, orient="row")


def test_postgres(some: Any, columnar: tuple[Path, list[bytes]], tmp_path: Path) -> None:
    path, expected = columnar
    like = pl.read_parquet(run(f"duckdb:{path}", [], str(tmp_path / "a.parquet")).target).schema
    with table_of(some[1]) as where:
        found = run(where, [], None)
        assert lines(rows_of(found.target, like)) == expected
        assert sum(c.firms for c in found.counts) == FIRMS * len(LAWS)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.short)
def test_one_law_is_told_article_by_article(law: Any, some: Any, columnar: Any) -> None:
    """A query for each article, in the order of the text, and the same bytes."""
    path = columnar[0]
    made = path.with_name(f"{law.short}.csv")
    parquet.screen_to_file(parquet.scan(path, TODAY), [law], TODAY, {}, made)
    first, *rest = made.read_bytes().splitlines()
    files = pl.read_parquet(run(f"duckdb:{path}", [], None, [law]).target)
    assert lines(files) == [first, *sorted(rest)]
    with table_of(some[1]) as where:
        rows = rows_of(run(where, [], None, [law]).target, files.schema)
    assert lines(rows) == [first, *sorted(rest)]
    assert told_by_article(written([law], "postgres", TODAY, {}), [law]) > 5


def told_by_article(text: str, laws: Any) -> int:
    """A query for each article, in the order of the laws and of their text, with the answers of
    its rules; returns how many."""
    cites = list(dict.fromkeys(s.cite for law in laws for s in shown_statements(law)))
    chapters = [text.index(f'), "{cite}" AS (') for cite in cites]
    assert chapters == sorted(chapters)
    for statement in (s for law in laws for s in shown_statements(law)):
        start = chapters[cites.index(statement.cite)]
        chapter = text[start : text.index("\n  FROM ", start)]
        assert f"-- {statement.id} {statement.name}\n" in chapter
        assert f' AS "{statement.id}_truth"' in chapter
    return len(cites)


@pytest.mark.parametrize("dialect", ["postgres", "duckdb"])
def test_several_laws_are_told_article_by_article(dialect: str) -> None:
    """And nothing is said twice: the last query only chooses."""
    text = written(LAWS, dialect, TODAY, {})
    assert told_by_article(text, LAWS) > 20
    last = text[text.rindex("\n), ") :]
    last = last[last.index("\nSELECT\n") :]
    for law in LAWS:
        name = f'"{shown_statements(law)[0].id}_truth"'
        assert (
            f"WHEN '{law.short}' THEN" in text[text.index(f"-- {shown_statements(law)[0].id} ") :]
        )
        assert f"{name}, " in last  # only listed
    assert text.count("FROM") < 2 * text.count(" AS (\n")  # each query reads the one before


def test_two_laws_with_the_same_numbers(some: Any, tmp_path: Path) -> None:
    """Rules of one number, under one citation, in two laws: each has its own answer."""
    laws = [
        replace(small(f"条件 A-1 {word}：职工总数[上年] ≥ {least}人"), short=word)
        for word, least in (("小", 10), ("大", 100))
    ]
    path = tmp_path / "县.parquet"
    some[1].write_parquet(path)
    both = pl.read_parquet(run(f"duckdb:{path}", [], None, laws).target)
    for law in laws:
        alone = pl.read_parquet(run(f"duckdb:{path}", [], None, [law]).target)
        assert lines(both.filter(pl.col("law") == law.short)) == lines(alone)
    assert both.group_by("identity").agg(pl.col("A-1_truth").n_unique())["A-1_truth"].max() == 2


def test_the_reference(some: Any, columnar: tuple[Path, list[bytes]]) -> None:
    """Truths and flags are the same; a number shown may differ in its last digit, for it is
    rounded once here and at each step there."""
    _, expected = columnar
    text = "\n".join(line.decode() for line in expected)
    rows = {(r["law"], r["identity"]): r for r in csv.DictReader(io.StringIO(text))}
    compared = 0
    for law in LAWS:
        for i, ours in enumerate(sheet_by_reference(law, some[0], TODAY)):
            theirs = rows[(law.short, f"甘肃{i}号有限公司")]
            for column, value in ours.items():
                if isinstance(value, float):
                    assert float(theirs[column]) == pytest.approx(value, rel=1e-15, abs=1e-15)
                else:
                    assert theirs[column] == ("" if value is None else value), (column, i)
                compared += 1
    assert compared > 100 * FIRMS


def exact_lines(found: list[Answers]) -> list[str]:
    """Every answer in exact fractions, and the flags: sorted lines."""
    return sorted(
        f"{i},{id_},{a.truth},{words(a.value)},{words(a.gap)},{' '.join(sorted(flags))}"
        for i, (answers, flags) in enumerate(found)
        for id_, a in answers.items()
    )


def words(value: Interval | None) -> str:
    if value is None:
        return ""
    lo, hi = ("" if end is None else str(Fraction(end)) for end in value[:2])
    return f"{lo},{hi},{value.undefined}"


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.version)
def test_exact_values_are_the_same_bytes(law: Any, some: Any) -> None:
    firms, expected = some[0], None
    engines = [by_reference, by_columns, by_database("duckdb"), by_database("postgres")]
    for engine in engines:
        told = "\n".join(exact_lines(engine(law, firms, TODAY))).encode()
        assert expected is None or told == expected
        expected = told


# ------------------------------------------------------------------ the hour and the zone

#: An instant, the day in Shanghai on it, and whether a day of the same name elsewhere differs.
MIDNIGHT = "2025-06-30 16:30:00+00"  # 00:30 on 1 July in Shanghai: 364 days, not 365
INSTANTS = f"SELECT '甲公司' AS \"企业名称\", CAST('{MIDNIGHT}' AS TIMESTAMPTZ) AS \"成立日期\""


def age(session_: Session, dialect: Any, zone: str) -> Any:
    """成立天数 of a firm founded at that instant."""
    from denggao.rules.engines.lowering.compiled import asked, compile_for
    from denggao.rules.engines.sql.levels import merged
    from denggao.rules.engines.sql.source import source_of
    from denggao.rules.engines.sql.statement import query

    types = {"企业名称": "text", "成立日期": "timestamp with time zone"}
    source, _ = source_of(dialect, f"({INSTANTS}) AS t", types, TODAY, "表")
    law = compile_for(small("数值 A-1 天：成立天数"), ["established_on"], TODAY)
    kept, (outputs,) = merged([(law.plan, asked(law))])
    statement = query(dialect, source, kept, {"age": outputs["A-1:value:lo"]})
    session_.rows(f"SET TIMEZONE = '{zone}'")
    return session_.rows(statement)[0]["age"]


ZONES = ("UTC", "Asia/Shanghai", "America/New_York")


@pytest.mark.parametrize("database", ["duckdb", "postgres"])
def test_the_session_s_time_zone_changes_nothing(database: str) -> None:
    there = session(database)
    assert {age(there, there.dialect, zone) for zone in ZONES} == {364}
    naive = replace(there.dialect, day_in_shanghai=lambda x: f"CAST({x} AS DATE)")
    assert {age(there, naive, zone) for zone in ZONES} == {364, 365}  # the planted fault is seen
