"""XML as spans of bytes: where each element lies, so that bytes can be exchanged in place and
all others stay as they are. Namespace prefixes are cut off: ``<x:row>`` is a ``row``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from xml.parsers import expat

from denggao.documents.patching.container import Damaged

#: Exchange the bytes from the first to the second place for these.
Splice = tuple[int, int, bytes]

_TAG_END = re.compile(rb"""(?:[^>"']|"[^"]*"|'[^']*')*>""")
_ENCODING = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)["']""")
_WHOLE = re.compile("[0-9]{1,10}")
_DEEPEST = 99


@dataclass(slots=True)
class Element:
    """``start`` to ``stop`` is the whole element, ``inner`` the first byte after its start
    tag, ``end`` its end tag; of ``<c/>`` these are both ``stop``."""

    name: str
    prefix: str
    attributes: dict[str, str]
    start: int
    inner: int
    end: int = 0
    stop: int = 0
    children: list[Element] = field(default_factory=list)

    def child(self, name: str) -> Element | None:
        """The first child of this name."""
        return next((child for child in self.children if child.name == name), None)

    def all(self, name: str) -> Iterator[Element]:
        """Descendants of this name, in document order."""
        for child in self.children:
            if child.name == name:
                yield child
            yield from child.all(name)

    def all_elements(self) -> Iterator[Element]:
        """Every descendant, in document order."""
        for child in self.children:
            yield child
            yield from child.all_elements()

    def get(self, name: str, default: str = "") -> str:
        """An attribute, whatever its prefix; the one without a prefix first."""
        if name in self.attributes:
            return self.attributes[name]
        ending = f":{name}"
        return next((v for k, v in self.attributes.items() if k.endswith(ending)), default)

    def number(self, name: str, default: int = 0) -> int:
        """A whole number in an attribute; raises Damaged for anything else."""
        text = self.get(name).strip()
        if text and not _WHOLE.fullmatch(text):
            raise Damaged(f'{name}="{text[:20]}"')
        return int(text) if text else default

    @property
    def is_closed(self) -> bool:
        """Written as ``<c/>``."""
        return self.end == self.stop

    def tag(self, name: str) -> str:
        """A name with this element's prefix."""
        return f"{self.prefix}:{name}" if self.prefix else name


def parse(data: bytes, depth: int = _DEEPEST) -> Element:
    """The root of a document. Elements deeper than ``depth`` (the root is 1) are left out.
    Raises Damaged for what is no UTF-8 XML or declares entities."""
    check_encoding(data)
    parser = expat.ParserCreate()
    parser.ordered_attributes = False
    open_elements: list[Element] = []
    roots: list[Element] = []
    level = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal level
        level += 1
        if level > depth:
            return
        at = parser.CurrentByteIndex
        prefix, _, local = name.rpartition(":")
        element = Element(local, prefix, attributes, at, tag_end(data, at))
        (open_elements[-1].children if open_elements else roots).append(element)
        open_elements.append(element)

    def end(name: str) -> None:
        nonlocal level
        level -= 1
        if level < depth:
            element = open_elements.pop()
            at = parser.CurrentByteIndex
            is_closed = data[element.inner - 2 : element.inner] == b"/>"
            element.stop = element.inner if is_closed else data.index(b">", at) + 1
            element.end = element.stop if is_closed else at

    def doctype(*_: object) -> None:
        raise Damaged("declares a document type")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise Damaged(str(error)) from error
    return roots[0]


def check_encoding(data: bytes) -> None:
    """Raises Damaged unless the document says UTF-8, or nothing and is not UTF-16."""
    found = _ENCODING.match(data.removeprefix(b"\xef\xbb\xbf"))
    said = found.group(1).lower() if found else b"utf-8"
    if said not in (b"utf-8", b"utf8", b"us-ascii") or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Damaged("not UTF-8")


def tag_end(data: bytes, at: int) -> int:
    """The place after the start tag that begins at ``at``."""
    found = _TAG_END.match(data, at)
    if found is None:
        raise Damaged("tag without end")
    return found.end()


def spliced(data: bytes, splices: Iterable[Splice]) -> bytes:
    """``data`` with the splices made; they must not overlap."""
    return b"".join(spliced_stream([data], splices))


def spliced_stream(chunks: Iterable[bytes], splices: Iterable[Splice]) -> Iterator[bytes]:
    """The same piece by piece: offsets count from the start of the first chunk."""
    waiting = sorted(splices, key=lambda splice: splice[:2])
    waiting.reverse()
    base = done = 0
    for chunk in chunks:
        end = base + len(chunk)
        while waiting and waiting[-1][0] < end:
            start, stop, new = waiting.pop()
            if start > done:
                yield chunk[done - base : start - base]
            yield new
            done = max(start, stop)
        if done < end:
            yield chunk[max(done - base, 0) :]
            done = end
        base = end
    for _, _, new in reversed(waiting):
        yield new


# --- attributes and text ---------------------------------------------------------------------


def with_attribute(tag: bytes, name: str, value: str) -> bytes:
    """A start tag with one attribute set, in its place or at the end."""
    new = f'{name}="{escaped(value, quote=True)}"'.encode()
    changed, count = _attribute(name).subn(lambda m: m.group(1) + new, tag, count=1)
    if count:
        return changed
    end = len(tag) - (2 if tag.endswith(b"/>") else 1)
    kept = tag[:end].rstrip()
    return kept + b" " + new + tag[end:]


def without_attribute(tag: bytes, name: str) -> bytes:
    """A start tag without one attribute and the space before it."""
    return _attribute(name).sub(b"", tag, count=1)


def _attribute(name: str) -> re.Pattern[bytes]:
    return re.compile(rb"""(\s)\s*""" + name.encode() + rb"""\s*=\s*(?:"[^"]*"|'[^']*')""")


def escaped(text: str, quote: bool = False) -> str:
    """Text for XML."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;") if quote else text


def inner_text(data: bytes, element: Element) -> str:
    """The characters directly inside an element without children."""
    raw = data[element.inner : element.end] if not element.is_closed else b""
    if b"<![CDATA[" not in raw:
        return _unescaped(raw)
    parts = re.split(rb"<!\[CDATA\[(.*?)\]\]>", raw, flags=re.S)
    return "".join(
        part.decode("utf-8", "replace") if number % 2 else _unescaped(part)
        for number, part in enumerate(parts)
    )


_REFERENCE = re.compile(r"&(?:#x([0-9A-Fa-f]+)|#([0-9]+)|(lt|gt|amp|quot|apos));")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}


def _unescaped(raw: bytes) -> str:
    text = raw.decode("utf-8", "replace").replace("\r\n", "\n")
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _character(found: re.Match[str]) -> str:
    hexadecimal, decimal, name = found.groups()
    if name:
        return _NAMED[name]
    return chr(int(hexadecimal, 16) if hexadecimal else int(decimal))


# --- children --------------------------------------------------------------------------------


def insertion(data: bytes, parent: Element, new: bytes, before: Sequence[str] = ()) -> Splice:
    """A child put into ``parent``, in front of those named ``before``, else as the last."""
    if parent.is_closed:
        tag = data[parent.start : parent.stop]
        name = parent.tag(parent.name).encode()
        return parent.start, parent.stop, tag[:-2].rstrip() + b">" + new + b"</" + name + b">"
    at = next((child.start for child in parent.children if child.name in before), parent.end)
    return at, at, new


def retagged(data: bytes, element: Element, name: str, value: str) -> Splice:
    """One attribute of an element's start tag set."""
    return (
        element.start,
        element.inner,
        with_attribute(data[element.start : element.inner], name, value),
    )
