"""DuckDB in this process."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from denggao.facts.errors import UserError
from denggao.rules.engines.sql.dialect import DUCKDB
from denggao.rules.engines.sql.place import (
    Count,
    Lookup,
    Progress,
    Table,
    check_replaced,
    is_result,
)
from denggao.rules.engines.sql.watched import watched

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


class DuckPlace:
    """A Parquet file, and the result as another beside it."""

    dialect = DUCKDB

    def __init__(self, path: Path) -> None:
        if path.suffix.lower() != ".parquet":
            raise UserError(f"duckdb: 之后应是 .parquet 文件，不是“{path.name}”")
        if not path.is_file():
            raise UserError(f"没有文件“{path}”")
        self._connection = connect()
        self.path = path
        self.name = f"「{path.name}」"
        self.table = _reading(path)

    def close(self) -> None:
        self._connection.close()

    def types(self) -> dict[str, str]:
        return self._types(self.name, self.table)

    def beside(self, asked: str) -> Table:
        path = Path(asked)
        if not path.is_file():
            raise UserError(f"没有文件“{path}”")
        name, text = f"「{path.name}」", _reading(path)
        return Table(name, text, self._types(name, text))

    def rows(self, text: str) -> list[tuple[Any, ...]]:
        import duckdb

        try:
            return self._connection.execute(text).fetchall()
        except duckdb.Error as error:
            raise UserError(f"DuckDB 没有做成：{_first_line(error)}") from None

    def _types(self, name: str, text: str) -> dict[str, str]:
        import duckdb

        try:
            found = self._connection.execute(f"DESCRIBE SELECT * FROM {text}")
        except duckdb.Error:
            raise UserError(f"{name}读不出来，应是 Parquet 文件") from None
        return {str(row[0]): str(row[1]) for row in found.fetchall()}

    def make_room(self, target: Path, replace: bool) -> None:
        """Raises UserError where there is a file that is not to be replaced."""
        if target.exists():
            is_ours = is_result(lambda: self._types("", _reading(target)))
            check_replaced(str(target), is_ours, replace)

    def target(self, asked: str | None) -> str:
        beside = self.path.with_name(f"{self.path.stem}.逐企结论.parquet")
        return str(beside) if asked is None else asked

    @contextmanager
    def making(
        self,
        statement: Callable[[str], str],
        target: str,
        progress: Progress,
        replace: bool,
        lookup: Lookup | None = None,
    ) -> Iterator[str]:
        import duckdb

        text = statement(self.table).rstrip()
        copy = f"COPY (\n{text}\n) TO {DUCKDB.literal(target)} (FORMAT parquet, COMPRESSION zstd)"
        connection = self._connection

        def tell() -> None:
            done = connection.query_progress()
            if done > 0:
                progress(int(done), 100)

        try:
            if lookup is not None:
                made = f"CREATE TEMPORARY TABLE {lookup.name} AS\n{lookup.query}"
                watched(lambda: _ignore(connection.execute(made)), tell, connection.interrupt)
            watched(lambda: _ignore(connection.execute(copy)), tell, connection.interrupt)
        except duckdb.Error as error:
            said = _first_line(error)
            raise UserError(f"DuckDB 没有做成，什么也没留下：{said}") from None
        yield target

    def counts(self, made: str) -> list[Count]:
        found = self._connection.execute(
            f"SELECT law, verdict, hard_verdict, COUNT(*) FROM {_reading(Path(made))}"
            " GROUP BY law, verdict, hard_verdict"
        )
        return [Count(*row) for row in found.fetchall()]

    def flagged(self, made: str, flag: str) -> int:
        text = f"SELECT COUNT(*) FROM {_reading(Path(made))} WHERE flags LIKE ?"
        row = self._connection.execute(text, [f"%{flag}%"]).fetchone()
        return int(row[0]) if row else 0


def _ignore(found: object) -> None:
    """A statement that gives no rows."""


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]


def _reading(path: Path) -> str:
    return f"READ_PARQUET({DUCKDB.literal(str(path))})"


def connect() -> DuckDBPyConnection:
    """A database in memory. Raises UserError where DuckDB is not installed."""
    try:
        import duckdb
    except ImportError:
        raise UserError('没有装 DuckDB；请运行 pip install "denggao[duckdb]"') from None
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
    return connection
