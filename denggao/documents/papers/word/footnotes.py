"""Footnotes of a .docx, which python-docx does not know: the part, its relation, the references.

A reference is handed out while a body is written; ``attach`` then writes all notes into the
document. Notes that the template has already stay, with their numbers.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from docx.document import Document

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SEPARATORS = (("separator", -1), ("continuationSeparator", 0))
_BREAKS = re.compile(r"[\t\n\r]+")
_NOT_XML = re.compile("[\x00-\x1f\ud800-\udfff\ufffe\uffff]")
#: What may follow footnotePr in settings.xml; it must stand before the first of these.
_LATER = (
    "endnotePr", "compat", "docVars", "rsids", "attachedSchema", "themeFontLang",
    "clrSchemeMapping", "doNotIncludeSubdocsInStats", "shapeDefaults", "decimalSymbol",
    "listSeparator",
)  # fmt: skip


def plain(text: str) -> str:
    """Text as it may stand in XML: markup escaped, breaks as blanks, characters that XML cannot
    hold dropped."""
    return escape(_NOT_XML.sub("", _BREAKS.sub(" ", text)))


class Footnotes:
    """The notes of one document. ``text_style`` and ``mark_style`` are style ids."""

    def __init__(self, document: Document, text_style: str, mark_style: str) -> None:
        self._document = document
        self._text_style, self._mark_style = text_style, mark_style
        self._root = self._existing()
        ids = [int(note.get(f"{{{W}}}id")) for note in self._root.iterfind(f"{{{W}}}footnote")]
        self._next = max([0, *ids]) + 1
        self._notes: list[str] = []

    def __len__(self) -> int:
        return len(self._notes)

    def reference(self, words: str) -> str:
        """The run that refers to a new note with these words."""
        number = self._next + len(self._notes)
        mark = f'<w:rPr><w:rStyle w:val="{self._mark_style}"/></w:rPr>'
        self._notes.append(
            f'<w:footnote w:id="{number}"><w:p><w:pPr><w:pStyle w:val="{self._text_style}"/>'
            f"</w:pPr><w:r>{mark}<w:footnoteRef/></w:r>"
            f'<w:r><w:t xml:space="preserve"> {plain(words)}</w:t></w:r></w:p></w:footnote>'
        )
        return f'<w:r>{mark}<w:footnoteReference w:id="{number}"/></w:r>'

    def attach(self) -> None:
        """Put the notes into the document; once, and nothing where there are none."""
        from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
        from docx.opc.packuri import PackURI
        from docx.opc.part import Part
        from lxml import etree

        if not self._notes:
            return
        added = etree.fromstring(f'<w:f xmlns:w="{W}">{"".join(self._notes)}</w:f>')
        self._root.extend(list(added))
        blob = etree.tostring(self._root, xml_declaration=True, encoding="UTF-8", standalone=True)
        main = self._document.part
        for key, relation in list(main.rels.items()):
            if relation.reltype == RELATIONSHIP_TYPE.FOOTNOTES:
                del main.rels[key]
        name = PackURI("/word/footnotes.xml")
        part = Part(name, CONTENT_TYPE.WML_FOOTNOTES, blob, main.package)
        main.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
        self._announce()

    def _existing(self) -> Any:
        from docx.opc.constants import RELATIONSHIP_TYPE
        from lxml import etree

        for relation in self._document.part.rels.values():
            if relation.reltype == RELATIONSHIP_TYPE.FOOTNOTES:
                return etree.fromstring(relation.target_part.blob)
        lines = "".join(
            f'<w:footnote w:type="{kind}" w:id="{number}"><w:p><w:pPr><w:spacing w:after="0" '
            f'w:line="240" w:lineRule="auto"/></w:pPr><w:r><w:{kind}/></w:r></w:p></w:footnote>'
            for kind, number in _SEPARATORS
        )
        return etree.fromstring(f'<w:footnotes xmlns:w="{W}">{lines}</w:footnotes>')

    def _announce(self) -> None:
        """The separators have to be named in the settings, at their place in the sequence."""
        settings = self._document.settings.element
        if settings.find(f"{{{W}}}footnotePr") is not None:
            return
        made = settings.makeelement(f"{{{W}}}footnotePr")
        for _, number in _SEPARATORS:
            made.append(made.makeelement(f"{{{W}}}footnote", {f"{{{W}}}id": str(number)}))
        later = (settings.find(f"{{{W}}}{name}") for name in _LATER)
        first = next((element for element in later if element is not None), None)
        settings.append(made) if first is None else first.addprevious(made)
