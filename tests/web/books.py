"""Small ledgers of invented firms, written by the tests themselves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from denggao.facts.identity import code_fault

HEADS = (
    "企业名称",
    "统一社会信用代码",
    "所在区县",
    "2024年销售收入（万元）",
    "2025年销售收入（万元）",
    "职工总数",
)


def code(number: int, division: str = "620102") -> str:
    """A credit code with a right check digit, of no real firm (MNXY…)."""
    stem = f"91{division}MNXY{number:05d}"
    return next(
        stem + last for last in "0123456789ABCDEFGHJKLMNPQRTUWXY" if not code_fault(stem + last)
    )


def row(number: int, *values: Any, name: str = "", district: str = "城关区") -> list[Any]:
    """One firm."""
    return [name or f"模拟县第{number}号科技有限公司", code(number), district, *values]


def book(path: Path, rows: Sequence[Sequence[Any]], heads: Sequence[str] = HEADS) -> Path:
    """A workbook with one sheet 台账 and its title above."""
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet("台账")
        sheet.write(0, 0, "模拟台账（模拟数据）")
        for line, cells in enumerate([heads, *rows], 1):
            for column, cell in enumerate(cells):
                sheet.write(line, column, cell)
    return path
