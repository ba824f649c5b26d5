"""我的辅导: what an expert who comes in himself sees and records; only his own firms."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from denggao.web.accounts.access import requires
from denggao.web.ledger.models import Enterprise
from denggao.web.visits.actions import visiting
from denggao.web.visits.forms import VisitForm
from denggao.web.visits.models import Coaching, Visit


@requires("casework.score")
def mine(request: HttpRequest) -> HttpResponse:
    """我的辅导: the firms that this account coaches now, each with what was advised last"""
    visits = Visit.objects.filter(by=request.user).order_by("-on", "-pk")
    found = (
        Coaching.objects.for_user(request.user)
        .filter(expert__user=request.user, until=None)
        .select_related("enterprise__region")
        .prefetch_related(Prefetch("enterprise__visits", visits, to_attr="advised"))
        .order_by("enterprise__name", "pk")
    )
    return render(request, "visits/mine.html", {"rows": found})


@requires("casework.score")
def advise(request: HttpRequest, pk: int) -> HttpResponse:
    """记辅导: when, with whom, what was advised, what the firm asks for; no figures"""
    coached = Coaching.objects.filter(expert__user=request.user, until=None)
    firms = Enterprise.objects.for_user(request.user).filter(coached__in=coached)
    firm = get_object_or_404(firms.distinct(), pk=pk)
    form = VisitForm(request.user, (), request.POST or None, figures=False)
    if request.method == "POST" and form.is_valid():
        _, is_new = visiting.record_visit(
            by=request.user, enterprise=firm, token=form.cleaned_data["token"],
            values=form.values, raised=form.raised,
        )  # fmt: skip
        messages.success(request, "已记下" if is_new else "这次辅导已经记过了，没有重复记")
        return redirect("visits:visit-mine")
    context = {"firm": firm, "form": form, "by_expert": True}
    return render(request, "visits/record.html", context)
