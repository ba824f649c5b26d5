"""The list of enterprises."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from denggao.web.accounts.access import requires
from denggao.web.kit.paging import page_of
from denggao.web.ledger import queries


@requires("ledger.view")
def enterprises(request: HttpRequest) -> HttpResponse:
    """培育库台账"""
    asked = {key: request.GET.get(key, "").strip() for key in ("text", "region")}
    page = page_of(request, queries.enterprises(request.user, **asked))
    return render(request, "ledger/enterprises.html", {"page": page, "asked": asked})
