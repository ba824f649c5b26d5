"""A day in any spelling that ledgers have."""

from __future__ import annotations

import datetime
import re

from denggao.facts.celltext import PENDING, BadCell, refuse_broken, says_nothing, tidy

_DATE = re.compile(
    r"([0-9]{4})(?:([-/. ])([0-9]{1,2})\2([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})[日号]?)\.?"
    r"(?:[ T]*[0-9]{1,2}:[0-9]{1,2}(?::[0-9]{1,2}(?:\.0+)?)?)?"
)
_WEEKDAY = re.compile(r"\s*[(]?(?:星期|周)[一二三四五六日天][)]?")
_CHINESE_DATE = re.compile(
    r"[〇○零oO一二三四五六七八九]{4}年[一二三四五六七八九十]{1,3}月[一二三四五六七八九十]{1,3}[日号]?"
)
_CHINESE = {mark: str(n) for n, mark in enumerate("〇一二三四五六七八九")} | dict.fromkeys(
    "○零oO", "0"
)
_COMPACT = re.compile(r"(?:19|20)[0-9]{6}")
_YEAR_MONTH = re.compile(r"[0-9]{4}(?:[-/.][0-9]{1,2}|年(?:[0-9]{1,2}月(?:份)?)?)?")
#: Excel counts a 29 February 1900 that never was: before it, readers differ by a day.
SURE_FROM = datetime.date(1900, 3, 1)
_LAST = datetime.date(2199, 12, 31)
_SERIAL = re.compile(r"[0-9]{5}")
_EPOCH = datetime.date(1899, 12, 30)
#: 1950-01-01 … 2099-12-31 as day numbers of Excel: outside, a number is no date.
_SERIALS = range(18264, 73051)
_DATE_1904 = 1462
#: Numbers that somebody meant as years.
_YEARS = range(1949, 2101)


def date(cell: object, date1904: bool = False) -> datetime.date | None:
    """A day in any usual spelling, or Excel's day number; ``None`` if missing."""
    if isinstance(cell, datetime.datetime):
        cell = cell.date()
    if isinstance(cell, datetime.date):
        if cell < SURE_FROM:
            raise _bad_date()
        # 2019 typed into a cell with a date's format is shown as a day of 1905
        if (cell - _EPOCH).days - (_DATE_1904 if date1904 else 0) in _YEARS:
            raise _incomplete("像是只填了年份（如 2019），被当成了日期；请填年月日")
        return cell
    if isinstance(cell, str):
        return _date_in_text(tidy(cell), date1904)
    if isinstance(cell, bool):
        raise _bad_date()
    if isinstance(cell, int) or (isinstance(cell, float) and cell.is_integer()):
        return _date_in_text(str(int(cell)), date1904)
    raise _bad_date()


def _date_in_text(text: str, date1904: bool) -> datetime.date | None:
    if says_nothing(text) or text == "无":
        return None
    refuse_broken(text)
    if _COMPACT.fullmatch(text):
        return _day(int(text[:4]), int(text[4:6]), int(text[6:]))
    if _SERIAL.fullmatch(text) and int(text) in _SERIALS:
        if int(text[:4]) in _YEARS and text[4] != "0":  # 20195: May 2019, or a day of 1955?
            raise _incomplete("像是年月（如 20195），也可能是日期的序号；请填年月日")
        days = int(text) + (_DATE_1904 if date1904 else 0)
        return _EPOCH + datetime.timedelta(days=days)
    text = _plain_digits(_WEEKDAY.sub("", text.replace("。", ".")))
    text = re.sub(r"\s*([-/.、年月日号])\s*(?!\d+:)", r"\1", text).replace("、", ".")
    match = _DATE.fullmatch(text)
    if match:
        year, _, month, day, month_, day_ = match.groups()
        return _day(int(year), int(month or month_), int(day or day_))
    if _YEAR_MONTH.fullmatch(text):
        raise _incomplete("只有年或年月；请补上日")
    if PENDING.fullmatch(text):
        raise BadCell("pending", "日期，如 2019-05-06", "请核实后填写；暂时没有请留空")
    raise _bad_date()


def _plain_digits(text: str) -> str:
    """「二〇一九年五月十六日」 → 「2019年5月16日」."""
    if not _CHINESE_DATE.fullmatch(text):
        return text
    year, month, day = re.split("[年月]", text.rstrip("日号"))
    digits = "".join(_CHINESE[mark] for mark in year)
    return f"{digits}年{_under_hundred(month)}月{_under_hundred(day)}日"


def _under_hundred(words: str) -> int:
    tens, ten, ones = words.rpartition("十")
    return int(_CHINESE.get(tens, "1")) * 10 * bool(ten) + int(_CHINESE.get(ones, "0"))


def _day(year: int, month: int, day: int) -> datetime.date:
    try:
        made = datetime.date(year, month, day)
        if not SURE_FROM <= made <= _LAST:
            raise ValueError
        return made
    except ValueError:
        raise _bad_date() from None


def _incomplete(advice: str) -> BadCell:
    return BadCell("incomplete_date", "完整日期，如 2019-05-06", advice)


def _bad_date() -> BadCell:
    return BadCell("not_a_date", "日期，如 2019-05-06", "请改成 2019-05-06 或 2019年5月6日 的样子")
