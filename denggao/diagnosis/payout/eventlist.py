"""兑现名单: a workbook or .csv of firms and events → events, problems named by cell.

Rows are told apart, and firms recognised, as in any ledger; a firm may stand on many rows, each
row being one event. Figures whose heads name no year are those of the year before the event.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from denggao.diagnosis.payout.places import place_of
from denggao.facts import cells
from denggao.facts.carrying import carry_key
from denggao.facts.catalogue import catalogue
from denggao.facts.cells import BadCell
from denggao.facts.chunkreader import Chunk
from denggao.facts.columns import Column
from denggao.facts.converters import Convert, converter
from denggao.facts.enterprise import Value, key_of
from denggao.facts.errors import UserError
from denggao.facts.eventwords import USUAL_TITLE, EventName, event_name, nearest_event
from denggao.facts.headparts import normal, without_unit
from denggao.facts.heads import Meaning, understand, unit_factor
from denggao.facts.importing import Import
from denggao.facts.interval import Interval, reduced
from denggao.facts.privacy import is_personal_head
from denggao.facts.problems import Finding, Problem
from denggao.facts.rowreader import CHUNK, RowReader
from denggao.facts.splitting import tables
from denggao.facts.tables import Reader, Table
from denggao.facts.titles import KINDS, full_kind
from denggao.facts.workbook import Cell, open_grids
from denggao.rules.payments import Event

#: What a column of such a list says besides the firm and its facts, by its heads.
HEADS = {
    "event": ("事项", "奖补事项", "兑现事项", "认定类型", "认定类别", "认定情况", "认定方式",
              "奖补类型", "奖补类别", "奖补项目", "申报类型", "事件"),
    "day": ("事项日期", "认定日期", "认定时间", "发生日期", "日期", "发证日期", "发证时间",
            "公告日期", "入库日期", "迁入日期", "受理日期", "批准日期", "登记日期"),
    "year": ("认定年度", "认定年份", "事项年度", "获认定年度", "年度", "年份"),
    "title": ("对象", "奖补对象", "资格类型", "资质类型", "证书类型", "称号", "资格名称"),
    "stage": ("期次", "拨付期次", "分期"),
    "batch": ("批次", "认定批次", "兑现批次", "奖补批次"),
    "award": ("奖补编号", "奖补条款编号"),
    "fen": ("发放金额", "奖补金额", "实发金额", "已发金额", "已拨付", "已拨付金额", "本次拨付",
            "拨付金额"),
}  # fmt: skip
_ROLE = {normal(head): role for role, heads in HEADS.items() for head in heads}
_EVENT_FACTS = {
    normal(word): fact.code
    for fact in catalogue().values()
    if fact.of_event
    for word in (fact.name, *fact.aliases)
}
_WHOSE = ("uscc", "name", "former_names", "contact", "phone", "remark", "address")
_YEAR = re.compile(r"((?:19|20)\d{2})(?:\.0)?年?度?")
_MONTH = re.compile(r"((?:19|20)\d{2})[年./-](\d{1,2})月?")
_STAGE = re.compile(r"第?(\d{1,2})(?:\.0)?期?")
_MONEY = catalogue()["upper_paid"]


@dataclass(frozen=True, slots=True)
class Item:
    """One row of a list: the event and what people want to see of it. ``fen`` and ``award``
    only where the list records payments."""

    event: Event
    name: str
    code: str
    district: str
    batch: str
    said: str
    source: tuple[str, str, int]
    fen: int | None = None
    award: str = ""


@dataclass
class EventLists:
    """Several lists read with one sense of who is who. ``as_of``: the day of the run; a row
    without a date has none, one with a year or month only is taken at its end. ``usual``: the
    event of rows in lists without a column for it."""

    region: str
    as_of: date
    usual: EventName | None = None
    items: list[Item] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)
    unused: dict[str, None] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        keys = frozenset(carry_key(head) for heads in HEADS.values() for head in heads)
        self.reader = _Reader(self.as_of.year, _no_map(), None, keys)
        self.work = Import(self.reader)

    def read(self, path: Path) -> list[Item]:
        """The rows of every sheet that has firms and events. Raises UserError for a file that
        cannot be read, and where no sheet has both."""
        first, before = len(self.items), len(self.work.problems)
        seen: list[str] = []
        for grid in open_grids(path):
            for table in () if grid.hidden else tables(grid, self.reader):
                if isinstance(table, Table):
                    seen += [column.head for column in table.columns if column.head]
                    _TableReader(self, table).read()
        if len(self.items) == first and len(self.work.problems) == before:
            heads = f"；读到的表头：{'、'.join(seen[:12])}" if seen else ""
            raise UserError(
                f"「{path.name}」里没有读到名单：要有“企业名称”或“统一社会信用代码”一列，"
                f"和“事项”一列（首次认定、重新认定……）{heads}"
            )
        found = self.work.problems[before:]
        self.problems += [p for p in found if p.kind not in ("duplicate", "merged_cells")]
        self.skipped = dict(self.work.skipped)
        return self.items[first:]

    def note(self, words: str) -> None:
        self.notes[words] = self.notes.get(words, 0) + 1

    def firm(self, number: int) -> str:
        """What tells the firm apart, now that all lists are read."""
        for one, other in self.work.firms.same:
            if number == max(one, other):
                number = min(one, other)
        return str(number)


def _no_map() -> Any:
    from denggao.facts.columnmap import ColumnMap

    return ColumnMap()


class _Reader(Reader):
    """Understands the facts of events, too."""

    def meaning(self, path: tuple[str, ...]) -> Meaning | None:
        """As in a ledger, after the heads that only such lists have."""
        return _event_fact(path) or super().meaning(path)


@cache
def _event_fact(path: tuple[str, ...]) -> Meaning | None:
    words, unit = without_unit(path[-1])
    code = _EVENT_FACTS.get(normal(words))
    if code is None:
        return None
    meaning = Meaning("fact", code)
    factor = None if unit is None else unit_factor(meaning, unit)
    return Meaning("fact", code, factor=factor) if unit is None or factor else None


@cache
def role_of(head: str) -> str:
    """Which part of an event the column with this head holds; "" for none."""
    words, _ = without_unit(head.rsplit("/", 1)[-1])
    return _ROLE.get(normal(words), "")


@cache
def _meaning(head: str, event_year: int) -> Meaning | None:
    """What a head says of a firm whose event was in this year."""
    path = tuple(head.split("/"))
    return _event_fact(path) or understand(path, event_year)


class _TableReader:
    """Rows of one table → items."""

    def __init__(self, lists: EventLists, table: Table) -> None:
        self.lists, self.work, self.table = lists, lists.work, table
        self.roles: dict[str, Column] = {}
        for column in table.columns:
            self.roles.setdefault(role_of(column.head) or f"-{column.index}", column)
        self.facts = [c for c in table.columns if self._is_fact(c)]
        self.known: dict[tuple[int, str | None], Convert] = {}

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
            fen = self._fen(row, number)
        except _Refused:
            return
        values = self._values(facts, (day or self.lists.as_of).year)
        grid = self.table.grid
        region = self.table.index_of("region")
        told = facts.get(region) if region is not None else None
        place = place_of(told, self.lists.region) if isinstance(told, str) else None
        if isinstance(told, str) and place is None:
            self.lists.note(f"所在区县“{told}”看不出是哪个区县，按在{self.lists.region}")
        code = self.table.index_of("uscc")
        where = f"第 {number} 行" if len(self.work.tables) == 1 else (
            f"「{grid.file}」{f'〈{grid.sheet}〉' if grid.sheet else ''}第 {number} 行"
        )  # fmt: skip
        event = Event(
            str(firm), name.kind, title, day, stage, name.back, values, place or "", where,
            len(self.lists.items),
        )  # fmt: skip
        shown = self.work.firms.identity[firm]
        own = self._text(row, "name") or shown
        self.lists.items.append(
            Item(
                event,
                own,
                cells.plain_text(row[code]) if code is not None else "",
                told if isinstance(told, str) and place is None else (place or ""),
                self._role_text(row, "batch"),
                self._role_text(row, "event") or name.kind,
                (grid.file, grid.sheet, number),
                fen,
                self._role_text(row, "award"),
            )
        )

    def _text(self, row: Sequence[Cell], code: str) -> str:
        index = self.table.index_of(code)
        return "" if index is None else cells.plain_text(row[index])

    def _role_text(self, row: Sequence[Cell], role: str) -> str:
        column = self.roles.get(role)
        return "" if column is None else cells.plain_text(row[column.index])

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
        column = self.roles.get("day")
        cell = "" if column is None else row[column.index]
        text = cells.plain_text(cell)
        if not text:
            column = self.roles.get("year")
            text = cell = "" if column is None else cells.plain_text(row[column.index])
            if not text and year:
                text = cell = str(year)
        if not text:
            return None
        if whole := _YEAR.fullmatch(text):
            return self._end(date(int(whole[1]), 12, 31), "年份")
        month = _MONTH.fullmatch(text)
        if month and 1 <= int(month[2]) <= 12:
            last = monthrange(int(month[1]), int(month[2]))[1]
            return self._end(date(int(month[1]), int(month[2]), last), "月份")
        try:
            found = cells.date(cell, self.table.grid.date1904)
        except BadCell as bad:
            self._problem(number, column, cell, bad.finding)
            raise _Refused from None
        return found if isinstance(found, date) else None

    def _end(self, last: date, what: str) -> date:
        self.lists.note(f"只有{what}的日期按当{what[0]}最后一天计")
        same = (last.year, last.month if what == "月份" else 0) == (
            self.lists.as_of.year, self.lists.as_of.month if what == "月份" else 0
        )  # fmt: skip
        return min(last, self.lists.as_of) if same else last

    def _stage(self, row: Sequence[Cell], number: int) -> int:
        text = self._role_text(row, "stage")
        match = _STAGE.fullmatch(text)
        if text and (match is None or int(match[1]) == 0):
            finding = Finding("bad_stage", "期次，如 1、第2期", "这一行没有算；请写第几期")
            self._problem(number, self.roles["stage"], text, finding)
            raise _Refused
        return int(match[1]) if match else 1

    def _fen(self, row: Sequence[Cell], number: int) -> int | None:
        column = self.roles.get("fen")
        if column is None or cells.plain_text(row[column.index]) == "":
            return None
        _, unit = without_unit(column.head.rsplit("/", 1)[-1])
        factor = unit_factor(Meaning("fact", _MONEY.code), unit) if unit else self.table.unit
        try:
            found = cells.number(_plus(row[column.index]), _MONEY, factor or 1).value
        except BadCell as bad:
            self._problem(number, column, row[column.index], bad.finding)
            raise _Refused from None
        sign = -1 if _is_minus(row[column.index]) else 1
        return sign * found if isinstance(found, int) else None

    def _values(self, facts: dict[int, Any], year: int) -> Mapping[str, Value]:
        found: dict[str, Value] = {}
        for index, value in facts.items():
            meaning = _meaning(self.table.columns[index].head, year)
            if meaning is None or meaning.role != "fact":
                continue
            fact = meaning.fact
            of_year = (meaning.year or year - 1) if fact.yearly else None
            found[key_of(fact.code, of_year)] = _in_unit(value, fact.scale) if fact.numeric \
                else value  # fmt: skip
        return found


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
    whole = reduced(Fraction(steps, scale))
    return Interval(whole, whole)
