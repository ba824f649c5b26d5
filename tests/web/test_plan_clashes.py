"""Two plans that say different figures of one target: both are shown, a person decides with a
reason, and the decision is a dated row; nothing is overwritten unseen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from denggao.facts.errors import UserError
from denggao.web.accounts.models import AuditRow, User
from denggao.web.planning import actions, adopting, clashes, quotas
from denggao.web.planning.models import Goal, PlanText, Quota, Revision
from tests.web.test_plans import confirm_all

SINCE = date(2026, 1, 5)
LATER = date(2026, 7, 1)
FIRST = """城关区培育高新技术企业行动方案（2026—2028年）

一、工作目标
到2028年底，全区高新技术企业达到200家以上。每年新认定高新技术企业30家以上。
"""
SECOND = """关于下达城关区2028年度科技企业培育目标的通知

各有关单位：
到2028年底，全区高新技术企业达到230户以上，省级科技创新型企业达到80户以上。
"""
DECIDE = "planning:board-plan-decide"


@pytest.fixture
def leader(make_user: Callable[..., User]) -> User:
    return make_user("leader", "leader")


def submitted(clerk: User, text: str) -> PlanText:
    plan = actions.bring_plan(by=clerk, text=text)
    confirm_all(clerk, plan)
    actions.submit(by=clerk, plan=plan)
    plan.refresh_from_db()
    return plan


@pytest.fixture
def second(clerk: User, leader: User) -> PlanText:
    """A notice against the plan in force."""
    actions.adopt(by=leader, plan=submitted(clerk, FIRST), since=SINCE)
    return submitted(clerk, SECOND)


def clashes_of(plan: PlanText) -> list[clashes.Clash]:
    found, faults = adopting.ordered(plan, list(plan.items.all()))
    assert faults == []
    return list(clashes.found_in(plan.region, found))


def in_force(on: date) -> list[str]:
    goal = Goal.objects.get(name="高新技术企业数", how="stock", year=2028)
    return [quotas.told(quota.value, 0) for quota in quotas.in_force([goal], on)[goal.pk]]


def test_both_figures_and_both_sources_are_shown(
    second: PlanText, leader: User, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    (clash,) = clashes_of(second)
    assert (clash.new_words, clash.old_words) == ("230 户", "200 户")
    for user, may in ((leader, True), (clerk, False)):
        page = sign_in(user).get(reverse("planning:board-plan", args=[second.pk])).content.decode()
        for told in ("230 户", "200 户", "年）》，自 2026-01-05 起", second.title):
            assert told in page
        assert (f'name="clash-{clash.key}"' in page) is may


def test_nothing_is_put_in_force_undecided(
    second: PlanText, leader: User, sign_in: Callable[[User], Client]
) -> None:
    (clash,) = clashes_of(second)
    client, where = sign_in(leader), reverse(DECIDE, args=[second.pk])
    told = {"adopt": "1", "since": "2026-07-01"}
    for more, fault in (
        ({}, "请选定执行哪一个"),
        ({f"clash-{clash.key}": "new"}, "请写明为什么"),
        ({f"clash-{clash.key}": "new", f"why-{clash.key}": " "}, "请写明为什么"),
        ({f"clash-{clash.key}0": "new", f"why-{clash.key}0": "上级"}, "请选定执行哪一个"),
    ):
        assert fault in client.post(where, told | more, follow=True).content.decode()
        second.refresh_from_db()
        assert second.state == "submitted"
    assert in_force(LATER) == ["200"]


@pytest.mark.parametrize(("choice", "now"), [("new", "230"), ("old", "200")])
def test_the_person_decides_and_it_is_a_dated_row(
    second: PlanText, leader: User, sign_in: Callable[[User], Client], choice: str, now: str
) -> None:
    (clash,) = clashes_of(second)
    sign_in(leader).post(reverse(DECIDE, args=[second.pk]), {
        "adopt": "1", "since": "2026-07-01", f"clash-{clash.key}": choice,
        f"why-{clash.key}": "以市里下达的为准",
    })  # fmt: skip
    second.refresh_from_db()
    assert second.state == "adopted"
    assert (in_force(date(2026, 6, 30)), in_force(LATER)) == (["200"], [now])
    row = Quota.objects.get(revision__plan=second, goal=clash.goal)
    assert (row.revision.since, row.item is not None) == (LATER, choice == "new")
    for told in ("230 户", "200 户", "以市里下达的为准", "行动方案"):
        assert told in row.why
    (decided,) = AuditRow.objects.filter(action="下达计划").latest("seq").new["decided"]
    assert (decided["takes_new"], decided["why"]) == (choice == "new", "以市里下达的为准")
    assert Goal.objects.filter(year=2028, name__startswith="省级科技创新型").exists()
    page = sign_in(leader).get(reverse("planning:board-target", args=[clash.goal.pk]))
    assert "以市里下达的为准" in page.content.decode()


def test_what_was_decided_meanwhile_is_asked_again(second: PlanText, leader: User) -> None:
    (clash,) = clashes_of(second)
    revision = Revision.objects.create(
        region=second.region, since=SINCE, why="调整", by=second.by, state="adopted",
        decided_by=leader, decided_at=timezone.now(),
    )  # fmt: skip
    Quota.objects.create(goal=clash.goal, revision=revision, number=210 * 10_000)
    settled = {clash.key: clashes.Settled(True, "上级")}
    with pytest.raises(UserError, match="210 户"):
        actions.adopt(by=leader, plan=second, since=LATER, settled=settled)


def test_a_figure_cannot_be_taken_from_a_day_before_the_one_in_force(
    second: PlanText, leader: User
) -> None:
    (clash,) = clashes_of(second)
    settled = {clash.key: clashes.Settled(True, "上级")}
    with pytest.raises(UserError, match="不能早于这一天"):
        actions.adopt(by=leader, plan=second, since=date(2026, 1, 1), settled=settled)


def test_the_same_figure_again_is_no_clash(clerk: User, leader: User, second: PlanText) -> None:
    same = submitted(clerk, SECOND.replace("230户", "200家"))
    assert clashes_of(same) == []
    actions.adopt(by=leader, plan=same, since=LATER)
    assert in_force(LATER) == ["200"]
    assert Goal.objects.filter(how="stock", year=2028, tier="高新技术企业").count() == 1
