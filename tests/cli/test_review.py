"""denggao review: sixty firms to five departments and back, one file altered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from denggao.cli.app import main
from denggao.demo.names import credit_code

Capture = pytest.CaptureFixture[str]
FIRMS = 60
FIRST = 6  # the sheet's row of the first firm
DEPARTMENTS = ("科技", "财政", "税务", "生态环境", "市场监管")


def run(*words: object) -> int:
    return main([str(word) for word in words])


@pytest.fixture
def sent(tmp_path: Path, capsys: Capture) -> Path:
    """The folder with the forms of five departments, for firms with right codes."""
    rows = [f"企业{i}科技有限公司,{credit_code(i)},{i + 1}" for i in range(FIRMS)]
    ledger = tmp_path / "台账.csv"
    head = "企业名称,统一社会信用代码,职工总数[2025]"
    ledger.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    folder = tmp_path / "联审"
    assert run("review", "export", ledger, "-o", folder, "--due", "2026-07-15") == 0
    capsys.readouterr()
    return folder


def form(folder: Path, department: str) -> Path:
    return folder / f"联审意见-{department}.xlsx"


def fill(path: Path, answers: dict[int, str], usual: str = "是") -> Any:
    book = openpyxl.load_workbook(path)
    sheet = book.active
    assert sheet is not None
    for number in range(FIRMS):
        sheet.cell(FIRST + number, 4).value = answers.get(number, usual)
    book.save(path)
    return book


def told(capsys: Capture, folder: Path, *more: object, day: str = "2026-07-10") -> dict[str, Any]:
    kept = folder / "联审名单.json"
    files = sorted(folder.glob("*.xlsx"))
    assert run("review", "read", kept, *files, *more, "--as-of", day, "--json") == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def verdicts(found: dict[str, Any]) -> list[str]:
    return [firm["verdict"] for firm in found["firms"]]


def test_forms_say_what_is_asked_and_hold_no_figures(sent: Path) -> None:
    assert len(list(sent.glob("*.xlsx"))) == len(DEPARTMENTS)
    for department in DEPARTMENTS:
        sheet = openpyxl.load_workbook(form(sent, department)).active
        assert sheet is not None
        rows = list(sheet.iter_rows(values_only=True))
        assert rows[1][0] == f"部门：{department}"
        assert rows[1][2] == "反馈期限：2026-07-15"
        assert [cell for cell in rows[4] if cell] == [
            "序号",
            "企业名称",
            "统一社会信用代码",
            "意见",
            "说明",
        ]
        numbers = [cell for row in rows[5:] for cell in row[1:] if isinstance(cell, int | float)]
        assert numbers == []
        assert sheet.protection.sheet
        assert not sheet.cell(FIRST, 4).protection.locked


@pytest.mark.parametrize("head", ["企业名称,统一社会信用代码", "序号,企业名称,统一社会信用代码"])
def test_a_list_of_names_without_any_fact_is_enough(
    tmp_path: Path, capsys: Capture, head: str
) -> None:
    names = tmp_path / "名单.csv"
    number = "1," if head.startswith("序号") else ""
    names.write_text(f"{head}\n{number}模拟甲公司,{credit_code(1)}\n", encoding="utf-8")
    assert run("review", "export", names, "-o", tmp_path / "联审", "--due", "2026-07-15") == 0
    assert "1 户，5 个部门" in capsys.readouterr().out


def test_all_agree(sent: Path, capsys: Capture) -> None:
    for department in DEPARTMENTS:
        fill(form(sent, department), {})
    found = told(capsys, sent)
    assert set(verdicts(found)) == {"可以推荐"}
    assert found["problems"] == []


def test_no_unsure_and_silent(sent: Path, capsys: Capture) -> None:
    fill(form(sent, "科技"), {})
    fill(form(sent, "财政"), {})
    fill(form(sent, "生态环境"), {0: "否", 1: "不详", 2: ""})
    fill(form(sent, "市场监管"), {3: "也许"})
    fill(form(sent, "税务"), {})
    found = told(capsys, sent)
    assert verdicts(found)[:5] == ["不得推荐", "待反馈", "待反馈", "待反馈", "可以推荐"]
    assert "生态环境意见为“否”" in found["firms"][0]["why"]
    assert [problem["kind"] for problem in found["problems"]] == ["bad_answer"]
    late = told(capsys, sent, day="2026-07-16")
    assert verdicts(late)[:5] == ["不得推荐"] * 4 + ["可以推荐"]
    assert "已过反馈期限" in late["firms"][2]["why"]


def test_an_altered_file_is_named_row_by_row(sent: Path, capsys: Capture) -> None:
    for department in DEPARTMENTS:
        fill(form(sent, department), {})
    path = form(sent, "税务")
    book = openpyxl.load_workbook(path)
    sheet = book.active
    assert sheet is not None
    sheet.cell(FIRST + 3, 2).value = "别的企业有限公司"
    sheet.cell(FIRST + 4, 3).value = credit_code(FIRMS + 9)
    sheet.cell(FIRST + 7, 2).value = "多出来的有限公司"
    sheet.cell(FIRST + 7, 3).value = credit_code(FIRMS + 1)
    for column in range(2, 6):  # firm 9 once more in the place of firm 8
        sheet.cell(FIRST + 8, column).value = sheet.cell(FIRST + 9, column).value
    sheet.cell(5, 6).value = "应纳税额"
    sheet.cell(FIRST, 6).value = 123456.78
    book.save(path)
    found = told(capsys, sent)
    kinds = {(p["kind"], p["row"]) for p in found["problems"]}
    assert kinds == {
        ("name_altered", FIRST + 3), ("code_altered", FIRST + 4), ("unknown_code", FIRST + 7),
        ("row_missing", 0), ("row_twice", FIRST + 9), ("figures", 0),
    }  # fmt: skip
    missing = {p["value"] for p in found["problems"] if p["kind"] == "row_missing"}
    assert missing == {"企业7科技有限公司", "企业8科技有限公司"}
    assert all("「联审意见-税务.xlsx」" in p["said"] for p in found["problems"])
    assert "123456" not in json.dumps(found, ensure_ascii=False)
    changed = [i for i, verdict in enumerate(verdicts(found)) if verdict != "可以推荐"]
    assert changed == [3, 4, 7, 8]


def test_the_wrong_department_and_the_wrong_list(sent: Path, capsys: Capture) -> None:
    for department in DEPARTMENTS:
        fill(form(sent, department), {})
    for department, cell, text in (("财政", (2, 1), "部门：教育"), ("科技", (2, 5), "名单编号：0")):
        book = openpyxl.load_workbook(form(sent, department))
        sheet = book.active
        assert sheet is not None
        sheet.cell(*cell).value = text
        book.save(form(sent, department))
    found = told(capsys, sent)
    assert {p["kind"] for p in found["problems"]} == {"other_department", "other_list"}
    assert set(verdicts(found)) == {"待反馈"}
    assert "科技、财政没有反馈" in found["firms"][0]["why"]


def test_two_files_of_one_department_that_differ(sent: Path, capsys: Capture) -> None:
    for department in DEPARTMENTS:
        fill(form(sent, department), {})
    again = sent / "联审意见-财政（更正）.xlsx"
    again.write_bytes(form(sent, "财政").read_bytes())
    fill(again, {5: "否"})
    found = told(capsys, sent)
    assert {p["kind"] for p in found["problems"]} == {"department_twice", "answer_twice"}
    assert [i for i, v in enumerate(verdicts(found)) if v != "可以推荐"] == [5]
    assert found["firms"][5]["answers"]["财政"] == "不详"


def test_silence_agrees_only_where_it_was_said_so(
    tmp_path: Path, sent: Path, capsys: Capture
) -> None:
    folder = tmp_path / "另一批"
    say = ["--due", "2026-07-15", "--departments", "税务、海关", "--ask", "海关=没有走私"]
    assert (
        run("review", "export", tmp_path / "台账.csv", "-o", folder, *say, "--silence-agrees") == 0
    )
    fill(form(folder, "税务"), {0: "不详"})
    form(folder, "海关").unlink()
    capsys.readouterr()
    assert set(verdicts(told(capsys, folder))) == {"待反馈"}
    late = told(capsys, folder, day="2026-07-16")
    assert verdicts(late)[:2] == ["不得推荐", "可以推荐"]
    assert "视为同意" in late["firms"][1]["why"]


def test_the_summary_and_what_is_refused(sent: Path, tmp_path: Path, capsys: Capture) -> None:
    for department in DEPARTMENTS[:4]:
        fill(form(sent, department), {})
    out = tmp_path / "汇总.xlsx"
    told(capsys, sent, "-o", out)
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["汇总", "反馈情况", "问题"]
    rows = list(book["反馈情况"].iter_rows(min_row=2, values_only=True))
    assert [row[6] for row in rows] == [0, 0, 0, 0, FIRMS]
    kept = sent / "联审名单.json"
    kept.write_text(kept.read_text("utf-8").replace("企业7科技", "企业七科技"), encoding="utf-8")
    assert run("review", "read", kept, form(sent, "税务")) == 2
    assert "改动过" in capsys.readouterr().err
    assert run("review", "read", form(sent, "税务"), form(sent, "税务")) == 2
    assert run("review", "export", tmp_path / "台账.csv", "-o", sent, "--due", "2026-07-15",
               "--ask", "海关=没有走私") == 2  # fmt: skip
