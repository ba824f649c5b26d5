"""创新券 and the relief ledger."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from denggao.facts.errors import UserError
from denggao.web.accounts.access import requires
from denggao.web.kit.paging import page_of
from denggao.web.ledger.actions import Conflict
from denggao.web.money import exports, forms, reliefs, steps
from denggao.web.money import vouchers as work
from denggao.web.money.models import Relief, Voucher
from denggao.web.money.views.common import (
    act,
    first_fault,
    mine,
    note_export,
    saved,
    somebody_else,
)


def _vouchers(request: HttpRequest) -> tuple[Any, dict[str, str]]:
    asked = {key: request.GET.get(key, "").strip() for key in ("state", "text")}
    found = Voucher.objects.for_user(request.user).select_related("enterprise", "region")
    if asked["state"]:
        found = found.filter(state=asked["state"])
    if asked["text"]:
        text = asked["text"]
        found = found.filter(Q(number__icontains=text) | Q(enterprise__name__icontains=text))
    return found, asked


@requires("money.view")
def vouchers(request: HttpRequest) -> HttpResponse:
    """创新券"""
    found, asked = _vouchers(request)
    if "export" in request.GET:
        name = f"创新券{timezone.localdate():%Y%m%d}.xlsx"
        note_export(request, name)
        return saved(exports.written(lambda path: exports.write_vouchers(path, found)), name)
    sums = found.aggregate(face=Sum("face"), fen=Sum("fen", filter=Q(state="paid")))
    context = {
        "page": page_of(request, found), "asked": asked, "states": Voucher.State.choices,
        "face": sums["face"] or 0, "paid": sums["fen"] or 0,
    }  # fmt: skip
    return render(request, "money/vouchers.html", context)


@requires("money.run")
def voucher_new(request: HttpRequest) -> HttpResponse:
    """申领创新券"""
    form = forms.VoucherForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        try:
            made = work.apply(by=request.user, enterprise=told.pop("firm"), **told)
        except (UserError, Conflict) as error:
            form.add_error(None, str(error))
        else:
            return redirect("money:run-voucher", made.pk)
    return render(
        request,
        "money/form.html",
        {"form": form, "title": "申领创新券", "back": reverse("money:run-vouchers")},
    )


@requires("money.view")
def voucher(request: HttpRequest, pk: int) -> HttpResponse:
    """一张创新券"""
    found: Voucher = mine(request, Voucher, pk)
    offered = [
        {"step": s, "form": _step_form(s.code, found)} for s in steps.open_to(request.user, found)
    ]
    order = [s.to for s in steps.VOUCHER_STEPS if s.code != "refuse"]
    here = order.index(found.state) if found.state in order else -1
    labels = dict(Voucher.State.choices)
    context = {
        "voucher": found, "offered": offered, "proposed": work.proposed(found),
        "ceiling": work.ceiling(found),
        "waits_for": next((s for s in steps.VOUCHER_STEPS if found.state in s.origins
                           and steps.did(s, found, request.user)), None),
        "way": [{"name": "已申领", "done": True, "now": False}] + [
            {"name": labels[state], "done": number <= here, "now": number == here + 1}
            for number, state in enumerate(order)
        ],
    }  # fmt: skip
    return render(request, "money/voucher.html", context)


def _step_form(code: str, found: Voucher) -> Any:
    made = forms.VOUCHER_FORMS[code](prefix=code)
    if code == "review":
        told = work.proposed(found)
        made.initial = {"fen": f"{(told.fen if told else work.ceiling(found)) / 100:.2f}"}
    return made


@require_POST
@requires("money.run")
def voucher_step(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """办下一步"""
    if code not in forms.VOUCHER_FORMS or code == "approve":
        raise Http404("没有这一步")
    return _step(request, pk, code)


@require_POST
@requires("money.approve")
def voucher_approve(request: HttpRequest, pk: int) -> HttpResponse:
    """审定"""
    return _step(request, pk, "approve")


def _step(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    found: Voucher = mine(request, Voucher, pk)
    form, back = (
        forms.VOUCHER_FORMS[code](request.POST, prefix=code),
        reverse("money:run-voucher", args=[pk]),
    )
    if not form.is_valid():
        messages.error(request, first_fault(form))
        return redirect(back)
    told = form.cleaned_data
    return act(
        request, lambda: work.take(by=request.user, voucher=found, code=code, **told), back, "已办"
    )


# --- reliefs -------------------------------------------------------------------------------------


@requires("money.view")
def relief_list(request: HttpRequest) -> HttpResponse:
    """减免台账"""
    asked = {key: request.GET.get(key, "").strip() for key in ("kind", "text")}
    found = Relief.objects.for_user(request.user).filter(withdrawn="")
    if asked["kind"]:
        found = found.filter(kind=asked["kind"])
    if asked["text"]:
        found = found.filter(Q(name__icontains=asked["text"]) | Q(carrier__icontains=asked["text"]))
    if "export" in request.GET:
        name = f"减免台账{timezone.localdate():%Y%m%d}.xlsx"
        note_export(request, name)
        return saved(exports.written(lambda path: exports.write_reliefs(path, found)), name)
    context = {
        "page": page_of(request, found), "asked": asked, "kinds": Relief.Kind.choices,
        "totals": reliefs.totals(request.user), "file_form": forms.FileForm(),
    }  # fmt: skip
    return render(request, "money/reliefs.html", context)


@requires("money.run")
def relief_new(request: HttpRequest) -> HttpResponse:
    """登记减免"""
    form = forms.ReliefForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reliefs.add(by=request.user, **form.cleaned_data)
        except (UserError, Conflict) as error:
            form.add_error(None, str(error))
        else:
            return redirect("money:run-reliefs")
    return render(
        request,
        "money/form.html",
        {"form": form, "title": "登记减免", "back": reverse("money:run-reliefs")},
    )


@require_POST
@requires("money.run")
def relief_file(request: HttpRequest) -> HttpResponse:
    """导入减免台账"""
    form, back = forms.FileForm(request.POST, request.FILES), reverse("money:run-reliefs")
    if not form.is_valid():
        messages.error(request, first_fault(form))
        return redirect(back)
    file = form.cleaned_data["file"]
    try:
        made = reliefs.bring(by=request.user, name=file.name, content=file.read())
    except UserError as error:
        messages.error(request, str(error))
    except Conflict as error:
        return somebody_else(request, error, back)
    else:
        messages.success(request, f"已导入 {made.count} 条")
    return redirect(back)


@require_POST
@requires("money.run")
def relief_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """撤下"""
    found: Relief = mine(request, Relief, pk)
    why, back = request.POST.get("why", ""), reverse("money:run-reliefs")
    return act(
        request, lambda: reliefs.withdraw(by=request.user, relief=found, why=why), back, "已撤下"
    )
