"""Rows of a sheet: their cells by column, and new cells put between them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from denggao.documents.patching.cells import CellNow
from denggao.documents.patching.changes import Cell
from denggao.documents.patching.container import Damaged
from denggao.documents.patching.scan import Region, Row, Sheet, region
from denggao.documents.patching.spans import Element, Splice, parse, with_attribute
from denggao.facts.problems import column_letter


def rows_of(sheet: Sheet) -> Iterator[tuple[Row, Element]]:
    """The wanted rows that are there, with their elements."""
    for number, row in sorted(sheet.rows.items()):
        element = parse(row.data)
        if element.name != "row":
            raise Damaged(f"row {number}")
        yield row, element


def cells_of(number: int, row: Element) -> dict[int, Element]:
    """The cells of a row by column from 1; those without a reference follow the one before."""
    found: dict[int, Element] = {}
    column = 0
    for element in row.children:
        if element.name != "c":
            continue
        reference = element.attributes.get("r")
        if reference:
            top, left, _, _ = region(reference)
            if top != number or left <= column:
                raise Damaged(f"cell {reference} in row {number}")
            column = left
        else:
            column += 1
        found[column] = element
    return found


def string_numbers(sheet: Sheet, wanted: Collection[Cell]) -> set[int]:
    """The shared strings in the wanted cells."""
    numbers = set()
    for row, element in rows_of(sheet):
        for column, cell in cells_of(row.number, element).items():
            if (row.number, column) in wanted:
                number = CellNow(row.data, cell).string_number
                numbers |= {number} if number is not None else set()
    return numbers


def with_new_cells(data: bytes, row: Element, new: Sequence[tuple[int, Splice]]) -> list[Splice]:
    """The splices that put (column, cell) into a row, its spans widened."""
    old = data[: row.inner]
    tag = _with_spans(old, row.get("spans"), [column for column, _ in new])
    if row.is_closed:
        cells = b"".join(made for _, (_, _, made) in new)
        end = b"</" + row.tag("row").encode() + b">"
        return [(0, row.stop, tag[:-2].rstrip() + b">" + cells + end)]
    head: list[Splice] = [] if tag == old else [(0, row.inner, tag)]
    return head + [splice for _, splice in new]


def _with_spans(tag: bytes, spans: str, columns: Sequence[int]) -> bytes:
    first, _, last = spans.partition(":")
    if not (first.isdigit() and last.isdigit()):
        return tag  # none, or several: a mere hint to readers
    low, high = min(int(first), *columns), max(int(last), *columns)
    said = f"{low}:{high}"
    return tag if said == spans else with_attribute(tag, "spans", said)


def reference(area: Region) -> str:
    """(2, 2, 4, 4) → "B2:D4"; one cell as "B2"."""
    top, left, bottom, right = area
    first, last = f"{column_letter(left - 1)}{top}", f"{column_letter(right - 1)}{bottom}"
    return first if first == last else f"{first}:{last}"
