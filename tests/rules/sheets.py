"""A county as a table of typed columns, and the sheet 逐企结论 of it by the reference engine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random
from typing import Any

import polars as pl

from denggao.facts.catalogue import catalogue
from denggao.facts.enterprise import Firm
from denggao.facts.interval import Interval
from denggao.rules import nodes as n
from denggao.rules.engines import reference
from denggao.rules.engines.lowering.shown import shown_statements
from denggao.rules.outcome import TRUTH_NAMES, Outcome
from tests.strategies import codes_read, firms

_PLACES = {"元": 2, "人": 4, "分": 4}


def county(
    rnd: Random, number: int, laws: Sequence[n.Instrument]
) -> tuple[list[Firm], pl.DataFrame]:
    """Firms at the thresholds of these laws, known or missing, and the same as a table."""
    codes = list(dict.fromkeys(code for law in laws for code in codes_read(law)))
    found = [_only_points(firm) for firm in firms(rnd, number, codes)]
    keys = list(dict.fromkeys(key for firm in found for key in firm.values))
    columns: dict[str, Any] = {"企业名称": [f"甘肃{i}号有限公司" for i in range(number)]}
    for key in sorted(keys):
        fact = catalogue()[key.partition("@")[0]]
        cells = [firm.values.get(key) for firm in found]
        if fact.numeric:
            places = _PLACES.get(fact.unit, 0)
            scaled = [int(c.lo * 10**places) if isinstance(c, Interval) else None for c in cells]
            columns[key] = _decimals(scaled, places)
        else:
            columns[key] = cells
    return found, pl.DataFrame(columns)


def _decimals(steps: Sequence[int | None], places: int) -> pl.Series:
    whole = pl.Series(steps, dtype=pl.Int128)
    return (whole.cast(pl.Decimal(30, places)) / 10**places).cast(pl.Decimal(20, places))


def _only_points(firm: Firm) -> Firm:
    """Without certificates and stated intervals, which such a table has no columns for."""
    values = {
        key: value
        for key, value in firm.values.items()
        if key != "titles" and (not isinstance(value, Interval) or value.is_point)
    }
    return Firm(values)


def sheet_by_reference(
    law: n.Instrument, found: Sequence[Firm], as_of: date
) -> list[dict[str, Any]]:
    """One row for each firm, as ``lowering.shown`` has them."""
    return [_row(law, reference.judge(law, firm, as_of)) for firm in found]


def _row(law: n.Instrument, outcome: Outcome) -> dict[str, Any]:
    lo, hi = _ends(outcome.score)
    row = {
        "law": law.short,
        "as_of": outcome.as_of.isoformat(),
        "verdict": TRUTH_NAMES[outcome.verdict],
        "hard_verdict": TRUTH_NAMES[outcome.hard],
        "score_lo": lo,
        "score_hi": hi,
    }
    for statement in shown_statements(law):
        result = outcome.results[statement.id]
        lo, hi = _ends(result.value)
        gap = result.gap if statement.is_truth else outcome.gap_of_score(statement.id)
        row |= {
            f"{statement.id}_truth": TRUTH_NAMES[result.truth] if statement.is_truth else None,
            f"{statement.id}_lo": lo,
            f"{statement.id}_hi": hi,
            f"{statement.id}_gap": float(gap.lo) if gap is not None and gap.is_point else None,
        }
    return row | {"flags": " ".join(sorted(outcome.flags - {"EXPERT_DECIDES"}))}


def _ends(value: Interval | None) -> tuple[float | None, float | None]:
    if value is None:
        return None, None
    return tuple(None if end is None else float(end) for end in value[:2])  # type: ignore[return-value]
