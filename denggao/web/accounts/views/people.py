"""Units, people and their roles."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from denggao.facts.errors import UserError
from denggao.web.accounts import actions, queries, second
from denggao.web.accounts.access import requires
from denggao.web.accounts.forms import RolesForm, UnitForm, UserForm, WhyForm
from denggao.web.accounts.models import Unit, User


@requires("accounts.view")
def units(request: HttpRequest) -> HttpResponse:
    """单位和人员"""
    context = {"units": queries.units(), "people": queries.people()}
    return render(request, "accounts/units.html", context)


@requires("accounts.manage")
def unit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """建立或变更单位"""
    found = get_object_or_404(queries.units(), pk=pk) if pk else None
    initial = {"region": found.region_id} if found else {}
    form = UnitForm(request.POST or None, instance=found, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            saved = actions.save_unit(
                by=request.user, unit=Unit.objects.get(pk=pk) if pk else None, **form.cleaned_data
            )
        except UserError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"已保存 {saved}")
            return redirect("accounts:units")
    context = {"form": form, "title": str(found or "新建单位"), "back": "accounts:units"}
    return render(request, "accounts/form.html", context)


@requires("accounts.manage")
def person(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """建立或变更账号"""
    found = get_object_or_404(queries.people(), pk=pk) if pk else None
    form = UserForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        password = actions.save_user(
            by=request.user,
            user=form.instance,
            why=form.cleaned_data["why"],
            is_new=found is None,
        )
        if password:
            return _told_once(request, form.instance, password)
        messages.success(request, f"已保存 {form.instance}")
        return redirect("accounts:units")
    context = {"form": form, "title": str(found or "新建账号"), "back": "accounts:units"}
    return render(request, "accounts/form.html", context)


@requires("accounts.manage")
def reset(request: HttpRequest, pk: int) -> HttpResponse:
    """重设密码"""
    found = get_object_or_404(queries.people(), pk=pk)
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        why = form.cleaned_data["why"]
        return _told_once(
            request, found, actions.reset_password(by=request.user, user=found, why=why)
        )
    context = {"form": form, "title": f"重设 {found} 的密码", "back": "accounts:units"}
    return render(request, "accounts/form.html", context)


@requires("accounts.manage")
def reset_second(request: HttpRequest, pk: int) -> HttpResponse:
    """重设第二因素: the telephone is lost"""
    found = get_object_or_404(queries.people(), pk=pk)
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            second.remove(by=request.user, user=found, why=form.cleaned_data["why"])
        except UserError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"已重设 {found} 的第二因素，访问令牌一并作废")
            return redirect("accounts:units")
    context = {"form": form, "title": f"重设 {found} 的第二因素", "back": "accounts:units"}
    return render(request, "accounts/form.html", context)


def _told_once(request: HttpRequest, user: User, password: str) -> HttpResponse:
    context = {"person": user, "password": password}
    return render(request, "accounts/password_once.html", context)


@requires("roles.grant")
def people(request: HttpRequest) -> HttpResponse:
    """角色授权: all accounts, for the one who grants roles"""
    return render(request, "accounts/roles.html", {"people": queries.people()})


@requires("roles.grant")
def roles(request: HttpRequest, pk: int) -> HttpResponse:
    """授予角色"""
    found: User = get_object_or_404(queries.people(), pk=pk)
    form = RolesForm(request.POST or None, initial={"roles": found.roles})
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            actions.set_roles(by=request.user, user=found, codes=chosen["roles"], why=chosen["why"])
        except UserError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"已授予 {found}：{found.role_names or '没有角色'}")
            return redirect("accounts:roles")
    context = {"form": form, "title": f"{found} 的角色", "back": "accounts:roles"}
    return render(request, "accounts/form.html", context)
