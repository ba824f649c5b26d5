"""走访: the list, the form on the phone, one visit, the plan of the week, 六必访."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from denggao.diagnosis.batches import usual_batches
from denggao.documents.wording import fact_words
from denggao.facts.errors import UserError
from denggao.web.accounts.access import requires
from denggao.web.kit.days import day_of
from denggao.web.kit.paging import page_of
from denggao.web.ledger.models import Enterprise
from denggao.web.ledger.search import named
from denggao.web.visits import duties, figures, queries, weekplan
from denggao.web.visits.actions import visiting
from denggao.web.visits.forms import DutyForm, PlanForm, VisitForm
from denggao.web.visits.models import Duty, Planned, Visit, WeekPlan
from denggao.web.visits.views import firm_of

_CHOICES = 20


@requires("casework.view")
def visits(request: HttpRequest) -> HttpResponse:
    """走访记录, and the week's figures"""
    text = request.GET.get("text", "").strip()
    begin, end = (day_of(request.GET.get(name, "")) for name in ("begin", "end"))
    found = queries.visits(request.user, text=text, begin=begin, end=end)
    monday = figures.monday_of(timezone.localdate())
    context = {
        "tab": "visits", "page": page_of(request, found), "text": text, "begin": begin, "end": end,
        "week": figures.week(request.user, monday),
    }  # fmt: skip
    return render(request, "visits/visits.html", context)


@requires("casework.view")
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One visit"""
    found = Visit.objects.for_user(request.user).select_related("enterprise", "duty", "by")
    visit = get_object_or_404(found, pk=pk)
    context = {"tab": "visits", "visit": visit, "tickets": visit.tickets.all()}
    return render(request, "visits/visit.html", context)


@requires("casework.edit")
def choose(request: HttpRequest) -> HttpResponse:
    """记走访: at which firm"""
    text, plan = request.GET.get("text", "").strip(), _plan(request)
    firms = Enterprise.objects.for_user(request.user)
    if text:
        firms = firms.filter(named(text)).order_by("name")[:_CHOICES]
    else:
        planned = plan.rows.values_list("enterprise", flat=True) if plan else []
        firms = firms.filter(pk__in=list(planned)).order_by("name")[:_CHOICES]
    context = {"tab": "visits", "text": text, "firms": firms, "plan": plan}
    return render(request, "visits/choose.html", context)


def _plan(request: HttpRequest) -> WeekPlan | None:
    """The latest finished plan of the person's own region."""
    done = WeekPlan.objects.for_user(request.user).filter(state=WeekPlan.State.DONE)
    found: WeekPlan | None = done.filter(region=request.user.region).first()
    return found


@requires("casework.edit")
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """记走访: the form, as wide as a phone"""
    firm, plan = firm_of(request, pk), _plan(request)
    planned = Planned.objects.filter(plan=plan, enterprise=firm).first() if plan else None
    asked = planned.keys if planned else []
    if request.method == "POST":
        asked = [key for key in request.POST.getlist("key") if len(key) < 60][:8]
    form = VisitForm(request.user, asked, request.POST or None)
    if request.method == "POST" and form.is_valid():
        visit, is_new = visiting.record_visit(
            by=request.user, enterprise=firm, token=form.cleaned_data["token"],
            values=form.values, learned=form.learned, raised=form.raised,
        )  # fmt: skip
        raised = f"，转出诉求 {len(form.raised)} 件" if form.raised else ""
        messages.success(request, f"已记下{raised}" if is_new else "这次走访已经记过了，没有重复记")
        return redirect("visits:visit", visit.pk)
    context = {
        "tab": "visits", "firm": firm, "form": form, "planned": planned,
        "chain": queries.chain_on(firm, timezone.localdate()),
    }  # fmt: skip
    return render(request, "visits/record.html", context)


# --- the plan of the week ------------------------------------------------------------------------


@requires("casework.view")
def plan(request: HttpRequest) -> HttpResponse:
    """本周走访计划"""
    today = timezone.localdate()
    found = WeekPlan.objects.for_user(request.user).filter(region=request.user.region).first()
    rows = Planned.objects.filter(plan=found).select_related("enterprise__region")
    seen = set()
    if found:
        week = (found.monday, found.monday + datetime.timedelta(days=6))
        seen = set(
            Visit.objects.filter(enterprise__in=rows.values("enterprise"), on__range=week)
            .order_by()
            .values_list("enterprise", flat=True)
        )
    batch = usual_batches(today)[0]
    context = {
        "tab": "plan", "plan": found, "running": found and found.state == WeekPlan.State.RUNNING,
        "rows": [_planned(row, row.enterprise_id in seen) for row in rows],
        "judged_on": weekplan.judged_on(found) if found else None,
        "form": PlanForm(initial={"deadline": batch.deadline}), "batch": batch,
    }  # fmt: skip
    return render(request, "visits/plan.html", context)


def _planned(row: Planned, is_seen: bool) -> dict[str, Any]:
    return {"row": row, "asked": [fact_words(key) for key in row.keys], "seen": is_seen}


@require_POST
@requires("casework.edit")
def start_plan(request: HttpRequest) -> HttpResponse:
    """排本周走访"""
    form = PlanForm(request.POST)
    if not form.is_valid():
        messages.error(request, "申报截止日或户数没有填对（1 到 60 户）")
        return redirect("visits:visit-plan")
    monday = figures.monday_of(timezone.localdate())
    try:
        visiting.start_plan(by=request.user, monday=monday, **form.cleaned_data)
    except UserError as error:
        messages.error(request, str(error))
    return redirect("visits:visit-plan")


# --- 六必访 --------------------------------------------------------------------------------------


@requires("casework.view")
def duty_calendar(request: HttpRequest) -> HttpResponse:
    """六必访: each duty in its period"""
    rows = duties.calendar(request.user, timezone.localdate())
    context = {"tab": "duties", "rows": rows, "unset": not any(r.period for r in rows)}
    return render(request, "visits/duties.html", context)


@requires("casework.edit")
def set_duties(request: HttpRequest) -> HttpResponse:
    """设六必访: what each is called, how often, for which firms"""
    region = request.user.region
    if region is None:
        messages.error(request, "您没有辖区，不能设六必访")
        return redirect("visits:visit-duties")
    rows = duties.duties_of(region)
    forms = [
        DutyForm(request.POST or None, instance=duty, prefix=f"d{duty.number}") for duty in rows
    ]
    faults = [form for form in forms if not form.is_valid()]  # all, so that each says its own
    if request.method == "POST" and not faults:
        told = [
            {"number": duty.number, **form.cleaned_data}
            for duty, form in zip(rows, forms, strict=True)
        ]
        visiting.save_duties(by=request.user, region=region, values=told)
        messages.success(request, "已保存")
        return redirect("visits:visit-duties")
    context = {"tab": "duties", "forms": forms}
    return render(request, "visits/set_duties.html", context)


@requires("casework.view")
def missed(request: HttpRequest, number: int) -> HttpResponse:
    """漏访: whom a duty has missed, period by period; and who is still to be seen"""
    duty = get_object_or_404(
        Duty.objects.for_user(request.user), number=number, region=request.user.region
    )
    if not duty.every:
        raise Http404
    today = timezone.localdate()
    periods = [duties.period_of(duty.every, today), *duties.past_periods(duty, today)]
    asked = day_of(request.GET.get("start", ""))
    chosen = next((p for p in periods if p.start == asked), periods[0])
    found = duties.missed(duty, request.user, chosen).select_related("region")
    context = {
        "tab": "duties", "duty": duty, "periods": periods, "chosen": chosen,
        "now": chosen == periods[0], "page": page_of(request, found),
    }  # fmt: skip
    return render(request, "visits/missed.html", context)
