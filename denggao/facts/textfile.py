"""A .csv as rows: its encoding, its separator, and only then its cells, line by line.

The file is never held in memory whole; a line or a cell longer than any ledger's is refused.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from denggao.facts.errors import UserError

MAX_LINE = 4 << 20
MAX_CELL_CHARACTERS = 1 << 20
_DELIMITERS = ",\t;|"
_SAMPLE = 65_536
_RECORDS = 20
#: So many bytes are looked at to tell damaged UTF-8 from GB18030.
_LOOKED_AT = 4 << 20
_BOM16 = (b"\xff\xfe", b"\xfe\xff")
_BOM = "\ufeff"
#: Ctrl-Z: where a file ended in the days of DOS; some programs write it still.
_END = "\x1a"
_WRAPPED = re.compile(r'="[^"]*"').fullmatch


@dataclass(frozen=True)
class TextTable:
    """``lines`` is the number of lines, for progress. ``wrapped``: some cells may be written
    ="9162…", as programs do that want Excel to keep a code's digits."""

    path: Path
    encoding: str
    delimiter: str
    lines: int
    wrapped: bool = False

    def rows(self) -> Iterator[list[str]]:
        """Every record. Raises UserError where quotes do not pair up."""
        csv.field_size_limit(MAX_CELL_CHARACTERS)
        with self.path.open(encoding=self.encoding, newline="") as stream:
            # strict: else an open quote swallows the rest of the file into one cell
            records = csv.reader(_lines(stream, self.path), delimiter=self.delimiter, strict=True)
            try:
                yield from map(_unwrapped, records) if self.wrapped else records
            except csv.Error as error:
                raise UserError(
                    f"「{self.path.name}」第 {records.line_num} 行附近的引号不成对，或单元格过长"
                    f"（{error}）；请用 Excel 另存为 .xlsx 再导入"
                ) from error


def open_text(path: Path) -> TextTable:
    """Raises UserError for what is no text, or damaged, or has no content."""
    with path.open("rb") as stream:
        start = stream.read(_SAMPLE)
    encodings = ["utf-16"] if start.startswith(_BOM16) else []
    for encoding in [*encodings, "utf-8-sig", "gb18030"]:
        try:
            return _opened(path, encoding)
        except UnicodeError:
            if encoding == "utf-8-sig":
                _refuse_damaged(path)
    if b"\x00" in start:
        raise UserError(_not_text(path))
    raise UserError(
        f"「{path.name}」既不是 UTF-8 也不是 GB18030 编码，或有损坏的字符；"
        "请用 Excel 打开后另存为“CSV UTF-8”或 .xlsx"
    )


def _opened(path: Path, encoding: str) -> TextTable:
    count, blank, wrapped, sample = 0, True, False, ""
    with path.open(encoding=encoding, newline="") as stream:
        for count, line in enumerate(_lines(stream, path), 1):  # noqa: B007 (the last is used)
            if "\x00" in line:
                raise UserError(_not_text(path))
            blank = blank and not line.strip()
            wrapped = wrapped or '="' in line
            if len(sample) < _SAMPLE:
                sample += line
    if blank:
        raise UserError(f"「{path.name}」里没有内容；请重新导出")
    return TextTable(path, encoding, _delimiter(sample[:_SAMPLE]), count, wrapped)


def _unwrapped(record: list[str]) -> list[str]:
    return [cell[2:-1] if _WRAPPED(cell) else cell for cell in record]


def _lines(stream: TextIO, path: Path) -> Iterator[str]:
    first = True
    while line := stream.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE:
            raise UserError(
                f"「{path.name}」有一行超过 {MAX_LINE:,} 字，不是台账；请用 Excel 另存为 .xlsx"
            )
        if first:  # programs that join files leave a second byte order mark
            line = line.lstrip(_BOM)
            first = False
        line = line.removesuffix(_END)
        if line:
            yield line


def _not_text(path: Path) -> str:
    with path.open("rb") as stream:
        start = stream.read(_SAMPLE)
    for nulls in (start[::2], start[1::2]):
        if nulls.count(0) > len(nulls) // 4 and start.count(0) < len(start) * 3 // 5:
            return (
                f"「{path.name}」像是没有标记的 UTF-16 文本；"
                "请用 Excel 打开后另存为“CSV UTF-8”或 .xlsx"
            )
    return f"「{path.name}」不是文本文件（含有空字符）；请提供 .xlsx 或 .csv"


def _refuse_damaged(path: Path) -> None:
    """Raises UserError for UTF-8 with a few bad bytes: as GB18030 it would read as other,
    perfectly good looking characters."""
    with path.open("rb") as stream:
        text = stream.read(_LOOKED_AT).decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = sum(1 for letter in text if letter > "\x7f") - bad
    if good > 10 * bad:
        line = text[: text.find("\ufffd")].count("\n") + 1 if bad else 0
        where = f"第 {line} 行附近" if line else "后面"
        raise UserError(f"「{path.name}」是 UTF-8 编码，但{where}有损坏的字符；请从原系统重新导出")


def _delimiter(sample: str) -> str:
    """The separator that splits the first records into the most cells, evenly: titles above a
    table have but one cell, whatever the separator."""
    return max(_DELIMITERS, key=lambda mark: (_cells(sample, mark), -_DELIMITERS.index(mark)))


def _cells(sample: str, mark: str) -> int:
    """Cells of the records that are as wide as most of the table."""
    widths: Counter[int] = Counter()
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=mark, strict=True):
            widths[len(row)] += len(row) > 1
            if widths.total() == _RECORDS:
                break
    except csv.Error:  # the sample ends inside quotes, or this is not the separator
        pass
    return max((width * count for width, count in widths.items()), default=0)
