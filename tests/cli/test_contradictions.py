"""Figures that cannot both be right: both cells are named, and no rule uses either."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from denggao.cli.app import main

LAW = ("--law", "高新技术企业认定")
ON = ("--as-of", "2026-06-30")
STAFF = ["企业名称", "成立日期", "2025年职工总数", "2025年研发费用（万元）", "一类知识产权数"]
TECH = ["企业名称", "2025年科技人员数", "2025年境内研发费用（万元）"]
PAPERS = ["企业名称", "资格类型", "发证日期", "有效期至"]
BAD, GOOD = "矛盾模拟公司", "无误模拟公司"
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def ledgers(tmp_path: Path) -> list[str]:
    """The two halves of each contradiction stand in two files."""
    books = {
        "人员": [STAFF, [BAD, "2015-01-01", 20, 100, 1], [GOOD, "2015-01-01", 20, 100, 1]],
        "研发": [TECH, [GOOD, 20, 100], [BAD, 30, 150]],
        "证书": [PAPERS, [BAD, "高企", "2024-10-18", "2020-10-17"]],
    }
    for name, rows in books.items():
        with xlsxwriter.Workbook(str(tmp_path / f"{name}.xlsx")) as book:
            page = book.add_worksheet("表一")
            for i, row in enumerate(rows):
                page.write_row(i, 0, row)
    return [str(tmp_path / f"{name}.xlsx") for name in books]


def done(capsys: Capture, *words: str) -> str:
    assert main(list(words)) == 0
    return capsys.readouterr().out


def test_screening_names_both_cells(ledgers: list[str], tmp_path: Path) -> None:
    out = tmp_path / "结果.xlsx"
    assert main(["screen", *ledgers, *LAW, *ON, "-o", str(out)]) == 0
    heads, *rows = openpyxl.load_workbook(out)["数据问题"].iter_rows(values_only=True)
    found = {(r[1], r[2], f"{r[4]}{r[3]}"): str(r[8]) for r in rows if r[0] == "问题"}
    assert heads[:5] == ("性质", "文件", "工作表", "行", "列")
    assert "「人员.xlsx」〈表一〉第 2 行 C 列" in found["研发.xlsx", "表一", "B3"]
    assert "「人员.xlsx」〈表一〉第 2 行 D 列" in found["研发.xlsx", "表一", "C3"]
    assert "C列“发证日期”是 2024-10-18" in found["证书.xlsx", "表一", "D2"]
    assert len(found) == 3  # the firm without a slip has none


def test_screening_leaves_what_hangs_on_them_unknown(ledgers: list[str], tmp_path: Path) -> None:
    out = tmp_path / "结果.csv"
    assert main(["screen", *ledgers, *LAW, *ON, "-o", str(out)]) == 0
    rows = {r["name"]: r for r in csv.DictReader(out.read_text(encoding="utf-8").splitlines())}
    for id_ in ("HNTE-C4", "HNTE-C5b"):
        assert rows[BAD][f"{id_}_truth"] == "unknown"
        assert rows[BAD][f"{id_}_gap"] in ("", None)
    assert "CONTRADICTION" in rows[BAD]["flags"]
    assert rows[GOOD]["HNTE-C4_truth"] == "pass"  # the control
    assert "CONTRADICTION" not in rows[GOOD]["flags"]


def test_a_plan_says_that_they_are_not_used(ledgers: list[str], capsys: Capture) -> None:
    page = done(capsys, "plan", *ledgers, "--firm", BAD, *ON)
    assert "未知  HNTE-C4" in page
    assert "2025年科技人员数 填的数自相矛盾，不用〔表一!B3〕" in page
    assert "2025年职工总数 填的数自相矛盾，不用〔表一!C2〕" in page
    assert "台账里有自相矛盾的数，都没有用" in page
    told = json.loads(done(capsys, "plan", *ledgers, "--firm", BAD, *ON, "--json"))
    assert "CONTRADICTION" in told["flags"]
    assert "HNTE-C4" in told["open"]
    clean = done(capsys, "plan", *ledgers, "--firm", GOOD, *ON)
    assert "自相矛盾" not in clean


def test_lists_keep_the_firm_open_and_name_the_cells(ledgers: list[str], capsys: Capture) -> None:
    told: dict[str, Any] = json.loads(
        done(capsys, "lists", *ledgers, "--as-of", "2026-03-31", "--json")
    )
    problems = "\n".join(told["problems"])
    assert "「研发.xlsx」〈表一〉第 3 行 B 列" in problems
    assert "「人员.xlsx」〈表一〉第 2 行 C 列" in problems
    assert "「证书.xlsx」〈表一〉第 2 行 D 列" in problems
    due = next(one for one in told["lists"] if one["id"] == "HL-A")
    assert not due["on"]
    assert any(BAD in json.dumps(entry, ensure_ascii=False) for entry in due["open"])


def test_judging_one_firm_flags_it(tmp_path: Path, capsys: Capture) -> None:
    facts = {"staff": {"2025": 20}, "tech_staff": {"2025": 30}}
    facts |= {"rd_expense": {"2025": 100}, "rd_domestic": {"2025": 150}}
    path = tmp_path / "甲.json"
    path.write_text(json.dumps({"id": "甲", "facts": facts}), encoding="utf-8")
    told = json.loads(done(capsys, "judge", str(path), *LAW, *ON, "--json"))
    truths = {node["id"]: node["truth"] for node in told["nodes"]}
    assert truths["HNTE-C4"] == truths["HNTE-C5b"] == "unknown"
    assert "CONTRADICTION" in told["flags"]
    page = done(capsys, "judge", str(path), *LAW, *ON)
    assert "CONTRADICTION" in page
