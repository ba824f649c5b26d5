"""A session's last sign of life, written down without waiting for anybody."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import OperationalError, connection
from django.http import HttpRequest

#: How often, in seconds, it is written down.
_EVERY = 60


def note(request: HttpRequest) -> None:
    """Now and then. In SQLite one writes at a time, and an import may take its turn for seconds:
    a page does not wait for that, the next one notes it."""
    session, now = request.session, time.time()
    before, was_modified = session.get("seen", 0), session.modified
    if now - before <= _EVERY:
        return
    session["seen"] = now
    try:
        with _at_once():
            session.save()
    except UpdateError as error:
        if not isinstance(error.__context__, OperationalError):
            raise SessionInterrupted from None  # somebody logged out meanwhile
        session["seen"], session.modified = before, was_modified
    else:
        session.modified = False


@contextmanager
def _at_once() -> Iterator[None]:
    """On SQLite, fails where another is writing, instead of waiting."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        patience = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute("PRAGMA busy_timeout = 0")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {patience:d}")
