"""The rows of one table of a 兑现名单 → events; what is wrong with a cell is named at the cell."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from denggao.diagnosis.payout.eventheads import meaning_in, role_of, unit_of
from denggao.diagnosis.payout.places import place_of
from denggao.facts import cells
from denggao.facts.catalogue import catalogue
from denggao.facts.cells import BadCell
from denggao.facts.chunkreader import Chunk
from denggao.facts.columns import Column
from denggao.facts.converters import converter
from denggao.facts.enterprise import Value, key_of
from denggao.facts.eventwords import USUAL_TITLE, EventName, event_name, nearest_event
from denggao.facts.heads import Meaning, unit_factor
from denggao.facts.identity import normal_name
from denggao.facts.importing import Import
from denggao.facts.interval import Interval, point, reduced
from denggao.facts.names import former_names
from denggao.facts.privacy import is_personal_head
from denggao.facts.problems import Finding
from denggao.facts.rowreader import CHUNK, RowReader
from denggao.facts.tables import Table
from denggao.facts.titles import KINDS, full_kind
from denggao.facts.workbook import Cell
from denggao.rules.payments import Event

_WHOSE = ("uscc", "name", "former_names", "contact", "phone", "remark", "address")
_YEAR = re.compile(r"((?:19|20)\d{2})(?:\.0)?年?度?")
_MONTH = re.compile(r"((?:19|20)\d{2})[年./-](\d{1,2})月?")
_STAGE = re.compile(r"第?(\d{1,2})(?:\.0)?期?")
_REMEMBERED = 20_000
_MONEY = catalogue()["upper_paid"]


@dataclass(frozen=True, slots=True)
class Item:
    """One row of a list: the event and what people want to see of it. What the list itself says
    of money, in 分: ``fen`` is paid (in a record) or to be paid now, ``claimed`` what the whole
    comes to. ``award``: by which award, in a record of ours."""

    event: Event
    name: str
    code: str
    district: str
    batch: str
    said: str
    source: tuple[str, str, int]
    fen: int | None = None
    award: str = ""
    claimed: int | None = None


@dataclass
class Heard:
    """What the rows of all lists have said. ``usual``: the event of rows in lists without a
    column for it; ``former``: (firm, a name that it had)."""

    region: str
    as_of: date
    work: Import
    usual: EventName | None = None
    items: list[Item] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)
    unused: dict[str, None] = field(default_factory=dict)
    former: list[tuple[int, str]] = field(default_factory=list)

    def note(self, words: str) -> None:
        """Count a row of which this was assumed."""
        self.notes[words] = self.notes.get(words, 0) + 1


class TableRows:
    """Rows of one table → items."""

    def __init__(self, lists: Heard, table: Table) -> None:
        self.lists, self.work, self.table = lists, lists.work, table
        self.roles: dict[str, Column] = {}
        for column in table.columns:
            self.roles.setdefault(role_of(column.head) or f"-{column.index}", column)
        self.facts = [c for c in table.columns if self._is_fact(c)]
        self.name, self.code, self.region = map(table.index_of, ("name", "uscc", "region"))
        self.former = table.index_of("former_names")
        self.texts: dict[Cell, str] = {}
        self.days: dict[tuple[Cell, Cell, int], tuple[date | None, str]] = {}
        self.keys: dict[int, dict[int, tuple[str, int]]] = {}

    def _is_fact(self, column: Column) -> bool:
        if column in self.roles.values() and role_of(column.head):
            return False
        found = column.meaning
        if found is None or found.role != "fact":
            if column.head and not is_personal_head(column.head) and found is None:
                self.lists.unused[column.head] = None
            return False
        return found.code not in _WHOSE

    def read(self) -> None:
        """Every row below the heads, in order."""
        if "event" not in self.roles and self.lists.usual is None:
            return
        self.work.begin(self.table)
        rows = RowReader(self.work, self.table)
        number = self.table.first_row
        source = iter(self.table.rows)
        while raw := [row for _, row in zip(range(CHUNK), source, strict=False)]:
            self._chunk(rows.chunk(raw, number))
            number += len(raw)
        rows.finish(number)

    def _chunk(self, chunk: Chunk) -> None:
        if not chunk.kept:
            return
        columns = {c.index: [row[c.index] for row in chunk.kept] for c in self.facts}
        rows = [chunk.sheet_row(position) for position in range(len(chunk.kept))]
        values = {c: self._converted(self.table.columns[c], raw, rows)
                  for c, raw in columns.items()}  # fmt: skip
        for position, row in enumerate(chunk.kept):
            found = {c: values[c][position] for c in values if values[c][position] is not None}
            self._item(row, rows[position], chunk.firms[position], chunk.years[position], found)

    def _converted(self, column: Column, raw: Sequence[Cell], rows: Sequence[int]) -> list[Any]:
        meaning = column.meaning
        assert meaning is not None
        factor = meaning.factor or (self.table.unit if meaning.fact.unit == "元" else 1)
        if factor is None:
            self.lists.note(f"“{column.head}”的表头没有单位，按“元”读入")
            factor = 1
        convert = converter(meaning.fact, factor, self.table.grid.date1904)
        return convert(
            raw,
            lambda position, cell, finding: self._problem(rows[position], column, cell, finding),
            lambda position: None,
        )

    def _problem(self, row: int, column: Column | None, cell: object, finding: Finding) -> None:
        shown = cells.plain_text(cell)
        self.work.problem(self.table.grid, row, column, shown, finding)

    # ---- one row

    def _item(
        self, row: Sequence[Cell], number: int, firm: int, year: int, facts: dict[int, Any]
    ) -> None:
        name = self._event(row, number)
        if name is None:
            return
        try:
            day = self._day(row, number, year)
            title = self._title(row, number, name)
            stage = self._stage(row, number)
            fen, claimed, already = (
                self._fen(row, number, role) for role in ("fen", "claimed", "already")
            )
        except _Refused:
            return
        values = self._values(facts, (day or self.lists.as_of).year)
        grid = self.table.grid
        told = None if self.region is None else facts.get(self.region)
        place = place_of(told, self.lists.region) if isinstance(told, str) else None
        if isinstance(told, str) and place is None and told.strip() != self.lists.region:
            self.lists.note(f"所在区县“{told}”看不出是哪个区县，按在{self.lists.region}")
        where = f"第 {number} 行" if len(self.work.tables) == 1 else (
            f"「{grid.file}」{f'〈{grid.sheet}〉' if grid.sheet else ''}第 {number} 行"
        )  # fmt: skip
        event = Event(
            str(firm), name.kind, title, day, stage, name.back, values, place or "", where,
            len(self.lists.items), self._role_text(row, "ref"), already or 0,
        )  # fmt: skip
        shown = self.work.firms.identity[firm]
        cell = "" if self.name is None else row[self.name]
        own = (cell.strip() if isinstance(cell, str) else self._at(row, self.name)) or shown
        if self.former is not None and row[self.former] != "":
            for former in former_names(self._at(row, self.former)):
                self.lists.former.append((firm, normal_name(former)))
        self.lists.items.append(
            Item(
                event,
                own,
                self._at(row, self.code),
                told if isinstance(told, str) and place is None else (place or ""),
                self._role_text(row, "batch"),
                self._role_text(row, "event") or name.kind,
                (grid.file, grid.sheet, number),
                fen,
                self._role_text(row, "award"),
                claimed,
            )
        )

    def _at(self, row: Sequence[Cell], index: int | None) -> str:
        """A cell as text; most stand in a list many times."""
        if index is None or row[index] == "":
            return ""
        cell = row[index]
        if not isinstance(cell, str):
            return cells.plain_text(cell)
        if cell not in self.texts:
            if len(self.texts) > _REMEMBERED:
                self.texts.clear()
            self.texts[cell] = cells.plain_text(cell)
        return self.texts[cell]

    def _role_text(self, row: Sequence[Cell], role: str) -> str:
        column = self.roles.get(role)
        return "" if column is None else self._at(row, column.index)

    def _event(self, row: Sequence[Cell], number: int) -> EventName | None:
        column = self.roles.get("event")
        text = self._role_text(row, "event")
        if not text and self.lists.usual is not None:
            return self.lists.usual
        found = event_name(text) if text else None
        if found is None:
            near = nearest_event(text) if text else ""
            advice = (f"是不是“{near}”？" if near else "") + "这一行没有算；请写明是哪一种事项"
            expected = "事项，如 首次认定、重新认定、整体迁入、入库"
            self._problem(number, column, text, Finding("unknown_event", expected, advice))
            return None
        if found.assumed:
            self.lists.note(f"“{text}”按“{found.kind}”计；不是的请写明 重新认定 等")
        return found

    def _title(self, row: Sequence[Cell], number: int, name: EventName) -> str:
        text = self._role_text(row, "title")
        if not text:
            return name.title or USUAL_TITLE
        found = full_kind(text)
        if found in KINDS.values() and name.title in (None, found):
            return found
        why = "与事项里写的不同" if found in KINDS.values() else "不是认得的资格"
        advice = f"{why}；这一行没有算"
        expected = "资格的全称，如“高新技术企业”"
        self._problem(number, self.roles["title"], text, Finding("unknown_kind", expected, advice))
        raise _Refused

    def _day(self, row: Sequence[Cell], number: int, year: int) -> date | None:
        column, by_year = self.roles.get("day"), self.roles.get("year")
        cell = "" if column is None else row[column.index]
        of_year = "" if by_year is None else row[by_year.index]
        key = cell, of_year, year
        if key not in self.days:
            year_text = self._at(row, None if by_year is None else by_year.index)
            told = year_text or (str(year) if year else "")
            self.days[key] = self._read_day(cell, told, column, number)
        day, assumed = self.days[key]
        if assumed:
            self.lists.note(assumed)
        return day

    def _read_day(
        self, cell: Cell, year: str, column: Column | None, number: int
    ) -> tuple[date | None, str]:
        """The day, and what had to be assumed of it."""
        text = cells.plain_text(cell) or year
        if not text:
            return None, ""
        as_of = self.lists.as_of
        if whole := _YEAR.fullmatch(text):
            last = date(int(whole[1]), 12, 31)
            is_now = last.year == as_of.year
            return min(last, as_of) if is_now else last, "只有年份的日期按当年最后一天计"
        month = _MONTH.fullmatch(text)
        if month and 1 <= int(month[2]) <= 12:
            last = date(int(month[1]), int(month[2]), 1)
            last = last.replace(day=monthrange(last.year, last.month)[1])
            is_now = (last.year, last.month) == (as_of.year, as_of.month)
            return min(last, as_of) if is_now else last, "只有月份的日期按当月最后一天计"
        try:
            found = cells.date(cell or year, self.table.grid.date1904)
        except BadCell as bad:
            self._problem(number, column, cell, bad.finding)
            raise _Refused from None
        return (found if isinstance(found, date) else None), ""

    def _stage(self, row: Sequence[Cell], number: int) -> int:
        text = self._role_text(row, "stage")
        match = _STAGE.fullmatch(text)
        if text and (match is None or int(match[1]) == 0):
            finding = Finding("bad_stage", "期次，如 1、第2期", "这一行没有算；请写第几期")
            self._problem(number, self.roles["stage"], text, finding)
            raise _Refused
        return int(match[1]) if match else 1

    def _fen(self, row: Sequence[Cell], number: int, role: str) -> int | None:
        column = self.roles.get(role)
        if column is None or cells.plain_text(row[column.index]) == "":
            return None
        unit = unit_of(column.head)
        factor = unit_factor(Meaning("fact", _MONEY.code), unit) if unit else self.table.unit
        try:
            found = cells.number(_plus(row[column.index]), _MONEY, factor or 1).value
        except BadCell as bad:
            self._problem(number, column, row[column.index], bad.finding)
            raise _Refused from None
        sign = -1 if _is_minus(row[column.index]) else 1
        return sign * found if isinstance(found, int) else None

    def _values(self, facts: dict[int, Any], year: int) -> Mapping[str, Value]:
        keys = self.keys.get(year)
        if keys is None:
            keys = self.keys[year] = dict(self._keys(year))
        found: dict[str, Value] = {}
        for index, value in facts.items():
            key = keys.get(index)
            if key is not None:
                found[key[0]] = _in_unit(value, key[1]) if key[1] else value
        return found

    def _keys(self, event_year: int) -> Iterator[tuple[int, tuple[str, int]]]:
        """Column → the key of its fact for an event of this year, and the steps of a number
        (0: it is none)."""
        for column in self.facts:
            meaning = meaning_in(column.head, event_year)
            if meaning is not None and meaning.role == "fact":
                fact = meaning.fact
                of_year = (meaning.year or event_year - 1) if fact.yearly else None
                yield column.index, (key_of(fact.code, of_year), fact.scale if fact.numeric else 0)


class _Refused(Exception):
    """The row has a problem that is already named."""


def _is_minus(cell: Cell) -> bool:
    if isinstance(cell, (int, float)):
        return cell < 0
    return isinstance(cell, str) and cell.strip().startswith(("-", "−", "－"))


def _plus(cell: Cell) -> Cell:
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return abs(cell)
    return cell.strip().lstrip("-−－") if isinstance(cell, str) else cell


def _in_unit(steps: int | Interval, scale: int) -> Interval:
    if isinstance(steps, Interval):
        low, high = (None if e is None else reduced(Fraction(e, scale)) for e in steps[:2])
        return Interval(low, high)
    whole, rest = divmod(steps, scale)
    return point(whole if not rest else reduced(Fraction(steps, scale)))
