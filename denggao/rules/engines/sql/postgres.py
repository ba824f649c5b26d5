"""PostgreSQL over psycopg: one connection, one transaction, nothing left behind on an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from denggao.facts.errors import UserError
from denggao.rules.engines.lowering.expr import Type
from denggao.rules.engines.lowering.plan import type_of
from denggao.rules.engines.sql.dialect import POSTGRES

if TYPE_CHECKING:
    import polars as pl
    from psycopg import Connection

_KINDS = {Type.FLAG: "BOOLEAN", Type.INT: "BIGINT", Type.DAY: "DATE", Type.TEXT: "TEXT"}


class PostgresSession:
    """A connection that is lent tables; they last no longer than it does."""

    dialect = POSTGRES

    def __init__(self, where: str) -> None:
        self._connection = connect(where)
        self._connection.execute("SET jit = off")
        self._lent = 0

    def close(self) -> None:
        self._connection.close()

    def lend(self, frame: pl.DataFrame) -> str:
        """A temporary table, filled by COPY."""
        self._lent += 1
        name, quote = f"denggao_{self._lent}", POSTGRES.name_of
        if self._lent > 1:
            self._connection.execute(f"DROP TABLE IF EXISTS denggao_{self._lent - 1}".encode())
        columns = ", ".join(f"{quote(c)} {_kind(frame, c)}" for c in frame.columns)
        with self._connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMPORARY TABLE {name} ({columns})".encode())
            with cursor.copy(f"COPY {name} FROM STDIN (FORMAT csv, NULL '')".encode()) as copy:
                copy.write(frame.write_csv(include_header=False, quote_style="necessary"))
        return name

    def rows(self, statement: str) -> list[dict[str, Any]]:
        with self._connection.cursor() as cursor:
            cursor.execute(statement.encode())
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _kind(frame: pl.DataFrame, column: str) -> str:
    return "BIGINT" if frame.schema[column].is_integer() else _KINDS[type_of(column)]


def connect(where: str) -> Connection[Any]:
    """A connection. Raises UserError, without a password in it, where there is none to be had."""
    try:
        import psycopg
    except ImportError:
        raise UserError(
            '没有装 PostgreSQL 的驱动；请运行 pip install "denggao[postgres]"'
        ) from None
    try:
        return psycopg.connect(where, autocommit=True, connect_timeout=10)
    except psycopg.Error as error:
        raise UserError(f"连不上 {masked(where)}：{first_line(error)}") from None


def masked(where: str) -> str:
    """The address without a password."""
    from urllib.parse import urlsplit, urlunsplit

    parts = urlsplit(where)
    if parts.password is None:
        return where
    user = f"{parts.username or ''}:***@"
    return urlunsplit(parts._replace(netloc=user + parts.netloc.rpartition("@")[2]))


def first_line(error: Exception) -> str:
    """What the database said, in one line."""
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
