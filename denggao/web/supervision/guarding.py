"""A frozen report cannot be changed, by whatever program: the database itself refuses. The trigger
is made after each ``migrate``, as those of ``kit.appending`` are and for the same reason."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

TABLE, TRIGGER = "supervision_report", "report_stays"
_SAID = "a frozen report does not change (冻结的周报不能改)"
#: What never changes once a report is there, and what no longer once it is signed.
_ALWAYS = ("region_id", "as_of", "last_id", "content", "digest", "stand", "stand_digest", "by_id")
_SIGNED = ("word", "excel", "files_digest", "decided_by_id", "state")


def guard_reports(config: AppConfig) -> None:
    """From the next ``migrate`` on. To be called when the application is ready."""
    post_migrate.connect(_made, sender=config, dispatch_uid="frozen reports")


def _made(using: str, **about: Any) -> None:
    connection = connections[using]
    if TABLE in connection.introspection.table_names():
        with connection.cursor() as cursor:
            for command in _commands(connection.vendor):
                cursor.execute(command)


def _commands(vendor: str) -> list[str]:
    if vendor == "postgresql":
        return [
            (
                f"CREATE OR REPLACE FUNCTION {TRIGGER}() RETURNS trigger LANGUAGE plpgsql AS $$ "
                f"BEGIN RAISE EXCEPTION '{_SAID}' USING ERRCODE = 'restrict_violation'; END $$"
            ),
            f"DROP TRIGGER IF EXISTS {TRIGGER} ON {TABLE}",
            (
                f"CREATE TRIGGER {TRIGGER} BEFORE UPDATE ON {TABLE} FOR EACH ROW "
                f"WHEN ({_condition('IS DISTINCT FROM')}) EXECUTE FUNCTION {TRIGGER}()"
            ),
        ]
    return [
        (
            f"CREATE TRIGGER IF NOT EXISTS {TRIGGER} BEFORE UPDATE ON {TABLE} FOR EACH ROW "
            f"WHEN {_condition('IS NOT')} BEGIN SELECT RAISE(ABORT, '{_SAID}'); END"
        )
    ]


def _condition(sign: str) -> str:
    always, signed = (
        " OR ".join(f"OLD.{column} {sign} NEW.{column}" for column in columns)
        for columns in (_ALWAYS, _SIGNED)
    )
    head = "OLD.head <> '' AND OLD.head <> NEW.head"
    return f"{always} OR ({head}) OR (OLD.state = 'signed' AND ({signed}))"
