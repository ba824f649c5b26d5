"""资格证书 in rows: 资格类型, 证书编号, 发证日期, 有效期至 → Title."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from denggao.facts import cells
from denggao.facts.cells import BadCell
from denggao.facts.columns import Column
from denggao.facts.likeness import LEAST
from denggao.facts.problems import Finding
from denggao.facts.titles import KINDS, Title, full_kind
from denggao.facts.workbook import Cell

Report = Callable[[Column, object, Finding], None]


@dataclass
class TitleColumns:
    """The title columns of a table, by the kind that their heads imply ("" where the row
    itself names the kind) and the field of Title."""

    groups: dict[str, dict[str, Column]] = field(default_factory=dict)
    date1904: bool = False
    _kinds: dict[str, str] = field(default_factory=dict)

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
        are all empty, or say so (无, —): it holds none. ``None``: the row says nothing."""
        found = [self._title(kind, group, row, report) for kind, group in self.groups.items()]
        titles = tuple(title for title in found if title is not None)
        if titles:
            return titles
        explicit = self.groups.get("", {})
        says_none = "kind" in explicit and all(_is_none(row[c.index]) for c in explicit.values())
        return () if says_none else None

    def column_of(self, part: str) -> Column | None:
        """The first column that states this field of a certificate."""
        return next((group[part] for group in self.groups.values() if part in group), None)

    def _title(
        self, kind: str, group: dict[str, Column], row: Sequence[Cell], report: Report
    ) -> Title | None:
        values: dict[str, Any] = {}
        unclear = False
        for part, column in group.items():
            cell = row[column.index]
            try:
                values[part] = self._kind(cell) if part == "kind" else self._value(part, cell)
            except BadCell as bad:
                report(column, cell, bad.finding)
                unclear = unclear or bad.finding.kind == "unknown_kind"
        if not any(values.values()) and not unclear:
            return None
        issued, until = values.get("issued_on"), values.get("valid_to")
        if issued is not None and until is not None and until < issued:
            column = group["valid_to"]
            report(column, row[column.index], _backwards(group["issued_on"], issued))
        number = values.get("number")
        return Title(
            kind=values.get("kind") or full_kind(kind) or _kind_of_number(number),
            number=number,
            issued_on=issued,
            valid_to=until,
            cancelled_on=values.get("cancelled_on"),
        )

    def _kind(self, cell: Cell) -> str | None:
        """In full; another title than the laws know as it is written. Raises BadCell for what
        is nearly one of those: taken as written, the firm would not hold it."""
        words = None if _is_none(cell) else cells.label(cell)
        if words is None:
            return None
        if words not in self._kinds:
            kind = full_kind(words)
            self._kinds[words] = kind if kind in KINDS.values() or not _nearest(kind) else ""
        kind = self._kinds[words]
        if not kind:
            like = _nearest(full_kind(words))
            advice = f"像“{like}”，但不是；暂按不知道是哪种资格处理；请写资格的全称"
            raise BadCell("unknown_kind", "资格的全称，如“高新技术企业”", advice)
        return kind

    def _value(self, part: str, cell: Cell) -> Any:
        if _is_none(cell):
            return None
        if part == "number":
            return cells.label(cell)
        return cells.date(cell, self.date1904)


_NONE = frozenset({"", "无", "没有", "-", "--", "—", "——", "–", "/", "未认定", "未取得", "未获得"})


def _is_none(cell: Cell) -> bool:
    return cell == "" or (isinstance(cell, str) and cells.tidy(cell) in _NONE)


def _nearest(words: str) -> str:
    """The title that these words are nearly; "" if there is none."""
    from rapidfuzz import fuzz, process

    found = process.extractOne(words, KINDS.keys(), scorer=fuzz.ratio, score_cutoff=LEAST * 100)
    return KINDS[found[0]] if found else ""


def _backwards(column: Column, issued: date) -> Finding:
    other = f"{column.letter}列“{column.head}”是 {issued}"
    advice = f"早于同一行的发证日期（{other}），两个日期都不用；请核对哪一个写错了"
    return Finding("title_backwards", "不早于发证日期的日期", advice)


def _kind_of_number(number: str | None) -> str:
    """GR + four digits of the year is the number of a 高新技术企业 certificate."""
    if number and number[:2].upper() in ("GR", "GF") and number[2:6].isdigit():
        return "高新技术企业"
    return ""
