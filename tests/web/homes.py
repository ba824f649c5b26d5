"""Homes with a migrated database: made once in a run of the tests, and copied."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

_PATIENCE = 300  # seconds for another worker to make it


def migrated(home: Path) -> Path:
    """The same folder, with an empty database of this release in it."""
    shutil.copy(sqlite_template(), home / "denggao.sqlite3")
    return home


@functools.cache
def sqlite_template() -> Path:
    """A migrated database, one for all workers of a run."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", f"alone-{os.getpid()}")
    folder = Path(tempfile.gettempdir()) / f"denggao-template-{run}"
    made = folder / "made"
    try:
        folder.mkdir()
    except FileExistsError:
        for _ in range(_PATIENCE * 10):
            if made.exists():
                return folder / "denggao.sqlite3"
            time.sleep(0.1)
        raise TimeoutError(f"nobody has made {folder}") from None
    told = {**os.environ, "DENGGAO_HOME": str(folder), "PYTHONIOENCODING": "utf-8"}
    for name in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "DENGGAO_SECRET_KEY"):
        told.pop(name, None)
    migrate(told)
    made.touch()
    return folder / "denggao.sqlite3"


def migrate(told: Mapping[str, str]) -> None:
    """``denggao migrate`` in this environment."""
    done = subprocess.run(
        [sys.executable, "-m", "denggao", "migrate"], env=told, capture_output=True, text=True,
        encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
