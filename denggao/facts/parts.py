"""What came from where: one part for each table read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from denggao.facts.catalogue import catalogue
from denggao.facts.columns import Column

_TITLE_PARTS = {
    "kind": "资格类型",
    "number": "证书编号",
    "issued_on": "发证日期",
    "valid_to": "有效期至",
    "cancelled_on": "取消日期",
}


@dataclass(frozen=True, slots=True)
class PartColumn:
    """A column of a table: its Excel letter, its head, and what it was read as in Chinese
    (「2024年销售收入」), "" where it was not understood; the ``factor`` of its unit for amounts
    of money (万元: 10000), else ``None``; the ``key`` of the fact that it states (``sales@2024``,
    ``sales`` where the year stands in the row)."""

    letter: str
    head: str
    read_as: str
    factor: int | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One table. ``rows`` were read and ``skipped`` (by reason) were not; together they are all
    rows below the heads. Of its ``firms`` some are ``new`` here, the others an earlier table
    told of; ``conflicts`` are its rows or cells that contradict what stands elsewhere. Its rows
    begin at ``first_row`` of the sheet, from 1."""

    file: str
    sheet: str
    rows: int
    skipped: Mapping[str, int]
    firms: int
    new: int
    conflicts: int
    columns: tuple[PartColumn, ...]
    first_row: int = 0

    @property
    def known(self) -> int:
        """Firms that an earlier table had told of."""
        return self.firms - self.new


def part_column(column: Column, is_id: bool, unit: int | None) -> PartColumn:
    """What a column was read as; ``unit`` is the factor of the table's unit line."""
    factor = None
    if column.fact_code and column.meaning and catalogue()[column.fact_code].unit == "元":
        factor = column.meaning.factor or unit or 1
    return PartColumn(column.letter, column.head, _read_as(column, is_id), factor, column.key)


def _read_as(column: Column, is_id: bool) -> str:
    meaning = column.meaning
    if is_id:
        return "标识列"
    if meaning is None:
        return ""
    match meaning.role:
        case "year":
            return "年度"
        case "share":
            return f"{meaning.words}（只用来核对）"
        case "title":
            return f"{meaning.kind or '资格证书'}：{_TITLE_PARTS.get(meaning.code, meaning.code)}"
        case "fact":
            year = f"{meaning.year}年" if meaning.year else ""
            return year + catalogue()[meaning.code].name
    return "不读（序号等）"
