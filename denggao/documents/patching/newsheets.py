"""Plain sheets appended to a workbook: 来源, 错误说明."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from denggao.documents.patching.book import Book
from denggao.documents.patching.cells import Unwritable, new_cell, style_for
from denggao.documents.patching.changes import NewSheet
from denggao.documents.patching.parts import Parts, document
from denggao.documents.patching.spans import Element
from denggao.documents.patching.styles import Styles
from denggao.facts.errors import UserError
from denggao.facts.problems import column_letter

_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_LONGEST_NAME = 31
_PLAIN = Element("row", "", {}, 0, 0)


def append_sheet(parts: Parts, book: Book, styles: Styles, sheet: NewSheet) -> None:
    """The sheet as a new part, last among the tabs."""
    part = parts.free_name("xl/worksheets/sheet{}.xml")
    try:
        body = _body(book, styles, sheet)
    except Unwritable as error:
        raise UserError(f"新工作表〈{sheet.name}〉里有一格写不进去：{error}") from None
    parts.add(part, document(body), _TYPE)
    book.append_sheet(_free_name(sheet.name, book.names), part)


def _free_name(name: str, taken: Sequence[str]) -> str:
    """A name that Excel takes and no other sheet has."""
    name = _FORBIDDEN.sub("_", name).strip().strip("'")[:_LONGEST_NAME] or "Sheet"
    lower = {other.lower() for other in taken}
    free, number = name, 2
    while free.lower() in lower:
        ending = f"({number})"
        free, number = name[: _LONGEST_NAME - len(ending)] + ending, number + 1
    return free


def _body(book: Book, styles: Styles, sheet: NewSheet) -> str:
    rows = "".join(_rows(sheet, styles, book.date1904))
    return (
        f'<worksheet xmlns="{book.namespace}"><sheetViews>'
        f'<sheetView workbookViewId="0">{_frozen(sheet.header_rows)}</sheetView></sheetViews>'
        f"{_columns(sheet.widths)}<sheetData>{rows}</sheetData></worksheet>"
    )


def _frozen(rows: int) -> str:
    if not rows:
        return ""
    return (
        f'<pane ySplit="{rows}" topLeftCell="A{rows + 1}" activePane="bottomLeft"'
        ' state="frozen"/><selection pane="bottomLeft"/>'
    )


def _columns(widths: Sequence[float]) -> str:
    cols = "".join(
        f'<col min="{number}" max="{number}" width="{width:g}" customWidth="1"/>'
        for number, width in enumerate(widths, 1)
    )
    return f"<cols>{cols}</cols>" if cols else ""


def _rows(sheet: NewSheet, styles: Styles, date1904: bool) -> Iterator[str]:
    bold = styles.variant(0, bold=True)
    for number, row in enumerate(sheet.rows, 1):
        plain = bold if number <= sheet.header_rows else 0
        cells = "".join(
            _cell(f"{column_letter(index)}{number}", plain, value, styles, date1904)
            for index, value in enumerate(row)
            if value is not None and value != ""
        )
        yield f'<row r="{number}">{cells}</row>'


def _cell(
    reference: str, style: int, value: str | int | Decimal | date, styles: Styles, old: bool
) -> str:
    style = style_for(value, style, None, styles)
    return new_cell(_PLAIN, reference, style, value, old).decode()
