"""``denggao weekly``: from two workbooks to the report, with the reason for every difference."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
import xlsxwriter

from denggao.cli import main

HEADS = ("企业名称", "所在区县", "资格类型", "证书编号", "发证日期", "有效期至")
HNTE = "高新技术企业"


def book(path: Path, *rows: tuple[Any, ...]) -> Path:
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as workbook:
        sheet = workbook.add_worksheet("台账")
        for number, row in enumerate([HEADS, *rows]):
            sheet.write_row(number, 0, row)
    return path


def firm(name: str, number: str, issued: date, until: date) -> tuple[Any, ...]:
    return (name, "城关区", HNTE, number, issued, until)


@pytest.fixture
def weeks(tmp_path: Path) -> tuple[Path, Path]:
    """This week and last: one lapsed, one was put in late, one had its last day corrected."""
    old, far = date(2023, 6, 1), date(2028, 6, 1)
    last = book(
        tmp_path / "上周.xlsx",
        firm("模拟甲公司", "GR1", old, date(2026, 6, 25)),
        firm("模拟乙公司", "GR2", old, date(2026, 1, 1)),
    )
    this = book(
        tmp_path / "本周.xlsx",
        firm("模拟甲公司", "GR1", old, date(2026, 6, 25)),
        firm("模拟乙公司", "GR2", old, far),
        firm("模拟丙公司", "GR3", old, far),
    )
    return this, last


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main(["weekly", *map(str, arguments)])
    told = capsys.readouterr()
    return code, told.out, told.err


DAY = ("--as-of", "2026-06-26", "--law", "无")


def test_every_difference_has_its_reason(
    weeks: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, weeks[0], "--last", weeks[1], *DAY, "--json")
    found = json.loads(out)
    assert code == 0
    (line,) = (x for x in found["lines"] if x["id"] == f"存量·{HNTE}")
    assert (line["now"], line["last"]) == ({"城关区": 2}, {"城关区": 1})
    told = {(c["name"], c["by"], c["reason"]) for c in found["causes"] if c["figure"] == line["id"]}
    assert told == {
        ("模拟甲公司", -1, "时间"), ("模拟乙公司", 1, "更正"), ("模拟丙公司", 1, "新增"),
    }  # fmt: skip
    corrected = next(c for c in found["causes"] if c["reason"] == "更正")
    assert "本周.xlsx" in corrected["source"]
    assert "有效期至 2026-01-01 → 2028-06-01" in corrected["why"]


def test_word_excel_and_the_kept_week(
    weeks: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    targets, tasks = tmp_path / "目标.csv", tmp_path / "任务.csv"
    targets.write_text("指标,单位,年度,数\n高新技术企业数,全部,2026,5\n", "utf-8")
    tasks.write_text("任务,责任单位,下达日期,期限\n摸底,科技局,2026-01-01,2026-06-20\n", "utf-8")
    word, excel, kept = (tmp_path / name for name in ("周报.docx", "周报.xlsx", "底账.zip"))
    code, _, err = run(capsys, weeks[0], "--last", weeks[1], *DAY, "--targets", targets,
                       "--tasks", tasks, "-o", word, "-o", excel, "--snapshot", kept)  # fmt: skip
    assert (code, err) == (0, "")
    tables = docx.Document(str(word)).tables
    cells = [[c.text for c in row.cells] for table in tables for row in table.rows]
    assert ["高新技术企业存量（2026年）", "全部", "5", "2", "3"] in cells
    assert any("摸底" in row and "科技局" in row for row in cells)
    sheets = openpyxl.load_workbook(excel)
    assert sheets.sheetnames == ["总表", "各单位", "为什么变了", "各数的行", "口径与核验"]
    why = list(sheets["为什么变了"].values)
    assert sum(row[2] for row in why[1:] if row[0] == "高新技术企业存量") == 1
    code, out, _ = run(capsys, weeks[0], "--last", kept, "--as-of", "2026-07-03", "--law", "无",
                       "--json")  # fmt: skip
    found = json.loads(out)
    assert (code, found["since"]) == (0, "2026-06-26")
    assert not [c for c in found["causes"] if c["figure"] == f"存量·{HNTE}"]


def test_what_is_wrong_is_said(
    weeks: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tasks = tmp_path / "任务.csv"
    tasks.write_text("任务,责任单位,下达日期,状态\n摸底,科技局,2026-01-01,差不多\n", "utf-8")
    for arguments, expected in (
        ((weeks[0], "--last", weeks[1], *DAY, "--last-as-of", "2026-07-01"), "应早于"),
        ((weeks[0], *DAY, "--tasks", tasks), "第 2 行的状态“差不多”应是"),
        ((weeks[0], *DAY, "-o", tmp_path / "周报.txt"), ".docx"),
        ((weeks[0], "--as-of", "2026-06-26", "--law", "没有这部"), "没有"),
    ):
        code, _, err = run(capsys, *arguments)
        assert code == 2
        assert expected in err
