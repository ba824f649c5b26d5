"""资格证书 in rows: 资格类型, 证书编号, 发证日期, 有效期至 → Title."""

from __future__ import annotations

import re
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
    _kinds: dict[str, tuple[str, ...] | Finding] = field(default_factory=dict)

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
        titles = tuple(
            title
            for kind, group in self.groups.items()
            for title in self._told(kind, group, row, report)
        )
        if titles:
            return titles
        explicit = self.groups.get("", {})
        says_none = "kind" in explicit and all(_is_none(row[c.index]) for c in explicit.values())
        return () if says_none else None

    def column_of(self, part: str) -> Column | None:
        """The first column that states this field of a certificate."""
        return next((group[part] for group in self.groups.values() if part in group), None)

    def _told(
        self, kind: str, group: dict[str, Column], row: Sequence[Cell], report: Report
    ) -> Sequence[Title]:
        """The certificate of these columns; several where one cell names several kinds."""
        values: dict[str, Any] = {}
        unclear = False
        for part, column in group.items():
            cell = row[column.index]
            try:
                values[part] = self._kinds_in(cell) if part == "kind" else self._value(part, cell)
            except BadCell as bad:
                report(column, cell, bad.finding)
                unclear = unclear or bad.finding.kind == "unknown_kind"
        if not any(values.values()) and not unclear:
            return ()
        kinds = values.get("kind") or ()
        if len(kinds) > 1:
            for part in values.keys() - {"kind"}:
                if values[part]:
                    report(group[part], row[group[part].index], _SHARED)
            return [Title(kind=one) for one in kinds]
        issued, until = values.get("issued_on"), values.get("valid_to")
        if issued is not None and until is not None and until < issued:
            column = group["valid_to"]
            report(column, row[column.index], _backwards(group["issued_on"], issued))
        number = values.get("number")
        title = Title(
            kind="".join(kinds) or full_kind(kind) or _kind_of_number(number),
            number=number,
            issued_on=issued,
            valid_to=until,
            cancelled_on=values.get("cancelled_on"),
        )
        return (title,)

    def _kinds_in(self, cell: Cell) -> tuple[str, ...]:
        """In full; another title than the laws know as it is written. Raises BadCell for what
        is nearly one of those, or no title: taken as written, the firm would not hold it."""
        words = None if _is_none(cell) else cells.label(cell)
        if words is None:
            return ()
        if words not in self._kinds:
            self._kinds[words] = _kinds(words)
        found = self._kinds[words]
        if isinstance(found, Finding):
            raise BadCell(found.kind, found.expected, found.advice)
        return found

    def _value(self, part: str, cell: Cell) -> Any:
        if _is_none(cell):
            return None
        if part == "number":
            return cells.label(cell)
        return cells.date(cell, self.date1904)


_NONE = frozenset({"", "无", "没有", "-", "--", "—", "——", "–", "/", "未认定", "未取得", "未获得"})


def _is_none(cell: Cell) -> bool:
    return cell == "" or (isinstance(cell, str) and cells.tidy(cell) in _NONE)


#: Words that say so, in a column of text.
NONE_WORDS = tuple(sorted(_NONE - {""}))


def kinds_named(words: str) -> tuple[str, ...]:
    """The kinds that a cell names, in full: none, one, several; ("",) where its words leave
    open which."""
    if _is_none(words):
        return ()
    try:
        label = cells.label(words)
    except BadCell:
        return ("",)
    found = _kinds(label) if label else ()
    return ("",) if isinstance(found, Finding) else found


_SHARED = Finding(
    "titles_share_a_date",
    "一行一项资格",
    "同一行写了几项资格，看不出这是哪一项的，没有读；请一项资格写一行",
)
#: Between several titles in one cell.
_BETWEEN = re.compile(r"[、/／，,；;|\n\r]+")
#: Somebody holds something; of what kind is not said.
_SAYS_TOO_LITTLE = frozenset(
    ("是", "有", "√", "✓", "✔", "已认定", "已获得", "已取得", "已通过", "通过", "认定", "高新")
)


def _kinds(words: str) -> tuple[str, ...] | Finding:
    """The titles that the words name, or why they leave open which."""
    if full_kind(words) in KINDS.values():
        return (full_kind(words),)
    parts = [part.strip() for part in _BETWEEN.split(words) if part.strip()]
    known = [full_kind(part) for part in parts]
    if not any(kind in KINDS.values() for kind in known):
        parts, known = [words], [full_kind(words)]
    for part, kind in zip(parts, known, strict=True):
        like = "" if kind in KINDS.values() else _nearest(kind)
        if like or cells.tidy(part) in _SAYS_TOO_LITTLE:
            said = f"像“{like}”，但不是；" if like else f"“{part}”没有说是哪种资格；"
            advice = f"{said}暂按不知道是哪种资格处理；请写资格的全称"
            return Finding("unknown_kind", "资格的全称，如“高新技术企业”", advice)
    return tuple(dict.fromkeys(known))


def _nearest(words: str) -> str:
    """The title that these words are nearly; "" if there is none."""
    from rapidfuzz import fuzz, process

    found = process.extractOne(words, KINDS.keys(), scorer=fuzz.ratio, score_cutoff=LEAST * 100)
    return KINDS[found[0]] if found else ""


def _backwards(column: Column, issued: date) -> Finding:
    other = f"{column.letter}列“{column.head}”是 {issued}"
    advice = f"早于同一行的发证日期（{other}），两个日期都不用；请核对哪一个写错了"
    return Finding("title_backwards", "不早于发证日期的日期", advice)


#: GR + four digits of the year is the number of a 高新技术企业 certificate.
TELLING_NUMBER, TOLD_KIND = "^[Gg][RrFf][0-9]{4}", KINDS["高企"]


def _kind_of_number(number: str | None) -> str:
    return TOLD_KIND if number and re.match(TELLING_NUMBER, number) else ""
