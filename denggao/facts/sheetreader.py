"""The rows of one table into the ledger being built, a chunk at a time."""

from __future__ import annotations

import itertools
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from denggao.facts import cells, rowfilter
from denggao.facts.catalogue import catalogue
from denggao.facts.cells import BadCell
from denggao.facts.claims import Claim, claims
from denggao.facts.converters import shown
from denggao.facts.firms import Firms
from denggao.facts.identity import code_fault, looks_like_code, normal_code, normal_name
from denggao.facts.merging import Rows, Store
from denggao.facts.problems import Problem, place
from denggao.facts.tables import Column, Reader, Table
from denggao.facts.titlerows import Report as TitleReport
from denggao.facts.titlerows import TitleColumns
from denggao.facts.titles import Title
from denggao.facts.workbook import Cell, Grid, Row

#: Rows handled at once: columns of a chunk stay in the processor's cache.
CHUNK = 4096
Place = tuple[str, str, int]


class Import:
    """The ledger while it is built; ``read`` adds one table."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.firms = Firms()
        self.store = Store(self._conflict)
        self.titles: dict[int, tuple[Title, ...]] = {}
        self.flags: dict[int, set[str]] = {}
        self.first_rows: list[int] = []
        self.sources: dict[str, tuple[str, str, str, str]] = {}
        self.problems: list[Problem] = []
        self.unread: list[tuple[str, str, str, str]] = []
        self.rows_read = 0
        self.skipped: Counter[str] = Counter()
        self.rows = Rows()
        self.years = array("H", [0])
        self.tables: list[Table] = []
        self.faults: dict[str, str | None] = {}
        self._changed: set[str] = set()

    def read(self, table: Table, progress: Callable[[int, int], None]) -> None:
        """Read every row below the heads of ``table``."""
        self.tables.append(table)
        self.rows.begin_sheet(table.first_row)
        TableReader(self, table).read(progress)

    def place(self, row: int) -> Place:
        sheet, number = self.rows.place(row)
        grid = self.tables[sheet].grid
        return grid.file, grid.sheet, number

    def note_sheet(self, grid: Grid, kind: str, advice: str) -> None:
        self.problems.append(Problem(grid.file, grid.sheet, 0, "", "", "", "", advice, kind))

    def identity_head(self) -> str:
        for table in self.tables:
            if table.id_index is not None:
                return table.columns[table.id_index].head
        named = "uscc" if "uscc" in self.sources else "name"
        return catalogue()[named].name

    def _conflict(self, key: str, firm: int, old: Any, row: int, new: Any, later: int) -> Any:
        """Two values for one fact: neither stays. Facts as of a date, from rows of different
        years, are no contradiction: the later year holds. A name is only shown, so the
        first one stays."""
        fact = catalogue()[key.partition("@")[0]]
        years = self.years[row], self.years[later]
        if fact.time == "时" and 0 not in years and years[0] != years[1]:
            self._changed.add(key)
            return old if years[0] > years[1] else new
        if key == "name" and normal_name(old) == normal_name(new):
            return old
        self._fact_twice(key, (old, row), (new, later))
        return old if key == "name" else None

    def _fact_twice(self, key: str, first: tuple[Any, int], second: tuple[Any, int]) -> None:
        fact = catalogue()[key.partition("@")[0]]
        file, sheet, row = self.place(second[1])
        letter, head = self._cell_of(key, second[1])
        elsewhere = place(*self.place(first[1]), *self._cell_of(key, first[1]))
        keeps = "暂用前一个名称" if key == "name" else "两个都不用"
        advice = f"同一事实另有“{shown(first[0], fact)}”，在{elsewhere}；{keeps}，请核对后只留一个"
        self.problems.append(
            Problem(file, sheet, row, letter, head, shown(second[0], fact), "唯一的值", advice,
                    "fact_twice")
        )

    def _cell_of(self, key: str, row: int) -> tuple[str, str]:
        table = self.tables[self.rows.place(row)[0]]
        code, _, year = key.partition("@")
        columns = [c for c in table.columns if c.meaning and c.meaning.role == "fact"
                   and c.code == code]
        exact = [c for c in columns if str(c.meaning and c.meaning.year or "") == year]
        column = (exact or columns or [Column(0, "", None)])[0]
        return column.letter, column.head

    def finish_notices(self) -> None:
        for key in sorted(self._changed):
            source = self.sources[key]
            self.problems.append(
                Problem(source[0], source[1], 0, source[2], source[3], "", "",
                        "各年的填报不同，取最近年度的", "changed_over_years")
            )


class TableReader:
    """One table: its columns' converters, then its rows chunk by chunk."""

    def __init__(self, work: Import, table: Table) -> None:
        self.work, self.table, self.grid = work, table, table.grid
        self.claims: list[Claim] = claims(table, work.reader.application_year, self.problem_at)
        self.titles = TitleColumns.of(table)
        self.code = self._column("uscc")
        self.name = self._column("name")
        self.seen: dict[tuple[int, int], int] = {}
        self.titles_seen: dict[int, set[Title]] = {}
        self.head_words = {
            cell for row in table.head_rows for cell in row if isinstance(cell, str) and cell
        }
        self.fills = _fills(table, [table.id_index, self.code, self.name, table.year_index])
        self.previous: Row = []
        self.stopped = False
        self._blank_heads = [c for c in table.columns if not c.head]
        self._list_columns()

    def _column(self, code: str) -> int | None:
        return next((c.index for c in self.table.columns
                     if c.meaning and c.meaning.role == "fact" and c.code == code), None)

    def _list_columns(self) -> None:
        where = self.grid.file, self.grid.sheet
        for column in self.table.columns:
            if column.head and column.meaning is None and column.index != self.table.id_index:
                self.work.unread.append((*where, column.letter, column.head))
        for code, index in (("uscc", self.code), ("name", self.name)):
            if index is not None:
                column = self.table.columns[index]
                self.work.sources.setdefault(code, (*where, column.letter, column.head))

    # --- rows ------------------------------------------------------------------------------

    def read(self, progress: Callable[[int, int], None]) -> None:
        number = self.table.first_row
        while chunk := list(itertools.islice(self.table.rows, CHUNK)):
            self._read_chunk(chunk, number)
            number += len(chunk)
            progress(number, self.grid.height)

    def _read_chunk(self, chunk: list[Row], first: int) -> None:
        running = self.work.rows.take(len(chunk))
        kept: list[Row] = []
        at: list[int] = []
        firms: list[int] = []
        years: list[int] = []
        known = len(self.work.firms)
        for offset, row in enumerate(chunk):
            firm, year = self._firm(row, first + offset, running + offset)
            self.work.years.append(year)
            if firm < 0:
                continue
            kept.append(row)
            at.append(offset)
            firms.append(firm)
            years.append(year)
        self.work.rows_read += len(kept)
        if kept:
            fresh = len(self.work.firms) - known == len(kept)
            ChunkReader(self, kept, first, running, at, firms, years, fresh).read()

    def _firm(self, row: Row, number: int, running: int) -> tuple[int, int]:
        """(firm, year) of a row; firm −1 when the row is skipped (and counted)."""
        if self.stopped:
            return self._skip(rowfilter.OTHER_TABLE)
        self._complete(row, number)
        reason = self._reason(row, number)
        if reason:
            return self._skip(reason)
        year = self._year(row, number)
        if year < 0:
            return self._skip(rowfilter.BAD_YEAR)
        code, name = self._identity(row, number)
        if not code and not name:
            reason = rowfilter.odd_row_reason(row, self.table.head_rows)
            if reason == rowfilter.NO_IDENTITY:
                self._no_identity(row, number)
            return self._skip(reason)
        return self._found(code, name, row, number, running, year), year

    def _skip(self, reason: str) -> tuple[int, int]:
        self.work.skipped[reason] += 1
        return -1, 0

    def _complete(self, row: Row, number: int) -> None:
        """As wide as the table; identity cells merged downwards filled in."""
        missing = self.table.width - len(row)
        if missing > 0:
            row.extend([""] * missing)
        for column in self.fills.get(number, ()):
            if row[column] == "" and column < len(self.previous):
                row[column] = self.previous[column]
        if self.fills:
            self.previous = row

    def _reason(self, row: Row, number: int) -> str | None:
        if len(row) > self.table.width and not rowfilter.is_blank(row[self.table.width :]):
            extra = len(row) - self.table.width
            return self._damaged(row, number, "extra_cells", f"比表头多出 {extra} 格，各列可能错位")
        name = row[self.name] if self.name is not None else ""
        code = row[self.code] if self.code is not None else ""
        if type(name) is str and "\ufffd" in name or type(code) is str and "\ufffd" in code:
            return self._damaged(row, number, "damaged_row", "字符已损坏，各列可能错位")
        if name in self.head_words and name != "":
            return self._head_again(row, number)
        return rowfilter.words_reason(row[0]) or rowfilter.words_reason(name) or (
            rowfilter.NOTE if type(name) is str and rowfilter.is_note_as_name(name, row) else None
        )

    def _damaged(self, row: Row, number: int, kind: str, why: str) -> str:
        value = " | ".join(cells.plain_text(cell)[:12] for cell in row[:4])
        self.problem_at(number, None, value, f"完整的一行（{self.table.width} 列）",
                        f"{why}，整行没有读；请从原系统重新导出或手工更正", kind)
        return rowfilter.DAMAGED

    def _head_again(self, row: Row, number: int) -> str:
        if rowfilter.same_heads(row, self.table.head_rows):
            return rowfilter.HEADS
        self.stopped = True
        self.problem_at(number, None, "", "一页一张表",
                        "从这一行起是另一张表，没有读；请把它移到单独的一页", "second_table")
        return rowfilter.OTHER_TABLE

    def _year(self, row: Row, number: int) -> int:
        """The fiscal year of a row, 0 without a year column, −1 when it cannot be read."""
        index = self.table.year_index
        if index is None:
            return 0
        text = cells.plain_text(row[index]).removesuffix("年度").removesuffix("年")
        if text.isascii() and text.isdigit() and 1980 <= int(text) <= 2100:
            return int(text)
        if rowfilter.is_blank(row):
            return 0
        self.problem_at(number, self.table.columns[index], row[index], "会计年度，如 2024",
                        "这一行没有读；请填四位年份", "bad_year")
        return -1

    # --- identity --------------------------------------------------------------------------

    def _identity(self, row: Row, number: int) -> tuple[str | None, str | None]:
        """(code, name as written) of a row; the code is in normal form."""
        if self.table.id_index is not None:
            if self.code is not None:
                self._code(row[self.code], number)  # only to name what is wrong with it
            own = cells.plain_text(row[self.table.id_index])
            return (None if cells.is_missing(own) else own), None
        code = self._code(row[self.code], number) if self.code is not None else None
        return code, _name(row[self.name]) if self.name is not None else None

    def _code(self, cell: Cell, number: int) -> str | None:
        if cell == "":
            return None
        text = cells.plain_text(cell)
        if cells.is_missing(text) or text == "无":
            return None
        column = self.table.columns[self.code or 0]
        code = normal_code(text)
        if not isinstance(cell, str) or "E+" in code:
            self.problem_at(number, column, text, "18 位统一社会信用代码（文本）",
                            "Excel 把代码当成了数，后几位已丢失；请把该列设为文本后重新填写", "digits_lost")
            return None
        plausible = looks_like_code(code)
        fault = self.faults(code) if plausible else "这不是信用代码，按没有代码处理"
        if fault:
            self.problem_at(number, column, text, "18 位统一社会信用代码", fault, "bad_credit_code")
        return code if plausible else None

    def faults(self, code: str) -> str | None:
        known = self.work.faults
        if code not in known:
            known[code] = code_fault(code)
        return known[code]

    def _found(
        self, code: str | None, name: str | None, row: Row, number: int, running: int, year: int
    ) -> int:
        plain = normal_name(name) if name else None
        firm, doubt = self.work.firms.find(code, plain, name or "")
        if firm == len(self.work.first_rows):
            self.work.first_rows.append(running)
        if doubt:
            self._doubt(doubt, name or "", number)
        new_title = self._brings_title(firm, row)
        earlier = self.seen.setdefault((firm, year), number)
        if earlier != number and not new_title:
            self.problem_at(number, None, name or code or "", "每户一行",
                            f"与第 {earlier} 行是同一户{f'同一年度 {year}' if year else ''}，已合并",
                            "duplicate")
        return firm

    def _brings_title(self, firm: int, row: Row) -> bool:
        """A second row of a firm is no duplicate when it tells of another certificate."""
        if not self.titles:
            return False
        held = self.titles.titles(row, lambda column, cell, bad: None) or ()
        known = self.titles_seen.setdefault(firm, set())
        new = not known.issuperset(held)
        known.update(held)
        return new

    def _doubt(self, doubt: str, name: str, number: int) -> None:
        column = self.table.columns[self.name or 0]
        if doubt == "two_codes":
            advice = "同名企业在别处有另一个信用代码，暂按两户处理；请核对代码"
        else:
            advice = "同名企业有两个信用代码，这一行没有代码，无法判断是哪一户，暂单列；请补上代码"
        self.problem_at(number, column, name, "能分清的企业", advice, doubt)

    def _no_identity(self, row: Row, number: int) -> None:
        value = " | ".join(cells.plain_text(cell)[:12] for cell in row if cell != "")[:60]
        self.problem_at(number, None, value, "企业名称或统一社会信用代码",
                        "不知道是哪一户，这一行没有读；请补上名称或代码", "no_identity")

    def problem_at(
        self, row: int, column: Column | None, value: object, expected: str, advice: str, kind: str
    ) -> None:
        letter, head = (column.letter, column.head) if column else ("", "")
        self.work.problems.append(
            Problem(self.grid.file, self.grid.sheet, row, letter, head,
                    cells.plain_text(value)[:120], expected, advice, kind)
        )

    def note_blank_heads(self, columns: Sequence[Sequence[Cell]]) -> None:
        """Cells under no head at all are listed as unread too, once."""
        for column in list(self._blank_heads):
            if any(cell != "" for cell in columns[column.index]):
                self._blank_heads.remove(column)
                self.work.unread.append(
                    (self.grid.file, self.grid.sheet, column.letter, "（没有表头）")
                )


def _name(cell: Cell) -> str | None:
    name = cells.plain_text(cell)
    return None if not name or cells.is_missing(name) or name == "无" else name


def _fills(table: Table, identity: list[int | None]) -> dict[int, list[int]]:
    """Sheet row → identity columns whose cell is merged with the one above."""
    fills: dict[int, list[int]] = {}
    for (top, left), (bottom, _) in table.merges:
        if left in identity:
            for row in range(top + 2, bottom + 2):
                fills.setdefault(row, []).append(left)
    return fills


class ChunkReader:
    """The kept rows of a chunk: each column converted and put into the store."""

    def __init__(
        self, reader: TableReader, kept: list[Row], first: int, running: int, at: list[int],
        firms: list[int], years: list[int], fresh: bool,
    ) -> None:
        self.reader, self.work = reader, reader.work
        self.columns = list(zip(*(row[: reader.table.width] for row in kept), strict=True))
        self.first, self.at, self.firms, self.years = first, at, firms, years
        self.rows = [running + offset for offset in at]
        self.fresh = fresh

    def read(self) -> None:
        self.reader.note_blank_heads(self.columns)
        for claim in self.reader.claims:
            self._put(claim, self._values(claim))
        self._titles()

    def _values(self, claim: Claim) -> list[Any]:
        if claim.code == "uscc":
            return [self._code(cell) for cell in self.columns[claim.columns[0].index]]
        values = self._converted(claim, claim.columns[0])
        for column in claim.columns[1:]:
            self._reconcile(claim, values, column, self._converted(claim, column))
        return values

    @staticmethod
    def _code(cell: Cell) -> str | None:
        code = normal_code(cell) if isinstance(cell, str) else ""
        return code if looks_like_code(code) else None

    def _converted(self, claim: Claim, column: Column) -> list[Any]:
        def report(position: int, cell: object, bad: BadCell) -> None:
            self.reader.problem_at(
                self.first + self.at[position], column, cell, bad.expected, bad.advice, bad.kind
            )
            if bad.kind == "out_of_domain":
                self._flag(position, "OUT_OF_DOMAIN")

        def rounded(position: int) -> None:
            self._flag(position, "ROUNDED")

        convert = claim.converters[column.index]
        return convert(self.columns[column.index], report, rounded)  # type: ignore[arg-type]

    def _flag(self, position: int, flag: str) -> None:
        self.work.flags.setdefault(self.firms[position], set()).add(flag)

    def _reconcile(
        self, claim: Claim, values: list[Any], column: Column, others: list[Any]
    ) -> None:
        """Two columns of one table for the same fact and year: equal, or neither."""
        first = claim.columns[0]
        for position, (value, other) in enumerate(zip(values, others, strict=True)):
            if value is None:
                values[position] = other
            elif other is not None and other != value:
                values[position] = None
                self.reader.problem_at(
                    self.first + self.at[position], column, self.columns[column.index][position],
                    "唯一的值",
                    f"与 {first.letter} 列（{first.head}）的“{shown(value, claim.fact)}”不同，"
                    "两个都不用；请核对后只留一个", "fact_twice",
                )

    def _put(self, claim: Claim, values: list[Any]) -> None:
        if not claim.by_year:
            self._store(claim, claim.key, self.firms, values, self.rows, self.fresh)
            return
        for year in sorted(set(self.years)):
            chosen = [i for i, y in enumerate(self.years) if y == year]
            self._store(
                claim, f"{claim.code}@{year}", [self.firms[i] for i in chosen],
                [values[i] for i in chosen], [self.rows[i] for i in chosen], False,
            )

    def _store(
        self, claim: Claim, key: str, firms: Sequence[int], values: list[Any],
        rows: Sequence[int], fresh: bool,
    ) -> None:
        column = claim.columns[0]
        grid = self.reader.grid
        self.work.sources.setdefault(key, (grid.file, grid.sheet, column.letter, column.head))
        self.work.store.put(key, firms, values, rows, fresh)

    def _titles(self) -> None:
        if not self.reader.titles:
            return
        for position, row in enumerate(zip(*self.columns, strict=True)):
            held = self.reader.titles.titles(row, self._title_report(position))
            if held is not None:
                known = self.work.titles.get(self.firms[position], ())
                new = tuple(title for title in held if title not in known)
                self.work.titles[self.firms[position]] = known + new

    def _title_report(self, position: int) -> TitleReport:
        def report(column: Column, cell: object, bad: BadCell) -> None:
            number = self.first + self.at[position]
            self.reader.problem_at(number, column, cell, bad.expected, bad.advice, bad.kind)

        return report
