"""Any workbook, any changes: the changed cells hold the new values, all others what they held."""

from __future__ import annotations

import datetime as dt
import io
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from denggao.documents.patching import Change, patch
from tests.documents.patching import raw
from tests.documents.patching.compare import cells, changed_parts, letters, outside, text
from tests.documents.patching.test_values import load
from tests.strategies import examples

SHEET, PART = "台账", "xl/worksheets/sheet1.xml"
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Co", "Cn")),
    min_size=1,
    max_size=9,
)
VALUES = st.one_of(
    WORDS,
    st.sampled_from(["=1+1", "-1", "@a", "0012", "916201000000000000", " a ", "一\n二", "_x000D_"]),
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.decimals(-(10**9), 10**9, places=4),
    st.dates(dt.date(1950, 1, 1), dt.date(2099, 12, 31)),
    st.booleans(),
)
PLACES = st.tuples(st.integers(1, 12), st.integers(1, 30))
CELLS = st.dictionaries(PLACES, VALUES, max_size=25)


def by_xlsxwriter(path: Path, held: dict[tuple[int, int], Any], inline: bool) -> None:
    options = {"in_memory": True, "constant_memory": False}
    book = xlsxwriter.Workbook(str(path), options | ({"constant_memory": True} if inline else {}))
    sheet = book.add_worksheet(SHEET)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for (row, column), value in sorted(held.items()):
        if isinstance(value, str):
            sheet.write_string(row - 1, column - 1, value)
        elif isinstance(value, dt.date):
            sheet.write_datetime(row - 1, column - 1, value, day)
        else:
            sheet.write(row - 1, column - 1, value)
    book.close()


def by_openpyxl(path: Path, held: dict[tuple[int, int], Any], _: bool) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = SHEET
    for (row, column), value in held.items():
        cell = sheet.cell(row, column, value)
        if isinstance(value, str):
            cell.data_type = "s"
    book.save(path)


def by_hand(path: Path, held: dict[tuple[int, int], Any], bare: bool) -> None:
    """Numbers only; ``bare``: no references, every cell from A1 on is there."""
    numbers = {k: v for k, v in held.items() if isinstance(v, int) and not isinstance(v, bool)}
    rows = []
    for row in range(1, max((r for r, _ in numbers), default=0) + 1):
        found = io.StringIO()
        for column in range(1, max((c for r, c in numbers if r == row), default=0) + 1):
            value = numbers.get((row, column))
            place = "" if bare else f' r="{letters(column)}{row}"'
            if value is not None:
                found.write(f"<c{place}><v>{value}</v></c>")
            elif bare:
                found.write("<c/>")
        rows.append(f"<row{'' if bare else f' r={chr(34)}{row}{chr(34)}'}>{found.getvalue()}</row>")
    raw.save(path, raw.package(raw.sheet("".join(rows))))


def held_by(path: Path) -> dict[tuple[int, int], Any]:
    return {
        (cell.row, cell.column): _plain(cell.value)
        for row in load(path)[SHEET].rows
        for cell in row
        if cell.value is not None
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.date()
    return unescape(value) if isinstance(value, str) else value


def same(one: Any, other: Any) -> bool:
    """Numbers as a spreadsheet holds them."""
    if isinstance(one, (int, Decimal)) and not isinstance(one, bool):
        return type(other) is not bool and float(one) == float(other)
    return type(one) is type(other) and one == other


@given(
    st.sampled_from([by_xlsxwriter, by_openpyxl, by_hand]), st.booleans(), CELLS,
    st.dictionaries(PLACES, st.one_of(st.none(), VALUES), min_size=1, max_size=8),
)  # fmt: skip
@examples(60)
def test_any_changes_of_any_workbook(
    write: Any, switch: bool, held: dict[tuple[int, int], Any], new: dict[tuple[int, int], Any]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder) / "前.xlsx", Path(folder) / "后.xlsx"
        write(before, held, switch)
        was = held_by(before)
        patch(before, after, [Change(SHEET, r, letters(c), v) for (r, c), v in new.items()])
        expected = {k: v for k, v in (was | new).items() if v is not None}
        now = held_by(after)
        assert now.keys() == expected.keys()
        assert all(same(expected[place], now[place]) for place in now)
        _only_these_cells(before, after, {f"{letters(c)}{r}" for r, c in new})
        once = after.read_bytes()
        patch(after, after, [Change(SHEET, r, letters(c), v) for (r, c), v in new.items()])
        assert after.read_bytes() == once


def _only_these_cells(before: Path, after: Path, changed: set[str]) -> None:
    assert changed_parts(before, after) <= {PART, "xl/styles.xml"}
    old, new = text(before, PART), text(after, PART)
    assert [r for r, _ in cells(new)] == _sorted(
        {r for r, _ in cells(old)} | {r for r, _ in cells(new)}
    )
    there = {reference for reference, _ in cells(old)}
    if {reference for reference, _ in cells(new)} == there:  # no cell is new: nothing else moves
        assert outside(old, *changed) == outside(new, *changed)


def _sorted(references: set[str]) -> list[str]:
    """As they stand in a sheet: row by row."""

    def place(reference: str) -> tuple[int, int, str]:
        column = reference.rstrip("0123456789")
        return int(reference.removeprefix(column)), len(column), column

    return sorted(references, key=place)
