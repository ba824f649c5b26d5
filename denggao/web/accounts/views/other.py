"""Log-in by the account of another house."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from denggao.facts.errors import UserError
from denggao.web.accounts import actions, entering, oidc
from denggao.web.accounts.access import anyone
from denggao.web.accounts.views.entry import safe_address

_NEXT = "other next"


@anyone
def leave_for(request: HttpRequest) -> HttpResponse:
    """统一身份认证: off to it"""
    request.session[_NEXT] = safe_address(request, request.GET.get("next", ""))
    try:
        return oidc.sent_away(request, request.build_absolute_uri(reverse("accounts:other-back")))
    except UserError as error:
        return _refused(request, str(error))


@anyone
def come_back(request: HttpRequest) -> HttpResponse:
    """统一身份认证: and back"""
    go_on = request.session.pop(_NEXT, "home")
    try:
        user = oidc.come_back(request)
        if entering.is_locked(request, user):
            raise UserError("失败次数太多，账号锁定 15 分钟；急用请找系统管理员")
    except UserError as error:
        return _refused(request, str(error))
    if entering.proceed(request, user, go_on, by_others=True):
        return redirect(go_on)
    return redirect("accounts:second-asked")


def _refused(request: HttpRequest, why: str) -> HttpResponse:
    actions.note_failure(username="", why=why)
    messages.error(request, why)
    return redirect("accounts:login")
