"""Opening a bureau's file: .xlsx and .csv as grids of raw cells.

What a file is, is told by its content, never by its name. Cells come as calamine gives them
(str, float, bool, date, datetime, "" for empty) or as text from a .csv. Error cells and
formulas without a stored value are put back as text ("#DIV/0!", "=B2*2").
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from denggao.facts.errors import UserError, reason
from denggao.facts.filekinds import ZIP, refuse_foreign
from denggao.facts.package import Package
from denggao.facts.sheetscan import Broken, Region, SheetScan
from denggao.facts.textfile import open_text

Cell = Any
Row = list[Cell]

MAX_BYTES = 512 << 20


@dataclass
class Grid:
    """One sheet. ``rows()`` gives every row from the sheet's first, each from column A;
    ``hidden`` sheets carry no rows. ``height`` is the number of rows, for progress.
    ``linked``: formulas of the workbook read other workbooks. ``hidden_rows`` and
    ``hidden_columns`` (from 0) are read like all others."""

    file: str
    sheet: str
    rows: Callable[[], Iterator[Row]]
    height: int
    merges: list[Region] = field(default_factory=list)
    date1904: bool = False
    hidden: bool = False
    is_text: bool = False
    linked: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()


def open_grids(path: Path) -> Iterator[Grid]:
    """Every sheet with content, one after the other (only one is held in memory).

    Raises UserError for a file that is missing, empty, encrypted, not what it claims to be
    or too large.
    """
    start = _start_of(path)
    if start.startswith(ZIP):
        yield from _xlsx_grids(path)
    else:
        refuse_foreign(path, start)
        yield _csv_grid(path)


def _start_of(path: Path) -> bytes:
    try:
        if not path.exists():
            raise UserError(f"找不到文件「{path}」；请检查路径和文件名")
        if path.is_dir():
            raise UserError(f"「{path}」是文件夹；请指定其中的 .xlsx 或 .csv 文件")
        size = path.stat().st_size
        if size == 0:
            raise UserError(f"「{path.name}」是空文件（0 字节）；请重新导出或下载")
        if size > MAX_BYTES:
            raise UserError(f"「{path.name}」超过 {MAX_BYTES >> 20} MB；请分成几个文件导入")
        with path.open("rb") as stream:
            return stream.read(4096)
    except OSError as error:
        raise UserError(
            f"读不了「{path}」：{reason(error)}；请检查权限或关闭占用它的程序"
        ) from error


# --- .xlsx ---------------------------------------------------------------------------------


def _xlsx_grids(path: Path) -> Iterator[Grid]:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    package = Package(path)
    try:
        package.check_strings()
        workbook = _calamine(path)
        for sheet in workbook.sheets_metadata:
            if sheet.typ != SheetTypeEnum.WorkSheet:
                continue
            if sheet.visible != SheetVisibleEnum.Visible:
                yield Grid(path.name, sheet.name, lambda: iter(()), 0, hidden=True)
                continue
            found = package.scan(sheet.name)
            for grid in _sheet_grid(path, workbook, sheet.name, found, package.date1904):
                grid.linked = package.linked
                yield grid
    finally:
        package.close()


def _calamine(path: Path) -> Any:
    import python_calamine

    try:
        return python_calamine.CalamineWorkbook.from_path(str(path))
    except BaseException as error:  # a Rust panic is a BaseException
        if isinstance(error, (KeyboardInterrupt, SystemExit, MemoryError)):
            raise
        raise UserError(_unreadable(path)) from error


def _unreadable(path: Path) -> str:
    return f"「{path.name}」读不出来（工作簿内部有错）；请用 Excel 或 WPS 打开后另存为 .xlsx 再导入"


def _sheet_grid(
    path: Path, workbook: Any, name: str, found: SheetScan, date1904: bool
) -> Iterator[Grid]:
    try:
        sheet = workbook.get_sheet_by_name(name)
    except BaseException as error:  # a Rust panic is a BaseException
        if isinstance(error, (KeyboardInterrupt, SystemExit, MemoryError)):
            raise
        raise UserError(_unreadable(path)) from error
    if sheet.start is None and not found.broken:
        return
    left = sheet.start[1] if sheet.start else 0
    height = max([sheet.end[0] + 1 if sheet.end else 0, *(row + 1 for row in found.broken)])

    def rows() -> Iterator[Row]:
        source: Iterator[Row] = sheet.iter_rows() if sheet.start else iter(())
        return _restored(_shifted(source, left), found.broken, height)

    yield Grid(
        file=path.name,
        sheet=name,
        rows=rows,
        height=height,
        merges=found.merges,
        date1904=date1904,
        hidden_rows=frozenset(row for row in found.hidden_rows if row < height),
        hidden_columns=frozenset(c for c in found.hidden_columns if c < found.width),
    )


def _shifted(rows: Iterator[Row], left: int) -> Iterator[Row]:
    """calamine starts each row at the first used column; put the empty ones before it."""
    if not left:
        return rows
    return ([""] * left + row for row in rows)


def _restored(rows: Iterator[Row], broken: Broken, height: int) -> Iterator[Row]:
    """The rows with the broken cells put back where calamine shows nothing."""
    if not broken:
        return rows
    return _with_broken(rows, broken, height)


def _with_broken(rows: Iterator[Row], broken: Broken, height: int) -> Iterator[Row]:
    for number in range(height):
        row = next(rows, None)
        row = [] if row is None else row
        for column, shown in broken.get(number, {}).items():
            row.extend([""] * (column + 1 - len(row)))
            if row[column] == "":
                row[column] = shown
        yield row


def _csv_grid(path: Path) -> Grid:
    table = open_text(path)
    return Grid(path.name, "", table.rows, table.lines + 1, is_text=True)
