"""PostgreSQL over psycopg: one connection, one transaction, nothing left behind on an error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from denggao.facts.errors import UserError
from denggao.rules.engines.lowering.expr import Type
from denggao.rules.engines.lowering.plan import type_of
from denggao.rules.engines.sql.address import hushed, masked
from denggao.rules.engines.sql.dialect import POSTGRES
from denggao.rules.engines.sql.place import Count, Lookup, Progress, Table, check_replaced

if TYPE_CHECKING:
    import polars as pl
    from psycopg import Connection

_KINDS = {Type.FLAG: "BOOLEAN", Type.INT: "BIGINT", Type.DAY: "DATE", Type.TEXT: "TEXT"}
#: A result of ours says so, and only such a table is ever replaced.
_MARK = "登高 逐企结论"
#: Pages of 8 kB judged at a time, so that somebody can watch.
_PAGES = 4096
_LONGEST = 63
_FILES = ("xlsx", "csv", "parquet")


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
        """A temporary table, filled by COPY; the one before stays."""
        self._lent += 1
        name, quote = f"denggao_{self._lent}", POSTGRES.name_of
        if self._lent > 2:
            self._connection.execute(f"DROP TABLE IF EXISTS denggao_{self._lent - 2}".encode())
        columns = ", ".join(f"{quote(c)} {_kind(frame, c)}" for c in frame.columns)
        with self._connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMPORARY TABLE {name} ({columns})".encode())
            with cursor.copy(f"COPY {name} FROM STDIN (FORMAT csv, NULL '')".encode()) as copy:
                copy.write(frame.write_csv(include_header=False, quote_style="necessary"))
        return name

    def rows(self, statement: str) -> list[dict[str, Any]]:
        with self._connection.cursor() as cursor:
            cursor.execute(statement.encode())
            if cursor.description is None:
                return []
            names = [column.name for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


class PostgresPlace:
    """A table, a view or whatever stands after FROM, and the result as a table beside it."""

    dialect = POSTGRES

    def __init__(self, where: str, schema: str | None, table: str) -> None:
        self._connection = connect(where)
        self._where = masked(where)
        self._bare = table
        self.name, self.table, self._oid = self._found(schema, table)
        self._schema = str(
            self._ask(
                "SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE c.oid = %s",
                self._oid,
            )
        )

    def close(self) -> None:
        self._connection.close()

    def types(self) -> dict[str, str]:
        return self._types(self._oid)

    def beside(self, asked: str) -> Table:
        schema, dot, name = asked.partition(".")
        told, text, oid = self._found(schema if dot else None, name if dot else asked)
        return Table(told, text, self._types(oid))

    def rows(self, text: str) -> list[tuple[Any, ...]]:
        with self._speaking():
            return self._connection.execute(text.encode()).fetchall()

    def target(self, asked: str | None) -> str:
        schema, name = self._schema, f"{self._bare}_逐企结论"
        if asked is not None:
            first, dot, rest = asked.partition(".")
            if dot and rest.lower() in _FILES:
                raise UserError(f"结果是库里的一张表，不是文件“{asked}”；-o 请写表名，如 {first}")
            schema, name = (first, rest) if dot else (schema, asked)
        if not name or not schema:
            raise UserError(f"-o “{asked}”里没有表名；请写成 表 或 模式.表")
        if len(name.encode()) > _LONGEST:
            raise UserError(f"结果表的名字“{name}”太长：PostgreSQL 最多 {_LONGEST} 字节")
        quote = POSTGRES.name_of
        if self._ask("SELECT TO_REGNAMESPACE(%s)::OID", quote(schema)) is None:
            raise UserError(f"{self._where} 里没有模式“{schema}”；-o 请写成 表 或 模式.表")
        return f"{quote(schema)}.{quote(name)}"

    @contextmanager
    def making(
        self,
        statement: Callable[[str], str],
        target: str,
        progress: Progress,
        replace: bool,
        lookup: Lookup | None = None,
    ) -> Iterator[str]:
        with self._speaking(), self._connection.transaction():
            self._connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            self._connection.execute("SET LOCAL jit = off")
            self._make_room(target, replace)
            if lookup is not None:
                self._execute(f"CREATE TEMPORARY TABLE {lookup.name} AS\n{lookup.query}")
                self._execute(f"ANALYZE {lookup.name}")
            whole = statement(self.table)
            self._execute(f"CREATE TABLE {target} AS\n{whole}WITH NO DATA")
            parts = [self.table] if (pages := self._pages()) is None else None
            for done, part in enumerate(parts or self._parts(pages or 0)):
                progress(done, len(parts) if parts else -(-(pages or 0) // _PAGES))
                self._execute(f"INSERT INTO {target}\n{statement(part)}")
            self._execute(f"COMMENT ON TABLE {target} IS {POSTGRES.literal(_MARK)}")
            yield target

    def counts(self, made: str) -> list[Count]:
        rows = self._connection.execute(
            f"SELECT law, verdict, hard_verdict, COUNT(*) FROM {made}"
            " GROUP BY law, verdict, hard_verdict".encode()
        )
        return [Count(*row) for row in rows.fetchall()]

    def flagged(self, made: str, flag: str) -> int:
        text = f"SELECT COUNT(*) FROM {made} WHERE STRPOS(flags, {POSTGRES.literal(flag)}) > 0"
        return int(self._ask(text))

    def _found(self, schema: str | None, table: str) -> tuple[str, str, int]:
        """(what messages call it, as it stands after FROM, its number)"""
        quote = POSTGRES.name_of
        name = f"表 {schema}.{table}" if schema else f"表 {table}"
        text = f"{quote(schema)}.{quote(table)}" if schema else quote(table)
        found = self._ask("SELECT TO_REGCLASS(%s)::OID", text)
        if found is None:
            self.close()
            raise UserError(f"{self._where} 里没有{name}；请核对库名、模式名、表名和大小写")
        return name, text, int(found)

    def _types(self, table: int) -> dict[str, str]:
        rows = self._connection.execute(
            "SELECT attname, FORMAT_TYPE(atttypid, NULL) FROM pg_attribute"
            " WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
            [table],
        )
        return {str(name): str(kind) for name, kind in rows.fetchall()}

    def _ask(self, text: str, *values: Any) -> Any:
        # without values a % is a %, as in the name of a table
        row = self._connection.execute(text.encode(), values or None).fetchone()
        return row[0] if row else None

    def _execute(self, text: str) -> None:
        self._connection.execute(text.encode())

    def _make_room(self, target: str, replace: bool) -> None:
        there = self._ask("SELECT TO_REGCLASS(%s)::OID", target)
        if there is None:
            return
        is_ours = self._ask("SELECT OBJ_DESCRIPTION(%s, 'pg_class')", there) == _MARK
        check_replaced(target, is_ours, replace)
        self._execute(f"DROP TABLE {target}")

    def _pages(self) -> int | None:
        """How many pages a plain table has; ``None`` for what can only be read as a whole: a
        view, partitions, a table with children or one that is not kept in pages."""
        is_plain = self._ask(
            "SELECT relkind = 'r' AND NOT relhassubclass AND amname = 'heap'"
            " FROM pg_class c LEFT JOIN pg_am a ON a.oid = relam WHERE c.oid = %s",
            self._oid,
        )
        if not is_plain:
            return None
        size = int(self._ask("SELECT PG_RELATION_SIZE(%s::OID)", self._oid))
        return -(-size // int(self._ask("SELECT CURRENT_SETTING('block_size')::INT")))

    def _parts(self, pages: int) -> Iterator[str]:
        """Each page once; ONLY, for a child that comes meanwhile has pages of its own."""
        for first in range(0, pages, _PAGES):
            last = f"'({min(first + _PAGES, pages)},0)'"
            yield f"ONLY {self.table}\n  WHERE ctid >= '({first},0)' AND ctid < {last}"

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        """What the database refuses, said to a person; the transaction has undone it all."""
        import psycopg

        try:
            yield
        except psycopg.errors.InsufficientPrivilege as error:
            raise UserError(
                f"{self._where} 不许这样做：{first_line(error)}；"
                "需要读这张表、并在结果所在的模式里建表的权限"
            ) from None
        except psycopg.errors.DependentObjectsStillExist as error:
            raise UserError(
                f"{self._where} 换不掉上次的结果：有别的对象（如视图）用着它"
                f"（{error.diag.message_detail}）；请先删掉它们，或用 -o 换一个名字"
            ) from None
        except psycopg.Error as error:
            raise UserError(f"{self._where} 没有做成，什么也没留下：{first_line(error)}") from None


def _kind(frame: pl.DataFrame, column: str) -> str:
    if frame.schema[column].is_integer():
        return "BIGINT"
    return "DATE" if frame.schema[column].is_temporal() else _KINDS[type_of(column)]


def connect(where: str) -> Connection[Any]:
    """A connection. Raises UserError, without a password in it, where there is none to be had."""
    try:
        import psycopg
    except ImportError:
        needed = 'pip install "denggao[postgres]"'
        raise UserError(f"没有装 PostgreSQL 的驱动；请运行 {needed}") from None
    try:
        connection = psycopg.connect(where, autocommit=True, connect_timeout=10)
        connection.execute("SET standard_conforming_strings = on")  # our literals have no escapes
        return connection
    except (psycopg.Error, UnicodeError) as error:
        said = hushed(first_line(error), where)
        raise UserError(
            f"连不上 {masked(where)}：请核对主机、端口、库名、用户和密码"
            f"（密码放环境变量 PGPASSWORD）；原话：{said}"
        ) from None


def first_line(error: Exception) -> str:
    """What the database said, in one line."""
    said = str(error).strip()
    return said.splitlines()[0] if said else type(error).__name__
