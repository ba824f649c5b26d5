"""Default deny, sessions that end, and tokens of programs."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from denggao.web.accounts import audit, life, second, tokens
from denggao.web.accounts.access import ANYONE, SIGNED_IN, permission_of
from denggao.web.accounts.entering import must_change_password
from denggao.web.accounts.views.entry import refused
from denggao.web.kit.problems import is_api, problem


class Tokens:
    """A program shows a token instead of a session: its owner acts, and no form can be forged,
    for no browser sends a token by itself. Only under the interface's address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """A token that does not open is refused, whatever session comes with it."""
        shown = request.headers.get("Authorization", "")
        if not shown or not is_api(request):
            return self.get_response(request)
        scheme, _, key = shown.partition(" ")
        try:
            token = tokens.opened(request, key.strip() if scheme.lower() == "bearer" else "")
        except tokens.Refused as refusal:
            return problem(401, str(refusal))
        request.user, request.token = token.user, token
        # as Django's own test client and handlers say that there is nothing to check
        request._dont_enforce_csrf_checks = True
        return self.get_response(request)


class SessionLimits:
    """Ends a session that was idle or has lasted too long, and one of an account that ended."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Check before, answer within the address's name for the audit."""
        if request.user.is_authenticated and not hasattr(request, "token"):
            why = self._ended(request)
            if why:
                logout(request)
                messages.info(request, why)
        with audit.coming_from(request.META.get("REMOTE_ADDR", "")):
            response = self.get_response(request)
        if request.path.startswith(settings.STATIC_URL):
            return response
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    def _ended(self, request: HttpRequest) -> str:
        now, session = time.time(), request.session
        if not request.user.may_enter:
            return "账号已停用或到期"
        if second.asked_of(request.user) and not session.get(second.PASSED):
            return "现在登录要再输一个动态码，请重新登录"
        if now - session.setdefault("began", now) > settings.SESSION_HOURS * 3600:
            return f"登录已满 {settings.SESSION_HOURS} 小时，请重新登录"
        if now - session.setdefault("seen", now) > settings.IDLE_MINUTES * 60:
            return f"{settings.IDLE_MINUTES} 分钟没有操作，已自动退出，请重新登录"
        return ""


class DefaultDeny:
    """Refuses every view that has not declared who may call it, and everybody whose roles do
    not allow what it has declared. A refusal is noted in the audit chain."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing before the view is known."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Before each view."""
        needed = permission_of(view, request.method or "GET")
        if needed == ANYONE:
            return None
        if not needed:
            return refused(request, "这个页面没有登记权限，一律不开放；请告知维护人员")
        if not request.user.is_authenticated:
            return self._to_login(request)
        self._note_life(request, view)
        if must_change_password(request) and (needed != SIGNED_IN or is_api(request)):
            return self._to_password(request)
        if needed == SIGNED_IN:
            return None
        if needed in request.user.permissions:
            return None
        with transaction.atomic():
            audit.record(
                by=request.user, action="越权访问被拒", kind="page", name=request.path,
                new={"permission": needed, "method": request.method}, done=False,
            )  # fmt: skip
        return refused(request, needed=needed)

    def _to_login(self, request: HttpRequest) -> HttpResponse:
        """A part of a page cannot hold the log-in form: htmx is told to open it whole."""
        if is_api(request):
            return problem(401)
        if not getattr(request, "htmx", False):
            return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
        answer = HttpResponse(status=204)
        answer.headers["HX-Refresh"] = "true"
        return answer

    def _to_password(self, request: HttpRequest) -> HttpResponse:
        if is_api(request):
            return problem(403, "密码是一次性的或已满期限；请先在网页上登录，改好密码")
        return redirect("accounts:password")

    def _note_life(self, request: HttpRequest, view: Callable[..., Any]) -> None:
        if not hasattr(request, "token") and getattr(view, "counts", True):
            life.note(request)
