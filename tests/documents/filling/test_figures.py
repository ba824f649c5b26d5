"""Shares as a form shows them: rounded, but never onto a threshold that they miss."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from denggao.documents.filling.figures import percent
from denggao.facts.headparts import normal
from tests.documents.filling.forms import FIRMS, Drawn, draw, fill, notes, values, write_ledger
from tests.strategies import examples

THRESHOLDS = st.sampled_from([Fraction(n, 100) for n in (3, 4, 5, 10, 20, 60, 70, 100)] +
                             [Fraction(275, 1000)])  # fmt: skip


@examples(200)
@given(THRESHOLDS, st.integers(-50, 50), st.integers(1, 10**15))
def test_a_shown_share_is_on_the_side_where_it_is(limit: Fraction, by: int, part: int) -> None:
    share = limit + Fraction(by, 7 * part)
    shown = Fraction(percent(share))
    assert (shown > limit * 100) == (share > limit)
    assert (shown < limit * 100) == (share < limit)
    assert abs(shown - share * 100) <= Fraction(1, 200)


@pytest.mark.parametrize(
    ("share", "shown"),
    [("0.04996", "4.996"), ("0.05", "5"), ("0.277777", "27.78"), ("0.05348", "5.35"),
     ("0.0500004", "5.00004"), ("0.3", "30"), ("0.049999999999999999", "4.999999999999"),
     ("-0.04996", "-4.996")],
)  # fmt: skip
def test_two_places_unless_that_is_a_threshold(share: str, shown: str) -> None:
    assert percent(Fraction(share)) == Decimal(shown)


def test_a_share_just_below_in_each_kind_of_cell(tmp_path: Path) -> None:
    firm = {**FIRMS[0], "2025年职工总数": 25000, "2025年科技人员数": 1249}
    form = Drawn(["企业名称", "科技人员占比（%）", "科技人员占职工总数比例", "科技人员占比"],
                 formats={2: "0.00%"})  # fmt: skip
    ledger = write_ledger(tmp_path / "台账.xlsx", [firm])
    filled = fill(draw(tmp_path / "表.xlsx", form), ledger)
    assert values(filled)[2][1] == 4.996
    assert openpyxl.load_workbook(filled)["表1"]["C3"].value == pytest.approx(0.04996, abs=1e-12)
    assert "4.996%" in notes(filled)["C3"]
    assert values(filled)[2][3] == "4.996%"


def test_a_number_without_its_last_digits_is_not_copied(tmp_path: Path) -> None:
    """15 digits a spreadsheet holds; of longer ones it keeps something else."""
    firm = {"企业名称": "试验甲公司", "管道编号": 1234567890123456.0, "备案编号": 123456789012345.0}
    ledger = write_ledger(tmp_path / "台账.xlsx", [firm])
    form = Drawn(["企业名称", "管道编号", "备案编号"])
    filled = fill(draw(tmp_path / "表.xlsx", form), ledger)
    assert values(filled)[2] == ["试验甲公司", None, 123456789012345]
    sheet = openpyxl.load_workbook(filled)["待填清单"]
    said = "".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)
    assert "后几位已丢失" in said


def test_values_of_cells_are_not_remembered(tmp_path: Path) -> None:
    """Heads are few and remembered; values are as many as there are cells."""
    form = Drawn(["企业名称", "主营产品", "所在区县"],
                 body=[["试验甲科技有限公司", "水泵", None]], blank=0)  # fmt: skip

    def listed(book: Any, sheet: Any) -> None:
        sheet.data_validation("C3", {"validate": "list", "source": ["安宁 区", "西固区"]})

    path = draw(tmp_path / "表.xlsx", replace(form, more=listed))
    ledger = write_ledger(tmp_path / "台账.xlsx", [{**FIRMS[0], "主营产品": "水 泵"}])
    fill(path, ledger)
    known = normal.cache_info().currsize
    body = [["试验甲科技有限公司", "电机", None]]
    other = draw(tmp_path / "另.xlsx", replace(form, more=listed, body=body))
    ledger = write_ledger(tmp_path / "台账.xlsx", [{**FIRMS[0], "主营产品": "齿轮箱"}])
    filled = fill(other, ledger)
    assert values(filled)[2][2] == "安宁 区"
    assert normal.cache_info().currsize == known
