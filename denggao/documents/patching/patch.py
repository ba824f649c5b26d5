"""``patch``: values into somebody else's workbook, everything else left byte for byte."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from denggao.documents.patching.book import Book
from denggao.documents.patching.cells import check
from denggao.documents.patching.changes import Cell, Change, NewSheet, by_sheet
from denggao.documents.patching.container import Damaged
from denggao.documents.patching.newsheets import append_sheet
from denggao.documents.patching.notes import add_notes
from denggao.documents.patching.parts import Parts, document
from denggao.documents.patching.rows import reference, string_numbers
from denggao.documents.patching.scan import Region, Sheet, region, scan
from denggao.documents.patching.sheet import SheetEdit, Surroundings
from denggao.documents.patching.spans import Splice, parse, spliced_stream
from denggao.documents.patching.strings import shared_strings
from denggao.documents.patching.styles import Styles, empty
from denggao.documents.replacing import replacing
from denggao.facts.errors import UserError
from denggao.facts.package import Package

_STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"


def patch(
    source: Path,
    target: Path,
    changes: Sequence[Change],
    sheets: Sequence[NewSheet] = (),
    *,
    force: bool = False,
) -> list[str]:
    """Write ``changes`` and new ``sheets`` into a copy of ``source`` at ``target`` (which may
    be the same file). Only the changed cells differ: parts that are not touched keep their
    packed bytes, touched sheets all bytes outside of those cells. ``force`` lets a value
    replace a formula. Returns the cells (〈表1〉D5) whose notes were left out because a
    conversation stands there, which would hide them.

    Raises UserError (Chinese) for a file that is no workbook, is signed or damaged, a sheet
    that is not there, and a cell that must not change: inside a merged area, a formula, an
    array formula, the head of a table, locked in a protected sheet. Nothing is written then.
    """
    for change in changes:
        check(change.value)
    wanted = by_sheet(changes)
    checked(source)
    # first the source is closed, then the target replaced: they may be one file
    with ExitStack() as later, opened(source) as parts:
        unwritten = _Patching(source.name, parts, force).make(wanted, sheets)
        if not parts.is_changed and target.exists() and target.samefile(source):
            return unwritten
        temporary = later.enter_context(replacing(target, like=source))
        if parts.is_changed:
            with temporary.open("w+b") as stream:
                parts.write(stream)
        else:
            shutil.copyfile(source, temporary)
    return unwritten


def checked(source: Path) -> None:
    """The limits of every file that comes in, before anything is unpacked; raises UserError."""
    if not source.is_file():
        raise UserError(f"找不到文件「{source}」；请检查路径和文件名")
    package = Package(source)
    package.close()


@contextmanager
def opened(source: Path) -> Iterator[Parts]:
    """The package; whatever is found damaged in it leaves as a UserError."""
    try:
        parts = Parts(source)
        try:
            yield parts
        finally:
            parts.close()
    except Damaged as error:
        raise UserError(
            f"「{source.name}」的内部写法不合规范，没有把握只改这几格，所以没有改（{error}）；"
            "请用 Excel 或 WPS 打开后另存为 .xlsx 再试"
        ) from error


class _Patching:
    def __init__(self, file: str, parts: Parts, force: bool) -> None:
        self.file, self.parts, self.force = file, parts, force
        if any(name.lower().startswith("_xmlsignatures/") for name in parts):
            raise UserError(
                f"「{file}」带有数字签名，改动会使签名失效，没有改；请先在 Excel 里删去签名"
            )
        self.book = Book(parts)
        self.styles_part = self.book.related("styles")
        data = parts.read(self.styles_part) if self.styles_part else b""
        self.styles = Styles(data or document(empty(self.book.namespace)))
        self._styles_were = self.styles.data

    def make(
        self, wanted: Mapping[str, Mapping[Cell, Change]], sheets: Sequence[NewSheet]
    ) -> list[str]:
        scanned = {name: self._scan(name, changes) for name, changes in wanted.items()}
        strings = self._strings(wanted, scanned)
        values = formulas = False
        unwritten: list[str] = []
        for name, changes in wanted.items():
            edit = SheetEdit(scanned[name], self._surroundings(name, strings))
            edited = edit.make(changes)
            values, formulas = values or edited.values, formulas or edited.formulas
            part = self.book.sheets[name]
            noted = add_notes(self.parts, self.book, part, scanned[name], edit.merges, changes)
            unwritten += [f"〈{name}〉{reference((*cell, *cell))}" for cell in noted.unwritten]
            self._exchange(part, edited.splices + noted.splices)
        for sheet in sheets:
            append_sheet(self.parts, self.book, self.styles, sheet)
        self._save_styles()
        if formulas:
            self.book.forget_chain()
        known = any(sheet.has_formulas for sheet in scanned.values())
        if values and self.book.has_formulas(known, {self.book.sheets[n] for n in wanted}):
            self.book.recalculate()
        return unwritten

    def _scan(self, name: str, changes: Mapping[Cell, Change]) -> Sheet:
        part = self.book.sheets.get(name)
        if part is None or part not in self.parts:
            there = "、".join(f"〈{sheet}〉" for sheet in self.book.sheets)
            raise UserError(f"「{self.file}」里没有工作表〈{name}〉，只有{there}")
        return scan(self.parts.chunks(part), {row for row, _ in changes})

    def _strings(
        self, wanted: Mapping[str, Mapping[Cell, Change]], scanned: Mapping[str, Sheet]
    ) -> dict[int, str]:
        part = self.book.related("sharedStrings")
        if part is None:
            return {}
        numbers = {n for name in wanted for n in string_numbers(scanned[name], wanted[name])}
        return shared_strings(self.parts.chunks(part), numbers)

    def _surroundings(self, name: str, strings: dict[int, str]) -> Surroundings:
        return Surroundings(
            self.file, self.styles, strings, self.book.date1904, self._heads(name), self.force
        )

    def _heads(self, name: str) -> list[Region]:
        """The head and total rows of the sheet's tables."""
        found = []
        for part in self.parts.related(self.book.sheets[name], "table"):
            table = parse(self.parts.read(part), depth=1)
            top, left, bottom, right = region(table.get("ref"))
            heads, totals = (table.number(name, default) for name, default in _HEADS)
            if heads:
                found.append((top, left, top + heads - 1, right))
            if totals:
                found.append((bottom - totals + 1, left, bottom, right))
        return found

    def _exchange(self, part: str, splices: list[Splice]) -> None:
        if splices:
            parts = self.parts
            parts.edit_stream(part, lambda: spliced_stream(parts.chunks(part), splices))

    def _save_styles(self) -> None:
        if self.styles.data == self._styles_were:
            return
        if self.styles_part is None:
            self.styles_part = self.parts.free_name("xl/styles{}.xml", first="")
            self.parts.add(self.styles_part, self.styles.data, _STYLES_TYPE)
            self.parts.relate(self.book.part, "styles", self.styles_part)
        else:
            self.parts.edit(self.styles_part, self.styles.data)


_HEADS = (("headerRowCount", 1), ("totalsRowCount", 0))
