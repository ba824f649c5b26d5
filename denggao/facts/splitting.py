"""Several tables in one sheet: where the next one begins below the rows of the last.

A table begins at a row of heads that are understood and are not those of the table above,
together with its own title and unit line. Rows are only streamed; a few are looked at ahead.
"""

from __future__ import annotations

import itertools
import re
from collections import deque
from collections.abc import Iterator
from functools import cache, cached_property

from denggao.facts import rowfilter
from denggao.facts.catalogue import catalogue
from denggao.facts.headparts import normal_head, title_factor
from denggao.facts.tables import (
    IDENTITY,
    MAX_LEVELS,
    SEARCH_ROWS,
    Reader,
    Table,
    can_be_head,
    find_in,
)
from denggao.facts.toldyear import told_year
from denggao.facts.workbook import Cell, Grid, Row

#: So many rows without a firm may stand between two tables: blanks, a title, a unit line.
_BETWEEN = 12
#: An identity column stands among the first columns.
_LEFT = 16
_LONGEST_IDENTITY_HEAD = 12
#: Rows that look like heads and are none: after so many, a table is not searched further.
_MOST_MISTAKES = 50


def tables(grid: Grid, reader: Reader) -> Iterator[Table | list[str]]:
    """Every table of a sheet, from the top; ask for the next one only after the rows of the
    last. Where no heads are known, what stands in the sheet's fullest row."""
    found = find_in(grid, grid.rows(), 0, reader)
    while isinstance(found, Table):
        rest = _Rows(found, reader)
        found.rows = iter(rest)
        yield found
        deque(found.rows, maxlen=0)  # what nobody asked for
        if rest.next is None:
            return
        found = rest.next
    yield found


class _Rows:
    """The rows of one table; ``next`` is the table that follows, once they are all out."""

    def __init__(self, table: Table, reader: Reader) -> None:
        self.table, self.reader = table, reader
        self.next: Table | None = None
        self._source, self._ahead = table.rows, deque[Row]()
        self._mistakes = 0
        whose = {table.index_of(code) for code in IDENTITY} | {table.id_index}
        self._whose = [index for index in whose if index is not None]

    def __iter__(self) -> Iterator[Row]:
        held: list[Row] = []  # rows that may belong to the next table
        number = self.table.first_row
        while (row := self._take()) is not None:
            if self._looks_like_heads(row):
                own = self._own(held)
                self.next = self._table(held[own:], row, number)
                if self.next is not None:
                    yield from held[:own]
                    return
            number += 1
            held.append(row)
            if not self._is_odd(row):
                yield from held
                held.clear()
            elif len(held) > _BETWEEN:
                yield held.pop(0)
        yield from held

    def _take(self) -> Row | None:
        return self._ahead.popleft() if self._ahead else next(self._source, None)

    # --- is it the beginning of another table? ---------------------------------------------

    def _looks_like_heads(self, row: Row) -> bool:
        """Cheap, for every row: does a cell say 企业名称 or 信用代码 as a head does?"""
        if self._words.isdisjoint(row[:_LEFT]):
            for index in self._whose:
                if index < len(row) and _is_identity_head(row[index]):
                    break
            else:
                return False
        return self._mistakes < _MOST_MISTAKES and all(map(can_be_head, row))

    @cached_property
    def _words(self) -> frozenset[str]:
        """Heads of identity columns as they are written, here and elsewhere."""
        own = {row[i] for row in self.table.head_rows for i in self._whose if i < len(row)}
        return frozenset({word for word in own if isinstance(word, str) and word} | _usual_words())

    def _table(self, above: list[Row], row: Row, number: int) -> Table | None:
        """The table that begins with the rows ``above`` and ``row``, the sheet's row of this
        number; ``None`` if it does not, or has the same columns as ours."""
        ahead = list(itertools.islice(iter(self._take, None), SEARCH_ROWS + MAX_LEVELS))
        if not self._is_repeat(above, [row, *ahead]):
            rows = itertools.chain(above, [row], ahead, self._source)
            found = find_in(self.table.grid, rows, number - 1 - len(above), self.reader)
            if isinstance(found, Table) and len(found.title_rows) <= len(above):
                if found.unit is None and self.table.unit is not None:
                    found.unit, found.unit_from_above = self.table.unit, True
                return found
            self._mistakes += 1
        self._ahead.extend(ahead)  # find_in took no more than these
        return None

    def _is_repeat(self, above: list[Row], rows: list[Row]) -> bool:
        """Our own heads once more, as on every printed page, in all their levels."""
        unit = title_factor(itertools.chain.from_iterable(above))
        if self._other_year(above):
            return False
        heads = self.table.head_rows
        level = next((i for i, h in enumerate(heads) if rowfilter.same_places(rows[0], h)), None)
        if level is None or unit not in (None, self.table.unit):
            return False
        upper, lower = above[len(above) - level :] if level else [], rows[: len(heads) - level]
        repeat = [*upper, *lower]
        return len(repeat) == len(heads) and all(map(rowfilter.same_places, repeat, heads))

    def _other_year(self, above: list[Row]) -> bool:
        """Does a title between the tables tell of another year, or of figures of none?"""
        own = self.reader.application_year
        table = self.table
        texts, ours = (list(itertools.chain.from_iterable(r)) for r in (above, table.title_rows))
        told = told_year(texts, "", own)
        return told != (None, "") and told != told_year(ours, "", own)

    # --- whose are the rows before it? -----------------------------------------------------

    def _is_odd(self, row: Row) -> bool:
        """No firm in it, or nothing but one cell: a blank, a title, a unit line, perhaps."""
        return self._is_nobodys(row) or len(row) - row.count("") <= 1

    def _is_nobodys(self, row: Row) -> bool:
        return all(index >= len(row) or row[index] == "" for index in self._whose)

    def _own(self, held: list[Row]) -> int:
        """How many of the rows held back still belong to the table above: all up to its last
        firm, total or note. A lone text is a title only below a blank row."""
        blanks = [number for number, row in enumerate(held) if rowfilter.is_blank(row)]
        own = len(held)
        while own:
            row, below_blank = held[own - 1], bool(blanks) and blanks[0] < own - 1
            is_above = self._is_nobodys(row) or below_blank or _is_dated_title(row)
            if not is_above or not _may_stand_above(row):
                break
            own -= 1
        return own


_DATED_TITLE = re.compile(r".*年.*(?:表|台账|名单|清单)")


def _is_dated_title(row: Row) -> bool:
    """「2024年企业表」 alone in its row."""
    texts = [cell for cell in row if cell != ""]
    return (
        len(texts) == 1 and re.fullmatch(r".*年.*(?:表|台账|名单|清单)", str(texts[0])) is not None
    )


def _may_stand_above(row: Row) -> bool:
    """Blank, a title, a unit line or an upper level of heads."""
    texts = [cell for cell in row if cell != ""]
    if not all(map(can_be_head, texts)):
        return False
    if any(isinstance(t, str) and _PLAIN_NUMBER.fullmatch(t.strip()) for t in texts):
        return False
    return not texts or rowfilter.words_reason(texts[0]) is None or title_factor(texts) is not None


_PLAIN_NUMBER = re.compile(r"[0-9]{1,3}|[0-9]{5,}|[0-9,]*\.[0-9]+")


@cache
def _usual_words() -> frozenset[str]:
    facts = [catalogue()[code] for code in IDENTITY]
    words = {word for fact in facts for word in (fact.name, *fact.aliases)}
    return frozenset(words - {"企业", "名称"})  # what a cell may say, too


@cache
def _usual_heads() -> frozenset[str]:
    return frozenset(normal_head(word) for word in _usual_words())


def _is_identity_head(cell: Cell) -> bool:
    """The same in another spelling: 「企业 名称」."""
    if type(cell) is not str or not 1 < len(cell) <= _LONGEST_IDENTITY_HEAD:
        return False
    if cell[-1] not in _usual_ends() and cell[-1].isalnum():  # nearly every name of a firm
        return False
    return normal_head(cell) in _usual_heads()


@cache
def _usual_ends() -> frozenset[str]:
    return frozenset(word[-1] for word in _usual_heads())
