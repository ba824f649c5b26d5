"""What is owed and paid, budgets, what could be taken, and what another text would change."""

from __future__ import annotations

from typing import Any

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
from denggao.web.ledger import files
from denggao.web.ledger.actions import Conflict
from denggao.web.ledger.models import Enterprise
from denggao.web.ledger.views.files import order
from denggao.web.money import actions, exports, firms, forms, queries
from denggao.web.money.models import Payment, Run, Trial
from denggao.web.money.views.common import (
    act,
    first_fault,
    mine,
    note_export,
    saved,
    somebody_else,
)


@requires("money.view")
def payments(request: HttpRequest) -> HttpResponse:
    """付款与账龄"""
    asked = {key: request.GET.get(key, "").strip() for key in ("state", "text")}
    found = queries.grants(request.user, asked)
    context = {
        "page": page_of(request, found), "asked": asked, "ages": queries.ageing(request.user),
        "today": timezone.localdate(),
    }  # fmt: skip
    return render(request, "money/payments.html", context)


@requires("money.view")
def payments_export(request: HttpRequest) -> HttpResponse:
    """导出 Excel: all that was asked for"""
    asked = {key: request.GET.get(key, "").strip() for key in ("state", "text")}
    name = f"奖补应付与付款{timezone.localdate():%Y%m%d}.xlsx"
    found = queries.grants(request.user, asked)
    if found.count() > files.AT_ONCE:
        return order(request, "money.grants", name, {"asked": asked})
    note_export(request, name)
    return saved(exports.written(lambda path: exports.write_grants(path, found)), name)


@require_POST
@requires("money.run")
def reverse_payment(request: HttpRequest, pk: int) -> HttpResponse:
    """追回"""
    payment: Payment = mine(request, Payment, pk)
    back = reverse("money:run-row", args=[payment.grant.row_id])
    form = forms.ReverseForm(request.POST)
    if not form.is_valid():
        messages.error(request, first_fault(form))
        return redirect(back)
    return act(
        request,
        lambda: actions.reverse(by=request.user, payment=payment, **form.cleaned_data),
        back,
        "已登记追回，原付款保留",
    )


# --- budgets -------------------------------------------------------------------------------------


@requires("money.view")
def budgets(request: HttpRequest) -> HttpResponse:
    """预算"""
    context = {
        "lines": list(queries.budgets(request.user)),
        "form": forms.BudgetForm(region=request.user.region),
    }
    return render(request, "money/budgets.html", context)


@require_POST
@requires("money.run")
def save_budget(request: HttpRequest) -> HttpResponse:
    """登记预算"""
    form, back = (
        forms.BudgetForm(request.POST, region=request.user.region),
        reverse("money:run-budgets"),
    )
    if not form.is_valid():
        messages.error(request, first_fault(form))
        return redirect(back)
    told = {**form.cleaned_data, "version": form.cleaned_data["version"] or 0}
    return act(request, lambda: actions.set_budget(by=request.user, **told), back, "已登记预算")


# --- 应享尽享 ------------------------------------------------------------------------------------


@requires("money.view")
def entitled(request: HttpRequest) -> HttpResponse:
    """应享尽享"""
    surveys = queries.surveys(request.user)
    asked = request.GET.get("run", "")
    chosen = surveys.filter(pk=key_of(asked)).first() if asked else surveys.first()
    context: dict[str, Any] = {"surveys": surveys[:30], "chosen": chosen}
    if chosen is not None:
        rows = queries.missed(request.user, chosen)
        if "export" in request.GET and "ledger.export" in request.user.permissions:
            name = f"应享未享{chosen.as_of}.xlsx"
            if rows.count() > files.AT_ONCE:
                return order(request, "money.missed", name, {"run": chosen.pk})
            note_export(request, name, chosen)
            return saved(exports.written(lambda path: exports.missed(path, chosen, rows)), name)
        context["page"] = page_of(request, rows)
    return render(request, "money/entitled.html", context)


# --- 政策影响 ------------------------------------------------------------------------------------


@requires("money.run")
def trial_new(request: HttpRequest, pk: int) -> HttpResponse:
    """政策影响: paste a text, and see what it would change for the events of a run"""
    run: Run = mine(request, Run, pk)
    form = forms.TrialForm(request.POST or None, region=run.region)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.try_text(by=request.user, run=run, text=form.cleaned_data["text"])
        except UserError as error:
            form.add_error("text", str(error))
        except Conflict as error:
            return somebody_else(request, error, reverse("money:run", args=[pk]))
        else:
            return redirect("money:run-trial", made.pk)
    trials = run.trials.select_related("by")
    return render(request, "money/trial_new.html", {"run": run, "form": form, "trials": trials})


@requires("money.view")
def trial(request: HttpRequest, pk: int) -> HttpResponse:
    """政策影响"""
    found: Trial = mine(request, Trial, pk)
    if "export" in request.GET and found.state == "done":
        name = f"政策影响 {found.short}.xlsx"
        note_export(request, name, found.run)
        return saved(exports.written(lambda path: exports.write_trial(path, found)), name)
    return render(request, "money/trial.html", {"trial": found, "run": found.run})


# --- one firm ------------------------------------------------------------------------------------


@requires("money.view")
def firm(request: HttpRequest, pk: int) -> HttpResponse:
    """企业兑现: what it got, what it is owed, what it could get"""
    found = get_object_or_404(Enterprise.objects.for_user(request.user).distinct(), pk=pk)
    return render(request, "money/firm.html", {"firm": found, **firms.page_of(found)})
