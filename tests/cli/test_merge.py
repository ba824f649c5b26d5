"""``denggao merge`` as a bureau uses it: two townships, a person's word, one ledger."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from denggao.cli import main
from denggao.demo.names import credit_code
from tests.facts.test_ledger import Rows, csv_of

Capture = pytest.CaptureFixture[str]
A, B = credit_code(1), credit_code(2)


@pytest.fixture
def townships(tmp_path: Path) -> list[str]:
    first: Rows = [
        ["企业名称", "信用代码", "注册地址", "2025年职工总数"],
        ["兰州金城科技公司", A, "城关区皋兰路1号", 1],
        ["兰州陇原药业公司", "91620104719039600N", "", 2],
    ]
    second: Rows = [
        ["单位名称", "2025年科技人员数"],
        ["甘肃金城科技公司", 1],
        ["兰州陇原药业公司", 1],
    ]
    return [str(csv_of(tmp_path / "一.csv", first)), str(csv_of(tmp_path / "二.csv", second))]


def test_townships_become_one_ledger(townships: list[str], tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "合并.xlsx"
    assert (
        main(["merge", *townships, "-o", str(out), "--as-of", "2026-06-30", "--within", "甘肃"])
        == 0
    )
    told = capsys.readouterr().out
    assert "读入 2 张表，数据行 4 行" in told
    assert "合并为企业 3 户" in told
    assert "「二.csv」：2 行，企业 2 户（新增 1，已有 1）" in told
    assert "要人认定的 1 对" in told
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["台账", "来源", "待认定", "数据问题"]
    assert "甘肃省兰州市城关区" in [cell.value for cell in book["台账"][2]]
    book["待认定"]["B2"] = "同一"
    book.save(out)
    again = tmp_path / "二次.xlsx"
    command = ["merge", *townships, "-o", str(again), "--decisions", str(out)]
    assert main([*command, "--as-of", "2026-06-30"]) == 0
    told = capsys.readouterr().out
    assert "合并为企业 2 户" in told
    assert "认定并户 1 处" in told
    assert "要人认定" not in told


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["-o", "合并.csv"], "以 .xlsx 结尾"),
        (["-o", "一.csv"], "以 .xlsx 结尾"),
        (["-o", "合并.xlsx", "--within", "某某"], "不是行政区划"),
        (["-o", "合并.xlsx", "--within", "城关区"], "几个同名"),
        (["-o", "合并.xlsx", "--decisions", "合并.xlsx"], "会盖掉输入文件"),
        (["-o", "合并.xlsx", "--zones", "无.csv"], "读不了功能区表"),
        (["-o", "合并.xlsx", "--decisions", "无.xlsx"], "找不到文件"),
        ([], "缺少"),
    ],
)
def test_what_is_refused(
    options: list[str], told: str, townships: list[str], monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path, capsys: Capture,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    assert main(["merge", *townships, *options]) == 2
    assert told in capsys.readouterr().err
    assert sorted(tmp_path.iterdir()) == before
