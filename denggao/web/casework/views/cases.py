"""One application: gates, evidence, opinions, steps, and what has happened."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from denggao.diagnosis.materials import materials as asked_for
from denggao.diagnosis.workflow import APPROVE, STEPS, steps_from
from denggao.facts.errors import UserError
from denggao.web.accounts.access import requires
from denggao.web.casework import gates
from denggao.web.casework.actions import cases as actions
from denggao.web.casework.forms import CaseForm, RebatchForm, WaiverForm
from denggao.web.casework.models import MaterialState
from denggao.web.casework.opinions import said_of
from denggao.web.casework.queries import batches as calendar
from denggao.web.casework.queries import cases as queries
from denggao.web.casework.views.common import case_of, conflict, form_page
from denggao.web.kit.conflicts import Conflict
from denggao.web.kit.days import day_of


@requires("casework.view")
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """一件申报"""
    found = case_of(request, pk)
    (readiness,) = gates.look([found])
    (said,) = said_of([found])
    may = request.user.permissions
    papers = {row.code: row for row in found.materials.all()}
    context = {
        "case": found, "readiness": readiness, "said": said,
        "batch": found.batch, "todo": queries.todo_of(found),
        "papers": [(item, papers.get(item.code)) for item in asked_for(found.title)],
        "choices": MaterialState.State.choices,
        "steps": [s for s in steps_from(found.state) if s.permission in may and not s.by_list],
        "approve": APPROVE,
        "history": found.steps.select_related("by"),
        "count": calendar.countdown(found.batch.deadline, timezone.now()),
        "may_edit": "casework.edit" in may, "open": found.state in queries.OPEN,
        "notice_ends": actions.notice_ends(found),
    }  # fmt: skip
    return render(request, "casework/case.html", context)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _taken(request: HttpRequest, pk: int, permission: str) -> HttpResponse:
    found = case_of(request, pk)
    told, back = request.POST, reverse("casework:batch-case", args=[pk])
    code = told.get("step", "")
    if code not in STEPS or STEPS[code].permission != permission:
        messages.error(request, "没有这一步")
        return redirect(back)
    said = actions.Told(
        why=told.get("why", "").strip()[:300], day=day_of(told.get("day", "")),
        number=told.get("number", "").strip()[:60],
    )  # fmt: skip
    try:
        actions.step(
            by=request.user, case=found, version=_number(told.get("version", "")), code=code,
            told=said,
        )  # fmt: skip
    except UserError as error:
        messages.error(request, str(error))
    except Conflict:
        return conflict(request, back)
    else:
        messages.success(request, f"已办：{STEPS[code].name}")
    return redirect(back)


@require_POST
@requires("casework.edit")
def step(request: HttpRequest, pk: int) -> HttpResponse:
    """办理一步"""
    return _taken(request, pk, "casework.edit")


@require_POST
@requires("casework.approve")
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """审定一步: 不予推荐, 复议结论"""
    return _taken(request, pk, "casework.approve")


@require_POST
@requires("casework.edit")
def materials(request: HttpRequest, pk: int) -> HttpResponse:
    """核对材料"""
    found = case_of(request, pk)
    back = reverse("casework:batch-case", args=[pk])
    known, told = dict(MaterialState.State.choices), request.POST
    states = {
        item.code: (state, told.get(f"note-{item.code}", "").strip()[:200])
        for item in asked_for(found.title)
        if (state := told.get("all") or told.get(f"state-{item.code}", "")) in known
    }
    try:
        version = _number(request.POST.get("version", ""))
        actions.set_materials(by=request.user, case=found, version=version, states=states)
    except UserError as error:
        messages.error(request, str(error))
    except Conflict:
        return conflict(request, back)
    else:
        messages.success(request, "已保存")
    return redirect(back)


@requires("casework.edit")
def waive(request: HttpRequest, pk: int) -> HttpResponse:
    """放行: a named person lets it pass a gate"""
    found = case_of(request, pk)
    back = reverse("casework:batch-case", args=[pk])
    (readiness,) = gates.look([found])
    initial = {"version": found.version, "gate": request.GET.get("gate", "")}
    form = WaiverForm(readiness.gates, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.waive(by=request.user, case=found, **form.cleaned_data)
        except UserError as error:
            form.add_error(None, str(error))
        except Conflict:
            return conflict(request, back)
        else:
            messages.success(request, "已放行，同意人和理由会印在表上")
            return redirect(back)
    return form_page(request, form, f"{found.enterprise} 关口放行", back, button="放行")


@requires("casework.edit")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """辅导人、领域、责任领导"""
    found = case_of(request, pk)
    back = reverse("casework:batch-case", args=[pk])
    told = {key: getattr(found, key) for key in ("adviser", "field", "leader", "version")}
    form = CaseForm(request.user, request.POST or None, initial=told)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        version = values.pop("version")
        try:
            actions.describe(by=request.user, case=found, version=version, values=values)
        except Conflict:
            return conflict(request, back)
        messages.success(request, "已保存")
        return redirect(back)
    return form_page(request, form, f"{found.enterprise} 办件信息", back)


@requires("casework.edit")
def rebatch(request: HttpRequest, pk: int) -> HttpResponse:
    """换批次"""
    found = case_of(request, pk)
    back = reverse("casework:batch-case", args=[pk])
    form = RebatchForm(
        request.user, found, request.POST or None, initial={"version": found.version}
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.rebatch(by=request.user, case=found, **form.cleaned_data)
        except UserError as error:
            form.add_error(None, str(error))
        except Conflict:
            return conflict(request, back)
        else:
            messages.success(request, "已换批次")
            return redirect(back)
    return form_page(request, form, f"{found.enterprise} 换批次", back)
