"""Plans' texts: brought in, read, judged item by item beside the text, put in force by another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from denggao.facts.errors import UserError
from denggao.web.accounts.access import requires
from denggao.web.kit.numbers import key_of
from denggao.web.ledger.actions import note_export
from denggao.web.planning import actions, adopting, checks, clashes, marking
from denggao.web.planning.forms import FORMS, AdoptForm, MissedForm, PeriodForm, PlanForm, blank
from denggao.web.planning.models import PlanItem, PlanText

_CHANGED = "您打开这一页之后，别人核对过这一项，没有保存；下面是现在的样子"


@requires("planning.view")
def plans(request: HttpRequest) -> HttpResponse:
    """计划文本"""
    rows = PlanText.objects.for_user(request.user).defer("content", "text")
    rows = rows.select_related("by", "region", "decided_by")
    return render(request, "planning/plans.html", {"plans": rows})


@requires("planning.edit")
def new(request: HttpRequest) -> HttpResponse:
    """登记计划文本"""
    form = PlanForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file, text = form.cleaned_data["file"], form.cleaned_data["text"]
        told = {"name": file.name, "content": file.read()} if file else {"text": text}
        try:
            plan = actions.bring_plan(by=request.user, **told)
        except UserError as error:
            form.add_error(None, str(error))
        else:
            return redirect("planning:board-plan", plan.pk)
    return render(request, "planning/plan_new.html", {"form": form})


def _mine(request: HttpRequest, pk: int) -> PlanText:
    found = PlanText.objects.for_user(request.user)
    return get_object_or_404(
        found.select_related("by", "submitted_by", "decided_by", "region"), pk=pk
    )


@requires("planning.view")
def plan(request: HttpRequest, pk: int, status: int = 200) -> HttpResponse:
    """原文和拟稿，左右对照"""
    kept = _mine(request, pk)
    items = list(kept.items.select_related("decided_by"))
    facts = list(kept.facts.all())
    marks = [marking.Mark(i.start, i.end, f"i{i.number}", i.kind) for i in items]
    marks += [marking.Mark(f.start, f.end, f"f{f.number}", "fact") for f in facts]
    marks += _conflict_marks(items)
    period = checks.period_of(kept)
    found, faults = adopting.ordered(kept, items)
    is_done = kept.state in (PlanText.State.ADOPTED, PlanText.State.DROPPED)
    context = {
        "plan": kept,
        "clashes": [] if is_done else list(clashes.found_in(kept.region, found)),
        "groups": _groups(items),
        "facts": facts,
        "text": marking.marked(kept.text, marks, kept.noise),
        "findings": checks.findings(kept, items),
        "claims": list(checks.claims(kept)),
        "faults": [] if is_done else faults,
        "period": period,
        "elsewhere": _elsewhere(kept),
        "period_form": PeriodForm(initial=dict(zip(("first", "last"), period or (), strict=False))),
        "adopt_form": AdoptForm(),
        "missed_form": MissedForm(),
        "open": sum(item.decision == PlanItem.Decision.OPEN for item in items),
        "counts": dict(Counter(item.get_decision_display() for item in items)),
        "may_edit": kept.is_open and request.user.can("planning.edit"),
        "may_adopt": kept.state == PlanText.State.SUBMITTED
        and request.user.can("planning.approve"),
    }
    return render(request, "planning/plan.html", context, status=status)


def _elsewhere(kept: PlanText) -> str:
    """The region that the text names, where it is not the one that it was brought for."""
    named = kept.head.get("region") or ""
    return "" if kept.region.name in named else named


def _conflict_marks(items: list[PlanItem]) -> list[marking.Mark]:
    """The other figures of a contradiction."""
    return [
        marking.Mark(start, end, f"i{item.number}", item.kind)
        for item in items
        if item.kind == PlanItem.Kind.CONFLICT
        for start, end in item.said["spans"][1:]
    ]


def _groups(items: list[PlanItem]) -> list[dict[str, Any]]:
    """By kind, the kinds in their own order; of each how many are still open."""
    found = []
    for code, label in PlanItem.Kind.choices:
        rows = [item for item in items if item.kind == code]
        left = sum(item.decision == PlanItem.Decision.OPEN for item in rows)
        if rows:
            found.append({"kind": code, "label": label, "rows": rows, "open": left})
    return found


@requires("planning.view")
def original(request: HttpRequest, pk: int) -> HttpResponse:
    """下载原件"""
    kept = _mine(request, pk)
    note_export(by=request.user, what=f"计划原件 {kept}", count=1)
    answer = HttpResponse(bytes(kept.content), content_type="application/octet-stream")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(kept.file)}"
    return answer


# --- items ---------------------------------------------------------------------------------------


@requires("planning.edit")
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """核对一项: confirm or reject by button, correct by form"""
    found = PlanItem.objects.for_user(request.user).select_related("plan", "decided_by")
    one = get_object_or_404(found, pk=pk)
    kind = FORMS.get(one.kind)
    form = None
    if request.method == "POST":
        form = kind(request.POST) if kind and "correct" in request.POST else None
        if form is None or form.is_valid():
            said = form.said(one.said) if form else None
            return _decided(request, one, said)
    elif kind is not None:
        form = kind(initial={**kind.initial_of(one.said), "version": one.version})
    context = {"item": one, "plan": one.plan, "form": form, "may_edit": one.plan.is_open}
    return render(request, "planning/item_form.html", context)


def _decided(request: HttpRequest, one: PlanItem, said: dict[str, Any] | None) -> HttpResponse:
    decision = (
        "corrected" if said is not None else "rejected" if "reject" in request.POST else "confirmed"
    )
    told = request.POST.get("version", "")
    try:
        one = actions.decide_item(
            by=request.user, item=one, version=key_of(told),
            decision=decision, said=said, why=request.POST.get("why", "").strip(),
        )  # fmt: skip
    except actions.Conflict:
        messages.error(request, _CHANGED)
        if request.htmx:  # the page is fetched anew, and tells it
            return HttpResponse(status=409, headers={"HX-Refresh": "true"})
        return plan(request, one.plan_id, status=409)
    except UserError as error:
        messages.error(request, str(error))
        if request.htmx:
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    if request.htmx:
        left = one.plan.items.filter(decision=PlanItem.Decision.OPEN).count()
        context = {"item": one, "plan": one.plan, "may_edit": one.plan.is_open, "open": left}
        return render(request, "planning/item_part.html", context)
    return redirect(f"{reverse('planning:board-plan', args=[one.plan_id])}#i{one.number}")


@require_POST
@requires("planning.edit")
def rest(request: HttpRequest, pk: int) -> HttpResponse:
    """确认一类里其余的"""
    return _done(request, pk, lambda kept: actions.confirm_rest(
        by=request.user, plan=kept, kind=request.POST.get("kind", "")
    ))  # fmt: skip


@require_POST
@requires("planning.edit")
def missed(request: HttpRequest, pk: int) -> HttpResponse:
    """补录"""
    kept, form = _mine(request, pk), MissedForm(request.POST)
    if not form.is_valid():
        messages.error(request, "补录要选类别，并从原文照抄一段")
        return redirect("planning:board-plan", pk)
    told = form.cleaned_data
    try:
        one = actions.add_item(
            by=request.user, plan=kept, kind=told["kind"], quote=told["quote"],
            said=blank(told["kind"], told["quote"]),
        )  # fmt: skip
    except UserError as error:
        messages.error(request, str(error))
        return redirect("planning:board-plan", pk)
    return redirect("planning:board-item", one.pk)


# --- the plan as a whole -------------------------------------------------------------------------


@require_POST
@requires("planning.edit")
def period(request: HttpRequest, pk: int) -> HttpResponse:
    """更正起止年度"""
    form = PeriodForm(request.POST)
    if not form.is_valid():
        messages.error(request, "起年和止年应是 2000 到 2100 之间的年份")
        _mine(request, pk)
        return redirect("planning:board-plan", pk)
    return _done(
        request, pk, lambda p: actions.state_period(by=request.user, plan=p, **form.cleaned_data)
    )


@require_POST
@requires("planning.edit")
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """提交审核, or give one's own draft up"""
    if "drop" in request.POST:
        return _done(request, pk, lambda p: actions.drop(by=request.user, plan=p))
    return _done(
        request, pk, lambda p: actions.submit(by=request.user, plan=p), "已提交，请另一位审核下达"
    )


@require_POST
@requires("planning.approve")
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """下达、退回或不采用"""
    why = request.POST.get("why", "").strip()
    if "back" in request.POST:
        return _done(
            request, pk, lambda p: actions.send_back(by=request.user, plan=p, why=why), "已退回"
        )
    if "drop" in request.POST:
        return _done(request, pk, lambda p: actions.drop(by=request.user, plan=p, why=why))
    form = AdoptForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请写明从哪一天起执行")
        _mine(request, pk)
        return redirect("planning:board-plan", pk)
    since, settled = form.cleaned_data["since"], dict(_settled(request))
    return _done(
        request, pk,
        lambda p: actions.adopt(by=request.user, plan=p, since=since, settled=settled),
        "已下达，挂图作战和任务清单已更新",
    )  # fmt: skip


def _settled(request: HttpRequest) -> Iterator[tuple[str, clashes.Settled]]:
    """What the person decided of each figure that another one stands against."""
    for field, told in request.POST.items():
        if field.startswith("clash-") and told in ("new", "old"):
            key = field.removeprefix("clash-")
            why = str(request.POST.get(f"why-{key}", "")).strip()[:200]
            yield key, clashes.Settled(told == "new", why)


def _done(request: HttpRequest, pk: int, do: Any, said: str = "") -> HttpResponse:
    """Do it to the plan and show it again; what goes wrong is told, 409 where others were
    quicker."""
    kept = _mine(request, pk)
    try:
        do(kept)
    except actions.Conflict:
        messages.error(request, "别人刚刚处理过这份计划，没有保存；下面是现在的样子")
        return plan(request, pk, status=409)
    except UserError as error:
        messages.error(request, str(error))
    else:
        if said:
            messages.success(request, said)
    return redirect("planning:board-plan", pk)
