"""一户一张: labels with a blank beside them, and tables of figures by year."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from tests.documents.filling.forms import FIRMS, fill, notes, values, write_ledger

CARD = [
    ["企业基本情况表"],
    ["企业名称", "", "统一社会信用代码", ""],
    ["注册时间：", "", "一、联系人", ""],
    ["职工总数（2025年）", "", "其中：科技人员", ""],
    ["2025年销售收入（万元）", "", "法定代表人签字", ""],
]
REPORT = [
    ["2025年度高新技术企业发展情况报表"],
    ["指标", "计量单位", "本年", "上年"],
    ["一、销售收入", "万元", "", ""],
    ["二、研发费用", "千元", "", ""],
    ["三、专利申请数", "件", "", ""],
]


def draw(path: Path, rows: list[list[str]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, box = book.add_worksheet("表1"), book.add_format({"border": 1})
        for number, row in enumerate(rows):
            for column, text in enumerate(row):
                sheet.write(number, column, text or None, box)
    return path


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return write_ledger(tmp_path / "台账.xlsx")


def test_a_card_for_one_firm(ledger: Path, tmp_path: Path) -> None:
    filled = fill(draw(tmp_path / "卡.xlsx", CARD), ledger, "--firm", "试验乙新材料有限公司")
    grid: list[list[Any]] = values(filled)
    assert [row[1] for row in grid[1:5]] == ["试验乙新材料有限公司", FIRMS[1]["成立日期"], 50, None]
    assert [row[3] for row in grid[1:5]] == ["99010100MNXYBBBB2M", "李某", 10, None]
    assert "约数" in notes(filled)["B5"]


def test_a_card_asks_for_the_firm(
    ledger: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(draw(tmp_path / "卡.xlsx", CARD), ledger, code=2)
    assert "--firm" in capsys.readouterr().err


def test_a_card_that_names_its_firm(ledger: Path, tmp_path: Path) -> None:
    rows = [list(row) for row in CARD]
    rows[1][1] = "试验甲科技有限公司"
    grid = values(fill(draw(tmp_path / "卡.xlsx", rows), ledger))
    assert grid[1][3] == "99010100MNXYAAAA1W"
    assert grid[3][1] == 100


def test_one_copy_for_each_firm(ledger: Path, tmp_path: Path) -> None:
    from denggao.cli.app import main

    folder = tmp_path / "每户一份"
    folder.mkdir()
    form = draw(tmp_path / "卡.xlsx", CARD)
    arguments = ["fill", str(form), "--ledger", str(ledger), "-o", str(folder)]
    assert main([*arguments, "--as-of", "2026-06-30"]) == 0
    made = sorted(path.name for path in folder.iterdir())
    assert made == sorted(f"卡-{firm['企业名称']}.xlsx" for firm in FIRMS)
    assert values(folder / "卡-试验丙软件有限公司.xlsx")[4][1] == 300


def test_figures_by_year_with_a_unit_for_each_row(ledger: Path, tmp_path: Path) -> None:
    form = draw(tmp_path / "年报.xlsx", REPORT)
    filled = fill(form, ledger, "--firm", "99010100MNXYAAAA1W")
    assert [row[2:4] for row in values(filled)[2:5]] == [
        [1500.5, 1200], [802.5, 700], [None, None],
    ]  # fmt: skip
    assert notes(filled)["C3"] == "“本年”按表题的 2025 年填"


def test_the_user_says_which_year_this_year_is(ledger: Path, tmp_path: Path) -> None:
    rows = [["企业情况报表"], *REPORT[1:]]
    form = draw(tmp_path / "年报.xlsx", rows)
    filled = fill(form, ledger, "--firm", "99010100MNXYAAAA1W", "--year", "2024")
    assert [row[2:4] for row in values(filled)[2:4]] == [[1200, 1000], [700, 600]]


def test_this_year_is_not_guessed(ledger: Path, tmp_path: Path) -> None:
    rows = [["企业情况报表"], *REPORT[1:]]
    form = draw(tmp_path / "年报.xlsx", rows)
    target = fill(form, ledger, "--firm", "99010100MNXYAAAA1W", code=2)
    assert not target.exists()
