"""专家: the pool, conflicts, proposed assignments and their review."""

from __future__ import annotations

from collections import Counter

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from denggao.facts.catalogue import technical_fields
from denggao.facts.errors import UserError
from denggao.facts.identity import normal_code, normal_name
from denggao.web.accounts.access import requires
from denggao.web.kit.paging import page_of
from denggao.web.ledger import search
from denggao.web.ledger.actions import Conflict
from denggao.web.ledger.models import Enterprise
from denggao.web.ledger.models.enterprise import within
from denggao.web.visits import queries
from denggao.web.visits.actions import experts as actions
from denggao.web.visits.forms import EndForm, InterestForm, RoundForm
from denggao.web.visits.models import Coaching, Interest, Member, Proposal, Round
from denggao.web.visits.views import changed, show_form


@requires("casework.view")
def experts(request: HttpRequest) -> HttpResponse:
    """专家库, with loads, conflicts and the assignments"""
    pool = list(queries.experts(request.user))
    interests = Interest.objects.filter(expert__in=pool).select_related("enterprise", "expert")
    names = technical_fields()
    context = {
        "tab": "experts",
        "rows": [{"m": m, "fields": [names.get(code, code) for code in m.fields]} for m in pool],
        "interests": interests.filter(enterprise__in=Enterprise.objects.for_user(request.user)),
        "rounds": Round.objects.for_user(request.user).select_related("by", "reviewed_by")[:20],
        "without": queries.without_expert(request.user).count(),
    }
    return render(request, "visits/experts.html", context)


@requires("casework.view")
def coached(request: HttpRequest) -> HttpResponse:
    """一对一辅导: which firm has which expert"""
    found = Coaching.objects.for_user(request.user).filter(until=None)
    found = found.select_related("enterprise", "expert").order_by("expert__name", "enterprise")
    return render(
        request, "visits/coached.html", {"tab": "experts", "page": page_of(request, found)}
    )


@requires("casework.edit")
def new_round(request: HttpRequest) -> HttpResponse:
    """拟定指派方案"""
    today = timezone.localdate()
    form = RoundForm(
        request.user, request.POST or None, initial={"name": f"{today} 一对一辅导指派"}
    )
    back = reverse("visits:visit-experts")
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        firms = queries.without_expert(request.user)
        if told["place"]:
            firms = firms.filter(within(told["place"]))
        if told["text"]:
            firms = firms.filter(search.named(told["text"]))
        if told["tier"]:
            firms = firms.filter(search.of_tier(told["tier"], today))
        try:
            made = actions.propose(
                by=request.user, name=told["name"], firms=list(firms),
                experts=list(told["experts"]),
            )  # fmt: skip
        except UserError as error:
            form.add_error(None, str(error))
        else:
            return redirect("visits:visit-round", made.pk)
    note = "只排现在没有专家的企业；各位专家的户数尽量一样多，有利益冲突的不排，同领域的优先。"
    return show_form(request, form, "拟定专家指派方案", back, "experts", note=note)


@requires("casework.view")
def one_round(request: HttpRequest, pk: int) -> HttpResponse:
    """A proposal, to be reviewed"""
    found = get_object_or_404(Round.objects.for_user(request.user), pk=pk)
    rows = list(found.rows.select_related("enterprise__region", "expert"))
    new = Counter(row.expert_id for row in rows)
    pool = [m for m in queries.experts(request.user) if m.is_active or m.pk in new]
    context = {
        "tab": "experts", "round": found, "rows": rows, "pool": pool,
        "loads": [{"m": m, "new": new[m.pk], "all": m.load + new[m.pk]} for m in pool],
        "waiting": found.state == Round.State.PROPOSED, "today": timezone.localdate(),
    }  # fmt: skip
    return render(request, "visits/round.html", context)


@require_POST
@requires("casework.edit")
def change_row(request: HttpRequest, pk: int) -> HttpResponse:
    """The reviewer changes one row of a proposal"""
    mine = Round.objects.for_user(request.user)
    rows = Proposal.objects.filter(round__in=mine).select_related("round", "enterprise")
    row = get_object_or_404(rows, pk=pk)
    back = reverse("visits:visit-round", args=[row.round_id])
    asked = request.POST.get("expert", "")
    expert = None
    if asked != "none":
        experts = Member.objects.for_user(request.user).filter(kind=Member.Kind.EXPERT)
        expert = get_object_or_404(experts, pk=_number(asked))
    try:
        actions.change_proposal(
            by=request.user, proposal=row, version=_number(request.POST.get("version", "")),
            expert=expert,
        )  # fmt: skip
    except Conflict:
        return changed(request, back)
    except UserError as error:
        messages.error(request, str(error))
    return redirect(back)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


@require_POST
@requires("casework.edit")
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """审核: the proposal holds from today, or is dropped"""
    found = get_object_or_404(Round.objects.for_user(request.user), pk=pk)
    back, version = reverse("visits:visit-round", args=[pk]), request.POST.get("version", "")
    try:
        if "drop" in request.POST:
            actions.drop_round(by=request.user, proposed=found, version=_number(version))
            messages.success(request, "已放弃")
        else:
            count = actions.adopt(
                by=request.user, proposed=found, version=_number(version),
                since=timezone.localdate(),
            )  # fmt: skip
            messages.success(request, f"已生效：{count} 户；有账号的专家从现在起看得到自己的企业")
    except Conflict:
        return changed(request, back)
    except UserError as error:
        messages.error(request, str(error))
    return redirect(back)


@requires("casework.edit")
def new_interest(request: HttpRequest, pk: int) -> HttpResponse:
    """登记利益冲突"""
    experts = Member.objects.for_user(request.user).filter(kind=Member.Kind.EXPERT)
    expert = get_object_or_404(experts, pk=pk)
    form = InterestForm(request.POST or None)
    back = reverse("visits:visit-experts")
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        mine = Enterprise.objects.for_user(request.user)
        same = mine.filter(uscc=normal_code(told["firm"])) | mine.filter(
            name_key=normal_name(told["firm"])
        )
        if same.count() != 1:
            form.add_error("firm", "台账里没有这户企业（或不止一户），请写全称或信用代码")
        else:
            try:
                actions.add_interest(
                    by=request.user, expert=expert, enterprise=same.get(), kind=told["kind"],
                    why=told["why"],
                )  # fmt: skip
            except UserError as error:
                form.add_error("firm", str(error))
            else:
                return redirect(back)
    return show_form(request, form, f"登记 {expert} 的利益冲突", back, "experts")


@require_POST
@requires("casework.edit")
def drop_interest(request: HttpRequest, pk: int) -> HttpResponse:
    """撤下利益冲突"""
    mine = Member.objects.for_user(request.user)
    interest = get_object_or_404(Interest.objects.for_user(request.user), pk=pk, expert__in=mine)
    actions.drop_interest(by=request.user, interest=interest, why=request.POST.get("why", "")[:300])
    return redirect("visits:visit-experts")


@requires("casework.edit")
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """结束辅导"""
    found = get_object_or_404(
        Coaching.objects.for_user(request.user).select_related("enterprise", "expert"), pk=pk
    )
    form = EndForm(request.POST or None)
    back = reverse("visits:visit-coached")
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_coaching(by=request.user, coaching=found, **form.cleaned_data)
        except Conflict:
            return changed(request, back)
        except UserError as error:
            form.add_error("until", str(error))
        else:
            messages.success(request, "已结束，专家的账号不再看得到这户企业")
            return redirect(back)
    return show_form(request, form, f"{found.expert} 结束辅导 {found.enterprise}", back, "experts")
