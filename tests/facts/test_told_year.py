"""Of which year figures are whose heads name none: by title, sheet's name, or none at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from denggao.facts.toldyear import told_year
from tests.facts.books import A, B, Rows, csv_of, only, read


@pytest.mark.parametrize(
    ("title", "sheet", "year"),
    [
        ("2024年12月末企业情况表", "", 2024),
        ("2024年1-12月企业情况表", "", 2024),
        ("2024 年度企业情况表", "根据", 2024),
        ("根据企业名录2016年修订办法填写", "", None),
        ("企业台账（2016年版）", "", None),
        ("2023-2025年企业情况表", "", None),
        ("2023年、2024年企业台账", "", None),
        ("", "23年", 2023),
        ("", "24年", 2024),
        ("", "2024", 2024),
        ("近10年企业台账", "", None),
        ("2026年度摸排表", "2024年", 2024),
        ("2025年度摸排表", "2025年", 2025),
        ("2025年高企培育目标企业台账", "", 2025),
        ("企业台账（2024年6月30日制）", "", None),
        ("2024年企业台账", "第15年", 2024),
        ("2024年度四季青街道企业填报表", "", 2024),
        ("2024年科技计划项目企业台账", "2025-06月", 2024),
    ],
)
def test_a_year_is_told(title: str, sheet: str, year: int | None) -> None:
    assert told_year([title], sheet, 2026) == (year, "")


@pytest.mark.parametrize(
    ("title", "sheet"),
    [
        *[
            (title, "Sheet1")
            for title in (
                *("2025年1-6月企业表", "2025年上半年企业表", "2025年一季度", "2024年目标"),
                *("2025年培育目标计划表", "2025年度预计", "企业计划数", "2025年1—11月"),
            )
        ],
        ("企业台账", "上半年"),
        ("企业台账", "6月"),
        ("2025年度摸排表", "2024年"),
    ],
)
def test_figures_of_no_whole_year_are_told_so(title: str, sheet: str) -> None:
    year, why = told_year([title], sheet, 2026)
    assert year is None
    assert why


def test_figures_of_half_a_year_stay_unread_and_are_named(tmp_path: Path) -> None:
    heads: list[object] = ["企业名称", "销售收入（元）", "2024年销售收入（元）", "注册地址"]
    rows: Rows = [["2025年1-6月企业表"], heads, ["甲公司", 5, 4, "东街"]]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert set(ledger.columns) == {"name", "sales@2024", "address"}
    assert "1-6月" in only(ledger, "open_year").advice
    assert [head for *_, head in ledger.unread] == ["销售收入（元）"]


@pytest.mark.parametrize("head", ["季度", "月份"])
def test_a_column_of_periods_makes_no_figures_of_the_year(tmp_path: Path, head: str) -> None:
    rows: Rows = [["企业名称", "年度", head, "职工总数"], ["甲公司", 2025, 1, 5]]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert set(ledger.columns) == {"name"}
    assert head in only(ledger, "open_year").advice


@pytest.mark.parametrize("head", ["项目名称", "产品名称", "产品"])
def test_a_list_of_projects_or_products(tmp_path: Path, head: str) -> None:
    rows: Rows = [
        ["企业名称", head, "2025年研发费用（元）", "注册地址"],
        ["甲公司", "支架", 1, "x"],
    ]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert set(ledger.columns) == {"name", "address"}
    assert only(ledger, "detail_table").is_notice


@pytest.mark.parametrize("blank", [[], [["", "", ""]]])
def test_equal_heads_under_the_title_of_another_year(tmp_path: Path, blank: Rows) -> None:
    heads: list[object] = ["企业名称", "信用代码", "职工总数"]
    rows: Rows = [
        *([["2023年企业表", "", ""], heads, ["甲公司", A, 5]]),
        *blank,
        *([["2024年企业表", "", ""], heads, ["乙公司", B, 6]]),
    ]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert ledger.columns["name"] == ["甲公司", "乙公司"]
    assert ledger.columns["staff@2023"][0] == 50_000
    assert ledger.columns["staff@2024"][1] == 60_000
