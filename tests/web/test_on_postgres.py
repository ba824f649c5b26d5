"""The tests whose subject is the database, once more on PostgreSQL. ``.ci/run`` runs all of them
there: ``DENGGAO_TEST_DATABASE=postgres pytest tests/web``."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.databases import postgres

SUBJECTS = (
    "test_imports.py", "test_blocks.py", "test_audit.py", "test_append_only.py", "test_racing.py",
)  # fmt: skip


@pytest.mark.skipif("DENGGAO_TEST_DATABASE" in os.environ, reason="that is the database already")
def test_on_postgres() -> None:
    postgres()  # skips where there is none
    told = {**os.environ, "DENGGAO_TEST_DATABASE": "postgres"}
    for name in ("DATABASE_URL", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT"):
        told.pop(name, None)
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *(f"tests/web/{name}" for name in SUBJECTS)], env=told, capture_output=True,
        text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed[1]) >= 3 * len(SUBJECTS), "hardly anything was run"
    assert "skipped" not in done.stdout
