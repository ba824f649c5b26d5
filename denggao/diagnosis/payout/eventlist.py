"""兑现名单: workbooks or .csv of firms and events → events, problems named by cell.

Rows are told apart, and firms recognised, as in any ledger; a firm may stand on many rows, each
row being one event. Figures whose heads name no year are those of the year before the event.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from denggao.diagnosis.payout.eventheads import event_reader
from denggao.diagnosis.payout.eventrows import Heard, Item, TableRows
from denggao.diagnosis.payout.pages import is_ours
from denggao.facts.errors import UserError
from denggao.facts.eventwords import EventName
from denggao.facts.identity import looks_like_code
from denggao.facts.importing import Import
from denggao.facts.problems import Problem
from denggao.facts.splitting import tables
from denggao.facts.tables import Table
from denggao.facts.workbook import open_grids

__all__ = ["EventLists", "Item"]


#: What would be wrong in a ledger: a firm may stand on many rows, and see ``same``.
_NOT_OURS = ("duplicate", "merged_cells", "differing_name")


class EventLists(Heard):
    """Several lists read with one sense of who is who. ``as_of``: the day of the run; a row
    without a date has none, one with a year or month only is taken at its end."""

    def __init__(self, region: str, as_of: date, usual: EventName | None = None) -> None:
        self.reader = event_reader(as_of.year, names_alone=usual is not None)
        super().__init__(region, as_of, Import(self.reader), usual)
        self.problems: list[Problem] = []

    @property
    def skipped(self) -> dict[str, int]:
        """Rows below heads that are none of a firm, by reason."""
        return dict(self.work.skipped)

    def read_record(self, path: Path) -> list[Item]:
        """The same as ``read`` of a record of payments: its other columns are nobody's loss."""
        notes, unused = dict(self.notes), dict(self.unused)
        found = self.read(path)
        self.notes, self.unused = notes, unused
        return found

    def read(self, path: Path) -> list[Item]:
        """The rows of every sheet that has firms and events. Raises UserError for a file that
        cannot be read, and where no sheet has both."""
        first, before = len(self.items), len(self.work.problems)
        seen: list[str] = []
        for grid in open_grids(path):
            for table in () if grid.hidden or is_ours(grid) else tables(grid, self.reader):
                if isinstance(table, Table):
                    seen += [column.head for column in table.columns if column.head]
                    TableRows(self, table).read()
        if len(self.items) == first and len(self.work.problems) == before:
            heads = f"；读到的表头：{'、'.join(seen[:12])}" if seen else ""
            raise UserError(
                f"「{path.name}」里没有读到名单：要有“企业名称”或“统一社会信用代码”一列，"
                f"和“事项”一列（首次认定、重新认定……）{heads}"
            )
        found = self.work.problems[before:]
        self.problems += [p for p in found if p.kind not in _NOT_OURS]
        return self.items[first:]

    def same(self) -> dict[str, str]:
        """Firms that other rows showed to be one → the one by which all of them go, now that
        all lists are read: by code, or by a name, present or former, that no other code claims.
        A ledger keeps namesakes of two districts apart; money is not paid to a name twice as
        long as their codes do not tell them apart."""
        names: dict[str, int] = {}
        pairs = [*self.work.firms.same]
        for firm, name in enumerate(self.work.firms.names):
            if name and not self._two_codes(names.setdefault(name, firm), firm):
                pairs.append((names[name], firm))
        for firm, former in self.former:
            other = names.get(former)
            if other is not None and other != firm and not self._two_codes(firm, other):
                pairs.append((firm, other))
        groups: dict[int, int] = {}
        for one, two in pairs:
            first, second = sorted((_root(groups, one), _root(groups, two)))
            groups[second] = first
        return {str(firm): str(_root(groups, firm)) for firm in groups}

    def _two_codes(self, one: int, other: int) -> bool:
        codes = [self.work.firms.identity[firm] for firm in (one, other)]
        return all(map(looks_like_code, codes)) and codes[0] != codes[1]


def _root(groups: dict[int, int], firm: int) -> int:
    while groups.get(firm, firm) != firm:
        firm = groups[firm]
    return firm
