"""Days of the calendar, months counted as the law counts them."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

_DAY = timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """The same day of the month so many months later (earlier, if below 0); where that month
    has no such day, its last one (民法典 第二百零二条)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Span:
    """So many months, or so many days: 3月, 60天."""

    months: int = 0
    days: int = 0

    def __str__(self) -> str:
        return f"{self.months}月" if self.months else f"{self.days}天"

    def after(self, day: date) -> date:
        """The day so much later."""
        return add_months(day, self.months) + timedelta(days=self.days)

    def before(self, day: date) -> date:
        """The day so much earlier."""
        return add_months(day, -self.months) - timedelta(days=self.days)

    def over_since(self, today: date) -> date:
        """The latest day after which this span has run out before ``today``."""
        day = self.before(today)
        while self.after(day + _DAY) < today:
            day += _DAY
        while self.after(day) >= today:
            day -= _DAY
        return day

    def in_sight(self, today: date) -> date:
        """The latest day that is, on ``today``, no further ahead than this."""
        day = self.after(today)
        while self.before(day + _DAY) <= today:
            day += _DAY
        while self.before(day) > today:
            day -= _DAY
        return day
