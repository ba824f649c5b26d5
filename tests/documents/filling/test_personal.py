"""Personal data of the ledger goes into the form that asks for it, and is nowhere repeated."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from denggao.facts.privacy import hidden
from tests.documents.filling.forms import Drawn, draw, fill, values, write_ledger
from tests.strategies import examples

ADDRESS = "试验市东街一号乙座三层"  # of eleven characters
FIRM = {"企业名称": "试验甲科技有限公司", "主营产品": "水泵"}


@examples(100)
@given(st.text(max_size=40))
def test_hidden_shows_three_and_two_and_never_half(text: str) -> None:
    stars = hidden(text)
    assert len(stars) == len(text)
    assert stars.count("*") * 2 >= len(text)
    if len(text) > 10:
        assert (stars[:3], stars[-2:]) == (text[:3], text[-2:])


@pytest.mark.parametrize(
    "head",
    ["联系人姓名", "银行帐号", "对公账户", "家庭地址", "出生年月", "法定代表人姓名", "手机号码"],
)
def test_columns_of_the_same_head_are_hidden_in_the_sources(head: str, tmp_path: Path) -> None:
    ledger = write_ledger(tmp_path / "台账.xlsx", [{**FIRM, head: ADDRESS}])
    filled = fill(draw(tmp_path / "表.xlsx", Drawn(["企业名称", head, "主营产品"])), ledger)
    assert values(filled)[2][1] == ADDRESS
    sources = values(filled, "来源")
    (line,) = [row for row in sources if row[1] == "B3"]
    assert line[4] == ADDRESS[:3] + "*" * 6 + ADDRESS[-2:]
    assert "个人信息" in line[9]


def test_a_number_in_another_text_is_masked_in_the_sources(tmp_path: Path) -> None:
    firm = {**FIRM, "走访情况": "已联系13800000001"}
    ledger = write_ledger(tmp_path / "台账.xlsx", [firm])
    filled = fill(draw(tmp_path / "表.xlsx", Drawn(["企业名称", "走访情况", "主营产品"])), ledger)
    assert values(filled)[2][1] == "已联系13800000001"
    assert "已联系138******01" in [row[4] for row in values(filled, "来源")]


def test_a_difference_does_not_tell_the_number(tmp_path: Path) -> None:
    ledger = write_ledger(tmp_path / "台账.xlsx")
    form = Drawn(["企业名称", "联系电话", "主营产品"],
                 body=[["试验甲科技有限公司", "13900000009", None]], blank=0)  # fmt: skip
    filled = fill(draw(tmp_path / "表.xlsx", form), ledger)
    sheet = openpyxl.load_workbook(filled)["待填清单"]
    said = "".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)
    assert "139******09" in said
    assert "13800000001" not in said
