"""The filled form as a file: their workbook with cells patched in, and two sheets that say
where every figure came from and what is still to be filled by hand."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from denggao.documents.filling.answers import Answer, Value
from denggao.documents.filling.layout import letter
from denggao.documents.filling.plan import Filled, Marked, Plan, cell_name
from denggao.documents.filling.rows import prepare
from denggao.documents.patching import KEEP, Change, NewSheet, patch
from denggao.facts.catalogue import catalogue
from denggao.facts.ownpages import OPEN, OPEN_HEADS, SOURCE_HEADS, SOURCES
from denggao.facts.privacy import hidden, masked

#: A workbook with more comments than this opens slowly; the rest is in the list.
MAX_COMMENTS = 20_000
_SOURCE_WIDTHS = (16, 9, 32, 24, 22, 22, 16, 11, 28, 40)
_OPEN_WIDTHS = (12, 16, 9, 32, 30, 60)

Line = Sequence[str | int | Decimal | None]


@dataclass(frozen=True)
class Written:
    """``notes``: how many of the cells in want of data (``plan.marked``) got a comment;
    ``unwritten``: the cells (〈表1〉D5) without one because a conversation stands there."""

    notes: int
    unwritten: Sequence[str]


def write_filled(plan: Plan, form: Path, target: Path) -> Written:
    """Write the filled form to ``target``; the form itself is not touched. Raises UserError
    where rows cannot be inserted safely or a cell must not change; nothing is written then."""
    sheets = [
        NewSheet(SOURCES, [SOURCE_HEADS, *_sources(plan)], _SOURCE_WIDTHS),
        NewSheet(OPEN, [OPEN_HEADS, *open_lines(plan)], _OPEN_WIDTHS),
    ]
    changes = list(_changes(plan))
    with tempfile.TemporaryDirectory() as folder:
        roomy = Path(folder) / form.name
        prepare(form, roomy, plan.inserted)
        unwritten = patch(roomy, target, changes, sheets)
    beside = {f"〈{c.sheet}〉{c.reference}" for c in changes if c.note} - set(unwritten)
    notes = sum(1 for mark in plan.marked if f"〈{mark.sheet}〉{cell_name(mark)}" in beside)
    return Written(notes, unwritten)


def _changes(plan: Plan) -> Iterator[Change]:
    """Values, then comments: one change a cell."""
    for item in plan.filled:
        yield Change(item.sheet, item.row, letter(item.column), item.value, item.note or None)
    written = {(item.sheet, item.row, item.column) for item in plan.filled}
    notes: dict[tuple[str, int, int], str] = {}
    for mark in (*plan.head_notes, *plan.absent, *plan.differing, *plan.marked):
        where = mark[:3]
        if where in notes or where in written or len(notes) >= MAX_COMMENTS:
            continue
        notes[where] = mark.why
    for (sheet, row, column), why in notes.items():
        yield Change(sheet, row, letter(column), KEEP, why)


# --- the two sheets ------------------------------------------------------------------------


def _sources(plan: Plan) -> Iterator[Line]:
    for item in plan.filled:
        answer = item.answer
        where = (item.sheet, cell_name(item), item.firm, answer.fact)
        value = _shown(item.value, answer)
        how = "；".join(filter(None, [answer.how, item.note, _personal(answer)]))
        if not answer.sources:
            yield (*where, value, None, None, None, None, how or "登高编号")
        for source in answer.sources:
            place = source.cell if source.row else source.letter
            yield (*where, value, source.file, source.sheet, place, source.head, how)


def _shown(value: Value, answer: Answer) -> str | int | Decimal:
    """Dates as text: the sheet is for reading and searching. Personal data is hidden, and so
    are personal numbers in other texts; a credit code may look like one."""
    if answer.personal:
        return hidden(str(value))
    if isinstance(value, str):
        return value if answer.fact == catalogue()["uscc"].name else masked(value)
    return value if isinstance(value, int | Decimal) else value.isoformat()


def _personal(answer: Answer) -> str:
    return "个人信息，这里只显示一部分" if answer.personal else ""


def open_lines(plan: Plan) -> Iterator[Line]:
    """What a person still has to look at: columns, firms, differences, single cells."""
    for words in plan.skipped:
        yield ("没有填的表", None, None, None, None, words)
    for words in plan.notices:
        yield ("提示", None, None, None, None, words)
    for column in plan.unfilled:
        yield ("不认得的列", column.sheet, cell_name(column), None, column.head, column.why)
    yield from _marks("表头的口径", plan.head_notes)
    yield from _marks("找不到的企业", plan.absent)
    yield from _marks("与台账不同", plan.differing)
    yield from _marks("请核对", plan.doubted)
    yield from _marks("缺数", plan.marked)


def _marks(kind: str, marks: Sequence[Marked]) -> Iterator[Line]:
    for mark in marks:
        yield (kind, mark.sheet, cell_name(mark), mark.firm, mark.head, mark.why)


def count_cells(filled: Sequence[Filled]) -> int:
    """Cells with figures of the ledger: running numbers do not count."""
    return sum(1 for item in filled if item.answer.sources)
