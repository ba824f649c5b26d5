"""The second factor: set up, shown, lost; and what a session reaches that lacks it."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from denggao.facts.errors import UserError
from denggao.web.accounts import actions, second
from denggao.web.accounts.access import ANYONE, permission_of
from denggao.web.accounts.models import AuditRow, RecoveryCode, SecondFactor, User
from tests.web.test_access import routes
from tests.web.test_entry import enter

ASKED, OWN = "/second/", "/second/set-up/"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the clock on, in seconds."""
    shift = [0.0]
    real = time.time
    monkeypatch.setattr(second.time, "time", lambda: real() + shift[0])
    return lambda seconds: shift.__setitem__(0, shift[0] + seconds)


@pytest.fixture
def demanded(settings: Any) -> None:
    settings.SECOND_FACTOR = True


def code_of(user: User, steps: int = 0) -> str:
    """What the telephone shows so many half minutes from now."""
    secret = second.unseal(SecondFactor.objects.get(user=user).secret)
    return pyotp.TOTP(secret).generate_otp(int(second.time.time()) // 30 + steps)


def set_up(user: User) -> list[str]:
    """As on the page; returns the recovery codes."""
    second.begin(user)
    codes = second.confirm(by=user, code=code_of(user))
    assert codes is not None
    return codes


def show(client: Client, code: str) -> Any:
    return client.post(ASKED, {"code": code})


def inside(client: Client) -> bool:
    return client.get(reverse("welcome")).status_code == 200


def test_set_up_on_the_page(clerk: User, sign_in: Callable[..., Client]) -> None:
    client = sign_in(clerk)
    page = client.get(OWN).content.decode()
    assert 'src="data:image/svg+xml' in page
    secret = second.unseal(SecondFactor.objects.get().secret)
    assert secret in page
    assert client.post(OWN, {"code": "000000"}).status_code == 400
    told = client.post(OWN, {"code": code_of(clerk)}).content.decode()
    codes = re.findall(r"[2-9a-z]{4}-[2-9a-z]{4}-[2-9a-z]{4}", told)
    assert len(set(codes)) == second.CODES == RecoveryCode.objects.count()
    assert inside(client)  # this session has shown it
    assert secret not in client.get(OWN).content.decode()
    assert User.objects.get().has_second_factor


def test_other_sessions_end(clerk: User, sign_in: Callable[..., Client]) -> None:
    here, there = sign_in(clerk), sign_in(clerk)
    assert inside(there)
    here.get(OWN)
    here.post(OWN, {"code": code_of(clerk)})
    assert inside(here)
    assert not inside(there)


def test_in_with_password_and_code(clerk: User, clock: Callable[[float], None]) -> None:
    set_up(clerk)
    clock(60)
    client = Client()
    assert enter(client) == 302
    assert not inside(client)
    assert show(client, code_of(clerk)).url == "/"
    assert inside(client)
    assert AuditRow.objects.filter(action="登录").count() == 1


def test_a_code_is_good_for_one_time(clerk: User, clock: Callable[[float], None]) -> None:
    set_up(clerk)
    clock(60)
    code = code_of(clerk)
    for number in range(2):
        client = Client()
        enter(client)
        assert show(client, code).status_code == (302, 400)[number]
    # nor one that is older than the one used
    assert not second.proves(clerk, code_of(clerk, -1))
    assert second.proves(clerk, code_of(clerk, 1))


@pytest.mark.parametrize(("steps", "good"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_clocks_differ_by_half_a_minute(
    clerk: User, clock: Callable[[float], None], steps: int, good: bool
) -> None:
    set_up(clerk)
    clock(300)
    assert second.proves(clerk, code_of(clerk, steps)) == good


def test_a_recovery_code_is_good_for_one_time(clerk: User) -> None:
    codes = set_up(clerk)
    for number in range(2):
        client = Client()
        enter(client)
        assert show(client, codes[3].upper()).status_code == (302, 400)[number]
    assert AuditRow.objects.get(action="使用恢复码").new == {"left": 9}
    assert not second.proves(clerk, "")
    assert not second.proves(clerk, "aaaa-aaaa-aaaa")


def test_five_failures_lock_and_the_password_does_not_begin_anew(
    clerk: User, clock: Callable[[float], None]
) -> None:
    set_up(clerk)
    clock(60)
    client = Client()
    for _ in range(5):  # the password right each time
        client = Client()
        enter(client)
        show(client, "000000")
    answer = show(client, code_of(clerk))
    assert answer.url == "/login/"
    assert not inside(client)
    assert enter(Client()) == 403
    assert AuditRow.objects.filter(action="登录失败").count() >= 5


def test_what_is_kept_is_encrypted_or_hashed(clerk: User) -> None:
    codes = set_up(clerk)
    secret = second.unseal(SecondFactor.objects.get().secret)
    with connection.cursor() as cursor:
        told = []
        for table in ("accounts_secondfactor", "accounts_recoverycode", "accounts_auditrow"):
            cursor.execute(f"SELECT * FROM {table}")
            told += cursor.fetchall()
    for word in (secret, *codes, *(code.replace("-", "") for code in codes)):
        assert word not in str(told)


def test_a_changed_key_is_told_in_words(clerk: User, settings: Any) -> None:
    set_up(clerk)
    settings.SECRET_KEY = "another-key-" + "y" * 32
    client = Client()
    enter(client)
    assert "密钥换过" in html.unescape(show(client, "123456").content.decode())


def test_a_session_without_reaches_only_this_page(demanded: None, clerk: User) -> None:
    """Every address, GET and POST."""
    client, cells = Client(), 0
    enter(client)
    for name, pattern in routes():
        if permission_of(pattern.callback) == ANYONE:
            continue
        filled = dict.fromkeys(pattern.pattern.converters, 7)
        is_api = "api" in str(pattern.pattern)
        for method in ("get", "post"):
            answer = getattr(client, method)(reverse(name, kwargs=filled))
            assert answer.status_code == (401 if is_api else 302), name
            assert is_api or answer.url.startswith("/login/"), name
            cells += 1
    assert cells > 150
    assert client.get(ASKED).status_code == 200  # still where it was


def test_it_is_demanded_and_set_up_at_the_door(demanded: None, clerk: User) -> None:
    client = Client()
    enter(client)
    assert "data:image/svg+xml" in client.get(ASKED).content.decode()
    assert "恢复码" in show(client, code_of(clerk)).content.decode()
    assert inside(client)
    with pytest.raises(UserError, match="自己不能停用"):
        second.remove(by=clerk, user=clerk, why="麻烦")


def test_sessions_from_before_it_was_demanded_end(
    clerk: User, sign_in: Callable[..., Client], settings: Any
) -> None:
    client = sign_in(clerk)
    assert inside(client)
    settings.SECOND_FACTOR = True
    assert not inside(client)


def test_people_of_firms_are_not_asked(demanded: None, make_user: Callable[..., User]) -> None:
    make_user("firm", "company")
    client = Client()
    enter(client, "firm")
    assert inside(client)


def test_the_door_closes_after_ten_minutes_or_a_new_password(demanded: None, clerk: User) -> None:
    client = Client()
    enter(client)
    session = client.session
    session["pending"] = {**session["pending"], "at": time.time() - 601}
    session.save()
    assert client.get(ASKED).url == "/login/"
    enter(client)
    actions.reset_password(by=None, user=clerk, why="泄露")
    assert client.get(ASKED).url == "/login/"


def test_an_administrator_resets_with_a_reason(
    clerk: User, make_user: Callable[..., User], sign_in: Callable[..., Client]
) -> None:
    set_up(clerk)
    admin = sign_in(make_user("sys", "system"))
    where = reverse("accounts:person-second", args=[clerk.pk])
    assert where in admin.get(reverse("accounts:units")).content.decode()
    assert admin.post(where, {}).status_code == 200
    assert SecondFactor.objects.exists()
    admin.post(where, {"why": "手机丢失"})
    assert not SecondFactor.objects.exists()
    assert not RecoveryCode.objects.exists()
    row = AuditRow.objects.get(action="重设第二因素")
    assert (row.user_name[:3], row.why, row.object_id) == ("sys", "手机丢失", str(clerk.pk))
    assert inside(sign_in(clerk))
    assert sign_in(clerk).post(where, {"why": "自己来"}).status_code == 403


def test_switched_off_only_with_a_code(
    clerk: User, sign_in: Callable[..., Client], clock: Callable[[float], None]
) -> None:
    client = sign_in(clerk)
    client.get(OWN)
    client.post(OWN, {"code": code_of(clerk)})
    where = reverse("accounts:second-remove")
    client.post(where, {"code": "000000"})
    assert SecondFactor.objects.exists()
    clock(60)
    client.post(where, {"code": code_of(clerk)})
    assert not SecondFactor.objects.exists()
    assert inside(client)


def test_new_recovery_codes_void_the_old(
    clerk: User, sign_in: Callable[..., Client], clock: Callable[[float], None]
) -> None:
    client = sign_in(clerk)
    client.get(OWN)
    told = client.post(OWN, {"code": code_of(clerk)}).content.decode()
    old = re.findall(r"[2-9a-z]{4}-[2-9a-z]{4}-[2-9a-z]{4}", told)[0]
    clock(60)
    told = client.post(reverse("accounts:second-codes"), {"code": code_of(clerk)}).content.decode()
    assert len(re.findall(r"[2-9a-z]{4}-[2-9a-z]{4}-[2-9a-z]{4}", told)) == 10
    assert not second.proves(clerk, old)


def test_a_token_of_such_a_session_is_strong(
    demanded: None, clerk: User, clock: Callable[[float], None]
) -> None:
    client = Client()
    enter(client)
    client.get(ASKED)
    show(client, code_of(clerk))
    page = client.post(reverse("accounts:tokens"), {"name": "试", "days": 1}).content.decode()
    key = re.search(r"dg_[\w-]{43}", page)
    assert key is not None
    told = {"Authorization": f"Bearer {key[0]}"}
    assert Client().get("/api/me", headers=told).status_code == 200
    clerk.tokens.update(strong=False)
    assert Client().get("/api/me", headers=told).status_code == 401
