"""Tables to which rows are only added: the database itself refuses to change or remove one.

Triggers are made after each ``migrate``, not in a migration: a migration that alters such a table
makes it anew on SQLite, and its triggers would be gone. Whoever owns the database can drop them;
then the audit chain and the digests of imports still name what was altered (``denggao verify``).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

#: Tables guarded so far, by the departments that own them.
TABLES: list[str] = []
_SAID = "rows of this table are only added (只增不改)"
_KINDS = ("UPDATE", "DELETE")

_SQLITE = """
CREATE TRIGGER IF NOT EXISTS {table}_no_{kind} BEFORE {kind} ON {table}
BEGIN SELECT RAISE(ABORT, '{said}'); END
"""
_POSTGRES = """
CREATE OR REPLACE FUNCTION denggao_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{said}' USING ERRCODE = 'restrict_violation'; END $$;
DROP TRIGGER IF EXISTS {table}_only_added ON {table};
CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION denggao_only_added();
"""


def only_added(config: AppConfig, table: str) -> None:
    """Guard a table of this department from its next ``migrate`` on. To be called when the
    application is ready."""
    TABLES.append(table)

    def made(using: str, **about: Any) -> None:
        connection = connections[using]
        if table in connection.introspection.table_names():
            _guard(connection, table)

    post_migrate.connect(made, sender=config, weak=False, dispatch_uid=f"only added: {table}")


@contextlib.contextmanager
def lifted(connection: Any) -> Iterator[None]:
    """No guard within the block: for a restore into an empty database, and for nothing else."""
    for table in TABLES:
        _lift(connection, table)
    yield
    for table in TABLES:
        _guard(connection, table)


def _guard(connection: Any, table: str) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRES.format(table=table, said=_SAID))
            return
        for kind in _KINDS:
            cursor.execute(_SQLITE.format(table=table, kind=kind, said=_SAID))


def _lift(connection: Any, table: str) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_only_added ON {table}")
            return
        for kind in _KINDS:
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{kind}")
