"""What happens when somebody else was quicker: nothing is written, and a page with 409 says so."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

_SAID = "您打开这一页之后，别人已经改过或办过，您这一次没有写入；请返回看看现在的情况"


class Conflict(Exception):
    """Somebody else was quicker. ``str()`` of it, if any, tells the person what has happened;
    a view that does not catch it answers with the page."""


class Conflicts:
    """Middleware: a conflict that a view leaves alone becomes a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing before the view is called."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """409 for a conflict."""
        if not isinstance(error, Conflict):
            return None
        back = request.headers.get("Referer", "")
        if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
            back = "/"
        return render(request, "409.html", {"said": str(error) or _SAID, "back": back}, status=409)
