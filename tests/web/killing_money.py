"""Run as a process of its own: computes or pays a run again and again in children, and kills
them.

    python -m tests.web.killing_money HOME JOB RUN KILLS       prints one JSON object

The children are forked from one process that has loaded everything, but opened no database.
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
from pathlib import Path

from denggao.web import start

TABLES = ("row", "grant", "payment", "paybatch")


def main(home: Path, job: str, run: int, kills: int) -> None:
    """Measure one undisturbed job, then kill ``kills`` others at random moments."""
    start()
    from denggao.rules.library import loaded, paying
    from denggao.web.accounts import audit

    for versions in paying().values():  # what every child would load again
        for entry in versions:
            loaded(entry.path)
    keep = home / "kept"
    keep.mkdir()
    files = [*home.glob("*.sqlite3*")]
    for path in files:
        shutil.copy(path, keep / path.name)

    def fresh() -> None:
        for path in home.glob("*.sqlite3*"):
            path.unlink()
        for path in files:
            shutil.copy(keep / path.name, path)

    def child(ready: int) -> None:
        os.write(ready, b".")
        work(job, run)
        os._exit(3 if list(audit.faults()) else 0)

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
    nothing = counts(home)
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
    sys.stdout.write(
        json.dumps({"whole": whole, "complete": complete, "nothing": nothing, "kills": told})
    )


def work(job: str, run: int) -> None:
    """The job itself."""
    from django.utils import timezone

    from denggao.web.ledger.actions import Conflict
    from denggao.web.money import actions, tasks
    from denggao.web.money.models import Run

    found = Run.objects.get(pk=run)
    if job == "compute":
        tasks.compute.func(run)
        return
    with contextlib.suppress(Conflict):  # it was paid before the kill
        actions.pay(by=found.by, run=found, paid_on=timezone.localdate(), reference="凭证")


def counts(home: Path) -> list[object]:
    """Rows of each table, what was paid, the states of the runs, and is the database sound."""
    database = sqlite3.connect(home / "denggao.sqlite3")
    try:
        rows = [database.execute(f"SELECT COUNT(*) FROM money_{t}").fetchone()[0] for t in TABLES]
        (fen,) = database.execute("SELECT COALESCE(SUM(fen), 0) FROM money_payment").fetchone()
        states = [s for (s,) in database.execute("SELECT state FROM money_run ORDER BY id")]
        (sound,) = database.execute("PRAGMA integrity_check").fetchone()
    finally:
        database.close()
    return [*rows, fen, *states, sound]


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
