"""The rows of a chunk, turned into columns, converted and stored by firm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from denggao.facts.carrying import carry_key
from denggao.facts.cells import BadCell, is_missing, tidy
from denggao.facts.claims import Claim, claims
from denggao.facts.columns import Column
from denggao.facts.converters import shown
from denggao.facts.enterprise import CONTRADICTION
from denggao.facts.identity import looks_like_code, normal_code
from denggao.facts.importing import Import
from denggao.facts.likeness import suggest
from denggao.facts.origins import Carried
from denggao.facts.problems import Finding, place
from denggao.facts.ratios import Stated, share
from denggao.facts.tables import Table
from denggao.facts.titlerows import Report as TitleReport
from denggao.facts.titles import Title
from denggao.facts.workbook import Cell, Row


@dataclass
class Chunk:
    """Rows that speak of firms. ``first`` and ``running`` are the sheet row and the running
    number of offset 0; ``at`` are the offsets of the rows ``kept``; ``fresh``: every row
    brought a new firm."""

    first: int
    running: int
    kept: list[Row] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    firms: list[int] = field(default_factory=list)
    years: list[int] = field(default_factory=list)
    fresh: bool = False

    def add(self, row: Row, offset: int, firm: int, year: int) -> None:
        self.kept.append(row)
        self.at.append(offset)
        self.firms.append(firm)
        self.years.append(year)

    def sheet_row(self, position: int) -> int:
        return self.first + self.at[position]

    @cached_property
    def rows(self) -> list[int]:
        """The running numbers, once all rows are in."""
        return [self.running + offset for offset in self.at]


class ChunkReader:
    """Stores the chunks of one table, one column after the other."""

    def __init__(self, work: Import, table: Table) -> None:
        self.work, self.table = work, table
        self.claims = claims(table, work.reader.application_year, self._whole_column)
        self._shares = [c for c in table.columns if c.meaning and c.meaning.role == "share"]
        self._blank_heads = [column for column in table.columns if not column.head]
        self._carried = [column for column in table.columns if self._is_carried(column)]
        if table.detail:
            advice = (
                f"有“{table.detail}”一列，一行是一项产品或项目，数额不是全户的，没有读；"
                "确是全户的数，请写进 --columns 对照文件"
            )
            work.note_sheet(table.grid, Finding("detail_table", "", advice))
        if table.open_year:
            advice = (
                f"{table.open_year}，没有读；是全年实际数的，请在表头写明年度，"
                "或写进 --columns 对照文件"
            )
            work.note_sheet(table.grid, Finding("open_year", "全年的实际数", advice))
        for column in table.columns:
            if column.head and column.meaning is None and column.index != table.id_index:
                self._unread(column, column.head)

    def read(self, chunk: Chunk) -> None:
        if not chunk.kept:
            return
        columns = list(zip(*(row[: self.table.width] for row in chunk.kept), strict=True))
        self._note_blank_heads(columns)
        stated: dict[str, list[Any]] = {}
        for claim in self.claims:
            stated[claim.key] = self._values(claim, columns, chunk)
            self._store(claim, stated[claim.key], chunk)
        for column in self._shares:
            self._store_shares(column, columns[column.index], chunk)
        if self.table.titles:
            stated["titles"] = self._store_titles(chunk)
        for column in self._carried:
            self._carry(column, columns[column.index], chunk)
        rows = [chunk.sheet_row(position) for position in range(len(chunk.kept))]
        self.work.watch.stored(self.table, rows, chunk.firms, chunk.years, stated)

    # --- heads -----------------------------------------------------------------------------

    def _whole_column(self, column: Column, finding: Finding) -> None:
        self.work.problem(self.table.grid, 0, column, "", finding)

    def _unread(self, column: Column, head: str) -> None:
        grid = self.table.grid
        self.work.unread.append((grid.file, grid.sheet, column.letter, head))
        like = (
            suggest(column.head, self.work.reader.application_year)
            if self._may_suggest(column)
            else None
        )
        if like is not None:
            advice = (
                f"没有读；像“{like.name}”（相似 {like.score:.2f}），是的话写进 --columns 对照文件，"
                "或用 denggao columns 生成"
            )
            self._whole_column(column, Finding("head_suggestion", "", advice))

    def _may_suggest(self, column: Column) -> bool:
        """Where figures are unread for want of a year, their names are no news."""
        return bool(column.head) and not self.table.open_year

    def _note_blank_heads(self, columns: list[tuple[Cell, ...]]) -> None:
        """Cells under no head at all are listed as unread too, once."""
        for column in list(self._blank_heads):
            if any(cell != "" for cell in columns[column.index]):
                self._blank_heads.remove(column)
                self._unread(column, "（没有表头）")

    # --- values ----------------------------------------------------------------------------

    def _values(self, claim: Claim, columns: list[tuple[Cell, ...]], chunk: Chunk) -> list[Any]:
        first, *others = claim.columns
        if claim.code == "uscc":  # what is wrong with a code has been said with its row
            return [_code(cell) for cell in columns[first.index]]
        values = self._converted(claim, first, columns[first.index], chunk)
        for column in others:
            more = self._converted(claim, column, columns[column.index], chunk)
            self._reconcile(claim, values, column, more, chunk)
        return values

    def _converted(
        self, claim: Claim, column: Column, raw: Sequence[Cell], chunk: Chunk
    ) -> list[Any]:
        def report(position: int, cell: object, finding: Finding) -> None:
            self._problem(chunk.sheet_row(position), column, cell, finding)
            if finding.kind == "out_of_domain":
                self._flag(chunk.firms[position], "OUT_OF_DOMAIN")

        def rounded(position: int) -> None:
            self._flag(chunk.firms[position], "ROUNDED")

        return claim.converters[column.index](raw, report, rounded)

    def _problem(self, row: int, column: Column, cell: object, finding: Finding) -> None:
        self.work.problem(self.table.grid, row, column, str(cell).strip(), finding)

    def _flag(self, firm: int, flag: str) -> None:
        self.work.flags.setdefault(firm, set()).add(flag)

    def _reconcile(
        self, claim: Claim, values: list[Any], column: Column, more: list[Any], chunk: Chunk
    ) -> None:
        """Two columns of one table for the same fact and year: equal, or neither."""
        first = claim.columns[0]
        decides = claim.fact.unit not in ("文本", "代码")  # an address may be written twice
        for position, (value, other) in enumerate(zip(values, more, strict=True)):
            if value is None:
                values[position] = other
                if other is not None:
                    self._elsewhere(claim, position, column, chunk)
            elif other is not None and other != value:
                values[position] = None
                one = shown(value, claim.fact)
                advice = (
                    f"与同行 {first.letter} 列（{first.head}）的“{one}”不同，两个都不用；"
                    "请核对后只留一个"
                )
                self._problem(
                    chunk.sheet_row(position),
                    column,
                    shown(other, claim.fact),
                    Finding("columns_differ" if decides else "fact_twice", "唯一的值", advice),
                )

    # --- store -----------------------------------------------------------------------------

    def _store(self, claim: Claim, values: list[Any], chunk: Chunk) -> None:
        rows = chunk.rows
        if not claim.by_year:
            self._source(claim.key, claim.columns[0])
            self.work.store.put(claim.key, chunk.firms, values, rows, chunk.fresh)
            return
        for year in sorted(set(chunk.years)):
            key = f"{claim.code}@{year}"
            self._source(key, claim.columns[0])
            of_year = [i for i, other in enumerate(chunk.years) if other == year]
            self.work.store.put(
                key,
                [chunk.firms[i] for i in of_year],
                [values[i] for i in of_year],
                [rows[i] for i in of_year],
                fresh=False,
            )

    def _source(self, key: str, column: Column) -> None:
        grid = self.table.grid
        self.work.sources.setdefault(key, (grid.file, grid.sheet, column.letter, column.head))
        self.work.origins.claim(key, column)

    def _elsewhere(self, claim: Claim, position: int, column: Column, chunk: Chunk) -> None:
        key = f"{claim.code}@{chunk.years[position]}" if claim.by_year else claim.key
        self.work.origins.elsewhere(key, chunk.running + chunk.at[position], column)

    def _store_shares(self, column: Column, raw: Sequence[Cell], chunk: Chunk) -> None:
        stated = []
        for position, cell in enumerate(raw):
            try:
                found = share(cell) if cell != "" else None
            except BadCell as bad:
                self._problem(chunk.sheet_row(position), column, cell, bad.finding)
                continue
            if found is not None:
                own = (column.meaning and column.meaning.year) or chunk.years[position]
                year = own or self.table.told_year
                row = chunk.running + chunk.at[position]
                stated.append(Stated(chunk.firms[position], row, year, found))
        self.work.shares.add(len(self.work.tables) - 1, column, stated)

    def _store_titles(self, chunk: Chunk) -> list[tuple[Title, ...] | None]:
        titles, stated = self.table.titles, []
        for position, row in enumerate(chunk.kept):
            number, firm = chunk.sheet_row(position), chunk.firms[position]
            held = titles.titles(row, self._title_report(number))
            stated.append(held)
            if held is None:
                continue
            running = chunk.running + chunk.at[position]
            report = self._end_report(number)
            if not self.work.titles.add(firm, held, running, self._place, report):
                self._flag(firm, CONTRADICTION)
            for title in self.work.titles.told(firm, running):
                self.work.origins.title(firm, title, running)
        return stated

    def _place(self, running: int) -> str:
        return place(*self.work.place(running), "", "")

    def _end_report(self, row: int) -> Callable[[Finding, object], None]:
        def report(finding: Finding, value: object) -> None:
            column = self.table.titles.column_of("valid_to")
            self.work.problem(self.table.grid, row, column, str(value), finding)

        return report

    # --- columns that only forms ask for ----------------------------------------------------

    def _is_carried(self, column: Column) -> bool:
        """Not understood here, or (技术领域 in rough words) perhaps refused as a value."""
        if column.index == self.table.id_index or not self.work.carrying.wanted:
            return False
        loose = column.meaning is None or column.fact_code == "field_code"
        return loose and carry_key(column.head) in self.work.carrying.wanted

    def _carry(self, column: Column, raw: Sequence[Cell], chunk: Chunk) -> None:
        key = carry_key(column.head)
        for position, cell in enumerate(raw):
            if isinstance(cell, str) and is_missing(tidy(cell)):
                continue
            source = self.work.origins.at(chunk.running + chunk.at[position], column)
            carried = Carried(cell, source, self.table.unit)
            self.work.carrying.put(key, chunk.firms[position], carried)

    def _title_report(self, row: int) -> TitleReport:
        def report(column: Column, cell: object, finding: Finding) -> None:
            self._problem(row, column, cell, finding)

        return report


def _code(cell: Cell) -> str | None:
    code = normal_code(cell) if isinstance(cell, str) else ""
    return code if looks_like_code(code) and "E+" not in code else None
