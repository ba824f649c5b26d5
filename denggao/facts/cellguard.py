"""Where the rows and cells of a sheet say that they stand, and cells written in ways that our scan
of a sheet and calamine could read differently.

Comments, CDATA, character references in values, blanks round "=", rows out of order, cells that
do not say where they stand, stand elsewhere than in their row or stand there twice: Excel, WPS
and LibreOffice write none of them, and any could make a value, an error or a formula vanish
without a word, so such a sheet is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from denggao.facts.problems import column_index
from denggao.facts.xmlguard import Refused

#: A tag and the text behind it are looked at together; of a longer text only the tag is kept.
_LONGEST = 2 << 20
_LAST_ROW = 1_048_576

_DATA = re.compile(rb"<(/?)(?:\w+:)?sheetData\b[^<>]*>")
_ROW = re.compile(rb"<(?:\w+:)?row(?=[\s/>])")
_CELL = re.compile(rb"<(?:\w+:)?c((?:\s[^<>]*)?)/?>")
#: The place of every cell that begins as all programs write it, "" for the others.
_USUAL_CELL = re.compile(rb'<c( r="[A-Z]+[0-9]+"|)')
_USUAL_ROW = b' r="'
_ATTRIBUTE = re.compile(rb"""\s([^\s=<>"']+)=(?:"([^"]*)"|'([^']*)')""")
_PLACE = re.compile(rb"([A-Z]{1,3})([0-9]{1,7})")
_BLANKS = re.compile(rb"<(?:\w+:)?(?:row|c|f|v)\s[^<>]*?(?:\s=|=\s)")
_REFERENCE = re.compile(rb"<(?:\w+:)?(?:v(?:\s[^<>]*)?>[^<]*|(?:row|c|f|v)\s[^<>]*)&#")


class CellGuard:
    """Looks at a sheet while it streams by. Afterwards ``height`` is the last row's number, and
    ``width`` reaches to the farthest cell, whatever the sheet's dimension claims."""

    def __init__(self) -> None:
        self.height = 0
        self._letters: set[bytes] = set()  # of every column with a cell
        self._row = b""  # the number of the row looked at, as it is written
        self._held: set[bytes] = set()  # the columns of that row: it may go on in the next chunk

    @property
    def width(self) -> int:
        """Columns from A to the farthest one with a cell, 0 for a sheet without any."""
        return max((column_index(name.decode()) + 1 for name in self._letters), default=0)

    def passed(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The same chunks. Raises Refused on any of those ways between <sheetData> and its end."""
        inside, rest = False, b""
        for chunk in chunks:
            text = rest + chunk
            cut = max(text.rfind(b"<"), 0)
            rest = text[cut : cut + 512] if len(text) - cut > _LONGEST else text[cut:]
            at = 0
            text = text[:cut]
            if b"sheetData" in text:
                for mark in _DATA.finditer(text):
                    if inside:
                        self._check(text[at : mark.start()])
                    inside, at = not mark.group(1) and not mark.group().endswith(b"/>"), mark.end()
            if inside:
                self._check(text[at:] if at else text)
            yield chunk

    def _check(self, text: bytes) -> None:
        # one byte is found twenty times as fast as two
        if b"!" in text and b"<!" in text:
            raise Refused("的单元格里夹有 XML 注释或 CDATA，有的内容会读漏")
        if b"&" in text and b"&#" in text and _REFERENCE.search(text):
            raise Refused("的单元格里有用字符编号（&#）写的值，会读错")
        if b"'" in text or b'"e"' in text:  # blanks could hide an error cell
            _refuse_blanks(text)
        prefixed = b":" in text and (b":c" in text or b":row" in text)
        begun, *rows = _ROW.split(text) if prefixed else text.split(b"<row")
        self._check_cells(begun, prefixed)
        for row in rows:
            self._begin(row)
            self._check_cells(row, prefixed)

    def _begin(self, row: bytes) -> None:
        """``row``: what follows "<row". One that does not tell its number stands where its
        first cell says."""
        self._held = set()
        if row.startswith(_USUAL_ROW):
            self._row = row[len(_USUAL_ROW) : row.find(b'"', len(_USUAL_ROW))]
        else:
            _refuse_blanks(b"<row" + row)
            self._row = _attribute(row[: row.find(b">")], b"r")
        if self._row:
            self._number(self._row)

    def _number(self, written: bytes) -> None:
        if not written.isdigit():
            raise Refused("里有行号不是数字的行")
        number = int(written)
        if number <= self.height:
            raise Refused(f"里第 {number} 行出现了两次或次序颠倒")
        if number > _LAST_ROW:
            raise Refused(f"里有第 {number} 行，超出 Excel 的 {_LAST_ROW} 行")
        self.height = number

    def _check_cells(self, text: bytes, prefixed: bool) -> None:
        """``text``: what a chunk holds of one row."""
        places = _USUAL_CELL.findall(text)
        if not (prefixed or self._held):
            # A12" r="B12" r=" cut at 12" r=" leaves A and B, and nothing behind the last one
            placed = b"".join(places)[len(_USUAL_ROW) :] + _USUAL_ROW
            columns = placed.split(self._row + b'"' + _USUAL_ROW)
            end = columns.pop()
            held = set(columns)
            if not end and len(held) == len(places) and held <= self._letters:
                self._held = held
                return
        if prefixed or places:
            self._check_exactly(text)

    def _check_exactly(self, text: bytes) -> None:
        """The same one by one: cells written in any way, columns that no row had before.
        Raises Refused for a cell without a place, of another row, and one that comes twice."""
        _refuse_blanks(text)
        for tag in _CELL.findall(text):
            written = _attribute(tag, b"r")
            place = _PLACE.fullmatch(written)
            if place is None:
                raise Refused("里有没写位置（如 E3）的单元格")
            column, row = place.groups()
            if not self._row:
                self._row = row
                self._number(row)
            if int(row) != self.height:
                raise Refused(f"里第 {self.height} 行的单元格自称在第 {int(row)} 行")
            if column in self._held:
                raise Refused(f"里单元格 {written.decode()} 出现了两次")
            self._held.add(column)
        self._letters |= self._held


def _refuse_blanks(text: bytes) -> None:
    if _BLANKS.search(text):
        raise Refused("的单元格属性在“=”两边有空格，有的内容会读漏")


def _attribute(tag: bytes, name: bytes) -> bytes:
    """ "" where it is missing."""
    found = (one or other for key, one, other in _ATTRIBUTE.findall(tag) if key == name)
    return next(found, b"")
