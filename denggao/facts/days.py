"""Days of the calendar, months counted as the law counts them."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta


def add_months(day: date, months: int) -> date:
    """The same day of the month so many months later (earlier, if below 0); where that month
    has no such day, its last one (民法典 第二百零二条)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Span:
    """So many months or so many days, below 0 back in time: 3月, 60天."""

    months: int = 0
    days: int = 0

    def __str__(self) -> str:
        return f"{abs(self.months)}月" if self.months else f"{abs(self.days)}天"

    def __neg__(self) -> Span:
        return Span(-self.months, -self.days)

    def after(self, day: date) -> date:
        """The day so much later, not beyond the ends of the calendar."""
        try:
            return add_months(day, self.months) + timedelta(days=self.days)
        except (ValueError, OverflowError):
            return date.max if self.months + self.days > 0 else date.min
