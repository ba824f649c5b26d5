"""Pay runs from the list to the last 分: states, four eyes, once only, and money coming back."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone

from denggao.facts.errors import UserError
from denggao.web.accounts import audit
from denggao.web.accounts.models import AuditRow
from denggao.web.ledger.actions import Conflict
from denggao.web.money import actions, computing, replay, tasks
from denggao.web.money.models import Grant, Payment, Row, Run
from tests.web.money import NEW, OLD, Office, event, listed, published_case

WAN = 1_000_000


@pytest.fixture
def office() -> Office:
    return Office()


def province() -> Office:
    return Office("620000")


# --- published totals -------------------------------------------------------------------------


def test_the_totals_that_were_published() -> None:
    office = province()
    run = office.run(published_case())
    assert (run.state, run.message) == ("computed", "")
    assert run.counts["total"] == 6675 * WAN
    assert run.counts["by_level"] == {"省级": 6675 * WAN}
    rows = run.rows.order_by("number")
    assert (rows[0].fen, rows[0].rate, rows[0].scheme) == (
        20 * WAN,
        "20万元",
        "甘肃省高新技术企业奖补",
    )
    assert rows[308].fen == 20 * WAN
    assert rows[309].fen == 5 * WAN
    assert "50号" in rows[309].cite
    assert "适用《甘肃省高新技术企业奖补》" in rows[309].why
    later = listed(
        [*([*event(n, day="2024-03-01")] for n in range(309)),
         *(event(n, "重新认定", "2024-03-01") for n in range(309, 408))]
    )  # fmt: skip
    assert office.run(later, NEW).counts["total"] == 7170 * WAN


def test_vouchers_that_were_published() -> None:
    rows = [event(n, "创新券发放") for n in range(1489)]
    assert province().run(listed(rows)).counts["total"] == 7445 * WAN


# --- states -----------------------------------------------------------------------------------


def test_a_run_goes_its_way(office: Office) -> None:
    run = office.paid(listed([event(1), event(2, "重新认定")]))
    assert run.state == "paid"
    paid = Payment.objects.aggregate(fen=Sum("fen"))["fen"]
    assert paid == run.publication.total == run.counts["total"] == 25 * WAN
    assert [a.action for a in AuditRow.objects.filter(kind="run").order_by("seq")] == [
        "测算奖补", "奖补测算完成", "复核奖补", "公示奖补", "审定奖补", "拨付奖补",
    ]  # fmt: skip
    assert list(audit.faults()) == []


def test_no_step_before_its_parent(office: Office) -> None:
    run = office.run(listed([event(1)]))
    today = timezone.localdate()
    with pytest.raises(Conflict):
        actions.approve(by=office.leader, run=run)
    with pytest.raises(Conflict):
        actions.publish(by=office.clerk, run=run, on=today, days=5, contact="科")
    with pytest.raises(Conflict):
        actions.pay(by=office.clerk, run=run, paid_on=today, reference="1")
    actions.review(by=office.head, run=run)
    with pytest.raises(Conflict):
        actions.review(by=office.head, run=run)
    with pytest.raises(Conflict):
        actions.approve(by=office.leader, run=run)
    actions.publish(by=office.clerk, run=run, on=today, days=5, contact="科")
    with pytest.raises(UserError, match="期满才能审定"):
        actions.approve(by=office.leader, run=run)
    run.refresh_from_db()
    assert run.state == "published"
    assert not Grant.objects.exists()
    assert not AuditRow.objects.filter(action="审定奖补").exists()


def test_three_people_and_the_database_says_so(office: Office) -> None:
    run = office.run(listed([event(1)]))
    with pytest.raises(UserError, match=r"由clerk测算；复核的人.*您（clerk）已经办过测算"):
        actions.review(by=office.clerk, run=run)
    stale = Run.objects.get(pk=run.pk)
    office.published(run)
    stale.state = "published"  # who opened the page before the review is refused as well
    for one in (run, stale):
        with pytest.raises(UserError, match=r"由clerk测算、head复核；.*您（head）已经办过复核"):
            actions.approve(by=office.head, run=one)
        with pytest.raises(UserError, match=r"您（clerk）已经办过测算"):
            actions.approve(by=office.clerk, run=one)
    for changes in (
        {"approved_by": office.clerk}, {"reviewed_by": office.clerk}, {"state": "approved"},
        {"approved_by": office.head}, {"again_by": office.head},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            Run.objects.filter(pk=run.pk).update(**changes)


def test_publicity_is_frozen_and_masked(office: Office) -> None:
    rows = [event(1), event(2)]
    rows[1][0] = "王某"
    run = office.published(office.run(listed(rows)))
    names = [row[0] for row in run.publication.rows]
    assert sorted(names) == sorted(["模拟第1号科技有限公司", "王*"])
    assert run.publication.total == 40 * WAN
    until = run.publication.until
    assert until > run.publication.on + datetime.timedelta(days=5)  # a weekend lies between
    assert until.weekday() < 5


def test_an_upheld_objection_leaves_its_row_out(office: Office) -> None:
    run = office.published(office.run(listed([event(1), event(2, "重新认定")])))
    today = timezone.localdate()
    found = actions.object_to(
        by=office.clerk, run=run, who="某企业", on=today, text="没有通过认定", number=1
    )
    with pytest.raises(UserError, match="还有 1 件"):
        actions.approve(by=office.leader, run=run)
    with pytest.raises(UserError, match="核实情况"):
        actions.decide(by=office.head, objection=found, outcome="upheld", answer=" ")
    actions.decide(by=office.head, objection=found, outcome="upheld", answer="证书已撤销")
    with pytest.raises(Conflict):
        actions.decide(by=office.head, objection=found, outcome="rejected", answer="不成立")
    actions.approve(by=office.leader, run=run)
    assert Grant.objects.get().fen == 25 * WAN - run.publication.rows[0][3]
    assert len(run.publication.rows) == 2  # what was put up stays


def test_a_failed_run_is_computed_again_from_its_list(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = listed([event(1), event(2, "重新认定")])

    def broken(run: Run) -> Any:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(computing, "computed", broken)
        run = office.run(content)
    assert (run.state, run.rows.count()) == ("failed", 0)
    assert "程序出错" in run.message
    actions.again(by=office.head, run=run)
    with pytest.raises(Conflict):
        actions.again(by=office.head, run=run)
    assert (run.state, run.message) == ("computing", "")
    tasks.compute.func(run.pk)
    run.refresh_from_db()
    assert (run.state, run.counts["total"], Run.objects.count()) == ("computed", 25 * WAN, 1)
    with pytest.raises(UserError, match="clerk测算、head重算"):  # both have computed it
        actions.review(by=office.head, run=run)
    rows = AuditRow.objects.filter(kind="run").order_by("seq")
    said = rows.values_list("action", "user__name")
    assert list(said) == [
        ("测算奖补", "clerk"), ("奖补没有算成", "clerk"), ("重算奖补", "head"),
        ("奖补测算完成", "head"),
    ]  # fmt: skip
    assert list(audit.faults()) == []


def test_an_unreadable_list_fails_again_and_another_run_of_it_wins(office: Office) -> None:
    content = "随便,写的\n1,2".encode()
    run = office.run(content)
    assert run.state == "failed"
    actions.again(by=office.clerk, run=run)
    tasks.compute.func(run.pk)
    run.refresh_from_db()
    assert (run.state, "企业名称" in run.message) == ("failed", True)
    other = office.run(content, name="另一次")
    actions.again(by=office.clerk, run=other)  # it is being worked on
    with pytest.raises(Conflict, match="已经另外测算过"):
        actions.again(by=office.clerk, run=run)


def test_a_run_not_reviewed_is_withdrawn_for_a_reason(office: Office) -> None:
    content = listed([event(1)])
    run = office.run(content)
    with pytest.raises(UserError, match="为什么作废"):
        actions.drop(by=office.clerk, run=run, why=" ")
    actions.drop(by=office.clerk, run=run, why="名单少了一户")
    assert (run.state, run.dropped_why) == ("dropped", "名单少了一户")
    with pytest.raises(Conflict):
        actions.review(by=office.head, run=run)
    assert office.run(content, name="重来").state == "computed"  # the list is free again
    running = actions.start(
        by=office.clerk, name="在算", as_of=OLD, source="list", laws=[], list_name="名单.csv",
        content=listed([event(9)]),
    )  # fmt: skip
    actions.drop(by=office.clerk, run=running, why="传错了")
    tasks.compute.func(running.pk)  # the job finds nothing to do
    running.refresh_from_db()
    assert (running.state, running.rows.count()) == ("dropped", 0)


def test_an_approved_run_is_not_dropped(office: Office) -> None:
    run = office.approved(listed([event(1)]))
    with pytest.raises(Conflict):
        actions.drop(by=office.clerk, run=run, why="写错了")


def test_the_same_list_is_computed_once(office: Office) -> None:
    content = listed([event(1)])
    run = office.run(content)
    with pytest.raises(Conflict, match="已经测算过"):
        office.run(content)
    actions.drop(by=office.clerk, run=run, why="名单不全")
    assert office.run(content).state == "computed"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "请选择名单文件"),
        ("企业名称\n甲公司".encode(), "没有读到名单"),
        ("企业名称,事项\n甲公司,首次认定\n".encode(), ""),
    ],
)
def test_what_cannot_be_computed_says_why(office: Office, content: bytes, says: str) -> None:
    if not content:
        with pytest.raises(UserError, match=says):
            office.run(content)
        return
    run = office.run(content)
    assert says in run.message
    assert (run.state == "failed") == bool(says)
    assert run.rows.exists() == (not says)


def test_a_firm_that_nobody_knows_is_not_approved(office: Office) -> None:
    run = office.published(
        office.run(listed([event(1), ["无名公司", "", "", "", "首次认定", "2021-03-01"]]))
    )
    assert run.counts["unknown"] == 1
    with pytest.raises(UserError, match="无名公司"):
        actions.approve(by=office.leader, run=run)
    assert not Grant.objects.exists()


# --- once only --------------------------------------------------------------------------------


def test_what_was_granted_is_refused_in_the_next_run(office: Office) -> None:
    office.approved(listed([event(1)]))
    run = office.run(listed([event(1), event(2)]))
    assert [r.status for r in run.rows.all()] == ["不予发放", "发放"]
    assert "已经发过 20万元" in run.rows.get(number=1).why


def test_two_runs_of_the_same_event_pay_it_once(office: Office) -> None:
    first = office.published(office.run(listed([event(1)])))
    second = office.published(office.run(listed([event(1), event(2)])))
    actions.approve(by=office.leader, run=first)
    with pytest.raises(Conflict, match="已被别的批次审定"):
        actions.approve(by=office.leader, run=second)
    assert Grant.objects.count() == 1


def test_the_database_itself_refuses_the_same_twice(office: Office) -> None:
    run = office.paid(listed([event(1), event(2)]))
    one = Grant.objects.first()
    assert one is not None
    told: dict[str, Any] = {
        f.attname: getattr(one, f.attname)
        for f in Grant._meta.fields
        if f.name not in ("id", "row")
    }
    row = Row.objects.create(
        run=run, number=9, name="同", district="", batch="", event="", status=""
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.create(**told, row=row)
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.create(grant=one, fen=1, paid_on=OLD, reference="x", by=office.clerk)
    Grant.objects.create(**{**told, "again": 1}, row=row)  # the control: after a claim back


def test_a_payment_is_never_changed_and_never_deleted(office: Office) -> None:
    office.paid(listed([event(1)]))
    payment = Payment.objects.get()
    for change in (payment.save, payment.delete, Payment.objects.all().delete):
        with pytest.raises(TypeError):
            change()
    with pytest.raises(TypeError):
        Payment.objects.update(fen=1)


def test_money_comes_back_beside_the_payment_and_may_be_paid_again(office: Office) -> None:
    office.paid(listed([event(1)]))
    payment, today = Payment.objects.get(), timezone.localdate()
    back = actions.reverse(
        by=office.clerk, payment=payment, on=today, reference="退1", why="撤销证书"
    )
    assert (back.fen, back.reverses) == (-payment.fen, payment)
    with pytest.raises(Conflict, match="已经追回"):
        actions.reverse(by=office.clerk, payment=payment, on=today, reference="退2", why="又")
    with pytest.raises(UserError, match="本身就是追回"):
        actions.reverse(by=office.clerk, payment=back, on=today, reference="退2", why="又")
    office.paid(listed([event(1)]), name="再发", before=b"", laws=["甘肃省高新技术企业奖补"])
    assert [p.fen for p in Payment.objects.all()] == [20 * WAN, -20 * WAN, 20 * WAN]
    assert [g.again for g in Grant.objects.all()] == [0, 1]


def test_a_claim_back_in_a_list_refers_to_the_payment(office: Office) -> None:
    office.paid(listed([event(1), event(2)]))
    run = office.run(listed([event(1, "追回首次认定"), event(3, "追回首次认定")]))
    assert [(r.status, r.fen) for r in run.rows.all()] == [("追回", -20 * WAN), ("不予发放", 0)]
    other = office.run(listed([event(1, "追回首次认定"), event(4)]))
    office.published(other)
    actions.approve(by=office.leader, run=other)
    claimed = Grant.objects.get(fen__lt=0).back_of
    with pytest.raises(Conflict, match="已在一个批次里"):
        actions.reverse(
            by=office.clerk, payment=claimed, on=timezone.localdate(), reference="退", why="又"
        )
    actions.pay(by=office.clerk, run=other, paid_on=timezone.localdate(), reference="2")
    back = Payment.objects.get(fen__lt=0)
    assert back.reverses is not None
    assert back.reverses.grant.holder == back.grant.holder
    again = office.run(listed([event(1, "追回首次认定"), event(5)]), name="又一次")
    assert again.rows.get(number=1).status == "不予发放"


# --- budgets ----------------------------------------------------------------------------------


def test_over_the_budget_waits_in_the_order_of_the_events(office: Office) -> None:
    told = {"scheme": "甘肃省高新技术企业奖补", "year": 2021, "level": "省级", "document": "某文"}
    budget = actions.set_budget(by=office.head, fen=45 * WAN, version=0, **told)
    days = ["2021-03-03", "2021-03-01", "2021-03-02"]
    run = office.approved(listed([event(n, day=day) for n, day in enumerate(days, 1)]))
    waiting = Grant.objects.exclude(waits="").get()
    assert (waiting.name, waiting.waits) == ("模拟第1号科技有限公司", "省级预算不足，待拨")
    batch = actions.pay(by=office.clerk, run=run, paid_on=timezone.localdate(), reference="1")
    assert (batch.count, batch.fen) == (2, 40 * WAN)
    run.refresh_from_db()
    assert run.state == "approved"
    with pytest.raises(Conflict, match="没有待付"):
        actions.pay(by=office.clerk, run=run, paid_on=timezone.localdate(), reference="2")
    with pytest.raises(Conflict):
        actions.set_budget(by=office.head, fen=60 * WAN, version=7, **told)
    actions.set_budget(by=office.head, fen=60 * WAN, version=budget.version, **told)
    actions.pay(by=office.clerk, run=run, paid_on=timezone.localdate(), reference="2")
    run.refresh_from_db()
    assert run.state == "paid"


# --- why, then and now ------------------------------------------------------------------------


def test_a_payment_replays_by_the_text_of_another_year(office: Office) -> None:
    run = office.run(listed([event(1, "重新认定", "2020-10-28")]))
    row = run.rows.get()
    assert row.fen == 5 * WAN
    same = replay.replay(row, datetime.date(2020, 10, 28))
    assert (same.again.fen, same.by_rule.fen, same.rule) == (5 * WAN, 5 * WAN, 0)
    later = replay.replay(row, datetime.date(2024, 10, 28))
    assert (later.then.fen, later.by_rule.fen, later.rule) == (5 * WAN, 10 * WAN, 5 * WAN)
    assert later.now is None  # the ledger does not have the firm
