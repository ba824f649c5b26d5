"""Log-in by the account that a person has elsewhere (OpenID Connect, authorisation code with
PKCE), where it is configured. The other house says who somebody is; who may come in, and with
which roles, stays ours: an account is found by a claim, never made."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from denggao.facts.errors import UserError
from denggao.web.accounts.models import User, written_name
from denggao.web.kit.environment import Oidc

_TIMEOUT = 10
_NOT_REACHED = "统一身份认证那边没有应答或应答不对，请稍后再试，或用密码登录"
_NOT_VALID = "统一身份认证的应答没有通过核验（过期、重复，或不是给本系统的），没有登录；请再来一次"


def label() -> str:
    """What the button says; "" where nothing is configured."""
    return settings.OIDC.label if settings.OIDC else ""


def sent_away(request: HttpRequest, back: str) -> HttpResponse:
    """To the other house, which sends the person to ``back``. Raises UserError."""
    client = _client(settings.OIDC)
    from requests import RequestException

    try:
        return client.authorize_redirect(request, back)
    except (RequestException, ValueError, RuntimeError, KeyError):
        raise UserError(_NOT_REACHED) from None


def come_back(request: HttpRequest) -> User:
    """Who has come back: the account here of that name. State, PKCE, nonce, signature, issuer,
    audience and times are checked. Raises UserError."""
    config = settings.OIDC
    client = _client(config)
    from authlib.integrations.base_client import OAuthError
    from joserfc.errors import JoseError
    from requests import RequestException

    options = {
        "iss": {"essential": True, "value": config.issuer},
        "aud": {"essential": True, "value": config.client_id},
        "sub": {"essential": True},
        "exp": {"essential": True},
        "nonce": {"essential": True},
    }
    try:
        token = client.authorize_access_token(request, claims_options=options, leeway=30)
    except (OAuthError, JoseError):
        raise UserError(_NOT_VALID) from None
    except (RequestException, ValueError, RuntimeError, KeyError, TypeError):
        raise UserError(_NOT_REACHED) from None
    claims = token.get("userinfo") or {}
    return _known(claims.get(config.claim), config)


def _known(name: Any, config: Oidc) -> User:
    if not isinstance(name, str) or not name.strip() or "\0" in name:
        raise UserError(f"统一身份认证没有给出用户名（声明 {config.claim}），没有登录")
    user = User.objects.filter(username=written_name(name)).first()
    if user is None or not user.may_enter:
        raise UserError(
            f"这里没有与“{name[:40]}”对应的在用账号；请系统管理员先建账号，用户名与那边一致"
        )
    return user


@lru_cache(maxsize=2)
def _client(config: Oidc) -> Any:
    """Its own description is fetched at the first log-in, and kept. Authlib and what it needs are
    loaded only where they are used."""
    try:
        from authlib.integrations.django_client import OAuth
    except ModuleNotFoundError:
        raise UserError("没有装统一身份认证的组件；请维护人员安装 denggao[oidc]") from None
    return OAuth().register(
        "other",
        client_id=config.client_id,
        client_secret=config.client_secret,
        server_metadata_url=f"{config.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": config.scope, "code_challenge_method": "S256", "default_timeout": _TIMEOUT,
        },
    )  # fmt: skip
