"""Small ledgers for tests: rows into files, files into a ledger."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import openpyxl

from denggao.facts.ledger import Ledger, read_ledgers
from denggao.facts.problems import Problem

AS_OF = dt.date(2026, 6, 30)
A, B, C = "91620100712772869D", "916201007127571081", "91620000712756906U"
Rows = list[list[object]]


def sheet_of(path: Path, rows: Rows, merges: list[str] | None = None) -> Path:
    """Rows as they stand into a new .xlsx; ``merges`` as A1:B1."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    for merge in merges or []:
        sheet.merge_cells(merge)
    book.save(path)
    return path


def csv_of(path: Path, rows: Rows) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return path


def read(*paths: Path, as_of: dt.date = AS_OF, **how: object) -> Ledger:
    ledger = read_ledgers(list(paths), as_of=as_of, **how)  # type: ignore[arg-type]
    for column in ledger.columns.values():
        assert len(column) == len(ledger)
    return ledger


def kinds(ledger: Ledger) -> list[str]:
    return sorted(problem.kind for problem in ledger.problems)


def only(ledger: Ledger, kind: str) -> Problem:
    (problem,) = [p for p in ledger.problems if p.kind == kind]
    return problem
