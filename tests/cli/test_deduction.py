"""What a plan's added R&D saves by 加计扣除: cited always, an amount where all is known."""

from __future__ import annotations

import csv
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from denggao.cli.app import main

YEARS = ("2023", "2024", "2025")
FIRM = {
    "企业名称": "加计模拟公司", "成立日期": "2015-01-01", "技术领域": "1.1.10",
    "2025年职工总数": "100", "2025年科技人员数": "12", "一类知识产权数": "1",
    **{f"{y}年销售收入（万元）": "1000" for y in YEARS},
    **{f"{y}年研发费用（万元）": "40" for y in YEARS},
    **{f"{y}年境内研发费用（万元）": "40" for y in YEARS},
    "2025年高新收入（万元）": "700", "2025年总收入（万元）": "1000",
}  # fmt: skip
KNOWN = {
    "2026年加计扣除研发费用（万元）": "50", "居民企业": "是", "2026年查账征收": "是",
    "2026年加计资本化金额（万元）": "0", "2026年加计无形资产本年摊销额（万元）": "0",
    "2026年研发特殊收入（万元）": "0", "2026年销售产品对应研发材料费（万元）": "0",
    "2026年结转冲减研发材料费（万元）": "0", "2026年集成电路或工业母机清单企业": "否",
}  # fmt: skip


def deducted(tmp_path: Path, capsys: pytest.CaptureFixture[str], **more: str) -> list[Any]:
    row = {**FIRM, **more}
    path = tmp_path / "台账.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([row.keys(), row.values()])
    words = ("--firm", "加计", "--as-of", "2026-07-01", "--expect", "不看", "--json")
    assert main(["plan", str(path), *words]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [s["action"] for s in told["steps"]] == ["ACT-RD.spend"]  # 30万元 in 2026
    assert told["steps"][0]["times"] == 3000
    return [r for r in told["unlocked"] if "加计扣除" in r["name"]]


def test_the_tax_saved_where_all_is_known(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (relief,) = deducted(tmp_path, capsys, **KNOWN)
    assert relief["cite"] == "主席令第63号 第三十条"
    assert relief["year"] == 2026
    # 30万元 more at 100 %; whether a certificate gives 15 % instead of 25 %, nobody has said
    amounts = [Fraction(relief["amount"][end]) for end in ("lo", "hi")]
    assert amounts == [300_000 * Fraction(15, 100), 300_000 * Fraction(25, 100)]
    assert "还没有核实" in relief["supposes"]  # nothing is said of 负面清单行业收入


def test_no_amount_where_a_figure_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for gone in ("2026年加计扣除研发费用（万元）", "2026年加计资本化金额（万元）"):
        known = {k: v for k, v in KNOWN.items() if k != gone}
        (relief,) = deducted(tmp_path, capsys, **known)
        assert relief["amount"] is None
        assert relief["cite"]


def test_nothing_for_a_firm_that_may_not_deduct(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not deducted(tmp_path, capsys, **{**KNOWN, "2026年查账征收": "否"})
