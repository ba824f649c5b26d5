"""A city with two districts, people of every role, and clients that are signed in."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from denggao.web.accounts.models import Region, Unit, User
from denggao.web.accounts.roles import ROLES
from denggao.web.ledger import actions
from denggao.web.ledger.models import Enterprise, Import
from tests.web.homes import sqlite_template

AS_OF = datetime.date(2026, 6, 30)
LANZHOU, CHENGGUAN, QILIHE, HIGH_TECH = "620100", "620102", "620103", "6201GX"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """On SQLite a copy of the run's migrated database in place of Django's own tables."""
    if connection.vendor == "sqlite":
        with django_db_blocker.unblock(), closing(sqlite3.connect(sqlite_template())) as made:
            connection.ensure_connection()
            made.backup(connection.connection)


@pytest.fixture(autouse=True)
def _database(db: None) -> None:
    """Every test here has one."""


@pytest.fixture
def make_user() -> Callable[..., User]:
    """An account with roles in a unit of a region."""

    def make(username: str, *roles: str, region: str = CHENGGUAN) -> User:
        place = Region.objects.get(code=region)
        unit, _ = Unit.objects.get_or_create(name=f"{place.name}科技局", region=place)
        user = User(username=username, name=f"测试{username}", unit=unit, roles=list(roles))
        user.must_change_password = False
        user.set_password("Right-Password-1")
        user.save()
        return user

    return make


@pytest.fixture
def sign_in() -> Callable[[User], Client]:
    """A client of this person."""

    def enter(user: User) -> Client:
        client = Client()
        client.force_login(user, "denggao.web.accounts.backends.Backend")
        return client

    return enter


@pytest.fixture
def clerk(make_user: Callable[..., User]) -> User:
    """经办 of 城关区."""
    return make_user("clerk", "clerk")


@pytest.fixture
def everybody(make_user: Callable[..., User]) -> dict[str, User]:
    """One person of each role in 城关区."""
    return {code: make_user(f"one-{code}", code) for code in ROLES}


@pytest.fixture
def make_firm(clerk: User) -> Callable[..., Enterprise]:
    """A firm in a district."""

    def make(name: str, region: str = CHENGGUAN, zone: str | None = None, uscc: str | None = None):  # type: ignore[no-untyped-def]
        return Enterprise.objects.create(
            name=name, region_id=region, zone_id=zone, uscc=uscc, made_by=clerk
        )

    return make


@pytest.fixture
def bring(clerk: User) -> Callable[..., Import]:
    """Upload, read, and (unless told otherwise) commit."""

    def go(path: Path, commit: bool = True, by: User | None = None, **how: Any) -> Import:
        user = by or clerk
        told = {"mode": "upsert", "source": "ledger", "region": user.region, "as_of": AS_OF} | how
        source = actions.bring(by=user, name=path.name, chunks=[path.read_bytes()], **told)
        source.refresh_from_db()
        if commit:
            assert source.state == Import.State.CHECKED, source.message
            actions.confirm(by=user, source=source, without_wrong=True)
            source.refresh_from_db()
            assert source.state == Import.State.COMMITTED, source.message
        return source

    return go
