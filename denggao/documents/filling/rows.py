"""Rows inserted into a form where it has fewer than there are firms.

The new rows are drawn like the body's last row; what lies below moves down: cells, merged
blocks, validations, print area, comments, drawings; formulas follow, and a sum over the body
grows with it. Where that cannot be done safely the form is left alone and the user is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from denggao.documents.filling.plan import Inserted
from denggao.documents.filling.references import Rows, moved, shifted, shifted_areas
from denggao.documents.filling.surroundings import (
    formula_splices,
    pivot_sources,
    shift_formulas,
    shift_surroundings,
)
from denggao.documents.patching.book import Book
from denggao.documents.patching.container import Damaged
from denggao.documents.patching.parts import Parts
from denggao.documents.patching.patch import opened
from denggao.documents.patching.spans import (
    Element,
    Splice,
    escaped,
    inner_text,
    parse,
    spliced,
    with_attribute,
    without_attribute,
)
from denggao.facts.errors import UserError
from denggao.facts.problems import column_index

_AREAS = ("sqref", "ref", "activeCell", "topLeftCell")
#: Elements of a sheet whose text is a formula or a list of areas.
_FORMULAS = ("formula", "formula1", "formula2", "f")
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def prepare(source: Path, target: Path, inserted: Sequence[Inserted]) -> None:
    """A copy of ``source`` at ``target`` with the rows inserted and without the stored results
    of formulas: they are of the blank form, and some programs would show them. Raises UserError
    where a part of the workbook would come apart (formulas of several rows, pivot tables)."""
    with opened(source) as parts:
        book = Book(parts)
        for sheet in dict.fromkeys(i.sheet for i in inserted):
            _Insertion(source.name, parts, book, sheet, inserted).make()
        if inserted and book.related("calcChain"):
            book.forget_chain()
        if [part for part in book.sheets.values() if _forget_results(parts, part)]:
            book.recalculate()
        with target.open("wb") as stream:
            parts.write(stream)


def _forget_results(parts: Parts, part: str) -> bool:
    """Drop the stored results of a sheet's formulas; were there any formulas?"""
    data = parts.read(part)
    splices: list[Splice] = []
    for cell in parse(data).all("c"):
        result = cell.child("v")
        if cell.child("f") is not None and result is not None:
            splices.append((result.start, result.stop, b""))
            tag = data[cell.start : cell.inner]
            splices.append((cell.start, cell.inner, without_attribute(tag, "t")))
    parts.edit(part, spliced(data, splices))
    return bool(splices)


class _Insertion:
    def __init__(
        self, file: str, parts: Parts, book: Book, sheet: str, inserted: Sequence[Inserted]
    ) -> None:
        self.file, self.parts, self.book, self.sheet = file, parts, book, sheet
        self.inserted = sorted((i for i in inserted if i.sheet == sheet), key=lambda i: i.after)
        self.rows = Rows(sheet, self.inserted)
        self.part = book.sheets[sheet]
        self._shared: dict[str, tuple[str, int, int]] = {}

    def make(self) -> None:
        self._own_sheet()
        for part in self.book.sheets.values():
            if part != self.part:
                shift_formulas(self.parts, part, ("f", *_FORMULAS[:3]), self.rows)
        shift_formulas(self.parts, self.book.part, ("definedName",), self.rows)
        for name in list(self.parts):
            if re.fullmatch(r"xl/charts/[^/]+\.xml", name):
                shift_formulas(self.parts, name, ("f",), self.rows)
        if self.parts.related(self.part, "pivotTable"):
            raise self._refuse("工作表上有数据透视表")
        for area in pivot_sources(self.parts, self.book, self.rows):
            raise self._refuse(f"有数据透视表取的是 {area} 的数据")
        shift_surroundings(self.parts, self.part, self.rows)

    def _refuse(self, what: str) -> UserError:
        need = sum(i.added for i in self.inserted)
        after = self.inserted[0].after
        return UserError(
            f"「{self.file}」〈{self.sheet}〉的空行不够，要在第 {after} 行后插入 {need} 行，"
            f"但{what}，插入会弄乱它；请先在 Excel 或 WPS 里插好空行再填"
        )

    # --- the sheet -------------------------------------------------------------------------

    def _own_sheet(self) -> None:
        data = self.parts.read(self.part)
        root = parse(data)
        body = root.child("sheetData")
        if body is None:
            raise Damaged("no sheetData")
        splices = list(self._rows(data, body))
        for element in root.children:
            if element.name != "sheetData":
                splices += self._around(data, element)
        merges = root.child("mergeCells")
        if merges is not None:
            splices += self._more_merges(data, merges)
        self.parts.edit(self.part, spliced(data, splices))

    def _rows(self, data: bytes, body: Element) -> Iterator[Splice]:
        numbered = _numbered(body.children)
        self._learn_shared(data, numbered)
        self._like = dict(numbered)
        for number, row in numbered:
            yield from self._row(data, row, number)
        for i in self.inserted:
            after = [row.stop for number, row in numbered if number <= i.after]
            place = after[-1] if after else body.inner
            if i.like in self._like:
                new = b"".join(self._copies(data, i))
                yield place, place, new

    def _learn_shared(self, data: bytes, numbered: Sequence[tuple[int, Element]]) -> None:
        for number, row in numbered:
            for cell in row.children:
                formula = cell.child("f")
                if formula is None:
                    continue
                kind, ref = formula.get("t"), formula.get("ref")
                if ref and kind in ("array", "dataTable", "shared"):
                    ends = [int(n) for _, n in _CELL.findall(ref)]
                    if self.rows.crosses(min(ends), max(ends)):
                        raise self._refuse(f"{ref} 是一组连着的公式")
                if kind == "shared" and ref:
                    column = column_index(_letters(cell.get("r")))
                    self._shared[formula.get("si")] = inner_text(data, formula), number, column

    def _row(self, data: bytes, row: Element, number: int) -> Iterator[Splice]:
        new = self.rows.row(number)
        if new != number:
            yield row.start, row.inner, with_attribute(data[row.start : row.inner], "r", str(new))
        for cell in row.children:
            if cell.name != "c":
                continue
            if new != number and cell.get("r"):
                tag = data[cell.start : cell.inner]
                yield (
                    cell.start,
                    cell.inner,
                    with_attribute(tag, "r", f"{_letters(cell.get('r'))}{new}"),
                )
            formula = cell.child("f")
            if formula is not None:
                yield from formula_splices(
                    data, formula, self.rows, in_body=self.rows.has_in_body(number)
                )

    def _copies(self, data: bytes, i: Inserted) -> Iterator[bytes]:
        """The inserted rows: cells with their formats, formulas moved along, no values."""
        like = self._like[i.like]
        first = self.rows.row(i.after) + 1
        home = self.rows.row(i.like)
        tag = without_attribute(data[like.start : like.inner], "hidden")
        end = f"</{like.tag('row')}>".encode()
        cells = [self._cell_like(data, cell, i.like) for cell in like.children if cell.name == "c"]
        for number in range(first, first + i.added):
            opened = with_attribute(tag, "r", str(number))
            if like.is_closed:
                opened = opened[:-2].rstrip() + b">"
            inner = b"".join(_made(cell, number, number - home) for cell in cells)
            yield opened + inner + end

    def _cell_like(self, data: bytes, cell: Element, number: int) -> tuple[Element, str, str, str]:
        """(its element, column letters, format, formula as it stands after the insertion)."""
        letters, style = _letters(cell.get("r")), cell.get("s")
        formula = cell.child("f")
        text = ""
        if formula is not None:
            text = inner_text(data, formula) if not formula.is_closed else ""
            if formula.get("t") == "shared" and not text:
                text, row, column = self._shared[formula.get("si")]
                text = moved(text, number - row, column_index(letters) - column)
            if formula.get("t") in ("array", "dataTable"):
                raise self._refuse(f"{cell.get('r')} 是数组公式")
            text = shifted(text, self.rows, at_home=True, in_body=True)
        return cell, letters, style, text

    # --- around the cells ------------------------------------------------------------------

    def _around(self, data: bytes, element: Element) -> Iterator[Splice]:
        for found in (element, *element.all_elements()):
            tag = data[found.start : found.inner]
            new = tag
            for name in _AREAS:
                if name in found.attributes:
                    old = found.attributes[name]
                    parts = shifted_areas(old, self.rows)
                    many = name == "sqref" and found.name != "selection"
                    new = with_attribute(new, name, parts if many else parts.split()[0])
            if found.name == "brk" and element.name == "rowBreaks":
                row = int(found.get("id", "0"))
                new = with_attribute(new, "id", str(self.rows.row(row + 1) - 1))
            if found.name == "hyperlink" and found.get("location"):
                where = shifted(found.get("location"), self.rows, at_home=True)
                new = with_attribute(new, "location", where)
            if new != tag:
                yield found.start, found.inner, new
            if found.name in _FORMULAS and not found.is_closed and not found.children:
                yield from formula_splices(data, found, self.rows)
            elif found.name == "sqref" and not found.is_closed:
                areas = shifted_areas(inner_text(data, found), self.rows)
                yield found.inner, found.end, areas.encode()

    def _more_merges(self, data: bytes, merges: Element) -> Iterator[Splice]:
        """Blocks merged sideways in the row copied are merged in the new rows too; one merged
        downwards to the body's end must cover the whole body to grow with it."""
        new = []
        for merge in merges.children:
            cells = _CELL.findall(merge.get("ref").upper())
            if len(cells) != 2:
                continue
            (left, top), (right, bottom) = cells
            for i in self.inserted:
                if int(top) == int(bottom) == i.like:
                    first = self.rows.row(i.after) + 1
                    new += [f"{left}{n}:{right}{n}" for n in range(first, first + i.added)]
                elif i.first < int(top) <= i.after <= int(bottom) and int(top) < int(bottom):
                    raise self._refuse(f"{merge.get('ref')} 是几行合并的")
        if new:
            tag = merges.tag("mergeCell")
            rows = "".join(f'<{tag} ref="{ref}"/>' for ref in new)
            yield merges.end, merges.end, rows.encode()
            if merges.get("count"):
                count = str(len(merges.children) + len(new))
                head = with_attribute(data[merges.start : merges.inner], "count", count)
                yield merges.start, merges.inner, head


def _numbered(rows: Sequence[Element]) -> list[tuple[int, Element]]:
    number, found = 0, []
    for row in rows:
        number = int(row.get("r") or number + 1)
        found.append((number, row))
    return found


def _letters(reference: str) -> str:
    match = _CELL.fullmatch(reference)
    if match is None:
        raise Damaged(f"cell {reference}")
    return match.group(1)


def _made(like: tuple[Element, str, str, str], row: int, down: int) -> bytes:
    element, letters, style, formula = like
    styled = f' s="{style}"' if style else ""
    tag, inner = element.tag("c"), element.tag("f")
    if not formula:
        return f'<{tag} r="{letters}{row}"{styled}/>'.encode()
    text = escaped(moved(formula, down))
    return f'<{tag} r="{letters}{row}"{styled}><{inner}>{text}</{inner}></{tag}>'.encode()
