"""资格变动: 净增 by unit and year, annual reports, and where firms stood on a day."""

from __future__ import annotations

import datetime
from collections import Counter

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from denggao.diagnosis.calendar import SHANGHAI, annual_report_due
from denggao.diagnosis.titlelife import tier_on
from denggao.facts.errors import UserError
from denggao.web.accounts.access import requires
from denggao.web.casework.actions import titles as actions
from denggao.web.casework.models import TitleEvent
from denggao.web.casework.queries import titles as queries
from denggao.web.casework.views.common import conflict
from denggao.web.kit.conflicts import Conflict
from denggao.web.kit.days import day_of
from denggao.web.kit.numbers import key_of
from denggao.web.kit.paging import page_of
from denggao.web.ledger.models import Enterprise
from denggao.web.ledger.search import LADDER, titles_of

_KIND = "高新技术企业"
_YEARS = 5


@requires("casework.view")
def titles(request: HttpRequest) -> HttpResponse:
    """净增: new + renewed + moved in − lapsed − revoked − moved out"""
    kind = request.GET.get("kind", _KIND)
    kind = kind if kind in LADDER else _KIND
    this = timezone.localdate().year
    years = range(this - _YEARS + 1, this + 1)
    events = TitleEvent.objects.for_user(request.user).filter(subject=kind)
    context = {
        "tab": "net", "kind": kind, "kinds": LADDER, "years": list(years),
        "units": queries.net(request.user, kind, years),
        "page": page_of(request, events.order_by("-on", "-pk").select_related("by"), 30),
        "may_edit": "casework.edit" in request.user.permissions,
    }  # fmt: skip
    return render(request, "casework/titles.html", context)


@requires("casework.view")
def tiers(request: HttpRequest) -> HttpResponse:
    """任一日的梯队: each firm on one rung at most"""
    on = day_of(request.GET.get("on", "")) or timezone.localdate()
    firms = dict(Enterprise.objects.for_user(request.user).values_list("pk", "name"))
    found = titles_of(list(firms))
    standing = {pk: tier_on([t.held() for t in rows], on, LADDER) for pk, rows in found.items()}
    asked = request.GET.get("tier", "")
    counts = Counter(tier for tier in standing.values() if tier)
    named = sorted((firms[pk], pk) for pk, tier in standing.items() if tier == asked)
    context = {
        "tab": "tiers", "on": on, "asked": asked, "named": named,
        "counts": [(tier, counts[tier]) for tier in reversed(LADDER)],
        "none": len(firms) - sum(counts.values()), "total": len(firms),
    }  # fmt: skip
    return render(request, "casework/tiers.html", context)


@requires("casework.view")
def reports(request: HttpRequest) -> HttpResponse:
    """年报: who has to report by 31 May, and who missed it"""
    today = timezone.localdate()
    text = request.GET.get("year", "")
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else today.year - 1
    rows = queries.reporters(request.user, year)
    due = annual_report_due(year)
    context = {
        "tab": "reports", "year": year, "years": range(today.year, today.year - 6, -1),
        "rows": rows, "counts": list(Counter(row.words for row in rows).items()),
        "due": due, "over": timezone.now() >= due, "now": timezone.localtime(),
        "may_edit": "casework.edit" in request.user.permissions,
    }  # fmt: skip
    return render(request, "casework/reports.html", context)


@require_POST
@requires("casework.edit")
def filed(request: HttpRequest) -> HttpResponse:
    """登记年报: for the firms that were ticked, all handed in on one day, or certainly not"""
    told = request.POST
    text, day = told.get("year", ""), day_of(told.get("day", ""))
    back = f"{reverse('casework:title-reports')}?year={text}"
    if not 2000 <= key_of(text) <= 2100:
        messages.error(request, "没有这一年度")
        return redirect("casework:title-reports")
    missed = "missed" in told
    if not missed and (day is None or day > timezone.localdate()):
        messages.error(request, "报送日期应写成 2026-05-20，不能晚于今天")
        return redirect(back)
    if missed and timezone.now() < annual_report_due(int(text)):
        messages.error(request, "还没到5月31日24时，不能登记未报")
        return redirect(back)
    firms = Enterprise.objects.for_user(request.user).filter(
        pk__in=[key_of(pk) for pk in told.getlist("firm")]
    )
    at = None
    if day is not None and not missed:
        at = datetime.datetime.combine(day, datetime.time(12), SHANGHAI)
    done = 0
    for firm in firms:
        try:
            actions.report(by=request.user, enterprise=firm, year=int(text), filed_at=at)
            done += 1
        except Conflict:
            messages.error(request, f"{firm} 的 {text} 年年报已登记过")
    if done:
        said = "未报" if missed else "已报"
        messages.success(request, f"已登记 {done} 户 {text} 年度年报{said}")
    elif not firms:
        messages.error(request, "请先勾选企业")
    return redirect(back)


@require_POST
@requires("casework.edit")
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """撤下记错的事项"""
    event = get_object_or_404(TitleEvent.objects.for_user(request.user), pk=pk)
    back = reverse("casework:filings", args=[event.enterprise_id])
    try:
        actions.withdraw(by=request.user, event=event, why=request.POST.get("why", ""))
    except UserError as error:
        messages.error(request, str(error))
    except Conflict:
        return conflict(request, back)
    else:
        messages.success(request, "已撤下，审计里仍看得到")
    return redirect(back)
