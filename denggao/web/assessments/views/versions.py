"""Two versions of one text side by side, and whose verdict differs between them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from denggao.facts.errors import UserError
from denggao.rules import nodes as n
from denggao.web.accounts.access import requires
from denggao.web.assessments import texts
from denggao.web.assessments.comparing import compared
from denggao.web.assessments.trials import trial
from denggao.web.kit.days import day_of


@requires("assessments.view")
def versions(request: HttpRequest) -> HttpResponse:
    """两个版本的差异，对照辖区企业"""
    short = request.GET.get("law", "")
    known = texts.versions(short, request.user.region)
    if not known:
        raise Http404("没有这份规范")
    as_of = day_of(request.GET.get("as_of", "")) or timezone.localdate()
    context: dict[str, Any] = {"short": short, "versions": known, "as_of": as_of}
    new = _chosen(request, "new", known, list(known)[-1])
    old = _chosen(request, "old", known, _before(known, new))
    context |= {"old_key": old, "new_key": new}
    if old == new:
        messages.info(request, f"《{short}》只有这一个版本，没有可比的")
        return render(request, "assessments/versions.html", context)
    before, after = known[old], known[new]
    context |= {"old": before, "new": after, "found": compared(before, after)}
    if "try" in request.GET:
        context |= _tried(request, before, after, as_of)
    return render(request, "assessments/versions.html", context)


def _chosen(request: HttpRequest, which: str, known: dict[str, n.Instrument], other: str) -> str:
    asked = request.GET.get(which, "")
    return asked if asked in known else other


def _before(known: dict[str, n.Instrument], key: str) -> str:
    """The version that the one in ``key`` followed; the next one for the first."""
    keys = list(known)
    at = keys.index(key)
    return keys[at - 1] if at else keys[min(1, len(keys) - 1)]


def _tried(
    request: HttpRequest, old: n.Instrument, new: n.Instrument, as_of: Any
) -> dict[str, Any]:
    try:
        for law in (old, new):
            law.verdict  # noqa: B018  raises UserError for a text that judges nobody
        tried = trial(request.user, new, old, as_of)
    except UserError as error:
        messages.error(request, str(error))
        return {}
    names = {s.id: s.name for law in (old, new) for s in law.statements.values()}
    because = [[f"{i} {names[i]}" for i in flip.because] for flip in tried.flips]
    return {"trial": tried, "flips": list(zip(tried.flips, because, strict=True))}
