"""The application's addresses, and an interface with three faults."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import path
from ninja import Field, Query, Router, Schema

from denggao.web.accounts.access import anyone
from denggao.web.api import interface
from denggao.web.api.endpoints import get
from denggao.web.urls import urlpatterns as ours

router = Router(tags=["planted"])


class Rows(Schema):
    """A list."""

    rows: list[int]


class Asked(Schema):
    """How much of it."""

    limit: int = Field(5)


@get(router, "/planted/slice", "ledger.view", Rows)
def broken_slice(request: HttpRequest, asked: Query[Asked]) -> Any:
    """Breaks on limit=-1, as many lists do"""
    if asked.limit < 0:
        raise AssertionError("Negative indexing is not supported.")
    return {"rows": []}


@get(router, "/planted/teapot", "ledger.view", Rows)
def undescribed(request: HttpRequest) -> Any:
    """Answers with what is not described"""
    return JsonResponse({"rows": []}, status=418)


@get(router, "/planted/open", "ledger.view", Rows)
def lets_in(request: HttpRequest) -> Any:
    """Needs no token, though it says so"""
    return {"rows": []}


api = interface.made(routers=[router])


@anyone
def wide_open(request: HttpRequest) -> JsonResponse:
    """What stands before it."""
    return JsonResponse({"rows": []})


urlpatterns = [
    path("api/planted/open", wide_open, name="wide-open"),
    *ours,
    *interface.patterns(api),
]
