"""Blank forms as superiors draw them, and a ledger to fill them from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter

from denggao.cli.app import main

AS_OF = "2026-06-30"
#: 「group」: [leaves], or a head over both rows.
Heads = Sequence[str | tuple[str, Sequence[str]]]

LEDGER_HEADS = (
    "企业名称", "统一社会信用代码", "成立日期", "所在区县", "所属乡镇", "联系人", "联系电话",
    "主营产品", "技术领域", "规模以上", "2025年查账征收",
    "2023年销售收入（万元）", "2024年销售收入（万元）", "2025年销售收入（万元）",
    "2023年研发费用（万元）", "2024年研发费用（万元）", "2025年研发费用（万元）",
    "2025年职工总数", "2025年科技人员数", "2025年资产总额（万元）", "2025年负债总额（万元）",
    "一类知识产权数", "二类知识产权数", "高企证书编号", "高企发证日期", "高企有效期至",
)  # fmt: skip
FIRMS: tuple[dict[str, Any], ...] = (
    dict(zip(LEDGER_HEADS, (
        "试验甲科技有限公司", "99010100MNXYAAAA1W", date(2015, 3, 2), "安宁区", "东镇", "王某",
        "13800000001", "水泵", "1.1.10", "是", "是", 1000, 1200, 1500.5, 60, 70, 80.25,
        100, 30, 2000, 700, 1, 3, "GR202399000001", date(2023, 10, 16), date(2026, 10, 15),
    ), strict=True)),
    dict(zip(LEDGER_HEADS, (
        "试验乙新材料有限公司", "99010100MNXYBBBB2M", date(2018, 5, 6), "西固区", "西镇", "李某",
        "13800000002", "铜箔", "4.1.1", "否", "否", 300, 400, "500余", 20, 25, None,
        50, 10, 900, None, 0, 6, None, None, None,
    ), strict=True)),
    dict(zip(LEDGER_HEADS, (
        "=试验丙软件有限公司"[1:], "99010100MNXYCCCC3E", date(2020, 9, 1), "安宁区", None, None,
        None, "软件", "1.1.11", "否", "是", 100, 200, 300, 30, 40, 50.000001,
        20.5, 12, 500, 600, 2, 0, None, None, None,
    ), strict=True)),
)  # fmt: skip


def write_ledger(path: Path, firms: Sequence[Mapping[str, Any]] = FIRMS) -> Path:
    """The firms as a plain sheet, one row each."""
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet("台账")
        sheet.write_row(0, 0, list(firms[0]))
        for row, firm in enumerate(firms, 1):
            for column, value in enumerate(firm.values()):
                if isinstance(value, date):
                    sheet.write_datetime(row, column, value)
                elif value is not None:
                    sheet.write(row, column, value)
    return path


@dataclass
class Drawn:
    """How a form is drawn. ``body`` are rows already written, ``blank`` blank ones after them;
    ``below`` the lines under the table; ``more`` draws more on the sheet (book, sheet)."""

    heads: Heads
    title: str = "情况汇总表"
    unit: str = ""
    body: Sequence[Sequence[Any]] = ()
    blank: int = 3
    below: Sequence[str] = ("注：请如实填写", "填表人：        审核人：")
    total: bool = False
    sheet: str = "表1"
    more: Any = None
    formats: Mapping[int, str] = field(default_factory=dict)

    @property
    def width(self) -> int:
        return sum(1 if isinstance(head, str) else len(head[1]) for head in self.heads)

    @property
    def first(self) -> int:
        """The first row of the body, from 1."""
        two = any(not isinstance(head, str) for head in self.heads)
        return 1 + 1 + bool(self.unit) + two + 1


def draw(path: Path, *forms: Drawn) -> Path:
    """Each form on its own sheet."""
    with xlsxwriter.Workbook(str(path)) as book:
        for form in forms:
            _draw(book, book.add_worksheet(form.sheet), form)
    return path


def _draw(book: Any, sheet: Any, form: Drawn) -> None:
    box = book.add_format({"border": 1})
    sheet.merge_range(0, 0, 0, form.width - 1, form.title, box)
    row = 1
    if form.unit:
        sheet.write(1, 0, form.unit)
        row = 2
    two = form.first - row == 3
    column = 0
    for head in form.heads:
        if isinstance(head, str):
            if two:
                sheet.merge_range(row, column, row + 1, column, head, box)
            else:
                sheet.write(row, column, head, box)
            column += 1
            continue
        group, leaves = head
        sheet.merge_range(row, column, row, column + len(leaves) - 1, group, box)
        for leaf in leaves:
            sheet.write(row + 1, column, leaf, box)
            column += 1
    at = form.first - 1
    looks = {c: book.add_format({"border": 1, "num_format": f}) for c, f in form.formats.items()}
    for line in (*form.body, *[()] * form.blank):
        for index in range(form.width):
            value = line[index] if index < len(line) else None
            sheet.write(at, index, value, looks.get(index, box))
        at += 1
    if form.total:
        sheet.write(at, 0, "合计", box)
        at += 1
    for words in form.below:
        sheet.write(at, 0, words)
        at += 1
    if form.more:
        form.more(book, sheet)


def fill(form: Path, ledger: Path, *options: str, code: int = 0) -> Path:
    """Run the command; returns the filled form."""
    target = form.with_name(f"{form.stem}-填.xlsx")
    arguments = ["fill", str(form), "--ledger", str(ledger), "-o", str(target), "--as-of", AS_OF]
    assert main([*arguments, *options]) == code
    return target


def values(path: Path, sheet: str = "表1") -> list[list[Any]]:
    """Every row as values; dates without their time."""
    rows = openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)
    return [[v.date() if hasattr(v, "date") else v for v in row] for row in rows]


def notes(path: Path, sheet: str = "表1") -> dict[str, str]:
    """Comments by cell."""
    cells = (c for row in openpyxl.load_workbook(path)[sheet].iter_rows() for c in row)
    return {c.coordinate: c.comment.text for c in cells if c.comment}
