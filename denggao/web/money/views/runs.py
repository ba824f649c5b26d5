"""Pay runs: the list, a new one, one run, one row of it and why, and the steps it takes."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from denggao.documents.wording import fact_words
from denggao.facts.errors import UserError
from denggao.web.accounts.access import requires
from denggao.web.assessments.lawtext import articles
from denggao.web.kit.days import day_of, notice_end
from denggao.web.kit.paging import page_of
from denggao.web.ledger import files
from denggao.web.ledger.actions import Conflict
from denggao.web.ledger.views.files import order
from denggao.web.money import actions, balance, exports, forms, publicity, queries, schemes, steps
from denggao.web.money import replay as again
from denggao.web.money.models import Objection, PayBatch, Payment, Publication, Row, Run
from denggao.web.money.views.common import (
    act,
    first_fault,
    mine,
    note_export,
    saved,
    somebody_else,
)

_WAY: Any = (
    Run.State.COMPUTED, Run.State.REVIEWED, Run.State.PUBLISHED, Run.State.APPROVED,
    Run.State.PAID,
)  # fmt: skip
_PEOPLE = ("region", "by", "again_by", "reviewed_by", "approved_by", "dropped_by")
_STATUSES = ("发放", "追回", "待定", "未到期", "不予发放", "征求意见稿")


@requires("money.view")
def runs(request: HttpRequest) -> HttpResponse:
    """奖补兑现"""
    found = Run.objects.for_user(request.user).select_related("region", "by")
    state = request.GET.get("state", "")
    if state in Run.State.values:
        found = found.filter(state=state)
    context = {"page": page_of(request, found), "state": state, "states": Run.State.choices}
    return render(request, "money/runs.html", context)


@requires("money.run")
def new(request: HttpRequest) -> HttpResponse:
    """测算奖补"""
    region = request.user.region
    form = forms.RunForm(request.POST or None, request.FILES or None, region=region)
    if request.method == "POST" and form.is_valid():
        try:
            run = actions.start(by=request.user, **form.asked())
        except UserError as error:
            form.add_error(None, str(error))
        except Conflict as error:
            return somebody_else(request, error, reverse("money:runs"))
        else:
            return redirect("money:run", run.pk)
    return render(request, "money/run_new.html", {"form": form})


@requires("money.view")
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """一次兑现"""
    known = Run.objects.for_user(request.user).select_related(*_PEOPLE)
    found: Run = get_object_or_404(known, pk=pk)
    asked = {key: request.GET.get(key, "").strip() for key in ("status", "district", "text")}
    context: dict[str, Any] = {"run": found, "asked": asked}
    if not found.is_running and found.state != _FAILED:
        context |= _shown(request, found, asked)
    context["texts"] = [version for scheme in found.texts for version in scheme]
    context["open"] = [s.code for s in steps.open_to(request.user, found)]
    context["why_form"] = forms.WhyForm()
    return render(request, "money/run.html", context)


_FAILED: Any = Run.State.FAILED


def _shown(request: HttpRequest, found: Run, asked: dict[str, str]) -> dict[str, Any]:
    count, fen = queries.total(found)
    published = Publication.objects.filter(run=found).defer("rows").first()
    batches, todo = list(found.batches.select_related("by")), actions.to_pay(found)
    sums = queries.sums(found)
    return {
        "page": page_of(request, queries.rows_of(found, asked)),
        "count": count, "total": fen, "sums": sums,
        "balance": balance.lines(found, fen, sums, published, batches), "statuses": _STATUSES,
        "districts": queries.districts(found), "way": _way(found, published, batches),
        "published": published,
        "rough": notice_end(published.on, published.days)[1] if published else "",
        "objections": found.objections.select_related("row", "by", "decided_by"),
        "batches": batches,
        "due": todo.count(), "waiting": found.grants.exclude(waits="").count(),
        "publish_form": forms.PublishForm(), "objection_form": forms.ObjectionForm(),
        "decide_form": forms.DecideForm(),
        "pay_form": forms.PayForm(
            districts=sorted(set(todo.order_by().values_list("district", flat=True)))
        ),
        "today": timezone.localdate(),
    }  # fmt: skip


def _way(
    found: Run, published: Publication | None, batches: list[PayBatch]
) -> list[dict[str, Any]]:
    """The states from computed to paid: which are behind, which is now, who and when."""
    order = [state.value for state in _WAY]
    now = Run.State.PUBLISHED if found.state == Run.State.APPROVING else found.state
    here = order.index(now) if now in order else -1
    last = batches[0] if batches else None
    said = {
        "computed": _who(found.again_by, found.again_at) or _who(found.by, found.at),
        "reviewed": _who(found.reviewed_by, found.reviewed_at),
        "published": f"{published.on} 至 {published.until}" if published else "",
        "approved": _who(found.approved_by, found.approved_at),
        "paid": f"末次 {last.paid_on}" if last else "",
    }
    names = ("测算", "复核", "公示", "审定", "付清")
    # each state waits for the next step: what is computed is done, what is paid is the end
    return [
        {"name": name, "said": said[state], "done": number <= here, "now": number == here + 1}
        for number, (state, name) in enumerate(zip(order, names, strict=True))
    ]


def _who(user: Any, at: datetime.datetime | None) -> str:
    return f"{user} {timezone.localtime(at):%m-%d %H:%M}" if user and at else ""


@requires("money.view", counts=False)
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is; once it is through, the browser opens the page again."""
    found: Run = mine(request, Run, pk)
    answer = render(request, "money/run_progress.html", {"run": found})
    if not found.is_worked_on:
        answer.headers["HX-Refresh"] = "true"
    return answer


@requires("money.view")
def scheme_text(request: HttpRequest, pk: int, digest: str) -> HttpResponse:
    """办法当时的文本，逐条"""
    found: Run = mine(request, Run, pk)
    told = next((v for s in found.texts for v in s if v["digest"] == digest), None)
    if told is None:
        raise Http404("这次测算没有用这份办法")
    try:
        text = schemes.text_then(digest)
    except UserError as error:
        messages.error(request, str(error))
        return redirect("money:run", pk)
    context = {"run": found, "told": told, "articles": articles(text)}
    return render(request, "money/scheme_text.html", context)


@requires("money.view")
def row(request: HttpRequest, pk: int) -> HttpResponse:
    """为什么是这个数"""
    found: Row = mine(request, Row, pk)
    asked = request.GET.get("on", "")
    on = day_of(asked)
    context: dict[str, Any] = {"row": found, "run": found.run, "on": on, "asked": asked}
    context["facts"] = [(fact_words(key), _value(raw)) for key, raw in found.values.items()]
    context["moved"] = Payment.objects.filter(grant__row=found).select_related("by", "grant")
    context["grant"] = getattr(found, "grant", None)
    context["reverse_form"] = forms.ReverseForm()
    context["may_leave_out"] = found.run.state in ("computed", "reviewed") and not found.left_out
    if asked:
        try:
            if on is None:
                raise UserError("日期应写成 2024-06-30")
            context["replay"] = again.replay(found, on)
        except UserError as error:
            messages.error(request, str(error))
    return render(request, "money/row.html", context)


def _value(raw: Any) -> str:
    """A kept fact for people."""
    if isinstance(raw, dict) and "on" in raw:
        return str(raw["on"])
    if isinstance(raw, dict):
        lo, hi = (raw[e] if raw[e] is not None else "不限" for e in ("lo", "hi"))
        return f"{lo}" if lo == hi else f"{lo}～{hi}"
    if isinstance(raw, list):
        return f"{len(raw)} 张证书"
    return {True: "是", False: "否"}.get(raw, str(raw)) if isinstance(raw, bool) else str(raw)


# --- steps ---------------------------------------------------------------------------------------


@require_POST
@requires("money.run")
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """复核"""
    found = mine(request, Run, pk)
    back = reverse("money:run", args=[pk])
    return act(request, lambda: actions.review(by=request.user, run=found), back, "已复核")


@require_POST
@requires("money.run")
def compute_again(request: HttpRequest, pk: int) -> HttpResponse:
    """重算"""
    found = mine(request, Run, pk)
    back = reverse("money:run", args=[pk])
    done = "已重新排队测算"
    return act(request, lambda: actions.again(by=request.user, run=found), back, done)


@require_POST
@requires("money.run")
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """公示"""
    return _with_form(
        request, pk, forms.PublishForm(request.POST), actions.publish, "已公示，名单从此冻结"
    )


@require_POST
@requires("money.approve")
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """审定"""
    found = mine(request, Run, pk)
    back = reverse("money:run", args=[pk])
    return act(
        request, lambda: actions.approve(by=request.user, run=found), back,
        lambda at_once: "已审定" if at_once else "已审定，正在后台逐笔列为应付",
    )  # fmt: skip


@require_POST
@requires("money.run")
def pay(request: HttpRequest, pk: int) -> HttpResponse:
    """拨付"""
    found = mine(request, Run, pk)
    form = forms.PayForm(request.POST, districts=queries.districts(found))
    return _with_form(request, pk, form, actions.pay, "已登记付款")


@require_POST
@requires("money.run")
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """作废"""
    return _with_form(request, pk, forms.WhyForm(request.POST), actions.drop, "已作废")


@require_POST
@requires("money.run")
def objection(request: HttpRequest, pk: int) -> HttpResponse:
    """登记异议"""
    form = forms.ObjectionForm(request.POST)
    return _with_form(request, pk, form, actions.object_to, "已登记异议")


def _with_form(request: HttpRequest, pk: int, form: Any, do: Any, done: str) -> HttpResponse:
    found = mine(request, Run, pk)
    back = reverse("money:run", args=[pk])
    if not form.is_valid():
        messages.error(request, first_fault(form))
        return redirect(back)
    return act(request, lambda: do(by=request.user, run=found, **form.cleaned_data), back, done)


@require_POST
@requires("money.run")
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """处理异议"""
    found: Objection = mine(request, Objection, pk)
    back, form = reverse("money:run", args=[found.run_id]), forms.DecideForm(request.POST)
    if not form.is_valid():
        messages.error(request, first_fault(form))
        return redirect(back)
    return act(
        request,
        lambda: actions.decide(by=request.user, objection=found, **form.cleaned_data),
        back,
        "已处理",
    )


@require_POST
@requires("money.run")
def leave_out(request: HttpRequest, pk: int) -> HttpResponse:
    """剔除一笔"""
    found: Row = mine(request, Row, pk)
    why = request.POST.get("why", "")
    back = reverse("money:run-row", args=[pk])
    return act(
        request, lambda: actions.leave_out(by=request.user, row=found, why=why), back, "已剔除"
    )


# --- files ---------------------------------------------------------------------------------------


@requires("money.view")
def export(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """拨款明细表, or the list as others can use it (免申即享)"""
    found: Run = mine(request, Run, pk)
    if kind not in exports.KINDS:
        raise Http404("没有这种文件")
    name = f"{found.name}{exports.KINDS[kind]}.xlsx"
    if found.rows.count() > files.AT_ONCE:
        return order(request, "money.run", name, {"run": pk, "kind": kind})
    note_export(request, name, found)
    return saved(exports.written(lambda path: exports.workbook(path, found, kind)), name)


@requires("money.view")
def publication(request: HttpRequest, pk: int, ending: str) -> HttpResponse:
    """公示表"""
    found: Run = mine(request, Run, pk)
    published = Publication.objects.filter(run=found).select_related("run").first()
    if published is None or ending not in ("xlsx", "docx"):
        raise Http404("还没有公示")
    name = f"{found.name}公示表.{ending}"
    if published.count > files.AT_ONCE:
        return order(request, "money.publication", name, {"run": pk, "ending": ending})
    try:
        data = publicity.printed(published, ending)
    except UserError as error:
        messages.error(request, str(error))
        return redirect("money:run", pk)
    note_export(request, name, found)
    return saved(data, name)
