"""A session's sign of life: noted now and then, and no page waits for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from denggao.web.accounts.models import User
from tests.web.homes import migrated
from tests.web.test_processes import run

#: One process, one file: somebody else writes while a page is asked for.
_LOCKED = """
import sqlite3
from denggao.web import server, start
start()
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client
from denggao.web.accounts import actions
from denggao.web.accounts.models import Region, User
settings.ALLOWED_HOSTS = ["testserver"]
region = Region.objects.get(code="620102")
unit = actions.save_unit(by=None, name="某局", kind="bureau", region=region)
user, _ = actions.create_first_user(username="a", name="甲", codes=["head"], unit=unit)
User.objects.filter(pk=user.pk).update(must_change_password=False)
client = Client()
client.force_login(user, settings.AUTHENTICATION_BACKENDS[-1])
client.get("/enterprises/")

session = client.session
session["seen"] -= 100
session.save()
before = client.session["seen"]
other = sqlite3.connect(settings.DATABASES["default"]["NAME"], isolation_level=None)
other.execute("BEGIN IMMEDIATE")
assert client.get("/enterprises/").status_code == 200
assert client.session["seen"] == before
connection.cursor().execute("PRAGMA busy_timeout = 100")
try:  # the control: it is truly locked
    User.objects.update(name="乙")
except OperationalError:
    pass
else:
    raise AssertionError("not locked")
other.execute("ROLLBACK")
assert client.get("/enterprises/").status_code == 200
assert client.session["seen"] > before
assert connection.cursor().execute("PRAGMA busy_timeout").fetchone()[0] == 100
"""


def test_a_page_does_not_wait_for_somebody_who_writes(tmp_path: Path) -> None:
    done = run(migrated(tmp_path), "-c", _LOCKED)
    assert done.returncode == 0, done.stderr


def test_a_session_that_was_ended_meanwhile_does_not_come_back(
    everybody: dict[str, User], sign_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in(everybody["clerk"])
    client.get("/enterprises/")
    session = client.session
    session["seen"] -= 100
    session.save()
    from denggao.web.accounts import life

    real = life._at_once

    def ended() -> object:
        Session.objects.all().delete()
        return real()

    monkeypatch.setattr(life, "_at_once", ended)
    assert client.get("/enterprises/").status_code == 400
    assert not Session.objects.exists()
