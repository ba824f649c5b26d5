"""One page of a list, with 共 N 条; totals are counted over the whole list, never over a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

PER_PAGE = 50


@dataclass(frozen=True)
class Page:
    """``rows`` of page ``number`` (from 1) of ``pages``, beginning at row ``first`` (from 1) of
    ``total``; ``query`` is the address's query without the page."""

    rows: list[Any]
    number: int
    pages: int
    first: int
    total: int
    query: str

    @property
    def near(self) -> list[int]:
        """Page numbers to offer."""
        return [n for n in range(self.number - 2, self.number + 3) if 1 <= n <= self.pages]


def page_of(
    request: HttpRequest, rows: QuerySet[Any], per_page: int = PER_PAGE, *,
    take: Callable[[list[Any]], list[Any]] | None = None,
) -> Page:  # fmt: skip
    """The page that the address asks for; the nearest there is. ``take``, for long lists
    of wide rows, takes by their keys the few rows that the page shows; before that the database
    has sorted keys only. Rows are counted only where the first page does not hold them all."""
    sought = rows if take is None else rows.values_list("pk", flat=True)
    if "page" in request.GET:
        page = Paginator(sought, per_page).get_page(request.GET["page"])
        found, number, total = list(page.object_list), page.number, page.paginator.count
    else:
        found, number = list(sought[: per_page + 1]), 1
        total = len(found) if len(found) <= per_page else rows.count()
        found = found[:per_page]
    query = request.GET.copy()
    query.pop("page", None)
    return Page(
        rows=found if take is None else take(found),
        number=number,
        pages=max(1, ceil(total / per_page)),
        first=(number - 1) * per_page + 1,
        total=total,
        query=query.urlencode(),
    )
