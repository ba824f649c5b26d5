"""Pages of the department."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from denggao.web.ledger.models import Enterprise


def firm_of(request: HttpRequest, pk: int) -> Enterprise:
    """A firm that the person may see, else 404."""
    return get_object_or_404(Enterprise.objects.for_user(request.user).distinct(), pk=pk)


def show_form(
    request: HttpRequest, form: Any, title: str, back: str, tab: str, **more: Any
) -> HttpResponse:
    """A form on a page of its own under one of the department's tabs."""
    context = {"form": form, "title": title, "back": back, "tab": tab, **more}
    return render(request, "visits/form.html", context)


def changed(request: HttpRequest, back: str) -> HttpResponse:
    """409: somebody else was quicker."""
    return render(request, "visits/changed.html", {"back": back}, status=409)
