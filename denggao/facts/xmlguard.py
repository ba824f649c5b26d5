"""The XML of a part, looked at while it streams by, before any parser builds something of it.

Our own scan reads bytes and calamine reads XML: whatever the two could read differently
(another encoding, entities) is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.etree import ElementTree

#: No part of a workbook nests its elements deeper; Excel itself stays below 20.
MAX_DEPTH = 200
#: calamine reads a stream, which depth cannot hurt: more than this need not be counted.
_LOOKED_AT = 4 << 20
#: calamine holds every shared string in memory.
MAX_STRINGS = 3_000_000
#: What may lie across two chunks: a tag, "<!DOCTYPE".
_OVERLAP = 512

_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([^"']+)["']""")


TOO_DEEP = "里元素的嵌套太深"


class Refused(Exception):
    """Why a part must not be parsed, in Chinese, without the file's name."""


class _Shallow(ElementTree.TreeBuilder):
    """Builds a tree that is not too deep."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def start(self, tag: str, attributes: dict[str, str], /) -> ElementTree.Element:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Refused(TOO_DEEP)
        return super().start(tag, attributes)

    def end(self, tag: str, /) -> ElementTree.Element:
        self._depth -= 1
        return super().end(tag)


def tree(chunks: Iterable[bytes]) -> ElementTree.Element:
    """The parsed part. Raises Refused, and ParseError for what is no XML."""
    parser = ElementTree.XMLParser(target=_Shallow())  # noqa: S314 (no DOCTYPE, so no entities)
    for chunk in guarded(chunks):
        parser.feed(chunk)
    root = parser.close()
    assert isinstance(root, ElementTree.Element)
    return root


def guarded(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same chunks. Raises Refused on a document type, entities, an encoding other than
    UTF-8, and elements nested too deep."""
    tail, first, depth, looked_at = b"", True, 0, 0
    for chunk in chunks:
        if first:
            _check_encoding(chunk)
            first = False
        text = tail + chunk
        if b"!" in text and (b"<!DOCTYPE" in text or b"<!ENTITY" in text):
            raise Refused("含有外部实体声明（DOCTYPE）")
        if looked_at < _LOOKED_AT:
            depth += _opened(chunk)
            looked_at += len(chunk)
        if depth > MAX_DEPTH:
            raise Refused(TOO_DEEP)
        tail = chunk[-_OVERLAP:]
        yield chunk


def _check_encoding(start: bytes) -> None:
    if start.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")):
        raise Refused("的内部编码不是 UTF-8")
    declared = _ENCODING.match(start[:400].removeprefix(b"\xef\xbb\xbf"))
    if declared and declared.group(1).lower() not in (b"utf-8", b"utf8", b"us-ascii"):
        raise Refused("的内部编码不是 UTF-8")


def _opened(chunk: bytes) -> int:
    """How many more elements a chunk opens than it closes. A tag cut by the chunk's edge is
    counted by its "<" here and by its "/>" there."""
    marks = chunk.count(b"<!") + chunk.count(b"<?") if b"<!" in chunk or b"<?" in chunk else 0
    return chunk.count(b"<") - marks - 2 * chunk.count(b"</") - chunk.count(b"/>")


def strings_counted(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same chunks of xl/sharedStrings.xml. Raises Refused when there are too many."""
    count = 0
    for chunk in guarded(chunks):
        count += chunk.count(b"<si") + chunk.count(b":si>") // 2
        if count > MAX_STRINGS:
            raise Refused(f"里的不同文字超过 {MAX_STRINGS:,} 段")
        yield chunk
