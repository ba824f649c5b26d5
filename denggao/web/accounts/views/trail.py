"""The audit chain, to read and to check."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from denggao.web.accounts import actions, audit, queries
from denggao.web.accounts.access import requires
from denggao.web.kit.paging import page_of


@requires("audit.view")
def rows(request: HttpRequest) -> HttpResponse:
    """审计"""
    asked = {key: request.GET.get(key, "").strip() for key in ("who", "action", "about")}
    days = {key: _day(request.GET.get(key, "")) for key in ("begin", "end")}
    page = page_of(request, queries.audit_rows(**asked, **days))
    context = {"page": page, "asked": asked | days, "head": audit.head()}
    return render(request, "accounts/audit.html", context)


def _day(text: str) -> str:
    import datetime

    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


@require_POST
@requires("audit.view")
def check(request: HttpRequest) -> HttpResponse:
    """校验审计链"""
    anchor = request.POST.get("anchor", "").strip()[:100]
    found, head = actions.check_chain(by=request.user, anchor=anchor)
    context = {"faults": found, "head": head}
    return render(request, "accounts/audit_check.html", context)
