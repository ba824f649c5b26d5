"""A small ledger in every form that the command line reads, and its results as rows."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl

HEADS = ["企业名称", "成立日期", "2025年职工总数", "2025年科技人员数", "一类知识产权数"]
ROWS = [
    ["甲公司", "2019-05-06", "100", "10", "1"],
    ["=乙公司", "2019-05-06", "100", "9", ""],
    ["丙公司", "", "100", "", "0"],
    ["丁公司", "2026-01-01", "100", "9", "1"],
]


def csv_file(path: Path, heads: list[str] = HEADS, rows: list[list[str]] = ROWS) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([heads, *rows])
    return path


def xlsx_file(path: Path) -> Path:
    book = openpyxl.Workbook()
    for row in [["企业台账"], HEADS, *ROWS]:
        book.active.append(row)
    book.active["A4"].data_type = "s"  # text, no formula
    book.save(path)
    return path


def parquet_file(path: Path) -> Path:
    columns = {head: [row[i] or None for row in ROWS] for i, head in enumerate(HEADS)}
    frame = pl.DataFrame(columns).with_columns(pl.col(HEADS[2:]).cast(pl.Int64))
    frame.with_columns(pl.col(HEADS[1]).str.to_date()).write_parquet(path)
    return path


LEDGERS = {".csv": csv_file, ".xlsx": xlsx_file, ".parquet": parquet_file}


def table(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".parquet":
        return pl.read_parquet(path).to_dicts()
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
