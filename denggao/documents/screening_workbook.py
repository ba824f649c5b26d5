"""The Excel workbook of a screening: written whole beside its place, then put there at once."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from denggao.documents import (
    screening_basis,
    screening_gaps,
    screening_overview,
    screening_problems,
    screening_verdicts,
)
from denggao.documents import screening_page as page
from denggao.documents.screening_data import Screening
from denggao.facts.errors import UserError

__all__ = ["Screening", "write_workbook"]

_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_FONT = {"font_name": "宋体", "font_size": 10}
_STEP = 500  # rows between two reports of progress


def write_workbook(
    path: Path, screening: Screening, *, progress: Callable[[int, int], None] | None = None
) -> None:
    """Write 总览, 逐企结论, 差距清单, 待补数据, 数据问题, 口径说明 (and 名单 with ``top``).

    ``progress`` is called with (rows done, rows in all). Raises UserError when the file cannot
    be written or a sheet would be too long for Excel; then nothing has changed at ``path``.
    """
    rows = _rows(screening)
    for sheet, count in rows.items():
        if count + 2 > page.MAX_ROWS:
            raise UserError(f"“{sheet}”有 {count:,} 行，{page.TOO_LONG}")
    counter = _Counter(sum(rows.values()), progress)
    _check_target(path)
    draft = path.with_name(f".{path.stem}.{os.getpid()}.tmp")
    try:
        _write(draft, screening, counter)
        draft.replace(path)
    except (OSError, XlsxWriterException) as error:
        raise _refused(path, error) from None
    finally:
        draft.unlink(missing_ok=True)
    counter.finish()


def _write(draft: Path, screening: Screening, counter: _Counter) -> None:
    options = {**_OPTIONS, "default_format_properties": dict(_FONT)}  # XlsxWriter changes them
    book = xlsxwriter.Workbook(str(draft), options)
    try:
        created = datetime.combine(screening.as_of, time(), UTC)  # the same bytes every day
        book.set_properties({"title": "企业筛查", "created": created})
        _write_sheets(book, screening, counter)
        book.close()
    except BaseException:
        _drop_row_files(book)
        raise


def _write_sheets(book: Any, screening: Screening, counter: _Counter) -> None:
    looks = page.Looks(book)
    screening_overview.write(book, looks, screening)
    screening_verdicts.write(book, looks, screening, counter.add)
    screening_gaps.write_gaps(book, looks, screening, counter.add)
    screening_gaps.write_missing(book, looks, screening, counter.add)
    screening_problems.write(book, looks, screening, counter.add)
    screening_basis.write(book, looks, screening)
    if screening.top is not None:
        screening_gaps.write_selection(book, looks, screening, counter.add)


def _drop_row_files(book: Any) -> None:
    """The files in which XlsxWriter keeps rows until it closes the book."""
    for sheet in book.worksheets():
        sheet.row_data_fh.close()
        Path(sheet.row_data_filename).unlink(missing_ok=True)
    book.fileclosed = True


def _rows(screening: Screening) -> dict[str, int]:
    """How many rows each long sheet will have."""
    firms = [len(table.frame) for table in screening.tables]
    hard = [table.counts("hard_verdict") for table in screening.tables]
    top = screening.top
    found = {
        screening_verdicts.SHEET: sum(firms if top is None else (min(f, top) for f in firms)),
        screening_gaps.GAPS: sum(c["fail"] + c["unknown"] for c in hard),
        screening_gaps.MISSING: sum(c["unknown"] for c in hard),
        screening_problems.SHEET: len(screening.ledger.problems) + len(screening.ledger.unread),
    }
    return found if top is None else {**found, screening_gaps.SELECTION: sum(firms)}


class _Counter:
    """Counts rows and reports them now and then."""

    def __init__(self, total: int, progress: Callable[[int, int], None] | None) -> None:
        self.total, self.progress = max(total, 1), progress
        self.done = self.told = 0

    def add(self, rows: int) -> None:
        self.done += rows
        if self.progress is not None and self.done - self.told >= _STEP:
            self.told = self.done
            self.progress(min(self.done, self.total), self.total)

    def finish(self) -> None:
        if self.progress is not None:
            self.progress(self.total, self.total)


# ----------------------------------------------------------------- where it goes


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
