"""The application as ``denggao serve`` runs it, for the tests that look at it in a browser."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.web.homes import migrated
from tests.web.test_processes import environment

SHIPPED, QUICK = "denggao.web.settings", "tests.web.quick_settings"


@contextmanager
def running(told: Mapping[str, str]) -> Iterator[str]:
    """The address of the application in this environment, as long as the block lasts. One process
    answers the pages: a browser waits for each of them anyway."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "denggao", "serve", "--port", str(port)]
    server = subprocess.Popen(
        command, env={**told, "DENGGAO_WORKERS": "1"}, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=30)


@contextmanager
def served(home: Path, people: str, settings: str = QUICK) -> Iterator[tuple[str, str]]:
    """(address, what it printed) of an application in ``home``, after the program ``people`` has
    put somebody into its new database."""
    told = with_settings(environment(migrated(home)), settings)
    made = subprocess.run(
        [sys.executable, "-c", people], env=told, capture_output=True, text=True,
        encoding="utf-8", check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    with running(told) as address:
        yield address, made.stdout.strip()


def with_settings(told: Mapping[str, str], settings: str = QUICK) -> dict[str, str]:
    """The environment with this module of settings, which may be of the tests."""
    paths = (told.get("PYTHONPATH", ""), str(Path.cwd()))
    return {
        **told, "DJANGO_SETTINGS_MODULE": settings,
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
    }  # fmt: skip


def _wait(address: str) -> None:
    for _ in range(120):
        try:
            with urllib.request.urlopen(f"{address}/login/", timeout=5):  # noqa: S310 - our own
                return
        except OSError:
            time.sleep(0.5)
    pytest.fail("the application did not come up")
