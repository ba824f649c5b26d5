"""节假日: which days are worked, year by year, as the State Council announced them.

The table is data: ``holidays.csv`` beside this file, and any file of the user's with the same
heads (自, 至, 安排, 事由, 依据). A year that nobody entered is never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from denggao.facts import cells
from denggao.facts.cells import BadCell
from denggao.facts.errors import UserError
from denggao.facts.problems import place
from denggao.facts.workbook import Grid, open_grids

OFF, WORK = "放假", "上班"
_HEADS = ("自", "至", "安排")
_LONGEST = 60  # days of one row; more is a slip of the pen
_SATURDAY = 5


@dataclass(frozen=True)
class Holidays:
    """``exceptions``: per year entered, the days on which the weekly rhythm does not hold;
    true where such a day is worked."""

    exceptions: Mapping[int, Mapping[date, bool]]

    @property
    def years(self) -> tuple[int, ...]:
        """The years entered."""
        return tuple(sorted(self.exceptions))

    def works(self, day: date) -> bool:
        """Is this a working day? Raises UserError for a year that was not entered."""
        try:
            exceptions = self.exceptions[day.year]
        except KeyError:
            known = "、".join(map(str, self.years)) or "无"
            raise UserError(
                f"{day.year} 年的节假日安排未录入（已录入：{known}），算不出工作日；"
                "请在节假日表里补上这一年的放假和调休上班（列：自、至、安排、事由、依据）"
            ) from None
        return exceptions.get(day, day.weekday() < _SATURDAY)

    def with_years_of(self, other: Holidays) -> Holidays:
        """These years, and those of ``other``, which win where both have one."""
        return Holidays(MappingProxyType({**self.exceptions, **other.exceptions}))


@cache
def shipped() -> Holidays:
    """The years that come with the program."""
    return read_holidays(Path(__file__).with_name("holidays.csv"))


def read_holidays(path: Path) -> Holidays:
    """A 节假日 table, .csv or .xlsx. Raises UserError naming file, row and value for a head
    that is missing, a date that is none, a span across two years or a day entered twice."""
    years: dict[int, dict[date, bool]] = {}
    for grid in open_grids(path):
        for number, row in _rows(grid):
            where = place(grid.file, grid.sheet, number, "", "")
            first, last, worked = _entry(row, where, grid.date1904)
            days = years.setdefault(first.year, {})
            for step in range((last - first).days + 1):
                day = first + timedelta(days=step)
                if day in days:
                    raise UserError(f"{where}：{day} 写了两次，请只留一处")
                days[day] = worked
    if not years:
        raise UserError(f"「{path.name}」里没有节假日；表头应是 自、至、安排（放假或上班）")
    return Holidays(MappingProxyType(years))


def _rows(grid: Grid) -> Iterator[tuple[int, list[Any]]]:
    """(sheet row, [自, 至, 安排]) below the heads; sheets without the heads have none."""
    columns: list[int] | None = None
    for number, row in enumerate(grid.rows(), 1):
        words = [str(cell).strip() for cell in row]
        if columns is None:
            if all(head in words for head in _HEADS):
                columns = [words.index(head) for head in _HEADS]
        elif any(words):
            yield number, [row[i] if i < len(row) else "" for i in columns]


def _entry(row: list[Any], where: str, date1904: bool) -> tuple[date, date, bool]:
    start, end, kind = row
    first = _date(start, where, "自", date1904)
    last = first if str(end).strip() == "" else _date(end, where, "至", date1904)
    if str(kind).strip() not in (OFF, WORK):
        raise UserError(f"{where}：安排是“{kind}”，应为“{OFF}”或“{WORK}”")
    if first.year != last.year or not 0 <= (last - first).days < _LONGEST:
        raise UserError(f"{where}：{first} 至 {last} 不对；应在同一年里、先早后晚，跨年的分两行写")
    return first, last, str(kind).strip() == WORK


def _date(cell: Any, where: str, head: str, date1904: bool) -> date:
    try:
        found = cells.date(cell, date1904)
    except BadCell:
        found = None
    if found is None:
        raise UserError(f"{where}：“{head}”是“{cell}”，应为日期，如 2026-10-01")
    return found
