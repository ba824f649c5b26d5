"""Two blank tables, one below the other on one sheet: each is filled."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
import xlsxwriter

from tests.documents.filling.forms import FIRMS, fill, values, write_ledger

NAMES = [firm["企业名称"] for firm in FIRMS]
PAIRS = (
    (("企业名称", "2025年销售收入"), ("企业名称", "2025年职工总数")),
    (("企业名称", "2024年销售收入", "联系人"), ("企业名称", "2023年研发费用", "联系人")),
    (("序号", "企业名称", "2024年研发费用"), ("序号", "企业名称", "2024年研发费用")),
)


def _draw(path: Path, pair: tuple[tuple[str, ...], ...], merged: bool, gap: int, unit: str) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, box, row = book.add_worksheet("表1"), book.add_format({"border": 1}), 0
        for title, heads in zip(("一、经营情况", "二、研发情况"), pair, strict=True):
            if merged:
                sheet.merge_range(row, 0, row, len(heads) - 1, title)
            else:
                sheet.write(row, 0, title)
            if unit:
                sheet.write(row + 1, 0, unit)
                row += 1
            sheet.write_row(row + 1, 0, heads, box)
            for line in range(row + 2, row + 5):
                sheet.write_row(line, 0, [""] * len(heads), box)
            row += 5 + gap
    return path


@pytest.mark.parametrize(
    ("merged", "gap", "unit"), list(product((True, False), (0, 1), ("", "单位：万元")))
)
def test_both_are_filled(tmp_path: Path, merged: bool, gap: int, unit: str) -> None:
    ledger = write_ledger(tmp_path / "台账.xlsx")
    for number, pair in enumerate(PAIRS):
        form = _draw(tmp_path / f"表{number}.xlsx", pair, merged, gap, unit)
        filled = values(fill(form, ledger))
        tops = [row for row, line in enumerate(filled) if "企业名称" in line]
        assert len(tops) == 2
        for top, heads in zip(tops, pair, strict=True):
            named = [line[heads.index("企业名称")] for line in filled[top + 1 : top + 4]]
            assert named == NAMES
            assert all(isinstance(line[2 % len(heads)], str | int | float) for line in
                       filled[top + 1 : top + 3])  # fmt: skip
        first = [line[0] for line in filled]
        assert {"一、经营情况", "二、研发情况"} <= set(first)
