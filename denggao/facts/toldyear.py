"""Of which year a table is, by its title or its sheet's name; or why its figures are of none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

#: A year's last month or all its months say the whole year.
_WHOLE_YEAR = re.compile(r"年(?:1月?[-—–~至到]+12月(?:份|末|底)?|12月(?:末|底))")
_YEAR = re.compile(
    r"(?<![\d近满第前后])(?:20(\d\d)(?=年|$)|([12]\d)(?=年))"
    r"(?:年度?(?!\d|.{0,2}(?:修[订正]|版|印发|发布|施行)))?(?!年)"
)
_SEVERAL = re.compile(r"(?<!\d)20\d\d年?度?\s*[-—–~至到、和及与]+\s*20\d\d(?:年|$)")
_PERIOD = re.compile(
    r"(?<!\d)\d{1,2}月?[-—–~至到]+\d{1,2}月|[一二三四1-4][、\-至]?[一二三四1-4]?季(?:度|末|$)|前[二三两]季|"
    r"季报|[上下]半年|月报|[上中下]旬|周报|旬报|月份|^\d{1,2}月$"
)
_PLAN = re.compile(
    r"目标(?!企业|单位|库|名单)|预[计测算]|(?<!培育)(?<!科技)计划(?!入库|企业|名单|项目)"
)
#: A sentence is no title.
_SENTENCE = re.compile(
    r"根据|依据|按照|办法|^注|说明[:：]|(?:填[表报]|制表|报送)(?:说明|日期|时间|人|单位)|截止|日期"
)
#: A column of periods: the figures of a row are of one month or quarter.
_PERIOD_HEADS = frozenset({"季度", "月份", "月度", "所属月份", "所属季度", "统计月份", "数据月份"})


def told_year(
    titles: Iterable[object], sheet: str, application_year: int
) -> tuple[int | None, str]:
    """(year, ""), or (``None``, why figures without a year of their own are of none). Never the
    application year itself, of which there can be no figures yet, nor the date on which a list
    was made; (``None``, "") where nothing is told."""
    texts = [whole_years(text) for text in titles if isinstance(text, str)]
    title = " ".join(text for text in texts if not is_sentence(text))
    name = whole_years(sheet)
    for told in (title, name):
        words = _PERIOD.search(told) or _PLAN.search(told)
        if words:
            return None, f"标题或工作表名里有“{words.group(0)}”，数额不是全年的实际数"
    years = [year for year in (_year(title), _year(name)) if year and year < application_year]
    if len(set(years)) > 1:
        return None, f"标题说 {years[0]} 年，工作表名说 {years[1]} 年，说不准是哪一年的数"
    return (years[0] if years else None), ""


def is_sentence(text: str) -> bool:
    """Does a text above a table explain or date it (「根据…」) rather than name it?"""
    return _SENTENCE.search(text) is not None


def is_period(head: str) -> bool:
    """Is this (in normal form) the head of a column of months or quarters?"""
    return head in _PERIOD_HEADS


def _year(told: str) -> int | None:
    if _SEVERAL.search(told):
        return None
    years = {2000 + int(full or short) for full, short in _YEAR.findall(told)}
    return years.pop() if len(years) == 1 else None


def whole_years(text: str) -> str:
    """A text without blanks, in half width, with 「2023年1-12月」 as 「2023年」."""
    return _WHOLE_YEAR.sub("年", "".join(unicodedata.normalize("NFKC", text).split()))
