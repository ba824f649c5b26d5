"""三清单 followed up: a firm without owner is an alarm, owners by a click, the log of reminders."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from denggao.web.accounts.models import AuditRow, User
from denggao.web.assessments.models import Reminder
from denggao.web.ledger.detail import timeline
from denggao.web.ledger.models import Enterprise, Statement, Title, Value
from tests.web.conftest import QILIHE

DAY = "2026-03-31"
KIND = "高新技术企业"


@pytest.fixture
def listed(make_firm: Callable[..., Enterprise], clerk: User) -> list[Enterprise]:
    """Three firms whose certificates end in the year; the third's owner is named in the ledger."""
    firms = [make_firm(f"模拟{name}") for name in "甲乙丙"]
    for firm in firms:
        Title.objects.create(
            enterprise=firm, kind=KIND, number=f"GR{firm.pk}", issued_on=date(2023, 10, 1),
            valid_to=date(2026, 9, 30), by=clerk, why="测试",
        )  # fmt: skip
    for fact, text in (("follow_up_by", "老王"), ("phone", "=1+1"), ("contact", "小赵")):
        said = {"enterprise": firms[2], "fact": fact, "year": 0, "text": text}
        statement = Statement.objects.create(**said, rank=40, by=clerk)
        Value.objects.create(**said, statement=statement)
    return firms


def page(client: Client, roll: str = "") -> object:
    return client.get(reverse("assessments:lists"), {"as_of": DAY, "roll": roll})


def roll_of(client: Client) -> str:
    """The id of the list with all three."""
    answer = page(client)
    return next(r.id for r, _ in answer.context["rolls"] if len(r.on) == 3)  # type: ignore[attr-defined]


def owners(client: Client, roll: str) -> dict[str, str]:
    rows = page(client, roll).context["rows"]  # type: ignore[attr-defined]
    return {row.entry.name: row.entry.owner for row in rows}


def test_a_firm_without_owner_is_an_alarm(
    clerk: User, sign_in: Callable[..., Client], listed: list[Enterprise]
) -> None:
    client = sign_in(clerk)
    answer = page(client, roll_of(client))
    assert answer.context["unowned"] == 2  # type: ignore[attr-defined]
    assert "有 2 家没有落实责任人" in answer.content.decode()  # type: ignore[attr-defined]


def test_one_click_gives_a_firm_an_owner_once(
    clerk: User,
    make_user: Callable[..., User],
    sign_in: Callable[..., Client],
    listed: list[Enterprise],
) -> None:
    client, other = sign_in(clerk), sign_in(make_user("other", "clerk"))
    roll = roll_of(client)
    address = reverse("assessments:lists-assign")
    client.post(address, {"one": listed[0].pk, "as_of": DAY, "roll": roll})
    answer = other.post(address, {"one": listed[0].pk, "as_of": DAY, "roll": roll}, follow=True)
    assert "已经有责任人" in answer.content.decode()
    # the one of the database first, else the one the ledger names
    expected = {"模拟甲": clerk.name, "模拟乙": "", "模拟丙": "老王"}
    assert owners(client, roll) == expected
    assert AuditRow.objects.filter(action="落实责任人").count() == 1
    assert Enterprise.objects.get(pk=listed[0].pk).version == 2


def test_the_ticked_ones_go_to_a_person_of_the_region(
    clerk: User,
    make_user: Callable[..., User],
    sign_in: Callable[..., Client],
    listed: list[Enterprise],
) -> None:
    client, address = sign_in(clerk), reverse("assessments:lists-assign")
    mate, stranger = make_user("mate", "clerk"), make_user("far", "clerk", region=QILIHE)
    form = {"firm": [f.pk for f in listed[:2]], "as_of": DAY}
    for wrong in (stranger.pk, "", "x"):
        answer = client.post(address, {**form, "owner": wrong}, follow=True)
        assert "请选一位责任人" in answer.content.decode()
    client.post(address, {**form, "owner": mate.pk})
    assert set(Enterprise.objects.filter(owner=mate)) == set(listed[:2])
    answer = client.post(address, {"owner": mate.pk, "firm": ["0", "y"]}, follow=True)
    assert "一家企业也没有选" in answer.content.decode()


def test_reminders_are_logged_shown_and_struck_out(
    clerk: User,
    make_user: Callable[..., User],
    sign_in: Callable[..., Client],
    listed: list[Enterprise],
) -> None:
    client = sign_in(clerk)
    roll = roll_of(client)
    form = {
        "firm": [f.pk for f in listed[:2]], "as_of": DAY, "roll": roll, "about": "三年到期",
        "on": "2026-03-30", "means": "phone", "told": "李经理", "note": "9月30日前报",
    }  # fmt: skip
    address = reverse("assessments:lists-remind")
    for field, wrong in (("on", "2999-01-01"), ("means", "鸽子"), ("told", " "), ("on", "昨天")):
        client.post(address, {**form, field: wrong})
        assert not Reminder.objects.exists(), field
    client.post(address, form)
    assert Reminder.objects.count() == 2
    rows = page(client, roll).context["rows"]  # type: ignore[attr-defined]
    last = {row.entry.name: row.last.told if row.last else "" for row in rows}
    assert last == {"模拟甲": "李经理", "模拟乙": "李经理", "模拟丙": ""}
    assert any("电话提醒李经理：三年到期" in event.what for event in timeline(listed[0]))

    log = reverse("assessments:reminders")
    assert "李经理" in client.get(log).content.decode()
    stranger = sign_in(make_user("far", "clerk", region=QILIHE))
    assert "李经理" not in stranger.get(log).content.decode()
    one = Reminder.objects.first()
    assert one is not None
    strike = reverse("assessments:reminder-strike", args=[one.pk])
    assert stranger.post(strike).status_code == 404
    client.post(strike)
    again = client.post(strike, follow=True)
    assert "已经作废过" in again.content.decode()
    assert Reminder.objects.filter(struck=True).count() == 1  # nothing is deleted
    assert not any(event.kind == "提醒" for event in timeline(one.enterprise))


def test_the_reminder_sheet_has_phones_and_no_formula(
    clerk: User, sign_in: Callable[..., Client], listed: list[Enterprise]
) -> None:
    client = sign_in(clerk)
    asked = {"as_of": DAY, "roll": roll_of(client)}
    answer = client.get(reverse("assessments:lists-sheet"), asked)
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    heads, *rows = sheet.iter_rows(values_only=True)
    told = {row[1]: dict(zip(heads, row, strict=True)) for row in rows}
    assert told["模拟丙"]["联系电话"] == "=1+1"
    assert sheet.cell(4, heads.index("联系电话") + 1).data_type in ("s", "inlineStr")
    assert (told["模拟丙"]["联系人"], told["模拟丙"]["责任人"]) == ("小赵", "老王")
    assert told["模拟甲"]["责任人"] == "未落实"
    missing = client.get(reverse("assessments:lists-sheet"), {"as_of": DAY, "roll": "没有"})
    assert missing.status_code == 404
