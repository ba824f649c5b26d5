"""One page of a list, with 共 N 条; totals are counted over the whole list, never over a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
    take: Callable[[QuerySet[Any]], list[Any]] | None = None,
) -> Page:  # fmt: skip
    """The page that the address asks for; the nearest there is. ``take``, for long lists
    of wide rows, takes what it needs of the few rows that the page shows; before that the database
    has sorted keys only."""
    page = Paginator(rows, per_page).get_page(request.GET.get("page"))
    if take is None:
        found = list(page.object_list)
    else:
        found = take(rows.filter(pk__in=list(page.object_list.values_list("pk", flat=True))))
    query = request.GET.copy()
    query.pop("page", None)
    return Page(
        rows=found,
        number=page.number,
        pages=page.paginator.num_pages,
        first=page.start_index() or 1,
        total=page.paginator.count,
        query=query.urlencode(),
    )
