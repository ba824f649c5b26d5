"""One firm under one law: why, by which article, from which figures, and what would change it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from denggao.facts.errors import UserError
from denggao.web.accounts.access import requires
from denggao.web.assessments import queries, shown, texts
from denggao.web.assessments import verdict as v
from denggao.web.assessments.facts import firm_of
from denggao.web.assessments.views.laws import address_of
from denggao.web.kit.days import day_of
from denggao.web.ledger.models import Enterprise

_PREFIX = "if."


@requires("assessments.view")
def verdict(request: HttpRequest, pk: int) -> HttpResponse:
    """体检"""
    enterprise = get_object_or_404(Enterprise.objects.for_user(request.user), pk=pk)
    as_of = day_of(request.GET.get("as_of", "")) or timezone.localdate()
    region = request.user.region or enterprise.region
    asked = request.GET.get("law", "") or queries.LADDER[1]
    law = queries.judging_law(asked, as_of, region)
    if law is None:
        raise Http404(f"{as_of} 没有名为“{asked}”的规范")
    firm = firm_of(enterprise)
    run, judgement = v.judged(law, firm, as_of)
    context = {
        "firm": enterprise, "law": law, "laws": texts.judging(as_of, region), "as_of": as_of,
        "page": address_of(law), "said": shown.said(judgement),
        "nodes": v.nodes(run, judgement.outcome),
        "figures": shown.figures(enterprise, judgement), "manuals": law.manuals,
        "what_if": _what_if(request, law, firm, as_of),
    }  # fmt: skip
    return render(request, "assessments/verdict.html", context)


def _what_if(request: HttpRequest, law: Any, firm: Any, as_of: Any) -> dict[str, Any]:
    changes = {
        key.removeprefix(_PREFIX): text.strip()
        for key, text in request.GET.items()
        if key.startswith(_PREFIX) and text.strip()
    }
    if not changes:
        return {}
    found: dict[str, Any] = {"changes": changes, "words": {}, "error": ""}
    try:
        _, judgement = v.judged(law, v.supposed(firm, changes), as_of)
    except UserError as error:
        return found | {"error": str(error)}
    found["words"] = {
        key: v.figure(key, judgement.outcome) for key in changes if key in judgement.outcome.values
    }
    rules = {r.statement.id: r for r in judgement.outcome.in_file_order()}
    return found | {"said": shown.said(judgement), "rules": rules}
