"""The application as the command line starts, fills and checks it. Call ``start()`` first."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from denggao.facts.errors import UserError


def database() -> str:
    """Which database, without its password."""
    from django.conf import settings

    chosen = settings.DATABASES["default"]
    where = [chosen.get("HOST"), chosen.get("NAME")]
    return "/".join(str(part) for part in where if part)


def migrate() -> None:
    """Bring the database to this release's form. Raises UserError where it cannot be opened."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db.utils import OperationalError

    try:
        settings.HOME.mkdir(parents=True, exist_ok=True)
        call_command("migrate", verbosity=0, interactive=False)
    except (OSError, OperationalError) as error:
        raise UserError(f"数据库 {database()} 打不开：{error}") from None


def has_users() -> bool:
    """Is there any account?"""
    from denggao.web.accounts.models import User

    return User.objects.exists()


def create_admin(username: str, name: str, codes: list[str]) -> str:
    """A first account; returns its one-time password."""
    from denggao.web.accounts.actions import create_first_user

    return create_first_user(username=username, name=name, codes=codes, why="命令行建立")[1]


def verify(anchor: str) -> tuple[list[str], str]:
    """Everything that was altered outside the application, and the present head."""
    from denggao.web.accounts import audit

    return list(audit.faults(anchor)), audit.head()


def serve(host: str, port: int) -> None:
    """Listen until interrupted, with a worker for the jobs beside. Raises UserError where the
    port is taken."""
    import socket

    from granian import Granian
    from granian.constants import Interfaces

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise UserError(f"{host}:{port} 已经有程序在用，请用 --port 换一个端口") from None
    with worker():
        Granian(
            "denggao.web.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            blocking_threads=4,
            log_access=False,
        ).serve()


@contextlib.contextmanager
def worker() -> Iterator[subprocess.Popen[Any]]:
    """The process that works on imports and runs, as long as the block lasts."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "denggao.web.settings"}
    command = [sys.executable, "-m", "denggao.web", "db_worker", "--interval", "0.5"]
    process = subprocess.Popen(command, env=environment)  # noqa: S603 - our own command
    try:
        yield process
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
        process.kill()
