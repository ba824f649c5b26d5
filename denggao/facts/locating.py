"""Where one fact of one firm stands in its own file: the one cell, or why there is none."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from denggao.facts.catalogue import Fact
from denggao.facts.claims import Claim, claims
from denggao.facts.columnmap import ColumnMap
from denggao.facts.columns import Column
from denggao.facts.enterprise import key_of
from denggao.facts.errors import UserError
from denggao.facts.identity import looks_like_code, normal_code, normal_name
from denggao.facts.importing import Import
from denggao.facts.ownpages import is_own_grid
from denggao.facts.problems import Finding, place
from denggao.facts.rowreader import CHUNK, RowReader
from denggao.facts.splitting import tables
from denggao.facts.tables import Reader, Table
from denggao.facts.workbook import Cell, Row, open_grids

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Spot:
    """A cell that states a fact. ``factor``: what a number in it is multiplied by to come to
    the fact's unit (万元: 10000), ``None`` where no head says so. ``row`` from 1."""

    file: str
    sheet: str
    row: int
    column: Column
    value: Cell
    factor: int | None
    firm: str

    @property
    def where(self) -> str:
        return place(self.file, self.sheet, self.row, self.column.letter, self.column.head)


def locate(
    path: Path,
    firm: str,
    fact: Fact,
    year: int | None,
    *,
    as_of: datetime.date,
    columns: ColumnMap | None = None,
    id_column: str | None = None,
) -> Spot:
    """The cell of ``fact`` (of ``year``, if it is a yearly one) of the firm with this credit
    code, name or id. Raises UserError when there is no such firm, column or year, or more than
    one cell."""
    columns = columns or ColumnMap()
    reader = Reader(as_of.year, columns, id_column or columns.id_column)
    search = _Search(firm, fact, year, reader)
    for grid in open_grids(path):
        skipped = grid.hidden or is_own_grid(grid)
        for table in () if skipped else tables(grid, reader):
            if isinstance(table, Table):
                search.look(table)
    return search.only(path.name)


@dataclass(frozen=True, slots=True)
class _Found:
    """A row that tells of some firm, and its cells of the fact."""

    firm: int
    is_meant: bool
    name: str
    table: int
    row: int
    year: int
    values: tuple[Cell, ...]


class _Search:
    def __init__(self, firm: str, fact: Fact, year: int | None, reader: Reader) -> None:
        self.asked, self.fact, self.year = firm, fact, year
        self._code, self._name = normal_code(firm), normal_name(firm)
        self._work = Import(reader)
        self._tables: list[tuple[Table, list[Claim]]] = []
        self._rows: list[_Found] = []
        self._unsure: set[tuple[int, int]] = set()

    def look(self, table: Table) -> None:
        """Notes the rows of a table, and which of its columns state the fact."""
        number = len(self._tables)

        def report(column: Column, finding: Finding) -> None:
            if finding.kind == "assumed_unit":
                self._unsure.add((number, column.index))

        every = claims(table, self._work.reader.application_year, report)
        found = [claim for claim in every if claim.code == self.fact.code]
        self._tables.append((table, found))
        self._work.begin(table)
        rows, at = RowReader(self._work, table), table.first_row
        indexes = [column.index for claim in found for column in claim.columns]
        while raw := list(itertools.islice(table.rows, CHUNK)):
            chunk = rows.chunk(raw, at)
            for position, row in enumerate(chunk.kept):
                self._rows.append(
                    _Found(
                        chunk.firms[position],
                        self._is_meant(table, row),
                        _shown_name(table, row),
                        number,
                        chunk.sheet_row(position),
                        chunk.years[position],
                        tuple(row[index] for index in indexes),
                    )
                )
            at += len(raw)

    def _is_meant(self, table: Table, row: Row) -> bool:
        if table.id_index is not None and str(row[table.id_index]).strip() == self.asked.strip():
            return True
        code, name = table.index_of("uscc"), table.index_of("name")
        if looks_like_code(self._code) and code is not None:
            cell = row[code]
            if isinstance(cell, str) and normal_code(cell) == self._code:
                return True
        return name is not None and normal_name(str(row[name])) == self._name

    # --- the one cell ----------------------------------------------------------------------

    def only(self, file: str) -> Spot:
        rows = self._rows_of_firm(file)
        spots = [spot for row in rows for spot in self._spots(row)]
        if not spots:
            raise UserError(self._no_column(file, rows))
        if len(spots) > 1:
            cells = "\n".join(f"  {spot.where}" for spot in spots[:_SHOWN])
            more = f"\n  ……共 {len(spots)} 处" if len(spots) > _SHOWN else ""
            raise UserError(
                f"“{self.asked}”的{self._fact_words()}不止一格，看不出要改哪一格；"
                f"请用 --set 指明单元格：\n{cells}{more}"
            )
        return spots[0]

    def _rows_of_firm(self, file: str) -> list[_Found]:
        firms = {row.firm for row in self._rows if row.is_meant}
        if not firms:
            raise UserError(f"「{file}」里没有企业“{self.asked}”{self._alike()}")
        rows = [row for row in self._rows if row.firm in firms]
        if len(firms) > 1:
            cells = "\n".join(f"  {self._place(row)}：{row.name}" for row in rows[:_SHOWN])
            raise UserError(f"“{self.asked}”有 {len(firms)} 户，请改用信用代码指明：\n{cells}")
        return rows

    def _alike(self) -> str:
        from difflib import get_close_matches

        names = list(dict.fromkeys(row.name for row in self._rows))
        near = get_close_matches(self.asked, names, n=3, cutoff=0.6)
        return f"；相近的有：{'、'.join(near)}" if near else "；请核对名称或信用代码"

    def _place(self, row: _Found) -> str:
        grid = self._tables[row.table][0].grid
        return place(grid.file, grid.sheet, row.row, "")

    def _spots(self, row: _Found) -> Iterator[Spot]:
        """The cells of the fact and year in a row."""
        table, found = self._tables[row.table]
        values = iter(row.values)
        for claim in found:
            cells = [(column, next(values)) for column in claim.columns]
            states = row.year == self.year if claim.by_year else claim.key == self._key
            for column, value in cells if states else ():
                grid = table.grid
                yield Spot(
                    grid.file, grid.sheet, row.row, column, value,
                    self._factor(row.table, table, column), row.name,
                )  # fmt: skip

    @property
    def _key(self) -> str:
        return key_of(self.fact.code, self.year)

    def _factor(self, number: int, table: Table, column: Column) -> int | None:
        if (number, column.index) in self._unsure:
            return None
        stated = column.meaning.factor if column.meaning else None
        return stated or (table.unit if self.fact.unit == "元" else None) or 1

    def _fact_words(self) -> str:
        return f"“{self.fact.name}”" + (f"（{self.year} 年）" if self.year else "")

    def _no_column(self, file: str, rows: list[_Found]) -> str:
        claims_there = [c for row in rows for c in self._tables[row.table][1]]
        years = {c.key.partition("@")[2] for c in claims_there if not c.by_year}
        if any(claim.by_year for claim in claims_there):
            years |= {str(row.year) for row in rows if row.year}
        has = f"；有的年度是 {'、'.join(sorted(years))}" if years - {""} else ""
        return f"「{file}」里“{self.asked}”所在的表没有{self._fact_words()}这一格{has}"


def _shown_name(table: Table, row: Row) -> str:
    index = table.index_of("name")
    index = table.id_index if index is None else index
    if index is None:
        index = table.index_of("uscc")
    return "" if index is None else str(row[index]).strip()
