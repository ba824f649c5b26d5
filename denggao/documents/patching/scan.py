"""One pass over a sheet's XML, however large: where the wanted rows lie.

A sheet is its head up to ``<sheetData>``, rows, and its tail. Head and tail are kept whole;
of the rows only the wanted ones are, the others are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from denggao.documents.patching.container import Damaged
from denggao.documents.patching.spans import Element, check_encoding, parse, tag_end
from denggao.facts.problems import column_index

#: First row, first column, last row, last column, from 1.
Region = tuple[int, int, int, int]

_DATA = re.compile(rb"<(?:([\w.-]+):)?sheetData(?=[\s/>])")
_NUMBER = re.compile(rb"""\sr\s*=\s*["']\s*([0-9]+)\s*["']""")
_NO_ELEMENTS = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>", re.S)
_AFTER_NAME = b" \t\r\n/>"
_LONGEST_HEAD = _LONGEST_ROW = 16 << 20
_TALL = 100
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]+)")


@dataclass(slots=True)
class Row:
    """A row that is wanted and there: its bytes, and where they start in the part."""

    number: int
    start: int
    data: bytes


@dataclass
class Sheet:
    """``gaps`` gives for each wanted row that is not there the place where it belongs.
    ``skeleton`` is the document without its rows, ``missing`` how many bytes that leaves out
    and ``data_at`` the place after the start tag of sheetData."""

    rows: dict[int, Row] = field(default_factory=dict)
    gaps: dict[int, int] = field(default_factory=dict)
    arrays: list[Region] = field(default_factory=list)
    has_formulas: bool = False
    skeleton: bytes = b""
    data_at: int = 0
    missing: int = 0
    root: Element = field(default_factory=lambda: Element("", "", {}, 0, 0))

    def place(self, at: int) -> int:
        """A place in the skeleton as one in the part."""
        return at if at <= self.data_at else at + self.missing


def scan(chunks: Iterable[bytes], wanted: Collection[int]) -> Sheet:
    """Look through a sheet for the ``wanted`` row numbers. Raises Damaged for a sheet whose
    rows cannot be told apart with certainty."""
    stream = iter(chunks)
    sheet = Sheet()
    head, rest, prefix, is_closed = _head(stream)
    sheet.data_at = len(head)
    if is_closed:
        sheet.gaps = dict.fromkeys(wanted, len(head))
        sheet.skeleton = head + rest + b"".join(stream)
    else:
        tail = _Rows(sheet, prefix, sorted(wanted), len(head)).read(rest, stream)
        sheet.skeleton = head + tail
    sheet.root = parse(sheet.skeleton, depth=4)
    data = sheet.root.child("sheetData")
    if data is None or data.inner != len(head) or sheet.root.name != "worksheet":
        raise Damaged("no worksheet")
    return sheet


def has_formula(chunks: Iterable[bytes]) -> bool:
    """Does a sheet hold any formula?"""
    last = b""
    for chunk in chunks:
        text = last + chunk
        if b"f" in text and _FORMULA.search(text):
            return True
        last = text[-64:]
    return False


_FORMULA = re.compile(rb"<(?:[\w.-]+:)?f[\s/>]")


def _head(stream: Iterator[bytes]) -> tuple[bytes, bytes, bytes, bool]:
    """(head with the start tag of sheetData, what was read after it, prefix, is it <…/>)."""
    read = b""
    for chunk in stream:
        read += chunk
        found = _DATA.search(_masked(read))
        if found and read.find(b">", found.end()) >= 0:
            end = tag_end(read, found.start())
            check_encoding(read)
            return read[:end], read[end:], found.group(1) or b"", read[end - 2 : end] == b"/>"
        if len(read) > _LONGEST_HEAD:
            break
    raise Damaged("no sheetData")


def _masked(text: bytes) -> bytes:
    """Comments and the like blanked out, so that nothing in them is taken for an element."""
    # one byte is found much faster than two
    if (b"!" in text and b"<!" in text) or (b"?" in text and b"<?" in text):
        return _NO_ELEMENTS.sub(lambda found: b" " * len(found.group()), text)
    return text


class _Rows:
    """Reads from the first row to the end of the sheet. ``base`` is the place of ``buffer``
    in the part; the buffer always starts where an element may start."""

    def __init__(self, sheet: Sheet, prefix: bytes, wanted: list[int], base: int) -> None:
        self.sheet, self.base = sheet, base
        self.wanted = wanted[::-1]
        dotted = prefix + b":" if prefix else b""
        self.open = b"<" + dotted + b"row"
        self.close = b"</" + dotted + b"row"
        self.end = b"</" + dotted + b"sheetData"
        self.cell = b"<" + dotted + b"c"
        self.formula = re.compile(rb"<" + dotted + rb"f(?:[\s>]|/>)")
        self.array = re.compile(
            rb"<" + dotted + rb"""f\s(?=[^>]*\bt\s*=\s*["'](?:array|dataTable)["'])"""
            rb"""[^>]*?\bref\s*=\s*["']([A-Z0-9:$]+)["']"""
        )
        self.number = 0

    def read(self, buffer: bytes, stream: Iterator[bytes]) -> bytes:
        """Passes all rows; returns the tail, from the end tag of sheetData on."""
        start = self.base
        while True:
            text = _masked(buffer)
            end = text.find(self.end)
            done = self._pass(buffer, text, len(text) if end < 0 else end, end >= 0)
            if end >= 0:
                self._miss_rest(self.base + end)
                self.sheet.missing = self.base + end - start
                return buffer[end:] + b"".join(stream)
            self.base += done
            more = next(stream, None)
            if more is None:
                raise Damaged("sheetData without end")
            buffer = buffer[done:] + more
            if len(buffer) > _LONGEST_ROW:
                raise Damaged("a row without end")

    def _pass(self, buffer: bytes, text: bytes, stop: int, is_last: bool) -> int:
        """Takes note of the rows before ``stop``; returns how far the buffer is done with:
        up to the last row, which may go on in the next chunk."""
        at = last = text.find(self.open, 0, stop)
        if text[: at if at >= 0 else stop].strip() and (at >= 0 or is_last):
            raise Damaged("an element that is no row")
        while at >= 0:
            following = text.find(self.open, at + len(self.open), stop)
            if following < 0 and not is_last:
                break
            if text[at + len(self.open) : at + len(self.open) + 1] not in (b"", *_NAME_ENDS):
                raise Damaged("an element that is no row")
            self._row(buffer, text, at, stop)
            at = following
            last = following if following >= 0 else stop
        done = last if at >= 0 else (stop if is_last else max(0, last))
        self._formulas(text, done)
        return done

    def _row(self, buffer: bytes, text: bytes, at: int, stop: int) -> None:
        tag_stop = text.find(b">", at, stop) + 1
        found = _NUMBER.search(text, at, tag_stop)
        number = int(found.group(1)) if found else self.number + 1
        if number <= self.number:
            raise Damaged(f"row {number} after row {self.number}")
        self.number = number
        while self.wanted and self.wanted[-1] < number:
            self.sheet.gaps[self.wanted.pop()] = self.base + at
        if self.wanted and self.wanted[-1] == number:
            self.wanted.pop()
            end = self._row_end(text, at, stop)
            self.sheet.rows[number] = Row(number, self.base + at, buffer[at:end])

    def _row_end(self, text: bytes, at: int, stop: int) -> int:
        inner = tag_end(text, at)
        if text[inner - 2 : inner] == b"/>":
            return inner
        close = text.find(self.close, inner, stop)
        end = text.find(b">", close, stop) + 1
        if close < 0 or end <= 0:
            raise Damaged("a row without end")
        return end

    def _formulas(self, text: bytes, stop: int) -> None:
        if not self.sheet.has_formulas and b"f" in text:
            self.sheet.has_formulas = self.formula.search(text, 0, stop) is not None
        if self.sheet.has_formulas and (b"array" in text or b"dataTable" in text):
            for found in self.array.finditer(text, 0, stop):
                self.sheet.arrays.append(region(found.group(1).decode()))

    def _miss_rest(self, end: int) -> None:
        while self.wanted:
            self.sheet.gaps[self.wanted.pop()] = end


_NAME_ENDS = tuple(bytes([byte]) for byte in _AFTER_NAME)


def region(reference: str) -> Region:
    """ "B2:D4" → (2, 2, 4, 4), "B2" → (2, 2, 2, 2). Raises Damaged for what is no such area,
    whole columns and rows among them."""
    first, _, last = reference.partition(":")
    ends = []
    for corner in (first, last or first):
        found = _REFERENCE.fullmatch(corner)
        if found is None:
            raise Damaged(f"reference {reference}")
        ends += [int(found.group(2)), column_index(found.group(1)) + 1]
    return ends[0], ends[1], ends[2], ends[3]


class Areas:
    """Regions to look up by cell, by their rows; the tall ones are few."""

    def __init__(self, regions: Iterable[Region]) -> None:
        self._by_row: dict[int, list[Region]] = {}
        self._tall: list[Region] = []
        for area in regions:
            if area[2] - area[0] > _TALL:
                self._tall.append(area)
                continue
            for row in range(area[0], area[2] + 1):
                self._by_row.setdefault(row, []).append(area)

    def of(self, row: int, column: int) -> Region | None:
        """The first region with this cell."""
        near = (*self._by_row.get(row, ()), *self._tall)
        return next((area for area in near if inside(row, column, area)), None)


def inside(row: int, column: int, area: Region) -> bool:
    """Does the cell lie in the region?"""
    return area[0] <= row <= area[2] and area[1] <= column <= area[3]
