"""The way in: who has shown the first thing, must he show a second; and the moment he is in.

Until then nobody is signed in: what the session holds is only who has shown the first thing,
when, and where he wanted to go. All other pages send him to the log-in.
"""

from __future__ import annotations

import time
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth import login
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from denggao.web.accounts import actions, second
from denggao.web.accounts.models import User
from denggao.web.accounts.passwords import is_stale

_PENDING, _BY_OTHERS = "pending", "by others"
_MINUTES = 10
_BACKEND = "denggao.web.accounts.backends.Backend"


def must_change_password(request: HttpRequest) -> bool:
    """Before anything else? Not where another house has vouched for the person: the password
    here was not asked for."""
    return is_stale(request.user) and not request.session.get(_BY_OTHERS)


def proceed(request: HttpRequest, user: User, go_on: str = "", by_others: bool = False) -> bool:
    """The first thing is shown. Signs in, or returns False: a second one is needed. ``by_others``:
    another house has vouched."""
    if not second.asked_of(user):
        _sign_in(request, user, {_BY_OTHERS: by_others})
        return True
    request.session.flush()
    request.session[_PENDING] = {
        "user": user.pk, "hash": user.get_session_auth_hash(), "at": time.time(),
        "next": go_on, "by_others": by_others,
    }  # fmt: skip
    return False


def pending(request: HttpRequest) -> User | None:
    """Who has shown the first thing lately and is still who he was."""
    told = request.session.get(_PENDING)
    if told is None or time.time() - told["at"] > 60 * _MINUTES:
        return None
    user = User.objects.filter(pk=told["user"]).first()
    if user is None or not user.may_enter:
        return None
    return user if constant_time_compare(told["hash"], user.get_session_auth_hash()) else None


def pass_second(request: HttpRequest, user: User) -> str:
    """The second thing is shown: sign in. Returns where the person wanted to go."""
    told = request.session.pop(_PENDING)
    _sign_in(request, user, {_BY_OTHERS: told["by_others"], second.PASSED: True})
    return told["next"]


def fail_second(request: HttpRequest, user: User) -> None:
    """A wrong code counts as a wrong password does, for the same lock."""
    user_login_failed.send(
        sender=__name__, credentials={"username": user.username}, request=request
    )
    actions.note_failure(username=user.username, why="动态码或恢复码不对")


def is_locked(request: HttpRequest, user: User) -> bool:
    """Too many failures lately, of whichever kind?"""
    return not AxesProxyHandler.is_allowed(request, {"username": user.username})


def _sign_in(request: HttpRequest, user: User, marks: dict[str, Any]) -> None:
    login(request, user, _BACKEND)
    request.session.update({name: mark for name, mark in marks.items() if mark})
    actions.note_entry(user=user, action="登录")
