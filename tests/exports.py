"""The one check of everything we write: no cell may run when somebody opens the file."""

from __future__ import annotations

import csv
import re
import zipfile
from pathlib import Path

import openpyxl

_START = tuple("=+-@\t\r＝＋－＠")
_NUMBER = re.compile(r"[+-](?:[0-9]+(?:\.[0-9]+)?(?:/[0-9]+)?|inf)")
#: The only formula that we write ourselves, under the columns of the demonstration.
_OWN_SUM = re.compile(r"=SUM\(([A-Z]+)[0-9]+:\1[0-9]+\)")
_OUTSIDE = re.compile(rb'TargetMode="External"|<ddeLink|<oleLink|vbaProject')


def live_cells(path: Path) -> list[str]:
    """Every cell of a .csv or .xlsx that a spreadsheet would run or fetch something for."""
    return _in_text(path) if path.suffix == ".csv" else [*_in_book(path), *_in_package(path)]


def _in_text(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]
    return [cell for cell in cells if cell.startswith(_START) and not _NUMBER.fullmatch(cell)]


def _in_book(path: Path) -> list[str]:
    found = []
    for sheet in openpyxl.load_workbook(path).worksheets:
        for row in sheet.iter_rows():
            live = [cell for cell in row if cell.data_type == "f" or cell.hyperlink]
            found += [str(c.value) for c in live if not _OWN_SUM.fullmatch(str(c.value))]
    return found


def _in_package(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as package:
        return [name for name in package.namelist() if _OUTSIDE.search(package.read(name))]
