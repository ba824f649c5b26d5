"""The zip file under a workbook. What is not replaced is copied as it lies there: local
header, compressed bytes and data descriptor, in the same order; only offsets move."""

from __future__ import annotations

import itertools
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from denggao.documents.patching.records import (
    CENTRAL,
    END,
    END64,
    LOCAL,
    LOCATOR64,
    NONE16,
    NONE32,
    moved,
    offset_of,
    variable,
    wide,
    without_zip64,
)
from denggao.facts.container import Damaged, inflated
from denggao.facts.errors import UserError

__all__ = ["Container", "Damaged", "Entry", "Pieces"]

_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _DESCRIPTOR, _UTF8 = 0x1, 0x8, 0x800
_CHUNK = 1 << 20
#: Above this a part is packed fast instead of small: somebody waits for it.
_LARGE = 16 << 20

#: The new bytes of a part, piece by piece.
Pieces = Callable[[], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One record of the central directory. ``start`` is where its local header lies in the
    file, ``stop`` where the next thing begins."""

    record: bytes
    name: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    start: int
    stop: int


class Container:
    """A zip file opened for reading; also writes the changed copy."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        try:
            self._read_end()
            self.entries = self._read_directory()
        except (struct.error, ValueError, OverflowError) as error:
            self._file.close()
            raise Damaged(str(error)) from error
        except Damaged:
            self._file.close()
            raise

    def close(self) -> None:
        self._file.close()

    # --- reading ---------------------------------------------------------------------------

    def _read_end(self) -> None:
        size = self._file.seek(0, 2)
        self._file.seek(max(0, size - END.size - NONE16))
        tail = self._file.read()
        at = tail.rfind(b"PK\x05\x06")
        if at < 0:
            raise Damaged("no end record")
        self._end = tail[at : at + END.size]
        self._comment = tail[at + END.size :]
        _, _, _, _, count, length, offset, _ = END.unpack(self._end)
        end_at = size - len(tail) + at
        self._end64 = self._read_end64(end_at)
        if self._end64:
            fields = END64.unpack(self._end64[: END64.size])
            count, length, offset = fields[7:10]
            end_at -= LOCATOR64.size + len(self._end64)
        self._count, self._directory = count, end_at - length
        if not 0 <= self._directory == offset:
            raise Damaged("directory elsewhere than it claims")
        self._length = length

    def _read_end64(self, end_at: int) -> bytes:
        """The zip64 end record with its extensible part, empty where there is none."""
        if end_at < LOCATOR64.size:
            return b""
        locator = self._at(end_at - LOCATOR64.size, LOCATOR64.size)
        if locator[:4] != b"PK\x06\x07":
            return b""
        start = LOCATOR64.unpack(locator)[2]
        record = self._at(start, end_at - LOCATOR64.size - start)
        if record[:4] != b"PK\x06\x06" or len(record) < END64.size:
            raise Damaged("zip64 end record")
        return record

    def _at(self, offset: int, length: int) -> bytes:
        self._file.seek(offset)
        data = self._file.read(length)
        if len(data) != length:
            raise Damaged("file too short")
        return data

    def _read_directory(self) -> list[Entry]:
        data, at, rows = self._at(self._directory, self._length), 0, []
        for _ in range(self._count):
            fields = CENTRAL.unpack_from(data, at)
            if fields[0] != b"PK\x01\x02":
                raise Damaged("directory record")
            length = CENTRAL.size + sum(fields[10:13])
            rows.append((data[at : at + length], fields))
            at += length
        starts = {offset_of(record, fields) for record, fields in rows}
        ordered = [*sorted(starts), self._directory]
        if len(starts) != len(rows) or ordered[-2:-1] > [self._directory]:
            raise Damaged("entries overlap")
        stop = dict(itertools.pairwise(ordered))
        return [self._entry(record, fields, stop) for record, fields in rows]

    def _entry(self, record: bytes, fields: tuple[int, ...], stop: Mapping[int, int]) -> Entry:
        flags, method, crc = fields[3], fields[4], fields[7]
        size, packed, _ = wide(record, fields)
        raw = record[CENTRAL.size : CENTRAL.size + fields[10]]
        name = raw.decode("utf-8" if flags & _UTF8 else "cp437", "replace")
        start = offset_of(record, fields)
        name = name.replace("\\", "/").lstrip("/")
        return Entry(record, name, flags, method, crc, packed, size, start, stop[start])

    def data_start(self, entry: Entry) -> int:
        fields = LOCAL.unpack(self._at(entry.start, LOCAL.size))
        start = entry.start + LOCAL.size + int(fields[9]) + int(fields[10])
        if fields[0] != b"PK\x03\x04" or start + entry.packed > entry.stop:
            raise Damaged("local header")
        return start

    def chunks(self, entry: Entry) -> Iterator[bytes]:
        """The unpacked bytes of an entry; raises Damaged if they are not what it claims."""
        if entry.method not in (_STORED, _DEFLATED) or entry.flags & _ENCRYPTED:
            raise Damaged("packed in a way that is not used in workbooks")
        packed = self._packed(entry)
        crc = size = 0
        for data in inflated(packed) if entry.method == _DEFLATED else packed:
            crc, size = zlib.crc32(data, crc), size + len(data)
            if size > entry.size:
                raise Damaged("larger than it claims")
            yield data
        if size != entry.size or crc != entry.crc:
            raise Damaged("checksum")

    def _packed(self, entry: Entry) -> Iterator[bytes]:
        at, left = self.data_start(entry), entry.packed
        while left:
            data = self._at(at, min(left, _CHUNK // 4))
            at, left = at + len(data), left - len(data)
            yield data

    # --- writing ---------------------------------------------------------------------------

    def write(
        self,
        target: BinaryIO,
        replaced: Mapping[str, Pieces],
        added: Sequence[tuple[str, bytes]],
        dropped: frozenset[str],
    ) -> None:
        """The file with the contents of ``replaced`` entries exchanged, ``dropped`` ones left
        out and new ones at the end."""
        records: dict[int, bytes] = {}
        ordered = sorted(self.entries, key=lambda entry: entry.start)
        first = ordered[0].start if ordered else self._directory
        _copy(self._file, 0, first, target)
        for entry in ordered:
            offset = target.tell()
            if entry.name in dropped:
                continue
            if entry.name in replaced:
                records[entry.start] = self._write_new(target, entry, replaced[entry.name]())
            else:
                self.data_start(entry)
                _copy(self._file, entry.start, entry.stop, target)
                records[entry.start] = moved(entry.record, offset)
        kept = [records[entry.start] for entry in self.entries if entry.start in records]
        kept += [self._write_added(target, name, data) for name, data in added]
        self._write_end(target, kept)

    def _write_new(self, target: BinaryIO, entry: Entry, pieces: Iterable[bytes]) -> bytes:
        fields = CENTRAL.unpack_from(entry.record)
        name, extra, comment = variable(entry.record, fields)
        extra = without_zip64(extra)
        flags = entry.flags & ~_DESCRIPTOR
        start = target.tell()
        head = [max(20, fields[2]), flags, entry.method, fields[5], fields[6]]
        sizes = _packed(target, head, name, extra, pieces, entry.size)
        return CENTRAL.pack(
            fields[0], fields[1], *head, *sizes, len(name), len(extra), len(comment),
            0, fields[14], fields[15], start,
        ) + name + extra + comment  # fmt: skip

    def _write_added(self, target: BinaryIO, name: str, data: bytes) -> bytes:
        """Dated like the first entry: the same changes give the same file."""
        fields = CENTRAL.unpack_from(self.entries[0].record)
        raw = name.encode()
        start = target.tell()
        head = [20, 0 if raw.isascii() else _UTF8, _DEFLATED, fields[5], fields[6]]
        sizes = _packed(target, head, raw, b"", [data], len(data))
        return CENTRAL.pack(
            b"PK\x01\x02", 20, *head, *sizes, len(raw), 0, 0, 0, 0, 0, start
        ) + raw  # fmt: skip

    def _write_end(self, target: BinaryIO, records: Sequence[bytes]) -> None:
        start = target.tell()
        target.writelines(records)
        length, offset, count = target.tell() - start, start, len(records)
        if target.tell() >= NONE32:
            raise UserError("改后的工作簿超过 4 GB，写不出来；请分成几个文件")
        if self._end64:
            at = target.tell()
            fields = list(END64.unpack(self._end64[: END64.size]))
            fields[6:10] = count, count, length, offset
            target.write(END64.pack(*fields) + self._end64[END64.size :])
            target.write(LOCATOR64.pack(b"PK\x06\x07", 0, at, 1))
        end = list(END.unpack(self._end))
        new = (count, count, length, offset)
        limits = (NONE16, NONE16, NONE32, NONE32)
        # a field that sent the reader to the zip64 record still does
        end[3:7] = [
            old if self._end64 and old == limit else value
            for old, limit, value in zip(end[3:7], limits, new, strict=True)
        ]
        target.write(END.pack(*end) + self._comment)


def _packed(
    target: BinaryIO, head: list[int], name: bytes, extra: bytes, pieces: Iterable[bytes], size: int
) -> tuple[int, int, int]:
    """Local header and packed ``pieces``; returns (crc, packed size, size)."""
    start = target.tell()
    target.write(bytes(LOCAL.size) + name + extra)
    data_start = target.tell()
    pack = zlib.compressobj(1 if size > _LARGE else 6, zlib.DEFLATED, -15)
    crc = total = 0
    for piece in pieces:
        crc, total = zlib.crc32(piece, crc), total + len(piece)
        target.write(piece if head[2] == _STORED else pack.compress(piece))
    if head[2] != _STORED:
        target.write(pack.flush())
    stop = target.tell()
    sizes = crc, stop - data_start, total
    target.seek(start)
    target.write(LOCAL.pack(b"PK\x03\x04", *head, *sizes, len(name), len(extra)))
    target.seek(stop)
    return sizes


def _copy(source: BinaryIO, start: int, stop: int, target: BinaryIO) -> None:
    source.seek(start)
    while start < stop:
        data = source.read(min(_CHUNK, stop - start))
        if not data:
            raise Damaged("file too short")
        target.write(data)
        start += len(data)
