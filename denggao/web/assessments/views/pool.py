"""The pool: runs, the funnel, what keeps firms out, and who is nearest."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from denggao.facts.errors import UserError
from denggao.web.accounts.access import requires
from denggao.web.assessments import actions, listing, queries, shown, texts
from denggao.web.assessments.models import Run
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
    findings = queries.findings(request.user, found, **asked)
    page = page_of(request, findings, take=queries.taken)
    way = urlencode({"law": found.law, "as_of": found.as_of.isoformat()})
    context = {
        "run": found, "page": page, "asked": asked, "rows": listing.html(page.rows, law, way),
        "only": shown.only(found, law),
        "rules": listing.rules(shown.rules(found, law), found.counts.get("firms", 0)),
        "versions": len(texts.versions(found.law, request.user.region)),
    }  # fmt: skip
    return render(request, "assessments/run.html", context)
