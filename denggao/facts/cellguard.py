"""Cells written in ways that the scan of a sheet and calamine could read differently.

Comments, CDATA, character references in values, blanks round "=", cells that do not say where
they stand or stand there twice: Excel, WPS and LibreOffice write none of them, and any could make
an error or a formula vanish without a word, so such a sheet is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from denggao.facts.xmlguard import Refused

#: A tag and the text behind it are looked at together; of a longer text only the tag is kept.
_LONGEST = 2 << 20

_DATA = re.compile(rb"<(/?)(?:\w+:)?sheetData\b[^<>]*>")
_TAG = re.compile(rb"<(?:\w+:)?c((?:\s[^<>]*)?)/?>")
_PLACED = re.compile(rb"""\sr=["'][A-Z]{1,3}[0-9]{1,7}["']""")
_USUAL = re.compile(rb'<c r="([A-Z]{1,3}[0-9]{1,7})"')
_ANY = re.compile(rb"""<(?:\w+:)?c\s(?:[^<>]*?\s)?r=["']([A-Z]{1,3}[0-9]{1,7})["']""")
_BLANKS = re.compile(rb"<(?:\w+:)?(?:row|c|f|v)\s[^<>]*?(?:\s=|=\s)")
_REFERENCE = re.compile(rb"<(?:\w+:)?(?:v(?:\s[^<>]*)?>[^<]*|(?:row|c|f|v)\s[^<>]*)&#")
_BLANK_MARKS = (b" =", b"= ", b"\n", b"\t", b"\r")


def plain_cells(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same chunks of a sheet. Raises Refused on any of those ways between <sheetData> and
    its end."""
    inside, rest = False, b""
    row: set[bytes] = set()  # the cells of the row that may go on in the next chunk
    for chunk in chunks:
        text = rest + chunk
        cut = max(text.rfind(b"<"), 0)
        rest = text[cut : cut + 512] if len(text) - cut > _LONGEST else text[cut:]
        at = 0
        text = text[:cut]
        if b"sheetData" in text:
            for mark in _DATA.finditer(text):
                if inside:
                    row = _check(text[at : mark.start()], row)
                inside, at = not mark.group(1) and not mark.group().endswith(b"/>"), mark.end()
        if inside:
            row = _check(text[at:] if at else text, row)
        yield chunk


def _check(text: bytes, row: set[bytes]) -> set[bytes]:
    if b"<!" in text:
        raise Refused("的单元格里夹有 XML 注释或 CDATA，有的内容会读漏")
    if b"&#" in text and _REFERENCE.search(text):
        raise Refused("的单元格里有用字符编号（&#）写的值，会读错")
    if any(mark in text for mark in _BLANK_MARKS) and _BLANKS.search(text):
        raise Refused("的单元格属性在“=”两边有空格，有的内容会读漏")
    return _check_places(text, row)


def _check_places(text: bytes, row: set[bytes]) -> set[bytes]:
    found = _USUAL.findall(text)
    if len(found) != text.count(b"<c") or b":c" in text:
        for tag in _TAG.finditer(text):
            if not _PLACED.search(tag.group(1)):
                raise Refused("里有没写位置（如 E3）的单元格")
        found = _ANY.findall(text)
    cells = set(found)
    if len(cells) != len(found) or not row.isdisjoint(cells):
        seen = set(row)
        twice = next(cell for cell in found if cell in seen or seen.add(cell))  # type: ignore[func-returns-value]
        raise Refused(f"里单元格 {twice.decode()} 出现了两次")
    last = max(text.rfind(b"<row"), text.rfind(b":row"))
    return set(_ANY.findall(text, last)) if last >= 0 else row | cells
