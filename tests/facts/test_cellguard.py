"""Rows and cells in their places, however a sheet is written and wherever its chunks end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denggao.facts.cellguard import CellGuard
from denggao.facts.problems import column_letter
from denggao.facts.xmlguard import Refused
from tests.strategies import examples

#: Spellings of one cell at {}: as every program writes it, and as XML allows.
CELLS = (
    '<c r="{}"><v>1</v></c>',
    '<c r="{}" s="3"/>',
    '<c r="{}" t="inlineStr"><is><t>a r="B1" &lt;c</t></is></c>',
    '<c r="{}" t="inlineStr"><is><r><rPr><color rgb="1"/></rPr><t>x</t></r></is></c>',
    "<c r='{}'><v>1</v></c>",
    '<c s="3" r="{}"><v>1</v></c>',
    '<x:c s="3" r="{}"><x:v>1</x:v></x:c>',
)
ROWS = ('<row r="{}">', "<row spans='1:2' r='{}'>", '<x:row r="{}">', "<row>")
Row = tuple[int, str, list[tuple[int, int, str]]]


@st.composite
def sheets(draw: st.DrawFn) -> list[Row]:
    """Rows with their numbers and cells, mostly in order, now and then one that is not."""
    odd = st.integers(0, 30).map(lambda n: n == 0)
    usual = draw(st.booleans())
    rows: list[Row] = []
    number = 0
    for _ in range(draw(st.integers(0, 6))):
        number += draw(st.integers(1, 9)) if not draw(odd) else 0
        columns = sorted(draw(st.sets(st.integers(0, 60), max_size=6)))
        if columns and draw(odd):
            columns.append(draw(st.sampled_from(columns)))
        cells = [
            (column, number + draw(odd) * 10, CELLS[0] if usual else draw(st.sampled_from(CELLS)))
            for column in columns
        ]
        rows.append((number, ROWS[0] if usual else draw(st.sampled_from(ROWS)), cells))
    return rows


def written(rows: list[Row]) -> bytes:
    text = "".join(
        row.format(number)
        + "".join(cell.format(f"{column_letter(column)}{at}") for column, at, cell in cells)
        + ("</x:row>" if "x:" in row else "</row>")
        for number, row, cells in rows
    )
    head = '<worksheet><cols><col min="1" r="Z9"/></cols><sheetData>'
    return f"{head}{text}</sheetData><mergeCells/></worksheet>".encode()


def is_right(rows: list[Row]) -> bool:
    above = 0
    for number, row, cells in rows:
        told = number if "{}" in row else cells[0][1] if cells else None
        if told is None:
            continue
        columns = [column for column, _, _ in cells]
        if told <= above or any(at != told for _, at, _ in cells):
            return False
        if len(set(columns)) < len(columns):
            return False
        above = told
    return True


def pieces(text: bytes, cuts: list[int]) -> Iterator[bytes]:
    places = sorted({cut % (len(text) + 1) for cut in cuts} | {0, len(text)})
    for start, end in pairwise(places):
        yield text[start:end]


@examples(400, nightly=20_000)
@given(rows=sheets(), cuts=st.lists(st.integers(0, 5000), max_size=12))
def test_passes_where_every_cell_has_its_one_place(rows: list[Row], cuts: list[int]) -> None:
    text, guard = written(rows), CellGuard()
    if not is_right(rows):
        with pytest.raises(Refused):
            list(guard.passed(pieces(text, cuts)))
        return
    assert b"".join(guard.passed(pieces(text, cuts))) == text
    cells = [cell for _, _, cells in rows for cell in cells]
    numbers = [number for number, row, cells in rows if cells or "{}" in row]
    assert guard.width == max((column + 1 for column, _, _ in cells), default=0)
    assert guard.height == max(numbers, default=0)


def _row(number: int, cells: str) -> str:
    return f'<row r="{number}">{cells}</row>'


FULL = "".join(f'<c r="{column_letter(i)}7"><v>1</v></c>' for i in range(40))


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (_row(7, FULL + '<c r="E7"/>'), "E7 出现了两次"),
        (_row(6, FULL.replace("7", "6")) + _row(7, FULL + '<c r="E7"/>'), "E7 出现了两次"),
        (_row(6, FULL.replace("7", "6")) + _row(7, FULL.replace("E7", "E6")), "自称在第 6 行"),
        (_row(6, FULL.replace("7", "6")) + _row(7, FULL.replace("E7", "E77")), "自称在第 77 行"),
        (_row(7, FULL) + _row(8, "") + _row(7, ""), "第 7 行出现了两次或次序颠倒"),
        (_row(7, FULL) + _row(8, '<c><v>1 r="A8"</v></c>'), "没写位置"),
        (_row(7, FULL + '<c r="E" s="1"/>'), "没写位置"),
        (_row(7, FULL) + '<row r = "8"><c r="A8"/></row>', "两边有空格"),
        (_row(7, FULL + '<c r = "ZZ7"/>'), "两边有空格"),
        (_row(7, FULL + '<c r="ZZ7" t= "e"/>'), "两边有空格"),
        (_row(1_048_577, ""), "超出 Excel"),
        (_row(0, ""), "第 0 行"),
        ('<row r="7a"/>', "行号不是数字"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("size", [1, 37, 1 << 20])
def test_refused_whatever_the_chunks(rows: str, says: str, size: int) -> None:
    text = f"<worksheet><sheetData>{rows}</sheetData></worksheet>".encode()
    chunks = [text[at : at + size] for at in range(0, len(text), size)]
    with pytest.raises(Refused, match=re.escape(says)):
        list(CellGuard().passed(chunks))
