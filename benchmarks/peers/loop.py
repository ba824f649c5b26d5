"""The job as a plain Python function for one firm, over whole numbers, called in a loop."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import data
import polars as pl

from peers.subset import COLUMNS, OUTPUT

_DAY = data.AS_OF.toordinal()
_FIRST_LIMIT, _SECOND_LIMIT = 50_000_000_00, 200_000_000_00  # 5000 万元, 2 亿元 in 分


def judge(path: Path) -> pl.DataFrame:
    """Read, loop, and gather the rows."""
    frame = pl.read_parquet(path, columns=["name", *COLUMNS])
    rows = [_firm(*row) for row in frame.iter_rows()]
    ints = dict.fromkeys(OUTPUT[8:], pl.Int64)
    schema = {"name": pl.String, **dict.fromkeys(OUTPUT[1:8], pl.Boolean), **ints}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _firm(  # noqa: PLR0912, PLR0915 - one plain function is what is measured
    name: str, founded: date | None, class1: int | None, class2: int | None,
    tech: int | None, staff: int | None, high: int | None, income: int | None,
    s0: int | None, s1: int | None, s2: int | None,
    x0: int | None, x1: int | None, x2: int | None,
    i0: int | None, i1: int | None, i2: int | None,
    n0: int | None, n1: int | None, n2: int | None,
) -> tuple[Any, ...]:  # fmt: skip
    year = 0 if founded is None else founded.year
    age = None if founded is None else _DAY - founded.toordinal()
    op0, op1, op2 = year <= 2023, year <= 2024, year <= 2025
    c1 = None if age is None else age >= 365
    c1_gap = None if age is None else max(0, 365 - age)
    if (class1 or 0) + (class2 or 0) >= 1:
        ip: bool | None = True
    else:
        ip = None if class1 is None or class2 is None else False
    c4, c4_gap = None, None
    if op2 and tech is not None and staff and tech <= staff:
        c4, c4_gap = tech * 10 >= staff, max(0, staff - tech * 10)
    c6, c6_gap = None, None
    if op2 and high is not None and income:
        c6, c6_gap = high * 5 >= income * 3, max(0, income * 3 - high * 5)

    spent = inland = most = 0
    all_spent, bounded = True, True
    for operated, x, i in ((op0, x0, i0), (op1, x1, i1), (op2, x2, i2)):
        if not operated:
            continue
        if x is None:
            all_spent = False
            if i is None:
                bounded = False
            else:
                spent, inland, most = spent + i, inland + i, most + i
        elif i is None:
            spent, most = spent + x, most + x
        elif i > x:  # a contradiction: neither is known
            all_spent = bounded = False
        else:
            spent, inland, most = spent + x, inland + i, most + i
    earlier = (s0 or 0 if op0 else 0) + (s1 or 0 if op1 else 0)
    last = s2 or 0 if op2 else 0
    sales = earlier + last
    last_known = not op2 or s2 is not None
    all_sales = last_known and (not op0 or s0 is not None) and (not op1 or s1 is not None)
    tier = 5 if last <= _FIRST_LIMIT else 4 if last <= _SECOND_LIMIT else 3
    c5a, c5a_gap = None, None
    if all_sales and sales > 0 and spent * 100 >= sales * tier:
        c5a, c5a_gap = True, 0
    elif all_spent:
        if not last_known:  # the least that each tier asks
            least = earlier * 5, (earlier + _FIRST_LIMIT + 1) * 4, (earlier + _SECOND_LIMIT + 1) * 3
            c5a = False if earlier > 0 and spent * 100 < min(least) else None
        elif spent * 100 < sales * tier:
            c5a = False
        if all_sales and sales > 0:
            c5a_gap = sales * tier - spent * 100
    c5b, c5b_gap = None, None
    if all_spent and spent > 0 and inland * 5 >= spent * 3:
        c5b, c5b_gap = True, 0
    elif spent > 0:
        if bounded and most * 5 < spent * 3:
            c5b = False
        if all_spent and bounded and most == inland:
            c5b_gap = spent * 3 - inland * 5

    truths = (c1, ip, c4, c5a, c5b, c6)
    hard = False if False in truths else None if None in truths else True
    lo, hi = _growth(op0, op1, s0, s1, s2)
    assets_lo, assets_hi = _growth(op0, op1, n0, n1, n2)
    if (op0 and n0 is not None and n0 < 0) or (n1 or 0) < 0 or (n2 or 0) < 0:
        assets_lo = 0
    return (
        name, *truths, hard, lo + assets_lo, hi + assets_hi,
        c1_gap, c4_gap, c5a_gap, c5b_gap, c6_gap,
    )  # fmt: skip


def _growth(op0: bool, op1: bool, a: int | None, b: int | None, c: int | None) -> tuple[int, int]:
    """2 × (1 + the rate) is top ÷ below."""
    if not op1:
        return 0, 0
    if b is None or c is None or (op0 and a is None):
        return 0, 10
    if b == 0:
        return 0, 0
    top, below = (b * b + a * c, a * b) if op0 and a else (2 * c, b)
    if below < 0:
        top, below = -top, -below
    top *= 50
    for percent, points in ((35, 9), (25, 7), (15, 5), (5, 3)):
        if top >= below * (100 + percent):
            return points, points + 1
    return (1, 2) if top > below * 100 else (0, 0)
