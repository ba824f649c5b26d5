"""What a password must be: long, mixed, not one's own name, none of the last five, not too old."""

from __future__ import annotations

import datetime
import re
import secrets
import string
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils import timezone

REMEMBERED = 5
_CLASSES = ("[a-z]", "[A-Z]", "[0-9]", r"[^a-zA-Z0-9\s]")
_SIGNS = "!#%+=?@"


def is_stale(user: Any) -> bool:
    """Must the password be changed before anything else?"""
    age = timezone.now() - user.password_at
    return user.must_change_password or age > datetime.timedelta(days=settings.PASSWORD_DAYS)


def one_time_password() -> str:
    """A random password that fulfils the rules, without letters that look alike."""
    letters = "".join(set(string.ascii_letters) - set("IlOo"))
    while True:
        words = [secrets.choice(letters + "23456789") for _ in range(13)]
        words.insert(secrets.randbelow(12) + 1, secrets.choice(_SIGNS))
        password = "".join(words)
        if all(re.search(one, password) for one in _CLASSES):
            return password


class FourClasses:
    """At least three of small letters, capitals, digits and signs."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError."""
        if sum(re.search(one, password) is not None for one in _CLASSES) < 3:
            raise ValidationError(self.get_help_text())

    def get_help_text(self) -> str:
        """In words."""
        return "密码要有小写字母、大写字母、数字、符号中的至少三种。"


class NoNames:
    """Neither the user name nor the unit's inside."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError."""
        unit = getattr(user, "unit", None)
        names = [getattr(user, "username", ""), getattr(user, "name", ""), str(unit or "")]
        if any(len(name) >= 2 and name.casefold() in password.casefold() for name in names):
            raise ValidationError(self.get_help_text())

    def get_help_text(self) -> str:
        """In words."""
        return "密码里不能有用户名、姓名或单位名称。"


class NotUsedBefore:
    """None of the last passwords, the present one among them."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError."""
        if user is None or user.pk is None:
            return
        old = user.old_passwords.order_by("-at").values_list("password", flat=True)[:REMEMBERED]
        if any(check_password(password, one) for one in (user.password, *old)):
            raise ValidationError(self.get_help_text())

    def get_help_text(self) -> str:
        """In words."""
        return f"不能是最近 {REMEMBERED} 次用过的密码。"
