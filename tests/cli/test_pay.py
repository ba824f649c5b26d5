"""denggao pay: lists to money, from real files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from denggao.cli.app import main
from denggao.demo.names import credit_code

Capture = pytest.CaptureFixture[str]
HEADS = ["企业名称", "统一社会信用代码", "所在区县", "认定批次", "事项", "认定日期", "联系电话"]
ROWS = [
    ["兰州甲科技有限公司", "", "城关区", "第一批", "首次认定", "2024-05-01", "13900001111"],
    ["白银乙科技有限公司", "", "白银区", "第一批", "重新认定高企", "2024年6月", ""],
    ["兰州甲科技有限公司", "", "城关区", "第二批", "首次认定", "2024-05-01", ""],
    ["兰州丙科技有限公司", "", "城关区", "第二批", "迁入", "2024-05-01", ""],
    ["兰州丁科技有限公司", "", "城关区", "第二批", "整体迁入", "2025-05-01", ""],
    ["天水戊科技有限公司", "", "天水市", "第二批", "认定", "2020-10-10", ""],
    ["兰州己科技有限公司", "", "七里河区", "第二批", "首次认定省级科技创新型企业", "2024/5/7", ""],
    ["昆明庚科技有限公司", "", "昆明市", "第二批", "首次认定", "2024/5/7", ""],
    ["张三", "", "七里河区", "第二批", "首次认定", "2024/5/7", ""],
    ["合计", "", "", "", "", "", ""],
]
DRAFT = """---
名称: 试验奖补办法
简称: 试验奖补
依据: [试科〔2026〕1号]
地域: 甘肃省
施行: 2026-01-01
状态: 征求意见稿
---
## 试科〔2026〕1号 第一条

```登高
奖补 T-first 首次认定：
    事项 首次认定
    给 30万元
    出资 省级
```
"""


def run(*words: object) -> int:
    return main([str(word) for word in words])


def told(capsys: Capture, *words: object) -> dict[str, Any]:
    assert run("pay", *words, "--json") == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def csv(path: Path, rows: list[list[str]], heads: list[str] = HEADS) -> Path:
    path.write_text("\n".join(map(",".join, [heads, *rows])) + "\n", encoding="utf-8")
    return path


def xlsx(path: Path, rows: list[list[Any]], heads: list[str], unit: str = "") -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("名单")
        sheet.write_row(0, 0, ["兑现名单"])
        sheet.write_row(1, 0, [unit])
        for number, row in enumerate([heads, *rows], 2):
            sheet.write_row(number, 0, row)
    return path


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return csv(tmp_path / "名单.csv", ROWS)


@pytest.mark.parametrize(
    ("day", "wan", "again"), [("2021-06-30", 6675, 5), ("2024-06-30", 7170, 10)]
)
def test_the_list_of_the_papers(
    tmp_path: Path, capsys: Capture, day: str, wan: int, again: int
) -> None:
    rows = [[f"甲{i}公司", "首次认定"] for i in range(309)]
    rows += [[f"乙{i}公司", "重新认定"] for i in range(99)]
    path = csv(tmp_path / "名单.csv", rows, ["企业名称", "事项"])
    found = told(capsys, path, "--region", "甘肃省", "--as-of", day)
    assert found["total_wan"] == wan
    assert found["total_fen"] == wan * 1_000_000
    assert len(found["rows"]) == 408
    assert {row["rate_wan"] for row in found["rows"]} == {20, again}
    assert all(row["cite"] and row["why"] for row in found["rows"])
    assert found["refused"] == found["problems"] == []


def test_vouchers(tmp_path: Path, capsys: Capture) -> None:
    path = csv(
        tmp_path / "名单.csv", [[str(i), f"团队{i}公司"] for i in range(1489)], ["序号", "企业名称"]
    )
    with_event = ["--region", "甘肃", "--as-of", "2021-06-30", "--event", "创新券"]
    assert told(capsys, path, *with_event)["total_wan"] == 7445
    assert run("pay", path, "--region", "甘肃", "--as-of", "2021-06-30") == 2


def test_each_row_is_paid_or_told_why_not(ledger: Path, capsys: Capture) -> None:
    found = told(capsys, ledger, "--region", "甘肃省", "--as-of", "2024-06-30")
    assert found["total_wan"] == 75
    assert [(row["row"], row["wan"]) for row in found["rows"]] == [
        (2, 20), (3, 10), (7, 20), (8, 5), (10, 20),
    ]  # fmt: skip
    assert found["rows"][2]["version"] == "甘办发〔2016〕50号@2016-01-01"
    assert found["rows"][1]["beside"] == ["《白银市高新技术企业补助》复审通过 5万元（市级）"]
    why = {row["row"]: row["reason"] for row in found["refused"]}
    assert "第 2 行重复" in why[4]
    assert "晚于兑付日" in why[6]
    assert "不在甘肃省" in why[9]
    (problem,) = found["problems"]
    assert "第 5 行 E 列（事项）" in problem
    assert "整体迁入" in problem
    assert any("认定”按“首次认定”计" in note for note in found["notes"])
    for kind in ("by_scheme", "by_level", "by_district", "by_batch"):
        assert sum(part["fen"] for part in found[kind].values()) == found["total_fen"]


def test_a_city_pays_beside_its_province(ledger: Path, capsys: Capture) -> None:
    found = told(capsys, ledger, "--region", "白银市", "--as-of", "2024-06-30")
    assert found["by_level"]["市级"]["wan"] == 5
    assert [row["name"] for row in found["rows"]][:2] == ["白银乙科技有限公司"] * 2
    # those of Lanzhou are not Baiyin's to pay
    assert {row["row"] for row in found["refused"]} >= {2, 4, 8}


def test_the_workbook_adds_up_and_is_a_record(
    ledger: Path, tmp_path: Path, capsys: Capture
) -> None:
    out = tmp_path / "兑现.xlsx"
    say = ["--region", "甘肃省", "--as-of", "2024-06-30"]
    assert run("pay", ledger, *say, "-o", out) == 0
    first = out.read_bytes()
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == [
        "汇总", "逐户发放", "待定", "不予发放", "公示表", "数据问题", "依据",
    ]  # fmt: skip
    sums = list(book["汇总"].iter_rows(min_row=2, values_only=True))
    totals = [row[3] for row in sums if row[0] == "合计" or row[1] == "小计"]
    assert totals == [750_000] * 5
    paid = book["逐户发放"]
    column = [cell.value for cell in paid[1]].index("发放金额（元）")
    assert sum(row[column] for row in paid.iter_rows(min_row=2, values_only=True)) == 750_000
    names = [row[1] for row in book["公示表"].iter_rows(min_row=2, values_only=True)]
    assert "张*" in names
    assert "张三" not in names
    text = "".join(str(c.value) for sheet in book for row in sheet.iter_rows() for c in row)
    assert "13900001111" not in text
    assert run("pay", ledger, *say, "-o", out) == 0
    assert out.read_bytes() == first
    capsys.readouterr()
    again = told(capsys, ledger, *say, "--paid", out)
    assert again["total_fen"] == 0
    assert sum("发放记录里已经发过" in row["reason"] for row in again["refused"]) == 6


def test_money_claimed_back_is_a_row_of_its_own(
    ledger: Path, tmp_path: Path, capsys: Capture
) -> None:
    out, say = tmp_path / "兑现.xlsx", ["--region", "甘肃省", "--as-of", "2024-06-30"]
    assert run("pay", ledger, *say, "-o", out) == 0
    back = [["兰州甲科技有限公司", "", "城关区", "追回", "追回首次认定", "2024-05-01", ""]]
    path = csv(tmp_path / "追回.csv", back)
    capsys.readouterr()
    assert told(capsys, path, *say, "--paid", out)["total_wan"] == -20
    second = tmp_path / "追回.xlsx"
    assert run("pay", path, *say, "--paid", out, "-o", second) == 0
    capsys.readouterr()
    assert told(capsys, path, *say, "--paid", out, "--paid", second)["total_wan"] == 0
    only = csv(tmp_path / "再报.csv", ROWS[:1])
    assert told(capsys, only, *say, "--paid", out, "--paid", second)["total_wan"] == 20


def test_a_draft_is_never_paid_and_can_be_compared(
    ledger: Path, tmp_path: Path, capsys: Capture
) -> None:
    law = tmp_path / "试验奖补.md"
    law.write_text(DRAFT, encoding="utf-8")
    found = told(capsys, ledger, "--law", law, "--as-of", "2026-06-30")
    assert found["total_fen"] == 0
    assert any("征求意见稿" in note for note in found["notes"])
    say = ["--region", "甘肃省", "--as-of", "2024-06-30", "--compare", law]
    impact = told(capsys, ledger, *say)["compare"]
    # three firms are first recognised under 20, and get 30
    assert (impact["before_wan"], impact["after_wan"]) == (75, 105)
    assert impact["gain"] == 3
    assert {firm["difference_fen"] for firm in impact["firms"]} == {10_000_000}


def test_a_comparison_of_versions(tmp_path: Path, capsys: Capture) -> None:
    rows = [[f"甲{i}公司", "首次认定"] for i in range(309)]
    rows += [[f"乙{i}公司", "重新认定"] for i in range(99)]
    path = csv(tmp_path / "名单.csv", rows, ["企业名称", "事项"])
    say = ["--region", "甘肃省", "--as-of", "2021-06-30", "--compare", "甘肃省高新技术企业奖补"]
    impact = told(capsys, path, *say)["compare"]
    assert (impact["before_wan"], impact["after_wan"], impact["difference_wan"]) == (
        6675,
        7170,
        495,
    )
    assert (impact["gain"], impact["lose"]) == (99, 0)


def test_figures_of_the_year_before_the_event_with_units(tmp_path: Path, capsys: Capture) -> None:
    heads = ["企业名称", "奖补类型", "认定日期", "上年销售收入", "2021年销售收入"]
    rows: list[list[Any]] = [
        ["西安一科技有限公司", "首次认定", "2023-11-29", 10_000, 1],
        ["西安二科技有限公司", "首次认定", "2023-11-29", 9_999.99, 99_999],
        ["西安三科技有限公司", "首次认定", "2022-11-29", "", 50_000],
        ["西安四科技有限公司", "首次认定", "2022-11-29", "", ""],
    ]
    path = xlsx(tmp_path / "名单.xlsx", rows, heads, "单位：万元")
    found = told(
        capsys, path, "--law", "西安高新区高新技术企业奖励", "--as-of", "2025-06-30",
        "--region", "陕西省西安市",
    )  # fmt: skip
    assert [row["wan"] for row in found["rows"]] == [15, 10, 20, 0]
    assert found["open"] == {"count": 1, "lo_fen": 10_000_000, "hi_fen": 30_000_000}
    assert "销售收入（2021年）" in found["rows"][3]["reason"]


def test_entitled_and_not_on_the_list(ledger: Path, tmp_path: Path, capsys: Capture) -> None:
    heads = ["企业名称", "资格类型", "证书编号", "发证日期", "有效期至"]
    rows = [
        ["兰州甲科技有限公司", "高企", "GR202462000001", "2024-05-01", "2027-04-30"],
        ["兰州寅科技有限公司", "高企", "GR202162000002", "2021-10-01", "2024-09-30"],
        ["兰州寅科技有限公司", "高企", "GR202462000002", "2024-06-01", "2027-05-31"],
        ["兰州卯科技有限公司", "高企", "GR202462000003", "2024-07-01", "2027-06-30"],
    ]
    titles = xlsx(tmp_path / "证书.xlsx", rows, heads)
    say = ["--region", "甘肃省", "--as-of", "2024-06-30", "--entitled", titles]
    found = told(capsys, ledger, *say, "--since", "2024-01-01")["entitled"]
    assert [(row["name"], row["event"], row["date"]) for row in found] == [
        ("兰州寅科技有限公司", "重新认定", "2024-06-01")
    ]


REFUSED = {
    "--region": [],
    "不认识的地区": ["--region", "火星"],
    "没有一份奖补办法": ["--region", "云南省"],
    "没有名为": ["--region", "甘肃省", "--law", "没有的办法"],
    "不认识的事项": ["--region", "甘肃省", "--event", "吃饭"],
    "应写明单位": ["--region", "甘肃省", "--budget", "6000"],
    "没有读法": ["--region", "甘肃省", "--reading", "乱写"],
    "结尾": ["--region", "甘肃省", "-o", "结果.doc"],
}


@pytest.mark.parametrize("message", REFUSED)
def test_what_cannot_be_done_is_said(ledger: Path, capsys: Capture, message: str) -> None:
    assert run("pay", ledger, *REFUSED[message]) == 2
    assert message in capsys.readouterr().err


def test_a_budget_in_the_terminal(ledger: Path, capsys: Capture) -> None:
    say = ["--region", "甘肃省", "--as-of", "2024-06-30", "--budget"]
    assert run("pay", ledger, *say, "44万元") == 0
    said = capsys.readouterr().out
    assert "合计发放 40万元" in said
    assert "缺 31万元" in said
    assert told(capsys, ledger, *say, "45万元", "--share")["total_wan"] == 45
    assert told(capsys, ledger, *say, "0元", "--share")["total_wan"] == 0


def test_a_former_name_is_the_same_firm(tmp_path: Path, capsys: Capture) -> None:
    heads = ["企业名称", "曾用名", "事项", "认定日期"]
    rows = [
        ["兰州新智能科技有限公司", "兰州旧机械有限公司", "首次认定", "2024-05-01"],
        ["兰州旧机械有限公司", "", "首次认定", "2024-05-01"],
    ]
    path = csv(tmp_path / "名单.csv", rows, heads)
    found = told(capsys, path, "--region", "甘肃省", "--as-of", "2024-06-30")
    assert found["total_wan"] == 20
    assert len(found["refused"]) == 1


def test_the_form_of_a_district_with_what_is_paid_already(tmp_path: Path, capsys: Capture) -> None:
    """The bureau's own form: amounts in 万元 under a merged head; 应奖 = 已拨付 + 本次 + 余额."""
    path = tmp_path / "明细.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for column, head in enumerate(["序号", "企业名称", "认定类型"]):
            sheet.merge_range(0, column, 1, column, head)
        sheet.merge_range(0, 3, 0, 6, "区级承担资金（万元）")
        sheet.write_row(1, 3, ["应奖", "已拨付", "本次拨付", "余额"])
        sheet.write_row(2, 0, [1, "甲制造有限公司", "首次认定", 20, 12, 8, 0])
        sheet.write_row(3, 0, [2, "乙科技有限公司", "首次认定", 20, 20, 0, 0])
        sheet.write_row(4, 0, [3, "丙科技有限公司", "重新认定", 6, 0, 6, 0])
    found = told(capsys, path, "--region", "甘肃省", "--as-of", "2021-06-30")
    assert [(row["name"], row["wan"]) for row in found["rows"]] == [
        ("甲制造有限公司", 8), ("丙科技有限公司", 5),
    ]  # fmt: skip
    assert "没有余额" in found["refused"][0]["reason"]
    (other,) = found["differing"]
    assert (other["row"], other["listed_fen"], other["fen"]) == (5, 6_000_000, 5_000_000)


def test_vouchers_are_redeemed_by_number_in_yuan(tmp_path: Path, capsys: Capture) -> None:
    heads = ["企业名称", "科技创新券编号", "合同金额（元）", "申领金额（元）", "发票金额（元）"]
    rows: list[list[Any]] = [
        ["兰州甲检测有限公司", "CXQ20210012", "38,000.00", "15000", 38000],
        ["兰州甲检测有限公司", "CXQ20210013", 10_000.5, 15_000, 20_000],
        ["兰州甲检测有限公司", "CXQ20210013", 10_000.5, 15_000, 20_000],
        ["兰州乙检测有限公司", "CXQ20210012", 38_000, 15_000, 38_000],
        ["兰州丙检测有限公司", "CXQ20210014", "", 15_000, 38_000],
    ]
    path = xlsx(tmp_path / "创新券.xlsx", rows, heads)
    say = ["--region", "甘肃省", "--as-of", "2021-06-30", "--event", "创新券兑付"]
    found = told(capsys, path, *say)
    assert found["total_fen"] == 2_500_050
    assert [row["fen"] for row in found["rows"]] == [1_500_000, 1_000_050, 0]
    assert found["open"] == {"count": 1, "lo_fen": 0, "hi_fen": 1_500_000}
    assert all("重复" in row["reason"] for row in found["refused"])
    out = tmp_path / "兑付.xlsx"
    assert run("pay", path, *say, "-o", out) == 0
    capsys.readouterr()
    more = xlsx(
        tmp_path / "再来.xlsx", [*rows[:1], ["兰州甲检测有限公司", "CXQ20210099", 5, 5, 5]], heads
    )
    again = told(capsys, more, *say, "--paid", out)
    assert [row["fen"] for row in again["rows"]] == [500]


def test_a_name_is_paid_once_whatever_the_district_says(tmp_path: Path, capsys: Capture) -> None:
    heads = ["企业名称", "统一社会信用代码", "所在区县", "事项", "认定日期"]
    one, other = credit_code(1), credit_code(2)
    rows = [
        ["天水甲科技有限公司", "", "天水市", "首次认定", "2024-05-01"],
        ["天水甲科技有限公司", "", "秦州区", "首次认定", "2024-05-01"],
        ["天水乙科技有限公司", one, "天水市", "首次认定", "2024-05-01"],
        ["天水乙科技有限公司", other, "秦州区", "首次认定", "2024-05-01"],
    ]
    path = csv(tmp_path / "名单.csv", rows, heads)
    found = told(capsys, path, "--region", "甘肃省", "--as-of", "2024-06-30")
    assert [row["row"] for row in found["rows"]] == [2, 4, 5]
    assert [row["row"] for row in found["refused"]] == [3]


def test_payable_without_application(tmp_path: Path, capsys: Capture) -> None:
    """From certificates alone; who has only one is not guessed at."""
    heads = ["企业名称", "资格类型", "证书编号", "发证日期", "有效期至"]
    rows = [
        ["兰州甲科技有限公司", "高企", "GR201762000001", "2017-10-01", "2020-09-30"],
        ["兰州甲科技有限公司", "高企", "GR202062000001", "2020-10-01", "2023-09-30"],
        ["兰州乙科技有限公司", "高企", "GR201462000002", "2014-10-01", "2017-09-30"],
        ["兰州乙科技有限公司", "高企", "GR202062000002", "2020-10-01", "2023-09-30"],
        ["兰州丙科技有限公司", "高企", "GR202062000003", "2020-10-01", "2023-09-30"],
    ]
    titles = xlsx(tmp_path / "证书.xlsx", rows, heads)
    say = ["--region", "甘肃省", "--as-of", "2021-06-30", "--titles", "--since", "2020-01-01"]
    found = told(capsys, titles, *say)
    assert [(row["name"], row["event"], row["wan"]) for row in found["rows"]] == [
        ("兰州甲科技有限公司", "重新认定", 5)
    ]
    assert [row["event"] for row in found["refused"]] == ["失效后再认定"]
    assert any("看不出是首次还是重新认定" in note for note in found["notes"])
    assert found["rows"][0]["age_days"] == 272
    assert told(capsys, titles, *say, "--event", "首次认定")["total_wan"] == 25
    out = tmp_path / "已发.xlsx"
    assert run("pay", titles, *say, "-o", out) == 0
    capsys.readouterr()
    assert told(capsys, titles, *say, "--paid", out)["total_fen"] == 0
