"""Groups over leaves that are known, and what is said of units."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from denggao.facts.heads import understand
from tests.documents.filling.forms import Drawn, draw, fill, values, write_ledger

KNOWN = {
    ("联系人及电话", "联系人"): "contact",
    ("联系人及电话", "电话"): "phone",
    ("联系方式", "手机"): "phone",
    ("联系人", "联系电话"): "phone",
    ("期末资产（千元）", "资产总计"): "total_assets",
    ("期末资产（千元）", "负债合计"): "liabilities",
    ("期末资产（千元）", "所有者权益合计"): "net_assets",
    ("净资产", "年末数"): "net_assets",
    ("研发费用", "实际数"): "rd_expense",
}
OTHERS = [
    ("净资产", "年初数"), ("研发费用", "计划数"), ("研发费用", "年末数"), ("法定代表人", "电话"),
    ("期末资产（千元）", "营业收入"), ("期初资产", "资产总计"), ("联系人", "职务"),
]  # fmt: skip


@pytest.mark.parametrize("path", KNOWN)
def test_groups_that_change_nothing(path: tuple[str, str]) -> None:
    meaning = understand(path, 2026)
    assert meaning is not None
    assert meaning.code == KNOWN[path]
    assert meaning.factor == (1000 if "千元" in path[0] else None)


@pytest.mark.parametrize("path", OTHERS)
def test_groups_that_change_the_meaning(path: tuple[str, str]) -> None:
    assert understand(path, 2026) is None


def test_such_columns_are_filled(tmp_path: Path) -> None:
    heads = (
        "企业名称", ("联系人及电话", ("联系人", "电话")),
        ("期末资产（千元）", ("资产总计", "负债合计", "所有者权益合计")),
    )  # fmt: skip
    filled = fill(draw(tmp_path / "表.xlsx", Drawn(heads)), write_ledger(tmp_path / "台账.xlsx"))
    assert values(filled)[3][1:] == ["王某", "13800000001", 20000, 7000, 13000]


@pytest.mark.parametrize("by_line", [True, False])
@pytest.mark.parametrize("unit", ["元", "千元", "万元", "亿元"])
@pytest.mark.parametrize("stated", ["元", "万元"])
def test_the_units_of_both_columns_are_said(
    tmp_path: Path, unit: str, stated: str, by_line: bool
) -> None:
    ledger = tmp_path / "台账.xlsx"
    with xlsxwriter.Workbook(str(ledger)) as book:
        sheet = book.add_worksheet("台账")
        sheet.write(0, 0, f"单位：{stated}" if by_line else "台账")
        words = "" if by_line else f"（{stated}）"
        sheet.write_row(1, 0, ["企业名称", f"2025年销售收入{words}", "2025年职工总数"])
        sheet.write_row(2, 0, ["试验甲科技有限公司", 30000, 5])
    form = draw(
        tmp_path / "表.xlsx", Drawn(("企业名称", f"2025年销售收入（{unit}）", "2025年职工总数"))
    )
    lines = values(fill(form, ledger), "来源")[1:]
    said = {line[1]: line[9] for line in lines}
    assert said["B3"] == (None if unit == stated else f"{unit} ← {stated}")
    assert said["C3"] is None
