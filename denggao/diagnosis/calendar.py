"""期限: days of the law as instants in Beijing time, months and years as the law counts them.

A deadline 「9月20日24时」 is the instant at which 21 September begins in Shanghai; whatever
comes at that instant or later is late. The machine's own time zone never matters.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from denggao.diagnosis.holidays import Holidays, shipped
from denggao.facts.days import add_months
from denggao.facts.errors import UserError

__all__ = ["add_months"]

SHANGHAI = ZoneInfo("Asia/Shanghai")
#: Months before the end of a certificate at which a bureau is told (rules.md §1.10).
NOTICE_MONTHS = (12, 6, 3)
#: Change of name, reorganisation: months to report it (国科发火〔2016〕32号 第十七条).
REPORT_MONTHS = 3
_DAY = timedelta(days=1)
_DEADLINE = re.compile(
    r"(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})[日号]|(?P<end>底))"
    r"(?:(?P<hour>\d{1,2})(?:[:时点](?P<minute>\d{2})?分?))?(?:前|止|截止)?"
)


# ------------------------------------------------------------------ instants


def end_of(day: date) -> datetime:
    """The first instant after ``day`` (its 24时) in Shanghai."""
    return datetime.combine(day + _DAY, time(), SHANGHAI)


def deadline(text: str, year: int | None = None) -> datetime:
    """「2026年9月20日24时」, 「9月20日17:00」, 「6月底」 as the first instant that is too late.

    Without an hour the whole day counts. ``year`` where the text names none. Raises UserError
    for what names no day (8月中旬) or a day or hour that does not exist.
    """
    found = _DEADLINE.fullmatch(re.sub(r"\s", "", unicodedata.normalize("NFKC", text)))
    stated = int(found["year"]) if found and found["year"] else year
    if found is None or stated is None:
        what = "应写明年月日，如 2026年9月20日24时" if found is None else "没有写年份"
        raise UserError(f"截止时间“{text}”读不懂：{what}")
    try:
        month = int(found["month"])
        last = monthrange(stated, month)[1] if 1 <= month <= 12 else 0
        day = date(stated, month, last if found["end"] else int(found["day"]))
        hour, minute = int(found["hour"] or 24), int(found["minute"] or 0)
        if (hour, minute) == (24, 0):
            return end_of(day)
        return datetime.combine(day, time(hour, minute), SHANGHAI)
    except (ValueError, OverflowError):
        raise UserError(f"截止时间“{text}”不对：没有这一天或这个钟点") from None


def in_time(at: datetime, limit: datetime) -> bool:
    """Did something that happened at ``at`` keep the deadline? Both must know their zone."""
    if at.tzinfo is None or limit.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return at < limit


# ------------------------------------------------------------------ months and years


def certificate_end(issued_on: date, years: int = 3) -> date:
    """The last day on which a certificate is valid: the day before the same day ``years``
    later. Issued on 29 February it is valid through 28 February, full years."""
    last = issued_on.year + years
    try:
        return issued_on.replace(year=last) - _DAY
    except ValueError:
        return date(last, 2, 28)


def notices(day: date, months: tuple[int, ...] = NOTICE_MONTHS) -> tuple[date, ...]:
    """The days so many months before ``day``, in the order of ``months``."""
    return tuple(add_months(day, -count) for count in months)


def annual_report_due(year: int) -> datetime:
    """When the annual report on ``year`` is late: after 31 May of the next one
    (国科发火〔2016〕32号 第十三条)."""
    return end_of(date(year + 1, 5, 31))


def change_report_due(changed_on: date) -> datetime:
    """When the report of a new name or another major change is late: after three months."""
    return end_of(add_months(changed_on, REPORT_MONTHS))


# ------------------------------------------------------------------ working days


def is_working_day(
    day: date, holidays: Holidays | None = None, *, weekends_only: bool = False
) -> bool:
    """``weekends_only`` knows Saturdays and Sundays and nothing else. Otherwise the year has
    to be in the table (``shipped()`` where none is given), or UserError is raised."""
    if weekends_only:
        return day.weekday() < 5
    return (holidays or shipped()).works(day)


def working_days_after(
    day: date, count: int, holidays: Holidays | None = None, *, weekends_only: bool = False
) -> date:
    """The ``count``-th working day after ``day``, which itself does not count (民法典
    第二百零一条): the last day of a public notice of ten working days put up on ``day``.

    ``count`` from 1. Raises UserError where a year on the way is not in the table.
    """
    if count < 1:
        raise ValueError(f"no {count}-th working day")
    while count:
        day += _DAY
        count -= is_working_day(day, holidays, weekends_only=weekends_only)
    return day
