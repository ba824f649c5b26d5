"""包抓联 by day, visits that state facts and raise tickets, duties, the plan, who sees what."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from denggao.diagnosis.calendar import SHANGHAI
from denggao.facts.catalogue import catalogue
from denggao.facts.errors import UserError
from denggao.web.accounts.models import AuditRow, Region, User
from denggao.web.ledger import actions as ledger
from denggao.web.ledger.actions import Conflict
from denggao.web.ledger.detail import timeline
from denggao.web.ledger.models import Enterprise, Statement, Value
from denggao.web.ledger.values import Columns
from denggao.web.visits import duties, figures, queries, weekplan
from denggao.web.visits.actions import chains, visiting
from denggao.web.visits.models import Chain, Duty, Member, Planned, Ticket, Visit, WeekPlan
from tests.strategies import examples
from tests.web.conftest import CHENGGUAN, LANZHOU, QILIHE

DAY = datetime.date(2026, 3, 2)
ONE = datetime.timedelta(days=1)


@pytest.fixture
def client(clerk: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(clerk)


def member(by: User, kind: str, name: str, **more: Any) -> Member:
    return chains.save_member(by=by, member=Member(region=by.region, kind=kind, name=name, **more))


def text(answer: Any) -> str:
    return answer.content.decode()


# --- 包抓联 --------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2)), min_size=1, max_size=6))
@examples(10)
def test_who_was_responsible_on_a_day(changes: list[tuple[int, int]]) -> None:
    """Whatever was changed when: the answer for each day is the last change up to it."""
    clerk = User.objects.filter(username="w").first() or User.objects.create(
        username="w", name="w", roles=["clerk"]
    )
    region = Region.objects.get(code=CHENGGUAN)
    firm = Enterprise.objects.create(name="模拟甲", region=region, made_by=clerk)
    leaders = [
        Member.objects.get_or_create(region=region, kind="leader", name=f"领导{n}", unit="")[0]
        for n in range(3)
    ]
    on, expected = DAY, {}
    for step, who in changes:
        on += step * ONE
        chains.assign(by=clerk, firms=[firm], values={"leader": leaders[who]}, since=on)
        expected[on] = leaders[who]
    day = DAY - ONE
    said: Member | None = None
    while day <= on + ONE:
        said = expected.get(day, said)
        chain = queries.chain_on(firm, day)
        assert (chain.leader if chain else None) == said
        day += ONE
    assert Chain.objects.filter(enterprise=firm, until=None).count() == 1


def test_many_at_once_and_the_uncovered(
    clerk: User, make_firm: Callable[..., Enterprise], client: Client
) -> None:
    firms = [make_firm(f"模拟{n}号") for n in range(5)]
    leader = member(clerk, "leader", "领导甲")
    told = {"leader": leader.pk, "unit": "工信局", "since": "2026-03-02"}
    client.post(
        reverse("visits:visit-assign"), {**told, "firm": [f.pk for f in firms[:3]]}, follow=True
    )
    assert {f.pk for f in queries.uncovered(clerk, DAY)} == {f.pk for f in firms[3:]}
    assert queries.uncovered(clerk, DAY - ONE).count() == 5
    loads = queries.loads(clerk, DAY)
    assert [(row["leader"], row["count"]) for row in loads["leaders"]] == [(leader.pk, 3)]
    assert loads["units"] == [{"unit": "工信局", "count": 3}]
    # once more the same: nothing changes, and a day before it is refused
    assert chains.assign(by=clerk, firms=firms[:3], values={"unit": "工信局"}, since=DAY) == 0
    with pytest.raises(UserError, match="2026-03-02"):
        chains.assign(by=clerk, firms=firms[:1], values={"unit": "另一局"}, since=DAY - ONE)
    assert Chain.objects.count() == 3


def test_a_foreign_firm_is_not_assigned(
    clerk: User, make_firm: Callable[..., Enterprise], client: Client
) -> None:
    foreign, leader = make_firm("别区的", QILIHE), member(clerk, "leader", "领导甲")
    told = {"leader": leader.pk, "since": "2026-03-02", "firm": [foreign.pk]}
    assert "请至少选一户企业" in text(client.post(reverse("visits:visit-assign"), told))
    assert not Chain.objects.exists()


def test_two_who_change_one_chain(
    clerk: User, make_firm: Callable[..., Enterprise], client: Client
) -> None:
    firm = make_firm("模拟甲")
    values = {"unit": "工信局"}
    chains.set_chain(by=clerk, enterprise=firm, values=values, since=DAY, seen=None)
    with pytest.raises(Conflict):
        chains.set_chain(by=clerk, enterprise=firm, values=values, since=DAY, seen=None)
    told = {"unit": "农业局", "since": "2026-03-03", "seen": ""}
    answer = client.post(reverse("visits:visit-chain", args=[firm.pk]), told)
    assert answer.status_code == 409
    assert "别人刚刚改过" in text(answer)


def test_districts_without_a_leader_come_first(
    make_user: Callable[..., User], make_firm: Callable[..., Enterprise]
) -> None:
    city = make_user("city", "clerk", region=LANZHOU)
    leader = member(city, "leader", "领导甲")
    region = Region.objects.get(code=CHENGGUAN)
    make_firm("模拟甲")
    chains.set_territory(by=city, region=region, leader=leader, since=DAY)
    rows = queries.districts(city, DAY)
    assert rows[-1]["region"] == region
    assert rows[-1]["firms"] == 1
    assert len(rows) >= 8
    assert [row["held"] for row in rows[:-1]] == [None] * (len(rows) - 1)
    chains.set_territory(by=city, region=region, leader=None, since=DAY + ONE)
    assert queries.districts(city, DAY)[-1]["held"].leader == leader
    assert all(row["held"] is None for row in queries.districts(city, DAY + ONE))


# --- a visit -------------------------------------------------------------------------------------


def sent(firm: Enterprise, **more: Any) -> dict[str, Any]:
    return {
        "token": str(uuid.uuid4()), "on": timezone.localdate().isoformat(), "way": "onsite",
        "visitors": "测试甲", "situation": "正常", **more,
    }  # fmt: skip


def test_a_visit_states_facts_and_raises_tickets(
    clerk: User, make_firm: Callable[..., Enterprise], client: Client
) -> None:
    firm, year = make_firm("模拟甲"), timezone.localdate().year - 1
    for source, wan in (("company", 100), ("audit", 300)):
        fact = "sales" if source == "company" else "net_assets"
        ledger.correct(
            by=clerk, enterprise=firm, version=firm.version, fact=catalogue()[fact], year=year,
            columns=Columns(number=wan * 1_000_000), source=source, why="测试",
        )  # fmt: skip
    told = sent(
        firm, fact0="sales", year0=str(year), value0="250.5", fact1="net_assets",
        year1=str(year), value1="1", ask0="厂房证办不下来", kind0="营商环境", ask1="缺人",
    )  # fmt: skip
    where = reverse("visits:visit-record", args=[firm.pk])
    answer = client.post(where, told, follow=True)
    assert "已记下，转出诉求 2 件" in text(answer)
    in_force = {v.fact: v.number for v in Value.objects.filter(enterprise=firm, year=year)}
    # above what the firm itself wrote, below an audit
    assert in_force == {"sales": 250_500_000, "net_assets": 300_000_000}
    said = Statement.objects.filter(enterprise=firm, fact="sales").last()
    assert said is not None
    assert "走访了解（测试甲）" in said.why
    assert sorted(Ticket.objects.values_list("text", "kind", "state")) == [
        ("厂房证办不下来", "营商环境", "received"), ("缺人", "", "received"),
    ]  # fmt: skip
    # a phone that sends it again makes no second visit
    answer = client.post(where, told, follow=True)
    assert "没有重复记" in text(answer)
    assert (Visit.objects.count(), Ticket.objects.count()) == (1, 2)
    assert Statement.objects.filter(enterprise=firm).count() == 4
    kinds = [event.kind for event in timeline(firm)]
    assert kinds.count("走访") == 1
    assert kinds.count("诉求") == 2
    page = text(client.get(reverse("ledger:enterprise", args=[firm.pk])))
    assert reverse("visits:visit-firm", args=[firm.pk]) in page


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"value0": "很多", "fact0": "sales", "year0": "2025"}, "应为"),
        ({"value0": "5", "fact0": "sales"}, "要选年度"),
        ({"value0": "5"}, "请选是哪一项数据"),
        ({"on": "2999-01-01"}, "还没有到"),
        ({"visitors": ""}, "请填写走访人"),
        ({"on": ""}, "请填写走访日期"),
    ],
)
def test_a_wrong_visit_writes_nothing(
    make_firm: Callable[..., Enterprise], client: Client, wrong: dict[str, str], said: str
) -> None:
    firm = make_firm("模拟甲")
    told = sent(firm, ask0="要写的", **wrong) if "on" not in wrong else {**sent(firm), **wrong}
    told |= wrong
    answer = client.post(reverse("visits:visit-record", args=[firm.pk]), told)
    assert said in text(answer)
    assert answer.status_code == 200
    assert not Visit.objects.exists()
    assert not Ticket.objects.exists()


def test_a_blank_visit_is_none(make_firm: Callable[..., Enterprise], client: Client) -> None:
    firm = make_firm("模拟甲")
    where = reverse("visits:visit-record", args=[firm.pk])
    page = text(client.post(where, {"token": uuid.uuid4().hex, "way": "onsite"}))
    for said in ("请填写走访人", "请填写走访日期", "请写了解到的情况", "还没有保存"):
        assert said in page
    blank = {"situation": " ", "advice": "", "met": "王经理"}
    assert "请写了解到的情况" in text(client.post(where, sent(firm, **blank)))
    assert not Visit.objects.exists()
    for n, told in enumerate(({"situation": "研发在做"}, {"ask0": "缺人"}, {"advice": "补账"}), 1):
        client.post(where, sent(firm, **{"situation": "", **told}))
        assert Visit.objects.count() == n


def test_no_list_shows_dashes(client: Client, make_firm: Callable[..., Enterprise]) -> None:
    firm = make_firm("模拟甲")
    for name, args in (
        ("visits:visit-member-new", []),
        ("ledger:enterprise-edit", [firm.pk]), ("visits:visit-chain", [firm.pk]),
    ):  # fmt: skip
        page = text(client.get(reverse(name, args=args)))
        assert "---------" not in page
        assert ">请选择</option>" in page
    assert ">不限</option>" in text(client.get(reverse("visits:visit-assign")))


def test_foreign_objects_are_not_found(
    make_user: Callable[..., User], make_firm: Callable[..., Enterprise],
    sign_in: Callable[[User], Client], clerk: User,
) -> None:  # fmt: skip
    firm = make_firm("秘密公司")
    visit, _ = visiting.record_visit(
        by=clerk, enterprise=firm, token=uuid.uuid4(),
        values={"on": DAY, "visitors": "甲"}, raised=[visiting.Raised("秘密", "")],
    )  # fmt: skip
    chains.assign(by=clerk, firms=[firm], values={"unit": "秘密局"}, since=DAY)
    person = member(clerk, "expert", "秘密专家")
    ticket = Ticket.objects.get()
    other = sign_in(make_user("other", "clerk", region=QILIHE))
    before = (Ticket.objects.values().get(), Chain.objects.values().get())
    for name, key in (
        ("visit", visit.pk), ("visit-ticket", ticket.pk), ("visit-ticket-move", ticket.pk),
        ("visit-firm", firm.pk), ("visit-record", firm.pk), ("visit-chain", firm.pk),
        ("visit-ticket-new", firm.pk), ("visit-member", person.pk),
        ("visit-interest-new", person.pk),
    ):  # fmt: skip
        told = {"version": 1, "move": "assign", "unit": "别人", "since": "2026-05-01"}
        answer = other.post(reverse(f"visits:{name}", args=[key]), told)
        assert answer.status_code == 404, name
        assert "秘密" not in text(answer)
    for name in ("visits", "visit-tickets", "visit-chains", "visit-experts", "visit-members"):
        assert "秘密" not in text(other.get(reverse(f"visits:{name}")))
    assert (Ticket.objects.values().get(), Chain.objects.values().get()) == before


# --- 六必访 --------------------------------------------------------------------------------------


def test_nothing_is_missed_before_the_duty_is_set(clerk: User, client: Client) -> None:
    rows = duties.calendar(clerk, DAY)
    assert [row.duty.name for row in rows] == [f"必访{word}" for word in "一二三四五六"]
    assert all(row.period is None for row in rows)
    assert "六必访访什么" in text(client.get(reverse("visits:visit-duties")))


def test_missed_visits(clerk: User, make_firm: Callable[..., Enterprise]) -> None:
    firms = [make_firm(f"模拟{n}号") for n in range(4)]
    chains.assign(by=clerk, firms=firms[:3], values={"unit": "局"}, since=datetime.date(2026, 1, 5))
    assert clerk.region is not None
    value = {"number": 1, "name": "必访一", "every": "quarter", "scope": "chained"}
    since = datetime.date(2025, 12, 31)
    visiting.save_duties(by=clerk, region=clerk.region, values=[{**value, "since": since}])
    duty = Duty.objects.get()
    for on, firm in ((datetime.date(2026, 3, 31), firms[0]), (datetime.date(2026, 4, 1), firms[1])):
        values = {"on": on, "visitors": "甲", "duty": duty}
        visiting.record_visit(by=clerk, enterprise=firm, token=uuid.uuid4(), values=values)
    values = {"on": datetime.date(2026, 2, 1), "visitors": "甲"}  # no duty: does not count
    visiting.record_visit(by=clerk, enterprise=firms[2], token=uuid.uuid4(), values=values)
    today = datetime.date(2026, 5, 20)
    (standing, *rest) = duties.calendar(clerk, today)
    assert (standing.total, standing.done, standing.left, standing.missed) == (3, 1, 2, 2)
    assert all(row.period is None for row in rest)
    (first, *older) = list(duties.past_periods(duty, today))
    assert first == (datetime.date(2026, 1, 1), datetime.date(2026, 3, 31))
    assert older == []  # the quarter before began before the duty
    assert list(duties.missed(duty, clerk, first)) == firms[1:3]
    now = datetime.datetime(2026, 5, 20, 12, tzinfo=SHANGHAI)
    week = figures.week(clerk, figures.monday_of(datetime.date(2026, 4, 1)), now)
    assert (week.visits, week.visited, week.visited_ever, week.missed) == (2, 2, 3, 2)
    assert week.uncovered == 4  # a unit alone is no leader


# --- the plan of the week ------------------------------------------------------------------------


def test_the_plan_asks_first_where_most_is_settled(
    clerk: User, make_firm: Callable[..., Enterprise], client: Client
) -> None:
    known = {"established_on": "2015-01-01"}
    for number in range(4):
        firm = make_firm(f"模拟{number}号")
        for code, said in known.items():
            ledger.correct(
                by=clerk, enterprise=firm, version=firm.version, fact=catalogue()[code], year=0,
                columns=Columns(text=said), source="ledger", why="测试",
            )  # fmt: skip
    monday = figures.monday_of(timezone.localdate())
    told = {"deadline": (monday + 60 * ONE).isoformat(), "most": "3"}
    page = client.post(reverse("visits:visit-plan-start"), told, follow=True)
    assert page.status_code == 200
    plan = WeekPlan.objects.get()
    if plan.state == WeekPlan.State.RUNNING:  # the job waits for the end of the test's transaction
        weekplan.complete(plan)
    rows = list(plan.rows.all())
    assert 1 <= len(rows) <= 3
    assert [row.place for row in rows] == list(range(1, len(rows) + 1))
    counts = [len(row.settles) for row in rows]
    assert counts == sorted(counts, reverse=True)
    first = rows[0]
    form = text(client.get(reverse("visits:visit-record", args=[first.enterprise_id])))
    assert "先问这几个数" in form or not first.keys
    assert Planned.objects.filter(plan=plan).count() == len(rows)
    assert AuditRow.objects.filter(action="排走访计划").count() == 1
    with pytest.raises(UserError, match="早于"):
        visiting.start_plan(by=clerk, monday=monday, deadline=monday - ONE, most=3)
