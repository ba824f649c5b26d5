"""The job that every contender does: of 高新技术企业认定 the countable conditions and the score of
growth.

From one Parquet file (``data.canonical``) to one frame in memory, the same columns for all:

- ``c1 ip c4 c5a c5b c6 hard``: yes, no or null (未知);
- ``growth_lo growth_hi``: HNTE-S4, whole points;
- ``c1_gap … c6_gap``: what is missing where it is one number, else null, in whole steps of
  1/``GAPS[name]`` of the unit (天, 人, 元), so that nobody has to divide.

The meaning is the project's own (docs/language.md): a missing year does not stop an answer that
every value of it would give; figures before founding are not there; a part above its whole is a
contradiction, and both are unknown; by a denominator of 0 nothing is known.

Amounts are whole 分 below 3 × 10^14 元: within 64 bits for the shares, 128 for the growth rates.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import data
import oracle
import polars as pl

FIRST, MIDDLE, LAST = data.YEARS
COLUMNS = data.COLUMNS["subset"]
TRUTHS = {
    "c1": "HNTE-C1", "ip": "HNTE-C2.ip", "c4": "HNTE-C4", "c5a": "HNTE-C5a",
    "c5b": "HNTE-C5b", "c6": "HNTE-C6", "hard": "HNTE-HARD",
}  # fmt: skip
POINTS = ["growth_lo", "growth_hi"]
GAPS = {"c1_gap": 1, "c4_gap": 100_000, "c5a_gap": 10_000, "c5b_gap": 500, "c6_gap": 500}
OUTPUT = ["name", *TRUTHS, *POINTS, *GAPS]


def file(rows: int) -> Path:
    """The columns of the job and nothing else."""
    return data.canonical(rows, "subset")


def in_common(frame: pl.DataFrame) -> pl.DataFrame:
    """The answer of a contender with gaps as the nearest doubles, as 登高 shows them."""
    assert frame.columns == OUTPUT, frame.columns
    gaps = [_double(frame[name], scale) for name, scale in GAPS.items()]
    points = [frame[name].cast(pl.Float64) for name in POINTS]
    return frame.with_columns([*gaps, *points])


def _double(gap: pl.Series, scale: int) -> pl.Series:
    """Divided by a series: Polars multiplies by the reciprocal of a constant."""
    if gap.dtype == pl.Float64 or scale == 1:
        return gap.cast(pl.Float64)
    divisor = pl.Series([float(scale)]).new_from_index(0, len(gap))
    return (gap.cast(pl.Float64) / divisor).alias(gap.name)


def digest(frame: pl.DataFrame) -> dict[str, str]:
    """One number for each column, the same in every process: equal answers, equal digests."""
    common = in_common(frame).with_row_index("§").with_columns(pl.col(pl.Float64) + 0.0)
    each = [pl.struct("§", name).hash(1).sum().alias(name) for name in OUTPUT]
    return {name: f"{value:016x}" for name, value in common.select(each).row(0, named=True).items()}


# ------------------------------------------------------------------ the right answers


def right(row: dict[str, Any]) -> dict[str, Any]:
    """Of one firm (keys of ``rows``, units of the catalogue), over exact fractions."""
    said = oracle.hnte(row, data.AS_OF)
    truths = {name: said[id_] for name, id_ in TRUTHS.items() if name != "hard"}
    lo, hi = said["HNTE-S4"]
    found = {**truths, "hard": said["hard_verdict"], "growth_lo": lo, "growth_hi": hi}
    return {**found, **_gaps(row, truths)}


def _gaps(row: dict[str, Any], truths: dict[str, Any]) -> dict[str, Any]:
    founded, day = row["established_on"], data.AS_OF
    last = lambda code: oracle.number(row, code, 2, day)  # noqa: E731
    sums = {
        code: oracle.total(oracle.number(row, code, year, day) for year in range(3))
        for code in ("sales", "rd_expense", "rd_domestic")
    }
    tier = next((p for p, most in ((5, 50), (4, 200)) if last("sales")[0] <= most * 10**6), 3)
    sales, spent = sums["sales"], sums["rd_expense"]
    found = {
        "c1_gap": None if founded is None else max(0, 365 - (day - founded).days),
        "c4_gap": _short(last("tech_staff"), last("staff"), 10),
        "c5a_gap": _short(spent, sales, tier),
        "c5b_gap": _short(sums["rd_domestic"], spent, 60),
        "c6_gap": _short(last("ht_income"), last("total_income"), 60),
    }
    # what is met lacks nothing, however much of it is known
    return {k: Fraction(0) if truths[k[:-4]] else gap for k, gap in found.items()}


def _short(top: oracle.Ends, whole: oracle.Ends, percent: int) -> Fraction | None:
    """What the numerator lacks, where both are one number and there is something to divide by."""
    if top[0] != top[1] or whole[0] != whole[1] or not whole[0]:
        return None
    return max(Fraction(0), Fraction(percent, 100) * whole[0] - top[0])
