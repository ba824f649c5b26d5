"""What stands around a table and changes what its heads ask for: unit line, year, period."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from denggao.facts.titles import KINDS

_MONEY = {"元": 1, "千元": 10**3, "万元": 10**4, "百万元": 10**6, "千万元": 10**7, "亿元": 10**8}
_MONEY_WORD = re.compile(r"(?:百万|千万|千|万|亿)?元")
_UNIT_LINE = re.compile(
    r"(?<!填报)(?<!申报)(?<!推荐)单\s*位\s*(?:均?[为是]|[:：])\s*([^。;；)）]{1,24})"
)
_BRACKETED = re.compile(r"[(（\[]\s*((?:百万|千万|千|万|亿)?元)\s*[)）\]]")
_DAY = re.compile(r"(?:[0-9]{4}|\s)*\s*年\s*[0-9]*\s*月\s*[0-9]*\s*日|(?<=12)月(?:末|底)")
#: A year, but not of an edition (2016版) or a document (国科发火〔2016〕32号).
_YEAR = re.compile(
    r"(?<![0-9〔\[])((?:19|20)[0-9]{2})"
    r"(?![0-9]|[〕\])]\d+号|年?度?.{0,2}(?:修[订正]|版|印发|发布|施行))"
)
_PERIOD = re.compile(r"[0-9一二三四五六七八九十]月|季度?|半年|[上中下]旬|周报|本周|月报|旬报")
_IN_PARTS = "这张表按月、季或周填，台账里只有全年数；是全年数的请用 --year 写明年度"
#: 「统计年度：2023年」 above a table says of which year it is.
_LINE = re.compile(
    r"(?:年度|年份|报告期|所属期|统计期|期间|(?:统计|数据|所属)时间)\s*[:：]\s*[^；;，,。]*[0-9一二三四上下]"
)
_APPLICATION = re.compile(
    r"申报|认定|评价|评审|申请|推荐|入库|拟|计划|培育|第.{1,2}批|更名|公示|名单"
)
_THIS_YEAR = re.compile(r"本年|当年|本期|今年|报告期|报告年")


@dataclass(frozen=True)
class Context:
    """``application_year`` is N (上年 = N − 1); ``report_year`` is the year called 本年, by the
    user or, where a head says 本年, by the title; ``report_words`` says by which. ``unit`` is
    the factor of the unit line; ``units_clash``: it names two. ``title`` is the table's title
    with the sheet's name; ``this_year``: a head says 本年. ``rows_tell``: the rows say of which
    year they are; ``in_parts``: of which month or quarter, but nobody has filled it in."""

    application_year: int
    report_year: int | None
    report_words: str
    title: str
    unit: int | None
    units_clash: bool
    this_year: bool
    rows_tell: bool = False
    in_parts: bool = False

    @classmethod
    def of(
        cls, year: int, report_year: int | None, title: str, texts: Iterable[str], heads: str
    ) -> Context:
        texts = [_narrow(text) for text in texts]
        title = " ".join([title, *(text for text in texts if _LINE.search(text))])
        units = {unit for text in texts for unit in _units(text)}
        clash = len(units) > 1
        unit = units.pop() if len(units) == 1 else None
        said = _THIS_YEAR.search(heads) is not None
        words = f"按 --year 说的 {report_year} 年填"
        if report_year is None and said:
            report_year = _year_of_report(_narrow(title))
            words = f"按表题的 {report_year} 年填"
        return cls(year, report_year, words, _narrow(title), unit, clash, said)

    @property
    def title_kind(self) -> str:
        """The one kind of title (高新技术企业 …) that the table is about, or ""."""
        rest, kinds = self.title, set()
        for words in sorted(KINDS, key=len, reverse=True):
            if words in rest:
                kinds.add(KINDS[words])
                rest = rest.replace(words, " ")
        return kinds.pop() if len(kinds) == 1 else ""

    @property
    def taxes_calibre(self) -> bool:
        """Is the table about 科技型中小企业 alone, whose research is reckoned by the tax rules?"""
        words = self.title.replace("高新技术企业", "高企")
        return "高企" not in words and ("科技型中小企业" in words or "科小" in words)

    def said(self, levels: tuple[str, ...]) -> tuple[str, ...]:
        """The levels of a head with 本年 and 上年 as years, once the user said which."""
        if self.report_year is None or not self.this_year:
            return levels
        year = self.report_year
        now = (re.sub(r"本年度?|当年度?|本期|今年", f"{year}年", level) for level in levels)
        return tuple(re.sub(r"上一?年度?|去年", f"{year - 1}年", level) for level in now)

    def year(self) -> tuple[int | None, str]:
        """(year, what was assumed) for a yearly fact whose head names no year; (None, why not)
        where the form leaves it open."""
        if self.rows_tell:
            return self.application_year - 1, "表头没有年度，按各行写的年度填"
        if self.report_year is not None:
            return self.report_year, f"表头没有年度，{self.report_words}"
        if self.in_parts:
            return None, _IN_PARTS
        bare = _DAY.sub(" ", self.title)
        if _PERIOD.search(bare):
            return None, _IN_PARTS
        years = {int(year) for year in _YEAR.findall(bare)}
        last = self.application_year - 1
        if len(years) > 1:
            return None, "表题里有几个年度，表头没有写明是哪一年；请用 --year 写明"
        year = years.pop() if years else None
        if year in (None, last, self.application_year):
            return last, f"表头没有年度，按上年（{last} 年）填"
        assert year is not None
        if year < last and not _APPLICATION.search(bare):
            return year, f"表头没有年度，按表题的 {year} 年填"
        return None, f"表题写的是 {year} 年，说不准要哪一年的数；请用 --year 写明"

    def relative_is_open(self, levels: tuple[str, ...], year: int) -> bool:
        """「上年」 beside 「本年」: of which year is the table?"""
        text = _narrow("".join(levels))
        stated = str(year) in text or f"{year % 100:02d}年" in text
        return self.this_year and self.report_year is None and not stated


def _year_of_report(title: str) -> int | None:
    """「2024年度…情况报表」 with a column 本年: 2024."""
    bare = _DAY.sub(" ", title)
    years = {int(year) for year in _YEAR.findall(bare)}
    if len(years) != 1 or _PERIOD.search(bare) or _APPLICATION.search(bare):
        return None
    return years.pop()


def _narrow(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _units(text: str) -> set[int]:
    """Every unit of money that a line of the form declares."""
    found = set(_BRACKETED.findall(text))
    for match in _UNIT_LINE.finditer(text):
        declared = match.group(1)
        first = _MONEY_WORD.findall(re.split(r"[,，]", declared)[0])
        found.update(first or _MONEY_WORD.findall(declared))
    return {_MONEY[word] for word in found}
