"""What is made of every column of some files, for a person to look at and correct."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from denggao.facts.columnmap import ColumnMap
from denggao.facts.columns import Column
from denggao.facts.headparts import normal
from denggao.facts.heads import unit_words
from denggao.facts.likeness import Likeness, suggest
from denggao.facts.ownpages import is_own_grid
from denggao.facts.splitting import tables
from denggao.facts.tables import SEARCH_ROWS, Reader, Table, candidates
from denggao.facts.workbook import Grid, open_grids

#: How a column was understood.
MAPPED, NAMED, ALIAS, IDENTITY = "对照", "名称", "别名", "标识"
IGNORED, LIKE, UNREAD = "略过", "建议", "未懂"


@dataclass(frozen=True, slots=True)
class ColumnReport:
    """One column: where it stands, its head as a path, and what was made of it. ``how`` is one
    of the words above. ``year`` and ``unit`` as they are read; ``assumed`` names those of the
    two that no head states. ``like`` is set where ``how`` is LIKE. ``guessed``: no table was
    found in the sheet, so the column is not read whatever its head says."""

    file: str
    sheet: str
    column: Column
    how: str
    unit: str = ""
    year: int | None = None
    assumed: tuple[str, ...] = ()
    like: Likeness | None = None
    guessed: bool = False

    @property
    def meaning(self) -> str:
        """What the column holds, as a column map may say it; "" if it is not read."""
        return self.column.meaning.words if self.column.meaning else ""


@dataclass(frozen=True)
class FileReport:
    """The columns of all tables; ``unknown``: (file, sheet) in which no table was found, their
    columns are a guess; ``hidden``: sheets that are not read at all."""

    columns: list[ColumnReport]
    unknown: list[tuple[str, str]]
    hidden: list[tuple[str, str]]


def report(
    paths: Sequence[Path],
    as_of: datetime.date,
    columns: ColumnMap | None = None,
    id_column: str | None = None,
) -> FileReport:
    """Look at the heads of every table of these files. Raises UserError for a file that cannot
    be read; one without a known head is no error here."""
    columns = columns or ColumnMap()
    reader = Reader(as_of.year, columns, id_column or columns.id_column)
    found = FileReport([], [], [])
    for path in paths:
        for grid in open_grids(path):
            if grid.hidden:
                found.hidden.append((grid.file, grid.sheet))
                continue
            if is_own_grid(grid):
                continue
            for table in tables(grid, reader):
                if isinstance(table, Table):
                    heads = [column for column in table.columns if column.head]
                    found.columns.extend(_of_table(column, table, reader) for column in heads)
                else:
                    found.unknown.append((grid.file, grid.sheet))
                    found.columns.extend(_guessed(grid, reader))
    return found


def _of_table(column: Column, table: Table, reader: Reader) -> ColumnReport:
    grid, meaning = table.grid, column.meaning
    if meaning is None or meaning.role != "fact" or meaning.code in ("uscc", "name"):
        return _report(grid, column, reader)
    assumed, year, unit = [], meaning.year, unit_words(meaning)
    if meaning.fact.yearly and year is None and table.year_index is None:
        year = table.told_year or reader.application_year - 1
        assumed.append("年度")
    if meaning.fact.unit == "元" and meaning.factor is None:
        unit = unit_words(meaning, table.unit or 1)
        assumed += [] if table.unit else ["单位"]
    return _report(grid, column, reader, unit, year, tuple(assumed))


def _report(
    grid: Grid,
    column: Column,
    reader: Reader,
    unit: str = "",
    year: int | None = None,
    assumed: tuple[str, ...] = (),
) -> ColumnReport:
    how, like = _how(column, reader)
    return ColumnReport(grid.file, grid.sheet, column, how, unit, year, assumed, like)


def _how(column: Column, reader: Reader) -> tuple[str, Likeness | None]:
    meaning = column.meaning
    mapped = reader.columns.meaning(column.head, reader.application_year)
    if reader.is_id(column):
        return IDENTITY, None
    if meaning is None:
        like = suggest(column.head, reader.application_year)
        return (LIKE if like else UNREAD), like
    if meaning.role == "nothing":
        return IGNORED, None
    if mapped is not None:
        return MAPPED, None
    if meaning.role != "fact":
        return NAMED, None
    own = (normal(meaning.fact.name), normal(meaning.code))
    return (NAMED if any(word in normal(column.head) for word in own) else ALIAS), None


def _guessed(grid: Grid, reader: Reader) -> Iterator[ColumnReport]:
    """The likeliest heads of a sheet in which no table was found: those of which most is
    understood or nearly so. Nothing where less than two columns are."""
    top = list(itertools.islice(grid.rows(), SEARCH_ROWS))
    best: list[ColumnReport] = []
    most = (1, 0)
    for _, _, depth, columns in candidates(grid.merges, top, reader):
        found = [_report(grid, column, reader) for column in columns if column.head]
        known = sum(1 for column in found if column.how not in (UNREAD, IGNORED))
        if (known, -depth) > most:
            best, most = found, (known, -depth)
    return (replace(column, guessed=True) for column in best)
