"""The job as exact DuckDB SQL by hand (``screen.sql``), its result taken over as Arrow."""

from __future__ import annotations

from pathlib import Path

import polars as pl

_SQL = Path(__file__).with_name("screen.sql")


def judge(path: Path, threads: int | None = None) -> pl.DataFrame:
    """Read and answer; rows may come in any order, which DuckDB finds quicker, but ours do not."""
    import duckdb

    with duckdb.connect(config={"threads": threads} if threads else {}) as db:
        return pl.DataFrame(db.sql(_SQL.read_text(encoding="utf-8").replace("{file}", str(path))))
