"""Rows of a table → firms: whose row it is, of which year, or why it is skipped."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

from denggao.facts import cells, rowfilter
from denggao.facts.chunkreader import Chunk, ChunkReader
from denggao.facts.columns import Column
from denggao.facts.headparts import sheet_factor
from denggao.facts.identity import looks_like_code, normal_code, normal_name
from denggao.facts.importing import Import
from denggao.facts.privacy import masked
from denggao.facts.problems import Finding, column_letter
from denggao.facts.tables import Table
from denggao.facts.titles import Title
from denggao.facts.traits import Traits
from denggao.facts.words import plain_name
from denggao.facts.workbook import Cell, Row

#: Rows handled at once: the columns of a chunk stay in the processor's cache.
CHUNK = 4096
SKIPPED = -1
_NOT_THE_WHOLE = "整行没有读；请从原系统重新导出或手工更正"


def read_table(work: Import, table: Table, progress: Callable[[int, int], None]) -> set[int]:
    """Every row below the heads of ``table`` into ``work``, and the firms that they told of;
    ``progress`` (rows, of rows)."""
    work.begin(table)
    rows, chunks = RowReader(work, table), ChunkReader(work, table)
    number = table.first_row
    while raw := list(itertools.islice(table.rows, CHUNK)):
        chunks.read(rows.chunk(raw, number))
        number += len(raw)
        progress(number, table.grid.height)
    rows.finish(number)
    return {firm for firm, _ in rows.firms_and_years}


class RowReader:
    """Decides row by row; remembers which firms the table has told of."""

    def __init__(self, work: Import, table: Table) -> None:
        self.work, self.table = work, table
        self.code = table.index_of("uscc")
        self.name = table.index_of("name")
        told = (table.index_of("region"), table.index_of("established_on"))
        # other cells that tell firms of one name apart
        self._told_apart = () if table.id_index is not None or told == (None, None) else told
        self.firms_and_years: dict[tuple[int, int], int] = {}
        self._titles_of: dict[int, set[Title]] = {}
        self._head_words, self._title_words = (
            {cell for row in rows for cell in row if isinstance(cell, str) and cell}
            for rows in (table.head_rows, table.title_rows)
        )
        self._merged = _merged_down(table)
        self._merged_across = _merged_across(table)
        self._above: Row = []
        self._other_table = False
        self._repeated: set[int] = set()  # rows of heads once more

    def chunk(self, raw: list[Row], first: int) -> Chunk:
        """The rows that speak of firms, with the firm and year of each."""
        running = self.work.rows.take(len(raw))
        known = len(self.work.firms)
        chunk = Chunk(first, running)
        for offset, row in enumerate(raw):
            firm, year = self._firm(row, first + offset, running + offset)
            self.work.years.append(year)
            if firm != SKIPPED:
                chunk.add(row, offset, firm, year)
        chunk.fresh = len(self.work.firms) - known == len(chunk.kept)
        self.work.rows_read += len(chunk.kept)
        return chunk

    def _firm(self, row: Row, number: int, running: int) -> tuple[int, int]:
        """(firm, fiscal year or 0); the firm is SKIPPED when the row is, and is counted."""
        self._complete(row, number)
        reason = self._reason(row, number)
        if reason:
            self._note_unit(row, number, reason)
            return self._skip(number, reason)
        self._part(row, number)
        code, name = self._identity(row, number)
        if not code and not name:
            return self._skip(number, self._without_identity(row, number))
        advice = rowfilter.no_name(name) if name and not code else ""
        if advice:
            finding = Finding("no_identity", "企业名称或统一社会信用代码", advice)
            self._problem(number, self.name, name, finding)
            return self._skip(number, rowfilter.NO_IDENTITY)
        year = self._year(row, number)
        if year is None:
            return self._skip(number, rowfilter.BAD_YEAR)
        return self._found(code, name, row, number, running, year), year

    def _skip(self, number: int, reason: str) -> tuple[int, int]:
        self.work.skip(self.table.grid, number, reason)
        return SKIPPED, 0

    def _problem(self, number: int, column: int | None, value: object, finding: Finding) -> None:
        where = None if column is None else self.table.columns[column]
        self.work.problem(self.table.grid, number, where, cells.plain_text(value), finding)

    # --- rows that are none ----------------------------------------------------------------

    def _complete(self, row: Row, number: int) -> None:
        """As wide as the table; identity cells merged downwards filled in."""
        missing = self.table.width - len(row)
        if missing > 0:
            row.extend([""] * missing)
        if self._merged:
            if number - 1 not in self._repeated:
                for column in self._merged.get(number, ()):
                    if row[column] == "" and column < len(self._above):
                        row[column] = self._above[column]
            self._above = row

    def _part(self, row: Row, number: int) -> None:
        """A cell merged over the columns of several facts states none of them."""
        for left, right in self._merged_across.get(number - 1, ()):
            covered = self.table.columns[left : right + 1]
            if any(column.meaning for column in covered[1:]) and row[left] != "":
                where = f"合并到 {column_letter(right)} 列"
                advice = f"{where}，看不出各列各是多少，没有读；请拆开后逐格填写"
                finding = Finding("merged_cells", "一格一值", advice)
                self._problem(number, left, row[left], finding)
                if left not in self.table.filled_indexes():
                    row[left] = ""

    def _reason(self, row: Row, number: int) -> str | None:
        if self._other_table:
            return rowfilter.OTHER_TABLE
        extra = len(row) - self.table.width
        if extra > 0 and not rowfilter.is_blank(row[self.table.width :]):
            why = f"比表头多出 {extra} 格，各列可能错位，{_NOT_THE_WHOLE}"
            return self._damaged(row, number, "extra_cells", why)
        name = "" if self.name is None else row[self.name]
        code = "" if self.code is None else row[self.code]
        if _is_damaged(name) or _is_damaged(code):
            why = f"字符已损坏，各列可能错位，{_NOT_THE_WHOLE}"
            column = self.name if _is_damaged(name) else self.code
            return self._damaged(row, number, "damaged_row", why, column)
        if name != "" and name in self._head_words:
            return self._heads_again(row, number)
        titles = self.table.title_rows  # on every printed page
        if name in self._title_words and rowfilter.same_heads(row, titles):
            return rowfilter.HEADS
        if code == "" and self._is_section(row, number):
            return rowfilter.SECTION
        if type(name) is str and rowfilter.is_note_as_name(name, row):
            return rowfilter.NOTE
        if number == self.table.first_row and rowfilter.is_column_numbers(row):
            return rowfilter.NUMBERS
        if self._is_sure(row, code, name):
            return None
        return rowfilter.words_reason(row[0]) or rowfilter.name_reason(name)

    def _is_sure(self, row: Row, code: Cell, name: Cell) -> bool:
        """Does a valid code, or a name like a firm's with figures beside it, outrank what a
        remark in the first cell says?"""
        if type(code) is str and code and self.work.code_fault(normal_code(code)) is None:
            return True
        return rowfilter.is_firm_name(name) and len(row) - row.count("") > 2

    def _note_unit(self, row: Row, number: int, reason: str) -> None:
        """A note below the rows that says another unit than they were read in comes too late."""
        unit = sheet_factor(row) if reason == rowfilter.NOTE else None
        if unit not in (None, self.table.unit) and any(map(_lacks_unit, self.table.columns)):
            advice = "写在企业下面的单位没有用上；请写到表头上面，或写进各列表头，如“（万元）”"
            value = next(cell for cell in row if cell != "")
            self._problem(number, None, value, Finding("unit_below", "表头上面的单位", advice))

    def _is_section(self, row: Row, number: int) -> bool:
        if len(row) - row.count("") != 1:
            return False
        text = next(cell for cell in row if cell != "")
        words = rowfilter.name_reason(text)
        return words is None and rowfilter.is_section(text, number - 1 in self._merged_across)

    def _damaged(
        self, row: Row, number: int, kind: str, why: str, column: int | None = None
    ) -> str:
        value = " | ".join(masked(cells.plain_text(cell))[:12] for cell in row[:4])
        expected = f"完整的一行（{self.table.width} 列）"
        self._problem(number, column, value, Finding(kind, expected, why))
        return rowfilter.DAMAGED

    def _heads_again(self, row: Row, number: int) -> str:
        if rowfilter.same_heads(row, self.table.head_rows):
            self._repeated.add(number)
            return rowfilter.HEADS
        self._other_table = True
        advice = "从这一行起是另一张表，它的表头看不懂，没有读；请在 --columns 对照文件里说明"
        self._problem(number, None, "", Finding("second_table", "一页一张表", advice))
        return rowfilter.OTHER_TABLE

    def _without_identity(self, row: Row, number: int) -> str:
        known = [*self.table.head_rows, *self.table.title_rows]
        reason = rowfilter.odd_row_reason(row, known)
        if reason == rowfilter.HEADS:
            self._repeated.add(number)
        if reason == rowfilter.NO_IDENTITY:
            value = " | ".join(masked(cells.plain_text(c))[:12] for c in row if c != "")[:60]
            advice = "不知道是哪一户，这一行没有读；请补上名称或代码"
            expected = "企业名称或统一社会信用代码"
            self._problem(number, None, value, Finding("no_identity", expected, advice))
        return reason

    def _year(self, row: Row, number: int) -> int | None:
        """The fiscal year of a row, 0 without a year column, ``None`` if it is unreadable."""
        index = self.table.year_index
        if index is None:
            return 0
        text = cells.plain_text(row[index]).removesuffix("年度").removesuffix("年")
        if text.isascii() and text.isdigit() and 1980 <= int(text) <= 2100:
            return int(text)
        finding = Finding("bad_year", "会计年度，如 2024", "这一行没有读；请填四位年份")
        self._problem(number, index, row[index], finding)
        return None

    # --- identity --------------------------------------------------------------------------

    def _identity(self, row: Row, number: int) -> tuple[str | None, str | None]:
        """(code in normal form, name as written); with an id column its text as the code."""
        code = None if self.code is None else self._code(row[self.code], number)
        if self.table.id_index is not None:
            return _words(row[self.table.id_index]), None
        return code, None if self.name is None else _words(row[self.name])

    def _code(self, cell: Cell, number: int) -> str | None:
        text = _words(cell)
        if text is None:
            return None
        code = text if _USUAL_CODE(text) else normal_code(text)
        if not isinstance(cell, str) or "E+" in code:
            advice = "Excel 把代码当成了数，后几位已丢失；请把该列设为文本后重新填写"
            finding = Finding("digits_lost", "18 位统一社会信用代码（文本）", advice)
            self._problem(number, self.code, text, finding)
            return None
        plausible = looks_like_code(code)
        fault = self.work.code_fault(code) if plausible else "这不是信用代码，按没有代码处理"
        if fault:
            finding = Finding("bad_credit_code", "18 位统一社会信用代码", fault)
            self._problem(number, self.code, text, finding)
        return code if plausible else None

    def _found(
        self, code: str | None, name: str | None, row: Row, number: int, running: int, year: int
    ) -> int:
        shown = plain_name(name or "")
        traits = self._traits(row, year) if self._told_apart else None
        firm, doubt = self.work.firms.find(code, name and normal_name(name), shown, year, traits)
        if firm == len(self.work.first_rows):
            self.work.first_rows.append(running)
        if doubt:
            column, value = (self.code, code) if doubt == "ambiguous_code" else (self.name, name)
            self._problem(number, column, value, _DOUBTS[doubt])
        new_title = self._brings_title(firm, row)
        earlier = self.firms_and_years.setdefault((firm, year), number)
        if earlier != number and not new_title:
            of_year = f"、同一年度 {year}" if year else ""
            advice = f"与第 {earlier} 行是同一户{of_year}，已合并"
            self._problem(number, None, name or code, Finding("duplicate", "每户一行", advice))
        return firm

    def _traits(self, row: Row, year: int) -> Traits:
        region, founded = ("" if i is None else row[i] for i in self._told_apart)
        return Traits(region, founded, year, self.table.grid.date1904)

    def _brings_title(self, firm: int, row: Row) -> bool:
        """A second row of a firm is no duplicate when it tells of another certificate."""
        if not self.table.titles:
            return False
        held = self.table.titles.titles(row, lambda column, cell, finding: None) or ()
        known = self._titles_of.setdefault(firm, set())
        new = not known.issuperset(held)
        known.update(held)
        return new

    def finish(self, end: int) -> None:
        """Facts in cells merged downwards count for the first row only: say so. The table
        ends before the sheet's row ``end``."""
        filled = self.table.filled_indexes()
        for (top, left), (bottom, _) in self.table.merges:
            if top + 1 >= end or top + 1 in self._repeated:
                continue
            column = self.table.columns[left] if left < self.table.width else None
            if bottom > top and column and column.meaning and left not in filled:
                advice = f"合并到第 {bottom + 1} 行，只算第一行的；请拆开后逐行填写"
                self._problem(top + 1, left, "", Finding("merged_cells", "一行一值", advice))


_DOUBTS = {
    "two_codes": Finding(
        "two_codes", "同一个信用代码", "同名企业在别处有另一个信用代码，暂按两户处理；请核对代码"
    ),
    "two_names": Finding(
        "two_names",
        "同一个名称",
        "同一个信用代码在别处是另一个名称，暂按两户处理；"
        "更了名的请填“曾用名”，代码抄错的请更正，也可在合并结果的“待认定”里认定",
    ),
    "ambiguous_code": Finding(
        "ambiguous_code",
        "企业名称",
        "这个信用代码在别处有两个名称，这一行没有名称，看不出是哪一户，暂单列；请补上名称",
    ),
    "differing_name": Finding(
        "ambiguous_name",
        "信用代码",
        "同名企业在别处的所在区县或成立日期不同，两行不都有代码，暂按两户处理；"
        "是一户的请改一致或补上代码，也可在合并结果的“待认定”里认定",
    ),
    "ambiguous_name": Finding(
        "ambiguous_name",
        "信用代码",
        "同名企业有两个信用代码，这一行没有代码，看不出是哪一户，暂单列；请补上代码",
    ),
}


def _lacks_unit(column: Column) -> bool:
    """An amount of money whose head says no unit?"""
    meaning = column.meaning
    if meaning is None or meaning.role != "fact" or meaning.factor is not None:
        return False
    return meaning.fact.unit == "元"


def _is_damaged(cell: Cell) -> bool:
    return type(cell) is str and "\ufffd" in cell


#: Most codes and names need no closer look.
_USUAL_CODE = re.compile(r"[0-9A-Z]{18}", re.A).fullmatch
_USUAL_NAME = re.compile(r"[\u4e00-\u9fff0-9A-Z]{5,}").fullmatch


def _words(cell: Cell) -> str | None:
    if cell == "" or (type(cell) is str and _USUAL_NAME(cell)):
        return cell or None
    text = cells.plain_text(cell)
    return None if cells.is_missing(text) or text == "无" else text


def _merged_down(table: Table) -> dict[int, list[int]]:
    """Sheet row → columns that say whose row it is (or of which 区县) whose cell is merged with
    the one above."""
    merged: dict[int, list[int]] = {}
    filled = table.filled_indexes()
    for (top, left), (bottom, _) in table.merges:
        if left in filled:
            for row in range(top + 2, min(bottom, table.grid.height) + 2):
                merged.setdefault(row, []).append(left)
    return merged


def _merged_across(table: Table) -> dict[int, list[tuple[int, int]]]:
    """Row (from 0) → the first and last column of cells merged over several columns in it."""
    merged: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (_, right) in table.merges:
        if left < right:
            merged.setdefault(top, []).append((left, right))
    return merged
