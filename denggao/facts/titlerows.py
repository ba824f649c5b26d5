"""资格证书 in rows: 资格类型, 证书编号, 发证日期, 有效期至 → Title."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from denggao.facts import cells
from denggao.facts.cells import BadCell
from denggao.facts.columns import Column
from denggao.facts.problems import Finding
from denggao.facts.titles import Title, full_kind
from denggao.facts.workbook import Cell

Report = Callable[[Column, object, Finding], None]


@dataclass
class TitleColumns:
    """The title columns of a table, by the kind that their heads imply ("" where the row
    itself names the kind) and the field of Title."""

    groups: dict[str, dict[str, Column]] = field(default_factory=dict)
    date1904: bool = False

    @classmethod
    def of(cls, columns: Iterable[Column], date1904: bool) -> TitleColumns:
        titles = cls(date1904=date1904)
        for column in columns:
            if column.meaning and column.meaning.role == "title":
                group = titles.groups.setdefault(column.meaning.kind, {})
                group.setdefault(column.meaning.code, column)
        return titles

    def __bool__(self) -> bool:
        return bool(self.groups)

    def titles(self, row: Sequence[Cell], report: Report) -> tuple[Title, ...] | None:
        """The titles of a row. ``()`` only where 资格类型 has a column and the firm's cells
        are all empty: it holds none. ``None``: the row says nothing about titles."""
        found = [self._title(kind, group, row, report) for kind, group in self.groups.items()]
        titles = tuple(title for title in found if title is not None)
        if titles:
            return titles
        explicit = self.groups.get("", {})
        says_none = "kind" in explicit and all(row[c.index] == "" for c in explicit.values())
        return () if says_none else None

    def column_of(self, part: str) -> Column | None:
        """The first column that states this field of a certificate."""
        return next((group[part] for group in self.groups.values() if part in group), None)

    def _title(
        self, kind: str, group: dict[str, Column], row: Sequence[Cell], report: Report
    ) -> Title | None:
        values: dict[str, Any] = {}
        for part, column in group.items():
            try:
                values[part] = self._value(part, row[column.index])
            except BadCell as bad:
                report(column, row[column.index], bad.finding)
        if not any(values.values()):
            return None
        issued, until = values.get("issued_on"), values.get("valid_to")
        if issued is not None and until is not None and until < issued:
            column = group["valid_to"]
            report(column, row[column.index], _backwards(group["issued_on"], issued))
        number = values.get("number")
        stated = full_kind(values.get("kind") or kind or "")
        return Title(
            kind=stated or _kind_of_number(number),
            number=number,
            issued_on=issued,
            valid_to=until,
            cancelled_on=values.get("cancelled_on"),
        )

    def _value(self, part: str, cell: Cell) -> Any:
        if cell == "":
            return None
        if part in ("kind", "number"):
            words = cells.text(cell)
            return None if words == "无" else words
        return cells.date(cell, self.date1904)


def _backwards(column: Column, issued: date) -> Finding:
    other = f"{column.letter}列“{column.head}”是 {issued}"
    advice = f"早于同一行的发证日期（{other}），两个日期都不用；请核对哪一个写错了"
    return Finding("title_backwards", "不早于发证日期的日期", advice)


def _kind_of_number(number: str | None) -> str:
    """GR + four digits of the year is the number of a 高新技术企业 certificate."""
    if number and number[:2].upper() in ("GR", "GF") and number[2:6].isdigit():
        return "高新技术企业"
    return ""
