"""Law pages: every text article by article, with its rule, its cases and live counts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from denggao.documents.tree import unit_of
from denggao.facts.errors import UserError
from denggao.rules import library
from denggao.rules.nodes import Instrument, Statement
from denggao.web.accounts.access import requires
from denggao.web.assessments import drafts, lawtext, queries, texts
from denggao.web.assessments.models import OwnLaw
from denggao.web.kit.days import day_of


@requires("assessments.view")
def laws(request: HttpRequest) -> HttpResponse:
    """法条与规则"""
    today = timezone.localdate()
    rows = [
        {
            "entry": entry,
            "number": number,
            "in_force": entry.in_force(today),
            "run": queries.latest(request.user, entry.short),
        }
        for number, entry in enumerate(library.entries())
    ]
    rows.sort(key=lambda row: not row["in_force"])
    own = queries.own_laws(request.user)
    return render(request, "assessments/laws.html", {"rows": rows, "own": own})


@requires("assessments.view")
def law(request: HttpRequest, number: int) -> HttpResponse:
    """一份规范，逐条"""
    entries = library.entries()
    if number >= len(entries):
        raise Http404("没有这份规范")
    entry = entries[number]
    return _page(request, library.load_known(entry), {"key": str(number)})


@requires("assessments.view")
def own(request: HttpRequest, pk: int) -> HttpResponse:
    """本局的规范，逐条"""
    kept = queries.own_law(request.user, pk)
    if kept is None:
        raise Http404("没有这份规范")
    try:
        law = texts.loaded(kept.text, kept.digest)
    except UserError as error:
        messages.error(request, f"《{kept.short}》装载不了，已不起作用：{error}")
        return redirect("assessments:laws")
    return _page(request, law, {"own": kept, "key": f"own-{kept.pk}"})


def _page(request: HttpRequest, instrument: Instrument, more: dict[str, Any]) -> HttpResponse:
    run = queries.latest(request.user, instrument.short)
    counts = run.counts["rules"] if run and run.version == instrument.version else {}
    articles = [
        {"article": a, "rules": [_rule(s, instrument, counts) for s in a.statements]}
        for a in lawtext.with_statements(instrument)
    ]
    context = {
        "law": instrument, "articles": articles, "run": run,
        "in_force": instrument.in_force(timezone.localdate()),
        "others": _others(request, instrument, more["key"]),
        "cases": len(instrument.examples) + len(instrument.award_examples),
    }  # fmt: skip
    return render(request, "assessments/law.html", context | more)


def _others(request: HttpRequest, law: Instrument, key: str) -> list[tuple[str, Instrument, str]]:
    """(key, version, address) of the other versions of a law."""
    known = texts.versions(law.short, request.user.region)
    return [(k, other, address_of(other)) for k, other in known.items() if k != key]


def _rule(statement: Statement, law: Instrument, counts: dict[str, Any]) -> dict[str, Any]:
    unit = unit_of(statement, law.statements)
    return {"statement": statement, "unit": unit, "counts": counts.get(statement.id)}


def address_of(law: Instrument) -> str:
    """The page of a law."""
    for number, entry in enumerate(library.entries()):
        if str(entry.path) == law.path:
            return reverse("assessments:law", args=[number])
    # another region may have put the same text in force
    kept = OwnLaw.objects.filter(digest=law.path.rpartition(" ")[2]).latest("pk")
    return reverse("assessments:law-own", args=[kept.pk])


# --- drafts ------------------------------------------------------------------------------------


@requires("laws.draft")
def draft(request: HttpRequest) -> HttpResponse:
    """拟一份规范：粘贴、检查、试算、提交"""
    text = request.POST.get("text", "").replace("\r\n", "\n")
    as_of = day_of(request.POST.get("as_of", "")) or timezone.localdate()
    context: dict[str, Any] = {"text": text, "as_of": as_of}
    if request.method == "POST" and text.strip():
        try:
            if "keep" in request.POST:
                kept = drafts.keep(by=request.user, text=text)
                messages.success(request, "已提交，请另一位审核启用")
                return redirect("assessments:law-own", kept.pk)
            context["trial"] = drafts.tried(request.user, text, as_of)
        except drafts.NothingToTry as told:
            context["passed"] = str(told)
        except UserError as error:
            context["fault"] = str(error)
    return render(request, "assessments/draft.html", context)


@require_POST
@requires("laws.adopt")
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """启用或不采用"""
    kept = get_object_or_404(OwnLaw.objects.for_user(request.user), pk=pk)
    try:
        drafts.decide(by=request.user, draft=kept, adopt="adopt" in request.POST)
    except UserError as error:
        messages.error(request, str(error))
    return redirect("assessments:law-own", kept.pk)
