"""The merged workbook: reads back to the same ledger, says where everything came from, and takes
a person's decisions."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from denggao.demo.names import credit_code
from denggao.documents import merge_decisions
from denggao.documents.merge_decisions import read_decisions
from denggao.documents.merged_columns import head_of
from denggao.documents.merged_workbook import CERTIFICATES, LEDGER, SOURCES, Merged, write_merged
from denggao.facts.catalogue import Fact, catalogue
from denggao.facts.decisions import DIFFERENT, SAME, Decision, Who
from denggao.facts.errors import UserError
from denggao.facts.heads import understand
from denggao.facts.ledger import Ledger, read_ledgers
from tests.facts.test_ledger import Rows, csv_of, sheet_of
from tests.strategies import examples

AS_OF = dt.date(2026, 6, 30)
A, B, C, D = (credit_code(serial) for serial in (1, 2, 3, 4))


def read(*paths: Path, **how: Any) -> Ledger:
    return read_ledgers(list(paths), as_of=AS_OF, **how)


def written(path: Path, ledger: Ledger, **how: Any) -> Path:
    write_merged(path, Merged(ledger, AS_OF, **how))
    return path


def sheet(path: Path, name: str) -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(path)[name].iter_rows(values_only=True))


# --- it reads back -------------------------------------------------------------------------


FACTS = [f for f in catalogue().values() if f.unit != "记录" and not (f.of_event or f.of_unit)]


@pytest.mark.parametrize("fact", FACTS, ids=str)
def test_every_head_is_understood(fact: Fact) -> None:
    year = 2024 if fact.yearly else None
    meaning = understand((head_of(fact, str(year or "")),), 2026)
    assert meaning is not None
    assert (meaning.role, meaning.code, meaning.year) == ("fact", fact.code, year)
    assert meaning.factor == (None if not fact.numeric else 10_000 if fact.unit == "元" else 1)


TEXTS = (
    *(
        "某某",
        "=1+1是文字",
        "+86 931",
        "-减号开头的文字",
        "@某某某某某某某某",
        "#号开头的八个字以上",
    ),
    *('甲 & <乙> "丙"', "第一行\n第二行", "_x000D_不是回车", "\t制表", "=cmd|' /C calc'!A0"),
    *("很长" * 300, "无", "'引号开头"),
)
NUMBERS = (
    *("0", "1", "12.34", "-5.5", "1,234.56", "320万元", "2.5亿", "570余", "不足30", "500~600"),
    *("2~3亿", "约8", "999999999999999", "123456789012345.67", "0.0001", "3.00005", "—", "待核"),
    *("１２", "超过7人", "7人以上"),
)
CELLS = {
    "日期": (
        "2019-05-06",
        "2020年1月2日",
        "1899-12-31",
        "1900-01-01",
        "2199-12-31",
        "45000",
        "不详",
        "",
    ),
    "是否": ("是", "否", "有", "√", "", "/", "大概"),
    "代码": ("I6513", "1.1.10", "620102", "城关区", "待核", "", "无", "=8765432109"),
    "文本": (*TEXTS, ""),
}
KINDS = ("高新技术企业", "高企", "科小", "", "某种证书")


def random_cell(rng: Random, fact: Fact) -> str:
    return rng.choice(CELLS.get(fact.unit, (*NUMBERS, "", "")))


def random_ledger(rng: Random) -> Rows:
    """Firms with and without codes and names, any facts, any cells."""
    facts = rng.sample(FACTS, 8)
    facts = [
        f for f in facts if f.code not in ("uscc", "name", "former_names", "org_code", "reg_no")
    ]
    heads = [f.code + (f"@{rng.choice((2023, 2024, 2025))}" if f.yearly else "") for f in facts]
    titles = ["资格类型", "证书编号", "发证日期", "有效期至"] if rng.random() < 0.5 else []
    rows: Rows = [["统一社会信用代码", "企业名称", "备注", *heads, *titles]]
    for _ in range(rng.randint(1, 8)):
        code = rng.choice((A, B, C, A[:-1], D.lower(), ""))
        name = rng.choice(("甲公司", "（甲公司）", "兰州金城科技公司", "乙 公司", ""))
        title = [
            rng.choice(KINDS),
            rng.choice(("GR202462000012", "")),
            rng.choice(CELLS["日期"]),
            "",
        ]
        cells = [random_cell(rng, fact) for fact in facts]
        rows.append(
            [
                code,
                name or ("丙公司" if not code else ""),
                rng.choice(TEXTS),
                *cells,
                *title[: len(titles)],
            ]
        )
    return rows


def assert_same(one: Ledger, other: Ledger) -> None:
    assert other.identity == one.identity
    assert other.identity_head == one.identity_head
    said = {key for key, column in one.columns.items() if any(v is not None for v in column)}
    assert {key: other.columns.get(key) for key in said} == {key: one.columns[key] for key in said}
    assert all(v is None for key in other.columns.keys() - said for v in other.columns[key])


@examples(30)
@given(st.integers(0, 10**9))
def test_any_ledger_reads_back(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    directory, rng = tmp_path_factory.mktemp("merged"), Random(seed)
    ledger = read(*(csv_of(directory / f"{n}.csv", random_ledger(rng)) for n in range(2)))
    # firms of one name that were kept apart without codes: only a decision tells them apart
    assume(not any(problem.kind == "ambiguous_name" for problem in ledger.problems))
    assert_same(ledger, read(written(directory / "合并.xlsx", ledger)))


def test_the_property_sees_a_lost_value(tmp_path: Path) -> None:
    """A positive control: one cell changed in the file, and the comparison fails."""
    ledger = read(csv_of(tmp_path / "a.csv", [["企业名称", "2025年职工总数"], ["甲公司", 5]]))
    path = written(tmp_path / "合并.xlsx", ledger)
    book = openpyxl.load_workbook(path)
    book[LEDGER]["B2"] = 6
    book.save(path)
    with pytest.raises(AssertionError):
        assert_same(ledger, read(path))


def test_an_own_identity_column_reads_back(tmp_path: Path) -> None:
    rows: Rows = [
        ["代号", "企业名称", "资格类型", "2025年职工总数"],
        ["007", "甲", "高企", 1],
        ["8", "甲", "", 2],
    ]
    ledger = read(csv_of(tmp_path / "a.csv", rows), id_column="代号")
    path = written(tmp_path / "合并.xlsx", ledger)
    assert_same(ledger, read(path, id_column="代号"))
    assert sheet(path, merge_decisions.SHEET)[1][0] == "无数据"


def test_only_the_ledger_and_its_certificates_read_as_ledgers(tmp_path: Path) -> None:
    rows: Rows = [
        ["企业名称", "注册地址", "资格类型", "2025年职工总数"],
        ["甲", "兰州市城关区", "高企", 1],
        ["乙", "", "", 2],
    ]
    path = written(tmp_path / "合并.xlsx", read(csv_of(tmp_path / "a.csv", rows)))
    ledger = read(path)
    assert [part.sheet for part in ledger.parts] == [LEDGER, CERTIFICATES]
    assert "region" not in ledger.columns
    assert "zone" not in ledger.columns


# --- how it looks --------------------------------------------------------------------------


def test_heads_units_codes_and_dates(tmp_path: Path) -> None:
    rows: Rows = [
        [
            "2025年营业收入（元）",
            "2024年营业收入（元）",
            "企业名称",
            "统一社会信用代码",
            "成立日期",
            "2025年职工总数",
        ],
        ["12345.6", "1", "甲公司", A, "2019-05-06", "570余"],
    ]
    path = written(tmp_path / "合并.xlsx", read(csv_of(tmp_path / "a.csv", rows)))
    heads, values = sheet(path, LEDGER)
    assert heads[:3] == ("统一社会信用代码", "企业名称", "成立日期")
    assert heads[3:6] == (
        "2025年职工总数（人）",
        "2024年销售收入（万元）",
        "2025年销售收入（万元）",
    )
    assert values[:2] == (A, "甲公司")
    assert values[2].date() == dt.date(2019, 5, 6)
    assert values[3:6] == ("570人以上", 0.0001, 1.23456)
    assert openpyxl.load_workbook(path)[LEDGER]["A2"].number_format == "@"


def test_districts_are_derived_with_a_reason_and_override_nothing(tmp_path: Path) -> None:
    rows: Rows = [
        ["企业名称", "统一社会信用代码", "所在区县", "注册地址", "2025年职工总数"],
        ["甲公司", "91620104719039600N", "七里河区", "兰州市城关区雁滩高新区", 1],
        ["乙公司", "", "城关区", "甘肃省兰州市城关区", 1],
        ["丙公司", "", "", "兰州新区纬十八路", 1],
    ]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    found = sheet(written(tmp_path / "合并.xlsx", ledger, within="620000"), LEDGER)
    at = found[0].index("按址推定：区域")
    first, second, third = (row[at : at + 4] for row in found[1:])
    assert first[0] == "甘肃省兰州市城关区"
    assert first[1] == "兰州高新技术产业开发区（6201GX）"
    assert first[2].endswith("与填报的“七里河区”不同，以填报的为准")
    assert first[3] == "甘肃省兰州市西固区"
    assert "不同" not in second[2]
    assert third[:2] == (None, "兰州新区（620171）")
    assert [row[found[0].index("所在区县")] for row in found[1:]] == ["七里河区", "城关区", None]


def test_sources_say_what_came_from_where(tmp_path: Path) -> None:
    one = csv_of(
        tmp_path / "一.csv",
        [["企业名称", "2025年职工总数", "走访"], ["甲公司", 1, "x"], ["合计", 1, ""]],
    )
    two = csv_of(
        tmp_path / "二.csv", [["企业名称", "2025年职工总数"], ["甲公司", 2], ["乙公司", 3]]
    )
    rows = sheet(written(tmp_path / "合并.xlsx", read(one, two)), SOURCES)
    tables = [row for row in rows[1:] if row[2] is None]
    assert [(row[0], *row[5:]) for row in tables] == [
        ("一.csv", 1, 1, "合计行 1", 1, 1, 0, 0),
        ("二.csv", 2, 0, None, 2, 1, 1, 1),
    ]
    columns = [row[2:5] for row in rows[1:] if row[2] and row[0] == "一.csv"]
    assert columns == [
        ("A", "企业名称", "企业名称"),
        ("B", "2025年职工总数", "2025年职工总数"),
        ("C", "走访", "（没有读懂，未并入）"),
    ]


def test_nothing_in_it_is_a_formula_or_a_link(tmp_path: Path) -> None:
    evil = [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        '=HYPERLINK("http://x")',
        "http://x.example",
        "=cmd|' /C calc'!A0",
    ]
    rows: Rows = [["企业名称", "注册地址", "备注", "走访=1+1", "2025年职工总数"]]
    rows += [[f"甲{n}公司{text}", f"兰州{text}", text, text, 1] for n, text in enumerate(evil)]
    path = written(tmp_path / "=1.xlsx", read(csv_of(tmp_path / "=2.csv", rows)))
    with zipfile.ZipFile(path) as package:
        names = package.namelist()
        sheets = [package.read(name) for name in names if name.startswith("xl/worksheets/sheet")]
    assert [name for name in names if "_rels/sheet" in name or "externalLink" in name] == []
    assert [xml for xml in sheets if b"<f>" in xml or b"hyperlink" in xml] == []


def test_a_text_too_long_for_a_cell_is_named(tmp_path: Path) -> None:
    rows: Rows = [["企业名称", "备注", "2025年职工总数"], ["甲公司", "长" * 20_000, 1]]
    path = written(tmp_path / "合并.xlsx", read(csv_of(tmp_path / "a.csv", rows)))
    problem = sheet(path, "数据问题")[1]
    assert problem[1:5] == ("合并.xlsx", LEDGER, 2, "C")
    assert "20000" in problem[8]


def test_nothing_is_left_when_it_cannot_be_written(tmp_path: Path) -> None:
    ledger = read(csv_of(tmp_path / "a.csv", [["企业名称", "2025年职工总数"], ["甲公司", 1]]))
    with pytest.raises(UserError, match="没有文件夹"):
        written(tmp_path / "无" / "合并.xlsx", ledger)
    with pytest.raises(UserError, match="是一个文件夹"):
        written(tmp_path, ledger)
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


# --- 待认定 --------------------------------------------------------------------------------


def doubtful(tmp_path: Path) -> list[Path]:
    first: Rows = [
        ["企业名称", "信用代码", "注册地址", "2025年职工总数"],
        ["兰州金城科技公司", A, "城关区", 1],
        ["兰州陇原药业公司", B, "", 2],
    ]
    second: Rows = [
        ["企业名称", "2025年科技人员数"],
        ["甘肃金城科技公司", 1],
        ["兰州陇源药业公司", 2],
    ]
    return [csv_of(tmp_path / "一.csv", first), sheet_of(tmp_path / "二.xlsx", second)]


def decide(path: Path, *words: str | None) -> None:
    """A person fills in 认定, pair by pair."""
    book = openpyxl.load_workbook(path)
    for row, word in enumerate(words, 2):
        book[merge_decisions.SHEET].cell(row, 2, word)
    book.save(path)


def test_candidates_side_by_side(tmp_path: Path) -> None:
    path = written(tmp_path / "合并.xlsx", read(*doubtful(tmp_path)))
    _, first, second = sheet(path, merge_decisions.SHEET)
    assert first[4:] == (
        "兰州金城科技公司", A, "城关区", "「一.csv」第 2 行",
        "甘肃金城科技公司", None, None, "「二.xlsx」〈Sheet〉第 2 行",
    )  # fmt: skip
    assert (first[2], second[2]) == (100, 75)
    assert "地名不同" in first[3]
    (choice,) = openpyxl.load_workbook(path)[merge_decisions.SHEET].data_validations.dataValidation
    assert choice.formula1 == '"同一,不同"'


def test_decisions_are_read_back_and_kept(tmp_path: Path) -> None:
    files = doubtful(tmp_path)
    path = written(tmp_path / "合并.xlsx", read(*files))
    decide(path, SAME, DIFFERENT)
    for again in ("二次.xlsx", "三次.xlsx"):
        decided = read_decisions(path)
        assert [(d.one, d.other, d.verdict) for d in decided] == [
            (Who("兰州金城科技公司", A), Who("甘肃金城科技公司", ""), SAME),
            (Who("兰州陇原药业公司", B), Who("兰州陇源药业公司", ""), DIFFERENT),
        ]
        ledger = read(*files, decisions=decided)
        assert ledger.columns["tech_staff@2025"] == [10_000, None, 20_000]
        merged = Merged(ledger, AS_OF, decided=decided)
        assert merged.pairs == []
        path = tmp_path / again
        write_merged(path, merged)
    assert_same(ledger, read(path))


def test_a_decision_that_nobody_understands(tmp_path: Path) -> None:
    path = written(tmp_path / "合并.xlsx", read(*doubtful(tmp_path)))
    decide(path, None, "也许")
    with pytest.raises(UserError, match=r"〈待认定〉第 3 行.*“也许”看不懂.*同一.*不同"):
        read_decisions(path)
    with pytest.raises(UserError, match="没有〈待认定〉"):
        read_decisions(doubtful(tmp_path)[1])
    book = openpyxl.load_workbook(path)
    book[merge_decisions.SHEET]["E1"] = "改了"
    book.save(path)
    with pytest.raises(UserError, match="缺表头：甲：户名"):
        read_decisions(path)


def test_an_open_pair_stays_open(tmp_path: Path) -> None:
    files = doubtful(tmp_path)
    ledger = read(
        *files, decisions=[Decision(Who("兰州金城科技公司", A), Who("甘肃金城科技公司", ""), SAME)]
    )
    assert [pair.why[:4] for pair in Merged(ledger, AS_OF).pairs] == ["名称相像"]
