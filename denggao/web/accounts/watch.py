"""What waits for the three administrators: accounts, roles, the chain."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from denggao.web.accounts import audit
from denggao.web.accounts.models import AuditRow, User
from denggao.web.accounts.today import NEAR, SOON, Line


def accounts(user: User, on: datetime.date) -> Iterator[Line]:
    """Of the system administrator: accounts that end, or belong nowhere."""
    near = Q(valid_until__range=(on, on + NEAR))
    told = User.objects.filter(is_active=True).aggregate(
        ending=Count("pk", filter=near), nowhere=Count("pk", filter=Q(unit=None))
    )
    where = reverse("accounts:units")
    yield Line("账号快到有效期", told["ending"], "个", where, SOON)
    yield Line("账号还没有归入单位", told["nowhere"], "个", where)


def roles(user: User, on: datetime.date) -> Iterator[Line]:
    """Of the security administrator: people who cannot do anything yet."""
    bare = User.objects.filter(is_active=True, roles=[]).count()
    yield Line("账号还没有角色", bare, "个", reverse("accounts:roles"))


def trail(user: User, on: datetime.date) -> Iterator[Line]:
    """Of the auditor: who was refused today."""
    begin = timezone.make_aware(datetime.datetime.combine(on, datetime.time()))
    told = AuditRow.objects.filter(at__gte=begin).aggregate(
        failed=Count("pk", filter=Q(action="登录失败")),
        refused=Count("pk", filter=Q(action="越权访问被拒")),
    )
    where = reverse("accounts:audit")
    for words, count, action in (
        ("今天登录失败", told["failed"], "登录失败"),
        ("今天越权访问被拒", told["refused"], "越权访问被拒"),
    ):
        yield Line(words, count, "次", f"{where}?action={action}&begin={on}&end={on}", SOON)


def chain(user: User, on: datetime.date) -> dict[str, Any]:
    """The head of the chain, and when somebody last checked it."""
    checked = AuditRow.objects.filter(action=audit.CHECKED).order_by("-seq").first()
    return {"head": audit.head(), "checked": checked}
