"""Cells that are read as they stand, and named all the same.

元 typed into a column of 万元 (or the other way round) is a perfectly good number, only ten
thousand times off, so nothing but the firm's other amounts can show it. A slip of the pen in a
name is a name.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from denggao.facts.importing import Import
from denggao.facts.problems import Finding
from denggao.facts.words import oddity

#: One year's amount over another's. Real firms grow tenfold; a slip of unit is 10,000.
TIMES = 2000
#: 10 亿元 in 分: below, one amount beside a few small ones says nothing.
HUGE = 10**11
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
    """A problem for each odd name, for each amount more than TIMES another year's amount of the
    same firm, and for each that exceeds all its other amounts as much."""
    columns = work.store.columns
    for firm, name in enumerate(columns.get("name", ())):
        advice = oddity(name) if name else None
        if advice:
            row = work.store.row_of("name", firm)
            work.problem_with("name", row, name, Finding("odd_name", "", advice))
    for code in STEADY:
        keys = sorted(key for key in columns if key.startswith(f"{code}@") and key[-1].isdigit())
        named: set[tuple[str, int]] = set()
        for one, other in itertools.combinations(keys, 2):
            _compare(work, one, other, named)
        for key in keys:
            _against_the_rest(work, key, keys, named)


def _compare(work: Import, one: str, other: str, named: set[tuple[str, int]]) -> None:
    columns = work.store.columns
    pairs = enumerate(zip(columns[one], columns[other], strict=True))
    for firm in [i for i, (a, b) in pairs if a and b and (a > TIMES * b > 0 or b > TIMES * a > 0)]:
        larger = columns[one][firm] > columns[other][firm]
        key, small = (one, other) if larger else (other, one)
        if (key, firm) not in named:
            named.add((key, firm))
            _name(work, key, small, firm)


def _against_the_rest(
    work: Import, key: str, same: Sequence[str], named: set[tuple[str, int]]
) -> None:
    """Amounts above HUGE that no other amount of the firm comes near; where it has other years
    of the same fact, those have been looked at."""
    columns = work.store.columns
    rest = [columns[k] for k in columns if k.partition("@")[0] in STEADY and k not in same]
    for firm, value in enumerate(columns[key]):
        if not value or value < HUGE or (key, firm) in named:
            continue
        others = [column[firm] for column in rest if column[firm]]
        if others and value > TIMES * max(map(abs, others)):
            named.add((key, firm))
            advice = "比本户其他金额都大几千倍，像是元和万元弄混了；值照读，请核对"
            finding = Finding("suspect_unit", "与本户其他金额相称的金额", advice)
            work.problem_with(key, work.store.row_of(key, firm), value, finding)


def _name(work: Import, key: str, small: str, firm: int) -> None:
    columns: dict[str, list[Any]] = work.store.columns
    times = columns[key][firm] // columns[small][firm]
    year = small.partition("@")[2]
    advice = f"是本户 {year} 年的约 {times} 倍，像是元和万元弄混了；值照读，请核对"
    finding = Finding("suspect_unit", "与各年相称的金额", advice)
    work.problem_with(key, work.store.row_of(key, firm), columns[key][firm], finding)
