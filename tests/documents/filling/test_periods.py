"""Of which year a row is, the form may say itself: then that year is filled in, or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from denggao.documents.filling.periods import period_of, section_of
from tests.documents.filling.forms import FIRMS, Drawn, draw, fill, notes, values, write_ledger

A, B = (firm["企业名称"] for firm in FIRMS[:2])
SALES = {A: {2023: 1000, 2024: 1200, 2025: 1500.5}, B: {2023: 300, 2024: 400}}


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_ledger(tmp_path_factory.mktemp("ledger") / "台账.xlsx")


@pytest.mark.parametrize(
    ("texts", "year"),
    [
        (["2023"], 2023), (["2023.0"], 2023), (["２０２３年度"], 2023), (["2023 年"], 2023),
        (["上年度"], 2025), (["2023年1-12月"], 2023), (["2023年全年"], 2023), (["23年"], 2023),
        (["2023", "全年"], 2023), (["2023年", "2023"], 2023), (["2023会计年度"], 2023),
        (["2023年12月末"], 2023),
        (["2023", "一季度"], None), (["2023Q1"], None), (["2023年6月"], None), (["1"], None),
        (["202306"], None), (["2023年上半年"], None), (["近三年"], None), (["2021-2023"], None),
        (["2023、2024"], None), (["本年"], None), (["2023年（预计）"], None), (["2023年末"], None),
        (["2023", "2024"], None), (["全年"], None), (["2023-06-30"], None), (["2023届"], None),
    ],
)  # fmt: skip
def test_what_a_row_says(texts: list[str], year: int | None) -> None:
    period = period_of(texts, 2026)
    assert period is not None
    assert period.year == year


def test_a_row_that_says_nothing() -> None:
    assert period_of(["", " "], 2026) is None
    assert section_of("东镇", 2026) is None
    assert section_of("小计3户", 2026) is None


@pytest.mark.parametrize(
    ("label", "year"),
    [("一、2023年", 2023), ("2023年度：", 2023), ("（二）2024年度数据", 2024), ("一季度", None),
     ("2023年上半年", None), ("2023年1-6月", None)],
)  # fmt: skip
def test_lines_that_head_a_group_of_rows(label: str, year: int | None) -> None:
    section = section_of(label, 2026)
    assert section is not None
    assert section.year == year


HEADS = ("序号", "企业名称", "年度", "销售收入（万元）", "职工总数")


@pytest.mark.parametrize("head", ["年度", "年份", "统计年度", "所属年份", "报告期"])
def test_each_row_gets_the_figures_of_its_year(ledger: Path, tmp_path: Path, head: str) -> None:
    told = [(A, 2023), (B, "2024年"), (A, "2024年度"), (A, 2025), (B, "2022"), (A, 2026)]
    body = [(number, *row) for number, row in enumerate(told, 1)]
    form = Drawn([h if h != "年度" else head for h in HEADS], body=body, blank=0, total=True)
    filled = fill(draw(tmp_path / "表.xlsx", form), ledger)
    rows = values(filled)[2:8]
    assert [row[3] for row in rows] == [1000, 400, 1200, 1500.5, None, None]
    assert [row[4] for row in rows] == [None, None, None, 100, None, None]
    assert [row[2] for row in rows] == [2023, "2024年", "2024年度", 2025, "2022", 2026]
    said = notes(filled)
    assert "2022 年销售收入" in said["D7"]
    assert "2026 年销售收入" in said["D8"]
    assert "2023 年职工总数" in said["E3"]
    assert "各行写的年度" in said["D2"]
    assert values(filled)[8][3] is None
    assert "年度不同" in said["D9"]
    filled_in = {line[1]: line[3] for line in values(filled, "来源")[1:]}
    assert filled_in["D3"] == "2023 年销售收入"


def test_parts_of_a_year_are_never_filled(ledger: Path, tmp_path: Path) -> None:
    heads = ("企业名称", "年度", "季度", "销售收入（万元）", "2025年研发费用（万元）",
             "一类知识产权数", "主营产品", "研发费用占销售收入比例（%）")  # fmt: skip
    body = [(A, 2025, "一季度"), (A, 2025, "全年"), (B, 2025, 2)]
    filled = fill(draw(tmp_path / "表.xlsx", Drawn(heads, body=body, blank=0)), ledger)
    rows = [row[3:] for row in values(filled)[2:5]]
    assert rows[0] == [None, None, None, "水泵", None]
    assert rows[1] == [1500.5, 80.25, 1, "水泵", 5.35]
    assert rows[2] == [None, None, None, "铜箔", None]
    said = notes(filled)
    assert "2025 一季度" in said["D3"]
    assert "只有整年" in said["E3"]
    assert "现在的情况" in said["F5"]


@pytest.mark.parametrize("head", ["季度", "月份", "报告期"])
def test_a_column_of_quarters_that_waits(ledger: Path, tmp_path: Path, head: str) -> None:
    form = draw(tmp_path / "表.xlsx", Drawn(("企业名称", head, "销售收入（万元）", "主营产品")))
    filled = fill(form, ledger)
    assert [row[2:] for row in values(filled)[2:4]] == [[None, "水泵"], [None, "铜箔"]]
    assert "--year" in notes(filled)["C2"]
    filled.unlink()
    filled = fill(form, ledger, "--year", "2024")
    assert [row[2] for row in values(filled)[2:4]] == [1200, 400]


def test_what_is_known_of_today_only(ledger: Path, tmp_path: Path) -> None:
    heads = ("企业名称", "年度", "销售收入（万元）", "一类知识产权数", "高企证书编号", "成立日期",
             "上年度研发费用（万元）", "近三年研发费用占销售收入比例（%）")  # fmt: skip
    body = [(A, 2023), (A, 2025)]
    filled = fill(draw(tmp_path / "表.xlsx", Drawn(heads, body=body, blank=0)), ledger)
    former, last = (row[2:] for row in values(filled)[2:4])
    assert former[:3] == [1000, None, None]
    assert former[3] is not None
    assert former[4:] == [None, None]
    assert last[:3] == [1500.5, 1, "GR202399000001"]
    assert last[4] == 80.25
    said = notes(filled)
    assert "2023" in said["D3"]
    assert "上年" in said["G3"]
    assert "近三年" in said["H3"]


def test_blank_rows_with_the_year_printed(ledger: Path, tmp_path: Path) -> None:
    body = [(n, "", 2024) for n in (1, 2)]
    filled = fill(draw(tmp_path / "表.xlsx", Drawn(HEADS, body=body, blank=0)), ledger)
    rows = values(filled)[2:5]
    assert [row[1:4] for row in rows] == [[A, 2024, 1200], [B, 2024, 400],
                                          [FIRMS[2]["企业名称"], 2024, 200]]  # fmt: skip


@pytest.mark.parametrize("groups", [3, 2])
def test_one_row_for_each_firm_and_year(ledger: Path, tmp_path: Path, groups: int) -> None:
    years = [2023, 2024, 2025]
    body = [("", "", year) for _ in range(groups) for year in years]
    form = draw(tmp_path / "表.xlsx", Drawn(HEADS, body=body, blank=0))
    if groups < 3:
        assert not fill(form, ledger, code=2).exists()
        return
    rows = values(fill(form, ledger))[2:11]
    expected = [SALES[A][y] for y in years] + [SALES[B].get(y) for y in years] + [100, 200, 300]
    assert [row[3] for row in rows] == expected
    assert [row[2] for row in rows] == years * 3


def test_a_firm_merged_over_its_years(ledger: Path, tmp_path: Path) -> None:
    path = tmp_path / "表.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, box = book.add_worksheet("表1"), book.add_format({"border": 1})
        for column, head in enumerate(("企业名称", "年度", "销售收入（万元）")):
            sheet.write(0, column, head, box)
        for first, name in ((1, A), (4, B)):
            sheet.merge_range(first, 0, first + 2, 0, name, box)
            for back in range(3):
                sheet.write(first + back, 1, 2023 + back, box)
                sheet.write_blank(first + back, 2, None, box)
    found = [row[2] for row in values(fill(path, ledger))[1:7]]
    assert found == [1000, 1200, 1500.5, 300, 400, None]


def test_groups_of_rows_under_a_year(ledger: Path, tmp_path: Path) -> None:
    heads = ("序号", "企业名称", "销售收入（万元）", "职工总数", "备注")
    body: list[tuple[Any, ...]] = [
        ("2023年",),
        (1, A),
        (2, B),
        ("2024年",),
        (1, A),
        ("一季度",),
        (1, A),
    ]
    filled = fill(draw(tmp_path / "表.xlsx", Drawn(heads, body=body, blank=0)), ledger)
    assert [row[2] for row in values(filled)[2:9]] == [None, 1000, 300, None, 1200, None, None]


@pytest.mark.parametrize(
    ("lines", "sales"),
    [
        (["城关区科技局", "2024年度企业情况表"], 1200),
        (["企业情况表", "（2024年度）"], 1200),
        (["企业情况表", "统计年度：2024年"], 1200),
        (["企业情况表（2024年修订）"], 1500.5),
        (["企业情况表", "填报日期：2024年6月30日"], 1500.5),
        (["企业情况表", "报告期：2026年一季度"], None),
        (["企业情况表", "按照2024年统计制度填报"], 1500.5),
        (["2024年度情况表", "2023年度"], None),
    ],
)
def test_what_is_said_above_the_table(
    ledger: Path, tmp_path: Path, lines: list[str], sales: float | None
) -> None:
    path = tmp_path / "表.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("表1")
        for row, line in enumerate(lines):
            sheet.merge_range(row, 0, row, 2, line)
        box = book.add_format({"border": 1})
        for column, head in enumerate(("企业名称", "主营产品", "销售收入（万元）")):
            sheet.write(len(lines), column, head, box)
            sheet.write(len(lines) + 1, column, None, box)
    assert values(fill(path, ledger))[len(lines) + 1][2] == sales


def test_columns_carried_from_the_ledger_name_no_year(tmp_path: Path) -> None:
    firms = [{**FIRMS[0], "注册资本（万元）": 500, "街道": "东街"}]
    ledger = write_ledger(tmp_path / "台账.xlsx", firms)
    heads = ("企业名称", "年度", "销售收入（万元）", "注册资本（万元）", "街道")
    body = [(A, 2023), (A, 2025)]
    filled = fill(draw(tmp_path / "表.xlsx", Drawn(heads, body=body, blank=0)), ledger)
    assert [row[2:] for row in values(filled)[2:4]] == [[1000, None, "东街"], [1500.5, 500, "东街"]]


@pytest.mark.parametrize(
    ("label", "said", "sales"),
    [("年度", 2024, 1200), ("报告期", "2024年", 1200), ("报告期", "2026年一季度", None),
     ("年度", "2022", None), ("季度", None, None), ("填报年度", 2026, 1500.5),
     ("填报年度", 2024, None)],
)  # fmt: skip
def test_cards(ledger: Path, tmp_path: Path, label: str, said: object, sales: float | None) -> None:
    path = tmp_path / "表.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, box = book.add_worksheet("表1"), book.add_format({"border": 1})
        lines = [("企业名称", None), (label, said), ("销售收入（万元）", None), ("主营产品", None)]
        for row, line in enumerate(lines):
            for column, text in enumerate(line):
                sheet.write(row, column, text, box)
    filled = fill(path, ledger, "--firm", A)
    assert [row[1] for row in values(filled)[2:4]] == [sales, "水泵"]
    if sales is None:
        assert "B3" in notes(filled)
