"""DuckDB in this process."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from denggao.facts.errors import UserError
from denggao.rules.engines.sql.dialect import DUCKDB

if TYPE_CHECKING:
    import polars as pl
    from duckdb import DuckDBPyConnection


class DuckSession:
    """A database in memory; its files go when it is closed."""

    dialect = DUCKDB

    def __init__(self) -> None:
        self._connection = connect()
        self._folder = tempfile.TemporaryDirectory()
        self._lent = 0

    def close(self) -> None:
        self._connection.close()
        self._folder.cleanup()

    def lend(self, frame: pl.DataFrame) -> str:
        """Through a file, for the two have no library in common."""
        self._lent += 1
        path = Path(self._folder.name) / f"{self._lent}.parquet"
        frame.write_parquet(path)
        return f"READ_PARQUET({DUCKDB.literal(str(path))})"

    def rows(self, statement: str) -> list[dict[str, Any]]:
        found = self._connection.execute(statement)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def connect() -> DuckDBPyConnection:
    """A database in memory. Raises UserError where DuckDB is not installed."""
    try:
        import duckdb
    except ImportError:
        raise UserError('没有装 DuckDB；请运行 pip install "denggao[duckdb]"') from None
    return duckdb.connect(config={"custom_user_agent": "denggao"})
