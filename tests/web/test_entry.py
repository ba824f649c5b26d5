"""Coming in, being locked out, passwords, and sessions that end."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from denggao.web.accounts import actions
from denggao.web.accounts.models import AuditRow, Unit, User
from denggao.web.accounts.passwords import one_time_password

RIGHT = "Right-Password-1"
LOGIN = "/login/"


def enter(client: Client, username: str = "clerk", password: str = RIGHT) -> int:
    return client.post(LOGIN, {"username": username, "password": password}).status_code


def test_in_and_out(clerk: User) -> None:
    client = Client()
    assert enter(client, "ＣＬＥＲＫ ") == 302  # however it is spelt
    cookie = client.cookies["sessionid"].value
    assert client.get(reverse("welcome")).status_code == 200
    client.post(reverse("accounts:logout"))
    client.cookies["sessionid"] = cookie  # replayed
    assert client.get(reverse("welcome")).url.startswith(LOGIN)
    assert [row.action for row in AuditRow.objects.all()] == ["登录", "退出"]


def test_the_sixth_try_is_refused_though_right(clerk: User) -> None:
    assert [enter(Client(), password="wrong") for _ in range(5)][:4] == [400] * 4
    assert enter(Client()) == 403
    assert enter(Client(), "Clerk") == 403  # the same account
    assert AuditRow.objects.filter(action="登录失败").count() >= 6


def test_an_address_is_locked_after_twenty(clerk: User) -> None:
    for number in range(20):
        enter(Client(), f"somebody{number}", "wrong")
    assert enter(Client()) == 403


def test_unknown_and_wrong_look_the_same(clerk: User) -> None:
    def said(username: str) -> str:
        page = Client().post(LOGIN, {"username": username, "password": "wrong"}).content.decode()
        return re.sub(r'value="[^"]*"', "", page)

    assert said("clerk") == said("nobody")


def test_nobody_comes_in_on_a_fresh_database() -> None:
    assert User.objects.count() == 0
    assert "denggao createadmin" in Client().get(LOGIN).content.decode()


def test_a_one_time_password_only_opens_the_change(clerk: User) -> None:
    password = actions.reset_password(by=None, user=clerk, why="忘记")
    client = Client()
    assert enter(client, password=password) == 302
    assert client.get(reverse("ledger:enterprises")).url == reverse("accounts:password")
    new = {"old": password, "new": "Another-Word-2", "again": "Another-Word-2"}
    assert client.post(reverse("accounts:password"), new).status_code == 302
    assert client.get(reverse("ledger:enterprises")).status_code == 200


def test_a_password_ages(clerk: User, sign_in: Callable[[User], Client]) -> None:
    client = sign_in(clerk)
    User.objects.update(password_at=timezone.now() - datetime.timedelta(days=91))
    assert client.get(reverse("ledger:enterprises")).url == reverse("accounts:password")


@pytest.mark.parametrize(
    ("seconds", "said"), [(31 * 60, "没有操作"), (29 * 60, "")], ids=["31 minutes", "29 minutes"]
)
def test_idle_sessions_end(
    clerk: User, sign_in: Callable[[User], Client], seconds: int, said: str
) -> None:
    client = sign_in(clerk)
    client.get(reverse("welcome"))
    session = client.session
    session["seen"] -= seconds
    session.save()
    answer = client.get(reverse("welcome"), follow=True)
    assert said in answer.content.decode()
    assert "password" in answer.context["form"].fields if said else "now" in answer.context


def test_a_session_ends_after_eight_hours(clerk: User, sign_in: Callable[[User], Client]) -> None:
    client = sign_in(clerk)
    client.get(reverse("welcome"))
    session = client.session
    session["began"] -= 8 * 3600 + 1
    session.save()
    assert client.get(reverse("welcome")).url.startswith(LOGIN)


def test_an_ended_account_dies_at_the_next_request(
    clerk: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(clerk)
    assert client.get(reverse("welcome")).status_code == 200
    User.objects.update(valid_until=timezone.localdate() - datetime.timedelta(days=1))
    assert client.get(reverse("welcome")).url.startswith(LOGIN)
    assert enter(Client()) == 400


@pytest.mark.parametrize(
    ("password", "fine"),
    [
        ("Abcdef-123", True),
        ("Abc-123456789", True),
        ("abcdef12345", False),  # two classes
        ("Abc-12345", False),  # nine characters
        ("ABCDEFGHIJ", False),
        ("1234567890", False),
        ("Password-123", True),
        ("password123", False),  # common
        ("Clerk-Right-9", False),  # the user name
        ("城关区科技局Ab-1", False),  # the unit
        (RIGHT, False),  # in use
        ("中文口令Ab-1234", True),
    ],
)
def test_passwords(clerk: User, password: str, fine: bool) -> None:
    if fine:
        validate_password(password, clerk)
    else:
        with pytest.raises(ValidationError):
            validate_password(password, clerk)


def test_the_last_five_do_not_come_again(clerk: User) -> None:
    words = [f"Changed-Word-{n}" for n in range(6)]
    for word in words:
        actions.change_password(by=clerk, password=word)
    with pytest.raises(ValidationError):
        validate_password(words[1], clerk)
    validate_password(RIGHT, clerk)


def test_one_time_passwords_keep_the_rules() -> None:
    made = {one_time_password() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        validate_password(password, User(username="somebody", name="某人", unit=Unit(name="某局")))


def test_two_spellings_are_one_account(clerk: User, make_user: Callable[..., User]) -> None:
    client = Client()
    client.force_login(make_user("sys", "system"), "denggao.web.accounts.backends.Backend")
    form = {"username": "ＣＬＥＲＫ", "name": "另一人", "unit": clerk.unit_id, "is_active": "on"}
    answer = client.post(reverse("accounts:person-new"), form)
    assert "已经有人用了" in answer.content.decode()


def test_nobody_grants_himself_a_role(make_user: Callable[..., User]) -> None:
    client = Client()
    person = make_user("sec", "security")
    client.force_login(person, "denggao.web.accounts.backends.Backend")
    form = {"roles": ["security", "head"], "why": "方便"}
    answer = client.post(reverse("accounts:role", args=[person.pk]), form)
    assert "不能给自己" in answer.content.decode()
    assert User.objects.get(pk=person.pk).roles == ["security"]


def test_the_policy_of_every_page_is_strict(clerk: User, sign_in: Callable[[User], Client]) -> None:
    for client, page in ((Client(), LOGIN), (sign_in(clerk), reverse("welcome"))):
        answer = client.get(page)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store, private"
        assert " style=" not in answer.content.decode()
        assert "onclick" not in answer.content.decode()


def test_nothing_goes_through_without_the_token(clerk: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(clerk, "denggao.web.accounts.backends.Backend")
    answer = client.post(reverse("accounts:logout"))
    assert answer.status_code == 403
    assert "表单已过期" in answer.content.decode()


@pytest.mark.parametrize("where", ["https://elsewhere.example/", "//elsewhere.example/"])
def test_no_redirect_elsewhere(clerk: User, where: str) -> None:
    form = {"username": "clerk", "password": RIGHT, "next": where}
    assert Client().post(LOGIN, form).url == "/"
