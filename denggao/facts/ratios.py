"""Columns of shares (科技人员占比): no facts, but they tell of slips in the figures beside them.

Whether 12.5 or 0.125 stands for 12.5 % is told by the column itself: by which of the two the
shares agree with the firms' own figures. What then disagrees is named, with both numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from denggao.facts import cells
from denggao.facts.catalogue import catalogue
from denggao.facts.cells import BadCell
from denggao.facts.columns import Column
from denggao.facts.numbers import exact
from denggao.facts.problems import Finding

if TYPE_CHECKING:
    from denggao.facts.importing import Import

#: So few rows that disagree may all be slips; more, and the column means something else.
_FEW = 3
_PERCENT = Fraction(1, 100)
_WINDOW = 3
#: An R&D share without a year is often that of the law's three years.
_OF_THE_WINDOW = "rd_expense/sales"


class Share(NamedTuple):
    """A stated share: ``step`` is one unit of its last decimal; ``scale`` 1/100 where the cell
    itself says 「%」, ``None`` where only the column can tell."""

    value: Fraction
    step: Fraction
    scale: Fraction | None


class Stated(NamedTuple):
    """A share in the row with this running number, of this firm and fiscal year (``None``: the
    head names none)."""

    firm: int
    row: int
    year: int | None
    share: Share


def share(cell: object) -> Share | None:
    """The share in a cell; ``None`` if missing. Raises BadCell."""
    text = cells.plain_text(cell)
    if cells.says_nothing(text) or text == "无":
        return None
    cells.refuse_broken(text)
    bare = text.removesuffix("%").strip()
    value = None if "/" in bare else exact(bare)
    if value is None or isinstance(cell, bool):
        raise BadCell("not_a_number", "占比，如 12.5%", "请只填数字或百分数；没有数据请留空")
    places = len(bare.partition(".")[2])
    return Share(value, Fraction(1, 10**places), _PERCENT if bare != text else None)


class Shares:
    """What the columns of shares state, by (table, column), until all figures are in."""

    def __init__(self) -> None:
        self._stated: dict[tuple[int, int], tuple[Column, list[Stated]]] = {}

    def add(self, table: int, column: Column, stated: Iterable[Stated]) -> None:
        self._stated.setdefault((table, column.index), (column, []))[1].extend(stated)

    def compare(self, work: Import) -> None:
        """Name what disagrees with the figures. To be called while firms still have the numbers
        under which the shares were added."""
        for (table, _), (column, stated) in self._stated.items():
            _compare_column(work, table, column, stated)


def _compare_column(work: Import, table: int, column: Column, stated: list[Stated]) -> None:
    assert column.meaning is not None
    parts, grid = column.meaning.code, work.tables[table].grid
    known = [(one, set(_computed(work, parts, one))) for one in stated]
    known = [(one, found) for one, found in known if found]
    scale = _scale(known)
    differ = [(one, found) for one, found in known if not _agrees(one.share, found, scale)]
    if len(differ) == len(known) > _FEW:
        advice = f"与按{_words(parts)}算出的都不同，可能口径不同，没有用来核对"
        work.problem(grid, 0, column, "", Finding("share_unlike", "", advice))
        return
    for one, found in differ:
        computed = "或".join(sorted(_shown(value) for value in found))
        advice = f"按{_words(parts)}算是 {computed}；请核对这几个数"
        finding = Finding("share_differs", "与各数相符的占比", advice)
        said = _shown(one.share.value * (one.share.scale or scale))
        work.problem(grid, work.rows.place(one.row)[1], column, said, finding)


def _scale(known: list[tuple[Stated, set[Fraction]]]) -> Fraction:
    """1 or 1/100 for the bare numbers of a column: by which more of them agree; where that
    tells nothing, by their size."""
    agree = {
        scale: sum(1 for one, found in known if _agrees(one.share, found, scale))
        for scale in (_PERCENT, Fraction(1))
    }
    if agree[_PERCENT] != agree[Fraction(1)]:
        return max(agree, key=lambda scale: agree[scale])
    large = any(one.share.scale is None and one.share.value > 1 for one, _ in known)
    return _PERCENT if large else Fraction(1)


def _agrees(stated: Share, computed: set[Fraction], scale: Fraction) -> bool:
    """Rounded or cut off at its last decimal, it is one of these."""
    scale = stated.scale or scale
    step = stated.step * scale
    return any(-step / 2 <= value - stated.value * scale < step for value in computed)


def _computed(work: Import, parts: str, one: Stated) -> Iterator[Fraction]:
    """The share by the firm's own figures; none where one of them is missing."""
    year = one.year if one.year is not None else work.reader.application_year - 1
    spans: list[tuple[int, ...]] = [(year,)]
    if one.year is None and parts == _OF_THE_WINDOW:
        spans.append(tuple(range(year - _WINDOW + 1, year + 1)))
    for years in spans:
        top, bottom = (_sum(work, code, years, one.firm) for code in parts.split("/"))
        if top is not None and bottom:
            yield Fraction(top, bottom)


def _sum(work: Import, code: str, years: Iterable[int], firm: int) -> int | None:
    values: list[Any] = []
    for year in years:
        column = work.store.columns.get(f"{code}@{year}", [])
        values.append(column[firm] if firm < len(column) else None)
    return sum(values) if all(isinstance(value, int) for value in values) else None


def _words(parts: str) -> str:
    return "÷".join(catalogue()[code].name for code in parts.split("/"))


def _shown(value: Fraction) -> str:
    return f"{float(value * 100):.4g}%"
