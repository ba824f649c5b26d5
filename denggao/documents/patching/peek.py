"""What single cells show, without reading the whole workbook."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from denggao.documents.patching.book import Book
from denggao.documents.patching.cells import CellNow
from denggao.documents.patching.changes import Cell
from denggao.documents.patching.patch import checked, opened
from denggao.documents.patching.rows import cells_of, rows_of, string_numbers
from denggao.documents.patching.scan import scan
from denggao.documents.patching.serials import moment_of
from denggao.documents.patching.spans import inner_text
from denggao.documents.patching.strings import shared_strings
from denggao.documents.patching.styles import Styles
from denggao.facts.errors import UserError


@dataclass(frozen=True, slots=True)
class Held:
    """``shown``: text, number with 15 digits, ISO date, TRUE/FALSE, an error, "=…" for a
    formula; "" for nothing. ``takes_text``: what is typed into the cell stays text."""

    shown: str = ""
    takes_text: bool = False


def sheet_names(path: Path) -> list[str]:
    """The worksheets of a workbook, from left to right."""
    checked(path)
    with opened(path) as parts:
        return list(Book(parts).sheets)


def peek(path: Path, sheet: str, wanted: Collection[Cell]) -> dict[Cell, Held]:
    """What the ``wanted`` cells of a sheet hold. Raises UserError as ``patch`` does."""
    checked(path)
    with opened(path) as parts:
        book = Book(parts)
        if sheet not in book.sheets:
            there = "、".join(f"〈{name}〉" for name in book.sheets)
            raise UserError(f"「{path.name}」里没有工作表〈{sheet}〉，只有{there}")
        found = scan(parts.chunks(book.sheets[sheet]), {row for row, _ in wanted})
        part = book.related("styles")
        styles = Styles(parts.read(part)) if part else None
        strings = book.related("sharedStrings")
        numbers = string_numbers(found, wanted)
        texts = shared_strings(parts.chunks(strings), numbers) if strings else {}
        held = dict.fromkeys(wanted, Held())
        for row, element in rows_of(found):
            for column, cell in cells_of(row.number, element).items():
                if (row.number, column) in held:
                    now = CellNow(row.data, cell)
                    takes_text = styles is not None and styles.is_text(now.style)
                    is_date = styles is not None and styles.is_date(now.style)
                    shown = _shown(now, texts, is_date, book.date1904)
                    held[row.number, column] = Held(shown, takes_text)
        return held


def _shown(now: CellNow, texts: dict[int, str], is_date: bool, date1904: bool) -> str:
    if now.formula is not None:
        return "=" + (inner_text(now.row, now.formula) or "（与别的格共用的公式）")
    text = now.text(texts)
    if text is not None:
        return text
    number = now.number()
    if number is not None:
        return _day(number, date1904) if is_date else f"{number:.15g}"
    value = now.value()
    return {"0": "FALSE", "1": "TRUE"}.get(value, value) if now.kind == "b" else value


def _day(number: float, date1904: bool) -> str:
    moment = moment_of(number, date1904)
    if moment is None:
        return f"{number:.15g}"
    return moment.date().isoformat() if number == int(number) else moment.isoformat(" ", "seconds")


def awaits_reckoning(path: Path) -> bool:
    """Has the workbook formulas that are to be reckoned when it is opened next?"""
    with opened(path) as parts:
        book = Book(parts)
        return book.reckons_anew and book.has_formulas(False, set())
