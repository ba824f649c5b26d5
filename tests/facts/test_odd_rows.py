"""Which rows are firms: a remark loses to a code or a firm's name; sums and notes are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.books import A, Rows, csv_of, read

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
