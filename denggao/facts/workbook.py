"""Opening a bureau's file: .xlsx and .csv as grids of raw cells.

What a file is, is told by its content, never by its name. Cells come as calamine gives them
(str, float, bool, date, datetime, "" for empty) or as text from a .csv. Error cells and
formulas without a stored value are put back as text ("#DIV/0!", "=B2*2").
"""

from __future__ import annotations

import csv
import io
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from denggao.facts.errors import UserError
from denggao.facts.package import Package
from denggao.facts.sheetscan import Broken, Region, SheetScan

Cell = Any
Row = list[Cell]

MAX_BYTES = 512 << 20
MAX_CELL_CHARACTERS = 1 << 20
_DELIMITERS = ",\t;"


@dataclass
class Grid:
    """One sheet. ``rows()`` gives every row from the sheet's first, each from column A;
    ``hidden`` sheets carry no rows. ``height`` is the number of rows, for progress.
    ``hidden_rows`` and ``hidden_columns`` (from 0) are read like all others."""

    file: str
    sheet: str
    rows: Callable[[], Iterator[Row]]
    height: int
    merges: list[Region] = field(default_factory=list)
    date1904: bool = False
    hidden: bool = False
    is_text: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()


def open_grids(path: Path) -> Iterator[Grid]:
    """Every sheet with content, one after the other (only one is held in memory).

    Raises UserError for a file that is missing, empty, encrypted, not what it claims to be
    or too large.
    """
    start = _start_of(path)
    if start.startswith(b"PK\x03\x04"):
        yield from _xlsx_grids(path)
    elif start.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise UserError(_about_ole(path))
    else:
        _refuse_markup(path, start)
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
            f"读不了「{path}」：{error.strerror}；请检查权限或关闭占用它的程序"
        ) from error


def _about_ole(path: Path) -> str:
    """Old .xls or an encrypted .xlsx: both are OLE containers."""
    with path.open("rb") as stream:
        encrypted = "EncryptedPackage".encode("utf-16-le") in stream.read(1 << 20)
    if encrypted:
        return f"「{path.name}」设有打开密码；请去掉密码另存为 .xlsx 再导入"
    return f"「{path.name}」是旧的 .xls 格式；请用 Excel 或 WPS 打开后另存为 .xlsx 再导入"


def _refuse_markup(path: Path, start: bytes) -> None:
    head = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<html", b"<!doctype", b"<table", b"<meta", b"<div", b"<?xml", b"<style")):
        raise UserError(
            f"「{path.name}」其实是网页（系统导出的“假 Excel”）；"
            "请用 Excel 或 WPS 打开后另存为 .xlsx 再导入"
        )
    if start.startswith(b"%PDF"):
        raise UserError(f"「{path.name}」是 PDF 文件；请提供 .xlsx 或 .csv")
    if path.suffix.lower() in (".xlsx", ".xls", ".xlsm", ".et"):
        raise UserError(
            f"「{path.name}」的内容不是 Excel 工作簿；若是文本请改名为 .csv，"
            "否则请用 Excel 或 WPS 另存为 .xlsx 再导入"
        )


# --- .xlsx ---------------------------------------------------------------------------------


def _xlsx_grids(path: Path) -> Iterator[Grid]:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    _refuse_other_zip(path)
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
            yield from _sheet_grid(path, workbook, sheet.name, found, package.date1904)
    finally:
        package.close()


def _refuse_other_zip(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as package:
            names = set(package.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return  # Package says what is wrong with it
    if "xl/workbook.bin" in names:
        raise UserError(f"「{path.name}」是 .xlsb 格式；请另存为 .xlsx 再导入")
    if "xl/workbook.xml" not in names:
        what = "Word 文档" if "word/document.xml" in names else "别的压缩文件"
        if "mimetype" in names and "content.xml" in names:
            what = "OpenDocument 表格（.ods）"
        raise UserError(f"「{path.name}」不是 Excel 工作簿，而是{what}；请另存为 .xlsx 再导入")


def _calamine(path: Path) -> Any:
    import python_calamine

    try:
        return python_calamine.CalamineWorkbook.from_path(str(path))
    except Exception as error:  # calamine has no common base class for its errors
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


# --- .csv ----------------------------------------------------------------------------------


def _csv_grid(path: Path) -> Grid:
    text = _decoded(path)
    if not text.strip():
        raise UserError(f"「{path.name}」里没有内容；请重新导出")
    if "\x00" in text:
        raise UserError(f"「{path.name}」不是文本文件；请提供 .xlsx 或 .csv")
    delimiter = _delimiter(text)

    def rows() -> Iterator[Row]:
        csv.field_size_limit(min(sys.maxsize, MAX_CELL_CHARACTERS))
        try:
            yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        except csv.Error as error:
            raise UserError(
                f"「{path.name}」的引号不成对或单元格过长（{error}）；"
                "请用 Excel 另存为 .xlsx 再导入"
            ) from error

    return Grid(path.name, "", rows, text.count("\n") + 1, is_text=True)


def _decoded(path: Path) -> str:
    """UTF-8 with or without BOM, UTF-16 with BOM ("Unicode text" of Excel), GB18030."""
    data = path.read_bytes()
    encodings = ["utf-16"] if data.startswith((b"\xff\xfe", b"\xfe\xff")) else []
    for encoding in [*encodings, "utf-8-sig", "gb18030"]:
        try:
            return data.decode(encoding)
        except UnicodeError:
            continue
    raise UserError(
        f"「{path.name}」既不是 UTF-8 也不是 GB18030 编码，或有损坏的字符；"
        "请用 Excel 打开后另存为“CSV UTF-8”或 .xlsx"
    )


def _delimiter(text: str) -> str:
    """The separator that splits the first records into the most columns, evenly."""
    sample = text[:65536]
    return max(_DELIMITERS, key=lambda mark: (_evenness(sample, mark), -_DELIMITERS.index(mark)))


def _evenness(sample: str, mark: str) -> int:
    widths = []
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=mark):
            widths.append(len(row))
            if len(widths) == 20:
                break
    except csv.Error:
        pass
    return sorted(widths)[len(widths) // 2] if widths else 0
