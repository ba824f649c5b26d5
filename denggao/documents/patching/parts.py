"""The parts of a workbook package and what relates them, with the changes gathered so far."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from denggao.documents.patching.container import Container, Damaged, Entry, Pieces
from denggao.documents.patching.spans import escaped, insertion, parse

_CONTENT_TYPES = "[Content_Types].xml"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_RELATIONS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
_HEADER = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MOST = 64 << 20


@dataclass(frozen=True, slots=True)
class Relation:
    """``kind`` is the last word of the relation's type; ``target`` a part's name."""

    id: str
    kind: str
    target: str


class Parts:
    """Reads parts, remembers new contents, writes them all at the end. Part names are told
    apart without regard to case, as the format has it."""

    def __init__(self, path: Path) -> None:
        self._container = Container(path)
        self._entries = {entry.name.lower(): entry for entry in self._container.entries}
        self._edited: dict[str, bytes] = {}
        self._streams: dict[str, Pieces] = {}
        self._added: dict[str, bytes] = {}
        self._dropped: set[str] = set()

    def close(self) -> None:
        self._container.close()

    # --- reading ---------------------------------------------------------------------------

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._entries or name in self._added

    def __iter__(self) -> Iterator[str]:
        yield from (entry.name for entry in self._entries.values())
        yield from self._added

    def _entry(self, name: str) -> Entry:
        key = name.lower()
        if key not in self._entries:
            raise Damaged(f"part {name}")
        return self._entries[key]

    def size(self, name: str) -> int:
        """Unpacked, as it was."""
        return self._entry(name).size

    def chunks(self, name: str) -> Iterator[bytes]:
        """A part as it was, unpacked piece by piece."""
        return self._container.chunks(self._entry(name))

    def read(self, name: str) -> bytes:
        """A part as it is now."""
        if name in self._added:
            return self._added[name]
        entry = self._entry(name)
        if entry.name in self._edited:
            return self._edited[entry.name]
        if entry.size > _MOST:
            raise Damaged(f"{name} is too large")
        return b"".join(self._container.chunks(entry))

    # --- changing --------------------------------------------------------------------------

    @property
    def is_changed(self) -> bool:
        return bool(self._edited or self._streams or self._added or self._dropped)

    def edit(self, name: str, data: bytes) -> None:
        """New contents of a small part; the old ones again are no change."""
        if name in self._added:
            self._added[name] = data
        elif data != self.read(name):
            self._edited[self._entry(name).name] = data

    def edit_stream(self, name: str, pieces: Pieces) -> None:
        """New contents of a large part, made while writing."""
        self._streams[self._entry(name).name] = pieces

    def add(self, name: str, data: bytes, content_type: str = "") -> None:
        """A new part, with a content type of its own unless its extension has one."""
        self._added[name] = data
        if content_type:
            self._override(name, content_type)

    def drop(self, name: str, parent: str) -> None:
        """Take a part out, with its content type and the relation of ``parent``."""
        entry = self._entry(name)
        self._dropped.add(entry.name)
        path = _relations_of(parent)
        for place, attribute, value in (
            (path, "Target", name),
            (_CONTENT_TYPES, "PartName", "/" + name),
        ):
            data = self.read(place)
            for element in parse(data).children:
                said = element.get(attribute)
                if attribute == "Target":
                    said = _resolved(parent, said)
                if said.lower() == value.lower():
                    data = data[: element.start] + data[element.stop :]
                    break
            self.edit(place, data)

    def free_name(self, pattern: str, first: int | str = 1) -> str:
        """``xl/comments{}.xml`` with the first number that no part has; ``first`` is what is
        tried before 2."""
        name, number = pattern.format(first), 1
        while name in self:
            number += 1
            name = pattern.format(number)
        return name

    def write(self, target: BinaryIO) -> None:
        replaced = {name: _whole(data) for name, data in self._edited.items()} | self._streams
        self._container.write(target, replaced, list(self._added.items()), frozenset(self._dropped))

    # --- content types ---------------------------------------------------------------------

    def _override(self, name: str, content_type: str) -> None:
        data = self.read(_CONTENT_TYPES)
        root = parse(data)
        new = (
            f'<{root.tag("Override")} PartName="/{escaped(name, quote=True)}"'
            f' ContentType="{content_type}"/>'
        ).encode()
        self._splice(_CONTENT_TYPES, data, insertion(data, root, new))

    def default_type(self, extension: str, content_type: str) -> None:
        """The content type of all parts with this extension, unless there is one."""
        data = self.read(_CONTENT_TYPES)
        root = parse(data)
        defaults = [child for child in root.children if child.name == "Default"]
        if any(child.get("Extension").lower() == extension for child in defaults):
            return
        new = f'<{root.tag("Default")} Extension="{extension}" ContentType="{content_type}"/>'
        self._splice(
            _CONTENT_TYPES,
            data,
            insertion(data, root, new.encode(), before=("Default", "Override")),
        )

    # --- relations -------------------------------------------------------------------------

    def relations(self, part: str) -> list[Relation]:
        """What ``part`` relates to inside the package; "" is the package itself."""
        path = _relations_of(part)
        if path not in self:
            return []
        return [
            Relation(
                element.get("Id"),
                element.get("Type").rpartition("/")[2],
                _resolved(part, element.get("Target")),
            )
            for element in parse(self.read(path)).children
            if element.get("TargetMode") != "External"
        ]

    def related(self, part: str, kind: str) -> list[str]:
        """The names of the parts of one kind that ``part`` relates to."""
        return [r.target for r in self.relations(part) if r.kind == kind and r.target in self]

    def relation_base(self) -> str:
        """The address that types of relations begin with: another one in strict files."""
        for element in parse(self.read(_relations_of(""))).children:
            base, _, kind = element.get("Type").rpartition("/")
            if kind == "officeDocument":
                return base
        raise Damaged("no office document")

    def relate(self, part: str, kind: str, target: str) -> str:
        """A new relation; returns its id."""
        path = _relations_of(part)
        if path not in self:
            self._added[path] = _HEADER + f'<Relationships xmlns="{_RELATIONS}"/>'.encode()
            self.default_type("rels", _RELATIONS_TYPE)
        data = self.read(path)
        root = parse(data)
        taken = {child.get("Id") for child in root.children}
        number = len(taken) + 1
        while f"rId{number}" in taken:
            number += 1
        where = escaped(posixpath.relpath(target, posixpath.dirname(part) or "."), quote=True)
        new = (
            f'<{root.tag("Relationship")} Id="rId{number}"'
            f' Type="{self.relation_base()}/{kind}" Target="{where}"/>'
        ).encode()
        self._splice(path, data, insertion(data, root, new))
        return f"rId{number}"

    def _splice(self, name: str, data: bytes, splice: tuple[int, int, bytes]) -> None:
        start, stop, new = splice
        self.edit(name, data[:start] + new + data[stop:])


def document(body: str) -> bytes:
    """A whole new part."""
    return _HEADER + body.encode()


def _whole(data: bytes) -> Pieces:
    return lambda: [data]


def _relations_of(part: str) -> str:
    folder, _, name = part.rpartition("/")
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _resolved(part: str, target: str) -> str:
    return posixpath.normpath(
        posixpath.join("/" + posixpath.dirname(part), target.replace("\\", "/"))
    ).lstrip("/")
