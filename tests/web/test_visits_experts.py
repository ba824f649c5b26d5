"""专家: proposed evenly, reviewed by a person, in force; their accounts see their firms only."""

from __future__ import annotations

import datetime
import uuid
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from denggao.facts.catalogue import catalogue
from denggao.facts.errors import UserError
from denggao.web.accounts.models import User
from denggao.web.ledger import actions as ledger
from denggao.web.ledger.actions import Conflict
from denggao.web.ledger.models import Access, Enterprise, Statement
from denggao.web.ledger.values import Columns
from denggao.web.visits.actions import chains, experts
from denggao.web.visits.models import Coaching, Member, Proposal, Round, Ticket

DAY = datetime.date(2026, 3, 2)


def expert(by: User, name: str, **more: object) -> Member:
    person = Member(region=by.region, kind="expert", name=name, **more)
    return chains.save_member(by=by, member=person)


def test_even_without_conflicts_and_by_field(
    clerk: User, make_firm: Callable[..., Enterprise]
) -> None:
    firms = [make_firm(f"模拟{n:02}号") for n in range(13)]
    for firm in firms[:5]:
        ledger.correct(
            by=clerk, enterprise=firm, version=firm.version, fact=catalogue()["field_code"],
            year=0, columns=Columns(text="4.1.1"), source="ledger", why="测试",
        )  # fmt: skip
    pool = [
        expert(clerk, "甲"),
        expert(clerk, "乙", fields=["4"]),
        expert(clerk, "丙", unit="模拟07号"),
    ]
    experts.add_interest(by=clerk, expert=pool[1], enterprise=firms[0], kind="served", why="代理过")
    made = experts.propose(by=clerk, name="一", firms=firms, experts=pool)
    got = {row.enterprise_id: row.expert_id for row in made.rows.all()}
    assert sorted(Counter(got.values()).values()) == [4, 4, 5]
    assert got[firms[0].pk] != pool[1].pk
    assert got[firms[7].pk] != pool[2].pk  # his own firm
    assert [got[f.pk] for f in firms[1:5]] == [pool[1].pk] * 4
    assert not Coaching.objects.exists()  # nothing holds before the review


def test_impossible_says_which_firm(clerk: User, make_firm: Callable[..., Enterprise]) -> None:
    firms = [make_firm("可以公司"), make_firm("不行公司")]
    person = expert(clerk, "甲")
    experts.add_interest(by=clerk, expert=person, enterprise=firms[1], kind="other", why="亲属")
    with pytest.raises(UserError, match="不行公司（每位专家都与它有利益冲突）"):
        experts.propose(by=clerk, name="一", firms=firms, experts=[person])
    full = expert(clerk, "乙", most=0)
    with pytest.raises(UserError, match="已满额"):
        experts.propose(by=clerk, name="一", firms=firms[:1], experts=[full])
    assert not Round.objects.exists()


def test_the_account_sees_the_firm_only_while_assigned(
    clerk: User, make_user: Callable[..., User], make_firm: Callable[..., Enterprise],
    sign_in: Callable[[User], Client],
) -> None:  # fmt: skip
    account = make_user("outside", "expert")
    person, other = expert(clerk, "甲", user=account), expert(clerk, "乙")
    firms = [make_firm("模拟甲"), make_firm("模拟乙")]
    client, outside = sign_in(clerk), sign_in(account)
    told = {"name": "一", "experts": [person.pk]}
    client.post(reverse("visits:visit-round-new"), told)
    made = Round.objects.get()
    assert not Enterprise.objects.for_user(account).exists()
    row = Proposal.objects.get(enterprise=firms[1])
    where = reverse("visits:visit-round-row", args=[row.pk])
    client.post(where, {"version": 1, "expert": other.pk})
    assert client.post(where, {"version": 1, "expert": other.pk}).status_code == 409
    decide = reverse("visits:visit-round-decide", args=[made.pk])
    assert client.post(decide, {"version": 1}).status_code == 409
    own = client.post(decide, {"version": 2}, follow=True).content.decode()
    assert "拟方案的人不能自己审核" in own
    made.refresh_from_db()
    assert made.state == Round.State.PROPOSED
    second = make_user("second", "clerk")
    sign_in(second).post(decide, {"version": 2})
    made.refresh_from_db()
    assert (made.state, made.reviewed_by) == (Round.State.ADOPTED, second)
    with pytest.raises(IntegrityError), transaction.atomic():
        Round.objects.filter(pk=made.pk).update(reviewed_by=clerk)
    assert list(Enterprise.objects.for_user(account)) == firms[:1]
    page = outside.get(reverse("visits:visit-mine"))
    assert [row.enterprise for row in page.context["rows"]] == firms[:1]
    told = {
        "token": uuid.uuid4(),
        "on": "2026-03-02",
        "way": "onsite",
        "visitors": "甲",
        "situation": "先补辅助账",
        "ask0": "缺仪器",
        "fact0": "sales",
        "value0": "1",
    }
    assert outside.post(reverse("visits:visit-advise", args=[firms[1].pk]), told).status_code == 404
    page = outside.post(reverse("visits:visit-advise", args=[firms[0].pk]), told, follow=True)
    assert "先补辅助账" in page.content.decode()
    assert Ticket.objects.get().text == "缺仪器"
    assert not Statement.objects.exists()  # an expert states no figures
    assert client.post(decide, {"version": 3, "drop": "1"}).status_code == 409
    with pytest.raises(UserError, match="正在辅导"):
        experts.add_interest(by=clerk, expert=person, enterprise=firms[0], kind="served", why="")
    coaching = Coaching.objects.get(expert=person)
    ended = reverse("visits:visit-coaching-end", args=[coaching.pk])
    client.post(ended, {"until": "2099-01-01", "why": "辅导结束"})
    assert not Enterprise.objects.for_user(account).exists()
    assert not Access.objects.exists()
    assert outside.post(reverse("visits:visit-advise", args=[firms[0].pk]), told).status_code == 404
    with pytest.raises(Conflict):
        experts.end_coaching(by=clerk, coaching=coaching, until=datetime.date(2099, 1, 2), why="")


def test_a_reviewer_cannot_overlook_a_conflict(
    clerk: User, make_firm: Callable[..., Enterprise], make_user: Callable[..., User]
) -> None:
    firm, one, two = make_firm("模拟甲"), expert(clerk, "甲"), expert(clerk, "乙")
    made = experts.propose(by=clerk, name="一", firms=[firm], experts=[one])
    experts.add_interest(by=clerk, expert=two, enterprise=firm, kind="served", why="")
    row = made.rows.get()
    with pytest.raises(UserError, match="利益冲突"):
        experts.change_proposal(by=clerk, proposal=row, version=1, expert=two)
    made.refresh_from_db()
    assert made.version == 1  # refused as a whole
    experts.add_interest(by=clerk, expert=one, enterprise=firm, kind="served", why="")
    with pytest.raises(UserError, match="利益冲突"):
        experts.adopt(by=make_user("second", "clerk"), proposed=made, version=1, since=DAY)
    assert not Coaching.objects.exists()
    assert Round.objects.get().state == Round.State.PROPOSED
