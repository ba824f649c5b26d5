"""批次日历 as a file that people edit: region, title, year, number, deadline, what moved it.

The table is data: ``batches.csv`` beside this file, and any file of the user's with the same
heads. A row with 批次 无 says that the region has no batch in that year.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from denggao.diagnosis.calendar import deadline
from denggao.facts import cells
from denggao.facts.errors import UserError
from denggao.facts.headparts import normal
from denggao.facts.problems import place
from denggao.facts.titles import full_kind
from denggao.facts.workbook import Grid, open_grids

HEADS = ("地域", "资格", "年度", "批次", "截止", "原截止", "依据", "说明")
_NEEDED = ("地域", "年度", "批次", "截止")
NO_BATCH = ("无", "0", "不设")
USUAL_TITLE = "高新技术企业"
#: More batches than this in one year is a slip of the pen.
MOST = 24
_NUMBERS = "一二三四五六七八九十"
_NUMBER = re.compile(r"第?([一二三四五六七八九十]|\d{1,2})批?次?")


@dataclass(frozen=True, slots=True)
class Entry:
    """One batch of one year. ``number`` 0: none in this year; ``deadline`` is the first instant
    that is too late, ``old`` the one before it was moved; ``None`` where none is stated."""

    region: str
    title: str
    year: int
    number: int
    words: str
    deadline: datetime | None
    old_words: str
    old: datetime | None
    basis: str
    note: str
    row: int


def shipped() -> tuple[Entry, ...]:
    """Calendars that were published, as they come with the program."""
    return read_calendar(Path(__file__).with_name("batches.csv"))


def read_calendar(path: Path) -> tuple[Entry, ...]:
    """A 批次 table, .csv or .xlsx. Raises UserError naming file, row and value for a head that is
    missing, a deadline that cannot be read, a batch that stands there twice, a moved deadline
    without the notice that moved it, and a year that both has batches and has none."""
    found: list[Entry] = []
    seen: dict[tuple[str, str, int, int], int] = {}
    for grid in open_grids(path):
        for number, row in _rows(grid):
            where = place(grid.file, grid.sheet, number, "", "")
            entry = _entry(row, where, number)
            key = entry.region, entry.title, entry.year, entry.number
            if key in seen:
                raise UserError(f"{where}：这一批在第 {seen[key]} 行已经有了，请只留一行")
            seen[key] = number
            found.append(entry)
    if not found:
        raise UserError(f"「{path.name}」里没有批次；表头应是 {'、'.join(HEADS)}")
    for region, title, year, number in seen:
        if number == 0 and any(k[:3] == (region, title, year) and k[3] for k in seen):
            raise UserError(f"「{path.name}」：{region} {year} 年又写不设批次，又列了批次")
    return tuple(found)


def _rows(grid: Grid) -> Iterator[tuple[int, dict[str, str]]]:
    columns: dict[str, int] = {}
    known = {normal(head): head for head in HEADS}
    for number, row in enumerate(grid.rows(), 1):
        words = [cells.plain_text(cell) for cell in row]
        if not columns:
            found = {known[normal(w)]: i for i, w in enumerate(words) if normal(w) in known}
            if all(head in found for head in _NEEDED):
                columns = found
        elif any(words):
            yield (
                number,
                {
                    head: words[i].strip()
                    if (i := columns.get(head, len(words))) < len(words)
                    else ""
                    for head in HEADS
                },
            )


def _entry(row: dict[str, str], where: str, number: int) -> Entry:
    year_text = row["年度"].removesuffix("年").removesuffix("年度")
    if not (year_text.isascii() and year_text.isdigit() and 1990 <= int(year_text) <= 2100):
        raise UserError(f"{where}：年度是“{row['年度']}”，应为四位年份，如 2026")
    if not row["地域"]:
        raise UserError(f"{where}：没有写地域，应为区划名称或代码，如 兰州市城关区、620102")
    year, count = int(year_text), batch_number(row["批次"], where)
    words, old_words = row["截止"], row["原截止"]
    if count and not words:
        raise UserError(f"{where}：没有写截止，如 9月20日24时；还没定的请先不列这一批")
    if old_words and not row["依据"]:
        raise UserError(f"{where}：写了原截止，却没有写改期的通知（依据）")
    return Entry(
        row["地域"], full_kind(row["资格"] or USUAL_TITLE), year, count, words,
        _instant(words, year, where), old_words, _instant(old_words, year, where),
        row["依据"], row["说明"], number,
    )  # fmt: skip


def _instant(words: str, year: int, where: str) -> datetime | None:
    if not words:
        return None
    try:
        return deadline(words, year)
    except UserError as error:
        raise UserError(f"{where}：{error}") from None


def batch_number(text: str, where: str = "批次") -> int:
    """「第五批」, 「5」 → 5; 「无」 → 0. Raises UserError."""
    if text in NO_BATCH:
        return 0
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise UserError(f"{where}：批次是“{text}”，应为 第一批、1，或“无”（这一年不设批次）")
    number = _NUMBERS.index(match[1]) + 1 if match[1] in _NUMBERS else int(match[1])
    if not 1 <= number <= MOST:
        raise UserError(f"{where}：批次是“{text}”，应在 1 到 {MOST} 之间")
    return number
