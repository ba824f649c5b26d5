"""Our own template filled, and the filled file read again: the pages that we add are no ledger."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from denggao.cli.app import main
from denggao.facts.ledger import read_ledgers
from tests.documents.filling.forms import AS_OF, FIRMS, fill, values, write_ledger


def test_the_template_filled_and_read_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger, form = write_ledger(tmp_path / "台账.xlsx"), tmp_path / "模板.xlsx"
    assert main(["template", "-o", str(form), "--as-of", AS_OF]) == 0
    filled = fill(form, ledger)
    kinds = [row[0] for row in values(filled, "待填清单")]
    assert "找不到的企业" not in kinds
    assert "〈填表说明〉是登高自己加的页" in capsys.readouterr().out

    book = openpyxl.load_workbook(filled)
    book["登高字典"].sheet_state = "visible"
    book.save(filled)
    capsys.readouterr()
    assert main(["check", str(filled), "--as-of", AS_OF]) == 0
    assert "有错 0 行，略过 0 行" in capsys.readouterr().out
    again = read_ledgers([filled], as_of=date.fromisoformat(AS_OF))
    assert again.columns["name"] == [firm["企业名称"] for firm in FIRMS]
    own = {p.sheet for p in again.problems if p.kind == "own_page"}
    assert own == {"来源", "待填清单", "填表说明", "登高字典"}
    assert all(p.is_notice for p in again.problems if p.kind == "own_page")


@pytest.mark.parametrize("name", ["来源", "待填清单", "填表说明", "登高字典"])
def test_a_ledger_of_such_a_name_is_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / "台账.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet(name)
        rows: list[list[Any]] = [["企业名称", "2025年职工总数"], ["试验甲科技有限公司", 5]]
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    ledger = read_ledgers([path], as_of=date.fromisoformat(AS_OF))
    assert ledger.columns["name"] == ["试验甲科技有限公司"]
    assert not ledger.problems
