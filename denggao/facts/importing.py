"""The ledger while it is being built: what all sheets write into."""

from __future__ import annotations

from array import array
from collections import Counter
from typing import Any

from denggao.facts.catalogue import catalogue
from denggao.facts.columns import Column
from denggao.facts.converters import shown
from denggao.facts.firms import Firms
from denggao.facts.identity import code_fault, normal_name
from denggao.facts.merging import Rows, Store
from denggao.facts.problems import Finding, Problem, place
from denggao.facts.tables import Reader, Table
from denggao.facts.titlemerge import TitleStore
from denggao.facts.workbook import Grid

#: So many problems of one kind in one column are listed cell by cell; the rest is counted.
MAX_ALIKE = 10_000
#: (file, sheet, row from 1)
Place = tuple[str, str, int]


class Import:
    """Firms, values, titles, problems and counts, as ``ledger.Ledger`` gives them out.

    Rows carry a running number over all sheets (``rows``); ``years`` is the fiscal year of
    each of them, 0 where a row has none.
    """

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.firms = Firms()
        self.store = Store(self._conflict)
        self.titles = TitleStore()
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
        self._faults: dict[str, str | None] = {}
        self._changed: set[str] = set()
        self._alike: Counter[tuple[str, str, str, str, str]] = Counter()

    def begin(self, table: Table) -> None:
        self.tables.append(table)
        self.rows.begin_sheet(table.first_row)

    def place(self, row: int) -> Place:
        """Where the row with this running number stands."""
        sheet, number = self.rows.place(row)
        grid = self.tables[sheet].grid
        return grid.file, grid.sheet, number

    def identity_head(self) -> str:
        """The head of the column that tells firms apart."""
        for table in self.tables:
            if table.id_index is not None:
                return table.columns[table.id_index].head
        return catalogue()["uscc" if "uscc" in self.sources else "name"].name

    def code_fault(self, code: str) -> str | None:
        """``identity.code_fault``, once per code."""
        if code not in self._faults:
            self._faults[code] = code_fault(code)
        return self._faults[code]

    # --- problems --------------------------------------------------------------------------

    def problem(
        self, grid: Grid, row: int, column: Column | None, value: str, finding: Finding
    ) -> None:
        letter, head = (column.letter, column.head) if column else ("", "")
        like = (grid.file, grid.sheet, letter, head, finding.kind)
        self._alike[like] += 1
        if self._alike[like] > MAX_ALIKE:
            return
        self.problems.append(
            Problem(
                file=grid.file,
                sheet=grid.sheet,
                row=row,
                column=letter,
                head=head,
                value=value,
                expected=finding.expected,
                advice=finding.advice,
                kind=finding.kind,
            )
        )

    def note_sheet(self, grid: Grid, finding: Finding) -> None:
        self.problem(grid, 0, None, "", finding)

    def finish_notices(self) -> None:
        """What can be said only once, after all rows."""
        for (file, sheet, letter, head, kind), count in self._alike.items():
            if count > MAX_ALIKE:
                more = f"同样的问题共 {count} 处，只逐一列出前 {MAX_ALIKE} 处"
                self.problems.append(Problem(file, sheet, 0, letter, head, "", "", more, kind))
        for key in sorted(self._changed):
            file, sheet, letter, head = self.sources[key]
            advice = "各年的填报不同，取最近年度的"
            self.problems.append(
                Problem(file, sheet, 0, letter, head, "", "", advice, "changed_over_years")
            )

    def problem_with(self, key: str, row: int, value: Any, finding: Finding) -> None:
        """A problem with a value already taken in, at the cell it came from."""
        sheet, number = self.rows.place(row)
        words = shown(value, catalogue()[key.partition("@")[0]])
        grid = self.tables[sheet].grid
        self.problem(grid, number, self.column_of(key, row), words, finding)

    # --- contradictions --------------------------------------------------------------------

    def _conflict(self, key: str, firm: int, old: Any, row: int, new: Any, later: int) -> Any:
        """Two values for one fact of ``firm``: neither stays. Facts as of a date, from rows of
        different years, are no contradiction: the later year holds. A name only labels the
        firm, so the first one stays; both are named all the same."""
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
        column = self.column_of(key, first[1])
        elsewhere = place(*self.place(first[1]), column.letter, column.head)
        keeps = "暂用前一个名称" if key == "name" else "两个都不用"
        advice = f"同一事实另有“{shown(first[0], fact)}”，在{elsewhere}；{keeps}，请核对后只留一个"
        self.problem_with(key, second[1], second[0], Finding("fact_twice", "唯一的值", advice))

    def column_of(self, key: str, row: int) -> Column:
        """The column of the row's table that states ``key``."""
        table = self.tables[self.rows.place(row)[0]]
        code, _, year = key.partition("@")
        columns = [column for column in table.columns if column.fact_code == code]
        exact = [c for c in columns if c.meaning and str(c.meaning.year or "") == year]
        return (exact or columns or [Column(0, "", None)])[0]
