"""A new workbook, written whole beside its place and put there at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from denggao.documents.replacing import replacing, unwritable

#: Texts stay texts, whatever they begin with; rows leave memory as they are written.
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_FONT = {"font_name": "宋体", "font_size": 10}


@contextmanager
def new_workbook(path: Path, title: str, as_of: date) -> Iterator[Any]:
    """An XlsxWriter workbook, to be filled; at the end it stands at ``path``.

    Raises UserError when the file cannot be written; then, as after any error inside, nothing
    has changed at ``path``.
    """
    with replacing(path) as draft:
        options = {**_OPTIONS, "default_format_properties": dict(_FONT)}  # XlsxWriter changes them
        book = xlsxwriter.Workbook(str(draft), options)
        try:
            created = datetime.combine(as_of, time(), UTC)  # the same bytes every day
            book.set_properties({"title": title, "created": created})
            yield book
            book.close()
        except BaseException as error:
            _drop_row_files(book)
            if isinstance(error, FileCreateError):
                raise unwritable(path) from None
            raise


def _drop_row_files(book: Any) -> None:
    """The files in which XlsxWriter keeps rows until it closes the book."""
    for sheet in book.worksheets():
        sheet.row_data_fh.close()
        Path(sheet.row_data_filename).unlink(missing_ok=True)
    book.fileclosed = True
