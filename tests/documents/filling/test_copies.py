"""One copy for each firm of a ledger in a folder: none lost, none of the inputs overwritten."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from denggao.cli.app import main
from tests.documents.filling.forms import AS_OF, FIRMS, Drawn, draw, values, write_ledger
from tests.documents.filling.test_cards import draw as draw_card


def run(form: Path, ledger: Path, folder: Path) -> int:
    arguments = ["fill", str(form), "--ledger", str(ledger), "-o", str(folder), "--as-of", AS_OF]
    return main(arguments)


def named(*names: str) -> list[dict[str, Any]]:
    return [{**firm, "企业名称": name} for firm, name in zip(FIRMS, names, strict=False)]


def table(path: Path, *heads: str) -> Path:
    return draw(path, Drawn(["序号", "企业名称", *heads], blank=1))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "每户一份"
    made.mkdir()
    return made


def test_firms_of_one_name_get_their_codes(folder: Path, tmp_path: Path) -> None:
    """Windows tells no case apart, and a sign that no name may hold becomes _."""
    ledger = write_ledger(tmp_path / "台账.xlsx", named("试验A/司", "试验a_司", "试验丙公司"))
    form = table(tmp_path / "表.xlsx", "统一社会信用代码", "主营产品")
    assert run(form, ledger, folder) == 0
    codes = [str(firm["统一社会信用代码"]) for firm in FIRMS]
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [f"表-试验A_司-{codes[0]}.xlsx", f"表-试验a_司-{codes[1]}.xlsx", "表-试验丙公司.xlsx"]
    )
    assert codes[1] in values(folder / f"表-试验a_司-{codes[1]}.xlsx")[2]


def test_no_copy_takes_the_place_of_an_input(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = write_ledger(folder / "表-试验乙公司.xlsx", named("试验甲公司", "试验乙公司"))
    before = ledger.read_bytes()
    form = table(tmp_path / "表.xlsx", "统一社会信用代码", "主营产品")
    assert run(form, ledger, folder) == 2
    assert "会盖掉输入文件" in capsys.readouterr().err
    assert ledger.read_bytes() == before
    assert list(folder.iterdir()) == [ledger]


def test_a_firm_with_nothing_to_fill_stops_no_other(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The ledger knows no township and no contact of the third firm: put first here."""
    bare = {**FIRMS[2], "主营产品": None}
    ledger = write_ledger(tmp_path / "台账.xlsx", [bare, *FIRMS[:2]])
    rows = [["联系卡"], ["所属乡镇", "", "联系人", ""], ["联系电话", "", "主营产品", ""]]
    form = draw_card(tmp_path / "卡.xlsx", rows)
    assert run(form, ledger, folder) == 2
    made = sorted(path.name for path in folder.iterdir())
    assert made == sorted(f"卡-{firm['企业名称']}.xlsx" for firm in FIRMS[:2])
    said = capsys.readouterr().err
    assert "填了 2 份，另有 1 户没有填" in said
    assert "试验丙软件有限公司（99010100MNXYCCCC3E）：" in said
