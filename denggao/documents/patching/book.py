"""The workbook part: its sheets, its date system, and that formulas are reckoned anew."""

from __future__ import annotations

from denggao.documents.patching.container import Damaged
from denggao.documents.patching.parts import Parts, Relation
from denggao.documents.patching.scan import has_formula
from denggao.documents.patching.spans import Element, escaped, insertion, parse, retagged, spliced

_TRUE = ("1", "true")
_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#: What may follow calcPr in a workbook, in the order of the schema.
_AFTER_CALCULATION = (
    "oleSize", "customWorkbookViews", "pivotCaches", "smartTagPr", "smartTagTypes",
    "webPublishing", "fileRecoveryPr", "webPublishObjects", "extLst",
)  # fmt: skip


class Book:
    """``sheets`` maps the name of each worksheet to its part."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        found = parts.related("", "officeDocument")
        if not found:
            raise Damaged("no workbook")
        self.part = found[0]
        self.root = self._root()
        if self.root.name != "workbook":
            raise Damaged("no workbook")
        relations = {relation.id: relation for relation in parts.relations(self.part)}
        self.names = [sheet.get("name") for sheet in self._sheets()]
        self.sheets = {
            sheet.get("name"): relation.target
            for sheet in self._sheets()
            if (relation := _relation(sheet, relations)) and relation.kind == "worksheet"
        }
        properties = self.root.child("workbookPr")
        self.date1904 = properties is not None and properties.get("date1904") in _TRUE
        self.is_strict = "purl.oclc.org" in parts.relation_base()

    @property
    def namespace(self) -> str:
        """The namespace of a new part."""
        return _STRICT if self.is_strict else _MAIN

    def _root(self) -> Element:
        return parse(self.parts.read(self.part))

    def _sheets(self) -> list[Element]:
        sheets = self.root.child("sheets")
        return sheets.children if sheets else []

    def related(self, kind: str) -> str | None:
        """The one part of a kind that the workbook relates to: styles, sharedStrings."""
        return next(iter(self.parts.related(self.part, kind)), None)

    def has_formulas(self, known: bool, looked_at: set[str]) -> bool:
        """Does any sheet hold a formula? ``known`` for the parts already ``looked_at``."""
        if known or self.related("calcChain"):
            return True
        others = [part for part in self.sheets.values() if part not in looked_at]
        return any(has_formula(self.parts.chunks(part)) for part in others if part in self.parts)

    @property
    def reckons_anew(self) -> bool:
        """Is that said already?"""
        found = self._root().child("calcPr")
        return found is not None and found.get("fullCalcOnLoad") in _TRUE

    def recalculate(self) -> None:
        """Every formula is to be reckoned when the file is opened next."""
        data = self.parts.read(self.part)
        root = parse(data)
        found = root.child("calcPr")
        if self.reckons_anew:
            return
        if found is None:
            new = f'<{root.tag("calcPr")} fullCalcOnLoad="1"/>'.encode()
            splice = insertion(data, root, new, before=_AFTER_CALCULATION)
        else:
            splice = retagged(data, found, "fullCalcOnLoad", "1")
        self.parts.edit(self.part, spliced(data, [splice]))

    def forget_chain(self) -> None:
        """Drop the order of calculation: it names a formula that is no more, and Excel would
        mend the file for that. It is written anew on saving."""
        chain = self.related("calcChain")
        if chain:
            self.parts.drop(chain, self.part)

    def append_sheet(self, name: str, part: str) -> None:
        """A worksheet at the end of the tabs."""
        relation = self.parts.relate(self.part, "worksheet", part)
        data = self.parts.read(self.part)
        root = parse(data)
        sheets = root.child("sheets")
        if sheets is None:
            raise Damaged("no sheets")
        numbers = [sheet.number("sheetId") for sheet in sheets.children]
        base = self.parts.relation_base()
        new = (
            f'<{sheets.tag("sheet")} xmlns:r="{base}" name="{escaped(name, quote=True)}"'
            f' sheetId="{max(numbers, default=0) + 1}" r:id="{relation}"/>'
        ).encode()
        self.parts.edit(self.part, spliced(data, [insertion(data, sheets, new)]))
        self.names.append(name)


def _relation(sheet: Element, relations: dict[str, Relation]) -> Relation | None:
    link = next(
        (v for k, v in sheet.attributes.items() if k.rpartition(":")[2] == "id" and ":" in k), ""
    )
    return relations.get(link)
