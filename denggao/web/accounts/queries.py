"""What is read of units, people and the audit."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from denggao.web.accounts.models import AuditRow, Region, Unit, User


def units() -> QuerySet[Unit]:
    """All units with the number of their people."""
    counted = Unit.objects.select_related("region", "parent")
    return counted.annotate(people_count=Count("people", filter=Q(people__is_active=True)))


def people() -> QuerySet[User]:
    """All accounts."""
    return User.objects.all()


def regions_in(region: Region) -> QuerySet[Region]:
    """The region and all that lies in it."""
    return Region.objects.filter(path__startswith=region.path)


def audit_rows(
    *, who: str = "", action: str = "", about: str = "", begin: str = "", end: str = ""
) -> QuerySet[AuditRow]:
    """Rows of the chain, the latest first; dates as 2026-06-30, both included."""
    rows = AuditRow.objects.order_by("-seq")
    if who:
        rows = rows.filter(user_name__icontains=who)
    if action:
        rows = rows.filter(action__icontains=action)
    if about:
        rows = rows.filter(Q(object_name__icontains=about) | Q(object_id=about))
    if begin:
        rows = rows.filter(at__date__gte=begin)
    if end:
        rows = rows.filter(at__date__lte=end)
    return rows


def failures_from(address: str, minutes: int = 15) -> int:
    """How often somebody at this address did not come in lately."""
    since = timezone.now() - datetime.timedelta(minutes=minutes)
    return AuditRow.objects.filter(address=address, action="登录失败", at__gte=since).count()


def is_address_locked(request: HttpRequest) -> bool:
    """Too many failures from there, whosever?"""
    return failures_from(request.META.get("REMOTE_ADDR", "")) >= settings.ADDRESS_FAILURE_LIMIT
