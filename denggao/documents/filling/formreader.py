"""Reads a form's package into layouts: the workbook, its styles, strings and drop-downs."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from denggao.documents.filling.layout import REFERENCE, Area, Box, DropDown, Form, Layout
from denggao.documents.patching.book import Book
from denggao.documents.patching.parts import Parts
from denggao.documents.patching.patch import opened
from denggao.documents.patching.strings import shared_strings, unescaped
from denggao.facts.errors import UserError
from denggao.facts.problems import column_index

if TYPE_CHECKING:
    from denggao.facts.package import Package

#: A form is filled in by hand: nobody draws more than this.
MAX_CELLS = 400_000
MAX_PART = 64 << 20
_HIDDEN = ("hidden", "veryHidden")
Element = ElementTree.Element


def read_form(path: Path) -> Form:
    """Raises UserError for a file that is no .xlsx workbook or is too large for a form."""
    from denggao.facts.package import Package

    if not path.exists():
        raise UserError(f"找不到文件「{path}」；请检查路径和文件名")
    package = Package(path)
    try:
        with opened(path) as parts, zipfile.ZipFile(path) as archive:
            return _Reader(path, archive, package, parts).form()
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, ValueError) as error:
        raise UserError(
            f"「{path.name}」读不出来（工作簿内部有错）；请用 Excel 或 WPS 打开后另存再试"
        ) from error
    finally:
        package.close()


class _Reader:
    def __init__(
        self, path: Path, archive: zipfile.ZipFile, package: Package, parts: Parts
    ) -> None:
        self.path, self.archive = path, archive
        self.parts, self.date1904 = package.sheets, package.date1904
        self.book = Book(parts)
        self.strings = self._strings(parts)
        self.workbook = self._tree(self.book.part)
        self.cells = 0

    def form(self) -> Form:
        hidden = {e.get("name") for e in _all(self.workbook, "sheet") if e.get("state") in _HIDDEN}
        trees = {name: self._tree(part) for name, part in self.parts.items() if part}
        layouts = {name: self._layout(name, tree) for name, tree in trees.items()}
        for name, tree in trees.items():
            layouts[name].drop_downs = [d for d in self._drop_downs(name, tree, layouts) if d]
        seen = [layout for name, layout in layouts.items() if name not in hidden]
        return Form(self.path, seen, self._formats(), self.date1904)

    def _tree(self, part: str) -> Element:
        info = self.archive.getinfo(part)
        if info.file_size > MAX_PART:
            raise self._too_large()
        data = self.archive.read(info)
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise UserError(f"「{self.path.name}」含有外部实体声明，不予读取")
        return ElementTree.fromstring(data)  # noqa: S314 (no DOCTYPE, so no entities)

    def _strings(self, parts: Parts) -> dict[int, str]:
        part = self.book.related("sharedStrings")
        if part is None:
            return {}
        if parts.size(part) > MAX_PART:
            raise self._too_large()
        return shared_strings(parts.chunks(part), range(parts.size(part)))

    def _too_large(self) -> UserError:
        return UserError(f"「{self.path.name}」太大，不像要填的表；请只留要填的工作表")

    def _formats(self) -> list[str]:
        part = self.book.related("styles")
        if part is None:
            return []
        tree = self._tree(part)
        own = {e.get("numFmtId"): e.get("formatCode", "") for e in _all(tree, "numFmt")}
        styles = next(iter(_all(tree, "cellXfs")), None)
        numbers = [e.get("numFmtId", "0") for e in styles] if styles is not None else []
        return [own.get(number) or _BUILT_IN.get(number, "General") for number in numbers]

    # --- cells -----------------------------------------------------------------------------

    def _layout(self, name: str, tree: Element) -> Layout:
        layout = Layout(name)
        number = 0
        for row in _all(tree, "row"):
            number = int(row.get("r") or number + 1)
            layout.rows[number] = self._row(row)
        areas = (Area.of(e.get("ref", "")) for e in _all(tree, "mergeCell"))
        layout.merges = [area for area in areas if area]
        return layout

    def _row(self, row: Element) -> dict[int, Box]:
        boxes: dict[int, Box] = {}
        column = -1
        for cell in row:
            found = REFERENCE.fullmatch(cell.get("r", ""))
            column = column_index(found.group(1)) if found else column + 1
            boxes[column] = self._box(cell)
        self.cells += len(boxes)
        if self.cells > MAX_CELLS:
            raise UserError(
                f"「{self.path.name}」有 {MAX_CELLS} 格以上，不像要填的表；"
                "请删去表格以外带格式的行列"
            )
        return boxes

    def _box(self, cell: Element) -> Box:
        parts = {_local(e): e for e in cell}
        kind = cell.get("t", "n")
        value = parts["v"].text or "" if "v" in parts else ""
        if kind == "s" and value:
            value = self.strings[int(value)]
        elif kind == "inlineStr" and "is" in parts:
            value = _shown(parts["is"])
        elif kind == "str":
            value = unescaped(value)
        text = " ".join(value.split())
        return Box(text, int(cell.get("s", "0")), "f" in parts, kind == "n" and bool(text))

    # --- drop-downs ------------------------------------------------------------------------

    def _drop_downs(
        self, sheet: str, tree: Element, layouts: dict[str, Layout]
    ) -> list[DropDown | None]:
        return [
            self._drop_down(sheet, rule, layouts)
            for rule in _all(tree, "dataValidation")
            if rule.get("type") == "list"
        ]

    def _drop_down(self, sheet: str, rule: Element, layouts: dict[str, Layout]) -> DropDown | None:
        parts = {_local(e): "".join(e.itertext()) for e in rule}
        where = rule.get("sqref") or parts.get("sqref", "")
        areas = tuple(area for area in map(Area.of, where.split()) if area)
        formula = parts.get("formula1", "").strip()
        return DropDown(areas, self._allowed(sheet, formula, layouts)) if areas else None

    def _allowed(
        self, sheet: str, formula: str, layouts: dict[str, Layout], deep: bool = False
    ) -> tuple[str, ...] | None:
        if formula.startswith('"') and formula.endswith('"'):
            return tuple(word.strip() for word in formula[1:-1].replace('""', '"').split(","))
        named = {e.get("name"): "".join(e.itertext()) for e in _all(self.workbook, "definedName")}
        if formula in named and not deep:
            return self._allowed(sheet, named[formula].strip(), layouts, deep=True)
        other, _, reference = formula.rpartition("!")
        layout = layouts.get(other.strip("'").replace("''", "'") if other else sheet)
        area = Area.of(reference)
        if layout is None or area is None or area.bottom - area.top > 10_000:
            return None
        cells = ((r, c) for r in range(area.top, area.bottom + 1)
                 for c in range(area.left, area.right + 1))  # fmt: skip
        return tuple(text for text in (layout.box(r, c).text for r, c in cells) if text)


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _all(tree: Element, name: str) -> list[Element]:
    return [e for e in tree.iter() if _local(e) == name]


def _shown(item: Element) -> str:
    """The text of a string with its runs, without phonetic hints."""
    hints = {t for e in item if _local(e) == "rPh" for t in e.iter()}
    words = (t.text or "" for t in item.iter() if _local(t) == "t" and t not in hints)
    return unescaped("".join(words))


#: Number formats that a workbook may use without writing them down.
_BUILT_IN = {
    "9": "0%", "10": "0.00%", "49": "@",
    **{str(n): "yyyy-m-d" for n in (14, 15, 16, 17, 22, *range(27, 37), *range(50, 59))},
}  # fmt: skip
