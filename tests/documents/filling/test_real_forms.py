"""Real heads, where they lie beside the repository (they may not be copied into it)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from denggao.cli.app import main
from tests.documents.filling.forms import values

FORMS = Path(__file__).parents[4] / "shared" / "data" / "forms"
pytestmark = pytest.mark.skipif(not FORMS.is_dir(), reason="real forms are not at hand")
#: One row of these is a project, a product, an intellectual property: no firm.
NOT_OF_FIRMS = {"rd-fee", "rd-activity", "ip-list", "product", "transform"}
#: What the examples leave out on purpose.
LEFT_OUT = ("（18位）", "……", "", None)


def forms() -> list[dict[str, Any]]:
    return list(json.loads((FORMS / "forms.json").read_text(encoding="utf-8"))["forms"])


def alone(form: dict[str, Any], folder: Path, blank: bool) -> Path:
    """The form's sheet in a file of its own, with or without its examples."""
    book = openpyxl.load_workbook(FORMS / "forms_sample.xlsx")
    for name in book.sheetnames:
        if name != form["id"]:
            del book[name]
    if blank:
        for row in range(len(form["example"])):
            for column in range(len(form["columns"])):
                book[form["id"]].cell(first(form) + row, column + 1).value = None
    path = folder / ("空表.xlsx" if blank else "台账.xlsx")
    book.save(path)
    return path


def first(form: dict[str, Any]) -> int:
    return 3 + len(form["header_rows"])


def test_every_cell_that_the_ledger_knows_is_right(tmp_path: Path) -> None:
    right = known = 0
    for form in forms():
        folder = tmp_path / form["id"]
        folder.mkdir()
        blank, target = alone(form, folder, blank=True), folder / "填.xlsx"
        arguments = ["fill", str(blank), "--ledger", str(alone(form, folder, blank=False))]
        code = main([*arguments, "-o", str(target), "--as-of", "2025-06-30"])
        assert code == (2 if form["id"] in NOT_OF_FIRMS else 0), form["id"]
        if code:
            continue
        grid = values(target, form["id"])
        for number, example in enumerate(form["example"]):
            for index, head in enumerate(form["columns"]):
                have, want = grid[first(form) - 1 + number][index], example[head]
                assert have is None or str(have) == str(want), (form["id"], head, have, want)
                known += want not in LEFT_OUT
                right += have is not None and want not in LEFT_OUT
    assert right == known > 80
