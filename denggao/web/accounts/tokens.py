"""Personal tokens: with one, a program does what its owner may do, and no more.

A token is worth nothing while its owner could not come in: the account ended or locked, the
password to be changed, a second factor demanded that the session lacked in which it was made.
"""

from __future__ import annotations

import datetime
import hashlib
import secrets

from axes.handlers.proxy import AxesProxyHandler
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from denggao.facts.errors import UserError
from denggao.web.accounts import audit
from denggao.web.accounts.models import AccessToken, User
from denggao.web.accounts.passwords import is_stale

PREFIX = "dg_"
MOST, LONGEST_DAYS = 20, 365
#: How often, in seconds, the last use is written down.
_NOTED_EVERY = 300


class Refused(Exception):
    """The token does not open; the text says why, in Chinese."""


@transaction.atomic
def make(*, by: User, name: str, days: int, strong: bool) -> tuple[AccessToken, str]:
    """A new token and its key, which is kept nowhere. ``strong``: the session has shown a second
    factor. Raises UserError for too many or too long."""
    if not 1 <= days <= LONGEST_DAYS:
        raise UserError(f"有效期应为 1 到 {LONGEST_DAYS} 天")
    now = timezone.now()
    if by.tokens.filter(revoked_at=None, expires_at__gt=now).count() >= MOST:
        raise UserError(f"最多同时有 {MOST} 个令牌；请先作废不用的")
    key = PREFIX + secrets.token_urlsafe(32)
    token = AccessToken.objects.create(
        user=by, name=name, digest=_digest(key), hint=key[:9], strong=strong,
        expires_at=now + datetime.timedelta(days=days),
    )  # fmt: skip
    audit.record(
        by=by, action="生成访问令牌", of=token,
        new={"name": name, "expires_at": token.expires_at.isoformat()},
    )  # fmt: skip
    return token, key


@transaction.atomic
def revoke(*, by: User, token: AccessToken) -> None:
    """End it now. Once ended, it stays so."""
    if token.user.tokens.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        audit.record(by=by, action="作废访问令牌", of=token)


def revoke_all(user: User) -> None:
    """All of a person; the caller's audit row says why."""
    user.tokens.filter(revoked_at=None).update(revoked_at=timezone.now())


def opened(request: HttpRequest, key: str) -> AccessToken:
    """The token with its owner. Raises Refused."""
    from denggao.web.accounts import second

    token = (
        AccessToken.objects.select_related("user__unit__region", "user__unit__parent")
        .filter(digest=_digest(key))
        .first()
    )
    if token is None:
        raise Refused("访问令牌不对")
    if not token.is_open:
        raise Refused("访问令牌已到期或已作废；请在网页上重新生成")
    user = token.user
    if not user.may_enter:
        raise Refused("账号已停用或到期")
    if AxesProxyHandler.is_locked(request, {"username": user.username}):
        raise Refused("账号因登录失败次数太多而锁定，请稍后再试")
    if is_stale(user):
        raise Refused("密码是一次性的或已满期限；请先在网页上登录，改好密码")
    if second.asked_of(user) and not token.strong:
        raise Refused("现在登录要第二因素，这个令牌是没有它时生成的；请在网页上重新生成")
    _note_use(token)
    return token


def _note_use(token: AccessToken) -> None:
    now = timezone.now()
    if token.used_at is None or (now - token.used_at).total_seconds() > _NOTED_EVERY:
        AccessToken.objects.filter(pk=token.pk).update(used_at=now)


def _digest(key: str) -> str:
    """256 bits of chance need no slow hash."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
