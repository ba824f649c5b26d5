"""Columns of shares: 72 % and 0.72 told apart by the column, slips of figures found by them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from denggao.facts.cells import BadCell
from denggao.facts.heads import Meaning, understand
from denggao.facts.ratios import Share, share
from tests.facts.books import Rows, csv_of, kinds, only, read, sheet_of

HEAD: list[object] = ["企业名称", "2025年职工总数", "2025年科技人员数", "科技人员占比（%）"]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("科技人员占比", Meaning("share", "tech_staff/staff")),
        ("2025年研发费用占销售收入比例（%）", Meaning("share", "rd_expense/sales", 2025)),
        ("高新技术产品（服务）收入占同期总收入的比例", Meaning("share", "ht_income/total_income")),
        ("资产负债率", Meaning("share", "liabilities/total_assets")),
    ],
)
def test_heads_of_shares(head: str, expected: Meaning) -> None:
    assert understand((head,), 2026) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("72%", Share(Fraction(72), Fraction(1), Fraction(1, 100))),
        ("7.25 ％", Share(Fraction("7.25"), Fraction(1, 100), Fraction(1, 100))),
        (0.72, Share(Fraction("0.72"), Fraction(1, 100), None)),
        ("—", None),
    ],
)
def test_shares_in_cells(cell: object, expected: Share | None) -> None:
    assert share(cell) == expected


@pytest.mark.parametrize("cell", ["约一成", "1/3", True, "#DIV/0!", "=B2/C2"])
def test_what_is_no_share(cell: object) -> None:
    with pytest.raises(BadCell):
        share(cell)


@pytest.mark.parametrize("written", [(0.1, 0.2, 0.25), (10, 20, 25), ("10%", "20%", "25.0%")])
def test_percent_and_fraction_are_told_apart_by_the_column(
    tmp_path: Path, written: tuple[object, ...]
) -> None:
    rows: Rows = [HEAD, ["甲", 100, 10, written[0]], ["乙", 50, 10, written[1]]]
    path = sheet_of(tmp_path / "a.xlsx", [*rows, ["丙", 60, 10, written[2]]])
    told = only(read(path), "share_differs")
    assert (told.row, told.column, told.value) == (4, "D", "25%")
    assert "科技人员数÷职工总数算是 16.67%" in told.advice


def test_three_years_or_one(tmp_path: Path) -> None:
    facts = [f"{y}年{name}（元）" for name in ("研发费用", "销售收入") for y in (2023, 2024, 2025)]
    rows: Rows = [
        ["企业名称", *facts, "研发费用占比"],
        ["甲", 1, 2, 3, 100, 100, 100, "3%"],
        ["乙", 1, 2, 3, 100, 100, 100, "2%"],
        ["丙", 1, 2, 3, 100, 100, 100, "4%"],
    ]
    assert only(read(csv_of(tmp_path / "a.csv", rows)), "share_differs").row == 4


def test_a_column_that_never_agrees_is_left_alone(tmp_path: Path) -> None:
    rows: Rows = [HEAD, *([f"企业{i}", 100, 10, 55] for i in range(5))]
    assert kinds(read(csv_of(tmp_path / "a.csv", rows))) == ["share_unlike"]


def test_a_share_needs_both_figures(tmp_path: Path) -> None:
    rows: Rows = [HEAD, ["甲", 100, "", 55], ["乙", 0, 0, 10], ["丙", "100余", 1, 10]]
    assert kinds(read(csv_of(tmp_path / "a.csv", rows))) == []


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(1, 999), st.integers(0, 999)), min_size=1, max_size=9),
    st.sampled_from(["{:.4f}", "{:.2%}", "{:.1f}"]),
)
def test_true_shares_are_never_doubted(
    tmp_path: Path, firms: list[tuple[int, int]], form: str
) -> None:
    rows: Rows = [HEAD]
    for number, (staff, part) in enumerate(firms):
        tech = min(staff, part)
        value = tech / staff * (100 if form == "{:.1f}" else 1)
        rows.append([f"企业{number}", staff, tech, form.format(value)])
    assert "share_differs" not in kinds(read(csv_of(tmp_path / "a.csv", rows)))
