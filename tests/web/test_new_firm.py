"""One firm entered by hand: a lead that no file has."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from denggao.facts.errors import UserError
from denggao.web.accounts.models import AuditRow, User
from denggao.web.ledger import actions
from denggao.web.ledger.models import Enterprise
from tests.web.books import code
from tests.web.conftest import CHENGGUAN, HIGH_TECH, QILIHE

NEW = "/enterprises/new/"
FORM = {"name": "模拟新进科技有限公司", "uscc": code(7), "region": CHENGGUAN, "why": "走访发现"}


def post(client: Client, **changes: str) -> tuple[int, str]:
    answer = client.post(NEW, {**FORM, **changes})
    return answer.status_code, answer.content.decode()


def test_a_lead_becomes_a_firm_with_its_source(
    clerk: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(clerk)
    assert f'href="{NEW}"' in client.get(reverse("ledger:enterprises")).content.decode()
    asked = client.get("/visits/new/?text=模拟新进").content.decode()
    assert "新增这户企业" in asked  # where a clerk first misses it
    assert post(client)[0] == 302
    firm = Enterprise.objects.get()
    assert (firm.name, firm.uscc, firm.region_id, firm.made_by) == (
        FORM["name"], code(7), CHENGGUAN, clerk,
    )  # fmt: skip
    row = AuditRow.objects.get(action="新增企业")
    assert row.why == "走访发现"
    assert "建档" in client.get(reverse("ledger:enterprise", args=[firm.pk])).content.decode()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"uscc": code(8)}, "已有这个名称的企业"),
        ({"name": "模拟另一家科技有限公司"}, "已存在"),
        ({"name": "模拟另一家科技有限公司", "uscc": "91620102MNXY000011"}, "校验"),
        ({"name": "模拟另一家科技有限公司", "uscc": "", "region": QILIHE}, "有效的选项"),
        ({"name": "模拟另一家科技有限公司", "uscc": "", "why": ""}, "必填"),
    ],
)
def test_what_is_no_new_firm_is_refused(
    clerk: User, sign_in: Callable[[User], Client], changes: dict[str, str], said: str
) -> None:
    client = sign_in(clerk)
    assert post(client)[0] == 302
    status, page = post(client, **changes)
    assert status == 200
    assert said in page
    assert "invalid" in page
    assert Enterprise.objects.count() == 1


def test_two_at_once_are_one(clerk: User) -> None:
    values = {"name": "模拟甲公司", "uscc": code(9), "region": clerk.region}
    actions.add(by=clerk, values=values, why="来电")
    with pytest.raises((actions.Conflict, UserError), match="刚刚由别人"):
        actions.add(by=clerk, values=values, why="来电")
    assert Enterprise.objects.count() == 1


def test_a_zone_enters_firms_of_its_district(
    make_user: Callable[..., User], sign_in: Callable[[User], Client]
) -> None:
    user = make_user("zone", "clerk", region=HIGH_TECH)
    client = sign_in(user)
    division = user.region.parent_id
    assert post(client, region=division)[0] == 200  # nobody of the zone would see it
    assert post(client, region=division, zone=HIGH_TECH)[0] == 302
    assert Enterprise.objects.for_user(user).count() == 1


def test_who_may_not_edit_may_not_enter(
    make_user: Callable[..., User], sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(make_user("boss", "leader"))
    assert client.get(NEW).status_code == 403
    assert NEW not in client.get(reverse("ledger:enterprises")).content.decode()
