"""``denggao plan`` from a ledger to a page, JSON lines and a workbook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from denggao.cli import main
from denggao.demo.county import make_county

HEADS = (
    "企业名称,统一社会信用代码,成立日期,技术领域,2025年职工总数,2025年科技人员数,2023年销售收入（万元）,"
    "2024年销售收入（万元）,2025年销售收入（万元）,2023年研发费用（万元）,2024年研发费用（万元）,"
    "2025年研发费用（万元）,2023年境内研发费用（万元）,2024年境内研发费用（万元）,2025年境内研发费用（万元）,"
    "2025年高新收入（万元）,2025年总收入（万元）,一类知识产权数,二类知识产权数,2025年已发生未归集研发支出（万元）"
)
SAME = "2015-01-01,1.1.10,100,12,1000,1000,1000"
ROWS = (
    # short of 10万元 of R&D over three years; 12万元 were spent and not booked
    f"甲公司,,{SAME},50,50,40,50,50,40,700,1000,1,3,12",
    # short of one item
    f"乙公司,,{SAME},60,60,60,60,60,60,700,1000,0,0,",
    # too little high-tech income in a year that is over, and next year's is assumed the same
    f"丙公司,,{SAME},60,60,60,60,60,60,500,1000,1,3,",
    # nobody knows the staff
    "丁公司,,2015-01-01,1.1.10,,,1000,1000,1000,60,60,60,60,60,60,700,1000,1,3,",
)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plan") / "台账.csv"
    rows = [row.replace(",,", ",", 1) for row in ROWS]
    path.write_text("\n".join([HEADS.replace("统一社会信用代码,", ""), *rows]), encoding="utf-8")
    return path


def said(capsys: pytest.CaptureFixture[str], *arguments: Any) -> str:
    code = main(["plan", *map(str, arguments)])
    out = capsys.readouterr()
    assert code == 0, out.err
    return out.out


def answer(capsys: pytest.CaptureFixture[str], ledger: Path, firm: str, *more: str) -> Any:
    arguments = (ledger, "--firm", firm, "--as-of", "2026-03-01", "--expect", "不看", "--json")
    return json.loads(said(capsys, *arguments, *more))


def test_books_what_was_spent(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, ledger, "甲公司")
    (step,) = found["steps"]
    assert (found["status"], found["batch"]["deadline"]) == ("plan", "2026-06-30")
    assert (step["action"], step["year"], step["times"]) == ("ACT-RD.collect", 2025, 1000)
    assert step["changes"]["rd_expense@2025"] == ["400000", "500000"]
    assert found["cost"] == {"lo": "5000", "hi": "20000"}
    assert found["sources"]["rd_expense@2025"].endswith("K2")


def test_one_item_by_the_cheapest_way_in_time(
    ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = answer(capsys, ledger, "乙公司")
    (step,) = found["steps"]
    assert (step["action"], step["times"], found["cost"]["hi"]) == ("ACT-IP2.software", 1, "3000")
    late = answer(capsys, ledger, "乙公司", "--deadline", "2026-04-30", "--deadline", "2026-07-01")
    assert late["batch"]["deadline"] == "2026-07-01"
    (missed,) = late["missed"]
    barred = {b["action"]: b["barrier"] for b in missed["because"][0]["barred"]}
    assert barred["ACT-IP2.utility"] == "late"


def test_what_is_over_cannot_be_changed(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = said(capsys, ledger, "--firm", "丙公司", "--as-of", "2026-03-01")
    assert "都不行，因为高新收入占比没有可以补救的办法" in page
    assert "高新收入还差100万元" in page


def test_open_conditions_are_questions(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, ledger, "丁公司")
    assert found["status"] == "ready"
    assert found["open"] == ["HNTE-C4"]
    assert set(found["questions"]) == {"tech_staff@2025", "staff@2025"}
    page = said(capsys, ledger, "--firm", "丁公司", "--as-of", "2026-03-01")
    assert "前提：科技人员占比问清后符合" in page


def test_own_actions_take_the_place_of_ours(
    ledger: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "我局行动.md"
    own.write_text(
        "---\n名称: 我局行动\n简称: 我局行动\n依据: [某科〔2026〕1号]\n地域: 某县\n"
        "施行: 2026-01-01\n---\n"
        "## 1号 价格\n\n```登高\n行动 ACT-IP2.software 代办软件著作权：\n"
        "    使 二类知识产权数 增加 1项\n    历时 20天\n    费用 500元\n    至多 3次\n"
        "    经验 「本局集中代办」\n```\n",
        encoding="utf-8",
    )
    found = answer(capsys, ledger, "乙公司", "--actions", str(own))
    (step,) = found["steps"]
    assert (step["name"], found["cost"]["hi"]) == ("代办软件著作权", "500")
    assert step["sources"] == [{"estimate": True, "text": "本局集中代办"}]


def test_a_page_names_cells_articles_and_assumptions(
    ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = said(capsys, ledger, "--firm", "甲公司", "--as-of", "2026-03-01", "--batch", "2027-1")
    for text in (
        "目标：《高新技术企业认定》", "2027年第一批", "〔国科发火〔2016〕32号 第十一条（四）〕",
        "批次日期是假定的", "假设与2025年相同", "主席令第63号 第二十八条第二款",
    ):  # fmt: skip
        assert text in page


def test_every_firm_in_a_workbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    county = make_county(tmp_path, firms=40)
    target = tmp_path / "结果"
    told = said(capsys, county, "--all", "-o", target, "--as-of", "2026-03-01")
    assert "40 户" in told
    book = openpyxl.load_workbook(target / "一企一策.xlsx")
    assert book.sheetnames == ["企业方案", "行动清单", "说明"]
    lines = said(capsys, county, "--all", "--json", "--as-of", "2026-03-01").splitlines()
    plans = [json.loads(line) for line in lines]
    assert len({plan["id"] for plan in plans}) == 40
    steps = sum(len(plan["steps"]) for plan in plans)
    assert steps > 10
    filled = [row for row in book["行动清单"].iter_rows(values_only=True) if row[4]]
    assert len(filled) >= steps


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "请用 --firm 指定一户企业，或用 --all"),
        (("--firm", "戊公司"), "台账里没有“戊公司”"),
        (("--firm", "公司"), "请写全"),
        (("--firm", "甲公司", "--deadline", "2026/6/30"), "读不懂"),
        (("--firm", "甲公司", "--deadline", "2020-06-30"), "已经过了"),
        (("--firm", "甲公司", "--batch", "第一批"), "读不懂"),
        (("--firm", "甲公司", "--batch", "2026-9"), "没有还没截止的批次"),
        (("--firm", "甲公司", "--expect", "150%"), "--expect"),
        (("--firm", "甲公司", "--law", "行动"), "没有“结论”一条"),
        (("--all",), "-o"),
        (("--all", "-o", "结果.docx"), "结果应是"),
    ],
)
def test_wrong_calls_are_told_in_chinese(
    ledger: Path, arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", str(ledger), "--as-of", "2026-03-01", *arguments]) == 2
    assert message in capsys.readouterr().err
