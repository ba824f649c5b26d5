"""What a person comes in with beside the password: the second factor, and tokens for programs."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from denggao.facts.errors import UserError
from denggao.web.accounts import entering, queries
from denggao.web.accounts import second as factor
from denggao.web.accounts import tokens as keys
from denggao.web.accounts.access import anyone, signed_in
from denggao.web.accounts.forms import CodeForm, TokenForm
from denggao.web.accounts.models import User


@anyone
@sensitive_post_parameters("code")
def asked(request: HttpRequest) -> HttpResponse:
    """登录的第二步: only for one who has shown the first thing; set up here where it is demanded"""
    user = entering.pending(request)
    if user is None or request.user.is_authenticated:
        return redirect("accounts:login")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if entering.is_locked(request, user) or queries.is_address_locked(request):
            request.session.flush()
            messages.error(request, "失败次数太多，账号锁定 15 分钟；急用请找系统管理员")
            return redirect("accounts:login")
        answer = _answered(request, user, form)
        if answer is not None:
            return answer
    return _ask(request, user, form, "accounts/second_asked.html")


def _answered(request: HttpRequest, user: User, form: CodeForm) -> HttpResponse | None:
    code, codes = form.cleaned_data["code"], None
    try:
        if user.has_second_factor:
            right = factor.proves(user, code)
        else:
            codes = factor.confirm(by=user, code=code)
            right = codes is not None
    except UserError as error:
        form.add_error(None, str(error))
        return None
    if not right:
        entering.fail_second(request, user)
        form.add_error("code", "不对，或已经用过；动态码每半分钟换一个，各用一次")
        return None
    go_on = entering.pass_second(request, user)
    return redirect(go_on or "home") if codes is None else _codes_once(request, codes)


@signed_in
@sensitive_post_parameters("code")
def second(request: HttpRequest) -> HttpResponse:
    """第二因素: set up by oneself"""
    user, form = request.user, CodeForm(request.POST or None)
    if request.method == "POST" and not user.has_second_factor and form.is_valid():
        if entering.is_locked(request, user):
            form.add_error(None, "失败次数太多，请 15 分钟后再试")
        else:
            try:
                codes = factor.confirm(by=user, code=form.cleaned_data["code"])
            except UserError as error:
                form.add_error(None, str(error))
            else:
                if codes is not None:
                    request.session[factor.PASSED] = True
                    update_session_auth_hash(request, user)
                    return _codes_once(request, codes)
                entering.fail_second(request, user)
                form.add_error("code", "不对，或已经用过；请等下一个动态码")
    return _ask(request, user, form, "accounts/second.html")


def _ask(request: HttpRequest, user: User, form: CodeForm, template: str) -> HttpResponse:
    context = {"form": form, "person": user, "demanded": factor.demanded_of(user)}
    if user.has_second_factor:
        context["codes_left"] = user.recovery_codes.filter(used_at=None).count()
    else:
        form.fields["code"].help_text = "手机上显示的六位数字"
        try:
            secret = factor.begin(user)
            context |= {"secret": secret, "picture": factor.picture(user, secret)}
        except UserError as error:
            messages.error(request, str(error))
    return render(request, template, context, status=400 if form.errors else 200)


@require_POST
@signed_in
@sensitive_post_parameters("code")
def codes(request: HttpRequest) -> HttpResponse:
    """重新生成恢复码: with a code, as coming in"""
    if not _proven(request):
        return redirect("accounts:second")
    return _codes_once(request, factor.renew_codes(by=request.user))


@require_POST
@signed_in
@sensitive_post_parameters("code")
def remove(request: HttpRequest) -> HttpResponse:
    """停用第二因素: with a code, as coming in"""
    if _proven(request):
        try:
            factor.remove(by=request.user, user=request.user, why="本人停用")
        except UserError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "已停用第二因素，访问令牌一并作废")
    return redirect("accounts:second")


def _proven(request: HttpRequest) -> bool:
    user = request.user
    if entering.is_locked(request, user):
        messages.error(request, "失败次数太多，请 15 分钟后再试")
    elif user.has_second_factor and factor.proves(user, request.POST.get("code", "")):
        return True
    else:
        entering.fail_second(request, user)
        messages.error(request, "动态码或恢复码不对，或已经用过")
    return False


def _codes_once(request: HttpRequest, shown: list[str]) -> HttpResponse:
    return render(request, "accounts/codes_once.html", {"codes": shown})


# --- tokens --------------------------------------------------------------------------------------


@signed_in
def tokens(request: HttpRequest) -> HttpResponse:
    """访问令牌"""
    form, key = TokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        strong = bool(request.session.get(factor.PASSED))
        try:
            if entering.must_change_password(request):
                raise UserError("请先修改密码")
            _, key = keys.make(by=request.user, strong=strong, **form.cleaned_data)
            form = TokenForm()
        except UserError as error:
            form.add_error(None, str(error))
    context = {"form": form, "key": key, "tokens": request.user.tokens.all()[:50]}
    status = 400 if form.errors else 200
    return render(request, "accounts/tokens.html", context, status=status)


@require_POST
@signed_in
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """作废访问令牌"""
    token = get_object_or_404(request.user.tokens, pk=pk)
    keys.revoke(by=request.user, token=token)
    messages.success(request, f"已作废 {token}")
    return redirect("accounts:tokens")
