"""入选: which rule put a firm on the list or kept it off, in words."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from denggao.documents.tree import gap_fact, gap_unit
from denggao.documents.wording import shortfall
from denggao.rules.engines.columnar.screening import Screened
from denggao.rules.engines.columnar.table import LEAST, countable
from denggao.rules.nodes import Compare, Statement


def reasons(table: Screened, top: int | None = None) -> Iterator[str]:
    """One sentence per firm in the table's order: what it fails, what is open, where it
    stands; with ``top``, whether it falls behind that place."""
    conditions = countable(table.instrument)
    gaps = [s for s in conditions if f"{LEAST}{s.id}" in table.frame.columns]
    columns = [f"{s.id}_truth" for s in conditions] + [f"{LEAST}{s.id}" for s in gaps]
    for place, row in enumerate(table.rows(columns), 1):
        missing = {s.id: gap for s, gap in zip(gaps, row[len(conditions) :], strict=True)}
        words = _sentence(list(zip(conditions, row, strict=False)), missing)
        behind = top is not None and place > top
        yield (
            f"排在第 {top} 名之后（第 {place} 名）：{words}"
            if behind
            else f"第 {place} 名：{words}"
        )


def _sentence(truths: list[tuple[Statement, str]], missing: dict[str, float | None]) -> str:
    failed = [s for s, truth in truths if truth == "fail"]
    opened = [s for s, truth in truths if truth == "unknown"]
    if not failed and not opened:
        return "可核实条件全部符合"
    parts = [f"不符合 {s.id} {s.name}{_short(s, missing.get(s.id))}" for s in failed]
    parts += [f"未知 {s.id} {s.name}" for s in opened]
    return "；".join(parts)


def _short(statement: Statement, gap: float | None) -> str:
    if not gap or not isinstance(statement.body, Compare):
        return ""
    short = shortfall(Fraction(repr(gap)), gap_unit(statement.body))
    return f"（还差{gap_fact(statement.body)} {short}）"
