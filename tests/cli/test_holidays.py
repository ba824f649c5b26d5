"""``--holidays``: a user's own years of holidays, wherever working days are counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from denggao.cli.app import main

OWN = "自,至,安排,事由,依据\n2027-10-11,2027-10-17,放假,模拟假期,本局通知\n"
PAPERS = "企业名称,资格类型,发证日期,有效期至\n到期模拟公司,高企,2024-10-18,2027-10-17\n"
FIRM = "企业名称,成立日期\n方案模拟公司,2015-01-01\n"
Capture = pytest.CaptureFixture[str]


def written(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


def done(capsys: Capture, *words: str) -> Any:
    assert main(list(words)) == 0
    return json.loads(capsys.readouterr().out)


def act_by(told: dict[str, Any]) -> str:
    due = next(one for one in told["lists"] if one["id"] == "HL-A")
    return str(due["on"][0]["act_by"])


def test_lists_count_by_them(tmp_path: Path, capsys: Capture) -> None:
    ledger = written(tmp_path / "证书.csv", PAPERS)
    words = ("lists", ledger, "--as-of", "2027-03-31", "--json")
    rough = done(capsys, *words)
    assert act_by(rough) == "2027-10-15"  # the Friday before, by weekends alone
    assert any("2027 年的节假日安排未录入" in note for note in rough["notes"])
    own = done(capsys, *words, "--holidays", written(tmp_path / "节假日.csv", OWN))
    assert act_by(own) == "2027-10-08"
    assert not any("未录入" in note for note in own["notes"])


def test_plans_count_by_them(tmp_path: Path, capsys: Capture) -> None:
    ledger = written(tmp_path / "台账.csv", FIRM)
    words = ["plan", ledger, "--firm", "方案", "--as-of", "2027-03-01", "--deadline", "2027-10-17"]
    assert done(capsys, *words, "--json")["batch"]["act_by"] == "2027-10-15"
    table = tmp_path / "节假日.xlsx"
    with xlsxwriter.Workbook(str(table)) as book:
        page = book.add_worksheet()
        for i, line in enumerate(OWN.splitlines()):
            page.write_row(i, 0, line.split(","))
    words += ["--holidays", str(table)]
    assert done(capsys, *words, "--json")["batch"]["act_by"] == "2027-10-08"
    assert main(words) == 0
    assert "2027-10-17 截止，最后工作日 2027-10-08）" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("自,至,安排\n2027-13-01,,放假\n", "第 2 行：“自”是“2027-13-01”，应为日期"),
        ("自,至,安排\n2027-10-01,,休息\n", "安排是“休息”，应为“放假”或“上班”"),
        ("自,至,安排\n2027-10-01,2027-09-01,放假\n", "应在同一年里、先早后晚"),
        ("日期,说明\n2027-10-01,放假\n", "里没有节假日；表头应是 自、至、安排"),
        (None, "找不到文件"),
    ],
)
@pytest.mark.parametrize("command", ["lists", "plan"])
def test_a_table_that_is_none(
    command: str, text: str | None, said: str, tmp_path: Path, capsys: Capture
) -> None:
    table = str(tmp_path / "节假日.csv")
    if text is not None:
        written(tmp_path / "节假日.csv", text)
    ledger = written(tmp_path / "台账.csv", PAPERS)
    more = ("--firm", "到期") if command == "plan" else ()
    words = [command, ledger, *more, "--as-of", "2027-03-31", "--holidays", table]
    assert main(words) == 2
    assert said in capsys.readouterr().err
