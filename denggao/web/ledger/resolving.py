"""值 in force: of all that counts, the highest rank, within a rank the latest. One statement of
SQL, the same on SQLite and PostgreSQL; each call works out only what was touched."""

from __future__ import annotations

from django.db import connection

from denggao.web.ledger import blocks
from denggao.web.ledger.models.blocks import SIZE

_MATCHES = "t.enterprise_id = {0}.enterprise_id AND t.fact = {0}.fact AND t.year = {0}.year"

_FORGET = """
DELETE FROM ledger_value WHERE EXISTS (
    SELECT 1 FROM ledger_statement t WHERE {touched} AND {matches})
"""

# Sentinels stand for NULL when two statements are compared; no value reaches them.
_WORK_OUT = """
INSERT INTO ledger_value (enterprise_id, fact, year, number, lo, hi, text, statement_id, disputed)
SELECT enterprise_id, fact, year, number, lo, hi, text, id, differ
FROM (
    SELECT l.*,
        ROW_NUMBER() OVER (PARTITION BY enterprise_id, fact, year ORDER BY rank DESC) AS place,
        (MIN(COALESCE(number, -9000000000000000000)) OVER one
            <> MAX(COALESCE(number, -9000000000000000000)) OVER one
         OR MIN(COALESCE(lo, -9000000000000000000)) OVER one
            <> MAX(COALESCE(lo, -9000000000000000000)) OVER one
         OR MIN(COALESCE(hi, -9000000000000000000)) OVER one
            <> MAX(COALESCE(hi, -9000000000000000000)) OVER one
         OR MIN(text) OVER one <> MAX(text) OVER one) AS differ
    FROM (
        SELECT s.*, ROW_NUMBER() OVER (
            PARTITION BY s.enterprise_id, s.fact, s.year, s.rank ORDER BY s.at DESC, s.id DESC
        ) AS latest
        FROM ledger_statement s LEFT JOIN ledger_import i ON i.id = s.source_id
        WHERE (s.source_id IS NULL OR i.state = 'committed') AND EXISTS (
            SELECT 1 FROM ledger_statement t WHERE {touched} AND {matches})
    ) l
    WHERE l.latest = 1
    WINDOW one AS (PARTITION BY enterprise_id, fact, year)
) r
WHERE r.place = 1
"""

_FIRST = """
INSERT INTO ledger_value (enterprise_id, fact, year, number, lo, hi, text, statement_id, disputed)
SELECT enterprise_id, fact, year, number, lo, hi, text, id, {no}
FROM ledger_statement WHERE source_id = %s AND enterprise_id >= %s
"""


def after_import(source: int, first_new: int) -> None:
    """After the statements of an import were written; enterprises from ``first_new`` on are new,
    so that each of their statements is in force."""
    no = "FALSE" if connection.vendor == "postgresql" else "0"
    mark("t.source_id = %s", [source])
    with connection.cursor() as cursor:
        cursor.execute(_FIRST.format(no=no), [source, first_new])
    _resolve("t.source_id = %s AND t.enterprise_id < %s", [source, first_new])


def mark(touched: str, parameters: list[int]) -> None:
    """The blocks of the firms that these statements are about will have to be packed again."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT t.enterprise_id / {SIZE} FROM ledger_statement t WHERE {touched}",  # noqa: S608
            parameters,
        )
        numbers = [number for (number,) in cursor.fetchall()]
    blocks.touch_blocks(numbers)


def touched_by_import(source: int) -> None:
    """Everything that an import has stated something about."""
    _resolve("t.source_id = %s", [source])


def touched_by_statement(statement: int) -> None:
    """What one statement is about."""
    _resolve("t.id = %s", [statement])


def _resolve(touched: str, parameters: list[int]) -> None:
    mark(touched, parameters)
    with connection.cursor() as cursor:
        for command, table in ((_FORGET, "ledger_value"), (_WORK_OUT, "s")):
            text = command.format(touched=touched, matches=_MATCHES.format(table))
            cursor.execute(text, parameters)
