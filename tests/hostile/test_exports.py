"""What came in as a formula goes out as text, from every writer."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import openpyxl
import polars as pl
import pytest
import xlsxwriter

from denggao.cli.app import main
from denggao.demo.county import county
from denggao.demo.sheet import write_workbook
from tests.exports import live_cells
from tests.hostile.cells import FORMULAS
from tests.hostile.making import HEADS, firm, written

DAY = ("--as-of", "2026-06-30")
Capture = pytest.CaptureFixture[str]
#: A link that would be made live, and a text only a spreadsheet takes for a number.
TEXTS = [*FORMULAS.values(), "http://x.invalid/有限公司", "mailto:a@x.invalid", "-有限公司"]
ROWS = [[*firm(n, c0="", c1=text), text] for n, text in enumerate(TEXTS)]
TABLE = [[*HEADS, "注册地址"], *ROWS]


def ledger(path: Path) -> Path:
    if path.suffix == ".xlsx":
        return written(path, TABLE)
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(TABLE)
        return path
    columns = {head: [row[i] for row in ROWS] for i, head in enumerate(TABLE[0])}
    frame = pl.DataFrame(columns).with_columns(pl.col(HEADS[2]).str.to_date())
    frame.write_parquet(path)
    return path


@pytest.mark.parametrize(("source", "into"), [(".xlsx", ".xlsx"), (".csv", ".csv"),
                                              (".parquet", ".csv")])  # fmt: skip
def test_screen(source: str, into: str, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / f"结果{into}"
    path = ledger(tmp_path / f"台账{source}")
    how = ["--law", "科技型中小企业评价", "--decisive", "0", "-o", str(out)]
    assert main(["screen", str(path), *DAY, *how]) == 0
    capsys.readouterr()
    assert live_cells(out) == []
    said = out.read_text(encoding="utf-8") if into == ".csv" else text_of(out)
    assert "calc" in said  # the text itself is still there


def text_of(path: Path) -> str:
    book = openpyxl.load_workbook(path, read_only=True)
    return "\n".join(
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row
    )


def test_merge(tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "合并.xlsx"
    path = ledger(tmp_path / "台账.xlsx")
    assert main(["merge", str(path), *DAY, "-o", str(out)]) == 0
    capsys.readouterr()
    assert live_cells(out) == []


def test_demo(tmp_path: Path) -> None:
    firms = county(len(TEXTS))
    named = [
        replace(firm, values={**firm.values, "name": text})
        for firm, text in zip(firms, TEXTS, strict=True)
    ]
    write_workbook(tmp_path / "县.xlsx", named, (), 2026)
    assert live_cells(tmp_path / "县.xlsx") == []
    assert "calc" in text_of(tmp_path / "县.xlsx")


def test_the_check_finds_what_libraries_write_by_default(tmp_path: Path) -> None:
    for number, text in enumerate(("=1+1", "http://x.invalid/a")):
        path = tmp_path / f"{number}.xlsx"
        with xlsxwriter.Workbook(str(path)) as book:
            book.add_worksheet().write(0, 0, text)
        assert live_cells(path), text
    book = openpyxl.Workbook()
    book.active["A1"] = "=1+1"
    book.save(tmp_path / "2.xlsx")
    assert live_cells(tmp_path / "2.xlsx")
    plain = tmp_path / "3.csv"
    plain.write_text('甲,-5,-1/3,-inf\n"\t=1",-5+cmd|x,@a,＝1\n', encoding="utf-8")
    assert live_cells(plain) == ["\t=1", "-5+cmd|x", "@a", "＝1"]
