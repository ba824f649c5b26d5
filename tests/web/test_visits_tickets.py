"""诉求: random walks along the table, what closing needs, who was first, clocks and figures."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from denggao.diagnosis.calendar import SHANGHAI
from denggao.facts.errors import UserError
from denggao.web.accounts.models import AuditRow, Region, User
from denggao.web.ledger.actions import Conflict
from denggao.web.ledger.models import Enterprise
from denggao.web.visits import figures, flow, queries
from denggao.web.visits.actions import tickets
from denggao.web.visits.clocks import Terms
from denggao.web.visits.models import Clock, Step, Ticket
from tests.strategies import examples
from tests.web.conftest import CHENGGUAN, LANZHOU

TICK = datetime.timedelta(microseconds=1)


@pytest.fixture
def client(clerk: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(clerk)


@pytest.fixture
def ticket(clerk: User, make_firm: Callable[..., Enterprise]) -> Ticket:
    return tickets.receive(by=clerk, enterprise=make_firm("模拟甲"), text="缺检测设备")


def walk(by: User, ticket: Ticket, *codes: str) -> Ticket:
    for code in codes:
        ticket = tickets.move(
            by=by, ticket=ticket, version=ticket.version, code=code, unit="工信局", note="说明",
            satisfaction="满意" if code == "revisit" else "",
        )  # fmt: skip
    return ticket


@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(flow.MOVES)), st.booleans(), st.sampled_from(flow.SATISFACTION)
        ),
        min_size=4,
        max_size=14,
    )
)
@examples(25)
def test_random_walks(moves: list[tuple[str, bool, str]]) -> None:
    """Whatever is tried: only moves of the table happen, each leaves a step, none is lost, and
    what is closed was revisited to somebody's satisfaction after it was done."""
    by = User.objects.filter(username="w").first() or User.objects.create(username="w", name="w")
    region = Region.objects.get(code=CHENGGUAN)
    firm = Enterprise.objects.create(name="模拟甲", region=region, made_by=by)
    ticket = tickets.receive(by=by, enterprise=firm, text="问题")
    done = 1
    for code, told, satisfaction in moves:
        before = Ticket.objects.get(pk=ticket.pk)
        step = flow.resolved(code, satisfaction)
        note = "说明" if told else ""
        may = before.state in step.sources and (told or "note" not in step.needs)
        try:
            ticket = tickets.move(
                by=by, ticket=ticket, version=ticket.version, code=code, unit="局", note=note,
                satisfaction=satisfaction,
            )  # fmt: skip
        except UserError:
            assert not may
            assert Ticket.objects.values().get(pk=ticket.pk) == {
                f.attname: getattr(before, f.attname) for f in Ticket._meta.concrete_fields
            }
        else:
            done += 1
            assert may
            assert ticket.state == (step.to or before.state)
            assert ticket.version == before.version + 1
    steps = list(Step.objects.filter(ticket=ticket))
    assert len(steps) == done
    assert all(a.target == b.source for a, b in pairwise(steps))
    if ticket.state == flow.CLOSED:
        codes = [step.move for step in steps]
        last = max(i for i, code in enumerate(codes) if code == "finish")
        assert "revisit" in codes[last:]
        assert ticket.satisfaction in flow.SATISFACTION[:2]
    assert ticket.reopened == sum(step.move in ("return", "reopen") for step in steps)


def test_closing_needs_a_revisit(clerk: User, ticket: Ticket) -> None:
    ticket = walk(clerk, ticket, "assign", "start", "finish")
    with pytest.raises(UserError, match="不能销号"):
        walk(clerk, ticket, "close")
    with pytest.raises(UserError, match="是否满意"):
        tickets.move(by=clerk, ticket=ticket, version=ticket.version, code="revisit", note="x")
    back = tickets.move(
        by=clerk, ticket=ticket, version=ticket.version, code="revisit", note="没有解决",
        satisfaction="不满意",
    )  # fmt: skip
    assert (back.state, back.reopened, back.done_at) == (flow.WORKING, 1, None)
    closed = walk(clerk, back, "finish", "revisit", "close")
    assert closed.closed_at is not None
    again = walk(clerk, closed, "reopen")
    assert (again.state, again.reopened, again.closed_at, again.satisfaction) == (
        flow.WORKING, 2, None, "",
    )  # fmt: skip
    assert [step.move for step in again.steps.all()][-3:] == ["revisit", "close", "reopen"]


def test_the_database_keeps_what_belongs_together(clerk: User, ticket: Ticket) -> None:
    mine = Ticket.objects.filter(pk=ticket.pk)
    now = timezone.now()
    for wrong in (
        {"state": flow.CANNOT, "cannot": ""},
        {"state": flow.CLOSED, "closed_at": now},
        {"state": flow.REVISITED, "revisited_at": now, "satisfaction": "不满意"},
        {"closed_at": now},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            mine.update(**wrong)
    mine.update(state=flow.CANNOT, cannot="上级没有政策")


def test_one_of_two_is_first(clerk: User, ticket: Ticket, client: Client) -> None:
    walk(clerk, ticket, "assign")
    with pytest.raises(Conflict):
        tickets.move(by=clerk, ticket=ticket, version=1, code="assign", unit="另一局")
    where = reverse("visits:visit-ticket-move", args=[ticket.pk])
    answer = client.post(where, {"version": 1, "move": "assign", "unit": "另一局"})
    assert answer.status_code == 409
    assert "没有保存" in answer.content.decode()
    ticket.refresh_from_db()
    assert (ticket.unit, ticket.version) == ("工信局", 2)
    assert AuditRow.objects.filter(action="诉求交办").count() == 1
    answer = client.post(where, {"version": 2, "move": "close"}, follow=True)
    assert "不能销号" in answer.content.decode()
    answer = client.post(where, {"version": "²", "move": "no"}, follow=True)
    assert answer.status_code == 200


def test_lists_and_figures_change_at_the_instant(
    clerk: User, make_firm: Callable[..., Enterprise]
) -> None:
    firm = make_firm("模拟甲")
    came = datetime.datetime(2026, 3, 3, 10, tzinfo=SHANGHAI)
    ticket = tickets.receive(by=clerk, enterprise=firm, text="问题", at=came)
    terms = queries.terms_of(clerk.region)
    assert terms == Terms()
    due = terms.answer_due(came)

    def marks(now: datetime.datetime) -> dict[str, int]:
        return {
            mark: queries.tickets(clerk, mark=mark, now=now).count()
            for mark in ("open", "late", "1", "2", "3")
        }

    assert marks(due - TICK) == {"open": 1, "late": 0, "1": 0, "2": 0, "3": 0}
    assert marks(due) == {"open": 1, "late": 1, "1": 0, "2": 0, "3": 0}
    last = terms.due(came, 45)
    assert marks(last - TICK) == {"open": 1, "late": 1, "1": 1, "2": 1, "3": 0}
    assert marks(last) == {"open": 1, "late": 1, "1": 1, "2": 1, "3": 1}
    (timed,) = queries.timed([ticket], terms, last)
    assert (timed.late, timed.level, timed.chase) == (True, 3, "三级催办")
    week = figures.week(clerk, datetime.date(2026, 3, 2), last)
    assert (week.received, week.open, week.late, week.chased) == (1, 1, 1, (1, 1, 1))
    # answered: no longer late, but still chased; done: no clock runs
    ticket = walk(clerk, ticket, "assign", "start", "progress")
    assert marks(last) == {"open": 1, "late": 0, "1": 1, "2": 1, "3": 1}
    walk(clerk, ticket, "finish")
    assert set(marks(last).values()) == {0}


def test_terms_are_those_of_the_nearest_region(
    clerk: User, make_user: Callable[..., User], client: Client
) -> None:
    city = make_user("city", "clerk", region=LANZHOU)
    assert city.region is not None
    values: dict[str, Any] = {"answer": 5, "first": 3, "second": 6, "third": 12, "working": True}
    tickets.set_clock(by=city, region=city.region, values=values)
    assert queries.terms_of(clerk.region) == Terms(5, (3, 6, 12), working=True)
    where = reverse("visits:visit-clock")
    wrong = {"answer": 7, "first": 9, "second": 9, "third": 45}
    assert "一级比一级多" in client.post(where, wrong).content.decode()
    client.post(where, {**wrong, "second": 21})
    assert queries.terms_of(clerk.region) == Terms()
    assert queries.terms_of(city.region).answer == 5
    with pytest.raises(IntegrityError), transaction.atomic():
        Clock.objects.filter(region=clerk.region).update(first=50)


def test_a_ticket_from_the_future_is_refused(
    clerk: User, make_firm: Callable[..., Enterprise]
) -> None:
    later = timezone.now() + datetime.timedelta(hours=1)
    with pytest.raises(UserError, match="还没有到"):
        tickets.receive(by=clerk, enterprise=make_firm("模拟甲"), text="问题", at=later)
    assert not Ticket.objects.exists()
