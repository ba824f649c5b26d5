"""The zip around an .xlsx, before anything in it is parsed: a stranger may have made it.

Everything here is decided from the directory of the zip, which costs nothing to read. Whether
a part unpacks to what the directory says is proved while it is read (``unpacked``).
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from denggao.facts.errors import UserError

MAX_UNCOMPRESSED = 1 << 30
MAX_RATIO = 200
#: Small parts compress well without harm; only above this does the ratio count.
_RATIO_MATTERS = 32 << 20
MAX_ENTRIES = 10_000
#: A directory entry takes some hundred bytes: more than this is no workbook's.
_MAX_DIRECTORY = 4 << 20
_END, _END64 = b"PK\x05\x06", b"PK\x06\x06"
#: The end record and its comment, which may have 65,535 bytes; the zip64 record before it.
_TAIL = 65_535 + 22 + 76
_LOCAL_HEADER = 30
_CHUNK = 1 << 20
_SYMLINK, _FILE_TYPE = 0o120000, 0o170000
RESAVE = "请用 Excel 或 WPS 打开后另存为 .xlsx 再试"


class Damaged(Exception):
    """The file is not what its directory says: nothing is taken from it."""


def open_container(path: Path) -> zipfile.ZipFile:
    """The zip, once its directory is found harmless. Raises UserError for what must not be
    unpacked, BadZipFile and its kin for what is no zip at all."""
    _check_directory(path)
    package = zipfile.ZipFile(path)
    try:
        entries = package.infolist()
        if len(entries) > MAX_ENTRIES:
            raise _refused(path, f"内含 {len(entries)} 个部件，超过 {MAX_ENTRIES} 个")
        _check_names(path, entries)
        _check_places(path, entries, package.start_dir)
        _check_entries(path, entries)
        _check_sizes(path, entries)
    except BaseException:
        package.close()
        raise
    return package


def _refused(path: Path, why: str, cure: str = RESAVE) -> UserError:
    return UserError(f"「{path.name}」{why}，不予读取；{cure}")


def _check_directory(path: Path) -> None:
    """zipfile reads the whole directory at once, however long it is said to be."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        stream.seek(max(0, size - _TAIL))
        tail = stream.read()
    end = tail.rfind(_END)
    if end < 0 or len(tail) < end + 22:
        return  # no zip: zipfile says so
    (length,) = struct.unpack_from("<L", tail, end + 12)
    end64 = tail.rfind(_END64, 0, end)
    if end64 >= 0 and len(tail) >= end64 + 56:
        (length,) = struct.unpack_from("<Q", tail, end64 + 40)
    if min(length, size) > _MAX_DIRECTORY:
        raise _refused(path, f"的目录有 {length >> 20} MB，内含的部件多得不像工作簿")


def _check_names(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    """Names that would leave the folder they are unpacked in, and names given twice (readers
    differ in which of the two they take; Excel does not tell upper from lower case)."""
    for entry in entries:
        name = entry.orig_filename
        parts = name.replace("\\", "/").split("/")
        if "\\" in name or "\x00" in name or name.startswith("/") or ":" in name or ".." in parts:
            raise _refused(path, f"里有路径可疑的部件“{_shown(name)}”")
    twice = [
        name for name, count in Counter(e.filename.lower() for e in entries).items() if count > 1
    ]
    if twice:
        raise _refused(path, f"里有重名的部件“{_shown(twice[0])}”，不知道该读哪一个")


def _shown(name: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in name[:60])


def _check_places(path: Path, entries: list[zipfile.ZipInfo], directory: int) -> None:
    """Parts that lie on top of each other multiply a small file into terabytes."""
    places = sorted((e.header_offset, e.compress_size) for e in entries)
    ends = [start for start, _ in places[1:]] + [directory]
    for (start, size), end in zip(places, ends, strict=True):
        if start + _LOCAL_HEADER + size > end:
            raise _refused(path, "里有互相重叠的部件，像是压缩炸弹")
    if places and places[0][0] != 0:
        raise _refused(path, "前面还藏着别的内容")


def _check_entries(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    for entry in entries:
        if entry.flag_bits & 0x41:
            raise UserError(f"「{path.name}」设有密码；请去掉密码另存后再导入")
        if (entry.external_attr >> 16) & _FILE_TYPE == _SYMLINK:
            raise _refused(path, f"里有指向别处的符号链接“{_shown(entry.filename)}”")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _refused(path, "用了 Excel 不用的压缩方法")


def _check_sizes(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    total = sum(entry.file_size for entry in entries)
    if total > MAX_UNCOMPRESSED:
        raise _refused(
            path,
            f"声称解压后有 {total / 2**30:.1f} GB，超过 1 GB 的上限",
            "请删去空白的带格式行列，或分成几个文件",
        )
    for entry in entries:
        ratio = entry.file_size / max(entry.compress_size, 1)
        if entry.file_size > _RATIO_MATTERS and ratio > MAX_RATIO:
            raise _refused(
                path,
                f"的压缩比高达 {ratio:.0f} 倍，像是压缩炸弹",
                "请用 Excel 或 WPS 打开，删去空白的带格式行列后另存",
            )


def unpacked(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part in chunks of at most 1 MB. Raises Damaged unless the packed bytes give exactly
    the size and check sum of the directory: zipfile itself stops at the size that is claimed,
    where another reader would go on unpacking."""
    size = crc = 0
    packed = _packed(package, entry)
    for chunk in packed if entry.compress_type == zipfile.ZIP_STORED else inflated(packed):
        size, crc = size + len(chunk), zlib.crc32(chunk, crc)
        if size > entry.file_size:
            raise Damaged(entry.filename)
        yield chunk
    if size != entry.file_size or crc != entry.CRC:
        raise Damaged(entry.filename)


def inflated(packed: Iterable[bytes]) -> Iterator[bytes]:
    """A deflated part in chunks of at most 1 MB. Raises Damaged for other bytes, for fewer and
    for more."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for piece in packed:
            rest = piece
            while rest and not inflater.eof:
                if chunk := inflater.decompress(rest, _CHUNK):
                    yield chunk
                rest = inflater.unconsumed_tail
            if inflater.unused_data:
                raise Damaged("bytes behind the end")
        while not inflater.eof:  # what it holds back at the border of a chunk
            if not (chunk := inflater.decompress(b"", _CHUNK)):
                raise Damaged("cut off")
            yield chunk
    except zlib.error as error:
        raise Damaged(str(error)) from error


def _packed(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    stream = package.fp
    assert stream is not None
    stream.seek(entry.header_offset)
    header = stream.read(_LOCAL_HEADER)
    if len(header) < _LOCAL_HEADER or not header.startswith(b"PK\x03\x04"):
        raise Damaged(entry.filename)
    name, extra = struct.unpack_from("<HH", header, 26)
    place, left = entry.header_offset + _LOCAL_HEADER + name + extra, entry.compress_size
    while left:
        stream.seek(place)
        packed = stream.read(min(left, _CHUNK))
        if not packed:
            raise Damaged(entry.filename)
        place, left = place + len(packed), left - len(packed)
        yield packed
