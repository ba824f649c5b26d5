"""Merged cells in the body and heads of which only some are merged: no value may move."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from tests.facts.books import A, B, C, Rows, kinds, only, read, sheet_of

HEADS: list[object] = [
    "统一社会信用代码",
    "企业名称",
    "2024年销售收入（元）",
    "2024年研发费用（元）",
]
NAMES = {A: "金城软件有限公司", B: "陇原材料有限公司", C: "河西种业有限公司"}


def test_a_cell_over_two_facts_states_neither(tmp_path: Path) -> None:
    rows: Rows = [HEADS, [A, NAMES[A], 500, None], [B, NAMES[B], 7, 8]]
    ledger = read(sheet_of(tmp_path / "a.xlsx", rows, ["C2:D2"]))
    assert ledger.columns["sales@2024"] == [None, 700]
    assert ledger.columns["rd_expense@2024"] == [None, 800]
    problem = only(ledger, "merged_cells")
    assert (problem.row, problem.column, problem.value) == (2, "C", "500")


def test_a_merged_section_title_is_no_problem(tmp_path: Path) -> None:
    rows: Rows = [["序号", *HEADS], ["东岗镇"], [1, A, NAMES[A], 500, 1]]
    ledger = read(sheet_of(tmp_path / "a.xlsx", rows, ["A2:E2"]))
    assert kinds(ledger) == []
    assert ledger.columns["sales@2024"] == [50000]


def test_a_merged_district_holds_for_every_row(tmp_path: Path) -> None:
    heads = [*HEADS[:3], "所在区县"]
    districts = ["城关区", None, "七里河区"]
    rows: Rows = [heads] + [
        [code, name, 1, d] for (code, name), d in zip(NAMES.items(), districts, strict=True)
    ]
    ledger = read(sheet_of(tmp_path / "a.xlsx", rows, ["D2:D3"]))
    assert ledger.columns["region"] == ["城关区", "城关区", "七里河区"]
    assert kinds(ledger) == []


def _grouped(path: Path, last: str) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([*HEADS[:2], "2023年", None, "2024年", None])
    sheet.append([None, None, "营业收入（元）", "研发费用（元）", "营业收入（元）", last])
    sheet.append([A, NAMES[A], 1, 2, 3, 4])
    for merge in ("A1:A2", "B1:B2", "C1:D1"):
        sheet.merge_cells(merge)
    book.save(path)
    return path


def test_a_centred_group_beside_a_merged_one(tmp_path: Path) -> None:
    ledger = read(_grouped(tmp_path / "a.xlsx", "研发费用（元）"))
    expenses = {key: value for key, value in ledger.columns.items() if "rd_expense" in key}
    assert expenses == {"rd_expense@2023": [200], "rd_expense@2024": [400]}


def test_an_open_column_beside_a_centred_group_is_named(tmp_path: Path) -> None:
    ledger = read(_grouped(tmp_path / "a.xlsx", "职工总数"))
    assert not [key for key in ledger.columns if key.startswith("staff")]
    assert [(letter, head) for _, _, letter, head in ledger.unread] == [("F", "职工总数")]
