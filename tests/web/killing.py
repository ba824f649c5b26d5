"""Run as a process of its own: commits an import again and again in children, and kills them.

    python -m tests.web.killing HOME KILLS       prints one JSON object

On the SQLite of HOME, or on the PostgreSQL of DATABASE_URL. The children are forked from one
process that has loaded everything, but opened no database.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from denggao.web import start

TABLES = ("enterprise", "statement", "value")


def main(home: Path, kills: int) -> None:
    """Measure one undisturbed commit, then kill ``kills`` others at random moments."""
    start()
    from denggao.web.accounts import audit
    from denggao.web.kit.pinyin import initials_and_full
    from denggao.web.ledger import importing

    initials_and_full("会泽")  # loads what every child would load again
    address = os.environ.get("DATABASE_URL", "")
    place = OnPostgres(address) if address else OnSqlite(home)
    keep = home / "kept"
    keep.mkdir()
    rows = list((home / "uploads").rglob("valid.rows"))
    for path in rows:
        shutil.copy(path, keep / path.name)

    def fresh() -> None:
        place.fresh()
        for path in rows:
            shutil.copy(keep / path.name, path)

    def child(ready: int) -> None:
        os.write(ready, b".")
        importing.commit(1)
        faults = [*audit.faults(), *importing.faults()]
        os._exit(3 if faults else 0)

    def begin() -> int:
        """A child that has begun."""
        reading, writing = os.pipe()
        pid = os.fork()
        if not pid:
            child(writing)
        os.read(reading, 1)
        os.close(reading)
        os.close(writing)
        return pid

    fresh()
    began = time.monotonic()
    whole = os.waitstatus_to_exitcode(os.waitpid(begin(), 0)[1])
    length, complete = time.monotonic() - began, counts(place)
    dice, told = random.Random(20260630), []
    for number in range(kills):
        fresh()
        pid = begin()
        # the last come late, so that some find the work done
        time.sleep(length * dice.random() if number < kills - 2 else 3 * length + 0.2)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        found = counts(place)
        again = os.waitstatus_to_exitcode(os.waitpid(begin(), 0)[1])
        told.append({"found": found, "again": again, "then": counts(place)})
    sys.stdout.write(json.dumps({"whole": whole, "complete": complete, "kills": told}))


def counts(place: Any) -> list[object]:
    """Rows of each table, the state of the import, and whether the database is sound."""
    with place.asking() as ask:
        rows = [ask(f"SELECT COUNT(*) FROM ledger_{table}") for table in TABLES]
        return [*rows, ask("SELECT state FROM ledger_import"), place.sound(ask)]


class OnSqlite:
    """The database is a file, and a copy of it."""

    def __init__(self, home: Path) -> None:
        self.home, self.kept = home, home / "before"
        self.kept.mkdir()
        for path in home.glob("*.sqlite3*"):
            shutil.copy(path, self.kept / path.name)

    def fresh(self) -> None:
        """As it was before the import."""
        for path in self.home.glob("*.sqlite3*"):
            path.unlink()
        for path in self.kept.iterdir():
            shutil.copy(path, self.home / path.name)

    @contextlib.contextmanager
    def asking(self) -> Iterator[Any]:
        """A function from a query to its one value."""
        database = sqlite3.connect(self.home / "denggao.sqlite3")
        try:
            yield lambda query: database.execute(query).fetchone()[0]
        finally:
            database.close()

    def sound(self, ask: Any) -> str:
        """ok"""
        return str(ask("PRAGMA integrity_check"))


class OnPostgres:
    """The database is one of a server, and a template of it."""

    def __init__(self, address: str) -> None:
        import psycopg

        self.address, self.name = address, address.rpartition("/")[2]
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS amcheck")
        self._server(f'CREATE DATABASE "{self.name}_kept" TEMPLATE "{self.name}"')

    def _server(self, *commands: str) -> None:
        import psycopg

        server = f"{self.address.rpartition('/')[0]}/postgres"
        with psycopg.connect(server, autocommit=True) as connection:
            for command in commands:
                connection.execute(command.encode())

    def fresh(self) -> None:
        """As it was before the import; the server process of a killed child goes with it."""
        self._server(
            f'DROP DATABASE "{self.name}" (FORCE)',
            f'CREATE DATABASE "{self.name}" TEMPLATE "{self.name}_kept"',
        )

    @contextlib.contextmanager
    def asking(self) -> Iterator[Any]:
        """A function from a query to its one value."""
        import psycopg

        with psycopg.connect(self.address) as connection:

            def ask(query: str) -> Any:
                row = connection.execute(query.encode()).fetchone()
                return row[0] if row else None

            yield ask

    def sound(self, ask: Any) -> str:
        """ok where every index leads to every row of its table."""
        for table in TABLES:
            ask(f"SELECT bt_index_check('ledger_{table}_pkey'::regclass, true)")
        return "ok"


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
