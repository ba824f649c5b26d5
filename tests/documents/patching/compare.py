"""Two packages part by part, with other means than those that wrote them."""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Part:
    """Everything a zip says of a part, and its bytes as they are packed."""

    name: str
    date: tuple[int, ...]
    method: int
    flags: int
    outside: int
    extra: bytes
    comment: bytes
    raw: bytes


def parts(path: Path) -> list[Part]:
    """In the order of the central directory."""
    data = path.read_bytes()
    with zipfile.ZipFile(path) as package:
        return [_part(info, data) for info in package.infolist()]


def _part(info: zipfile.ZipInfo, data: bytes) -> Part:
    at = info.header_offset
    name, extra = struct.unpack_from("<2H", data, at + 26)
    start = at + 30 + name + extra
    raw = data[start : start + info.compress_size]
    local = data[at : at + 4] + data[at + 8 : at + 14] + data[at + 30 : start]
    return Part(
        info.orig_filename, info.date_time, info.compress_type, info.flag_bits,
        info.external_attr, info.extra, info.comment, local + raw,
    )  # fmt: skip


def changed_parts(before: Path, after: Path) -> set[str]:
    """Parts whose packed bytes or anything said of them differ, or that one file lacks;
    "order" when the parts that both have stand in another one."""
    old, new = parts(before), parts(after)
    common = {p.name for p in old} & {p.name for p in new}
    found = {p.name for p in old} ^ {p.name for p in new}
    orders = [[p.name for p in parts if p.name in common] for parts in (old, new)]
    found |= {"order"} if orders[0] != orders[1] else set()
    by_name = {p.name: p for p in new}
    return found | {p.name for p in old if p.name in common and p != by_name[p.name]}


def text(path: Path, part: str) -> bytes:
    """A part unpacked; the checksum is proved on the way."""
    with zipfile.ZipFile(path) as package:
        info = next(i for i in package.infolist() if i.filename.replace("\\", "/") == part)
        return package.read(info)


_ROW = re.compile(rb"<((?:\w+:)?)row\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?row\s*>)", re.S)
_CELL = re.compile(rb"<((?:\w+:)?)c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c\s*>)", re.S)
_ROW_NUMBER = re.compile(rb"""\sr\s*=\s*["'](\d+)["']""")
_REFERENCE = re.compile(rb"""\sr\s*=\s*["']([A-Z]+)(\d+)["']""")


def cells(sheet: bytes) -> Iterator[tuple[str, tuple[int, int]]]:
    """("D5", where its element lies) of every cell of a sheet."""
    row = 0
    plain = re.sub(
        rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>", lambda m: b" " * len(m.group()), sheet, flags=re.S
    )
    for found in _ROW.finditer(plain):
        number = _ROW_NUMBER.search(found.group(2))
        row = int(number.group(1)) if number else row + 1
        column = 0
        for cell in _CELL.finditer(plain, *found.span(3)) if found.group(3) else ():
            said = _REFERENCE.search(b" " + cell.group(2))
            column = _index(said.group(1)) if said else column + 1
            yield f"{letters(column)}{row}", cell.span()


def outside(sheet: bytes, *references: str) -> bytes:
    """The sheet's bytes without the elements of these cells."""
    spans = [span for reference, span in cells(sheet) if reference in references]
    for start, stop in reversed(spans):
        sheet = sheet[:start] + sheet[stop:]
    return sheet


def _index(column: bytes) -> int:
    number = 0
    for letter in column:
        number = number * 26 + letter - 64
    return number


def letters(column: int) -> str:
    """1 → A, 27 → AA."""
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def without_recalculation(workbook: bytes) -> bytes:
    """The workbook part as it was before formulas were told to be reckoned anew."""
    workbook = re.sub(rb"<(?:\w+:)?calcPr fullCalcOnLoad=\"1\"/>", b"", workbook)
    return re.sub(rb'\sfullCalcOnLoad="(?:1|0|true|false)"', b"", workbook)
