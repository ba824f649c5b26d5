"""Firms that stand exactly on a line of the law, or one 分 or one person beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from denggao.demo.figures import Figures, split

_PERSON = 10_000
_BAND = 5_000_000_000  # 5,000万元 in 分: up to it R&D must reach 5 %, above it 4 %
SMALL_ENOUGH = _BAND


def _rd_exactly(figures: Figures, less: int = 0) -> Figures:
    """R&D of the window: exactly 5 % of its sales, less so many 分."""
    last = figures.sales[-1] - sum(figures.sales) % 20
    sales = (*figures.sales[:-1], last)
    return _with_rd(replace(figures, sales=sales), sum(sales) // 20 - less)


def _with_rd(figures: Figures, spent: int) -> Figures:
    rd = split(spent, figures.sales, 1)
    return replace(figures, rd_expense=rd, rd_domestic=rd, rd_super=rd[-1])


def _band(figures: Figures, above: int) -> Figures:
    """Sales of the last year ``above`` the line between 5 % and 4 %, and R&D between both."""
    sales = (_BAND * 8 // 10, _BAND * 9 // 10, _BAND + above)
    lively = replace(
        figures, sales=sales, total_income=_BAND * 11 // 10, ht_income=_BAND,
        main_product_income=_BAND * 7 // 10,
    )  # fmt: skip
    return _with_rd(lively, sum(sales) * 45 // 1000)


def _staff(figures: Figures, more: int) -> Figures:
    """Ten times as many people as technical staff, and ``more``."""
    return replace(figures, staff=figures.tech_staff * 10 + more * _PERSON)


def _income(figures: Figures) -> Figures:
    total = figures.total_income // 5 * 5
    high = total // 5 * 3
    return replace(figures, total_income=total, ht_income=high, main_product_income=high * 3 // 4)


def _domestic(figures: Figures) -> Figures:
    rd = tuple(amount // 5 * 5 for amount in figures.rd_expense)
    return replace(figures, rd_expense=rd, rd_domestic=tuple(amount // 5 * 3 for amount in rd))


#: What is special about the firm → its figures, from those of a firm that is not weak in
#: anything and sold for at most ``SMALL_ENOUGH`` in each of three years.
EDGES: dict[str, Callable[[Figures], Figures]] = {
    "研发费用恰好5%": _rd_exactly,
    "研发费用差1分": lambda figures: _rd_exactly(figures, 1),
    "科技人员恰好10%": lambda figures: _staff(figures, 0),
    "多1名职工不到10%": lambda figures: _staff(figures, 1),
    "高新收入恰好60%": _income,
    "境内研发恰好60%": _domestic,
    "销售收入恰好5000万元": lambda figures: _band(figures, 0),
    "销售收入超5000万元1分": lambda figures: _band(figures, 1),
}
