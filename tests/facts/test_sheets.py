"""Sheets as bureaus draw them: levels of heads, several tables, printed pages, hidden parts."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.facts.books import A, B, Rows, csv_of, kinds, only, read, sheet_of


def test_three_levels_of_merged_heads(tmp_path: Path) -> None:
    rows: Rows = [
        ["城关区企业台账", *[None] * 7],
        ["企业基本信息", None, "财务数据（万元）", None, None, None, "人员", None],
        ["企业名称", "信用代码", "销售收入", None, "研发费用", None, "职工总数", "科技人员数"],
        [None, None, "2024年", "2025年", "2024年", "2025年", "2025年", "2025年"],
        ["甲公司", A, 1, 2, 3, 4, 10, 5],
    ]
    merges = ["A1:H1", "A2:B2", "C2:F2", "G2:H2", "A3:A4", "B3:B4", "C3:D3", "E3:F3"]
    ledger = read(sheet_of(tmp_path / "a.xlsx", rows, merges))
    assert ledger.columns["sales@2024"] == [10_000_00]
    assert ledger.columns["rd_expense@2025"] == [40_000_00]
    assert ledger.columns["tech_staff@2025"] == [50_000]
    assert ledger.sources["rd_expense@2025"][2:] == ("F", "财务数据（万元）/研发费用/2025年")
    assert (ledger.unread, ledger.problems) == ([], [])


def test_a_level_above_the_heads_is_never_dropped(tmp_path: Path) -> None:
    """「2026年目标」 stands over 销售收入: the figures are no sales."""
    rows: Rows = [
        ["企业基本信息", None, "2026年目标", None],
        ["企业名称", "2025年职工总数", "销售收入（万元）", "研发费用（万元）"],
        ["甲公司", 5, 100, 7],
    ]
    ledger = read(sheet_of(tmp_path / "a.xlsx", rows, ["A1:B1", "C1:D1"]))
    assert set(ledger.columns) == {"name", "staff@2025"}
    assert [head for *_, head in ledger.unread] == [
        "2026年目标/销售收入（万元）",
        "2026年目标/研发费用（万元）",
    ]


# --- several tables ------------------------------------------------------------------------

FIRST: Rows = [["企业名称", "2025年职工总数"], ["甲公司", 5], ["乙公司", 6]]


@pytest.mark.parametrize(
    "between",
    [
        [],
        [["", ""]],
        [["合计", 11], ["", ""], ["二、研发投入", ""], ["单位：万元", ""]],
        [["", ""], ["", ""], ["", "单位：万元"]],
    ],
)
def test_a_second_table_below_is_read_with_its_own_unit(tmp_path: Path, between: Rows) -> None:
    second: Rows = [["企业名称", "2025年研发费用"], ["甲公司", 700], ["丙公司", 8]]
    rows = [*FIRST, *between, *second]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    yuan = 10_000 if any("万元" in str(row) for row in between) else 1
    assert ledger.identity == ["甲公司", "乙公司", "丙公司"]
    assert ledger.columns["staff@2025"] == [50_000, 60_000, None]
    assert ledger.columns["rd_expense@2025"] == [70_000 * yuan, None, 800 * yuan]
    assert ledger.rows_read + ledger.rows_skipped == len(rows) - 1
    assert ledger.places[2] == ("a.csv", "", len(rows))
    assert ledger.skipped["合计行"] == any("合计" in row for row in between)


def test_a_second_table_may_be_wider_and_shifted(tmp_path: Path) -> None:
    rows: Rows = [
        ["序号", "企业名称", "2025年职工总数", "", "", ""],
        [1, "甲公司", 5, "", "", ""],
        ["", "", "", "", "", ""],
        ["", "高新技术企业", "", "", "", ""],
        ["", "统一社会信用代码", "企业名称", "销售收入（万元）", None, "研发费用（万元）"],
        ["", None, None, "2024年", "2025年", "2025年"],
        ["", A, "甲公司", 7, 8, 9],
    ]
    merges = ["B5:B6", "C5:C6", "D5:E5"]
    ledger = read(sheet_of(tmp_path / "a.xlsx", rows, merges))
    assert ledger.identity == [A]
    assert ledger.columns["sales@2024"] == [70_000_00]
    assert ledger.columns["rd_expense@2025"] == [90_000_00]
    assert ledger.skipped == {"空行": 1, "下一张表的标题和表头": 3}
    assert ledger.problems == []


def test_the_second_table_of_the_same_columns_with_another_year(tmp_path: Path) -> None:
    """The first of its two rows of heads repeats ours: only the second tells them apart."""
    rows: Rows = [
        ["企业名称", "销售收入（元）"],
        ["", "2024年"],
        ["甲公司", 5],
        ["企业名称", "销售收入（元）"],
        ["", "2025年"],
        ["甲公司", 6],
    ]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert ledger.columns["sales@2024"] == [500]
    assert ledger.columns["sales@2025"] == [600]


def test_the_same_heads_in_another_unit_are_another_table(tmp_path: Path) -> None:
    rows: Rows = [
        ["单位：万元", ""],
        ["企业名称", "2025年销售收入"],
        ["甲公司", 5],
        ["", ""],
        ["单位：元", ""],
        ["企业名称", "2025年销售收入"],
        ["乙公司", 5],
        ["企业名称", "2025年研发费用"],
        ["乙公司", 3],
    ]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert ledger.columns["sales@2025"] == [5_000_000, 500]
    assert ledger.columns["rd_expense@2025"] == [None, 300]
    assumed = only(ledger, "assumed_unit")
    assert (assumed.row, assumed.head) == (0, "2025年研发费用")
    assert "按本页上面那张表的单位读入" in assumed.advice


def test_a_table_that_is_not_understood_is_named(tmp_path: Path) -> None:
    rows: Rows = [*FIRST, ["企业名称", "走访人"], ["甲公司", "某某"], *FIRST[:1], ["丁公司", 1]]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert only(ledger, "second_table").row == 4
    assert ledger.skipped["另一张表"] >= 2
    assert ledger.rows_read + ledger.rows_skipped == len(rows) - 1


def test_a_cell_that_says_enterprise_is_no_head(tmp_path: Path) -> None:
    head: list[object] = ["企业名称", "机构属性", "2025年职工总数"]
    rows: Rows = [head, *([f"公司{i}", "企业", str(i)] for i in range(300))]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert (len(ledger), ledger.rows_skipped, kinds(ledger)) == (300, 0, [])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 3), st.booleans()), min_size=1, max_size=4)
)
def test_any_pile_of_tables_is_read_whole(
    tmp_path: Path, blocks: list[tuple[int, int, bool]]
) -> None:
    facts = ["2025年职工总数", "2025年科技人员数", "2025年研发人员数", "2024年职工总数"]
    rows: Rows = []
    for number, (firms, blanks, titled) in enumerate(blocks):
        rows += [["", ""]] * blanks
        rows += [["名单", ""]] if titled and (blanks or not number) else []
        rows.append(["企业名称", facts[number]])
        rows += [[f"企业{number}之{i}", i + 1] for i in range(firms)]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert len(ledger) == sum(firms for firms, _, _ in blocks)
    above = blocks[0][1] + blocks[0][2] + 1
    assert ledger.rows_read + ledger.rows_skipped == len(rows) - above
    assert ledger.problems == []


# --- printed pages -------------------------------------------------------------------------


def test_heads_repeated_on_every_printed_page(tmp_path: Path) -> None:
    heads: Rows = [
        ["某区科技企业台账", None, None, None],
        ["单位：万元", None, None, None],
        ["企业名称", "信用代码", "销售收入", None],
        [None, None, "2024年", "2025年"],
    ]
    first: Rows = [["甲公司", A, 1, 2], ["本页小计", None, 1, 2]]
    second: Rows = [["乙公司", B, 3, 4], ["本页小计", None, 3, 4], ["平均", None, 2, 3]]
    rows = [*heads, *first, *heads, *second]
    merges = ["A1:D1", "A3:A4", "B3:B4", "C3:D3", "A7:D7", "A9:A10", "B9:B10", "C9:D9"]
    ledger = read(sheet_of(tmp_path / "a.xlsx", rows, merges))
    assert ledger.identity == [A, B]
    assert ledger.columns["sales@2025"] == [2_000_000, 4_000_000]
    assert ledger.skipped == {"合计行": 3, "重复的表头": 4}
    assert ledger.problems == []


@pytest.mark.parametrize(
    "last",
    [
        "平均", "平均值", "合计", "总计：", "全区合计", "东岗镇小计", "小计（3户）", "填表人：某",
        "单位：万元", "制表日期：2026-01-01", "审核人", "注：口径见通知", "说明：只填法人",
        "（续表）", "第 2 页 共 5 页", "单位负责人（签字）：", "报送日期：6月", "以下空白",
    ],
)  # fmt: skip
def test_rows_of_no_firm(tmp_path: Path, last: str) -> None:
    rows: Rows = [["序号", "企业名称", "2025年职工总数"], [1, "甲公司", 5], ["", last, 5]]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert (ledger.identity, ledger.rows_skipped, ledger.problems) == (["甲公司"], 1, [])


@pytest.mark.parametrize(
    "name", ["平均科技有限公司", "合计软件公司", "日期网络有限公司", "单位集团"]
)
def test_firms_whose_names_begin_like_a_total(tmp_path: Path, name: str) -> None:
    rows: Rows = [["企业名称", "2025年职工总数"], [name, 5]]
    assert read(csv_of(tmp_path / "a.csv", rows)).identity == [name]


# --- what is hidden ------------------------------------------------------------------------


def test_hidden_rows_columns_and_sheets(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("企业")
    for number, row in enumerate([["企业名称", "2025年职工总数"], ["甲", 1], ["乙", 2], ["丙", 3]]):
        sheet.write_row(number, 0, row)
    for number in (1, 2):
        sheet.set_row(number, None, None, {"hidden": True})
    sheet.set_column(1, 1, None, None, {"hidden": True})
    sheet.set_column(5, 16_383, None, None, {"hidden": True})
    book.add_worksheet("旧").hide()
    book.close()
    ledger = read(path)
    assert ledger.columns["staff@2025"] == [10_000, 20_000, 30_000]
    assert kinds(ledger) == ["hidden_columns", "hidden_rows", "hidden_sheet"]
    assert all(problem.is_notice for problem in ledger.problems)
    assert "第 2–3 行" in only(ledger, "hidden_rows").advice
    assert only(ledger, "hidden_columns").advice.startswith("B 列")
    assert only(ledger, "hidden_sheet").sheet == "旧"


def test_one_sheet_per_township(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    for number, name in enumerate(["东镇", "西镇"]):
        sheet = book.create_sheet(name)
        sheet.append(["企业名称", ["2025年职工总数", "从业人员（2025年）"][number]])
        sheet.append([f"企业{number}", 5])
    book.save(path)
    ledger = read(path)
    assert ledger.columns["staff@2025"] == [50_000, 50_000]
    assert [place[1] for place in ledger.places] == ["东镇", "西镇"]


# --- rows and years that heads do not tell of ----------------------------------------------


def test_titles_of_groups_of_rows_are_no_firms(tmp_path: Path) -> None:
    rows: Rows = [
        ["企业名称", "信用代码", "2025年职工总数"],
        ["一、高新技术企业（2户）", None, None],
        ["甲公司", A, 5],
        ["东岗镇", None, None],
        ["乙公司", B, 6],
        ["某某片", None, None],
        ["城关区供销社", None, None],
    ]
    ledger = read(sheet_of(tmp_path / "a.xlsx", rows, ["A2:C2", "A6:C6"]))
    assert ledger.columns["name"] == ["甲公司", "乙公司", "城关区供销社"]
    assert ledger.skipped == {"分组标题行": 3}


def test_a_row_of_line_numbers(tmp_path: Path) -> None:
    rows: Rows = [["企业名称", "2025年职工总数"], ["栏次", 1], ["甲公司", 5]]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert (ledger.columns["name"], ledger.skipped) == (["甲公司"], {"栏次行": 1})


@pytest.mark.parametrize(
    ("title", "year"),
    [
        ("城关区2024年度企业台账", 2024),
        ("企业统计表（2023年）", 2023),
        ("2026年高企培育台账", 2025),
        ("企业台账（2024年6月30日制）", 2025),
        ("2023年、2024年企业台账", 2025),
    ],
)
def test_the_year_of_a_title_holds_where_heads_name_none(
    tmp_path: Path, title: str, year: int
) -> None:
    rows: Rows = [[title, "", ""], ["企业名称", "职工总数", "2022年职工总数"], ["甲公司", 5, 4]]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert set(ledger.columns) == {"name", f"staff@{year}", "staff@2022"}
    assert f"（{year} 年）" in only(ledger, "assumed_year").advice


def test_one_sheet_per_year(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    for year in (2023, 2024):
        sheet = book.create_sheet(f"{year}年")
        sheet.append(["企业名称", "职工总数"])
        sheet.append(["甲公司", year])
    book.save(path)
    ledger = read(path)
    assert ledger.columns["staff@2023"] == [20_230_000]
    assert ledger.columns["staff@2024"] == [20_240_000]


def test_a_part_stands_under_its_whole(tmp_path: Path) -> None:
    rows: Rows = [
        ["企业名称", "职工总数", None, "销售收入（元）", None],
        [None, "2025年", "其中：科技人员", "2025年", "其中：研发费用"],
        ["甲公司", 10, 3, 8, 5],
    ]
    ledger = read(sheet_of(tmp_path / "a.xlsx", rows, ["A1:A2", "B1:C1", "D1:E1"]))
    assert ledger.columns["tech_staff@2025"] == [30_000]
    assert [head for *_, head in ledger.unread] == ["销售收入（元）/其中：研发费用"]
