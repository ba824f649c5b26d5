"""一户的申报: its applications, what departments said, and its title events."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from denggao.facts.errors import UserError
from denggao.web.accounts.access import requires
from denggao.web.casework.actions import cases, titles
from denggao.web.casework.forms import EventForm
from denggao.web.casework.models import AnnualReport, Batch, Case, Opinion, TitleEvent
from denggao.web.casework.queries.titles import tier_of
from denggao.web.casework.views.common import conflict, form_page
from denggao.web.kit.conflicts import Conflict
from denggao.web.kit.numbers import key_of
from denggao.web.ledger.models import Enterprise


def _firm(request: HttpRequest, pk: int) -> Enterprise:
    found = Enterprise.objects.for_user(request.user).select_related("owner")
    return get_object_or_404(found.distinct(), pk=pk)


@requires("casework.view")
def filings(request: HttpRequest, pk: int) -> HttpResponse:
    """申报"""
    firm = _firm(request, pk)
    today = timezone.localdate()
    mine = Case.objects.for_user(request.user).filter(enterprise=firm)
    context = {
        "firm": firm, "tier": tier_of(firm, today), "today": today,
        "cases": mine.select_related("batch__region").order_by("-pk"),
        "opinions": Opinion.objects.filter(case__in=mine, counts=True).select_related("file", "by"),
        "events": TitleEvent.objects.filter(enterprise=firm).select_related(
            "by", "source", "target").order_by("-on", "-pk"),
        "reports": AnnualReport.objects.filter(enterprise=firm).order_by("-year"),
        "batches": Batch.objects.for_user(request.user).filter(deadline__gt=timezone.now()),
        "may_edit": "casework.edit" in request.user.permissions,
    }  # fmt: skip
    return render(request, "casework/filings.html", context)


@require_POST
@requires("casework.edit")
def register(request: HttpRequest, pk: int) -> HttpResponse:
    """登记意向, of this firm"""
    firm = _firm(request, pk)
    text = request.POST.get("batch", "")
    mine = Batch.objects.for_user(request.user)
    batch = mine.filter(pk=key_of(text)).first()
    if batch is None:
        messages.error(request, "请选择批次")
        return redirect("casework:filings", pk)
    made, refused = cases.register(by=request.user, batch=batch, firms=[firm])
    for said in refused:
        messages.error(request, said)
    if not made:
        return redirect("casework:filings", pk)
    cases.check(by=request.user, cases=made)
    messages.success(request, "已登记意向")
    return redirect("casework:batch-case", made[0].pk)


@requires("casework.edit")
def event(request: HttpRequest, pk: int) -> HttpResponse:
    """登记资格事项: 认定、更名、迁移、取消"""
    firm = _firm(request, pk)
    form = EventForm(request.POST or None)
    back = reverse("casework:filings", args=[pk])
    if request.method == "POST" and form.is_valid():
        try:
            titles.enter(by=request.user, enterprise=firm, **form.cleaned_data)
        except UserError as error:
            form.add_error(None, str(error))
        except Conflict:
            return conflict(request, back)
        else:
            messages.success(request, "已登记")
            gone = not Enterprise.objects.for_user(request.user).filter(pk=pk).exists()
            return redirect("casework:titles" if gone else back)
    return form_page(request, form, f"{firm} 登记资格事项", back)
