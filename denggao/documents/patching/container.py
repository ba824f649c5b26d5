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

from denggao.facts.errors import UserError

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")
_NONE16, _NONE32 = 0xFFFF, 0xFFFFFFFF
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _DESCRIPTOR, _UTF8 = 0x1, 0x8, 0x800
_CHUNK = 1 << 20
#: Above this a part is packed fast instead of small: somebody waits for it.
_LARGE = 16 << 20

#: The new bytes of a part, piece by piece.
Pieces = Callable[[], Iterable[bytes]]


class Damaged(Exception):
    """The file is no zip that can be copied entry by entry."""


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
        self._file.seek(max(0, size - _END.size - _NONE16))
        tail = self._file.read()
        at = tail.rfind(b"PK\x05\x06")
        if at < 0:
            raise Damaged("no end record")
        self._end = tail[at : at + _END.size]
        self._comment = tail[at + _END.size :]
        _, _, _, _, count, length, offset, _ = _END.unpack(self._end)
        end_at = size - len(tail) + at
        self._end64 = self._read_end64(end_at)
        if self._end64:
            fields = _END64.unpack(self._end64[: _END64.size])
            count, length, offset = fields[7:10]
            end_at -= _LOCATOR64.size + len(self._end64)
        self._count, self._directory = count, end_at - length
        #: Bytes before the zip itself that its offsets do not count.
        self._shift = self._directory - offset
        if self._directory < 0 or self._shift < 0:
            raise Damaged("directory outside the file")
        self._length = length

    def _read_end64(self, end_at: int) -> bytes:
        """The zip64 end record with its extensible part, empty where there is none."""
        if end_at < _LOCATOR64.size:
            return b""
        locator = self._at(end_at - _LOCATOR64.size, _LOCATOR64.size)
        if locator[:4] != b"PK\x06\x07":
            return b""
        # the record ends where the locator begins, whatever bytes stand before the zip
        start = _LOCATOR64.unpack(locator)[2]
        record = self._at(start, end_at - _LOCATOR64.size - start)
        if record[:4] != b"PK\x06\x06" or len(record) < _END64.size:
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
            fields = _CENTRAL.unpack_from(data, at)
            if fields[0] != b"PK\x01\x02":
                raise Damaged("directory record")
            length = _CENTRAL.size + sum(fields[10:13])
            rows.append((data[at : at + length], fields))
            at += length
        starts = {_offset(record, fields) + self._shift for record, fields in rows}
        ordered = [*sorted(starts), self._directory]
        if len(starts) != len(rows) or ordered[-2:-1] > [self._directory]:
            raise Damaged("entries overlap")
        stop = dict(itertools.pairwise(ordered))
        return [self._entry(record, fields, stop) for record, fields in rows]

    def _entry(self, record: bytes, fields: tuple[int, ...], stop: Mapping[int, int]) -> Entry:
        flags, method, crc = fields[3], fields[4], fields[7]
        size, packed, _ = _wide(record, fields)
        raw = record[_CENTRAL.size : _CENTRAL.size + fields[10]]
        name = raw.decode("utf-8" if flags & _UTF8 else "cp437", "replace")
        start = _offset(record, fields) + self._shift
        name = name.replace("\\", "/").lstrip("/")
        return Entry(record, name, flags, method, crc, packed, size, start, stop[start])

    def data_start(self, entry: Entry) -> int:
        fields = _LOCAL.unpack(self._at(entry.start, _LOCAL.size))
        start = entry.start + _LOCAL.size + int(fields[9]) + int(fields[10])
        if fields[0] != b"PK\x03\x04" or start + entry.packed > entry.stop:
            raise Damaged("local header")
        return start

    def chunks(self, entry: Entry) -> Iterator[bytes]:
        """The unpacked bytes of an entry; raises Damaged if they are not what it claims."""
        if entry.method not in (_STORED, _DEFLATED) or entry.flags & _ENCRYPTED:
            raise Damaged("packed in a way that is not used in workbooks")
        at, left = self.data_start(entry), entry.packed
        inflate = zlib.decompressobj(-15) if entry.method == _DEFLATED else None
        crc = size = 0
        while left:
            packed = self._at(at, min(left, _CHUNK // 4))
            at, left = at + len(packed), left - len(packed)
            for data in _inflated(inflate, packed):
                crc, size = zlib.crc32(data, crc), size + len(data)
                if size > entry.size:
                    raise Damaged("larger than it claims")
                yield data
        if size != entry.size or crc != entry.crc:
            raise Damaged("checksum")

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
        moved: dict[int, bytes] = {}
        ordered = sorted(self.entries, key=lambda entry: entry.start)
        first = ordered[0].start if ordered else self._directory
        _copy(self._file, 0, first, target)
        for entry in ordered:
            offset = target.tell() - self._shift
            if entry.name in dropped:
                continue
            if entry.name in replaced:
                moved[entry.start] = self._write_new(target, entry, replaced[entry.name]())
            else:
                self.data_start(entry)
                _copy(self._file, entry.start, entry.stop, target)
                moved[entry.start] = _moved(entry.record, offset)
        records = [moved[entry.start] for entry in self.entries if entry.start in moved]
        records += [self._write_added(target, name, data) for name, data in added]
        self._write_end(target, records)

    def _write_new(self, target: BinaryIO, entry: Entry, pieces: Iterable[bytes]) -> bytes:
        fields = _CENTRAL.unpack_from(entry.record)
        name, extra, comment = _variable(entry.record, fields)
        extra = _without_zip64(extra)
        flags = entry.flags & ~_DESCRIPTOR
        start = target.tell()
        head = [max(20, fields[2]), flags, entry.method, fields[5], fields[6]]
        sizes = _packed(target, head, name, extra, pieces, entry.size)
        return _CENTRAL.pack(
            fields[0], fields[1], *head, *sizes, len(name), len(extra), len(comment),
            0, fields[14], fields[15], start - self._shift,
        ) + name + extra + comment  # fmt: skip

    def _write_added(self, target: BinaryIO, name: str, data: bytes) -> bytes:
        """Dated like the first entry: the same changes give the same file."""
        fields = _CENTRAL.unpack_from(self.entries[0].record)
        raw = name.encode()
        start = target.tell()
        head = [20, 0 if raw.isascii() else _UTF8, _DEFLATED, fields[5], fields[6]]
        sizes = _packed(target, head, raw, b"", [data], len(data))
        return _CENTRAL.pack(
            b"PK\x01\x02", 20, *head, *sizes, len(raw), 0, 0, 0, 0, 0, start - self._shift
        ) + raw  # fmt: skip

    def _write_end(self, target: BinaryIO, records: Sequence[bytes]) -> None:
        start = target.tell()
        target.writelines(records)
        length, offset, count = target.tell() - start, start - self._shift, len(records)
        if target.tell() >= _NONE32:
            raise UserError("改后的工作簿超过 4 GB，写不出来；请分成几个文件")
        if self._end64:
            at = target.tell()
            fields = list(_END64.unpack(self._end64[: _END64.size]))
            fields[6:10] = count, count, length, offset
            target.write(_END64.pack(*fields) + self._end64[_END64.size :])
            target.write(_LOCATOR64.pack(b"PK\x06\x07", 0, at, 1))
        end = list(_END.unpack(self._end))
        new = (count, count, length, offset)
        limits = (_NONE16, _NONE16, _NONE32, _NONE32)
        # a field that sent the reader to the zip64 record still does
        end[3:7] = [
            old if self._end64 and old == limit else value
            for old, limit, value in zip(end[3:7], limits, new, strict=True)
        ]
        target.write(_END.pack(*end) + self._comment)


def _inflated(inflate: zlib._Decompress | None, packed: bytes) -> Iterator[bytes]:
    """At most a chunk at a time, however well it was packed."""
    if inflate is None:
        yield packed
        return
    try:
        while packed:
            yield inflate.decompress(packed, _CHUNK)
            packed = inflate.unconsumed_tail
    except zlib.error as error:
        raise Damaged(str(error)) from error


def _packed(
    target: BinaryIO, head: list[int], name: bytes, extra: bytes, pieces: Iterable[bytes], size: int
) -> tuple[int, int, int]:
    """Local header and packed ``pieces``; returns (crc, packed size, size)."""
    start = target.tell()
    target.write(bytes(_LOCAL.size) + name + extra)
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
    target.write(_LOCAL.pack(b"PK\x03\x04", *head, *sizes, len(name), len(extra)))
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


# --- records of the central directory --------------------------------------------------------


def _variable(record: bytes, fields: Sequence[int]) -> tuple[bytes, bytes, bytes]:
    """Name, extra field and comment of a record."""
    name_at = _CENTRAL.size
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


def _without_zip64(extra: bytes) -> bytes:
    return b"".join(extra[start:stop] for kind, start, stop in _extras(extra) if kind != 1)


def _wide(record: bytes, fields: Sequence[int]) -> tuple[int, int, int | None]:
    """(size, packed size, position in the record of the 8-byte offset, if it has one)."""
    size, packed, offset = fields[9], fields[8], fields[16]
    extra_at = _CENTRAL.size + fields[10]
    extra = record[extra_at : extra_at + fields[11]]
    for kind, start, _ in _extras(extra):
        if kind != 1:
            continue
        at = extra_at + start + 4
        if size == _NONE32:
            (size,) = struct.unpack_from("<Q", record, at)
            at += 8
        if packed == _NONE32:
            (packed,) = struct.unpack_from("<Q", record, at)
            at += 8
        return size, packed, at if offset == _NONE32 else None
    return size, packed, None


def _offset(record: bytes, fields: Sequence[int]) -> int:
    at = _wide(record, fields)[2]
    return int(fields[16]) if at is None else int(struct.unpack_from("<Q", record, at)[0])


def _moved(record: bytes, offset: int) -> bytes:
    """The record with its offset exchanged, in whichever place it stood."""
    at = _wide(record, _CENTRAL.unpack_from(record))[2]
    if at is None:
        return record[:42] + struct.pack("<L", offset) + record[46:]
    return record[:at] + struct.pack("<Q", offset) + record[at + 8 :]
