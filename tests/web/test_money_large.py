"""Runs with more rows than a page should wait for: approved and written in the background."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.test import Client

from denggao.facts.errors import UserError
from denggao.web.accounts import audit
from denggao.web.accounts.models import AuditRow
from denggao.web.ledger import files as ordered
from denggao.web.ledger.actions import Conflict
from denggao.web.ledger.models import OrderedFile
from denggao.web.money import actions, tasks
from denggao.web.money.models import Grant, Run
from tests.web.conftest import QILIHE
from tests.web.money import Office, event, listed

WAN = 1_000_000


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    """Three rows are many here."""
    monkeypatch.setattr(ordered, "AT_ONCE", 3)
    return Office()


def published(office: Office, first: int = 0, count: int = 5) -> Run:
    return office.published(office.run(listed([event(first + n) for n in range(count)])))


def test_a_large_approval_goes_on_in_the_background(office: Office) -> None:
    run = published(office)
    assert not actions.approve(by=office.leader, run=run)
    run.refresh_from_db()
    assert (run.state, run.approved_by, Grant.objects.count()) == ("approving", office.leader, 0)
    with pytest.raises(Conflict):  # it cannot be approved twice, nor dropped, nor paid
        actions.approve(by=office.leader, run=run)
    with pytest.raises(Conflict):
        actions.drop(by=office.clerk, run=run, why="错了")
    assert tasks.take_up_again() == 1  # the worker was killed: begun once more, done once
    run.refresh_from_db()
    assert (run.state, Grant.objects.count()) == ("approved", 5)
    tasks.approve.func(run.pk)
    assert Grant.objects.count() == 5
    assert AuditRow.objects.filter(action="审定奖补").count() == 1
    assert list(audit.faults()) == []


def test_a_small_approval_is_done_at_once(office: Office) -> None:
    run = published(office, count=3)
    assert actions.approve(by=office.leader, run=run)
    run.refresh_from_db()
    assert (run.state, Grant.objects.count()) == ("approved", 3)


def test_an_approval_that_cannot_be_says_why_and_may_be_tried_again(
    office: Office, sign_in: Callable[..., Client]
) -> None:
    first, twin = published(office), published(office, first=4)  # number 4 is in both
    actions.approve(by=office.leader, run=twin)
    tasks.approve.func(twin.pk)
    actions.approve(by=office.leader, run=first)
    tasks.approve.func(first.pk)
    first.refresh_from_db()
    assert (first.state, first.approved_by, Grant.objects.count()) == ("published", None, 5)
    assert "已被别的批次审定" in first.message
    page = sign_in(office.leader).get(f"/money/runs/{first.pk}/").content.decode()
    assert "上次审定没有成，还在公示" in page
    assert AuditRow.objects.filter(action="奖补没有审定成").count() == 1
    actions.drop(by=office.clerk, run=first, why="有一户已在别的批次")


def test_nobody_waits_for_a_large_workbook(office: Office, sign_in: Callable[..., Client]) -> None:
    run, client = published(office), sign_in(office.clerk)
    actions.approve(by=office.leader, run=run)
    page = client.get(f"/money/runs/{run.pk}/").content.decode()
    assert "正在逐笔列为应付" in page
    assert "HX-Refresh" not in client.get(f"/money/runs/{run.pk}/progress/").headers
    tasks.approve.func(run.pk)
    assert client.get(f"/money/runs/{run.pk}/progress/").headers["HX-Refresh"] == "true"
    for address, sheet, rows in (
        (f"/money/runs/{run.pk}/finance.xlsx", "拨款明细", 7),
        (f"/money/runs/{run.pk}/events.xlsx", "名单", 6),
        (f"/money/runs/{run.pk}/all.xlsx", "全部结果", 6),
        (f"/money/runs/{run.pk}/publication.xlsx", "公示表", 7),
        ("/money/payments/export/", "应付与付款", 7),
    ):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/files/"), address
        made = OrderedFile.objects.latest("pk")
        ordered.make(made.pk)
        made.refresh_from_db()
        assert (made.state, made.message, made.done) == ("ready", "", 5)
        book = openpyxl.load_workbook(io.BytesIO(made.path.read_bytes()))
        assert book[sheet].max_row == rows, address
    word = client.get(f"/money/runs/{run.pk}/publication.docx")
    assert word.status_code == 302


def test_who_may_not_see_the_run_gets_no_file_of_it(office: Office) -> None:
    run, stranger = published(office), Office(QILIHE).clerk
    made = ordered.order(
        by=stranger, maker="money.run", name="甲.xlsx", parameters={"run": run.pk, "kind": "all"}
    )
    ordered.make(made.pk)
    made.refresh_from_db()
    assert (made.state, made.message) == ("failed", "这次测算已不在您的辖区里")


def test_a_row_of_nobody_stops_the_whole(office: Office) -> None:
    rows: list[Any] = [event(n) for n in range(5)]
    rows[4][1] = ""
    run = office.published(office.run(listed(rows)))
    actions.approve(by=office.leader, run=run)
    with pytest.raises(UserError, match="1 行认不准"):
        actions.approve_all(run)
    assert not Grant.objects.exists()
