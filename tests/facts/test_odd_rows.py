"""Which rows are firms: a remark loses to a code or a firm's name; sums and notes are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.books import A, Rows, csv_of, only, read

HEADS: list[object] = ["备注", "企业名称", "信用代码", "2025年职工总数"]


@pytest.mark.parametrize(
    "remark", ["说明：已核", "日期", "注：规上", "负责人", "合计", "审核", "联系电话：见附件"]
)
@pytest.mark.parametrize("identity", [["甲公司", A], ["甲（中国）公司", ""], ["", A]])
def test_a_remark_in_the_first_cell_drops_no_firm(
    tmp_path: Path, remark: str, identity: list[object]
) -> None:
    rows: Rows = [HEADS, [remark, *identity, 5]]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert ledger.columns["staff@2025"] == [50_000]
    assert not ledger.skipped


def test_a_signature_beside_the_name_of_an_office_is_no_firm(tmp_path: Path) -> None:
    rows: Rows = [HEADS, ["", "甲公司", A, 5], ["填报单位：", "城关区生产力促进中心", "", ""]]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert (len(ledger), ledger.skipped) == (1, {"说明或签字行": 1})


TOTALS = [
    *("其中：高新技术企业", "共2家企业", "Total", "汇总", "户均", "年均", "增长率"),
    *("上年同期", "占全市比重", "合计/平均", "全县规上企业合计"),
]
NOTES = [
    *("以下为2024年新增企业", "（以上数据由各镇提供）", "※数据待核", "数据来源：统计局"),
    "2026年6月30日",
]


@pytest.mark.parametrize("text", TOTALS + NOTES)
@pytest.mark.parametrize("figure", [7, ""])
def test_sums_and_notes_in_place_of_a_name(tmp_path: Path, text: str, figure: object) -> None:
    rows: Rows = [HEADS, ["", "甲公司", A, 5], ["", text, "", figure], ["", "以下科技", "", 6]]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert ledger.columns["name"] == ["甲公司", "以下科技"]
    assert ledger.skipped == {"合计行" if text in TOTALS else "说明或签字行": 1}


@pytest.mark.parametrize("text", ["同上", "〃", "123", "1", "——1"])
def test_what_names_no_firm_is_an_error(tmp_path: Path, text: str) -> None:
    rows: Rows = [HEADS, ["", "甲公司", A, 5], ["", text, "", 7], ["", "360科技", "", 6]]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert ledger.columns["name"] == ["甲公司", "360科技"]
    problem = only(ledger, "no_identity")
    assert (problem.row, problem.value, problem.column) == (3, text, "B")
