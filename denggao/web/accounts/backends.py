"""How a person proves who it is: user name, however spelt, and password."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from denggao.web.accounts import models


class Backend(BaseBackend):
    """No permissions from here: those come from roles alone."""

    def authenticate(
        self, request: HttpRequest | None, username: str = "", password: str = "", **_: Any
    ) -> models.User | None:
        """The person, if the password is right and the account has not ended. An unknown name
        costs as much time as a wrong password."""
        user = models.User.objects.filter(username=models.written_name(username)).first()
        if user is None:
            make_password(password)
            return None
        return user if user.check_password(password) and user.may_enter else None

    def get_user(self, user_id: int) -> models.User | None:
        """The person of a session."""
        try:
            return models.User.objects.get(pk=user_id)  # not first(): each page pays for an order
        except models.User.DoesNotExist:
            return None


def written_name(request: HttpRequest | None, credentials: dict[str, Any] | None) -> str:
    """For the counter of failures: however the name is spelt, it is one account."""
    given = credentials or (request.POST if request is not None else {})
    return models.written_name(str(given.get("username", "")))
