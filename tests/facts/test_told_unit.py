"""Units told once for a whole table, in a title, a unit line or a note."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.books import A, B, Rows, csv_of, only, read

HEADS: list[object] = ["企业名称", "信用代码", "2025年销售收入"]


@pytest.mark.parametrize(
    "line",
    [
        *("企业台账（万元）", "企业台账（金额：万元）", "单位：人、万元", "单位：万元、人"),
        *("金额：万元", "注：表中金额单位为万元", "（单位：户/万元）"),
    ],
)
@pytest.mark.parametrize("above", [True, False])
def test_a_unit_told_before_the_first_firm(tmp_path: Path, line: str, above: bool) -> None:
    told: list[object] = [line, "", ""]
    if not above and "单位" not in line:
        return
    rows: Rows = [*([told, HEADS] if above else [HEADS, told]), ["甲公司", A, 5]]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert ledger.columns["sales@2025"] == [5_000_000]


@pytest.mark.parametrize("words", ["（单位：{}）", "（{}）"])
def test_equal_heads_under_the_title_of_another_unit(tmp_path: Path, words: str) -> None:
    titles = [["企业表" + words.format(unit), "", ""] for unit in ("元", "万元")]
    rows: Rows = [
        *([titles[0], HEADS, ["甲公司", A, 5], ["", "", ""]]),
        *([titles[1], HEADS, ["乙公司", B, 5]]),
    ]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert ledger.columns["sales@2025"] == [500, 5_000_000]


def test_a_unit_in_a_head_is_that_of_its_column(tmp_path: Path) -> None:
    heads: list[object] = ["企业名称", "2025年销售收入（万元）", "2025年研发费用"]
    rows: Rows = [["企业台账", "", ""], heads, ["甲公司", 5, 5]]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert ledger.columns["sales@2025"] == [5_000_000]
    assert ledger.columns["rd_expense@2025"] == [500]


def test_a_unit_told_below_the_firms_is_named(tmp_path: Path) -> None:
    note: list[object] = ["注：表中金额单位为万元", "", ""]
    ledger = read(csv_of(tmp_path / "a.csv", [HEADS, ["甲公司", A, 5], note]))
    assert only(ledger, "unit_below").row == 3
    told = read(csv_of(tmp_path / "b.csv", [["（万元）"], HEADS, ["甲公司", A, 5], note]))
    assert "unit_below" not in {problem.kind for problem in told.problems}
