"""Answers of a contender on the rows of ``rows`` (at, below and above every threshold), counted
against the fractions of ``subset.right``."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import data
import polars as pl
import rows as edge

from peers import subset
from peers.contenders import Contender

Row = dict[str, Any]
#: The families that are about the conditions of the job.
_FAMILIES = ("成立", "C4", "C5", "C6", "销售收入增长", "净资产增长")


def wrong(contender: Contender, count: int) -> dict[str, Any]:
    """How many rows, how many answers, how many rows with a wrong one, and the first of them."""
    every = edge.rows(count, data.AS_OF)
    rows = [row for row in every if row["family"].startswith(_FAMILIES)]
    answers = _answers(contender, rows)
    found: Counter[str] = Counter()
    example, bad = "", 0
    for row, said in zip(rows, answers, strict=True):
        right = subset.right({k: _in_unit(k, v) for k, v in row.items()})
        differs = [k for k, x in right.items() if not _same(x, said[k])]
        bad += bool(differs)
        found.update(differs)
        if differs and not example:
            example = f"{differs[0]}: {right[differs[0]]} ≠ {said[differs[0]]}"
    answered = len(rows) * (len(subset.OUTPUT) - 1)
    return {
        "rows": len(rows), "answers": answered, "wrong": bad, "by_statement": dict(found),
        "example": example,
    }  # fmt: skip


def frame_of(rows: Sequence[Row]) -> pl.DataFrame:
    """Rows of ``rows`` as the file of the job."""
    types = data.firms(1, subset.COLUMNS).schema
    made = {c: [row[_their_key(c)] for row in rows] for c in subset.COLUMNS}
    names = [str(number) for number in range(len(rows))]
    return pl.DataFrame({"name": names, **made}, schema={"name": pl.String, **types})


def _their_key(column: str) -> str:
    code, _, year = column.partition("@")
    return f"{code}@{data.YEARS.index(int(year))}" if year else code


def _answers(contender: Contender, rows: Sequence[Row]) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        frame_of(rows).write_parquet(path)
        return subset.in_common(contender.in_form(contender.judge(path))).to_dicts()


def _in_unit(key: str, value: Any) -> Any:
    scale = edge.scale(key)
    return value if scale == 1 or value is None else Fraction(value, scale)


def _same(right: Any, said: Any) -> bool:
    """Truths as they are; numbers as the nearest double."""
    if right is None or isinstance(right, bool):
        return right is said
    return said is not None and float(right) == said
