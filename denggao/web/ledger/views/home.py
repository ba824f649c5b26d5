"""The first page, and the three steps to the first result."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from denggao.web.accounts.access import signed_in
from denggao.web.accounts.entering import must_change_password
from denggao.web.accounts.models import Unit, User
from denggao.web.ledger.models import Enterprise


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """首页: the ledger, once there is one; until then the three steps."""
    if must_change_password(request):
        return redirect("accounts:password")
    user: User = request.user
    if user.can("ledger.view") and Enterprise.objects.for_user(user).exists():
        return redirect("ledger:enterprises")
    return redirect("welcome")


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
