"""Where a table of theirs is, and how the law is run there: the data never leaves.

A place describes its table, runs one statement into a new table or file beside it, all or
nothing, and counts what came out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote, urlsplit

from denggao.facts.errors import UserError
from denggao.rules.engines.sql.address import masked
from denggao.rules.engines.sql.dialect import Dialect

if TYPE_CHECKING:
    from denggao.rules.engines.sql.cases import Session

#: (done, of how many); called now and then while a statement runs.
Progress = Callable[[int, int], None]
_FORMS = (
    "postgresql://用户@主机:端口/库/表、duckdb:台账.parquet、"
    "spark:MASTER 加一份 .parquet（如 spark:local[2] 台账.parquet）"
)
_RESULT = {"identity", "law", "as_of", "verdict", "hard_verdict"}


def is_result(types: Callable[[], Mapping[str, str]]) -> bool:
    """Are these the columns of a result of ours?"""
    try:
        return types().keys() >= _RESULT
    except UserError:
        return False


def check_replaced(target: str, is_ours: bool, is_asked: bool) -> None:
    """Something stands where the result is to be. Raises UserError unless it is ours and
    ``--replace`` asks for it."""
    if not is_asked:
        raise UserError(f"已经有 {target}；用 -o 换一个名字，或加 --replace 换掉它")
    if not is_ours:
        raise UserError(f"{target} 不是登高写的结果，不会换掉它；用 -o 换一个名字")


@dataclass(frozen=True, slots=True)
class Count:
    """So many firms of a law with this verdict, ``hard`` over the countable conditions."""

    law: str
    verdict: str
    hard: str
    firms: int


@dataclass(frozen=True, slots=True)
class Lookup:
    """A query whose result is read, under the quoted ``name``, by another."""

    name: str
    query: str


@dataclass(frozen=True, slots=True)
class Table:
    """``name``: as messages call it; ``text``: as it stands after FROM; ``types``: column →
    type, as the database calls it."""

    name: str
    text: str
    types: Mapping[str, str]


class Place(Protocol):
    """A table at its place. ``name``: the table as messages call it; ``table``: as it stands
    after FROM."""

    dialect: Dialect
    name: str
    table: str

    def types(self) -> dict[str, str]:
        """The table's columns and their types, as the database calls them."""

    def beside(self, asked: str) -> Table:
        """Another table, or file, of the same place. Raises UserError where there is none."""

    def target(self, asked: str | None) -> str:
        """The result's name, of a table or a file; raises UserError where it may not be."""

    def making(
        self,
        statement: Callable[[str], str],
        target: str,
        progress: Progress,
        replace: bool,
        lookup: Lookup | None = None,
    ) -> AbstractContextManager[str]:
        """Make the result, whole or not at all: it can be counted inside the block, under the
        name that this gives, and stands at ``target`` once that ends without an error.
        ``statement`` gives the text for what stands after FROM, which may be a part of the
        table. What ``lookup`` asks for stands under its name meanwhile, and until the place is
        closed."""

    def rows(self, text: str) -> list[tuple[Any, ...]]:
        """Ask a small question. Raises UserError where it cannot be answered."""

    def counts(self, made: str) -> list[Count]:
        """What came out."""

    def flagged(self, made: str, flag: str) -> int:
        """How many rows of the result have this flag."""

    def close(self) -> None:
        """End the connection."""


@contextmanager
def place_of(on: str, files: Sequence[str]) -> Iterator[Place]:
    """The place that ``--on`` names. Raises UserError for an address that is none."""
    found = _place(on, files)
    try:
        yield found
    finally:
        found.close()


def session_on(on: str) -> Session:
    """A database to prove the laws on: duckdb, postgresql://…/库, spark:MASTER. Raises
    UserError for another address and where nobody answers."""
    kind, _, rest = on.partition(":")
    if on == "duckdb":
        from denggao.rules.engines.sql.duck import DuckSession

        return DuckSession()
    if kind in ("postgresql", "postgres") and rest:
        from denggao.rules.engines.sql.postgres import PostgresSession

        return PostgresSession(on)
    if kind == "spark" and rest:
        from denggao.rules.engines.sql.spark import SparkCases

        return SparkCases(rest)
    raise UserError(
        f"读不懂 --on “{masked(on)}”；可写 duckdb、postgresql://用户@主机:端口/库、spark:local[2]"
    )


def _place(on: str, files: Sequence[str]) -> Place:
    kind, _, rest = on.partition(":")
    if kind in ("postgresql", "postgres"):
        _no_files(on, files)
        from denggao.rules.engines.sql.postgres import PostgresPlace

        return PostgresPlace(*_table_of(on))
    if kind == "duckdb" and rest:
        _no_files(on, files)
        from denggao.rules.engines.sql.duck import DuckPlace

        return DuckPlace(Path(rest))
    if kind == "spark" and rest:
        if len(files) != 1:
            raise UserError(
                "--on spark:… 之后给一份 .parquet（文件、文件夹或 hdfs://、s3a:// 地址）"
            )
        from denggao.rules.engines.sql.spark import SparkPlace

        return SparkPlace(rest, files[0])
    raise UserError(f"读不懂 --on “{masked(on)}”；可写 {_FORMS}")


def _no_files(on: str, files: Sequence[str]) -> None:
    if files:
        raise UserError(f"--on {masked(on)} 已说明数据在哪里，不要再给台账文件“{files[0]}”")


def _table_of(on: str) -> tuple[str, str | None, str]:
    """(address of the database, schema, table) of postgresql://…/库/表."""
    try:
        parts = urlsplit(on)
        pieces = [unquote(piece) for piece in parts.path.split("/") if piece]
    except ValueError:
        pieces = []
    if len(pieces) != 2:
        raise UserError(
            f"“{masked(on)}”没有说明哪一张表；应写成 postgresql://用户@主机:端口/库/表，"
            "表可以写成 模式.表"
        )
    schema, dot, name = pieces[1].partition(".")
    where = parts._replace(path="/" + parts.path.split("/")[1]).geturl()
    return where, schema if dot else None, name if dot else pieces[1]
