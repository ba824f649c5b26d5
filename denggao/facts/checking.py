"""One file, as it would be imported whole or not at all: which rows are valid, which are wrong
and why, which are skipped and why. Every row below heads is exactly one of the three.

The file is read exactly as ``ledger.read_ledgers`` reads it; a ``Watch`` listens to what
becomes of each row. Blank rows after the last row with content are no rows of the file.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple, Self

from denggao.facts.columnmap import ColumnMap
from denggao.facts.errors import UserError
from denggao.facts.importing import Import
from denggao.facts.journal import Journal
from denggao.facts.ledger import Progress, conclude, read_file
from denggao.facts.parts import Part
from denggao.facts.privacy import is_personal_head, masked
from denggao.facts.problems import Problem, column_index
from denggao.facts.rowchecks import District
from denggao.facts.tables import Reader


class Entry(NamedTuple):
    """One message. ``row`` as Excel counts, ``None`` for a whole column, sheet or file;
    ``column`` its letter, ``field`` the code of the fact (``sales@2024``) or the head."""

    sheet: str
    row: int | None
    column: str
    field: str
    message: str


class Skipped(NamedTuple):
    """A row that is none of a firm, or repeats one, and why."""

    row: int
    message: str


@dataclass(frozen=True)
class Checked:
    """``rows`` gives the valid rows, each as the text of one JSON object, until ``close``. With
    ``file_errors`` nothing was read, and the rest is empty. ``unread_sheets`` name firms, and
    nothing else that is understood. ``parts``: each table, and what its columns were read as."""

    file: str
    file_errors: list[Entry] = field(default_factory=list)
    errors: list[Entry] = field(default_factory=list)
    warnings: list[Entry] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    valid_rows: int = 0
    error_rows: int = 0
    unread_sheets: int = 0
    parts: list[Part] = field(default_factory=list)
    rows: Callable[[], Iterator[str]] = lambda: iter(())
    close: Callable[[], None] = lambda: None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def check_file(
    path: Path,
    *,
    as_of: datetime.date,
    columns: ColumnMap | None = None,
    district: District | None = None,
    progress: Progress = lambda done, total: None,
) -> Checked:
    """Check one .xlsx or .csv; ``district``: rows of firms elsewhere are wrong. ``progress`` is
    called with (rows read, of rows). Raises nothing for a file that cannot be read: that is a
    file error."""
    columns = columns or ColumnMap()
    journal = Journal(as_of, district)
    work = Import(Reader(as_of.year, columns, columns.id_column), journal)
    try:
        read_file(work, path, progress)
        conclude(work)
        journal.finish()
        if not journal.valid_rows and not journal.error_rows:
            raise UserError(f"「{path.name}」里有表头，但表头下面没有一行企业数据；请核对文件")
    except UserError as error:
        journal.close()
        return refused(path, str(error))
    except BaseException:
        journal.close()
        raise
    return _Report(path, work, journal).checked()


def refused(path: Path, message: str) -> Checked:
    """A file of which nothing is read."""
    return Checked(path.name or str(path), [Entry("", None, "", "", masked(message))])


def _said(problem: Problem) -> str:
    """The value was masked when it was noted, as befits its column."""
    advice, expected = masked(problem.advice), masked(problem.expected)
    return replace(problem, advice=advice, expected=expected).said


class _Report:
    """The journal in words."""

    def __init__(self, path: Path, work: Import, journal: Journal) -> None:
        self.path, self.work, self.journal = path, work, journal
        sheets = {table.grid.sheet for table in work.tables}
        self.several = len(sheets | {sheet for sheet, _, _ in journal.skipped}) > 1
        self.order = {table.grid.sheet: n for n, table in reversed([*enumerate(work.tables)])}

    def checked(self) -> Checked:
        problems = [*self.work.problems, *self.journal.problems]
        wrong = [p for p in problems if self.journal.refuses(p)]
        noted = [p for p in problems if not self.journal.refuses(p)]
        return Checked(
            file=self.path.name,
            errors=[self._entry(p) for p in sorted(wrong, key=self._place)],
            warnings=[
                *(self._entry(p) for p in sorted(noted, key=self._place)),
                *self._personal(),
                *self._unread(),
            ],
            skipped=[
                Skipped(row, self._on_sheet(sheet) + why)
                for sheet, row, why in self.journal.skipped
            ],
            valid_rows=self.journal.valid_rows,
            error_rows=self.journal.error_rows,
            unread_sheets=sum(p.kind == "sheet_without_facts" for p in problems),
            parts=self.work.parts(),
            rows=self.journal.valid,
            close=self.journal.close,
        )

    def _place(self, problem: Problem) -> tuple[int, int, int]:
        column = column_index(problem.column) if problem.column else -1
        return self.order.get(problem.sheet, len(self.order)), problem.row, column

    def _entry(self, problem: Problem) -> Entry:
        """A problem with a whole row is said at its first column, where firms are named."""
        letter, name = problem.column, problem.key or problem.head
        if problem.row and not letter:
            letter, name = self._identity_column(problem.sheet)
        row = problem.row or None
        said = _said(problem)
        return Entry(self.sheet(problem.sheet), row, letter, masked(name), said)

    def _identity_column(self, sheet: str) -> tuple[str, str]:
        for table in self.work.tables:
            indexes = table.identity_indexes() if table.grid.sheet == sheet else ()
            for column in table.columns:
                if column.index in indexes:
                    return column.letter, column.key or column.head
        return "A", ""

    def sheet(self, name: str) -> str:
        """Excel calls the sheet of a .csv like the file."""
        return name or self.path.stem

    def _on_sheet(self, sheet: str) -> str:
        return f"〈{sheet}〉" if self.several else ""

    def _personal(self) -> Iterator[Entry]:
        """Columns of personal facts, which the catalogue has for other uses."""
        for table in self.work.tables:
            for column in table.columns:
                if column.fact_code and column.meaning and column.meaning.fact.personal:
                    yield self._left_out(table.grid.sheet, column.letter, column.head)

    def _unread(self) -> Iterator[Entry]:
        for _, sheet, letter, head in self.work.unread:
            if is_personal_head(head):
                yield self._left_out(sheet, letter, head)
            else:
                said = (
                    f"“{masked(head)}”这一列没有读懂，没有读入；要用请在 --columns 对照文件里说明"
                )
                yield Entry(self.sheet(sheet), None, letter, masked(head), said)

    def _left_out(self, sheet: str, letter: str, head: str) -> Entry:
        said = f"“{masked(head)}”是个人信息，没有读入；不需要的请从台账里删去"
        return Entry(self.sheet(sheet), None, letter, masked(head), said)
