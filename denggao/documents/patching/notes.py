"""Comments beside cells: the classic kind, with a yellow box, that every program shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from denggao.documents.patching.book import Book
from denggao.documents.patching.boxes import add_boxes, new_boxes
from denggao.documents.patching.cells import written
from denggao.documents.patching.changes import Cell, Change
from denggao.documents.patching.container import Damaged
from denggao.documents.patching.parts import Parts, document
from denggao.documents.patching.rows import reference
from denggao.documents.patching.scan import Areas, Sheet, region
from denggao.documents.patching.spans import (
    Element,
    Splice,
    escaped,
    inner_text,
    insertion,
    parse,
    spliced,
    with_attribute,
)

AUTHOR = "登高"
_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
#: What may follow legacyDrawing in a worksheet, in the order of the schema.
_AFTER_LEGACY = (
    "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems",
    "tableParts", "extLst", "AlternateContent",
)  # fmt: skip


@dataclass(frozen=True)
class Noted:
    """``splices`` for the sheet's own part; ``unwritten`` are the cells whose notes were left
    out because a conversation stands there."""

    splices: list[Splice] = field(default_factory=list)
    unwritten: list[Cell] = field(default_factory=list)


def add_notes(
    parts: Parts,
    book: Book,
    part: str,
    sheet: Sheet,
    merges: Areas,
    changes: Mapping[Cell, Change],
) -> Noted:
    """The notes of ``changes`` as comments of a sheet. In a merged area the note stands at the
    first cell, where it shows. Under a conversation Excel shows the conversation only, so a
    note would be lost there: such cells are returned instead."""
    notes = _by_first_cell(changes, merges)
    threads = _threads(parts, part) if notes else set()
    unwritten = [cell for cell in notes if cell in threads]
    for cell in unwritten:
        del notes[cell]
    if not notes:
        return Noted(unwritten=unwritten)
    comments = parts.related(part, "comments")
    if comments:
        new = _append(parts, comments[0], notes)
    else:
        name = parts.free_name("xl/comments{}.xml")
        empty = f'<comments xmlns="{book.namespace}"><authors/><commentList/></comments>'
        parts.add(name, document(empty), _COMMENTS_TYPE)
        parts.relate(part, "comments", name)
        new = _append(parts, name, notes)
    return Noted(_boxes(parts, part, sheet, new), unwritten)


def _by_first_cell(changes: Mapping[Cell, Change], merges: Areas) -> dict[Cell, str]:
    notes: dict[Cell, str] = {}
    for (row, column), change in sorted(changes.items()):
        if change.note:
            area = merges.of(row, column)
            cell = area[:2] if area else (row, column)
            notes[cell] = f"{notes[cell]}\n{change.note}" if cell in notes else change.note
    return notes


def _threads(parts: Parts, part: str) -> set[Cell]:
    """The cells of a sheet where conversations stand."""
    return {
        region(thread.get("ref"))[:2]
        for name in parts.related(part, "threadedComment")
        for thread in parse(parts.read(name)).all("threadedComment")
    }


# --- the comments part -----------------------------------------------------------------------


def _append(parts: Parts, name: str, notes: Mapping[Cell, str]) -> list[Cell]:
    """Writes the notes into a comments part; returns the cells that had no comment."""
    data = parts.read(name)
    root = parse(data)
    authors, comments = root.child("authors"), root.child("commentList")
    if authors is None or comments is None:
        raise Damaged(f"{name} without list")
    there = {region(c.get("ref"))[:2]: c for c in comments.children if c.name == "comment"}
    splices: list[Splice] = []
    new = [cell for cell in notes if cell not in there]
    for cell, comment in there.items():
        if cell in notes:
            splices += _longer(data, comment, notes[cell])
    if new:
        names = [inner_text(data, author) for author in authors.children]
        number = names.index(AUTHOR) if AUTHOR in names else len(names)
        if number == len(names):
            tag = authors.tag("author")
            splices.append(insertion(data, authors, f"<{tag}>{AUTHOR}</{tag}>".encode()))
        made = b"".join(_comment(root, cell, number, notes[cell]) for cell in new)
        splices.append(insertion(data, comments, made))
    parts.edit(name, spliced(data, splices))
    return new


def _comment(root: Element, cell: Cell, author: int, note: str) -> bytes:
    comment, text, run = root.tag("comment"), root.tag("text"), root.tag("r")
    return (
        f'<{comment} ref="{reference((*cell, *cell))}" authorId="{author}"><{text}><{run}>'
        f'<{root.tag("rPr")}><{root.tag("sz")} val="9"/><{root.tag("color")} indexed="81"/>'
        f'<{root.tag("rFont")} val="宋体"/></{root.tag("rPr")}>'
        f'<{root.tag("t")} xml:space="preserve">{escaped(written(note))}</{root.tag("t")}>'
        f"</{run}></{text}></{comment}>"
    ).encode()


def _longer(data: bytes, comment: Element, note: str) -> list[Splice]:
    """The note on a new line after the last words of a comment."""
    text = comment.child("text")
    if text is None:
        raise Damaged("comment without text")
    words = escaped(written("\n" + note))
    last = list(text.all("t"))
    if not last:
        name = text.tag("t")
        return [insertion(data, text, f"<{name}>{escaped(written(note))}</{name}>".encode())]
    end = last[-1]
    tag = with_attribute(data[end.start : end.inner], "xml:space", "preserve")
    if end.is_closed:
        closed = f"</{end.tag('t')}>"
        return [(end.start, end.stop, tag[:-2].rstrip() + f">{words}{closed}".encode())]
    return [(end.start, end.inner, tag), (end.end, end.end, words.encode())]


# --- boxes -----------------------------------------------------------------------------------


def _boxes(parts: Parts, part: str, sheet: Sheet, cells: Sequence[Cell]) -> list[Splice]:
    """A box for each new comment; returns the splice that relates the sheet to its boxes."""
    if not cells:
        return []
    drawings = [
        relation.target
        for relation in parts.relations(part)
        if (found := sheet.root.child("legacyDrawing")) and relation.id == found.get("id")
    ]
    if drawings:
        add_boxes(parts, drawings[0], cells)
        return []
    name = parts.free_name("xl/drawings/vmlDrawing{}.vml")
    parts.default_type("vml", _VML_TYPE)
    new_boxes(parts, name, cells)
    link = parts.relate(part, "vmlDrawing", name)
    tag, base = sheet.root.tag("legacyDrawing"), parts.relation_base()
    new = f'<{tag} xmlns:r="{base}" r:id="{link}"/>'.encode()
    start, stop, new = insertion(sheet.skeleton, sheet.root, new, before=_AFTER_LEGACY)
    return [(sheet.place(start), sheet.place(stop), new)]
