"""Shared strings: read by number, never changed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from itertools import chain

from denggao.documents.patching.container import Damaged
from denggao.documents.patching.spans import Element, inner_text, parse

_ITEM = re.compile(rb"<(?:[\w.-]+:)?si(?=[\s/>])")
_OTHER = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.S)
_LONGEST = 16 << 20
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")


def shared_strings(chunks: Iterable[bytes], wanted: Collection[int]) -> dict[int, str]:
    """The texts of the ``wanted`` items."""
    found: dict[int, str] = {}
    if not wanted:
        return found
    buffer, number = b"", 0
    for chunk in chain(chunks, [None]):
        buffer += chunk or b""
        masked = _OTHER.sub(lambda m: b" " * len(m.group()), buffer) if b"<!" in buffer else buffer
        starts = [match.start() for match in _ITEM.finditer(masked)]
        # the last item may go on in the next chunk
        following = starts[1:] + ([len(buffer)] if chunk is None else [])
        for start, stop in zip(starts, following, strict=False):
            if number in wanted:
                found[number] = _text(buffer[start:stop])
            number += 1
        buffer = buffer[starts[-1] :] if starts else buffer[-64:]
        if len(buffer) > _LONGEST:
            raise Damaged("a shared string without end")
    return found


def _text(data: bytes) -> str:
    closed = re.match(rb"<(?:[\w.-]+:)?si\s*/>", data)
    if closed:
        return ""
    end = data.rfind(b"si>")
    if end < 0:
        raise Damaged("shared string")
    item = data[: end + 3]
    return plain_text(item, parse(item))


def plain_text(data: bytes, item: Element) -> str:
    """The words of a rich or plain text, without readings in small print (rPh)."""
    words = []
    for child in item.children:
        if child.name == "t":
            words.append(inner_text(data, child))
        elif child.name == "r":
            words += [inner_text(data, t) for t in child.children if t.name == "t"]
    return unescaped("".join(words))


def unescaped(text: str) -> str:
    """``_x000D_`` is how control characters are written."""
    return _ESCAPE.sub(lambda found: chr(int(found.group(1), 16)), text) if "_x" in text else text
