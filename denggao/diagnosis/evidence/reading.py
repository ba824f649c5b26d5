"""The filled-in workbook → ``Case``; what is wrong with a cell is named at the cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from denggao.diagnosis.evidence import sheets
from denggao.diagnosis.evidence.case import (
    Case,
    Conversion,
    Cost,
    Heads,
    Ip,
    Product,
    Project,
    Standard,
    Told,
    Work,
)
from denggao.diagnosis.evidence.sheets import Column, Sheet
from denggao.facts import cells
from denggao.facts.catalogue import Fact, catalogue
from denggao.facts.cells import BadCell
from denggao.facts.errors import UserError
from denggao.facts.identity import code_fault, half_width, normal_code
from denggao.facts.problems import Problem, column_letter
from denggao.facts.workbook import Grid, open_grids

_SEARCHED = 12
MOST_ROWS = 2000
_SPLIT = re.compile(r"[,，、;；\s]+")
_CODE = re.compile(r"([A-Za-z]{2})0*(\d{1,3})")
_YEAR = re.compile(r"((?:19|20)\d{2})(?:\.0)?年?度?")
_SPACE = re.compile(r"\s+")
_BUILD: dict[str, Callable[..., Any]] = {
    "ips": Ip, "costs": Cost, "products": Product, "conversions": Conversion, "works": Work,
    "told": Told, "heads": Heads, "standards": Standard,
}  # fmt: skip


@dataclass
class _Work:
    """What is found on the way: problems, and which sheets were there."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def problem(
        self, sheet: str, row: int, index: int | None, head: str, value: object, *said: str
    ) -> None:
        column = "" if index is None else column_letter(index)
        expected, advice = said
        self.problems.append(
            Problem(self.file, sheet, row, column, head, cells.plain_text(value), expected,
                    advice, "bad_cell")
        )  # fmt: skip


def read_case(path: Path) -> tuple[Case | None, list[Problem]]:
    """The case, and the problems by cell; ``None`` while there are any. Raises UserError for a
    file that is no such workbook."""
    work = _Work(path.name)
    found: dict[str, Any] = {}
    card: dict[str, tuple[Any, int]] = {}
    abilities: dict[str, str] = {}
    for grid in open_grids(path):
        if grid.sheet == sheets.CARD_NAME:
            card = _card(work, grid)
        elif grid.sheet == sheets.ABILITY_NAME:
            told = {name: cells.text(cell) for name, cell, _ in _pairs(grid)}
            abilities = {n: text for n in sheets.ABILITIES if (text := told.get(n))}
        else:
            for sheet in sheets.TABLES:
                if grid.sheet == sheet.name:
                    work.seen.add(sheet.name)
                    found[sheet.target] = tuple(_table(work, grid, sheet))
    if not card:
        raise UserError(
            f"「{path.name}」没有〈{sheets.CARD_NAME}〉这一页；"
            "请用 denggao evidence --template 导出空表来填"
        )
    case = _case(work, card, abilities, found)
    return (None if work.problems else case), work.problems


# --- 〈企业〉 ------------------------------------------------------------------------------------


def _pairs(grid: Grid) -> Iterator[tuple[str, Any, int]]:
    for number, row in enumerate(grid.rows(), 1):
        if number > 200:
            return
        if len(row) >= 2 and (name := _plain(row[0])):
            yield _NAMES.get(name, name), row[1], number


def _card(work: _Work, grid: Grid) -> dict[str, tuple[Any, int]]:
    kinds = dict(sheets.CARD)
    found: dict[str, tuple[Any, int]] = {}
    for name, cell, row in _pairs(grid):
        if name in kinds:
            column = Column(name, name, kinds[name])
            found[name] = _cell(work, grid, column, cell, row, 1), row
    return found


def _case(
    work: _Work, card: dict[str, tuple[Any, int]], abilities: dict[str, str], found: dict[str, Any]
) -> Case | None:
    def told(name: str) -> Any:
        return card.get(name, (None, 0))[0]

    for name in ("企业名称", "统一社会信用代码", "申报年度"):
        if told(name) in (None, ""):
            row = card.get(name, (None, 0))[1]
            work.problem(sheets.CARD_NAME, row, 1, name, "", name, "请补上")
    uscc = normal_code(told("统一社会信用代码") or "")
    if uscc and (fault := code_fault(uscc)):
        row = card["统一社会信用代码"][1]
        work.problem(sheets.CARD_NAME, row, 1, "统一社会信用代码", uscc, "18 位代码", fault)
    if work.problems:
        return None
    rest = {name: _shown(told(name)) for name, _ in sheets.CARD}
    return Case(
        name=told("企业名称"), uscc=uscc, year=told("申报年度"), founded=told("注册日期"),
        filed_on=told("申报日期"), card=rest, abilities=abilities, **found,
    )  # fmt: skip


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)


# --- tables --------------------------------------------------------------------------------------


def _table(work: _Work, grid: Grid, sheet: Sheet) -> Iterator[Any]:
    places: dict[str, int] | None = None
    count = 0
    for number, row in enumerate(grid.rows(), 1):
        if places is None:
            places = _heads(row, sheet)
            if places is None and number >= _SEARCHED:
                break
            continue
        if _is_empty(row, places, sheet):
            continue
        count += 1
        if count > MOST_ROWS:
            raise UserError(f"「{work.file}」〈{sheet.name}〉超过 {MOST_ROWS} 行")
        made = _record(work, grid, sheet, row, number, places)
        if made is not None:
            yield made
    if places is None:
        needed = "、".join(c.head for c in sheet.columns if c.needed)
        raise UserError(f"「{work.file}」〈{sheet.name}〉里找不到表头；至少要有 {needed}")


def _heads(row: list[Any], sheet: Sheet) -> dict[str, int] | None:
    words = [_plain(cell) for cell in row]
    found = {c.field: words.index(_plain(c.head)) for c in sheet.columns if _plain(c.head) in words}
    return found if all(c.field in found for c in sheet.columns if c.needed) else None


def _plain(cell: Any) -> str:
    """A head as it is compared: narrow brackets, no spaces."""
    return _SPACE.sub("", half_width(cells.plain_text(cell)))


def _is_empty(row: list[Any], places: dict[str, int], sheet: Sheet) -> bool:
    """Nothing but what the template had ready."""
    skipped = {c.field for c in sheet.columns[:2]} if sheet.ready else set()
    told = [row[i] for f, i in places.items() if i < len(row) and f not in skipped]
    return not any(cells.plain_text(cell).strip() for cell in told)


def _record(
    work: _Work, grid: Grid, sheet: Sheet, row: list[Any], number: int, places: dict[str, int]
) -> Any:
    before, values = len(work.problems), {}
    for column in sheet.columns:
        index = places.get(column.field)
        cell = row[index] if index is not None and index < len(row) else ""
        value = _cell(work, grid, column, cell, number, index)
        if value in (None, "") and column.needed and not _bad_at(work, before, column):
            work.problem(sheet.name, number, index, column.head, "", column.head, "请补上")
        if value is not None:
            values[column.field] = value
    if len(work.problems) > before:
        return None
    if sheet is sheets.RD:
        values["years"] = tuple(values.pop(f"year{n}", 0) for n in (1, 2, 3))
        return Project(row=number, **values)
    if sheet is sheets.WORK:
        values["full_time"] = values["full_time"] == sheets.FULL
    return _BUILD[sheet.target](row=number, **values)


def _bad_at(work: _Work, before: int, column: Column) -> bool:
    return any(problem.head == column.head for problem in work.problems[before:])


def _cell(work: _Work, grid: Grid, column: Column, cell: Any, row: int, index: int | None) -> Any:
    """The value of a cell; ``None`` for an empty one, and for a wrong one, which is noted."""
    text = cells.plain_text(cell).strip()
    if not text:
        return None
    try:
        return _value(column, cell, text, grid.date1904)
    except BadCell as bad:
        work.problem(grid.sheet, row, index, column.head, cell, *bad.finding[1:])
    except _Wrong as wrong:
        work.problem(grid.sheet, row, index, column.head, cell, *wrong.args)
    return None


class _Wrong(Exception):
    """(what was expected, how to mend it)"""


def _value(column: Column, cell: Any, text: str, date1904: bool) -> Any:
    match column.kind:
        case sheets.DAY:
            return _day(cell, date1904)
        case sheets.WAN:
            return _fen(cell, column)
        case sheets.COUNT:
            return _count(cell)
        case sheets.YEAR:
            if (found := _YEAR.fullmatch(text)) is None:
                raise _Wrong("四位年份，如 2025", "请改成年份")
            return int(found[1])
        case sheets.YES:
            return cells.yes_no(text, catalogue()["above_scale"])
        case sheets.CODES:
            return tuple(_written(part) for part in _SPLIT.split(text) if part)
    if column.options:
        chosen = [option for option in column.options if _plain(option) == _plain(text)]
        if not chosen:
            raise _Wrong("、".join(column.options), "请从中选一种")
        return chosen[0]
    text = cells.text(cell) or ""
    if len(text) > column.most:
        raise _Wrong(f"不超过 {column.most} 字", f"现在 {len(text)} 字，请压缩")
    is_code = column.field in ("code", "project") and column.most == 10
    return _written(text) if is_code else text


def _written(code: str) -> str:
    """IP1, ip01 → IP01."""
    found = _CODE.fullmatch(code)
    return f"{found[1].upper()}{int(found[2]):02d}" if found else code


def _day(cell: Any, date1904: bool) -> date | None:
    return cells.date(cell, date1904)


def _fen(cell: Any, column: Column) -> int:
    found = _exactly(cell, catalogue()["profit"], 10_000)
    if found < 0 and column.field not in ("audit", "tax", "application"):
        raise _Wrong("不小于 0 的数", "费用和收入不能是负数")
    return found


def _count(cell: Any) -> int:
    fact = catalogue()["staff"]
    steps = _exactly(cell, fact, 1)
    whole = Fraction(steps, fact.scale)
    if whole.denominator != 1:
        raise _Wrong("整数", "人数不能有小数")
    return int(whole)


def _exactly(cell: Any, fact: Fact, factor: int) -> int:
    found = cells.number(cell, fact, factor).value
    if not isinstance(found, int):
        raise _Wrong("准确的数", "这里不能写约数或区间")
    return found


_NAMES = {_plain(name): name for name in (*(n for n, _ in sheets.CARD), *sheets.ABILITIES)}
