"""Personal tokens: shown once, kept hashed, worth nothing where their owner could not come in."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from denggao.facts.errors import UserError
from denggao.web.accounts import actions, tokens
from denggao.web.accounts.models import AccessToken, AuditRow, User


@pytest.fixture
def key(clerk: User) -> str:
    return tokens.make(by=clerk, name="夜间导入", days=30, strong=False)[1]


def status(key: str, scheme: str = "Bearer") -> int:
    return Client().get("/api/me", headers={"Authorization": f"{scheme} {key}"}).status_code


def said(key: str) -> str:
    answer = Client().get("/api/me", headers={"Authorization": f"Bearer {key}"})
    return str(answer.json()["message"]) if answer.status_code == 401 else ""


def test_made_on_the_page_shown_once_and_revoked(
    clerk: User, sign_in: Callable[..., Client]
) -> None:
    client, where = sign_in(clerk), reverse("accounts:tokens")
    page = client.post(where, {"name": "夜间导入", "days": "30"}).content.decode()
    key = re.search(r"dg_[\w-]{43}", page)
    assert key is not None
    assert status(key[0]) == 200
    assert key[0] not in client.get(where).content.decode()
    kept = AccessToken.objects.get()
    stored = [str(getattr(kept, field.attname)) for field in AccessToken._meta.fields]
    assert not any(key[0] in one for one in stored)
    assert key[0] not in str(list(AuditRow.objects.values_list()))
    client.post(reverse("accounts:token-revoke", args=[kept.pk]))
    assert "已作废" in said(key[0])
    assert {"生成访问令牌", "作废访问令牌"} <= set(
        AuditRow.objects.values_list("action", flat=True)
    )


def test_nobody_revokes_anothers(
    clerk: User, key: str, make_user: Callable[..., User], sign_in: Callable[..., Client]
) -> None:
    other = sign_in(make_user("other", "head"))
    where = reverse("accounts:token-revoke", args=[AccessToken.objects.get().pk])
    assert other.post(where).status_code == 404
    assert status(key) == 200


def test_it_ends(clerk: User, key: str) -> None:
    AccessToken.objects.update(expires_at=timezone.now() - datetime.timedelta(seconds=1))
    assert "已到期" in said(key)


@pytest.mark.parametrize("days", [0, 366, -1])
def test_not_for_ever(clerk: User, days: int) -> None:
    with pytest.raises(UserError, match="有效期"):
        tokens.make(by=clerk, name="x", days=days, strong=False)


def test_not_without_number(clerk: User) -> None:
    for _ in range(tokens.MOST):
        tokens.make(by=clerk, name="x", days=1, strong=False)
    with pytest.raises(UserError, match="最多"):
        tokens.make(by=clerk, name="x", days=1, strong=False)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"is_active": False}, "停用"),
        ({"valid_until": datetime.date(2020, 1, 1)}, "停用"),
        ({"must_change_password": True}, "密码"),
        ({"password_at": datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)}, "密码"),
        ({"has_second_factor": True}, "第二因素"),
    ],
    ids=["closed", "past its day", "one-time password", "old password", "second factor"],
)
def test_it_is_worth_no_more_than_its_owner(
    clerk: User, key: str, change: dict[str, object], word: str
) -> None:
    assert status(key) == 200
    User.objects.filter(pk=clerk.pk).update(**change)
    assert word in said(key)


def test_locked_out_is_locked_out(clerk: User, key: str) -> None:
    for _ in range(5):
        Client().post("/login/", {"username": "clerk", "password": "wrong"})
    assert "锁定" in said(key)


def test_a_second_factor_demanded_later_ends_what_was_made_without(
    clerk: User, key: str, settings: object
) -> None:
    settings.SECOND_FACTOR = True  # type: ignore[attr-defined]
    assert "第二因素" in said(key)
    AccessToken.objects.update(strong=True)
    assert status(key) == 200


def test_a_reset_password_ends_all(clerk: User, key: str) -> None:
    actions.reset_password(by=None, user=clerk, why="疑似泄露")
    assert "作废" in said(key)


@pytest.mark.parametrize(
    "shown", ["", "dg_", "dg_wrong", "x" * 5000, "密钥", "dg_\ud800".encode("utf-8", "replace")]
)
def test_wrong_keys(key: str, shown: object) -> None:
    assert status(str(shown)) == 401
    assert status(key, "Basic") == 401
    assert status(key, "bearer") == 200


def test_a_wrong_token_is_refused_though_the_session_is_right(
    clerk: User, sign_in: Callable[..., Client]
) -> None:
    told = {"Authorization": "Bearer dg_wrong"}
    assert sign_in(clerk).get("/api/me", headers=told).status_code == 401


def test_pages_do_not_look_at_tokens(key: str) -> None:
    told = {"Authorization": f"Bearer {key}"}
    answer = Client().get(reverse("ledger:enterprises"), headers=told)
    assert answer.url.startswith("/login/")


def test_no_session_comes_of_it(key: str) -> None:
    answer = Client().get("/api/me", headers={"Authorization": f"Bearer {key}"})
    assert not answer.cookies


def test_roles_taken_away_are_gone_at_once(clerk: User, key: str) -> None:
    User.objects.filter(pk=clerk.pk).update(roles=[])
    told = {"Authorization": f"Bearer {key}"}
    assert Client().get("/api/enterprises", headers=told).status_code == 403
