"""The Excel workbook of a screening: written whole beside its place, then put there at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from denggao.documents import (
    screening_basis,
    screening_gaps,
    screening_overview,
    screening_problems,
    screening_verdicts,
    screening_visits,
)
from denggao.documents import screening_page as page
from denggao.documents.drafts import new_workbook
from denggao.documents.screening_data import Screening
from denggao.facts.errors import UserError

__all__ = ["Screening", "write_workbook"]

_STEP = 500  # rows between two reports of progress


def write_workbook(
    path: Path, screening: Screening, *, progress: Callable[[int, int], None] | None = None
) -> None:
    """Write 总览, 逐企结论, 差距清单, 待补数据, 走访排序, 数据问题, 口径说明 (with ``top`` also
    名单).

    ``progress`` is called with (rows done, rows in all). Raises UserError when the file cannot
    be written or a sheet would be too long for Excel; then nothing has changed at ``path``.
    """
    rows = _rows(screening)
    for sheet, count in rows.items():
        if count + 2 > page.MAX_ROWS:
            raise UserError(f"“{sheet}”有 {count:,} 行，{page.TOO_LONG}")
    counter = _Counter(sum(rows.values()), progress)
    with new_workbook(path, "企业筛查", screening.as_of) as book:
        _write_sheets(book, screening, counter)
    counter.finish()


def _write_sheets(book: Any, screening: Screening, counter: _Counter) -> None:
    looks = page.Looks(book)
    screening_overview.write(book, looks, screening)
    screening_verdicts.write(book, looks, screening, counter.add)
    screening_gaps.write_gaps(book, looks, screening, counter.add)
    screening_gaps.write_missing(book, looks, screening, counter.add)
    screening_visits.write_visits(book, looks, screening, counter.add)
    screening_problems.write(book, looks, screening, counter.add)
    screening_basis.write(book, looks, screening)
    if screening.top is not None:
        screening_gaps.write_selection(book, looks, screening, counter.add)


def _rows(screening: Screening) -> dict[str, int]:
    """How many rows each long sheet will have."""
    firms = [len(table.frame) for table in screening.tables]
    hard = [table.counts("hard_verdict") for table in screening.tables]
    top = screening.top
    found = {
        screening_verdicts.SHEET: sum(firms if top is None else (min(f, top) for f in firms)),
        screening_gaps.GAPS: sum(c["fail"] + c["unknown"] for c in hard),
        screening_gaps.MISSING: sum(c["unknown"] for c in hard),
        screening_visits.VISITS: len({f for q in screening.questions.values() for f in q}),
        screening_problems.SHEET: len(screening.ledger.problems) + len(screening.ledger.unread),
    }
    return found if top is None else {**found, screening_gaps.SELECTION: sum(firms)}


class _Counter:
    """Counts rows and reports them now and then."""

    def __init__(self, total: int, progress: Callable[[int, int], None] | None) -> None:
        self.total, self.progress = max(total, 1), progress
        self.done = self.told = 0

    def add(self, rows: int) -> None:
        self.done += rows
        if self.progress is not None and self.done - self.told >= _STEP:
            self.told = self.done
            self.progress(min(self.done, self.total), self.total)

    def finish(self) -> None:
        if self.progress is not None:
            self.progress(self.total, self.total)
