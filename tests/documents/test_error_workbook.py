"""有错: their own file with the reasons beside the cells."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from denggao.cli.app import main

AS_OF = "2026-06-30"


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "台账.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, look = book.add_worksheet("东镇"), book.add_format({"num_format": "0.0", "bold": 1})
        sheet.write_row(0, 0, ["企业名称", "2025年销售收入（万元）", "2025年职工总数", "是否规上"])
        sheet.write_row(1, 0, ["试验甲有限公司", "待核实", 10, "是"])
        sheet.write_row(2, 0, ["试验乙有限公司", 12.5, "无", "大概"], look)
        sheet.write_row(3, 0, ["", 77, 3, "否"])
        book.add_worksheet("别的").write(0, 0, "原样")
    return path


def run(ledger: Path, *options: str) -> Path:
    target = ledger.with_name("有错.xlsx")
    assert main(["errors", str(ledger), "-o", str(target), "--as-of", AS_OF, *options]) == 0
    return target


def test_reasons_stand_beside_the_cells(ledger: Path) -> None:
    sheet = openpyxl.load_workbook(run(ledger))["东镇"]
    marked = {c.coordinate: c.comment.text for row in sheet for c in row if c.comment}
    assert set(marked) == {"B2", "C3", "D3", "A4"}
    assert "应为金额" in marked["B2"]
    assert "看不出是 0 还是没有数据" in marked["C3"]
    assert marked["A4"].startswith("整行")
    assert sheet["C3"].fill.fgColor.rgb == "FFFFC7CE"
    assert (sheet["C3"].value, sheet["C3"].number_format, sheet["C3"].font.b) == ("无", "0.0", True)


def test_all_are_listed(ledger: Path) -> None:
    rows = list(openpyxl.load_workbook(run(ledger))["数据问题"].iter_rows(values_only=True))
    problems = [row for row in rows[1:] if row[0] == "问题"]
    assert {row[3] for row in problems} >= {"B2", "C3", "D3"}
    assert all(row[9] for row in problems)


def test_nothing_else_of_their_file_changes(ledger: Path) -> None:
    target = run(ledger)
    with zipfile.ZipFile(ledger) as before, zipfile.ZipFile(target) as after:
        assert before.read("xl/worksheets/sheet2.xml") == after.read("xl/worksheets/sheet2.xml")
    old = openpyxl.load_workbook(ledger)["东镇"].iter_rows(values_only=True)
    assert list(openpyxl.load_workbook(target)["东镇"].iter_rows(values_only=True)) == list(old)


def test_columns_that_contradict_each_other_are_marked(tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("表")
        sheet.write_row(0, 0, ["企业名称", "2025年销售收入（元）", "2025年营业收入（元）"])
        sheet.write_row(1, 0, ["试验甲有限公司", 5, 6])
    assert openpyxl.load_workbook(run(path))["表"]["C2"].comment is not None


def test_a_text_file_becomes_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "台账.csv"
    path.write_text(
        "企业名称,统一社会信用代码,2025年职工总数\n试验甲有限公司,=1+1,三十\n试验乙有限公司,,12\n",
        encoding="gb18030",
    )
    book = openpyxl.load_workbook(run(path))
    sheet = book["台账"]
    assert [cell.value for cell in sheet[1]][-1] == "问题"
    assert (sheet["B2"].value, sheet["B2"].data_type) == ("=1+1", "s")
    assert "2025年职工总数（C 列）" in sheet["D2"].value
    assert sheet["C2"].comment is not None
    assert (sheet["C3"].value, sheet["D3"].value) == ("12", None)
    assert book["数据问题"].max_row >= 2


def test_a_clean_ledger_says_so(tmp_path: Path) -> None:
    path = tmp_path / "台账.csv"
    path.write_text("企业名称,成立日期\n试验甲有限公司,2019-05-06\n", encoding="utf-8")
    assert openpyxl.load_workbook(run(path))["数据问题"]["A2"].value == "没有发现问题"


def test_refusals(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = ledger.read_bytes()
    assert main(["errors", str(ledger), "-o", str(ledger)]) == 2
    assert main(["errors", str(ledger), "-o", str(ledger.with_suffix(".csv"))]) == 2
    assert main(["errors", str(ledger.with_name("没有.xlsx"))]) == 2
    assert ledger.read_bytes() == before
    assert capsys.readouterr().err.count("错误：") == 3
