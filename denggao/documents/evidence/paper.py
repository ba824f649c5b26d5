"""A sheet written from the top down; every text a text, whatever it begins with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from denggao.documents.screening_page import Looks

OPTIONS: dict[str, Any] = {
    "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
}  # fmt: skip


def open_book(path: Path) -> Any:
    """A new workbook."""
    import xlsxwriter

    return xlsxwriter.Workbook(str(path), dict(OPTIONS))


class Wan(int):
    """分, to be written as 万元."""


class Paper:
    """One sheet: ``row`` is the next free row, from 0."""

    def __init__(self, book: Any, looks: Looks, name: str, widths: Sequence[float]) -> None:
        self.sheet, self.looks, self.row = book.add_worksheet(name), looks, 0
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)

    def title(self, words: str, note: str = "") -> None:
        """The title, and a grey line below."""
        self.sheet.write_string(self.row, 0, words, self.looks["title"])
        if note:
            self.sheet.write_string(self.row + 1, 0, note, self.looks["note"])
        self.row += 2 if note else 1

    def section(self, words: str) -> None:
        """A line that begins a part."""
        self.row += 1
        self.sheet.write_string(self.row, 0, words, self.looks["section"])
        self.row += 1

    def heads(self, words: Sequence[str]) -> None:
        """A row of heads."""
        for column, word in enumerate(words):
            self.sheet.write_string(self.row, column, word, self.looks["head"])
        self.row += 1

    def line(self, cells: Sequence[Any]) -> None:
        """A row; ``None`` stays empty."""
        for column, cell in enumerate(cells):
            self._cell(column, cell)
        self.row += 1

    def _cell(self, column: int, cell: Any) -> None:
        if isinstance(cell, Wan):
            self.sheet.write_number(
                self.row, column, float(Fraction(int(cell), 1_000_000)), self.looks["money"]
            )
        elif isinstance(cell, bool) or cell is None or isinstance(cell, str):
            text = (
                "" if cell is None else ("是" if cell else "否") if cell in (True, False) else cell
            )
            self.sheet.write_string(self.row, column, str(text), self.looks["wrap"])
        elif isinstance(cell, date):
            self.sheet.write_string(self.row, column, cell.isoformat(), self.looks["centre"])
        else:
            self.sheet.write_number(self.row, column, cell, self.looks["number"])
