"""The records of a zip file: their layouts, and the central directory's in detail."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

LOCAL = struct.Struct("<4s5H3L2H")
CENTRAL = struct.Struct("<4s6H3L5H2L")
END = struct.Struct("<4s4H2LH")
END64 = struct.Struct("<4sQ2H2L4Q")
LOCATOR64 = struct.Struct("<4sLQL")
NONE16, NONE32 = 0xFFFF, 0xFFFFFFFF


def variable(record: bytes, fields: Sequence[int]) -> tuple[bytes, bytes, bytes]:
    """Name, extra field and comment of a record."""
    name_at = CENTRAL.size
    extra_at = name_at + fields[10]
    comment_at = extra_at + fields[11]
    return record[name_at:extra_at], record[extra_at:comment_at], record[comment_at:]


def _extras(extra: bytes) -> Iterator[tuple[int, int, int]]:
    """(kind, start, stop) of each block of an extra field, its head included."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        yield kind, at, at + 4 + length
        at += 4 + length


def without_zip64(extra: bytes) -> bytes:
    """An extra field but for the wide sizes."""
    return b"".join(extra[start:stop] for kind, start, stop in _extras(extra) if kind != 1)


def wide(record: bytes, fields: Sequence[int]) -> tuple[int, int, int | None]:
    """(size, packed size, position in the record of the 8-byte offset, if it has one)."""
    size, packed, offset = fields[9], fields[8], fields[16]
    extra_at = CENTRAL.size + fields[10]
    extra = record[extra_at : extra_at + fields[11]]
    for kind, start, _ in _extras(extra):
        if kind != 1:
            continue
        at = extra_at + start + 4
        if size == NONE32:
            (size,) = struct.unpack_from("<Q", record, at)
            at += 8
        if packed == NONE32:
            (packed,) = struct.unpack_from("<Q", record, at)
            at += 8
        return size, packed, at if offset == NONE32 else None
    return size, packed, None


def offset_of(record: bytes, fields: Sequence[int]) -> int:
    """Where the local header lies, counted from the start of the zip."""
    at = wide(record, fields)[2]
    return int(fields[16]) if at is None else int(struct.unpack_from("<Q", record, at)[0])


def moved(record: bytes, offset: int) -> bytes:
    """The record with its offset exchanged, in whichever place it stood."""
    at = wide(record, CENTRAL.unpack_from(record))[2]
    if at is None:
        return record[:42] + struct.pack("<L", offset) + record[46:]
    return record[:at] + struct.pack("<Q", offset) + record[at + 8 :]
