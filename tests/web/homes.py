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
from typing import Any

import psycopg

from tests.databases import postgres

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
    (folder / "said").write_text(migrate(told), encoding="utf-8")
    made.touch()
    return folder / "denggao.sqlite3"


def said() -> str:
    """What ``denggao migrate`` said as it made that database, from nothing."""
    return (sqlite_template().parent / "said").read_text(encoding="utf-8")


def migrate(told: Mapping[str, str]) -> str:
    """``denggao migrate`` in this environment; what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "denggao", "migrate"], env=told, capture_output=True, text=True,
        encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


# --- PostgreSQL -----------------------------------------------------------------------------------


@functools.cache
def postgres_template() -> str:
    """The name of a migrated database on this process's own server."""
    name = f"template_{os.getpid()}"
    with postgres_server() as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    with tempfile.TemporaryDirectory() as home:
        told = {**os.environ, "DENGGAO_HOME": home, "PYTHONIOENCODING": "utf-8"}
        told |= {"DENGGAO_SECRET_KEY": "only-for-the-races-" + "x" * 32}
        told |= {"DJANGO_SETTINGS_MODULE": "denggao.web.settings"}
        migrate({**told, "PYTHONPATH": str(Path.cwd()), "DATABASE_URL": postgres_address(name)})
    return name


def postgres_server() -> psycopg.Connection[Any]:
    """A connection that may make and drop databases."""
    return psycopg.connect(postgres(), autocommit=True)


def postgres_address(name: str) -> str:
    """Of a database of this process's own server."""
    return f"{postgres().rpartition('/')[0]}/{name}"
