"""Of which year a row of a form is, where the row itself says so: a column 年度, 季度 or 报告期
that is filled in, or a line 「2023年」 above it. The ledger knows whole years only."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from denggao.documents.filling.answers import Answer
from denggao.documents.filling.areas import FormTable
from denggao.documents.filling.asks import Ask, Share
from denggao.documents.filling.context import Context
from denggao.documents.filling.headrows import HeadColumn, Meant, is_dated, is_span
from denggao.documents.filling.layout import Layout
from denggao.facts.enterprise import key_of
from denggao.facts.headparts import head_part
from denggao.facts.heads import normal
from denggao.facts.toldyear import whole_years

_WHOLE = frozenset({"全年", "年报", "年度", "全年度", "年", "整年"})
_NUMBERED = re.compile(
    r"^[(（]?(?:[0-9]{1,2}|[一二三四五六七八九十]{1,2})(?:[)）、]|[.．](?![0-9]))\s*"
)


@dataclass(frozen=True, slots=True)
class Period:
    """``year`` if it is a whole one; ``said`` is what the form says."""

    year: int | None
    said: str


def period_of(texts: Sequence[str], application_year: int) -> Period | None:
    """What the cells of one row say together (年度 and 季度 may be two columns), ``None`` for
    nothing."""
    told = [text for text in texts if text.strip()]
    if not told:
        return None
    years = {_year(text, application_year) for text in told} - {0}
    return Period(years.pop() if len(years) == 1 else None, " ".join(told))


def _year(text: str, application_year: int) -> int | None:
    """A whole year; 0 for 「全年」, which names none; ``None`` for anything else."""
    words = whole_years(unicodedata.normalize("NFKC", text)).removesuffix(".0")
    if words in _WHOLE:
        return 0
    part = head_part(re.sub(r"(?<=[0-9])年?(?:全年|年报)$", "年", words), application_year)
    if part.words or part.bad or part.year_end or part.unit:
        return None
    return part.year


def section_of(label: str, application_year: int) -> Period | None:
    """The period of the rows below a line that says nothing else: 「一、2023年度」."""
    words = _NUMBERED.sub("", label).strip(" :：")
    words = re.sub(r"(?:数据|情况|部分|企业)$", "", words)
    if not re.search(r"[0-9一二三四上下]", words):
        return None
    year = _year(words, application_year)
    if year or (year is None and _PART.fullmatch(whole_years(words))):
        return Period(year, label)
    return None


_PART = re.compile(
    r"(?:(?:19|20)?[0-9]{2}年度?)?(?:第?[一二三四1-4]季度?|前[二三]季度|[上下]半年|[0-9]{1,2}月份?"
    r"|[0-9]{1,2}月?[-—–~至到][0-9]{1,2}月份?)|(?:19|20)[0-9]{2}[qQ][1-4]"
)


@dataclass(frozen=True)
class Periods:
    """Of the rows of one table, by their numbers in the form. ``is_open``: the table has a
    column of months or quarters that nobody has filled in yet."""

    by_row: Mapping[int, Period]
    application_year: int
    is_open: bool = False

    @classmethod
    def of_table(
        cls, layout: Layout, table: FormTable, meant: Meant, year: int, is_whole: bool
    ) -> Periods:
        """``year`` is that of application; ``is_whole``: the user says that all figures are of
        whole years."""
        columns = [column for column in table.columns if is_dated(column, meant)]
        parts = [column for column in columns if is_span(column.levels[-1])]
        by_row: dict[int, Period] = {}
        section: Period | None = None
        for row in table.rows:
            if row.kind == "labelled":
                section = section_of(row.label, year) or section
                continue
            told = [_told(layout.text(row.row, c.index), c, year) for c in columns]
            period = period_of(told, year) or section
            if period and not is_whole and not all(layout.text(row.row, c.index) for c in parts):
                period = Period(None, f"{period.said}（{parts[0].head}没有写）")
            if period:
                by_row[row.row] = period
        return cls(by_row, year, bool(parts) and not by_row)

    @classmethod
    def of_card(
        cls, heads: Sequence[HeadColumn], said: Sequence[str], meant: Meant, context: Context
    ) -> Periods:
        """A card is one row, of number 0; ``said`` is what stands beside its labels."""
        year = context.application_year
        dated = [(head, text) for head, text in zip(heads, said, strict=True)
                 if is_dated(head, meant)]  # fmt: skip
        period = period_of([_told(text, head, year) for head, text in dated], year)
        is_open = context.report_year is None and any(
            is_span(head.levels[-1]) and not text for head, text in dated
        )
        if period and is_open:
            period = Period(None, period.said)
        return cls({0: period} if period else {}, year, is_open and not period)

    def around(self, context: Context) -> Context:
        """The surroundings, as the rows themselves make them."""
        if self.by_row:
            return replace(context, rows_tell=True)
        return replace(context, in_parts=True) if self.is_open else context

    def of(self, row: int) -> Period | None:
        """Of which period a row of the form is, ``None`` if it does not say."""
        return self.by_row.get(row)

    def are_many(self, rows: Iterable[int]) -> bool:
        """Are these rows of different periods?"""
        return len({self.by_row.get(row) for row in rows}) > 1

    def asked(self, ask: Ask, row: int) -> tuple[Ask, str]:
        """(what the column asks for in that row, why nothing can be filled in)."""
        period = self.by_row.get(row)
        if not self.by_row or ask.refused:
            return ask, ""
        if ask.kind == "year":
            return _told_year(ask, period) if period else ask, ""
        if not _may_change(ask):
            return ask, ""
        if period is None:
            return ask, "别的行写明了年度，这一行没有写，没有填" if ask.undated else ""
        if ask.kind == "title" or (ask.kind == "fact" and not ask.fact.yearly):
            now = period.year in (self.application_year, self.application_year - 1)
            return ask, "" if now else f"台账里是现在的情况，不是“{period.said}”的，没有填"
        if period.year is None:
            return ask, f"这一行是“{period.said}”的，台账里只有整年的数，没有填"
        if ask.relative and period.year != self.application_year - 1:
            why = f"这一行是 {period.year} 年，表头又说“{ask.relative}”，说不准是哪一年，没有填"
            return ask, why
        return (in_year(ask, period.year) if ask.undated else ask), ""

    def doubt(self, answer: Answer, ask: Ask, row: int) -> str:
        """Why a number of the ledger's column of the same head, which says no year, must not
        stand in that row; "" if it may."""
        period = self.by_row.get(row)
        if ask.kind != "carry" or period is None or not isinstance(answer.value, Decimal):
            return ""
        if period.year == self.application_year - 1:
            return ""
        return f"台账的同名列没有写明是“{period.said}”的数，没有照抄"


def _told(text: str, column: HeadColumn, year: int) -> str:
    """填报年度 is the year in which the form is filled in: the figures are of the last one."""
    filed = normal(column.levels[-1]) == "填报年度" and _year(text, year)
    return f"{year - 1}年" if filed in (year, year - 1) else f"填报年度{text}" if filed else text


def _told_year(ask: Ask, period: Period) -> Ask:
    return replace(ask, key=str(period.year)) if period.year else replace(ask, kind="none")


def _may_change(ask: Ask) -> bool:
    """May the answer differ from one year to the next?"""
    if ask.kind == "fact":
        return ask.fact.yearly or ask.fact.numeric or ask.fact.unit == "是否"
    return ask.kind in ("share", "title")


def in_year(ask: Ask, year: int) -> Ask:
    """The same of another year."""
    if ask.share:
        return replace(ask, share=_moved(ask.share, year))
    return replace(ask, key=key_of(ask.fact.code, year))


def _moved(share: Share, year: int) -> Share:
    above, below = (tuple(key_of(key.partition("@")[0], year) for key in keys)
                    for keys in (share.above, share.below))  # fmt: skip
    return Share(above, below)
