"""Certificates as a table of their own: what the ledger of workbooks makes of them, a file of
Parquet, DuckDB and PostgreSQL make of them too, to the last byte."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from denggao.facts.enterprise import CONTRADICTION, OUT_OF_DOMAIN, Firm
from denggao.facts.identity import code_fault, normal_code, normal_name, table_form
from denggao.facts.ledger import Ledger, read_ledgers
from denggao.facts.titles import Title, held
from denggao.rules import library
from denggao.rules.engines.columnar import parquet
from denggao.rules.engines.columnar.certificates import scan_certificates
from denggao.rules.engines.columnar.screening import frame_of_ledger, screen, write
from denggao.rules.engines.lowering import titles as lowering
from denggao.rules.engines.sql.place import place_of
from denggao.rules.engines.sql.there import Judged, Titles, judged
from denggao.rules.engines.tally import Tally
from tests.databases import by_database, load, postgres, session
from tests.rules.engines import disagreements, small
from tests.rules.registers import DAY, KIND, NEAR, OTHER, SCHEMA, code, coded, register
from tests.rules.sheets import county
from tests.rules.test_sql_sheet import lines, nobody_watches, rows_of
from tests.rules.test_title_days import RULES, random_titles
from tests.strategies import TODAY, examples

SME = library.in_force(OTHER + "评价", TODAY)
RULE = small(
    "条件 A-1 高：持有 高新技术企业\n条件 A-2 科：持有 科技型中小企业[上年]\n"
    "条件 A-3 都没有：非 持有 高新技术企业 且 非 持有 瞪羚企业"
)
LAWS = [RULE]
FIRMS = 200


# ------------------------------------------------------------------ as they are exchanged

MORE = """
条件 M-1 曾经或去年：曾持有 科技型中小企业 或 持有 高新技术企业[上年]
条件 M-2 没有：非 持有 高新技术企业 且 非 持有 瞪羚企业
数值 M-3 撤：末次取消 科技型中小企业
数值 M-4 发：末次发证 高新技术企业
数值 M-5 科到期：末次到期 科技型中小企业
"""


@pytest.mark.parametrize("database", ["duckdb", "postgres"])
@pytest.mark.parametrize("rules", [RULES, MORE], ids=["lists", "more"])
def test_whatever_is_asked_is_answered_as_by_the_reference(rules: str, database: str) -> None:
    session(database)

    @examples(6, nightly=500)
    @given(st.integers(0, 10**9), st.sampled_from(NEAR))
    def compare(seed: int, as_of: date) -> None:
        firms = firms_with_titles(Random(seed), 40)
        assert disagreements(small(rules), firms, as_of, other=by_database(database)) == []

    compare()


def firms_with_titles(rnd: Random, number: int) -> list[Firm]:
    """Nobody spoke of certificates, there are none, and any that can be."""
    found = [Firm(), Firm({"titles": ()}), Firm({"titles": (Title(""),)})]
    for _ in range(number):
        titles = random_titles(rnd)
        values: dict[str, Any] = {} if titles is None else {"titles": titles}
        if rnd.random() < 0.7:
            values["established_on"] = rnd.choice(NEAR)
        is_backwards = any(t.is_backwards for t in titles or ())
        found.append(Firm(values, {CONTRADICTION} if is_backwards else set()))
    return found


def a_day_too_long(on: date, paper: Any, yes: Any) -> Any:
    """Valid on the day after its last."""
    return _valid(on - DAY, replace(paper), yes)


def an_unknown_date_counts(on: date, paper: Any, yes: Any) -> Any:
    """What is not known taken for no."""
    nothing = lowering._NO
    return lowering.when(paper.until.is_null(), nothing, _valid(on, paper, yes))


_valid: Callable[..., Any] = lowering._valid


@pytest.mark.parametrize("plant", [a_day_too_long, an_unknown_date_counts])
def test_a_planted_error_is_found(plant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lowering, "_valid", plant)
    firms = firms_with_titles(Random(3), 200)
    assert disagreements(small(MORE), firms, TODAY, other=by_database("duckdb"))
    assert disagreements(small(MORE), firms, TODAY)


# ------------------------------------------------------------------ as they are kept


@pytest.fixture(scope="module", params=[1, 2])
def files(request: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A county and a register as Parquet, the register as a workbook too."""
    folder, rnd = tmp_path_factory.mktemp("register"), Random(request.param)
    firms, papers = coded(county(rnd, FIRMS, [SME])[1]), register(rnd, FIRMS)
    found = folder / "县.parquet", folder / "证书.parquet"
    for path, frame in zip(found, (firms, papers), strict=True):
        frame.write_parquet(path)
    papers.write_excel(found[1].with_suffix(".xlsx"))
    return found


@pytest.fixture(scope="module")
def ledger(files: tuple[Path, Path]) -> Ledger:
    """The county as it is, with what a workbook of certificates says, read row by row."""
    plain = parquet.scan(files[0], TODAY).collected()
    papers = read_ledgers([files[1].with_suffix(".xlsx")], as_of=TODAY)
    row = {identity: i for i, identity in enumerate(papers.identity)}
    told = papers.columns["titles"]
    plain.columns["titles"] = [told[row[x]] if x in row else None for x in plain.identity]
    flags = [
        own | (papers.flags[row[x]] if x in row else frozenset())
        for x, own in zip(plain.identity, plain.flags, strict=True)
    ]
    return replace(plain, flags=flags)


@pytest.fixture(scope="module")
def expected(ledger: Ledger, files: tuple[Path, Path]) -> list[bytes]:
    """The sheet of it."""
    path = files[0].with_name("工作簿.parquet")
    write(list(screen(frame_of_ledger(ledger, LAWS, TODAY), LAWS, TODAY)), path)
    return lines(pl.read_parquet(path))


def scanned(files: tuple[Path, Path], is_complete: bool = False) -> parquet.ParquetLedger:
    found = parquet.scan(files[0], TODAY)
    papers = scan_certificates(files[1], TODAY, found.heads, is_complete=is_complete)
    return replace(found, certificates=papers)


def by_parquet(files: tuple[Path, Path], is_complete: bool = False) -> pl.DataFrame:
    out = files[0].with_name("流.parquet")
    parquet.screen_to_file(scanned(files, is_complete), LAWS, TODAY, {}, out)
    return pl.read_parquet(out)


def run(on: str, firms: list[str], titles: str, target: str | None, **more: Any) -> Judged:
    with place_of(on, firms) as place:
        given_ = Titles(titles, **more)
        where = place.target(target)
        return judged(place, LAWS, TODAY, {}, where, nobody_watches, titles=given_)


def by_duckdb(files: tuple[Path, Path], **more: Any) -> tuple[pl.DataFrame, Judged]:
    found = run(
        f"duckdb:{files[0]}", [], str(files[1]), str(files[0].with_name("d.parquet")), **more
    )
    return pl.read_parquet(found.target), found


def test_the_ledger_holds_what_it_should(ledger: Ledger) -> None:
    """Floor of these tests: every answer is there, and every trouble."""
    told = [held(titles, KIND, TODAY) for titles in ledger.columns["titles"]]
    assert min(told.count(True), told.count(False), told.count(None)) >= 5
    assert sum(CONTRADICTION in flags for flags in ledger.flags) >= 3
    assert all(code_fault(code(i)) is None for i in range(FIRMS))


def test_a_file_beside_a_ledger(files: tuple[Path, Path], expected: list[bytes]) -> None:
    assert lines(by_parquet(files)) == expected


def test_a_file_in_memory(files: tuple[Path, Path], expected: list[bytes], ledger: Ledger) -> None:
    """As the workbook with its sheets needs it."""
    found = scanned(files).collected()
    out = files[0].with_name("内存.parquet")
    write(list(screen(frame_of_ledger(found, LAWS, TODAY), LAWS, TODAY)), out)
    assert lines(pl.read_parquet(out)) == expected
    ours, theirs = found.columns["titles"], ledger.columns["titles"]
    assert [held(t, KIND, TODAY) for t in ours] == [held(t, KIND, TODAY) for t in theirs]


def test_duckdb(files: tuple[Path, Path], expected: list[bytes]) -> None:
    frame, found = by_duckdb(files)
    assert lines(frame) == expected
    assert found.titles is not None
    assert found.titles == scanned(files).told()
    assert found.titles.several == ("高企、科小",)
    assert set(found.titles.unclear) == {"有", "高新技木企业"}


def test_postgres(files: tuple[Path, Path], expected: list[bytes]) -> None:
    like, there = by_duckdb(files)[0].schema, postgres()
    with psycopg.connect(there, autocommit=True) as connection:
        for name, path in zip(("县", "证书"), files, strict=True):
            load(connection, name, pl.read_parquet(path))
        try:
            found = run(f"{there}/县", [], "public.证书", None)
            assert lines(rows_of(found.target, like)) == expected
            assert found.titles == by_duckdb(files)[1].titles
        finally:
            for name in ("县", "证书", "县_逐企结论"):
                connection.execute(f'DROP TABLE IF EXISTS "{name}"'.encode())


def test_a_complete_register_says_who_holds_none(files: tuple[Path, Path]) -> None:
    listed = {normal_code(text) for text in pl.read_parquet(files[1])["统一社会信用代码"]}
    frame, found = by_duckdb(files, is_complete=True)
    assert lines(by_parquet(files, is_complete=True)) == lines(frame)
    both = frame.join(by_duckdb(files)[0], on="identity")
    assert both.filter(~pl.col("identity").is_in(listed))["A-1_truth"].unique().to_list() == [
        "fail"
    ]
    absent = both.filter(pl.col("A-1_truth") != pl.col("A-1_truth_right"))
    assert set(absent["A-1_truth_right"]) == {"unknown"}
    assert not listed & set(absent["identity"])
    assert absent.height == found.titles.tally.unsaid > 5  # type: ignore[union-attr]


def test_a_law_of_the_country_with_all_else_there_is(tmp_path: Path) -> None:
    files, rnd = (tmp_path / "县.parquet", tmp_path / "证书.parquet"), Random(4)
    coded(county(rnd, 60, [SME])[1]).write_parquet(files[0])
    register(rnd, 60).write_parquet(files[1])
    out = tmp_path / "流.parquet"
    parquet.screen_to_file(scanned(files), [SME], TODAY, {}, out)
    with place_of(f"duckdb:{files[0]}", []) as place:
        target = str(tmp_path / "d.parquet")
        given_ = Titles(str(files[1]))
        judged(place, [SME], TODAY, {}, target, nobody_watches, titles=given_)
    assert lines(pl.read_parquet(out)) == lines(pl.read_parquet(target))
    assert "pass" in pl.read_parquet(out)["SME-D_truth"]


# ------------------------------------------------------------------ a table of cases

FIRST, LAST = NEAR[0], NEAR[-1]


def _one(number: str, until: date | None) -> tuple[Any, ...]:
    return "高企", number, FIRST, until, None


CASES: list[tuple[str, list[tuple[Any, ...]], str]] = [
    ("第一天有效", [("高企", "1", TODAY, TODAY + DAY, None)], "pass"),
    ("明天才发", [("高企", "1", TODAY + DAY, TODAY + DAY, None)], "fail"),
    ("最后一天有效", [("高企", "1", TODAY - DAY, TODAY, None)], "pass"),
    ("昨天到期", [("高企", "1", TODAY - DAY, TODAY - DAY, None)], "fail"),
    ("今天撤销", [("高企", "1", TODAY - DAY, TODAY + DAY, TODAY)], "fail"),
    ("明天撤销", [("高企", "1", TODAY - DAY, TODAY + DAY, TODAY + DAY)], "pass"),
    ("缺发证日", [("高企", "1", None, TODAY, None)], "unknown"),
    ("缺到期日", [("高企", "1", TODAY, None, None)], "unknown"),
    ("缺发证日已到期", [("高企", "1", None, TODAY - DAY, None)], "fail"),
    ("缺到期日未发证", [("高企", "1", TODAY + DAY, None, None)], "fail"),
    ("两日倒置", [("高企", "1", TODAY, TODAY - DAY, None)], "unknown"),
    ("两张一张有效", [_one("1", NEAR[1]), _one("2", LAST)], "pass"),
    ("同号另一到期日", [_one("1", NEAR[1]), _one("1", LAST)], "unknown"),
    ("同号补到期日", [_one("1", None), ("高企", "1", None, LAST, None)], "pass"),
    ("补成倒置", [("高企", "1", TODAY, None, None), ("高企", "1", None, FIRST, None)], "unknown"),
    ("别的资格", [("科小", "1", FIRST, LAST, None)], "fail"),
    ("不知道的资格", [("有", "1", FIRST, LAST, None)], "unknown"),
    ("编号说是高企", [(None, "GR202362000001", FIRST, LAST, None)], "pass"),
    ("一格两种", [("高企、科小", "1", FIRST, LAST, None)], "unknown"),
    ("说没有", [("无", None, None, None, None)], "fail"),
    ("空行也是没有", [(None, None, None, None, None)], "fail"),
    ("没有行", [], "unknown"),
]  # fmt: skip


def test_each_case_on_each_engine(tmp_path: Path) -> None:
    rule = small("条件 A-1 在：持有 高新技术企业")
    firms = pl.DataFrame({
        "统一社会信用代码": [code(i) for i in range(len(CASES))],
        "企业名称": [name for name, *_ in CASES],
        "2025年职工总数": [1] * len(CASES),
    })  # fmt: skip
    rows = [(code(i), *row) for i, (_, rows, _) in enumerate(CASES) for row in rows]
    files = tmp_path / "县.parquet", tmp_path / "证书.parquet"
    firms.write_parquet(files[0])
    pl.DataFrame(rows, schema=SCHEMA, orient="row").write_parquet(files[1])
    wanted = {name: truth for name, _, truth in CASES}
    out = tmp_path / "流.csv"
    parquet.screen_to_file(scanned(files), [rule], TODAY, {}, out)
    assert told(pl.read_csv(out)) == wanted
    with place_of(f"duckdb:{files[0]}", []) as place:
        target = str(tmp_path / "d.parquet")
        given_ = Titles(str(files[1]))
        judged(place, [rule], TODAY, {}, target, nobody_watches, titles=given_)
    assert told(pl.read_parquet(target)) == wanted
    there = postgres()
    with psycopg.connect(there, autocommit=True) as connection:
        load(connection, "例", firms)
        load(connection, "例证", pl.read_parquet(files[1]))
        try:
            with place_of(f"{there}/例", []) as place:
                judged(
                    place, [rule], TODAY, {}, place.target(None), nobody_watches,
                    titles=Titles("例证"),
                )  # fmt: skip
            rows_ = connection.execute('SELECT name, "A-1_truth" FROM "例_逐企结论"'.encode())
            assert dict(rows_.fetchall()) == wanted
        finally:
            for name in ("例", "例证", "例_逐企结论"):
                connection.execute(f'DROP TABLE IF EXISTS "{name}"'.encode())


def told(frame: pl.DataFrame) -> dict[str, str]:
    return dict(frame.select("name", "A-1_truth").iter_rows())


# ------------------------------------------------------------------ heads, keys, counts


def test_heads_that_imply_the_kind_and_days_that_are_none(tmp_path: Path) -> None:
    """The certificates may even stand in the ledger itself, one row for a firm."""
    path = tmp_path / "县.parquet"
    pl.DataFrame({
        "企业名称": ["甲（兰州）公司", "乙", "丙", "丁"],
        "2025年职工总数": [1, 2, 3, 4],
        "高企证书编号": ["GR1", "", None, "GR4"],
        "高企证书/发证日期": [NEAR[0], None, None, date(1, 1, 1)],
        "高企证书/有效期至": [NEAR[4], None, None, NEAR[4]],
        "科小/有效期至": [None, None, NEAR[1], None],
    }).write_parquet(path)  # fmt: skip
    rule = small("条件 A-1 高：持有 高新技术企业\n条件 A-2 科：持有 科技型中小企业")
    files = path, path
    out = tmp_path / "流.parquet"
    parquet.screen_to_file(scanned(files), [rule], TODAY, {}, out)
    with place_of(f"duckdb:{path}", []) as place:
        target = str(tmp_path / "d.parquet")
        found = judged(
            place, [rule], TODAY, {}, target, nobody_watches, titles=Titles(str(path))
        )  # fmt: skip
    frames = [pl.read_parquet(out), pl.read_parquet(target)]
    assert lines(frames[0]) == lines(frames[1])
    rows = frames[1].select("name", "A-1_truth", "A-2_truth", "flags").rows()
    assert sorted(rows) == sorted([
        ("甲（兰州）公司", "pass", "fail", ""),
        ("乙", "unknown", "unknown", ""),
        ("丙", "fail", "fail", ""),
        ("丁", "unknown", "fail", OUT_OF_DOMAIN),
    ])  # fmt: skip
    expected = Tally(3, 0, "", 0, unsaid=1, repeated=0, refused=1, contradicting=0)
    assert found.titles is not None
    assert found.titles.tally == expected
    assert scanned(files).told() == found.titles


@given(st.text(max_size=12) | st.from_regex("[0-9Ａ-Ｚａ-ｚa-z（）() 　-]{1,20}", fullmatch=True))
@examples(200)
def test_keys_are_compared_as_codes_and_names_are(text: str) -> None:
    """Whatever is compared equal here is equal in the ledger too; nothing is guessed."""
    for is_code, normal in ((True, normal_code), (False, normal_name)):
        wide, narrow, gone = table_form(is_code)
        made = text.strip().translate(str.maketrans(wide, narrow, gone)).upper()
        assert normal(made) == normal(text)


def test_firms_nobody_knows_and_firms_twice(tmp_path: Path) -> None:
    files = tmp_path / "县.parquet", tmp_path / "证书.parquet"
    names = ["甲", "甲", "乙", None]
    pl.DataFrame({"企业名称": names, "2025年职工总数": [1, 2, 3, 4]}).write_parquet(files[0])
    row = ("高企", "1", NEAR[0], NEAR[4], None)
    rows = [(" 甲 ", *row), ("丙", *row), ("丙", "高企", "2", *row[2:]), (None, *row)]
    schema = {"单位名称": pl.String, **{k: v for k, v in SCHEMA.items() if "代码" not in k}}
    pl.DataFrame(rows, schema=schema, orient="row").write_parquet(files[1])
    found = scanned(files).told()
    assert found is not None
    assert found.tally == Tally(4, 2, "丙", 1, unsaid=2, repeated=1, refused=0, contradicting=0)
    assert by_duckdb(files)[1].titles == found
