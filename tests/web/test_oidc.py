"""Log-in by the account of another house, against a small real one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from denggao.facts.errors import UserError
from denggao.web.accounts import oidc, urls
from denggao.web.accounts.models import AuditRow, User
from denggao.web.kit import environment
from denggao.web.kit.environment import Oidc
from tests.web.other_house import CLIENT, SECRET, House, house

BACK = "/login/other/back/"
with_other = pytest.mark.urls("tests.web.oidc_urls")


@pytest.fixture
def other(settings: Any) -> Iterator[House]:
    with house() as there:
        settings.OIDC = Oidc(
            there.issuer, CLIENT, SECRET, "preferred_username", "openid profile", "省统一身份认证"
        )
        yield there
        oidc._client.cache_clear()


def away(client: Client, go_on: str = "") -> dict[str, str]:
    """What the browser brings to the other house."""
    answer = client.get(f"/login/other/?next={go_on}")
    assert answer.status_code == 302
    return dict(parse_qsl(urlsplit(answer.url).query))


def through(client: Client, other: House, go_on: str = "") -> Any:
    """There and back."""
    return client.get(other.authorize(away(client, go_on)))


def inside(client: Client) -> bool:
    return client.get(reverse("welcome")).status_code == 200


@with_other
def test_in_by_the_other_house(other: House, clerk: User) -> None:
    client = Client()
    assert "省统一身份认证" in client.get("/login/").content.decode()
    assert through(client, other, "/units/").url == "/units/"
    assert inside(client)
    assert AuditRow.objects.get(action="登录").user == clerk


@with_other
def test_what_it_is_asked_with(other: House, clerk: User) -> None:
    asked = away(Client())
    assert asked["scope"] == "openid profile"
    assert asked["redirect_uri"] == f"http://testserver{BACK}"
    assert len(asked["state"]) >= 20
    assert len(asked["nonce"]) >= 20
    assert "client_secret" not in asked


@with_other
@pytest.mark.parametrize(
    "lie",
    ["state", "nonce", "no nonce", "issuer", "audience", "no aud", "expired", "no exp",
     "signature", "unsigned", "no token", "refuse"],
)  # fmt: skip
def test_what_is_false_is_refused(other: House, clerk: User, lie: str) -> None:
    client, other.lie = Client(), lie
    answer = through(client, other)
    assert answer.url == "/login/"
    assert not inside(client)
    assert "没有" in client.get("/login/").content.decode()
    assert AuditRow.objects.filter(action="登录失败").exists()
    other.lie = ""  # the same house, telling the truth: so it was the lie
    through(client, other)
    assert inside(client)


@with_other
def test_a_code_of_another_session_is_refused(other: House, clerk: User) -> None:
    """Somebody is lured to come back with a stranger's code."""
    back = other.authorize(away(Client()))
    victim = Client()
    assert victim.get(back).url == "/login/"
    assert not inside(victim)


@with_other
def test_coming_back_twice_is_refused(other: House, clerk: User) -> None:
    client = Client()
    back = other.authorize(away(client))
    client.get(back)
    client.post(reverse("accounts:logout"))
    assert client.get(back).url == "/login/"
    assert not inside(client)


@with_other
def test_the_verifier_is_needed(other: House, clerk: User) -> None:
    client = Client()
    asked = away(client)
    assert client.get(other.authorize({**asked, "code_challenge": "x" * 43})).url == "/login/"
    assert not inside(client)


@with_other
@pytest.mark.parametrize("name", ["stranger", "", "clerk\0", 17, None, ["clerk"]])
def test_no_account_is_made_of_a_stranger(other: House, clerk: User, name: Any) -> None:
    client, other.name = Client(), name
    assert through(client, other).url == "/login/"
    assert not inside(client)
    assert User.objects.count() == 1


@with_other
def test_however_the_name_is_spelt(other: House, clerk: User) -> None:
    client, other.name = Client(), "ＣＬＥＲＫ"
    through(client, other)
    assert inside(client)


@with_other
@pytest.mark.parametrize("change", [{"is_active": False}, {"valid_until": "2020-01-01"}])
def test_an_ended_account_stays_out(other: House, clerk: User, change: dict[str, Any]) -> None:
    User.objects.update(**change)
    client = Client()
    assert through(client, other).url == "/login/"
    assert not inside(client)


@with_other
def test_locked_out_is_locked_out(other: House, clerk: User) -> None:
    for _ in range(5):
        Client().post("/login/", {"username": "clerk", "password": "wrong"})
    client = Client()
    assert through(client, other).url == "/login/"
    assert not inside(client)


@with_other
def test_a_one_time_password_is_not_in_the_way(other: House, clerk: User) -> None:
    """Whoever comes by the other house may never have had a password here."""
    User.objects.update(must_change_password=True)
    client = Client()
    through(client, other)
    assert client.get(reverse("ledger:enterprises")).status_code == 200


@with_other
def test_the_second_factor_is_demanded_here_too(other: House, clerk: User, settings: Any) -> None:
    settings.SECOND_FACTOR = True
    client = Client()
    assert through(client, other).url == reverse("accounts:second-asked")
    assert not inside(client)


@with_other
@pytest.mark.parametrize("where", ["https://elsewhere.example/", "//elsewhere.example/"])
def test_no_redirect_elsewhere(other: House, clerk: User, where: str) -> None:
    assert through(Client(), other, where).url == "/"


@with_other
def test_a_house_that_does_not_answer(settings: Any, clerk: User) -> None:
    settings.OIDC = Oidc("http://127.0.0.1:9", CLIENT, SECRET, "sub", "openid", "他处")
    client = Client()
    assert client.get("/login/other/").url == "/login/"
    assert "没有应答" in client.get("/login/").content.decode()
    oidc._client.cache_clear()


def test_without_configuration_no_route_and_no_button(clerk: User) -> None:
    assert not set(urls.OTHER_HOUSE) & set(urls.urlpatterns)
    with pytest.raises(NoReverseMatch):
        reverse("accounts:other")
    assert Client().get("/login/other/").status_code == 404
    assert "统一身份认证" not in Client().get("/login/").content.decode()


def test_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment.oidc() is None
    monkeypatch.setenv("DENGGAO_OIDC_ISSUER", "https://sso.example.cn/realm")
    with pytest.raises(UserError, match="DENGGAO_OIDC_CLIENT_ID、DENGGAO_OIDC_CLIENT_SECRET"):
        environment.oidc()
    monkeypatch.setenv("DENGGAO_OIDC_CLIENT_ID", "a")
    monkeypatch.setenv("DENGGAO_OIDC_CLIENT_SECRET", "b")
    found = environment.oidc()
    assert found is not None
    assert (found.claim, found.scope) == ("preferred_username", "openid profile")
    monkeypatch.setenv("DENGGAO_OIDC_ISSUER", "http://sso.example.cn")
    with pytest.raises(UserError, match="https://"):
        environment.oidc()
