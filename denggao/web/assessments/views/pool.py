"""The pool: runs, the funnel, what keeps firms out, and who is nearest."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from denggao.documents import wording as w
from denggao.documents.tree import gap_fact, gap_unit
from denggao.facts.errors import UserError
from denggao.rules import nodes as n
from denggao.web.accounts.access import requires
from denggao.web.assessments import actions, queries, texts
from denggao.web.assessments.models import Finding, Run
from denggao.web.kit.days import day_of
from denggao.web.kit.paging import page_of


@requires("assessments.view")
def pool(request: HttpRequest) -> HttpResponse:
    """体检诊断"""
    today = timezone.localdate()
    runs = Run.objects.for_user(request.user)
    context = {
        "ladder": queries.funnel(request.user),
        "page": page_of(request, runs, 20),
        "laws": texts.judging(today, request.user.region),
        "today": today,
        "region": queries.own_region(request.user),
        "running": runs.filter(state=Run.State.RUNNING).exists(),
    }
    return render(request, "assessments/pool.html", context)


@require_POST
@requires("assessments.run")
def start(request: HttpRequest) -> HttpResponse:
    """开始体检"""
    as_of = day_of(request.POST.get("as_of", ""))
    try:
        if as_of is None:
            raise UserError("申报日应写成 2026-06-30")
        run = actions.start_run(by=request.user, law=request.POST.get("law", ""), as_of=as_of)
    except UserError as error:
        messages.error(request, str(error))
        return redirect("assessments:pool")
    return redirect("assessments:pool-run", run.pk)


@requires("assessments.view")
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """一次体检的结果"""
    found = get_object_or_404(Run.objects.for_user(request.user), pk=pk)
    asked = {key: request.GET.get(key, "").strip() for key in ("hard", "rule", "text")}
    law = queries.law_of(found.law, found.as_of, found.region)
    page = page_of(request, queries.findings(request.user, found, **asked))
    rows = [_row(finding, law, found.as_of.year) for finding in page.rows]
    context = {
        "run": found, "page": page, "rows": rows, "asked": asked,
        "only": _only(found, law), "rules": _rules(found, law),
        "versions": len(texts.versions(found.law, request.user.region)),
    }  # fmt: skip
    return render(request, "assessments/run.html", context)


def _names(law: n.Instrument | None) -> dict[str, str]:
    return {} if law is None else {s.id: s.name for s in law.statements.values()}


def _only(run: Run, law: n.Instrument | None) -> list[tuple[str, str, int]]:
    """(id, name, firms kept out by this condition alone), most first."""
    names, only = _names(law), run.counts.get("only", {})
    return sorted(((k, names.get(k, ""), c) for k, c in only.items()), key=lambda x: -x[2])


def _rules(run: Run, law: n.Instrument | None) -> list[dict[str, Any]]:
    names, firms = _names(law), max(run.counts.get("firms", 0), 1)
    return [
        {
            "id": k, "name": names.get(k, ""), **counts,
            "share": {t: 100 * counts[t] / firms for t in ("pass", "unknown", "fail")},
        }
        for k, counts in run.counts.get("rules", {}).items()
    ]  # fmt: skip


def _row(finding: Finding, law: n.Instrument | None, year: int) -> dict[str, Any]:
    names = _names(law)
    return {
        "finding": finding,
        "failing": [f"{k} {names.get(k, '')}" for k in finding.failing],
        "undecided": [f"{k} {names.get(k, '')}" for k in finding.undecided],
        "lacks": list(filter(None, (_lack(law, k, x) for k, x in finding.lacks))),
        "asked": [w.fact_words(key) for key in finding.asked],
    }


def _lack(law: n.Instrument | None, id_: str, amount: float) -> str:
    statement = law.statements.get(id_) if law else None
    if statement is None or not isinstance(statement.body, n.Compare):
        return ""
    body = statement.body
    return f"{gap_fact(body)}还差 {w.shortfall(_exact(amount, gap_unit(body)), gap_unit(body))}"


def _exact(amount: float, unit: str) -> Any:
    """A shown double back to the steps it came from: 分, 1/10000."""
    from fractions import Fraction

    steps = 100 if unit == "元" else 10_000
    return Fraction(round(amount * steps), steps)
