"""包抓联: chains, bulk assignment, workloads, districts, the teams, and one firm's page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from denggao.facts.errors import UserError
from denggao.facts.identity import normal_name
from denggao.web.accounts.access import requires
from denggao.web.accounts.models import Region
from denggao.web.kit.days import day_of
from denggao.web.kit.numbers import key_of
from denggao.web.kit.paging import page_of
from denggao.web.ledger.actions import Conflict
from denggao.web.ledger.models import Enterprise, Value
from denggao.web.ledger.models.enterprise import within
from denggao.web.visits import queries
from denggao.web.visits.actions import chains as actions
from denggao.web.visits.forms import (
    ChainForm,
    MemberForm,
    OneChainForm,
    TerritoryForm,
    WhichForm,
)
from denggao.web.visits.models import Chain, Coaching, Member
from denggao.web.visits.models.chains import PLACES
from denggao.web.visits.views import changed, firm_of, show_form

_SHOWN = 100


@requires("casework.view")
def chains(request: HttpRequest) -> HttpResponse:
    """包抓联: who is (or was) responsible on a day"""
    day = day_of(request.GET.get("day", "")) or timezone.localdate()
    asked = {name: request.GET.get(name, "").strip() for name in ("text", "leader", "unit")}
    found = queries.chains(request.user, day, **asked)
    context = {
        "tab": "chains", "day": day, "asked": asked, "page": page_of(request, found),
        "uncovered": queries.uncovered(request.user, day).count(),
        "leaders": queries.members(request.user, "leader"),
    }  # fmt: skip
    return render(request, "visits/chains.html", context)


@requires("casework.view")
def uncovered(request: HttpRequest) -> HttpResponse:
    """没有包抓领导的企业"""
    today = timezone.localdate()
    found = queries.uncovered(request.user, today).select_related("region", "zone")
    context = {"tab": "chains", "page": page_of(request, found)}
    return render(request, "visits/uncovered.html", context)


@requires("casework.view")
def firm(request: HttpRequest, pk: int) -> HttpResponse:
    """One firm: who is responsible, the three contacts, visits, tickets, the expert"""
    found, today = firm_of(request, pk), timezone.localdate()
    history = Chain.objects.filter(enterprise=found).select_related(*PLACES).order_by("-since")
    context = {
        "tab": "", "firm": found, "chain": queries.chain_on(found, today), "history": history,
        "visits": found.visits.select_related("duty")[:20], "tickets": found.tickets.all()[:20],
        "coached": Coaching.objects.filter(enterprise=found).select_related("expert"),
    }  # fmt: skip
    return render(request, "visits/firm.html", context)


@requires("casework.edit")
def chain(request: HttpRequest, pk: int) -> HttpResponse:
    """定包抓联 of one firm"""
    found = firm_of(request, pk)
    now = queries.chain_on(found, timezone.localdate())
    now = now or Chain.objects.filter(enterprise=found, until=None).first()
    initial: dict[str, Any] = {"seen": now.pk if now else None}
    if now is not None:
        initial |= {field: getattr(now, field) for field in actions.FIELDS}
    form = OneChainForm(request.user, request.POST or None, initial=initial)
    back = reverse("visits:visit-firm", args=[pk])
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        seen, since = told.pop("seen"), told.pop("since")
        try:
            actions.set_chain(
                by=request.user, enterprise=found, values=told, since=since, seen=seen
            )
        except Conflict:
            return changed(request, back)
        except UserError as error:
            form.add_error("since", str(error))
        else:
            messages.success(request, "已定，以前的包抓联留在历史里")
            return redirect(back)
    return show_form(request, form, f"{found} 的包抓联", back, "chains")


@requires("casework.edit")
def assign(request: HttpRequest) -> HttpResponse:
    """批量定包抓联: first which firms, then who"""
    which = WhichForm(request.user, request.GET or None)
    is_asked = bool(request.GET) and which.is_valid()
    firms = _chosen(request, which.cleaned_data) if is_asked else Enterprise.objects.none()
    form = ChainForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        keys = [key_of(key) for key in request.POST.getlist("firm")]
        picked = list(Enterprise.objects.for_user(request.user).filter(pk__in=keys))
        if not picked or not form.chosen:
            form.add_error(None, "请至少选一户企业，并至少填一样要定的")
        else:
            try:
                count = actions.assign(
                    by=request.user, firms=picked, values=form.chosen,
                    since=form.cleaned_data["since"],
                )  # fmt: skip
            except UserError as error:
                form.add_error("since", str(error))
            else:
                messages.success(request, f"{len(picked)} 户中改了 {count} 户，其余本来就是这样")
                return redirect("visits:visit-chains")
    total = firms.count()
    context = {
        "tab": "chains", "which": which, "form": form, "firms": firms[:_SHOWN], "total": total,
        "shown": _SHOWN, "asked": is_asked,
    }  # fmt: skip
    return render(request, "visits/assign.html", context)


def _chosen(request: HttpRequest, told: dict[str, Any]) -> QuerySet[Enterprise]:
    found = Enterprise.objects.for_user(request.user)
    if told["only_uncovered"]:
        found = queries.uncovered(request.user, timezone.localdate())
    if told["place"]:
        found = found.filter(within(told["place"]))
    if told["text"]:
        found = found.filter(name_key__contains=normal_name(told["text"]))
    for fact, words in (("address", told["address"]), ("industry", told["industry"])):
        if words:
            values = Value.objects.filter(fact=fact, text__icontains=words)
            found = found.filter(pk__in=values.values("enterprise"))
    if told["field"]:
        values = Value.objects.filter(fact="field_code", text__startswith=f"{told['field']}.")
        exactly = Value.objects.filter(fact="field_code", text=told["field"])
        found = found.filter(pk__in=(values | exactly).values("enterprise"))
    return found.order_by("name", "pk")


# --- workloads and districts ---------------------------------------------------------------------


@requires("casework.view")
def loads(request: HttpRequest) -> HttpResponse:
    """工作量: firms by leader and by unit; districts with and without a leader"""
    today = timezone.localdate()
    context = {
        "tab": "loads", **queries.loads(request.user, today),
        "districts": queries.districts(request.user, today), "day": today,
        "form": TerritoryForm(request.user),
    }  # fmt: skip
    return render(request, "visits/loads.html", context)


@require_POST
@requires("casework.edit")
def territory(request: HttpRequest, code: str) -> HttpResponse:
    """挂钩: a leader for a district"""
    scope = request.user.region
    parts = Region.objects.filter(path__startswith=scope.path if scope else "none")
    region = get_object_or_404(parts, code=code)
    form = TerritoryForm(request.user, request.POST)
    if not form.is_valid():
        messages.error(request, "没有存：请选挂钩领导和起算日")
        return redirect("visits:visit-loads")
    try:
        actions.set_territory(by=request.user, region=region, **form.cleaned_data)
    except UserError as error:
        messages.error(request, str(error))
    return redirect("visits:visit-loads")


# --- the teams -----------------------------------------------------------------------------------


@requires("casework.view")
def members(request: HttpRequest) -> HttpResponse:
    """队伍: leaders, 专班班长, the three teams, experts"""
    found = Member.objects.for_user(request.user).select_related("user")
    kind = request.GET.get("kind", "")
    if kind in Member.Kind.values:
        found = found.filter(kind=kind)
    context = {
        "tab": "members", "page": page_of(request, found), "kinds": Member.Kind.choices,
        "kind": kind,
    }  # fmt: skip
    return render(request, "visits/members.html", context)


@requires("casework.edit")
def new_member(request: HttpRequest) -> HttpResponse:
    """登记队伍成员"""
    if request.user.region is None:
        messages.error(request, "您没有辖区，不能登记")
        return redirect("visits:visit-members")
    return _member(request, Member(region=request.user.region), "登记队伍成员")


@requires("casework.edit")
def member(request: HttpRequest, pk: int) -> HttpResponse:
    """变更队伍成员"""
    found = get_object_or_404(Member.objects.for_user(request.user), pk=pk)
    return _member(request, found, f"变更 {found}")


def _member(request: HttpRequest, found: Member, title: str) -> HttpResponse:
    form = MemberForm(request.user, request.POST or None, instance=found)
    back = reverse("visits:visit-members")
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_member(by=request.user, member=form.save())
        except UserError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, "已保存")
            return redirect(back)
    return show_form(request, form, title, back, "members")
