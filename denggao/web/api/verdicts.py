"""体检诊断: a firm under a law, what-if, and runs over a region."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Query, Router

from denggao.rules.outcome import TRUTH_NAMES
from denggao.web.api.endpoints import (
    Paging,
    created,
    get,
    paged,
    post,
)
from denggao.web.api.enterprises import mine
from denggao.web.api.people import place
from denggao.web.api.shapes.verdicts import (
    Asked,
    Findings,
    FindingsAsked,
    NewRun,
    RunFull,
    RunRow,
    Runs,
    Supposed,
    Verdict,
    WhatIf,
)
from denggao.web.assessments import actions, queries, shown
from denggao.web.assessments import verdict as v
from denggao.web.assessments.facts import firm_of
from denggao.web.assessments.models import Run
from denggao.web.assessments.templatetags.assessments import cell
from denggao.web.kit.paging import page_of

router = Router(tags=["体检诊断"])


def _judged(request: HttpRequest, pk: int, asked: Any) -> tuple[Any, Any, Any, Any]:
    enterprise = mine(request, pk)
    as_of = asked.as_of or timezone.localdate()
    short = asked.law or queries.LADDER[1]
    law = queries.judging_law(short, as_of, request.user.region or enterprise.region)
    if law is None:
        raise Http404(f"{as_of} 没有名为“{short}”的规范")
    return enterprise, law, firm_of(enterprise), as_of


@get(router, "/enterprises/{int:pk}/verdict", "assessments.view", Verdict)
def verdict(request: HttpRequest, pk: int, asked: Query[Asked]) -> Any:
    """一户企业的体检：逐条结论、本企业的数和来源、条文"""
    enterprise, law, firm, as_of = _judged(request, pk, asked)
    run, judgement = v.judged(law, firm, as_of)
    return {
        "enterprise": enterprise.pk,
        "law": law.short,
        "version": law.version,
        "as_of": as_of,
        "said": shown.said(judgement),
        "nodes": [_node(node) for node in v.nodes(run, judgement.outcome)],
        "figures": [
            {
                **_figure(row["figure"]),
                "source": cell(row["source"].statement) if row["source"] else None,
                "disputed": bool(row["source"] and row["source"].disputed),
            }
            for row in shown.figures(enterprise, judgement)
        ],
        "manual": [f"{m.id} {m.name}：{m.text}" for m in law.manuals],
    }


def _node(node: v.Node) -> dict[str, Any]:
    keys = (
        "id", "name", "kind", "truth", "word", "cite", "heading", "extract", "formula", "compared",
    )  # fmt: skip
    return {
        **{key: getattr(node, key) for key in keys},
        "ways": list(node.ways),
        "figures": [_figure(one) for one in node.figures],
    }


def _figure(one: v.Figure) -> dict[str, Any]:
    return {"key": one.key, "words": one.words, "value": one.value, "missing": one.is_missing}


@post(router, "/enterprises/{int:pk}/what-if", "assessments.view", WhatIf)
def what_if(request: HttpRequest, pk: int, given: Supposed) -> Any:
    """假如改几个数，结论怎么变；不保存"""
    _, law, firm, as_of = _judged(request, pk, given)
    before = v.judged(law, firm, as_of)[1]
    after = v.judged(law, v.supposed(firm, given.changes), as_of)[1]
    outcome = after.outcome
    return {
        "before": shown.said(before),
        "after": shown.said(after),
        "changed": [_figure(v.figure(k, outcome)) for k in given.changes if k in outcome.values],
        "rules": {
            r.statement.id: TRUTH_NAMES[r.truth] if r.statement.is_truth else ""
            for r in outcome.in_file_order()
        },
    }


# --- runs ----------------------------------------------------------------------------------------


def _run(run: Run) -> dict[str, Any]:
    keys = ("law", "version", "as_of", "at", "state", "message", "counts")
    told = {key: getattr(run, key) for key in keys}
    return {**told, "id": run.pk, "region": place(run.region), "by": str(run.by)}


@get(router, "/runs", "assessments.view", Runs)
def runs(request: HttpRequest, paging: Query[Paging]) -> Any:
    """做过的体检，新的在前"""
    page = page_of(request, Run.objects.for_user(request.user), paging.limit)
    return paged(page, [_run(run) for run in page.rows])


@post(router, "/runs", "assessments.run", RunRow, status=201)
def start_run(request: HttpRequest, given: NewRun) -> Any:
    """开始一次体检，在后台算"""
    run = actions.start_run(by=request.user, law=given.law, as_of=given.as_of)
    run.refresh_from_db()
    return created(_run(run))


@get(router, "/runs/{int:pk}", "assessments.view", RunFull)
def run_one(request: HttpRequest, pk: int) -> Any:
    """一次体检：漏斗、差距分布"""
    run = get_object_or_404(Run.objects.for_user(request.user), pk=pk)
    law = queries.law_of(run.law, run.as_of, run.region)
    only = [{"id": k, "name": n, "firms": c} for k, n, c in shown.only(run, law)]
    return {**_run(run), "only": only, "rules": shown.rules(run, law)}


@get(router, "/runs/{int:pk}/findings", "assessments.view", Findings)
def run_findings(
    request: HttpRequest, pk: int, asked: Query[FindingsAsked], paging: Query[Paging]
) -> Any:
    """一次体检里的企业，差得最少的在前"""
    run = get_object_or_404(Run.objects.for_user(request.user), pk=pk)
    law = queries.law_of(run.law, run.as_of, run.region)
    words = {key: getattr(asked, key).strip() for key in ("hard", "rule", "text")}
    findings = queries.findings(request.user, run, **words)
    page = page_of(request, findings, paging.limit, take=queries.taken)
    rows = []
    for finding in page.rows:
        told = shown.row(finding, law)
        keys = ("failing", "undecided", "lacks", "asked")
        rows.append(
            {
                "place": finding.place,
                "enterprise": finding.enterprise_id,
                "name": finding.enterprise.name,
                "verdict": finding.verdict,
                "hard": finding.hard,
                **{key: told[key] for key in keys},
            }
        )
    return paged(page, rows)
