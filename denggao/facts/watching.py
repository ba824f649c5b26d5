"""Who wants to hear of every row of a file while it is read, and not only of firms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from denggao.facts.problems import Problem
from denggao.facts.tables import Table
from denggao.facts.workbook import Grid


class Watch:
    """Hears of every row while files are read; this one does not listen."""

    def skipped_row(self, grid: Grid, row: int, reason: str) -> None:
        """A row below heads was skipped."""

    def problem(self, problem: Problem) -> None:
        """Something is wrong, or only to be noted, at a place; also beyond ``MAX_ALIKE``."""

    def conflict(self, problem: Problem) -> None:
        """The other place of a contradiction, in words of its own."""

    def stored(
        self,
        table: Table,
        rows: Sequence[int],
        firms: Sequence[int],
        years: Sequence[int],
        columns: Mapping[str, Sequence[Any]],
    ) -> None:
        """Rows of firms and the values they state, by key; ``sales@*`` is the fact of the
        year that ``years`` gives for each row."""
