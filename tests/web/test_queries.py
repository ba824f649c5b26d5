"""A page asks the database as often for thirty rows as for three."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from denggao.web.accounts import audit
from denggao.web.accounts.models import User
from denggao.web.assessments import actions as runs
from denggao.web.assessments.models import Run
from denggao.web.ledger import listing
from denggao.web.ledger.models import (
    Enterprise,
    Import,
    OrderedFile,
    PendingRow,
    SavedView,
    Title,
)
from tests.web.books import book, row
from tests.web.conftest import AS_OF, CHENGGUAN

FEW, MANY = 3, 30
LAW = "高新技术企业认定"
#: page → queries at most (reliability.md T04).
PAGES = {
    "ledger:enterprises": 12,
    "ledger:enterprise": 20,
    "ledger:imports": 12,
    "ledger:questions": 12,
    "ledger:files": 12,
    "assessments:pool": 30,
    "assessments:pool-run": 30,
    "assessments:pool-verdict": 20,
    "accounts:audit": 12,
    "accounts:roles": 12,
}


@pytest.fixture
def people(make_user: Callable[..., User]) -> User:
    """Somebody who may see every page."""
    return make_user("all", "head", "audit", "security")


def add(people: User, bring: Callable[..., Import], folder: Path, first: int, count: int) -> None:
    """So many rows more of everything that a page lists."""
    numbers = range(first, first + count)
    path = book(folder / f"{first}.xlsx", [row(n, n + 1, n + 2, 30) for n in numbers])
    source = bring(path, by=people)
    for n, firm in enumerate(Enterprise.objects.filter(source=source)):
        day = datetime.date(2024, 1, 1) + datetime.timedelta(days=n)
        Title.objects.create(enterprise=firm, kind="高新技术企业", issued_on=day, by=people)
        firm.owner = people
        firm.save()
        PendingRow.objects.create(
            source=source, region_id=CHENGGUAN, name=firm.name, uscc="", rows=[], why="像",
            candidates=[{"enterprise": firm.pk, "score": 90, "why": "像"}],
        )  # fmt: skip
        OrderedFile.objects.create(user=people, maker="ledger.list", name=f"{n}.xlsx")
        SavedView.objects.create(user=people, name=f"{first} {n}", query="")
        with transaction.atomic():
            audit.record(by=people, action="查看", of=firm)
        Run.objects.create(law=LAW, as_of=AS_OF, region_id=CHENGGUAN, by=people, state="done")
    run = Run.objects.create(law=LAW, as_of=AS_OF, region_id=CHENGGUAN, by=people)
    runs.complete(run)


def counted(client: Client) -> dict[str, int]:
    """How often each page asks."""
    firm, run = Enterprise.objects.latest("pk").pk, Run.objects.exclude(counts={}).latest("pk").pk
    keys = {
        "ledger:enterprise": firm,
        "assessments:pool-run": run,
        "assessments:pool-verdict": firm,
    }
    found = {}
    for name in PAGES:
        address = reverse(name, args=[keys[name]] if name in keys else [])
        client.get(address)  # what is asked for once only, once
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200, name
        found[name] = len(captured)
    return found


def test_queries_do_not_grow_with_the_rows(
    people: User, bring: Callable[..., Import], tmp_path: Path,
    sign_in: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    client = sign_in(people)
    add(people, bring, tmp_path, 0, FEW)
    few = counted(client)
    assert {name: n for name, n in few.items() if n > PAGES[name]} == {}
    add(people, bring, tmp_path, 100, MANY)
    # a list is counted only where its first page does not hold it all
    assert {name: n for name, n in counted(client).items() if n > few[name] + 1} == {}
    # the control: a list that takes its firms one by one
    take = listing.listed

    def one_by_one(pks: list[int]) -> list[Any]:
        return [one for pk in pks for one in take([pk])]

    monkeypatch.setattr(listing, "listed", one_by_one)
    assert counted(client)["ledger:enterprises"] >= few["ledger:enterprises"] + MANY
