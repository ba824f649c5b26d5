"""``denggao forecast`` from outside: figures, a real ledger, files, refusals."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from denggao.cli import main

Capture = pytest.CaptureFixture[str]
FIGURES = [
    "--base", "115", "--filings", "45", "--pass-rate", "0.78", "--renewal", "0.8",
    "--from", "2023", "--to", "2027", "--target", "255",
]  # fmt: skip
NOW = ["--as-of", "2026-06-30"]


def done(capsys: Capture, *arguments: object) -> str:
    assert main(["forecast", *map(str, arguments)]) == 0
    return capsys.readouterr().out


def refused(capsys: Capture, *arguments: object) -> str:
    assert main(["forecast", *map(str, arguments)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("错误：")
    assert "程序出了差错" not in said.err
    assert not re.search(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}", said.err)  # no English sentence
    return said.err


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Two districts: ten firms of 2018, six of them renewed twice; three more a year from
    2021; one firm whose certificate has no dates, one with another kind only."""
    rows: list[tuple[str, str, str, date | None]] = []
    for number in range(10):
        years = (2018, 2021, 2024) if number < 6 else (2018,)
        rows += [(f"甲企业{number}", "凉州区", "高新技术企业", date(y, 11, 20)) for y in years]
    for year in range(2021, 2026):
        for number in range(3):
            name = f"乙企业{year}之{number}"
            rows.append((name, "民勤县", "高企", date(year, 11, 20)))
    rows += [("丙企业", "民勤县", "高新技术企业", None)]
    rows += [("丁企业", "民勤县", "科技型中小企业", date(2026, 3, 1))]
    path = tmp_path / "资格台账.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet, form = book.add_worksheet("证书"), book.add_format({"num_format": "yyyy-mm-dd"})
        heads = ["企业名称", "所在区县", "资格类型", "证书编号", "发证日期", "有效期至"]
        sheet.write_row(0, 0, heads)
        for number, (name, region, kind, issued) in enumerate(rows, 1):
            sheet.write_row(number, 0, [name, region, kind, f"GR{number:010}"])
            if issued is not None:
                until = issued.replace(year=issued.year + 3) - timedelta(days=1)
                sheet.write_datetime(number, 4, issued, form)
                sheet.write_datetime(number, 5, until, form)
    return path


def test_figures_as_json(capsys: Capture) -> None:
    found: dict[str, Any] = json.loads(done(capsys, *FIGURES, "--json"))
    assert (found["median"], found["low"], found["high"]) == (219, 207, 231)
    assert 0 < found["probability"] < 1e-6
    assert found["filings_needed"] == 60
    assert [lever["lever"] for lever in found["levers"]] == ["filings", "renewal", "pass_rate"]
    assert [row["year"] for row in found["by_year"]] == [2024, 2025, 2026, 2027]
    assert found["base_due"] == {"2024": 39, "2025": 38, "2026": 38}
    assert (found["pass_rate"], found["renewal"]) == ("0.78", "0.8")
    text = "".join(found["assumptions"])
    for said in ("115 户", "45 户", "78%", "80%", "第 3 年首次到期", "不是模拟"):
        assert said in text
    for row in found["by_year"]:
        net = row["new"] + row["renewed"] - row["due"]
        assert row["closing"] - row["opening"] == pytest.approx(net, abs=1e-5)


def test_page_says_everything(capsys: Capture) -> None:
    page = done(capsys, *FIGURES)
    for said in ("不到 0.01%", "中位数 219 户", "207—231", "比目标少 36 户", "新申报 60 户"):
        assert said in page
    lines = page.splitlines()
    heads = next(line for line in lines if line.split()[:1] == ["年度"])
    assert heads.split()[-1] == "达到目标"
    assert "假设" in lines


def test_one_certificate_a_firm_shows_no_renewal(capsys: Capture, tmp_path: Path) -> None:
    """A list of the latest certificates has no renewals in it: that is no rate of 0 %."""
    path, rows = tmp_path / "高企.csv", ["企业名称,资格类型,证书编号,发证日期,有效期至"]
    for year in range(2017, 2026):
        rows += [f"企业{year}之{n},高新技术企业,GR{year}{n:04},{year}-11-20,{year + 3}-11-19"
                 for n in range(6)]  # fmt: skip
    path.write_text("\n".join(rows), encoding="utf-8")
    said = refused(capsys, path, "--target", "50", *NOW)
    assert "看不出重新认定" in said
    assert "--renewal" in said
    page = done(capsys, path, "--target", "50", "--renewal", "0.8", *NOW)
    assert "看不出重新认定" in page
    assert "重新认定率 0%" not in page
    rows += ["企业2017之0,高新技术企业,GR20200009,2020-11-20,2023-11-19"]
    path.write_text("\n".join(rows), encoding="utf-8")
    assert "看不出" not in done(capsys, path, "--target", "50", *NOW)


def test_help_is_chinese(capsys: Capture) -> None:
    text = re.sub(r"--[a-z-]+", "", done(capsys, "--help"))
    assert not re.search(r"(?i)\b(default|required|range|usage|show|int|text)\b", text)


def test_the_same_question_has_the_same_answer(capsys: Capture, tmp_path: Path) -> None:
    first = done(capsys, *FIGURES, "--json")
    assert first == done(capsys, *FIGURES, "--json")
    books = []
    for name in ("一.xlsx", "二.xlsx"):
        done(capsys, *FIGURES, *NOW, "-o", tmp_path / name)
        books.append((tmp_path / name).read_bytes())
    assert books[0] == books[1]


def test_from_a_ledger(capsys: Capture, ledger: Path) -> None:
    found: dict[str, Any] = json.loads(done(capsys, ledger, "--target", 15, *NOW, "--json"))
    assert (found["from"], found["to"], found["base"]) == (2025, 2026, 15)
    assert found["base_due"] == {"2026": 3, "2027": 9, "2028": 3}
    assert found["renewal"] == "12/19"
    assert found["filings"] == [3, 3, 3, 3, 3]
    assert found["pass_rate"] is None
    past = found["history"]
    assert (past["due"], past["renewed"], past["waiting"]) == (19, 12, 3)
    assert past["new_by_year"] == {str(year): 3 for year in range(2021, 2026)}
    for flow in past["flows"]:
        gain = flow["new"] + flow["renewed"] + flow["moved_in"]
        loss = flow["lapsed"] + flow["revoked"] + flow["moved_out"]
        assert flow["closing"] == flow["opening"] + gain - loss
    assert {flow["unit"] for flow in past["flows"]} == {"凉州区", "民勤县"}
    # 12 stay, 3 new ones come, of the 3 that fall due each is renewed with 12/19.
    assert found["probability"] == 1
    assert [lever["lever"] for lever in found["levers"]] == ["filings", "renewal"]
    text = "".join(found["assumptions"])
    assert "到期 19 张，续上 12 张" in text
    assert "1 张证书两个日期都没有" in text
    assert "资格台账.xlsx" in found["sources"][0]


def test_options_win_over_the_ledger(capsys: Capture, ledger: Path) -> None:
    found = json.loads(done(capsys, ledger, *FIGURES, *NOW, "--json"))
    assert (found["median"], found["base"]) == (219, 115)


def test_page_from_a_ledger(capsys: Capture, ledger: Path) -> None:
    page = done(capsys, ledger, "--target", 17, *NOW)
    assert "重新认定率 63.16%" in page
    assert "来源：「资格台账.xlsx」证书" in page


def test_of_this_year_it_starts_from_the_day(capsys: Capture, ledger: Path, tmp_path: Path) -> None:
    given = [ledger, "--target", 16, "--as-of", "2026-11-22"]  # three ended on 2026-11-19
    found = json.loads(done(capsys, *given, "--json"))
    assert (found["on"], found["won"], found["open"]) == ("2026-11-22", 0, None)
    assert (found["from"], found["to"], found["base"], found["median"]) == (2025, 2026, 12, 15)
    page = done(capsys, *given, "-o", tmp_path / "预测.docx")
    for said in (
        "2026-11-22 当天有效",
        "没有续上的 3 户",
        "2026 年从 2026-11-22 算起",
        "今年至少还要",
    ):
        assert said in page
    known = [*given, "--open", 5, "--pass-rate", "1"]
    assert json.loads(done(capsys, *known, "--json"))["probability"] == 1
    assert "还有 5 户新申报没有办结（由 --open 给定）" in done(capsys, *known)
    last = [ledger, "--as-of", "2026-12-31", "--to", 2026]
    for target, sure in ((12, 1), (13, 0)):
        found = json.loads(done(capsys, *last, "--target", target, "--json"))
        assert (found["probability"], found["median"]) == (sure, 12)
    assert "已经过完" in done(capsys, *last, "--target", 9)
    assert "--open" in refused(capsys, *FIGURES, "--open", 3)
    # a stated year end is forecast as before
    whole = json.loads(done(capsys, *given, "--from", 2025, "--json"))
    assert "on" not in whole
    assert whole["base"] == 15


def test_files(capsys: Capture, ledger: Path, tmp_path: Path) -> None:
    sheets, table = tmp_path / "预测.xlsx", tmp_path / "预测.csv"
    given = [ledger, "--target", 17, "--to", 2028, *NOW]
    assert str(sheets) in done(capsys, *given, "-o", sheets)
    done(capsys, *given, "-o", table)
    book = openpyxl.load_workbook(sheets)
    assert book.sheetnames == ["预测", "抓什么最管用", "历年流量", "假设与来源"]
    rows = list(csv.reader(io.StringIO(table.read_text(encoding="utf-8-sig"))))
    cells = list(book["预测"].iter_rows(values_only=True))
    assert [str(c) for c in cells[0]] == rows[0]
    assert [row[0] for row in cells[1:]] == [2026, 2027, 2028]
    for cell_row, row in zip(cells[1:], rows[1:], strict=True):
        assert [float(c) for c in cell_row[:-1]] == [float(c) for c in row[:-1]]
        assert "资格台账.xlsx" in row[-1]
        assert cell_row[-1] == row[-1]
    flows = list(book["历年流量"].iter_rows(min_row=2, values_only=True))
    assert {row[0] for row in flows} == {"凉州区", "民勤县", "合计"}
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "资格台账.xlsx", "预测.csv", "预测.xlsx",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("--pass-rate", "78"), "是不是 78%"),
        (("--pass-rate", "1.5"), "应在 0 到 1 之间，或写成百分数，如 0.78 或 78%\n"),
        (("--renewal", "八成"), "--renewal"),
        (("--base", "-1"), "不能小于 0"),
        (("--base", "很多"), "应是整数"),
        (("--to", "2023"), "--to 应晚于 --from"),
        (("--from", "1999"), "不能小于 2000"),
        (("--window", "99"), "不能大于 36"),
        (("--confidence", "1"), "大于 0、小于 1"),
        (("--target", "999999"), "请核对"),
        (("--as-of", "昨天"), "2026-06-30"),
        (("-o", "结果.doc"), ".xlsx"),
        (("-o", "没有的文件夹/结果.xlsx"), "没有文件夹"),
    ],
)
def test_bad_options(capsys: Capture, change: tuple[str, str], said: str) -> None:
    assert said in refused(capsys, *FIGURES, *change)


def test_what_is_missing_is_named_all_at_once(capsys: Capture) -> None:
    told = refused(capsys, "--target", 255)
    for option in ("--base", "--filings", "--pass-rate", "--renewal", "--from", "--to"):
        assert option in told
    assert "--target" in refused(capsys)
    assert "--pass-rate" in refused(capsys, "--target", 9, "--filings", 5)


def test_ledgers_that_cannot_answer(capsys: Capture, ledger: Path, tmp_path: Path) -> None:
    told = refused(capsys, ledger, "--target", 5, "--kind", "科技领军企业", *NOW)
    assert "科技领军企业" in told
    assert "高新技术企业 38 张" in told
    told = refused(capsys, ledger, "--target", 5, "--from", 2026, *NOW)
    assert "还没有过完" in told
    assert "盖掉" in refused(capsys, ledger, "--target", 5, *NOW, "-o", ledger)
    assert "找不到文件" in refused(capsys, tmp_path / "无.xlsx", "--target", 5)
    plain = tmp_path / "企业.csv"
    plain.write_text("企业名称,职工总数\n甲企业,12\n", encoding="utf-8")
    assert "发证日期" in refused(capsys, plain, "--target", 5, *NOW)
