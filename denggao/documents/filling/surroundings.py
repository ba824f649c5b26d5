"""What follows a sheet whose rows moved: formulas elsewhere, comments, drawings, tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from denggao.documents.filling.references import Rows, shifted, shifted_areas
from denggao.documents.patching.book import Book
from denggao.documents.patching.parts import Parts
from denggao.documents.patching.spans import (
    Element,
    Splice,
    escaped,
    inner_text,
    parse,
    spliced,
    with_attribute,
)

_SIGNS = set("'\"<>&")


def formula_splices(
    data: bytes, formula: Element, rows: Rows, at_home: bool = True, in_body: bool = False
) -> Iterator[Splice]:
    """A formula (or an area of formulas) as it reads after the insertion."""
    tag = data[formula.start : formula.inner]
    ref = formula.get("ref") if at_home else ""
    if ref:
        new_tag = with_attribute(tag, "ref", shifted_areas(ref, rows).split()[0])
        if new_tag != tag:
            yield formula.start, formula.inner, new_tag
    if not formula.is_closed:
        text = inner_text(data, formula)
        new = shifted(text, rows, at_home, in_body)
        if new != text:
            yield formula.inner, formula.end, escaped(new).encode()


def shift_formulas(parts: Parts, part: str, names: Sequence[str], rows: Rows) -> None:
    """Formulas of another part that name the sheet."""
    data = parts.read(part)
    # signs like ' are written in several ways, so only a plain name can be ruled out at once
    if not _SIGNS & set(rows.sheet) and b"&#" not in data and rows.sheet.encode() not in data:
        return
    splices: list[Splice] = []
    for element in parse(data).all_elements():
        inner = data[element.inner : element.end]
        if element.name in names and not element.children and b"!" in inner:
            splices += formula_splices(data, element, rows, at_home=False)
    parts.edit(part, spliced(data, splices))


def shift_surroundings(parts: Parts, sheet: str, rows: Rows) -> None:
    """Comments, drawings and tables that belong to the sheet's part."""
    for relation in parts.relations(sheet):
        if relation.target not in parts:
            continue
        if relation.kind in ("comments", "threadedComment", "table"):
            _shift_areas(parts, relation.target, rows)
        elif relation.kind == "drawing":
            _shift_drawing(parts, relation.target, rows)
        elif relation.kind == "vmlDrawing":
            _shift_boxes(parts, relation.target, rows)


def pivot_sources(parts: Parts, book: Book, rows: Rows) -> Iterator[str]:
    """The areas of the sheet that pivot tables anywhere read and that would move or grow. Those
    read by a name or of another workbook (with an id) are no areas of the sheet."""
    for part in parts.related(book.part, "pivotCacheDefinition"):
        for element in parse(parts.read(part)).all_elements():
            if element.name not in ("worksheetSource", "rangeSet") or element.get("id"):
                continue
            area = element.get("ref")
            if area and element.get("sheet") == rows.sheet and shifted_areas(area, rows) != area:
                yield area


def _shift_areas(parts: Parts, part: str, rows: Rows) -> None:
    data = parts.read(part)
    root = parse(data)
    splices = []
    for element in (root, *root.all_elements()):
        ref = element.attributes.get("ref")
        if ref:
            tag = data[element.start : element.inner]
            new = with_attribute(tag, "ref", shifted(ref, rows, at_home=True))
            splices.append((element.start, element.inner, new))
    parts.edit(part, spliced(data, splices))


def _shift_drawing(parts: Parts, part: str, rows: Rows) -> None:
    data = parts.read(part)
    splices = []
    for element in parse(data).all_elements():
        if element.name == "row" and not element.is_closed:
            row = int(inner_text(data, element)) + 1
            splices.append((element.inner, element.end, str(rows.row(row) - 1).encode()))
    parts.edit(part, spliced(data, splices))


def _shift_boxes(parts: Parts, part: str, rows: Rows) -> None:
    """The boxes of comments: rows from 0, an anchor of column, offset, row, offset twice."""
    data = parts.read(part)

    def row(match: re.Match[bytes]) -> bytes:
        return match[1] + str(rows.row(int(match[2]) + 1) - 1).encode()

    def anchor(match: re.Match[bytes]) -> bytes:
        numbers = [int(n) for n in match[2].split(b",")]
        by = rows.row(numbers[2] + 1) - 1 - numbers[2]
        numbers[2], numbers[6] = numbers[2] + by, numbers[6] + by
        return match[1] + ", ".join(map(str, numbers)).encode()

    data = re.sub(rb"(<(?:[\w.-]+:)?Row>\s*)([0-9]+)", row, data)
    numbers = rb"[0-9]+(?:\s*,\s*[0-9]+){7}"
    data = re.sub(rb"(<(?:[\w.-]+:)?Anchor>\s*)(" + numbers + rb")", anchor, data)
    parts.edit(part, data)
