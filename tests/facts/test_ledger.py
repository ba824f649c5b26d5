"""Files of a bureau → a ledger: nothing lost, nothing guessed, everything odd named."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from denggao.facts.errors import UserError
from denggao.facts.problems import column_index, column_letter
from denggao.facts.titles import Title
from tests.facts.books import A, B, C, Rows, csv_of, kinds, only, read, sheet_of

# --- heads in sheets -----------------------------------------------------------------------


def test_title_unit_line_and_merged_heads(tmp_path: Path) -> None:
    rows: Rows = [
        ["某区台账", None, None, None, None, None],
        ["单位：万元", None, None, None, None, None],
        ["企业名称", "信用代码", "销售收入", None, "职工总数", "走访人"],
        [None, None, "2024年", "2025年", "2025年", None],
        ["甲公司", A, 320.5, "2.5亿", 12, "x"],
        ["合计", None, 320.5, None, 12, None],
        ["填表人：张三", None, "审核人：", None, None, None],
    ]
    merges = ["A1:F1", "A3:A4", "B3:B4", "C3:D3", "F3:F4"]
    ledger = read(sheet_of(tmp_path / "a.xlsx", rows, merges))
    assert ledger.identity == [A]
    assert ledger.identity_head == "统一社会信用代码"
    assert ledger.columns["sales@2024"] == [3_205_000_00]
    assert ledger.columns["sales@2025"] == [250_000_000_00]
    assert ledger.columns["staff@2025"] == [120_000]
    assert ledger.places == [("a.xlsx", "Sheet", 5)]
    assert ledger.sources["sales@2025"] == ("a.xlsx", "Sheet", "D", "销售收入/2025年")
    assert ledger.unread == [("a.xlsx", "Sheet", "F", "走访人")]
    assert dict(ledger.skipped) == {"合计行": 1, "说明或签字行": 1}
    assert ledger.problems == []


def test_two_levels_in_a_csv_and_years_on_top(tmp_path: Path) -> None:
    rows: Rows = [
        ["企业名称", "2024年", "", "2025年", ""],
        ["", "销售收入（元）", "职工总数", "销售收入（元）", "职工总数"],
        ["甲公司", "1", "2", "3", "4"],
    ]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert ledger.identity == ["甲公司"]
    assert ledger.identity_head == "企业名称"
    keys = ("sales@2024", "staff@2024", "sales@2025", "staff@2025")
    assert [ledger.columns[key] for key in keys] == [[100], [20_000], [300], [40_000]]


def test_assumed_year_and_unit_are_said_once_per_column(tmp_path: Path) -> None:
    rows: Rows = [["企业名称", "销售收入"], ["甲公司", 1], ["乙公司", 2]]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert ledger.columns["sales@2025"] == [100, 200]
    assert kinds(ledger) == ["assumed_unit", "assumed_year"]
    assert all(p.is_notice and p.row == 0 and p.column == "B" for p in ledger.problems)


def test_long_form(tmp_path: Path) -> None:
    rows: Rows = [
        ["企业名称", "年度", "销售收入(元)", "注册地址", "2020年职工总数"],
        ["甲公司", 2023, 1, "东街", 7],
        ["甲公司", "2024年", 2, "西街", 7],
        ["乙公司", 2024, 5, "", ""],
        ["乙公司", "去年", 6, "", ""],
        ["乙公司", 2024, 5, "", ""],
    ]
    ledger = read(sheet_of(tmp_path / "a.xlsx", rows))
    assert ledger.columns["sales@2023"] == [100, None]
    assert ledger.columns["sales@2024"] == [200, 500]
    assert ledger.columns["staff@2020"] == [70_000, None]
    assert ledger.columns["address"] == ["西街", None]
    assert kinds(ledger) == ["bad_year", "changed_over_years", "duplicate"]
    assert ledger.skipped == {"年度看不懂": 1}


def test_names_merged_downwards(tmp_path: Path) -> None:
    rows: Rows = [
        ["企业名称", "年度", "职工总数", "主营"],
        ["甲公司", 2023, 1, "x"],
        [None, 2024, 2, None],
    ]
    ledger = read(sheet_of(tmp_path / "a.xlsx", rows, ["A2:A3"]))
    assert ledger.columns["staff@2024"] == [20_000]
    assert ledger.rows_read == 2


def test_a_fact_merged_downwards_is_named(tmp_path: Path) -> None:
    rows: Rows = [["企业名称", "2025年职工总数"], ["甲公司", 1], ["乙公司", None]]
    ledger = read(sheet_of(tmp_path / "a.xlsx", rows, ["B2:B3"]))
    assert ledger.columns["staff@2025"] == [10_000, None]
    assert only(ledger, "merged_cells").row == 2


def test_rows_of_no_firm_are_counted(tmp_path: Path) -> None:
    head: list[object] = ["序号", "企业名称", "2025年职工总数", "2025年销售收入（元）"]
    rows: Rows = [
        head,
        [1, 2, 3, 4],
        [1, "甲公司", 5, 6],
        ["", "", "", ""],
        head,
        [2, "合计科技有限公司", 7, 8],
        ["小计", "", 12, 14],
        ["", "总 计", 12, 14],
        [3, "", 9, 9],
        ["注：口径见通知", "", "", ""],
        ["", "单位负责人（签字）：", "", ""],
    ]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert ledger.identity == ["甲公司", "合计科技有限公司"]
    assert ledger.skipped["栏次行"] == 1
    assert ledger.rows_read + ledger.rows_skipped == len(rows) - 1
    assert ledger.skipped["合计行"] == 2
    assert ledger.skipped["重复的表头"] == 1
    assert ledger.skipped["空行"] == 1
    assert ledger.skipped["说明或签字行"] == 2
    assert only(ledger, "no_identity").row == 9


def test_cells_under_no_head_are_listed(tmp_path: Path) -> None:
    rows: Rows = [["企业名称", "2025年职工总数", ""], ["甲公司", 5, "x"]]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert ledger.unread == [("a.csv", "", "C", "（没有表头）")]


# --- problems by cell ----------------------------------------------------------------------


def test_a_bad_cell_is_named_and_never_a_number(tmp_path: Path) -> None:
    rows: Rows = [
        ["企业名称", "2025年销售收入（万元）", "成立日期", "2025年职工总数"],
        ["甲公司", "三百", "2019-13-01", -3],
        ["乙公司", "#DIV/0!", "2019-05-06", 10],
        ["丙公司", "=B3*2", 43591, "26.333333"],
    ]
    ledger = read(sheet_of(tmp_path / "a.xlsx", rows))
    assert ledger.columns["sales@2025"] == [None, None, None]
    assert ledger.columns["staff@2025"] == [None, 100_000, 263_333]
    assert ledger.columns["established_on"][1:] == [dt.date(2019, 5, 6)] * 2
    assert kinds(ledger) == [
        "error_value",
        "formula_without_value",
        "not_a_date",
        "not_a_number",
        "out_of_domain",
    ]
    assert ledger.flags == [{"OUT_OF_DOMAIN"}, frozenset(), {"ROUNDED"}]
    assert str(only(ledger, "not_a_number")) == (
        "「a.xlsx」〈Sheet〉第 2 行 B 列（2025年销售收入（万元））：“三百”；"
        "应为金额（数字）；请只填数字；没有数据请留空"
    )


def test_bounds_stand_in_two_more_columns(tmp_path: Path) -> None:
    rows: Rows = [["企业名称", "2025年职工总数"], ["甲公司", "570余"], ["乙公司", 5], ["丙", ""]]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert ledger.columns["staff@2025"] == [None, 50_000, None]
    assert ledger.columns["staff@2025.lo"] == [5_700_000, None, None]
    assert ledger.columns["staff@2025.hi"] == [None, None, None]


def test_damaged_rows_are_named_and_left_out(tmp_path: Path) -> None:
    rows: Rows = [
        ["企业名称", "信用代码", "2025年职工总数"],
        ["甲公司", A, 1],
        ["乙\ufffd\ufffd", B, 2],
        ["丙公司", C, 3, "多一格"],
    ]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert ledger.identity == [A]
    assert [(p.kind, p.row) for p in ledger.problems] == [("damaged_row", 3), ("extra_cells", 4)]
    assert ledger.skipped == {"损坏的行": 2}


def test_a_slip_of_unit_shows_against_the_other_years(tmp_path: Path) -> None:
    heads: list[object] = ["企业名称", *(f"{y}年销售收入（万元）" for y in (2023, 2024, 2025))]
    ledger = read(csv_of(tmp_path / "a.csv", [heads, ["甲公司", 310, 3_200_000, 330]]))
    assert ledger.columns["sales@2024"] == [3_200_000 * 10**6]
    assert (only(ledger, "suspect_unit").row, only(ledger, "suspect_unit").column) == (2, "C")


def test_a_slip_of_unit_shows_against_all_other_amounts(tmp_path: Path) -> None:
    heads: list[object] = ["企业名称", "2025年销售收入（万元）", "2025年净资产（万元）"]
    rows: Rows = [
        heads,
        ["甲公司", 310, 22_823_900],
        ["乙公司", 310, 90_000],
        ["丙公司", "", 22_823_900],
    ]
    problem = only(read(csv_of(tmp_path / "a.csv", rows)), "suspect_unit")
    assert (problem.row, problem.column) == (2, "C")


def test_slips_in_names_are_named_and_kept(tmp_path: Path) -> None:
    rows: Rows = [["企业名称", "2025年职工总数"], ["甲科枝有限公司", 1], ["乙科技有限公司", 2]]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert only(ledger, "odd_name").row == 2
    assert ledger.columns["name"][0] == "甲科枝有限公司"


def test_a_flood_of_problems_is_counted(tmp_path: Path) -> None:
    rows: Rows = [["企业名称", "2025年职工总数"], *([f"企业{i}", "若干"] for i in range(10_050))]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert len(ledger.problems) == 10_001
    assert "共 10050 处" in ledger.problems[-1].advice


# --- identity ------------------------------------------------------------------------------


def test_codes_are_checked_and_brought_to_one_form(tmp_path: Path) -> None:
    rows: Rows = [
        ["信用代码", "企业名称", "2025年职工总数"],
        [f" {A.lower()[:9]} {A[9:]}", "甲", 1],
        [B[:-1] + "9", "乙", 2],
        ["待办", "丙", 3],
        [916201007127571081, "丁", 4],
        [A.replace("0", "O", 1), "戊", 5],
    ]
    ledger = read(sheet_of(tmp_path / "a.xlsx", rows))
    assert ledger.identity == [A, B[:-1] + "9", "丙", "丁", A.replace("0", "O", 1)]
    assert kinds(ledger) == ["bad_credit_code"] * 3 + ["digits_lost"]
    assert A in next(p for p in ledger.problems if p.row == 6).advice


def test_the_same_firm_twice(tmp_path: Path) -> None:
    rows: Rows = [
        ["信用代码", "企业名称", "2024年职工总数", "2025年职工总数", "2025年科技人员数"],
        [A, "甲公司", 1, 2, ""],
        [B, "乙公司", 1, 2, 1],
        [A, "甲 公司", 1, 3, 4],
        [A, "甲公司", 1, 2, 4],
    ]
    ledger = read(sheet_of(tmp_path / "a.xlsx", rows))
    assert ledger.identity == [A, B]
    assert ledger.columns["staff@2024"] == [10_000, 10_000]
    assert ledger.columns["staff@2025"] == [None, 20_000]
    assert ledger.columns["tech_staff@2025"] == [40_000, 10_000]
    assert kinds(ledger) == ["duplicate", "duplicate", "fact_twice"]
    problem = only(ledger, "fact_twice")
    assert (problem.row, problem.column, problem.value) == (4, "D", "3 人")
    assert "“2 人”" in problem.advice
    assert "第 2 行 D 列" in problem.advice


def test_two_columns_for_one_fact(tmp_path: Path) -> None:
    rows: Rows = [
        ["企业名称", "2025年销售收入（万元）", "2025年营业收入（元）", "行业", "行业代码"],
        ["甲公司", 1, 10_000, "软件", "I6513"],
        ["乙公司", 2, 20_000, "软件", "I6513"],
        ["丙公司", "", 30_000, "软件", "待核"],
    ]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert ledger.columns["sales@2025"] == [1_000_000, 2_000_000, 3_000_000]
    assert ledger.columns["industry"] == ["I6513", "I6513", None]
    assert kinds(ledger) == ["head_twice", "head_twice", "pending"]


def test_two_columns_that_differ_are_refused(tmp_path: Path) -> None:
    """Which of them is meant concerns every row: nothing is read until a person says."""
    rows: Rows = [
        ["企业名称", "2025年销售收入（万元）", "2025年营业收入（元）", "注册地址", "住所"],
        ["甲公司", 1, 20_000, "东街", "西街"],
    ]
    with pytest.raises(UserError, match=r"C 列.*20000(.|\n)*B 列"):
        read(csv_of(tmp_path / "a.csv", rows))
    addresses = [[row[0], *row[3:], 2025] for row in rows]
    addresses[0][-1] = "2025年职工总数"
    ledger = read(csv_of(tmp_path / "b.csv", addresses))
    assert kinds(ledger) == ["fact_twice", "head_twice"]


def test_sheets_and_files_join_by_code_then_by_name(tmp_path: Path) -> None:
    first = csv_of(tmp_path / "a.csv", [["企业名称", "2025年职工总数"], ["甲公司", 1]])
    second = csv_of(
        tmp_path / "b.csv",
        [["企业名称", "信用代码", "2025年科技人员数"], ["甲 公司", A, 1], ["乙公司", B, 2]],
    )
    third = csv_of(
        tmp_path / "c.csv",
        [["信用代码", "2025年研发人员数"], [A, 1], [C, 3]],
    )
    ledger = read(first, second, third)
    assert ledger.identity == [A, B, C]
    assert ledger.columns["staff@2025"] == [10_000, None, None]
    assert ledger.columns["tech_staff@2025"] == [10_000, 20_000, None]
    assert ledger.columns["rd_staff@2025"] == [10_000, None, 30_000]
    assert ledger.problems == []
    assert [place[0] for place in ledger.places] == ["a.csv", "b.csv", "c.csv"]


def test_the_same_name_with_two_codes_never_merges(tmp_path: Path) -> None:
    rows: Rows = [
        ["企业名称", "信用代码", "2025年职工总数"],
        ["甲公司", A, 1],
        ["甲公司", B, 2],
        ["甲公司", "", 3],
    ]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert ledger.columns["staff@2025"] == [10_000, 20_000, 30_000]
    assert kinds(ledger) == ["ambiguous_name", "two_codes"]


def test_an_own_identity_column(tmp_path: Path) -> None:
    rows: Rows = [["代号", "企业名称", "2025年职工总数"], [7, "甲", 1], [8, "甲", 2]]
    ledger = read(sheet_of(tmp_path / "a.xlsx", rows), id_column="代号")
    assert ledger.identity == ["7", "8"]
    assert ledger.identity_head == "代号"
    assert ledger.unread == []


# --- titles --------------------------------------------------------------------------------


def test_titles_as_records(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    for name, rows in {
        "企业": [["企业名称", "2025年职工总数"], ["甲", 1], ["乙", 2], ["丙", 3]],
        "资格": [
            ["企业名称", "资格类型", "证书编号", "发证日期", "有效期至"],
            ["甲", "高企", "GR202462000012", "2024-10-28", "2027-10-27"],
            ["甲", "科小", "", "2025/3/1", ""],
            ["甲", "科小", "", "2025/3/1", ""],
            ["乙", "", "", "", ""],
        ],
    }.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.close()
    ledger = read(path)
    hnte = Title("高新技术企业", "GR202462000012", dt.date(2024, 10, 28), dt.date(2027, 10, 27))
    sme = Title("科技型中小企业", None, dt.date(2025, 3, 1))
    assert ledger.columns["titles"] == [(hnte, sme), (), None]
    assert only(ledger, "duplicate").row == 4


def test_a_group_head_names_the_kind_and_blank_is_not_no(tmp_path: Path) -> None:
    rows: Rows = [
        ["企业名称", "高企证书/编号", "高企证书/有效期至"],
        ["甲", "GR202462000012", "2027-10-27"],
        ["乙", "", ""],
    ]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    title = Title("高新技术企业", "GR202462000012", None, dt.date(2027, 10, 27))
    assert ledger.columns["titles"] == [(title,), None]


def test_too_many_columns(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="列数超过"):
        read(csv_of(tmp_path / "a.csv", [["企业名称"] * 20_000, ["甲"] * 20_000]))


# --- what cannot be read -------------------------------------------------------------------


def test_no_identity_or_no_known_head(tmp_path: Path) -> None:
    for rows in ([["编号", "2025年职工总数"], [1, 2]], [["企业名称", "主要产品"], ["甲", "x"]]):
        with pytest.raises(UserError, match="找不到能用的表头") as error:
            read(csv_of(tmp_path / "a.csv", rows))
        assert str(rows[0][1]) in str(error.value)
        assert "销售收入" in str(error.value)


def test_heads_without_rows(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="没有一行"):
        read(csv_of(tmp_path / "a.csv", [["企业名称", "2025年职工总数"], ["合计", 0]]))


def test_sheets_that_are_no_table_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet("说明").write_column(0, 0, ["填报说明", "一、口径"])
    sheet = book.add_worksheet("台账")
    sheet.write_row(0, 0, ["企业名称", "2025年职工总数"])
    sheet.write_row(1, 0, ["甲公司", 5])
    hidden = book.add_worksheet("字典")
    hidden.write(0, 0, "x")
    hidden.hide()
    book.close()
    ledger = read(path)
    assert [(p.kind, p.sheet) for p in ledger.problems] == [
        ("hidden_sheet", "字典"),
        ("sheet_unread", "说明"),
    ]


def test_progress_reaches_the_whole(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    rows: Rows = [["企业名称", "2025年职工总数"], *([f"企业{i}", i] for i in range(9000))]
    path = csv_of(tmp_path / "a.csv", rows)
    read(path, path, progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1] == (2 * path.stat().st_size,) * 2


# --- property ------------------------------------------------------------------------------

AMOUNTS = st.one_of(st.none(), st.integers(0, 10**13))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.lists(st.tuples(AMOUNTS, AMOUNTS), min_size=1, max_size=6))
def test_what_is_written_is_read_back(
    tmp_path: Path, firms: list[tuple[int | None, int | None]]
) -> None:
    """Any ledger → .xlsx and .csv → the same amounts to the 分."""
    heads: list[object] = ["企业名称", "2024年销售收入（万元）", "2025年净资产（元）"]
    rows: Rows = [heads]
    for number, (sales, assets) in enumerate(firms):
        yuan = "" if assets is None else f"{assets // 100:,}.{assets % 100:02d}"
        rows.append([f"企业{number}", None if sales is None else sales / 10**6, yuan])
    texts = [[f"{cell:.6f}" if isinstance(cell, float) else cell for cell in row] for row in rows]
    for path in (sheet_of(tmp_path / "a.xlsx", rows), csv_of(tmp_path / "a.csv", texts)):
        columns = read(path).columns
        amounts = zip(columns["sales@2024"], columns["net_assets@2025"], strict=True)
        assert list(amounts) == firms


def test_column_letters() -> None:
    assert [column_letter(i) for i in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
    assert all(column_index(column_letter(i)) == i for i in range(1000))
