"""有错: the bureau's own file with the reasons beside its cells, and a list of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from denggao.documents.patching import KEEP, Change, NewSheet, patch
from denggao.documents.screening_problems import kind_words
from denggao.facts.errors import UserError
from denggao.facts.problems import Problem, column_index
from denggao.facts.workbook import open_grids

SHEET = "数据问题"
#: The rows of an Excel sheet.
MAX_ROWS = 1_048_576
TOO_LONG = "超过 Excel 一页的 1,048,576 行，标不了；请分成几个文件"
#: A workbook with more comments than this opens slowly; the list has them all.
MAX_MARKS = 20_000
ERROR, NOTICE = "FFC7CE", "FFF2CC"
_HEADS = ("性质", "问题", "工作表", "单元格", "行", "列", "表头", "值", "应为", "怎样改")
_WIDTHS = (8, 26, 16, 9, 8, 6, 26, 26, 26, 60)
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


@dataclass(frozen=True)
class Marked:
    """What was marked: cells, problems that are only in the list, and the cells (〈表1〉D5) that
    have a background but no comment, because a conversation stands there."""

    cells: int
    only_listed: int
    unwritten: Sequence[str] = ()


def write_errors(source: Path, target: Path, problems: Sequence[Problem]) -> Marked:
    """A copy of ``source`` at ``target`` with a comment and a light background on every cell
    (of a problem with a whole row: its first cell) and the sheet 数据问题. A text file becomes
    a workbook with its rows and a column 问题. Raises UserError where it cannot be written."""
    ordered = sorted(problems, key=lambda p: p.is_notice)
    if _is_text(source):
        return _from_text(source, target, ordered)
    marks = _by_cell(ordered)
    changes = [
        Change(sheet, row, letter, KEEP, _words(found), _colour(found))
        for (sheet, row, letter), found in list(marks.items())[:MAX_MARKS]
    ]
    unwritten = patch(source, target, changes, [_list(ordered)])
    return Marked(len(changes), sum(1 for p in ordered if not p.row), unwritten)


def _is_text(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(4) != b"PK\x03\x04"


def _by_cell(problems: Iterable[Problem]) -> dict[tuple[str, int, str], list[Problem]]:
    marks: dict[tuple[str, int, str], list[Problem]] = {}
    for problem in problems:
        if problem.row:
            where = (problem.sheet, problem.row, problem.column or "A")
            marks.setdefault(where, []).append(problem)
    return marks


def _words(problems: Iterable[Problem]) -> str:
    """The reasons for one cell, one a line."""
    return "\n".join(dict.fromkeys(_reason(problem) for problem in problems))


def _reason(problem: Problem) -> str:
    what = f"整行：{kind_words(problem.kind)}" if not problem.column else kind_words(problem.kind)
    expected = f"应为{problem.expected}" if problem.expected else ""
    return "；".join(filter(None, [what, expected, problem.advice]))


def _colour(problems: Iterable[Problem]) -> str:
    return NOTICE if all(problem.is_notice for problem in problems) else ERROR


def _list(problems: Sequence[Problem]) -> NewSheet:
    rows = list(_lines(problems)) or [("没有发现问题",)]
    return NewSheet(SHEET, [_HEADS, *rows], _WIDTHS)


def _lines(problems: Iterable[Problem]) -> Iterator[tuple[str | int | None, ...]]:
    for p in problems:
        nature = "提示" if p.is_notice else "问题"
        cell = f"{p.column}{p.row}" if p.row and p.column else None
        where = (p.sheet, cell, p.row or None, p.column or None, p.head)
        yield (nature, kind_words(p.kind), *where, p.value, p.expected, p.advice)


# --- text files ----------------------------------------------------------------------------


def _from_text(source: Path, target: Path, problems: Sequence[Problem]) -> Marked:
    import xlsxwriter

    (grid,) = open_grids(source)
    rows = [[str(cell) for cell in row] for row in grid.rows()]
    if len(rows) > MAX_ROWS:
        raise UserError(f"「{source.name}」有 {len(rows)} 行，{TOO_LONG}")
    width = max(map(len, rows), default=0)
    by_row: dict[int, list[Problem]] = {}
    for problem in problems:
        by_row.setdefault(problem.row, []).append(problem)
    cells = 0
    with xlsxwriter.Workbook(str(target), _OPTIONS) as book:
        sheet = book.add_worksheet(source.stem[:31].translate(_NO_NAME) or "台账")
        plain = book.add_format({"num_format": "@"})
        looks = {
            colour: book.add_format({"num_format": "@", "bg_color": f"#{colour}"})
            for colour in (ERROR, NOTICE)
        }
        wrap = book.add_format({"num_format": "@", "text_wrap": True, "bold": True})
        sheet.set_column(0, width, 14, plain)
        sheet.set_column(width, width, 60)
        sheet.write_string(0, width, "问题", wrap)
        for number, row in enumerate(rows, 1):
            found = by_row.get(number, [])
            cells += _write_row(sheet, number - 1, row, found, width, plain, looks)
        _write_list(book, problems)
    return Marked(cells, len(by_row.get(0, [])))


_NO_NAME = str.maketrans(dict.fromkeys("[]:*?/\\'", "_"))


def _write_row(
    sheet: Any, at: int, row: Sequence[str], problems: Sequence[Problem], width: int, plain: Any,
    looks: dict[str, Any],
) -> int:  # fmt: skip
    """One row as text, its bad cells coloured, all reasons in the column 问题."""
    bad: dict[int, list[Problem]] = {}
    for problem in problems:
        bad.setdefault(column_index(problem.column or "A"), []).append(problem)
    for index, text in enumerate(row):
        look = looks[_colour(bad[index])] if index in bad else plain
        if text or index in bad:
            sheet.write_string(at, index, text, look)
    for index, found in bad.items():
        sheet.write_comment(at, index, _words(found), {"x_scale": 2})
    if problems:
        words = "\n".join(dict.fromkeys(_named(problem) for problem in problems))
        sheet.write_string(at, width if at else width + 1, words, looks[_colour(problems)])
    return len(bad)


def _named(problem: Problem) -> str:
    where = f"{problem.head}（{problem.column} 列）：" if problem.column else ""
    return where + _reason(problem)


def _write_list(book: Any, problems: Sequence[Problem]) -> None:
    sheet = book.add_worksheet(SHEET)
    bold = book.add_format({"bold": True})
    for index, (head, width) in enumerate(zip(_HEADS, _WIDTHS, strict=True)):
        sheet.set_column(index, index, width)
        sheet.write_string(0, index, head, bold)
    lines = list(_lines(problems)) or [("没有发现问题",)]
    for at, line in enumerate(lines, 1):
        for index, value in enumerate(line):
            if isinstance(value, str) and value:
                sheet.write_string(at, index, value)
            elif isinstance(value, int):
                sheet.write_number(at, index, value)
    sheet.freeze_panes(1, 0)
