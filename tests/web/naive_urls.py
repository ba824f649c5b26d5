"""The application's addresses, and a view that checks first and writes then: what every race
must be able to catch."""

from __future__ import annotations

import time

from django.http import HttpRequest, HttpResponse
from django.urls import path

from denggao.web.accounts.access import requires
from denggao.web.ledger.models import SavedView
from denggao.web.urls import handler403
from denggao.web.urls import urlpatterns as ours


@requires("ledger.view")
def naive(request: HttpRequest) -> HttpResponse:
    """Writes what must be there once only, if it is not there yet."""
    name = request.POST["name"]
    if SavedView.objects.filter(query=name).exists():
        return HttpResponse("别人已经写了</html>", status=409)
    time.sleep(0.02)  # what lies between the two in a real view: a sum, a file
    SavedView.objects.create(user=request.user, name=f"{name} {time.monotonic_ns()}", query=name)
    return HttpResponse("done</html>")


urlpatterns = [*ours, path("naive/", naive)]
__all__ = ["handler403", "urlpatterns"]
