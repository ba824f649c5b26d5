"""Where each value of a ledger was read: the cell, to the row and the column.

Kept beside the values while a ledger is built and handed out with it; holds no sheet open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from denggao.facts.columns import Column
from denggao.facts.merging import Rows, Store
from denggao.facts.tables import Table
from denggao.facts.titles import Title
from denggao.facts.workbook import Cell


class Source(NamedTuple):
    """One cell of a ledger: ``row`` from 1, ``letter`` as Excel counts, ``head`` as a path."""

    file: str
    sheet: str
    row: int
    letter: str
    head: str

    @property
    def cell(self) -> str:
        return f"{self.letter}{self.row}"


class Carried(NamedTuple):
    """A cell that rules do not read, under a head that a form asks for; ``unit`` is the
    factor of its sheet's unit line (万元: 10000), ``None`` without one."""

    value: Cell
    source: Source
    unit: int | None


@dataclass
class _Sheet:
    file: str
    name: str
    claims: dict[str, Column] = field(default_factory=dict)
    titles: dict[str, dict[str, Column]] = field(default_factory=dict)


@dataclass
class Origins:
    """``store`` and ``rows`` know the row of each value; here is the column of each sheet."""

    store: Store
    rows: Rows
    _sheets: list[_Sheet] = field(default_factory=list)
    _elsewhere: dict[tuple[str, int], Column] = field(default_factory=dict)
    _titles: dict[tuple[int, Title], int] = field(default_factory=dict)

    def begin(self, table: Table) -> None:
        """What follows is read from this table."""
        sheet = _Sheet(table.grid.file, table.grid.sheet, titles=table.titles.groups)
        self._sheets.append(sheet)

    def claim(self, key: str, column: Column) -> None:
        """The present table states ``key`` in this column."""
        self._sheets[-1].claims.setdefault(key, column)

    def elsewhere(self, key: str, row: int, column: Column) -> None:
        """The row with this running number states ``key`` in another column than its table."""
        self._elsewhere[key, row] = column

    def title(self, firm: int, title: Title, row: int) -> None:
        self._titles.setdefault((firm, title), row)

    def renumber(self, numbers: Mapping[int, int]) -> None:
        """Firms were joined; ``numbers`` has the new number of every old one."""
        titles, self._titles = self._titles, {}
        for (firm, title), row in titles.items():
            self.title(numbers[firm], title, row)

    def at(self, row: int, column: Column) -> Source:
        """The cell in this column of the row with this running number."""
        number, in_sheet = self.rows.place(row)
        sheet = self._sheets[number]
        return Source(sheet.file, sheet.name, in_sheet, column.letter, column.head)

    def of(self, key: str, firm: int) -> Source | None:
        """Where the value of ``key`` that stands for ``firm`` was read."""
        row = self.store.row_of(key, firm) if key in self.store.columns else 0
        if not row:
            return None
        sheet = self._sheets[self.rows.place(row)[0]]
        column = self._elsewhere.get((key, row)) or sheet.claims.get(key)
        return self.at(row, column) if column else None

    def of_title(self, firm: int, title: Title, part: str) -> Source | None:
        """Where this part (a field of Title) of one of the firm's titles was read."""
        row = self._titles.get((firm, title), 0)
        if not row:
            return None
        groups = self._sheets[self.rows.place(row)[0]].titles
        named = [group for kind, group in groups.items() if kind in (title.kind, "")]
        column = next((group[part] for group in named if part in group), None)
        return self.at(row, column) if column else None

    def title_columns(self) -> list[str]:
        """Where dates of titles stand, sheet by sheet: 「台账.xlsx」〈证书〉E 列（发证日期）、…"""
        found = []
        for sheet in self._sheets:
            columns = dict.fromkeys(
                group[part]
                for group in sheet.titles.values()
                for part in ("issued_on", "valid_to")
                if part in group
            )
            told = "、".join(f"{column.letter} 列（{column.head}）" for column in columns)
            if told:
                found.append(f"「{sheet.file}」〈{sheet.name}〉{told}")
        return found


@dataclass
class Carrying:
    """Cells of columns that rules do not read, for forms that ask for the same head.

    ``wanted`` are heads in the form of ``carry_key``; two different cells for one firm leave
    none (``disputed``)."""

    wanted: frozenset[str] = frozenset()
    values: dict[str, dict[int, Carried]] = field(default_factory=dict)
    disputed: set[tuple[str, int]] = field(default_factory=set)

    def put(self, key: str, firm: int, carried: Carried) -> None:
        held = self.values.setdefault(key, {})
        earlier = held.setdefault(firm, carried)
        if _words(earlier.value) != _words(carried.value) or earlier.unit != carried.unit:
            self.disputed.add((key, firm))

    def renumber(self, numbers: Mapping[int, int]) -> None:
        """As ``Origins.renumber``; what the joined firms say differently is disputed."""
        values, self.values = self.values, {}
        self.disputed = {(key, numbers[firm]) for key, firm in self.disputed}
        for key, held in values.items():
            for firm, carried in held.items():
                self.put(key, numbers[firm], carried)


def _words(cell: Cell) -> str:
    return cell.strip() if isinstance(cell, str) else str(cell)
