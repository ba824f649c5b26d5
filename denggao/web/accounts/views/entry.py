"""Coming in, going out, one's own password, and how a refusal looks."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import authenticate, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from denggao.web.accounts import actions, entering, oidc, queries
from denggao.web.accounts.access import anyone, signed_in
from denggao.web.accounts.forms import LoginForm, PasswordForm
from denggao.web.accounts.models import User
from denggao.web.accounts.permissions import PERMISSIONS
from denggao.web.kit.problems import is_api, problem


@anyone
@sensitive_post_parameters("password")
def enter(request: HttpRequest) -> HttpResponse:
    """登录"""
    form = LoginForm(request.POST or None)
    if request.user.is_authenticated:
        return redirect("home")
    if request.method == "POST" and form.is_valid():
        if queries.is_address_locked(request):
            return locked_out(request)
        user = authenticate(request, **form.cleaned_data)
        if user is not None:
            if entering.proceed(request, user, _next(request)):
                return redirect(_next(request))
            return redirect("accounts:second-asked")
        if not getattr(request, "axes_locked_out", False):
            actions.note_failure(username=form.cleaned_data["username"], why="用户名或密码不对")
        form.add_error(None, "用户名或密码不对；连续错 5 次，账号锁定 15 分钟")
    first = not User.objects.exists()
    status = 400 if form.errors else 200
    context = {
        "form": form, "first": first, "next": request.GET.get("next", ""),
        "other": oidc.label(),
    }  # fmt: skip
    return render(request, "accounts/login.html", context, status=status)


def _next(request: HttpRequest) -> str:
    return safe_address(request, request.POST.get("next", ""))


def safe_address(request: HttpRequest, address: str) -> str:
    """Back to where the person wanted to go, on this site only."""
    safe = url_has_allowed_host_and_scheme(address, {request.get_host()}, request.is_secure())
    return address if address and safe else "home"


@anyone
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """退出: the session ends on the server."""
    if request.user.is_authenticated:
        actions.note_entry(user=request.user, action="退出")
    logout(request)
    return redirect("accounts:login")


@signed_in
@sensitive_post_parameters()
def password(request: HttpRequest) -> HttpResponse:
    """修改密码"""
    form = PasswordForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.change_password(by=request.user, password=form.cleaned_data["new"])
        update_session_auth_hash(request, request.user)
        messages.success(request, "密码已修改")
        return redirect("home")
    status = 400 if form.errors else 200
    context = {"form": form, "stale": entering.must_change_password(request)}
    return render(request, "accounts/password.html", context, status=status)


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """After too many failures; the right password does not help either."""
    actions.note_failure(username=request.POST.get("username", ""), why="失败次数太多，账号已锁定")
    form = LoginForm(request.POST)
    form.is_valid()
    form.add_error(None, "失败次数太多，账号锁定 15 分钟；急用请找系统管理员")
    return render(request, "accounts/login.html", {"form": form}, status=403)


# --- refusals ------------------------------------------------------------------------------------


def refused(request: HttpRequest, why: str = "", needed: str = "") -> HttpResponse:
    """403 in words: what is missing, and who can give it."""
    said = why or f"您的角色没有“{PERMISSIONS.get(needed, needed)}”这项权限；需要的话请找安全管理员"
    if is_api(request):
        return problem(403, said)
    return render(request, "403.html", {"why": said}, status=403)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's own refusals."""
    return refused(request, "这个操作不允许")


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form from elsewhere, or one that lay open too long."""
    if is_api(request):
        if not request.user.is_authenticated:
            return problem(401)
        return problem(403, "用网页会话改数据，要带上 X-CSRFToken；程序请用访问令牌")
    return refused(request, "表单已过期或来自别的网站，没有提交；请返回、刷新页面再试")
