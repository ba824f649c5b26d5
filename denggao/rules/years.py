"""The fiscal years that a rule can read, counted back from the year of application."""

from __future__ import annotations

from enum import Enum


class Year(Enum):
    """Which fiscal years a yearly fact is read for, N being the year of application."""

    LAST = "上年"
    BEFORE = "前年"
    FIRST = "大前年"
    WINDOW = "近三年"
    EACH = "年"
    BACK_4 = "四年前"
    BACK_5 = "五年前"
    BACK_6 = "六年前"
    BACK_7 = "七年前"
    BACK_8 = "八年前"
    BACK_9 = "九年前"
    BACK_10 = "十年前"
    BACK_11 = "十一年前"
    THIS = "本年"

    def years(self, application_year: int) -> tuple[int, ...]:
        """The fiscal years meant, oldest first; ``EACH`` has none of its own."""
        return tuple(application_year - back for back in _YEARS_BACK[self])


_YEARS_BACK = {
    Year.LAST: (1,),
    Year.BEFORE: (2,),
    Year.FIRST: (3,),
    Year.WINDOW: (3, 2, 1),
    Year.EACH: (),
    **{year: (back,) for back, year in enumerate(list(Year)[5:-1], 4)},
    Year.THIS: (0,),
}
