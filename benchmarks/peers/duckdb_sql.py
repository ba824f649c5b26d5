"""The job as exact DuckDB SQL by hand (``screen.sql``), its result taken over as Arrow."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl

_SQL = Path(__file__).with_name("screen.sql")


def judge(path: Path) -> pl.DataFrame:
    """Read and answer, on as many cores as Polars is told to use."""
    import duckdb

    threads = os.environ.get("POLARS_MAX_THREADS")
    with duckdb.connect(config={"threads": int(threads)} if threads else {}) as db:
        return pl.DataFrame(db.sql(_SQL.read_text(encoding="utf-8").replace("{file}", str(path))))
