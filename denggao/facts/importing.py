"""The ledger while it is being built: what all sheets write into."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from denggao.facts.catalogue import catalogue
from denggao.facts.columns import Column
from denggao.facts.converters import shown
from denggao.facts.errors import UserError
from denggao.facts.firms import Firms
from denggao.facts.identity import code_fault, normal_name
from denggao.facts.merging import Rows, Store
from denggao.facts.origins import Carrying, Origins
from denggao.facts.parts import Part, part_column
from denggao.facts.privacy import masked, masked_under
from denggao.facts.problems import CONFLICTS, Finding, Problem, place
from denggao.facts.ratios import Shares
from denggao.facts.rowfilter import BLANK
from denggao.facts.tables import Reader, Table
from denggao.facts.titlemerge import TitleStore
from denggao.facts.watching import Watch
from denggao.facts.workbook import Grid

#: So many problems of one kind in one column are listed cell by cell; the rest is counted.
MAX_ALIKE = 10_000
#: So much of a cell is quoted.
MAX_SHOWN = 120
#: More blank rows between rows with content are no ledger's: a cell lies far away.
MAX_BLANK = 100_000
#: (file, sheet, row from 1)
Place = tuple[str, str, int]


class Import:
    """Firms, values, titles, problems and counts, as ``ledger.Ledger`` gives them out. Of each
    of the ``tables``: the firms that it ``told`` of, and the ``counts`` of rows read and skipped.

    Rows carry a running number over all sheets (``rows``); ``years`` is the fiscal year of
    each of them, 0 where a row has none.
    """

    def __init__(
        self, reader: Reader, watch: Watch | None = None, carrying: Carrying | None = None
    ) -> None:
        self.reader = reader
        self.watch = watch or Watch()
        self.carrying = carrying or Carrying()
        self.firms = Firms()
        self.store = Store(self._conflict)
        self.shares = Shares()
        self.titles = TitleStore()
        self.flags: dict[int, set[str]] = {}
        self.first_rows: list[int] = []
        self.sources: dict[str, tuple[str, str, str, str]] = {}
        self.problems: list[Problem] = []
        self.unread: list[tuple[str, str, str, str]] = []
        self.rows_read = 0
        self.skipped: Counter[str] = Counter()
        self.rows = Rows()
        self.origins = Origins(self.store, self.rows)
        self.years = array("H", [0])
        self.tables: list[Table] = []
        self.told: list[set[int]] = []
        self.counts: list[tuple[int, Counter[str]]] = []
        self._faults: dict[str, str | None] = {}
        self._changed: set[str] = set()
        self._alike: Counter[tuple[str, str, str, str, str]] = Counter()

    def begin(self, table: Table) -> None:
        self.tables.append(table)
        self.origins.begin(table)
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

    def skip(self, grid: Grid, row: int, reason: str) -> None:
        """Count a row below heads that is none of a firm. Raises UserError when a sheet goes
        on blank for too long."""
        self.skipped[reason] += 1
        self.watch.skipped_row(grid, row, reason)
        if reason == BLANK and self.skipped[BLANK] > MAX_BLANK:
            raise UserError(
                f"「{grid.file}」的空行超过 {MAX_BLANK} 行，远处可能还有零散内容；"
                "请删去表格以外的内容后另存"
            )

    # --- problems --------------------------------------------------------------------------

    def problem(
        self, grid: Grid, row: int, column: Column | None, value: str, finding: Finding
    ) -> None:
        letter, head = (column.letter, column.head) if column else ("", "")
        problem = Problem(
            file=grid.file,
            sheet=grid.sheet,
            row=row,
            column=letter,
            head=head,
            value=masked_under(value, column.unit if column else "")[:MAX_SHOWN],
            expected=finding.expected,
            advice=finding.advice,
            kind=finding.kind,
            key=column.key if column else "",
        )
        self.watch.problem(problem)
        like = (grid.file, grid.sheet, letter, head, finding.kind)
        self._alike[like] += 1
        if self._alike[like] <= MAX_ALIKE:
            self.problems.append(problem)

    def note_sheet(self, grid: Grid, finding: Finding) -> None:
        self.problem(grid, 0, None, "", finding)

    def note(self, where: Place, value: str, finding: Finding) -> None:
        """A problem with a whole row, by its place."""
        file, sheet, row = where
        said = masked(value), finding.expected, finding.advice, finding.kind
        self.problems.append(Problem(file, sheet, row, "", "", *said))
        self.watch.problem(self.problems[-1])

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
                Problem(file, sheet, 0, letter, head, "", "", advice, "changed_over_years", key)
            )

    def problem_with(self, key: str, row: int, value: Any, finding: Finding) -> None:
        """A problem with a value already taken in, at the cell it came from."""
        sheet, number = self.rows.place(row)
        words = shown(value, catalogue()[key.partition("@")[0]])
        grid = self.tables[sheet].grid
        self.problem(grid, number, self.column_of(key, row), words, finding)

    # --- firms that are one ----------------------------------------------------------------

    def join(self, keep: int, drop: int, silent: Collection[str]) -> None:
        """What was stated of ``drop`` is stated of ``keep``; see ``Store.join``."""
        self.store.join(keep, drop, silent)
        self.titles.join(keep, drop)
        if drop in self.flags:
            self.flags.setdefault(keep, set()).update(self.flags[drop])

    def keep_only(self, firms: Sequence[int], numbers: Mapping[int, int]) -> None:
        """Firm ``firms[n]`` becomes firm n; ``numbers`` has the new number of every old one."""
        first: dict[int, int] = {}
        for old, row in enumerate(self.first_rows):
            first.setdefault(numbers[old], row)
        self.first_rows = [first[n] for n in range(len(firms))]
        self.store.keep_only(firms)
        kept = {old: n for n, old in enumerate(firms)}
        self.titles.renumber(kept)
        self.flags = {kept[old]: value for old, value in self.flags.items() if old in kept}
        self.firms.identity = [self.firms.identity[old] for old in firms]
        self.firms.names = [self.firms.names[old] for old in firms]
        self.told = [{numbers[old] for old in firms} for firms in self.told]
        self.origins.renumber(numbers)
        self.carrying.renumber(numbers)

    # --- what came from where --------------------------------------------------------------

    def parts(self) -> list[Part]:
        """A part for each table read; firms are counted after joining."""
        first = Counter(self.rows.place(row)[0] for row in self.first_rows)
        return [
            Part(
                *(table.grid.file, table.grid.sheet, rows, skipped),
                *(len(firms), first[number], self._conflicts(table.grid)),
                tuple(
                    part_column(c, c.index == table.id_index, table.unit)
                    for c in table.columns
                    if c.head
                ),
                table.first_row,
            )
            for number, (table, firms, (rows, skipped)) in enumerate(
                zip(self.tables, self.told, self.counts, strict=True)
            )
        ]

    def _conflicts(self, grid: Grid) -> int:
        return sum(
            count
            for (file, sheet, _, _, kind), count in self._alike.items()
            if kind in CONFLICTS and (file, sheet) == (grid.file, grid.sheet)
        )

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
        self._say_at_the_other_place(key, first, second, keeps)

    def _say_at_the_other_place(
        self, key: str, first: tuple[Any, int], second: tuple[Any, int], keeps: str
    ) -> None:
        fact = catalogue()[key.partition("@")[0]]
        one, other = self.column_of(key, first[1]), self.column_of(key, second[1])
        elsewhere = place(*self.place(second[1]), other.letter, other.head)
        advice = f"同一事实另有“{shown(second[0], fact)}”，在{elsewhere}；{keeps}，请核对后只留一个"
        file, sheet, row = self.place(first[1])
        value = masked(shown(first[0], fact))[:MAX_SHOWN]
        self.watch.conflict(
            Problem(
                file, sheet, row, one.letter, one.head, value, "唯一的值", advice, "fact_twice", key
            )
        )

    def column_of(self, key: str, row: int) -> Column:
        """The column of the row's table that states ``key``."""
        table = self.tables[self.rows.place(row)[0]]
        code, _, year = key.partition("@")
        columns = [column for column in table.columns if column.fact_code == code]
        exact = [c for c in columns if c.meaning and str(c.meaning.year or "") == year]
        return (exact or columns or [Column(0, "", None)])[0]
