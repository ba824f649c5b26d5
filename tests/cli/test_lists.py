"""denggao lists: three lists and warnings from real files, frozen and reopened."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from denggao.cli.app import main
from denggao.rules import library

ON = "2026-03-31"
HEADS = ["企业名称", "资格类型", "证书编号", "发证日期", "有效期至", "批次", "责任人"]
ROWS = [
    ["今年到期公司", "高企", "GR202362000001", "2023-10-18", "2026-10-17", "第一批", "王科长"],
    ["早续公司", "高企", "GR202362000002", "2023-06-18", "2026-06-17", "第一批", ""],
    ["早续公司", "高企", "GR202662000003", "2026-03-01", "2029-02-28", "第二批", ""],
    ["失效公司", "高企", "GR202262000004", "2022-10-18", "2025-10-17", "第一批", "李科长"],
    ["省级公司", "省级科技创新型企业", "S1", "2024-10-18", "2027-10-17", "", ""],
    ["缺日期公司", "高企", "GR202362000005", "2023-10-18", "", "", ""],
    ["倒挂公司", "高企", "GR202362000006", "2023-10-18", "2020-10-17", "", ""],
    ["好公司", "高企", "GR202462000007", "2024-10-18", "2027-10-17", "", ""],
    ["险公司", "高企", "GR202462000008", "2024-10-18", "2027-10-17", "", ""],
]
FACT_HEADS = [
    "企业名称", "职工总数[2025]", "科技人员数[2025]", "更名日期", "2025年年报按期报送",
    "未通过复审原因",
]  # fmt: skip
FACTS = [
    ["好公司", 100, 50, "2025-12-30", "是", ""],
    ["险公司", 100, 9, "2025-12-31", "否", ""],
    ["失效公司", "", "", "", "", "研发费用不够"],
]


def sheet(path: Path, heads: list[str], rows: list[list[Any]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("台账")
        for i, row in enumerate([heads, *rows]):
            page.write_row(i, 0, row)
    return path


@pytest.fixture
def ledgers(tmp_path: Path) -> list[Path]:
    heads = [h.replace("[2025]", "/2025年") for h in FACT_HEADS]
    papers = sheet(tmp_path / "证书.xlsx", HEADS, ROWS)
    return [papers, sheet(tmp_path / "企业.xlsx", heads, FACTS)]


def run(*words: object) -> int:
    return main([str(word) for word in words])


Capture = pytest.CaptureFixture[str]


def told(capsys: Capture, *words: object) -> dict[str, Any]:
    assert run("lists", *words, "--json") == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def by_id(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {roll["id"]: roll for roll in answer["lists"]}


def names(entries: list[dict[str, Any]]) -> set[str]:
    return {entry["name"] for entry in entries}


def test_three_lists_and_warnings(ledgers: list[Path], capsys: Capture) -> None:
    rolls = by_id(told(capsys, *ledgers, "--as-of", ON))
    assert names(rolls["HL-A"]["on"]) == {"今年到期公司"}
    assert names(rolls["HL-C"]["on"]) == {"失效公司"}
    assert names(rolls["HL-B"]["on"]) == {"省级公司"}
    assert names(rolls["HL-A"]["open"]) == {"缺日期公司", "倒挂公司"}
    assert names(rolls["HL-W1"]["on"]) == {"今年到期公司"}
    assert names(rolls["HL-W6"]["on"]) == {"好公司"}
    assert names(rolls["HL-W9"]["on"]) == {"险公司"}
    assert names(rolls["HL-W9"]["open"]) == {"今年到期公司", "早续公司", "缺日期公司", "好公司"} | {
        "倒挂公司"
    }
    (due,) = rolls["HL-A"]["on"]
    assert (due["valid_to"], due["due"], due["act_by"]) == (
        "2026-10-17",
        "2026-10-17",
        "2026-10-16",
    )
    assert (due["owner"], due["number"]) == ("王科长", "GR202362000001")
    assert due["source"] == ["证书.xlsx", "台账", 2, "E", "有效期至"]
    assert rolls["HL-A"]["cite"] == "国科发火〔2016〕32号 第十条"
    (lost,) = rolls["HL-C"]["on"]
    assert lost["reason"] == "研发费用不够"
    assert "科技人员占比不符合" in rolls["HL-W9"]["on"][0]["reason"]


def test_on_another_day_the_lists_are_others(ledgers: list[Path], capsys: Capture) -> None:
    """Before the new certificate the firm was due; after the year's end it has lapsed."""
    before = by_id(told(capsys, *ledgers, "--as-of", "2026-02-28"))
    assert names(before["HL-A"]["on"]) == {"今年到期公司", "早续公司"}
    after = by_id(told(capsys, *ledgers, "--as-of", "2027-01-01"))
    assert names(after["HL-C"]["on"]) == {"失效公司", "今年到期公司"}
    assert after["HL-C"]["on"][-1]["reason"] == "原因不明"


def test_contradictions_are_told_with_both_places(tmp_path: Path, capsys: Capture) -> None:
    rows = [
        ["甲公司", "高企", "GR1", "2023-10-18", "2026-10-17", "", ""],
        ["甲公司", "高企", "GR1", "2023-10-18", "2026-12-17", "", ""],
        ["乙公司", "高企", "GR2", "2023-10-18", "", "", ""],
        ["乙公司", "高企", "GR2", "", "2026-10-17", "", ""],
        ["丙公司", "高企", "GR3", "2023-10-18", "2020-10-17", "", ""],
    ]
    answer = told(capsys, sheet(tmp_path / "证书.xlsx", HEADS, rows), "--as-of", ON)
    rolls = by_id(answer)
    assert names(rolls["HL-A"]["on"]) == {"乙公司"}
    assert names(rolls["HL-A"]["open"]) == {"甲公司", "丙公司"}
    first, second = answer["problems"]
    assert "第 6 行 E 列" in first + second
    assert "D列“发证日期”是 2023-10-18" in first + second
    assert "第 3 行 E 列" in first + second
    assert "在「证书.xlsx」〈台账〉第 2 行" in first + second


OWN = """---
名称: 本局清单
简称: 本局清单
依据: [城政办〔2024〕1号]
地域: 甘肃
施行: 2024-01-01
---
## 城政办〔2024〕1号 第一条
```登高
清单 CG-1 持证满两年：
    持有 高新技术企业 且 末次发证 高新技术企业 满 24月 ≤ 申请日
```
| 例 | 申请日 | 资格证书 | CG-1 |
|---|---|---|---|
| 满两年 | 2026-03-01 | 高新技术企业 2024-03-01~2027-02-28 | 符合 |
| 差一天 | 2026-02-28 | 高新技术企业 2024-03-01~2027-02-28 | 不符合 |
"""


def test_a_bureau_adds_its_own(ledgers: list[Path], tmp_path: Path, capsys: Capture) -> None:
    own = tmp_path / "本局.md"
    own.write_text(OWN, encoding="utf-8")
    rolls = by_id(told(capsys, *ledgers, "--as-of", ON, "--law", own))
    assert names(rolls["CG-1"]["on"]) == {"今年到期公司"}
    assert {"HL-A", "HL-B", "HL-C"} <= rolls.keys()


def test_frozen_lists_reopen_unchanged(
    ledgers: list[Path], tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even after the program's own text of the law has changed, and the ledgers are gone."""
    frozen, first = tmp_path / "三月.zip", tmp_path / "三月.json"
    assert run("lists", *ledgers, "--as-of", ON, "--snapshot", frozen, "-o", first) == 0
    again = tmp_path / "再冻.zip"
    assert run("lists", *ledgers, "--as-of", ON, "--snapshot", again) == 0
    assert frozen.read_bytes() == again.read_bytes()
    capsys.readouterr()

    laws = tmp_path / "law"
    laws.mkdir()
    for path in library.paths():
        text = path.read_text(encoding="utf-8")
        if path.stem == "高企管理清单":
            start = text.index("| 例 |")
            changed = (
                text[:start].replace("≤ 12月31日", "≤ 11月30日").replace("HL-A 当年", "HL-A 今年")
            )
            assert changed != text[:start]
            (laws / path.name).write_text(changed, encoding="utf-8")
        else:
            shutil.copy(path, laws)
    monkeypatch.setattr(library, "paths", lambda: sorted(laws.glob("*.md")))
    assert by_id(told(capsys, *ledgers, "--as-of", ON))["HL-A"]["name"].startswith("今年")
    for path in ledgers:
        path.unlink()
    capsys.readouterr()
    assert run("lists", "--reopen", frozen, "--json") == 0
    assert capsys.readouterr().out == first.read_text(encoding="utf-8")
    copies = [tmp_path / f"重开{i}.xlsx" for i in (1, 2)]
    for copy in copies:
        assert run("lists", "--reopen", frozen, "-o", copy) == 0
    assert copies[0].read_bytes() == copies[1].read_bytes()


def test_the_workbook(ledgers: list[Path], tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "清单.xlsx"
    assert run("lists", *ledgers, "--as-of", ON, "-o", out) == 0
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == [
        "当年到期需重新认定", "历年到期未通过复审", "省级科技创新型企业中非高新技术企业",
        "预警", "待核", "数据问题", "口径",
    ]  # fmt: skip
    heads, row = list(book["当年到期需重新认定"].values)[:2]
    found = dict(zip(heads, row, strict=True))
    assert found["企业名称"] == "今年到期公司"
    assert found["有效期至"] == "2026-10-17"
    assert found["依据"] == "国科发火〔2016〕32号 第十条"
    assert found["责任人"] == "王科长"
    assert found["来源"] == "「证书.xlsx」〈台账〉第 2 行 E 列（有效期至）"
    days = [row[0] for row in list(book["预警"].values)[1:] if row[0]]
    assert days == sorted(days)
    assert len(days) > 3
    assert "倒挂公司" in {row[1] for row in book["待核"].values}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "没有给台账"),
        (["证书.xlsx", "-o", "结果.txt"], "应以 .xlsx、.json、.docx、.pdf 结尾"),
        (["证书.xlsx", "-o", "证书.xlsx"], "盖掉输入文件"),
        (["证书.xlsx", "--law", "高新技术企业认定"], "没有“清单”“预警”"),
        (["证书.xlsx", "--as-of", "昨天"], "应写成 2026-06-30"),
        (["--reopen", "证书.xlsx"], "没有冻结的清单"),
        (["--reopen", "没有.zip"], "找不到文件"),
        (["证书.xlsx", "--reopen", "证书.xlsx"], "不能同时"),
        (["证书.xlsx", "--law", "同名.md"], "另取简称"),
    ],
)
def test_what_is_refused(
    words: list[str], message: str, ledgers: list[Path], capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    folder = ledgers[0].parent
    (folder / "同名.md").write_text(
        OWN.replace("简称: 本局清单", "简称: 高企管理清单"), encoding="utf-8"
    )
    monkeypatch.chdir(folder)
    before = sorted(folder.iterdir())
    assert run("lists", *words) == 2
    assert message in capsys.readouterr().err
    assert sorted(folder.iterdir()) == before
