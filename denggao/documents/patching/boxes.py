"""The boxes of comments: shapes in a VML part, which Excel needs to show a comment at all."""

from __future__ import annotations

import re
from collections.abc import Sequence

from denggao.documents.patching.changes import MAX_COLUMNS, Cell
from denggao.documents.patching.container import Damaged
from denggao.documents.patching.parts import Parts

#: Shapes are numbered in blocks of this many; no two sheets share a block.
_BLOCK = 1024
_WIDE, _HIGH = 3, 6
_BLOCKS = re.compile(rb"""<(?:[\w.-]+:)?idmap\b[^>]*?\bdata=["']([0-9, ]*)["']""")
_END = re.compile(rb"</(?:[\w.-]+:)?xml\s*>\s*$")
_TYPE = re.compile(rb"""<(?:[\w.-]+:)?shapetype\b[^>]*\bid=["']_x0000_t202["']""")
_SPACE = re.compile(
    rb"""\sxmlns:([\w.-]+)=["']urn:schemas-microsoft-com:(vml|office:office|office:excel)"""
)
_ROOT = re.compile(rb"<(?:[\w.-]+:)?xml\b[^>]*>")
_PREFIX = re.compile(r"(?<=[<\s/])([vox])(?=:)")
_SPACES = (
    ' xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel"'
)
_HEAD = (
    f'<xml{_SPACES}><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{{}}"/></o:shapelayout>'
)
_SHAPE_TYPE = (
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202"'
    ' path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
    '<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_SHAPE = (
    '<v:shape id="_x0000_s{id}" type="#_x0000_t202" style="position:absolute;visibility:hidden"'
    ' fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
    '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
    "<x:Anchor>{left}, 15, {top}, 2, {right}, 15, {bottom}, 4</x:Anchor>"
    "<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column>"
    "</x:ClientData></v:shape>"
)


_OURS = re.compile(r"<(v:shape(?:type)?)\b")
#: What the prefixes above stand for, by the end of the namespace.
_KINDS = {"v": b"vml", "o": b"ffice", "x": b"excel"}


def new_boxes(parts: Parts, name: str, cells: Sequence[Cell]) -> None:
    """A VML part with a box for each cell."""
    blocks = _free_blocks(parts, len(cells))
    body = (
        _HEAD.format(",".join(map(str, blocks))) + _SHAPE_TYPE + _shapes(cells, blocks) + "</xml>"
    )
    parts.add(name, body.encode())


def add_boxes(parts: Parts, name: str, cells: Sequence[Cell]) -> None:
    """Boxes added to a VML part that is there."""
    blocks = _free_blocks(parts, len(cells))
    data = parts.read(name)
    end, listed = _END.search(data), _BLOCKS.search(data)
    root = _ROOT.search(data)
    if end is None or root is None or b"urn:schemas-microsoft-com:vml" not in data:
        raise Damaged(f"{name} is no drawing of boxes")
    new = ("" if _TYPE.search(data) else _SHAPE_TYPE) + _shapes(cells, blocks)
    prefixes = {kind[-5:]: prefix.decode() for prefix, kind in _SPACE.findall(root.group())}
    if len(prefixes) == len(_KINDS):
        new = _PREFIX.sub(lambda found: prefixes[_KINDS[found.group(1)]], new)
    else:  # said at each shape (lxml writes so), as ours then does too
        new = _OURS.sub(rf"<\1{_SPACES}", new)
    data = data[: end.start()] + new.encode() + data[end.start() :]
    if listed:
        more = ",".join(map(str, blocks)).encode()
        known = listed.group(1).strip()
        data = (
            data[: listed.start(1)]
            + (known + b"," if known else b"")
            + more
            + data[listed.end(1) :]
        )
    parts.edit(name, data)


def _free_blocks(parts: Parts, count: int) -> list[int]:
    """Blocks of numbers for so many shapes that no drawing of the package uses."""
    taken = {
        int(number)
        for name in parts
        if name.lower().endswith(".vml")
        for listed in _BLOCKS.findall(parts.read(name))
        for number in listed.replace(b" ", b"").split(b",")
        if number
    }
    first = max(taken, default=0) + 1
    return list(range(first, first + -(-(count + 1) // _BLOCK)))


def _shapes(cells: Sequence[Cell], blocks: Sequence[int]) -> str:
    """The first number of a block stays free, as Excel has it."""
    start = blocks[0] * _BLOCK + 1
    return "".join(_shape(number, *cell) for number, cell in enumerate(cells, start))


def _shape(number: int, row: int, column: int) -> str:
    left, top = min(column, MAX_COLUMNS - _WIDE - 1), max(row - 2, 0)
    return _SHAPE.format(
        id=number, row=row - 1, column=column - 1,
        left=left, right=left + _WIDE, top=top, bottom=top + _HIGH,
    )  # fmt: skip
