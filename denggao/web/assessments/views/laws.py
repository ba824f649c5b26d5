"""Law pages: every text article by article, with its rule, its cases and live counts."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from denggao.documents.tree import unit_of
from denggao.rules import library
from denggao.web.accounts.access import requires
from denggao.web.assessments import lawtext, queries


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
    return render(request, "assessments/laws.html", {"rows": rows})


@requires("assessments.view")
def law(request: HttpRequest, number: int) -> HttpResponse:
    """一份规范，逐条"""
    entries = library.entries()
    if number >= len(entries):
        raise Http404("没有这份规范")
    entry = entries[number]
    instrument = library.load_known(entry)
    run = queries.latest(request.user, entry.short)
    counts = run.counts["rules"] if run and run.version == instrument.version else {}
    articles = [
        {"article": a, "rules": [_rule(s, instrument, counts) for s in a.statements]}
        for a in lawtext.with_statements(instrument)
    ]
    others = [(i, e) for i, e in enumerate(entries) if e.short == entry.short and i != number]
    context = {
        "law": instrument, "entry": entry, "number": number, "articles": articles, "run": run,
        "others": others, "in_force": entry.in_force(timezone.localdate()),
    }  # fmt: skip
    return render(request, "assessments/law.html", context)


def _rule(statement, instrument, counts):  # type: ignore[no-untyped-def]
    return {
        "statement": statement,
        "unit": unit_of(statement, instrument.statements),
        "counts": counts.get(statement.id),
    }
