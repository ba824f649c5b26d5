"""A new workbook, written whole beside its place and put there at once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from denggao.facts.errors import UserError

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
    _check_target(path)
    draft = path.with_name(f".{path.stem}.{os.getpid()}.tmp")
    try:
        options = {**_OPTIONS, "default_format_properties": dict(_FONT)}  # XlsxWriter changes them
        book = xlsxwriter.Workbook(str(draft), options)
        try:
            created = datetime.combine(as_of, time(), UTC)  # the same bytes every day
            book.set_properties({"title": title, "created": created})
            yield book
            book.close()
        except BaseException:
            _drop_row_files(book)
            raise
        draft.replace(path)
    except (OSError, XlsxWriterException) as error:
        raise _refused(path, error) from None
    finally:
        draft.unlink(missing_ok=True)


def _drop_row_files(book: Any) -> None:
    """The files in which XlsxWriter keeps rows until it closes the book."""
    for sheet in book.worksheets():
        sheet.row_data_fh.close()
        Path(sheet.row_data_filename).unlink(missing_ok=True)
    book.fileclosed = True


def _check_target(path: Path) -> None:
    """Refuse before the work what would be refused after it."""
    try:
        if not path.parent.is_dir():
            raise UserError(f"写不了“{path}”：没有“{path.parent}”这个目录，请先建立")
        if path.is_dir():
            raise UserError(f"写不了“{path}”：这是一个目录，请给出文件名，如 筛查.xlsx")
        if path.exists():
            with path.open("r+b"):
                pass
    except OSError as error:
        raise _refused(path, error) from None


def _refused(path: Path, error: Exception) -> UserError:
    if isinstance(error, PermissionError):
        why = "没有写的权限，或文件正在 Excel、WPS 里打开；请关闭后再试，或换一个文件名"
    else:
        told = getattr(error, "strerror", None) or str(error)
        why = f"{told}；请检查磁盘空间，或换一个目录"
    return UserError(f"写不了“{path}”：{why}")
