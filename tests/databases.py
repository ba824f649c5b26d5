"""Databases that tests start themselves, on this machine only; each test that needs one says
why it is skipped where there is none."""

from __future__ import annotations

import atexit
import functools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import settings

from denggao.facts.errors import UserError
from denggao.rules.engines.sql.cases import Session, answers_of_firms
from tests.rules.engines import Answers, Engine

_USERS = ("postgres", "nobody")


@functools.cache
def postgres_or_why() -> str:
    """The address of a server of our own, or the reason why there is none."""
    try:
        import psycopg  # noqa: F401
    except ImportError:
        return "no psycopg"
    found = [shutil.which("initdb"), *sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))]
    binaries = [Path(path).parent for path in found if path]
    if not binaries:
        return "no PostgreSQL server on this machine"
    try:
        return _started(binaries[-1])
    except (OSError, subprocess.SubprocessError) as error:
        return f"PostgreSQL does not start: {error}"


def _started(binaries: Path) -> str:
    """PostgreSQL refuses to run as root: somebody else runs it then."""
    folder = Path(tempfile.mkdtemp(prefix="denggao-pg-"))
    who: dict[str, Any] = {}
    if os.geteuid() == 0:
        user = next(pwd.getpwnam(name) for name in _USERS if _is_user(name))
        os.chown(folder, user.pw_uid, user.pw_gid)
        who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(*command: str) -> None:
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        subprocess.run(
            command, check=True, capture_output=True, timeout=60, cwd=folder, env=environment, **who
        )

    data = str(folder / "data")
    run(str(binaries / "initdb"), "-D", data, "-A", "trust", "-U", "denggao", "-E", "UTF8", "-N")
    options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder} -c fsync=off"
    log = str(folder / "log")
    run(str(binaries / "pg_ctl"), "-D", data, "-w", "-l", log, "-o", options, "start")

    def stop() -> None:
        subprocess.run(
            [str(binaries / "pg_ctl"), "-D", data, "-m", "immediate", "stop"],
            capture_output=True, check=False, timeout=60, cwd=folder, **who,
        )  # fmt: skip
        shutil.rmtree(folder, ignore_errors=True)

    _stops.append(atexit.register(stop))
    return f"postgresql://denggao@127.0.0.1:{port}/postgres"


_stops: list[Callable[[], None]] = []


def stop_servers() -> None:
    """Before the program ends, where it ends without its last words."""
    while _stops:
        stop = _stops.pop()
        atexit.unregister(stop)
        stop()


def _is_user(name: str) -> bool:
    try:
        return bool(pwd.getpwnam(name))
    except KeyError:
        return False


def postgres() -> str:
    """The address of the server; skips the test where there is none."""
    where = postgres_or_why()
    if not where.startswith("postgresql://"):
        pytest.skip(where)
    return where


#: A handful of firms: nothing is worth compiling.
_SMALL = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}
_LONG = {
    "spark.driver.extraJavaOptions": "-XX:+UseParallelGC",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.shuffle.partitions": "1",
}


@functools.cache
def _session(name: str) -> Session:
    session: Any
    if name == "duckdb":
        from denggao.rules.engines.sql.duck import DuckSession

        session = DuckSession()
    elif name == "postgres":
        from denggao.rules.engines.sql.postgres import PostgresSession

        session = PostgresSession(postgres())
    else:
        from denggao.rules.engines.sql.spark import SparkCases

        is_long = settings.default.max_examples > 100  # Java's best is worth waiting for
        session = SparkCases("local[2]", {**_SMALL, **(_LONG if is_long else {})})
    atexit.register(session.close)
    found: Session = session
    return found


def session(name: str) -> Session:
    """A session of duckdb, postgres or spark for all tests; skips where there is none."""
    try:
        return _session(name)
    except UserError as error:
        pytest.skip(str(error))


def by_database(name: str) -> Engine:
    """The engine of ``tests.rules.engines`` on this database."""

    def run(instrument: Any, firms: Any, as_of: Any, *more: Any) -> list[Answers]:
        readings, given = [*more, None, None][:2]
        found = answers_of_firms(instrument, firms, as_of, session(name), readings, given)
        return [(dict(answers), flags) for answers, flags in found]

    return run


_TYPES = {
    pl.String: "TEXT",
    pl.Date: "DATE",
    pl.Int64: "BIGINT",
    pl.Float64: "DOUBLE PRECISION",
    pl.Boolean: "BOOLEAN",
}


def load(connection: Any, table: str, frame: pl.DataFrame) -> None:
    """The frame as a table of this name."""
    columns = ", ".join(f'"{name}" {_type(kind)}' for name, kind in frame.schema.items())
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TABLE "{table}" ({columns})'.encode())
        with cursor.copy(f'COPY "{table}" FROM STDIN (FORMAT csv)'.encode()) as copy:
            copy.write(frame.write_csv(include_header=False))


def _type(kind: pl.DataType) -> str:
    if isinstance(kind, pl.Decimal):
        return f"NUMERIC({kind.precision}, {kind.scale})"
    return _TYPES[kind.base_type()]
