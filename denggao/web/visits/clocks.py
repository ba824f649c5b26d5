"""时限: by when a 诉求 must be answered, and when it is chased, as instants in Beijing time.

Nothing here changes anything: how late a ticket is follows from the instant it came and from the
present one. The day on which it came does not count (民法典 第二百零一条); a limit of seven days
ends with the 24时 of the seventh, and what happens at that instant is late.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from denggao.diagnosis.calendar import SHANGHAI, end_of, is_working_day
from denggao.diagnosis.holidays import shipped

ANSWER_DAYS = 7
CHASE_DAYS = (9, 21, 45)
#: By how often it was chased.
LEVELS = ("", "一级催办", "二级催办", "三级催办")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Terms:
    """So many days to answer, and after which it is chased; ``working``: only working days
    count (工作日), else all (自然日)."""

    answer: int = ANSWER_DAYS
    chase: tuple[int, int, int] = CHASE_DAYS
    working: bool = False

    @property
    def words(self) -> str:
        """As a page says it: 「7 个自然日内答复；第 9、21、45 个自然日催办」."""
        unit = "工作日" if self.working else "自然日"
        chased = "、".join(map(str, self.chase))
        return f"{self.answer} 个{unit}内答复，满 {chased} 个{unit}没有办结的逐级催办"

    def due(self, since: datetime, days: int) -> datetime:
        """The first instant that is too late, ``days`` days after ``since``."""
        return end_of(_last_day(since.astimezone(SHANGHAI).date(), days, self.working))

    def answer_due(self, since: datetime) -> datetime:
        """When the answer is late."""
        return self.due(since, self.answer)

    def level(self, since: datetime, now: datetime) -> int:
        """How often it must have been chased by now: 0 to 3."""
        return sum(self.due(since, days) <= now for days in self.chase)

    def cutoff(self, now: datetime, days: int) -> datetime:
        """Whatever came before this instant and waited till ``now`` is past ``days`` days; what
        came at it or later is not. So that a database can be asked."""
        day = now.astimezone(SHANGHAI).date()
        while self.due(end_of(day - _DAY), days) > now:
            day -= _DAY
        return end_of(day)


@lru_cache(maxsize=4096)
def _last_day(start: date, days: int, working: bool) -> date:
    day = start
    while days:
        day += _DAY
        days -= not working or _works(day)
    return day


def _works(day: date) -> bool:
    """Years whose holidays nobody entered are counted with weekends alone."""
    return is_working_day(day, weekends_only=day.year not in shipped().years)


def roughly(now: datetime) -> str:
    """What has to be said where working days of this year are only known by weekends."""
    year = now.astimezone(SHANGHAI).year
    if year in shipped().years:
        return ""
    return f"{year} 年的节假日安排未录入，工作日只避开了周六、周日，请核对"
