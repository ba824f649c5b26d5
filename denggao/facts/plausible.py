"""Amounts that look like 元 typed into a column of 万元 (or the other way round).

Such a cell is a perfectly good number, only ten thousand times off, so nothing but the firm's
own other years can show it. The value is kept; the cell is named.
"""

from __future__ import annotations

import itertools
from typing import Any

from denggao.facts.importing import Import
from denggao.facts.problems import Finding

#: One year's amount over another's. Real firms grow tenfold; a slip of unit is 10,000.
TIMES = 2000
#: Amounts that do not swing so much by themselves, as a loan or a profit near 0 does.
STEADY = (
    "sales",
    "gross_income",
    "total_income",
    "main_revenue",
    "cost_expense",
    "net_assets",
    "total_assets",
    "rd_expense",
)


def name_suspects(work: Import) -> None:
    """A problem for each amount more than TIMES another year's amount of the same firm."""
    columns = work.store.columns
    for code in STEADY:
        keys = sorted(key for key in columns if key.startswith(f"{code}@") and key[-1].isdigit())
        named: set[tuple[str, int]] = set()
        for one, other in itertools.combinations(keys, 2):
            _compare(work, one, other, named)


def _compare(work: Import, one: str, other: str, named: set[tuple[str, int]]) -> None:
    columns = work.store.columns
    pairs = enumerate(zip(columns[one], columns[other], strict=True))
    for firm in [i for i, (a, b) in pairs if a and b and (a > TIMES * b > 0 or b > TIMES * a > 0)]:
        larger = columns[one][firm] > columns[other][firm]
        key, small = (one, other) if larger else (other, one)
        if (key, firm) not in named:
            named.add((key, firm))
            _name(work, key, small, firm)


def _name(work: Import, key: str, small: str, firm: int) -> None:
    columns: dict[str, list[Any]] = work.store.columns
    times = columns[key][firm] // columns[small][firm]
    year = small.partition("@")[2]
    advice = f"是本户 {year} 年的约 {times} 倍，像是元和万元弄混了；值照读，请核对"
    finding = Finding("suspect_unit", "与各年相称的金额", advice)
    work.problem_with(key, work.store.row_of(key, firm), columns[key][firm], finding)
