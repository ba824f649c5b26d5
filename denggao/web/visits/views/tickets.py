"""诉求: the list with its clocks, one ticket with its steps, and the terms."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from denggao.facts.errors import UserError
from denggao.web.accounts.access import requires
from denggao.web.kit.numbers import key_of
from denggao.web.kit.paging import page_of
from denggao.web.ledger.actions import Conflict
from denggao.web.visits import clocks, flow, queries
from denggao.web.visits.actions import tickets as actions
from denggao.web.visits.forms import ClockForm, TicketForm
from denggao.web.visits.models import Clock, Ticket
from denggao.web.visits.views import changed, firm_of, show_form


@requires("casework.view")
def tickets(request: HttpRequest) -> HttpResponse:
    """诉求"""
    asked = {name: request.GET.get(name, "").strip() for name in ("text", "state", "mark", "unit")}
    now, terms = timezone.now(), queries.terms_of(request.user.region)
    page = page_of(request, queries.tickets(request.user, **asked, now=now))
    context = {
        "tab": "tickets", "page": page, "asked": asked, "marks": queries.MARKS,
        "rows": queries.timed(page.rows, terms, now), "states": flow.STATES, "terms": terms,
        "counts": [
            (code, name, queries.tickets(request.user, mark=code, now=now).count())
            for code, name in queries.MARKS.items()
        ],
        "rough": clocks.roughly(now) if terms.working else "",
    }  # fmt: skip
    return render(request, "visits/tickets.html", context)


def _mine(request: HttpRequest, pk: int) -> Ticket:
    found = Ticket.objects.for_user(request.user).select_related("enterprise", "visit")
    return get_object_or_404(found, pk=pk)


@requires("casework.view")
def ticket(request: HttpRequest, pk: int) -> HttpResponse:
    """One 诉求 with everything that was done"""
    found, now = _mine(request, pk), timezone.now()
    terms = queries.terms_of(request.user.region)
    (timed,) = queries.timed([found], terms, now)
    chases = [terms.due(found.running_since, days) for days in terms.chase]
    moves = [m for m in flow.moves_from(found.state) if m.code != "return"]
    chain = queries.chain_on(found.enterprise, timezone.localdate())
    context = {
        "unit": found.unit or (chain.unit if chain else ""), "tab": "tickets",
        "ticket": found, "timed": timed, "terms": terms,
        "chases": list(zip(clocks.LEVELS[1:], terms.chase, chases, strict=True)),
        "moves": [m for m in moves if m.permission in request.user.permissions],
        "satisfactions": flow.SATISFACTION, "steps": found.steps.select_related("by"),
        "chain": chain,
    }  # fmt: skip
    return render(request, "visits/ticket.html", context)


@require_POST
@requires("casework.edit")
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """交办, 办结, 催办 … as the table allows"""
    found, told = _mine(request, pk), request.POST
    version = told.get("version", "")
    back = reverse("visits:visit-ticket", args=[pk])
    try:
        actions.move(
            by=request.user, ticket=found, code=told.get("move", ""),
            version=key_of(version),
            unit=told.get("unit", "")[:60], note=told.get("note", "")[:2000],
            satisfaction=told.get("satisfaction", "")[:8],
        )  # fmt: skip
    except Conflict:
        return changed(request, back)
    except UserError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已记下")
    return redirect(back)


@requires("casework.edit")
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """接收诉求"""
    firm = firm_of(request, pk)
    form = TicketForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = actions.receive(by=request.user, enterprise=firm, **form.cleaned_data)
        messages.success(request, f"已接收，编号 {made.number}")
        return redirect("visits:visit-ticket", made.pk)
    back = reverse("visits:visit-firm", args=[pk])
    return show_form(request, form, f"接收诉求：{firm}", back, "tickets")


@requires("casework.edit")
def clock(request: HttpRequest) -> HttpResponse:
    """设时限"""
    region, back = request.user.region, reverse("visits:visit-tickets")
    if region is None:
        messages.error(request, "您没有辖区，不能设时限")
        return redirect(back)
    terms = queries.terms_of(region)
    inherited = Clock(
        region=region, answer=terms.answer, first=terms.chase[0], second=terms.chase[1],
        third=terms.chase[2], working=terms.working,
    )  # fmt: skip
    form = ClockForm(request.POST or None, instance=inherited)
    if request.method == "POST" and form.is_valid():
        actions.set_clock(by=request.user, region=region, values=form.cleaned_data)
        messages.success(request, "已保存，在办的诉求也按新的时限算")
        return redirect(back)
    return show_form(request, form, f"{region} 的诉求时限", back, "tickets")
