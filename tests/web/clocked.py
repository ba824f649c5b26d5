"""An application whose day the test sets: the server and its worker read it from a file."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.web.homes import migrated
from tests.web.serving import running, with_settings
from tests.web.test_processes import environment

#: Runs when an interpreter starts, before the application is loaded: from then on its clock goes
#: on from the instant in the file, which may be set again at any time.
_CLOCK = """
import datetime, os, time
from zoneinfo import ZoneInfo
import django.utils.timezone as django_clock
import denggao.cli.common as common

def now():
    path = os.environ["TEST_CLOCK"]
    with open(path) as file:
        begun = datetime.datetime.fromisoformat(file.read())
    passed = max(0.0, time.time() - os.stat(path).st_mtime)
    return (begun + datetime.timedelta(seconds=passed)).astimezone(datetime.timezone.utc)

django_clock.now = now
common.today = lambda: now().astimezone(ZoneInfo("Asia/Shanghai")).date()
"""


class Clocked:
    """``address`` of the application; ``set`` moves its clock to the morning of a day."""

    def __init__(self, home: Path) -> None:
        self.home, self.file, self.address = migrated(home), home / "clock.txt", ""
        (home / "clock").mkdir()
        (home / "clock" / "sitecustomize.py").write_text(_CLOCK, encoding="utf-8")

    def set(self, day: str) -> None:
        """Nine in the morning of this day, in Shanghai."""
        fresh = self.file.with_suffix(".new")
        fresh.write_text(f"{day}T09:00:00+08:00", encoding="utf-8")
        fresh.replace(self.file)

    def environment(self) -> dict[str, str]:
        """For processes that shall live in this time."""
        told = with_settings(environment(self.home))
        paths = (str(self.home / "clock"), told["PYTHONPATH"])
        return {**told, "TEST_CLOCK": str(self.file), "PYTHONPATH": os.pathsep.join(paths)}

    def run(self, code: str) -> str:
        """What a program printed that ran in this time."""
        made = subprocess.run(
            [sys.executable, "-c", code], env=self.environment(), capture_output=True, text=True,
            encoding="utf-8", check=False,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        return made.stdout

    @contextmanager
    def served(self) -> Iterator[str]:
        """The address, as long as the block lasts."""
        with running(self.environment()) as self.address:
            yield self.address
