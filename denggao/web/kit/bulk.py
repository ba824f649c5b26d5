"""Many rows at once, as fast as the database's own loader: COPY on PostgreSQL, one prepared
statement on SQLite. Django's bulk_create builds an object and a fragment of SQL for each row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models


def insert(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert rows of column values in the order of ``fields``; returns how many. Values are as
    the database keeps them (a foreign key's ``…_id``, a day as ISO text); no defaults are filled
    in and no signal is sent. Must be called in a transaction."""
    table = connection.ops.quote_name(model._meta.db_table)
    columns = [connection.ops.quote_name(model._meta.get_field(f).column) for f in fields]
    if connection.vendor == "postgresql":
        return _copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN", rows)
    marks = ", ".join("?" * len(columns))
    command = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - names
    with connection.cursor() as cursor:
        done = cursor.connection.executemany(command, rows)
    return done.rowcount


def _copy(command: str, rows: Iterable[Sequence[Any]]) -> int:
    count = 0
    with connection.cursor() as cursor, cursor.copy(command) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def reserve(model: type[models.Model], count: int) -> range:
    """Keys for so many new rows, which nobody else gets. Must be called in a transaction."""
    if not count:
        return range(0)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sequence = f"pg_get_serial_sequence('{table}', 'id')"
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [table])
            cursor.execute(f"SELECT nextval({sequence})")
            (first,) = cursor.fetchone()
            cursor.execute(f"SELECT setval({sequence}, %s)", [first + count - 1])
        else:
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
            found = cursor.fetchone()
            first = found[0] + 1 if found else 1
    return range(first, first + count)
