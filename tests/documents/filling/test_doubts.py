"""What the ledger reader doubts is filled in with a comment; wrong credit codes are not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.documents.filling.forms import Drawn, draw, fill, notes, values, write_ledger

SALES = ("2024年销售收入（万元）", "2025年销售收入（万元）")
HEADS = ("企业名称", "统一社会信用代码", *SALES)


def _ledger(folder: Path, *firms: tuple[Any, ...]) -> Path:
    rows = [dict(zip(HEADS, firm, strict=True)) for firm in firms]
    return write_ledger(folder / "台账.xlsx", rows)


GOOD = ("试验甲科技有限公司", "99010100MNXYAAAA1W", 1000, 1200)


def test_amounts_and_names_in_doubt_are_filled_with_a_comment(tmp_path: Path) -> None:
    odd = ("试验乙料技有限公司", "99010100MNXYBBBB2M", 500, 6_000_000)
    ledger = _ledger(tmp_path, GOOD, odd)
    form = draw(tmp_path / "表.xlsx", Drawn(("企业名称", *SALES), total=True))
    filled = fill(form, ledger)
    assert values(filled)[3][:3] == ["试验乙料技有限公司", 500, 6_000_000]
    said = notes(filled)
    assert "D3" in said["C4"]
    assert "元和万元" in said["C4"]
    assert "A3" in said["A4"]
    assert "请核对" in said["A4"]
    assert "1 户的数存疑" in said["C6"]
    assert not {"A3", "B3", "C3", "B4", "B6"} & set(said)
    marked = {row[2] for row in values(filled, "待填清单") if row[0] == "请核对"}
    assert marked == {"A4", "C4", "C6"}


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("99010100MNXYBBBB22", "校验位"),
        ("99010100MNXYBBBB2", "17 位"),
        ("620102200012345", "注册号"),
        (9.901e17, "文本"),
    ],
)
def test_wrong_codes_are_left_blank(tmp_path: Path, code: Any, why: str) -> None:
    ledger = _ledger(tmp_path, GOOD, ("试验乙科技有限公司", code, 500, 600))
    form = draw(tmp_path / "表.xlsx", Drawn(("企业名称", "统一社会信用代码", SALES[1])))
    filled = fill(form, ledger)
    assert [row[:3] for row in values(filled)[2:4]] == [
        [GOOD[0], GOOD[1], 1200],
        ["试验乙科技有限公司", None, 600],
    ]
    assert why in notes(filled)["B4"]
    assert "B3" not in notes(filled)


def test_no_total_of_a_part(tmp_path: Path) -> None:
    """A firm that the ledger has not, or that the form says otherwise, makes the sum wrong."""
    ledger = _ledger(tmp_path, GOOD, ("试验乙科技有限公司", "99010100MNXYBBBB2M", 500, 600))
    listed = [["试验甲科技有限公司"], ["试验乙科技有限公司"]]

    def total(*body: list[Any]) -> tuple[Any, str]:
        drawn = Drawn(("企业名称", *SALES), body=body, blank=0, total=True)
        filled = fill(draw(tmp_path / "表.xlsx", drawn), ledger)
        row = 3 + len(body)
        return values(filled)[row - 1][2], notes(filled).get(f"C{row}", "")

    assert total(*listed) == (1800, "")
    value, said = total(*listed, ["试验丙科技有限公司"])
    assert value is None
    assert "1 户台账中找不到" in said
    value, said = total(listed[0], ["试验乙科技有限公司", None, 999])
    assert value is None
    assert "1 户的数与台账不同" in said
