"""Many clients at once, on the server as ``denggao serve`` runs it, over a database of its own.

A test module that lets clients race needs three things (tests/web/test_racing.py shows them):

    @pytest.fixture(params=KINDS)
    def office(request, tmp_path):
        with Office(tmp_path, request.param) as made:
            yield made

    def prepare() -> dict:                       # a function of the module: runs where Django is
        ...                                      # ready on the office's database
        return {"clients": clients_of(user, 50), "firm": firm.pk}

    def test_…(office):
        told = office.call(prepare)
        with office.serving() as server:
            answers = server.race(told["clients"], f"/enterprises/{told['firm']}/edit/", {…})
        only_one_wins(answers)
        assert office.call(count_what_was_written) == 1
"""

from __future__ import annotations

import contextlib
import http.client
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode

from tests.web.homes import migrated, postgres_address, postgres_server, postgres_template

#: The database of this run of the tests, see test_on_postgres.
KINDS = (os.environ.get("DENGGAO_TEST_DATABASE", "sqlite"),)
CLIENTS = 50
_TOKEN = "t" * 32  # the same in cookie and form is all that Django asks for
_T = TypeVar("_T")


class Answer(NamedTuple):
    """What one client was told."""

    status: int
    text: str
    location: str


class Office:
    """A home and a migrated database of its own, ``kind`` sqlite or postgres; skips the test
    where there is no PostgreSQL. Use it as a context."""

    def __init__(self, folder: Path, kind: str) -> None:
        self.home, self.kind = folder / "office", kind
        self.database = ""
        self.home.mkdir(parents=True)
        if kind == "sqlite":
            migrated(self.home)
        else:
            self.database = _postgres_copy()

    def __enter__(self) -> Office:
        self._process = ProcessPoolExecutor(
            1, multiprocessing.get_context("spawn"), _ready, (self.environment,)
        )
        return self

    def __exit__(self, *about: object) -> None:
        self._process.shutdown()
        if self.database:
            with postgres_server() as connection:
                connection.execute(f'DROP DATABASE "{self.database.rpartition("/")[2]}" (FORCE)')

    @property
    def environment(self) -> dict[str, str]:
        """Of the processes that work on the office's database."""
        return _environment(self.home, self.database)

    def call(self, function: Callable[..., _T], *arguments: Any) -> _T:
        """``function`` of a module, called in a process in which Django is ready on this
        database; what it returns must be plain data."""
        return self._process.submit(_called, function, *arguments).result()

    @contextlib.contextmanager
    def serving(self, settings: str = "denggao.web.settings") -> Iterator[Server]:
        """``denggao serve``, as long as the block lasts. ``settings``: a module of a test's own,
        for views that are wrong on purpose."""
        port, log = _free_port(), (self.home / "server.log").open("w+", encoding="utf-8")
        command = [sys.executable, "-m", "denggao", "serve", "--port", str(port)]
        environment = {**self.environment, "DJANGO_SETTINGS_MODULE": settings}
        process = subprocess.Popen(
            command, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            server = Server(port, process, Path(log.name))
            server.wait()
            yield server
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=15)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            log.close()


class Server:
    """A running server."""

    def __init__(self, port: int, process: subprocess.Popen[bytes], log: Path) -> None:
        self.port, self.process, self._log = port, process, log

    def wait(self, seconds: float = 120) -> None:
        """Until it answers."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and self.process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return
            time.sleep(0.05)
        raise AssertionError(f"the server did not start: {self.log()}")

    def log(self) -> str:
        """What it said so far."""
        return self._log.read_text(encoding="utf-8")

    def ask(self, client: str, path: str, form: Mapping[str, Any] | None = None) -> Answer:
        """One request: POST where there is a form, else GET."""
        with contextlib.closing(self._connection()) as connection:
            return _asked(connection, client, path, form)

    def race(
        self, clients: Sequence[str], path: str,
        form: Mapping[str, Any] | Callable[[int], Mapping[str, Any]],
    ) -> list[Answer]:  # fmt: skip
        """Each client posts the form (or its own, by its number) to the path, all at the same
        moment: every connection is open before the first request is sent."""
        gate, answers = threading.Barrier(len(clients)), dict[int, Answer]()

        def run(number: int, client: str) -> None:
            with contextlib.closing(self._connection()) as connection:
                connection.connect()
                told = form(number) if callable(form) else form
                gate.wait()
                answers[number] = _asked(connection, client, path, told)

        threads = [threading.Thread(target=run, args=pair) for pair in enumerate(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(answers) == len(clients), f"clients without an answer: {self.log()}"
        return [answers[number] for number in sorted(answers)]

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)


def only_one_wins(answers: Sequence[Answer]) -> None:
    """One success, everybody else a readable page with 409, nothing else at all."""
    statuses = Counter(answer.status for answer in answers)
    won = statuses[200] + statuses[302]
    assert (won, statuses[409]) == (1, len(answers) - 1), statuses
    for answer in answers:
        if answer.status == 409:
            assert "</html>" in answer.text
            assert "别人" in answer.text, "the page must say that somebody else was quicker"


def clients_of(user: Any, count: int = CLIENTS) -> list[str]:
    """So many sessions of a person, signed in without the cost of a password each. To be called
    where Django is ready."""
    from importlib import import_module

    from django.conf import settings

    engine, made = import_module(settings.SESSION_ENGINE), []
    for _ in range(count):
        session = engine.SessionStore()
        now = time.time()
        session.update({
            "_auth_user_id": str(user.pk), "_auth_user_hash": user.get_session_auth_hash(),
            "_auth_user_backend": settings.AUTHENTICATION_BACKENDS[-1],
            "began": now, "seen": now,
        })  # fmt: skip
        session.create()
        made.append(session.session_key)
    return made


def person(username: str, *roles: str, region: str = "620102") -> Any:
    """An account with roles in a unit of a region. To be called where Django is ready."""
    from denggao.web.accounts.models import Region, Unit, User

    place = Region.objects.get(code=region)
    unit, _ = Unit.objects.get_or_create(name=f"{place.name}科技局", region=place)
    user = User(username=username, name=f"测试{username}", unit=unit, roles=list(roles))
    user.must_change_password = False
    user.password = "!never-entered"
    user.save()
    return user


# --- inside ---------------------------------------------------------------------------------------


def _asked(
    connection: http.client.HTTPConnection, client: str, path: str, form: Mapping[str, Any] | None
) -> Answer:
    from django.conf import settings

    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={client}; csrftoken={_TOKEN}"}
    body = None
    if form is not None:
        body = urlencode({**form, "csrfmiddlewaretoken": _TOKEN}, doseq=True)
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection.request("GET" if form is None else "POST", path, body, headers)
    answer = connection.getresponse()
    text = answer.read().decode("utf-8", "replace")
    return Answer(answer.status, text, answer.headers.get("Location", ""))


def _environment(home: Path, database: str) -> dict[str, str]:
    told = {**os.environ, "DENGGAO_HOME": str(home), "PYTHONIOENCODING": "utf-8"}
    told |= {"DENGGAO_SECRET_KEY": "only-for-the-races-" + "x" * 32, "PYTHONPATH": str(Path.cwd())}
    told["DJANGO_SETTINGS_MODULE"] = "denggao.web.settings"
    told.pop("DATABASE_URL", None)
    if database:
        told["DATABASE_URL"] = database
    return told


def _ready(environment: Mapping[str, str]) -> None:
    os.environ.pop("DATABASE_URL", None)
    from denggao.web import start

    start(**environment)


def _called(function: Callable[..., _T], *arguments: Any) -> _T:
    from django.db import connections

    try:
        return function(*arguments)
    finally:
        connections.close_all()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _postgres_copy() -> str:
    template, name = postgres_template(), f"office_{os.getpid()}_{time.monotonic_ns()}"
    with postgres_server() as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return postgres_address(name)
