"""The changes of one sheet as splices of its bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from denggao.documents.patching.cells import CellNow, Unwritable, new_cell, style_for
from denggao.documents.patching.changes import KEEP, Cell, Change
from denggao.documents.patching.rows import cells_of, reference, rows_of, with_new_cells
from denggao.documents.patching.scan import Areas, Region, Row, Sheet, inside, region
from denggao.documents.patching.spans import (
    Element,
    Splice,
    insertion,
    retagged,
)
from denggao.documents.patching.styles import Styles
from denggao.facts.errors import UserError
from denggao.facts.problems import column_letter, place

_TRUE = ("1", "true")
_T = TypeVar("_T")


@dataclass
class Surroundings:
    """What a sheet's cells need to know of the workbook. ``heads`` are the head and total
    rows of its tables."""

    file: str
    styles: Styles
    strings: dict[int, str]
    date1904: bool
    heads: Sequence[Region] = ()
    force: bool = False


@dataclass
class Edited:
    """``splices`` of the sheet's part; did a formula give way?"""

    splices: list[Splice] = field(default_factory=list)
    values: bool = False
    formulas: bool = False


class SheetEdit:
    """Makes the splices of one sheet; raises UserError for a cell that must not change."""

    def __init__(self, sheet: Sheet, around: Surroundings) -> None:
        self.sheet, self.around = sheet, around
        self.root = sheet.root
        self.edited = Edited()
        self.created: list[Cell] = []
        self.merges = Areas(region(m.get("ref")) for m in self.root.all("mergeCell"))
        protection = self.root.child("sheetProtection")
        self.is_protected = protection is not None and protection.get("sheet") in _TRUE

    def make(self, changes: Mapping[Cell, Change]) -> Edited:
        by_row: dict[int, list[Change]] = {}
        for _, change in sorted(changes.items()):
            by_row.setdefault(change.row, []).append(change)
        for row, element in rows_of(self.sheet):
            self._row(row, element, by_row.pop(row.number))
        self._new_rows(by_row)
        self._dimension()
        return self.edited

    # --- rows ------------------------------------------------------------------------------

    def _row(self, row: Row, element: Element, changes: Sequence[Change]) -> None:
        cells, splices, new = cells_of(row.number, element), [], []
        for change in changes:
            column = change.cell[1]
            if column in cells:
                splices += self._cell(CellNow(row.data, cells[column]), change)
                continue
            made = self._new_cell(change, element)
            if made:
                at = next((c.start for k, c in cells.items() if k > column), element.end)
                new.append((column, (at, at, made)))
        if new:
            splices += with_new_cells(row.data, element, new)
        self.edited.splices += [(row.start + a, row.start + b, data) for a, b, data in splices]

    def _new_rows(self, by_row: Mapping[int, Sequence[Change]]) -> None:
        rows: list[tuple[int, bytes]] = []
        tag = (self.root.child("sheetData") or self.root).tag
        for number, changes in sorted(by_row.items()):
            cells = b"".join(self._new_cell(change, None) for change in changes)
            if cells:
                new = f'<{tag("row")} r="{number}">'.encode() + cells + f"</{tag('row')}>".encode()
                rows.append((number, new))
        data = self.root.child("sheetData")
        assert data is not None
        if rows and data.is_closed:
            whole = b"".join(new for _, new in rows)
            self.edited.splices.append(insertion(self.sheet.skeleton, data, whole))
        else:
            gaps = self.sheet.gaps
            self.edited.splices += [(gaps[number], gaps[number], new) for number, new in rows]

    # --- cells -----------------------------------------------------------------------------

    def _cell(self, now: CellNow, change: Change) -> list[Splice]:
        around, value = self.around, change.value
        if value is KEEP or self._written(
            change, lambda: now.holds(value, around.strings, around.styles, around.date1904)
        ):
            style = around.styles.variant(now.style, fill=change.fill)
            new = now.with_style(style)
        else:
            self._refuse(change, now.style, now.formula)
            style = style_for(value, now.style, change.fill, around.styles)
            new = self._written(change, lambda: now.with_value(value, style, around.date1904))
            self.edited.values = True
            self.edited.formulas |= now.formula is not None
        old = now.row[now.element.start : now.element.stop]
        return [] if new == old else [(now.element.start, now.element.stop, new)]

    def _new_cell(self, change: Change, row: Element | None) -> bytes:
        """The bytes of a cell that is not there, none if it need not be."""
        value = change.value
        if value is KEEP or value is None or value == "":
            if change.fill is None:
                return b""
            value = None
        style = self._given_style(change.cell[1], row)
        if value is not None:
            self._refuse(change, style, None)
            self.edited.values = True
        style = style_for(value, style, change.fill, self.around.styles)
        like = row or self.root.child("sheetData") or self.root
        self.created.append(change.cell)
        return self._written(
            change, lambda: new_cell(like, change.reference, style, value, self.around.date1904)
        )

    def _written(self, change: Change, make: Callable[[], _T]) -> _T:
        """What ``make`` gives; what no cell can hold leaves as a UserError that names it."""
        try:
            return make()
        except Unwritable as error:
            raise UserError(f"{self._where(change)}：“{str(change.value)[:40]}”{error}") from None

    def _given_style(self, column: int, row: Element | None) -> int:
        """The format of a cell that is not there: its row's, else its column's."""
        if row is not None and row.get("customFormat") in _TRUE:
            return row.number("s")
        columns = self.root.child("cols")
        for found in columns.children if columns else []:
            if found.number("min") <= column <= found.number("max"):
                return found.number("style")
        return 0

    def _dimension(self) -> None:
        """The stated extent takes in the new cells."""
        found = self.root.child("dimension")
        if found is None or not self.created or not found.get("ref"):
            return
        top, left, bottom, right = region(found.get("ref"))
        rows, columns = zip(*self.created, strict=True)
        top, bottom = min(top, *rows), max(bottom, *rows)
        left, right = min(left, *columns), max(right, *columns)
        said = reference((top, left, bottom, right))
        if said != found.get("ref"):
            self.edited.splices.append(retagged(self.sheet.skeleton, found, "ref", said))

    # --- what must not change --------------------------------------------------------------

    def _where(self, change: Change) -> str:
        return place(self.around.file, change.sheet, change.row, change.column.upper())

    def _refuse(self, change: Change, style: int, formula: Element | None) -> None:
        reason = self._reason(change, style, formula)
        if reason:
            raise UserError(f"{self._where(change)}{reason}")

    def _reason(self, change: Change, style: int, formula: Element | None) -> str:
        row, column = change.cell
        merged = self.merges.of(row, column)
        if merged and (row, column) != merged[:2]:
            first = f"{column_letter(merged[1] - 1)}{merged[0]}"
            return f"在合并单元格 {reference(merged)} 里，值只能写在它的第一格 {first}"
        if self.is_protected and self.around.styles.is_locked(style):
            return "所在的工作表有保护，这一格是锁定的；请在 Excel 或 WPS 里撤销工作表保护再改"
        if any(inside(row, column, area) for area in self.around.heads):
            return "是“表格”的表头或汇总行，改了会与表格的定义不符；请在 Excel 或 WPS 里改"
        for area in self.sheet.arrays:
            if inside(row, column, area) and (formula is None or area[:2] != area[2:]):
                return f"属于数组公式或模拟运算表 {reference(area)}，不能只改其中一格"
        if formula is None:
            return ""
        if formula.get("t") == "shared" and formula.get("ref"):
            shared = formula.get("ref")
            return f"是 {shared} 共用公式的第一格，改了别的格会算错；请在 Excel 或 WPS 里改"
        if not self.around.force:
            return "是公式，没有改；请改公式引用的格，或在 Excel、WPS 里先把公式换成数值"
        return ""
