"""包抓联台账, 问题台账 and 走访记录 as offices keep them, read back: all rows or, where a cell is
wrong, none; each problem by its cell."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from denggao.facts import cells
from denggao.facts.cells import BadCell
from denggao.facts.errors import UserError
from denggao.facts.identity import code_fault, normal_code, normal_name
from denggao.facts.problems import Problem, column_letter
from denggao.facts.workbook import Grid, open_grids
from denggao.web.accounts.models import User
from denggao.web.ledger.models import Enterprise

_SEARCHED = 20
MOST_ROWS = 20_000
_SPACE = re.compile(r"\s+")
_FOOT = re.compile(r"(?:注|备注|说明|填表人|填报人|制表人?|审核人?|联系人)\s*[：:]|合\s*计$")
_CLOCK = re.compile(r"(.*?)[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?")
NAME, CODE = "企业名称", "统一社会信用代码"


@dataclass(frozen=True)
class Line:
    """One row: ``cells`` by head, and where it stands."""

    grid: Grid
    row: int
    cells: Mapping[str, Any]
    columns: Mapping[str, int]

    def text(self, head: str) -> str:
        """The cell as text; "" where the table has no such column."""
        cell = self.cells.get(head, "")
        return cell.strip() if isinstance(cell, str) else cells.plain_text(cell)

    def problem(self, head: str, expected: str, advice: str) -> Problem:
        """What is wrong with the cell of this head."""
        index = self.columns.get(head)
        return Problem(
            self.grid.file, self.grid.sheet, self.row,
            "" if index is None else column_letter(index), head, self.text(head),
            expected, advice, "bad_cell",
        )  # fmt: skip


@dataclass
class Found:
    """What a file holds: rows with their firms, what is wrong, and what was only assumed."""

    rows: list[tuple[Line, Enterprise]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read(path: Path, user: User, heads: Sequence[str], needed: Sequence[str]) -> Found:
    """Every row under ``heads`` (of which ``needed`` must be there). Raises UserError where no
    sheet has them, or there are more than ``MOST_ROWS`` rows."""
    found, firms, seen = Found(), _Firms(user), False
    for grid in open_grids(path):
        for line in _lines(grid, heads, needed):
            seen = True
            if line is None:
                continue
            firm = firms.of(line)
            if isinstance(firm, Problem):
                found.problems.append(firm)
            else:
                found.rows.append((line, firm))
            if len(found.rows) > MOST_ROWS:
                raise UserError(f"「{path.name}」超过 {MOST_ROWS} 行，请分成几个文件")
    if not seen:
        raise UserError(f"「{path.name}」里找不到表头；至少要有 {'、'.join(needed)} 这几列")
    return found


def _lines(grid: Grid, heads: Sequence[str], needed: Sequence[str]) -> Iterator[Line | None]:
    """``None`` once for the heads, then the rows below them, up to the note or signature."""
    columns: dict[str, int] | None = None
    for number, row in enumerate(grid.rows(), 1):
        if columns is None:
            columns = _columns(row, heads, needed)
            if columns is not None:
                yield None
            elif number >= _SEARCHED:
                return
            continue
        told = {head: row[i] if i < len(row) else "" for head, i in columns.items()}
        texts = [cells.plain_text(cell).strip() for cell in row]
        if not any(texts):
            continue
        first = next(text for text in texts if text)
        if _FOOT.match(first):
            return
        if any(cells.plain_text(c).strip() for h, c in told.items() if h != "序号"):
            yield Line(grid, number, told, columns)


def _columns(row: list[Any], heads: Sequence[str], needed: Sequence[str]) -> dict[str, int] | None:
    words = [_SPACE.sub("", cells.plain_text(cell)) for cell in row]
    found = {head: words.index(head) for head in heads if head in words}
    return found if all(head in found for head in needed) else None


class _Firms:
    """The firm of a row, by its code or its exact name."""

    def __init__(self, user: User) -> None:
        self.by_code: dict[str, Enterprise] = {}
        self.by_name: dict[str, list[Enterprise]] = {}
        for firm in Enterprise.objects.for_user(user).prefetch_related("former_names"):
            if firm.uscc:
                self.by_code[firm.uscc] = firm
            former = [name.name_key for name in firm.former_names.all()]
            for key in {firm.name_key, *former}:
                self.by_name.setdefault(key, []).append(firm)

    def of(self, line: Line) -> Enterprise | Problem:
        code, name = normal_code(line.text(CODE)), line.text(NAME)
        if code and code_fault(code) is None:
            known = self.by_code.get(code)
            if known is not None:
                return known
        if not name:
            return line.problem(NAME, "企业名称", "请补上")
        same = self.by_name.get(normal_name(name), [])
        if len(same) == 1:
            if code and same[0].uscc and code != same[0].uscc:
                return line.problem(
                    CODE, f"{same[0].uscc}（台账里这户的代码）", "请核对是不是同一户"
                )
            return same[0]
        if same:
            advice = "请在表里加“统一社会信用代码”一列"
            return line.problem(NAME, "台账里唯一的一户", f"台账里有 {len(same)} 户同名，{advice}")
        return line.problem(NAME, "台账里有的企业", "请核对名称，或先导入台账")


def day(line: Line, head: str) -> datetime.date | Problem | None:
    """A day in any usual spelling; ``None`` for an empty cell."""
    try:
        return cells.date(line.cells.get(head, ""), line.grid.date1904)
    except BadCell as bad:
        return line.problem(head, *bad.finding[1:])


def moment(line: Line, head: str) -> datetime.datetime | Problem | None:
    """A day, perhaps with a time of day, in Beijing time."""
    from denggao.diagnosis.calendar import SHANGHAI

    cell = line.cells.get(head, "")
    if isinstance(cell, datetime.datetime):
        return cell.replace(tzinfo=SHANGHAI)
    clock = _CLOCK.fullmatch(cell.strip()) if isinstance(cell, str) else None
    on = day(line, head)
    if on is None or isinstance(on, Problem):
        return on
    hour, minute = (int(clock[2]), int(clock[3])) if clock else (0, 0)
    if hour > 23 or minute > 59:
        return line.problem(head, "时间，如 2026-06-30 09:30", "请改正钟点")
    return datetime.datetime.combine(on, datetime.time(hour, minute), SHANGHAI)
