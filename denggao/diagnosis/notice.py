"""期限提醒: the last working day to act, and how near a deadline has come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache

from denggao.diagnosis.calendar import is_working_day
from denggao.diagnosis.holidays import Holidays, shipped
from denggao.facts.days import Span

_DAY = timedelta(days=1)


class Deadlines:
    """Deadlines seen from one day. Years whose holidays nobody entered are counted with
    weekends alone, and named in ``notes``."""

    def __init__(self, as_of: date, holidays: Holidays | None = None) -> None:
        self.as_of = as_of
        self.holidays = holidays or shipped()
        self._guessed: set[int] = set()
        self._working = cache(self._last_working_day)

    def act_by(self, due: date | None) -> date | None:
        """The last working day not after ``due``; ``None`` where it is over."""
        if due is None or due < self.as_of:
            return None
        return self._working(due)

    def notice(self, due: date | None, leads: Sequence[Span]) -> str:
        """How near it is: the shortest of ``leads`` reached, else the days left or past."""
        if due is None:
            return ""
        left = (due - self.as_of).days
        if left < 0:
            return f"已过 {-left} 天"
        words = "今天到期" if left == 0 else f"还有 {left} 天"
        reached = [span for span in leads if (-span).after(due) <= self.as_of]
        return f"{reached[-1]}内，{words}" if reached else words

    def notes(self) -> list[str]:
        """What has to be said about the working days."""
        if not self._guessed:
            return []
        years = "、".join(map(str, sorted(self._guessed)))
        return [f"{years} 年的节假日安排未录入，最后工作日只避开了周六、周日，请核对"]

    def _last_working_day(self, due: date) -> date:
        day = due
        while True:
            is_known = day.year in self.holidays.years
            if not is_known:
                self._guessed.add(day.year)
            if is_working_day(day, self.holidays, weekends_only=not is_known):
                return day
            day -= _DAY
