"""The first page, and the three steps to the first result."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from denggao.web.accounts import today
from denggao.web.accounts.access import signed_in
from denggao.web.accounts.entering import must_change_password
from denggao.web.accounts.models import Unit, User
from denggao.web.ledger.models import Enterprise


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """首页 · 今天: what waits for this person; until there is a ledger, the three steps."""
    if must_change_password(request):
        return redirect("accounts:password")
    user: User = request.user
    if not _is_set_up(user):
        return redirect("welcome")
    return render(request, "ledger/today.html", {"found": today.of(user, timezone.localdate())})


def _is_set_up(user: User) -> bool:
    """Is there a ledger? Whoever looks after a region needs one of his own; of anybody else's
    firms the page tells nothing."""
    if user.region is not None:
        return Enterprise.objects.for_user(user).exists()
    return Enterprise.objects.exists()


@signed_in
def welcome(request: HttpRequest) -> HttpResponse:
    """三步开始：建单位 → 导台账 → 看结果"""
    if must_change_password(request):
        return redirect("accounts:password")
    user: User = request.user
    has_unit = Unit.objects.exists()
    has_ledger = has_unit and Enterprise.objects.for_user(user).exists()
    now = 3 if has_ledger else 2 if has_unit and user.unit_id else 1
    context = {"now": now, "has_unit": has_unit, "has_ledger": has_ledger}
    return render(request, "ledger/welcome.html", context)
