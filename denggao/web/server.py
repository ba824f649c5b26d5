"""The application as the command line starts, fills and checks it. Call ``start()`` first."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
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
    """Everything that was altered outside the application, and the present head. Raises UserError
    where there is no data."""
    from denggao.web.accounts import audit
    from denggao.web.ledger import importing
    from denggao.web.supervision import frozen

    _expect_data()
    return [*audit.faults(anchor), *importing.faults(), *frozen.faults()], audit.head()


def backup(target: Path) -> dict[str, Any]:
    """All data into one file; returns its manifest. Raises UserError where there is no data."""
    from denggao.web import backup as archive

    _expect_data()
    return archive.backup(target)


def _expect_data() -> None:
    """A slip in ``--home`` must not look like an empty but sound database."""
    from django.conf import settings
    from django.db import connection
    from django.db.utils import OperationalError

    file = settings.DATABASES["default"]["NAME"]
    lies_in_a_file = connection.vendor == "sqlite" and not connection.is_in_memory_db()
    there = not lies_in_a_file or Path(file).is_file()
    try:
        if there and "accounts_auditrow" in connection.introspection.table_names():
            return
    except OperationalError as error:
        raise UserError(f"数据库 {database()} 打不开：{error}") from None
    raise UserError(f"{database()} 里没有登高的数据；请核对 --home 指的是不是数据文件夹")


def restore(source: Path) -> dict[str, Any]:
    """All data from one file into an empty place; returns its manifest."""
    from denggao.web import backup as archive

    return archive.restore(source)


def serve(host: str, port: int) -> None:
    """Listen until interrupted, with a worker for the jobs beside. Raises UserError where the
    port is taken."""
    import socket

    from django.conf import settings
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise UserError(f"{host}:{port} 已经有程序在用，请用 --port 换一个端口") from None
    _take_up_again()
    _make_ready()
    with worker():
        Granian(
            "denggao.web.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=settings.WORKERS,
            blocking_threads=2,  # more wait for one another: only one computes at a time
            websockets=False,
            log_access=False,
            log_level=LogLevels.warning,  # what it says of itself on start is in English
        ).serve()


def _make_ready() -> None:
    """What every process needs, read once before they part, so that no first page waits for it."""
    from django.db import connections
    from django.urls import get_resolver
    from django.utils import timezone

    from denggao.rules import library

    get_resolver().url_patterns  # noqa: B018 - imports all pages
    library.all_in_force(timezone.localdate())
    connections.close_all()  # no two processes may speak through one


def _take_up_again() -> None:
    """What an interrupted worker had begun."""
    from denggao.web.ledger import actions, files

    actions.take_up_again()
    files.take_up_again()


@contextlib.contextmanager
def worker() -> Iterator[None]:
    """The process that works on imports and runs, as long as the block lasts; started again,
    with what it was at, when it dies."""
    over = threading.Event()
    watcher = threading.Thread(target=_keep_working, args=(over,))
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _keep_working(over: threading.Event) -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "denggao.web.settings"}
    environment["DENGGAO_NICE"] = "10"  # pages go first
    command = [sys.executable, "-m", "denggao.web", "db_worker", "--interval", "0.5"]
    process = None
    while not over.is_set():
        if process is None or process.poll() is not None:
            if process is not None:
                _take_up_again()
            process = subprocess.Popen(command, env=environment)  # noqa: S603 - our own command
        over.wait(1)
    if process is not None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
        process.kill()
