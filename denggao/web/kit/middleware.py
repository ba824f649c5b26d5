"""What no page wants to see in a request."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse

from denggao.web.kit.problems import is_api, problem


class NoNul:
    """Refuses NUL characters anywhere: SQLite would take them into texts, PostgreSQL not."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """400 for them."""
        told = [request.path, *request.GET, *(v for vs in request.GET.lists() for v in vs[1])]
        if request.method == "POST":
            told += [*request.POST, *(v for vs in request.POST.lists() for v in vs[1])]
        if any("\0" in text for text in told):
            raise SuspiciousOperation("NUL in the request")
        return self.get_response(request)


class Problems:
    """Whatever refuses a program, wherever: it is told in the one shape."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """A page that refuses becomes JSON; what it said is kept as ``said``."""
        response = self.get_response(request)
        is_page = response.headers.get("Content-Type", "").partition(";")[0] != "application/json"
        if not is_api(request) or response.status_code < 400 or not is_page:
            return response
        answer = problem(response.status_code, getattr(response, "said", ""))
        if "Allow" in response.headers:
            answer.headers["Allow"] = response.headers["Allow"]
        return answer
