"""批次: the days by which an application must be in, in order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from denggao.diagnosis.holidays import Holidays
from denggao.diagnosis.notice import Deadlines
from denggao.facts.errors import UserError

#: Three batches a year: end of June, middle of August, end of September. A local custom
#: (城关区 2024—2027年行动方案), not a law: every plan says that they are assumed.
USUAL = ((6, 30), (8, 15), (9, 30))
#: Beyond next year nearly every figure would be an assumption; name a --deadline to look there.
YEARS_AHEAD = 1
_CHINESE = "一二三四五六七八九十"
_NAMED = re.compile(r"(\d{4})(?:年?第|-)([一二三四五六七八九十]|\d{1,2})批?次?")
MOST = 60


@dataclass(frozen=True, slots=True)
class Batch:
    """The ``number``-th batch of ``year``; ``deadline`` is the day of application, ``act_by``
    the last working day up to it (``is_rough``: known by weekends alone)."""

    year: int
    number: int
    deadline: date
    assumed: bool = False
    act_by: date | None = None
    is_rough: bool = False

    @property
    def name(self) -> str:
        """2027年第一批."""
        count = _CHINESE[self.number - 1] if self.number <= len(_CHINESE) else str(self.number)
        return f"{self.year}年第{count}批"


def usual_batches(today: date, years: int = YEARS_AHEAD) -> tuple[Batch, ...]:
    """The batches still to come this year, and those of the years after."""
    found = [
        Batch(year, number, date(year, month, day), assumed=True)
        for year in range(today.year, today.year + years + 1)
        for number, (month, day) in enumerate(USUAL, 1)
    ]
    return tuple(batch for batch in found if batch.deadline >= today)


def given_batches(
    today: date, deadlines: Sequence[str] = (), only: str | None = None
) -> tuple[Batch, ...]:
    """The batches a user named: ``deadlines`` as dates (numbered within their years), or the
    ``only`` one of the usual ones, like 2027-1 or 2027年第一批. Raises UserError."""
    batches = _of_days(today, deadlines) if deadlines else usual_batches(today, 10)
    if only is None:
        return batches if deadlines else usual_batches(today)
    match = _NAMED.fullmatch(only.strip())
    if match is None:
        raise UserError(f"批次“{only}”读不懂，应写成 2027-1 或 2027年第一批")
    number = _CHINESE.index(match[2]) + 1 if match[2] in _CHINESE else int(match[2])
    chosen = tuple(b for b in batches if (b.year, b.number) == (int(match[1]), number))
    if not chosen:
        known = "、".join(f"{b.name}（{b.deadline}）" for b in batches[:6])
        raise UserError(f"没有还没截止的批次“{only}”；可选：{known}")
    return chosen


def with_working_days(
    batches: Sequence[Batch], today: date, holidays: Holidays | None = None
) -> tuple[Batch, ...]:
    """The batches with the last working day of each, by these holidays or those shipped."""
    found = []
    for batch in batches:
        deadlines = Deadlines(today, holidays)
        act_by = deadlines.act_by(batch.deadline)
        found.append(replace(batch, act_by=act_by, is_rough=bool(deadlines.notes())))
    return tuple(found)


def _of_days(today: date, deadlines: Sequence[str]) -> tuple[Batch, ...]:
    days = sorted({_day(text) for text in deadlines})
    if len(days) > MOST:
        raise UserError(f"批次不能超过 {MOST} 个")
    past = [day for day in days if day < today]
    if past:
        raise UserError(
            f"批次截止日 {past[0]} 早于 {today}，已经过了；请核对 --deadline 和 --as-of"
        )
    counts: dict[int, int] = {}
    found = []
    for day in days:
        counts[day.year] = counts.get(day.year, 0) + 1
        found.append(Batch(day.year, counts[day.year], day))
    return tuple(found)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError(f"日期“{text}”读不懂，应写成 2027-06-30") from None
