"""Heads that mean a fact in other words, and those that only seem to."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.documents.filling.forms import FIRMS, Drawn, draw, fill, notes, values, write_ledger

SPAN = "2023-10-16至2026-10-15"


def first_row(
    tmp_path: Path, heads: tuple[Any, ...], title: str = "情况汇总表", **ledger: Any
) -> tuple[list[Any], dict[str, str]]:
    """What the first firm gets, without its name, and every comment; ``ledger``: more columns."""
    firms = [{**FIRMS[0], **ledger}, *({**firm, **dict.fromkeys(ledger)} for firm in FIRMS[1:])]
    path = write_ledger(tmp_path / "台账.xlsx", firms)
    form = Drawn(("企业名称", *heads), title=title)
    filled = fill(draw(tmp_path / "表.xlsx", form), path)
    return values(filled)[form.first - 1][1:], notes(filled)


@pytest.mark.parametrize(
    ("head", "value"),
    [
        ("研发经费支出（万元）", 80.25), ("2024年研发费用支出（万元）", 70),
        ("企业成立时间", date(2015, 3, 2)), ("企业注册日期", date(2015, 3, 2)),
        ("高企证书有效期", date(2026, 10, 15)), ("高企到期日", date(2026, 10, 15)),
        ("高新技术企业证书有效期限", date(2026, 10, 15)), ("高企证书有效期起止", SPAN),
        ("高企有效期起止日期", SPAN), ("2025年末职工总数", 100), ("上年末从业人员", 100),
        ("期末职工人数", 100), ("科技活动人员", 30),
    ],
)  # fmt: skip
def test_other_words(tmp_path: Path, head: str, value: object) -> None:
    row, _ = first_row(tmp_path, (head, "主营产品"))
    assert row == [value, "水泵"]


def test_validity_of_what_the_title_says(tmp_path: Path) -> None:
    heads = ("证书有效期", ("有效期", ("起", "止")), "证书有效期（起止）")
    row, said = first_row(tmp_path, heads, title="高新技术企业名单")
    assert row == [date(2026, 10, 15), date(2023, 10, 16), date(2026, 10, 15), SPAN]
    assert "最后一天" in said["B2"]
    row, said = first_row(tmp_path, ("证书有效期", "主营产品"))
    assert row == [None, "水泵"]
    assert "哪一种证书" in said["B2"]


def test_half_a_span_is_none(tmp_path: Path) -> None:
    row, said = first_row(tmp_path, ("高企有效期起止", "主营产品"), 高企发证日期=None)
    assert row == [None, "水泵"]
    assert "B3" in said


def test_the_ledgers_own_column_comes_first(tmp_path: Path) -> None:
    own = {"2025年末职工总数": 96, "高企证书有效期": "2023.10.16-2026.10.15"}
    row, _ = first_row(tmp_path, ("2025年末职工总数", "高企证书有效期"), **own)
    assert row == [96, "2023.10.16-2026.10.15"]


def test_an_average_is_not_the_years_end(tmp_path: Path) -> None:
    firms = [{"企业名称": "试验甲科技有限公司", "2025年职工年平均人数": 90, "主营产品": "水泵"}]
    path = write_ledger(tmp_path / "台账.xlsx", firms)
    form = Drawn(("企业名称", "2025年末职工总数", "主营产品"))
    filled = fill(draw(tmp_path / "表.xlsx", form), path)
    assert values(filled)[2][1:] == [None, "水泵"]
    assert "平均" in notes(filled)["B3"]


def test_said_where_the_ledger_does_not_tell(tmp_path: Path) -> None:
    _, said = first_row(tmp_path, ("2025年末职工总数", "主营产品"))
    assert "年末" in said["B2"]
    assert "请核对" in said["B2"]


RD = "研发费用（万元）"


@pytest.mark.parametrize(
    ("title", "head", "value"),
    [
        ("科技型中小企业评价汇总表", RD, None),
        ("科小入库情况表", "研发投入（万元）", None),
        ("科技型中小企业评价汇总表", "研发费用占销售收入比例（%）", None),
        ("科技型中小企业评价汇总表", "享受加计扣除研发费用（万元）", 77),
        ("科技型中小企业评价汇总表", "研发费用（加计扣除口径）（万元）", 77),
        ("科技型中小企业评价汇总表", "研发费用（高企口径）（万元）", 80.25),
        ("科技型中小企业评价汇总表", "2025年研发人员数", 12),
        ("高新技术企业和科技型中小企业情况表", RD, 80.25),
        ("高新技术企业情况表", RD, 80.25),
        ("高新技术企业情况表", "享受加计扣除的研发费用（万元）", 77),
    ],
)
def test_two_calibres_are_never_mixed(
    tmp_path: Path, title: str, head: str, value: float | None
) -> None:
    more = {"2025年加计扣除研发费用（万元）": 77, "2025年研发人员数": 12}
    row, said = first_row(tmp_path, (head, "主营产品"), title=title, **more)
    assert row == [value, "水泵"]
    if value is None:
        assert "加计扣除口径" in said["B2"]
        assert "高企口径" in said["B2"]
