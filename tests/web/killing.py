"""Run as a process of its own: commits an import again and again in children, and kills them.

    python -m tests.web.killing HOME KILLS       prints one JSON object

The children are forked from one process that has loaded everything, but opened no database.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import time
from pathlib import Path

from denggao.web import start

TABLES = ("enterprise", "statement", "value")


def main(home: Path, kills: int) -> None:
    """Measure one undisturbed commit, then kill ``kills`` others at random moments."""
    start()
    from denggao.web.accounts import audit
    from denggao.web.kit.pinyin import initials_and_full
    from denggao.web.ledger import importing

    initials_and_full("会泽")  # loads what every child would load again
    keep = home / "kept"
    keep.mkdir()
    files = [*home.glob("*.sqlite3*"), *(home / "uploads").rglob("valid.rows")]
    for path in files:
        shutil.copy(path, keep / path.name)

    def fresh() -> None:
        for path in home.glob("*.sqlite3*"):
            path.unlink()
        for path in files:
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
    length, complete = time.monotonic() - began, counts(home)
    dice, told = random.Random(20260630), []
    for number in range(kills):
        fresh()
        pid = begin()
        # the last come late, so that some find the work done
        time.sleep(length * dice.random() if number < kills - 2 else 3 * length + 0.2)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        found = counts(home)
        again = os.waitstatus_to_exitcode(os.waitpid(begin(), 0)[1])
        told.append({"found": found, "again": again, "then": counts(home)})
    sys.stdout.write(json.dumps({"whole": whole, "complete": complete, "kills": told}))


def counts(home: Path) -> list[object]:
    """Rows of each table, the state of the import, and whether the database is sound."""
    database = sqlite3.connect(home / "denggao.sqlite3")
    try:
        rows = [database.execute(f"SELECT COUNT(*) FROM ledger_{t}").fetchone()[0] for t in TABLES]
        (state,) = database.execute("SELECT state FROM ledger_import").fetchone()
        (sound,) = database.execute("PRAGMA integrity_check").fetchone()
    finally:
        database.close()
    return [*rows, state, sound]


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
