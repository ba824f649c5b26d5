"""登高 itself: the shipped law, and of its table only the columns that the job asks for."""

from __future__ import annotations

from pathlib import Path

import data
import polars as pl

from peers.subset import COLUMNS, GAPS, OUTPUT, POINTS, TRUTHS

_OURS = {
    **{name: f"{id_}_truth" for name, id_ in TRUTHS.items()},
    "hard": "hard_verdict",
    **dict(zip(POINTS, ("HNTE-S4_lo", "HNTE-S4_hi"), strict=True)),
    **{gap: f"{TRUTHS[gap.removesuffix('_gap')]}_gap" for gap in GAPS},
}


def judge(path: Path) -> pl.DataFrame:
    """Read, compile and answer; truths as 登高 tells them (符合, 不符合, 未知)."""
    from denggao.rules.engines.columnar.sizes import sizes_in
    from denggao.rules.engines.columnar.table import table
    from denggao.rules.library import in_force

    law = in_force(data.LAWS["hnte"], data.AS_OF)
    frame = pl.scan_parquet(path).select("name", *COLUMNS)
    made = table(law, frame, data.AS_OF, only=_OURS.values(), sizes=sizes_in(frame))
    return made.collected("name")


def lazily(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The same of a file that is too large to be measured first: amounts as the catalogue
    allows them, in 128 bits where they multiply."""
    from denggao.rules.engines.columnar.table import table
    from denggao.rules.library import in_force

    law = in_force(data.LAWS["hnte"], data.AS_OF)
    return table(law, frame, data.AS_OF, only=_OURS.values()).select("name")


def in_form(frame: pl.DataFrame) -> pl.DataFrame:
    """In the words of the other contenders."""
    made = frame.rename({theirs: name for name, theirs in _OURS.items()})
    truth = [
        pl.when(pl.col(c) == "pass").then(True).when(pl.col(c) == "fail").then(False).alias(c)
        for c in TRUTHS
    ]  # fmt: skip
    return made.with_columns(truth).select(OUTPUT)
