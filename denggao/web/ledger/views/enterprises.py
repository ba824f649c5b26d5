"""The list of enterprises, and one enterprise."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django import forms
from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from denggao.facts.catalogue import catalogue
from denggao.facts.errors import UserError
from denggao.web.accounts.access import requires
from denggao.web.accounts.models import Region
from denggao.web.kit.paging import page_of
from denggao.web.ledger import actions, detail, exports, files, listing, search
from denggao.web.ledger.forms import (
    AccessForm,
    CorrectForm,
    EnterpriseForm,
    NewEnterpriseForm,
    TitleForm,
    UndoForm,
    facts,
)
from denggao.web.ledger.models import Enterprise, SavedView, Title
from denggao.web.ledger.views.files import order
from denggao.web.menu import pages_of


@requires("ledger.view")
def enterprises(request: HttpRequest) -> HttpResponse:
    """培育库台账; for htmx only the list"""
    asked = search.Asked.of(request.GET)
    may_edit = "ledger.edit" in request.user.permissions
    page = page_of(request, search.enterprises(request.user, asked), take=listing.listed)
    context = {
        "page": page,
        "asked": asked,
        "rows": listing.html(page.rows, asked.columns, page.first, may_edit=may_edit),
        "width": 8 + len(asked.columns),
        "may_edit": may_edit,
    }
    if request.htmx:
        return render(request, "ledger/enterprises_list.html", context)
    context |= {
        "regions": _regions(request),
        "ladder": search.LADDER,
        "choices": search.options(asked.columns, timezone.localdate().year),
        "saved": SavedView.objects.filter(user=request.user),
    }
    return render(request, "ledger/enterprises.html", context)


def _regions(request: HttpRequest) -> list[Region]:
    """The districts and zones directly in the person's region."""
    scope = request.user.region
    return scope.parts if scope else []


@requires("ledger.export")
def export(request: HttpRequest) -> HttpResponse:
    """导出 Excel: all that was asked for, not only one page"""
    asked = search.Asked.of(request.GET)
    found = search.enterprises(request.user, asked)
    if found.count() > files.AT_ONCE:
        name = f"企业台账{timezone.localdate():%Y%m%d}.xlsx"
        return order(request, "ledger.list", name, {"query": request.GET.urlencode()})
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "list.xlsx"
        rows = listing.exported(found, asked.columns)
        count = exports.write_list(target, "企业台账", listing.heads(asked.columns), rows)
        answer = exports.download(target, f"企业台账{timezone.localdate():%Y%m%d}.xlsx")
    actions.note_export(by=request.user, what="企业台账", count=count)
    return answer


@require_POST
@requires("ledger.view")
def save_view(request: HttpRequest) -> HttpResponse:
    """保存视图, or remove one"""
    name, query = request.POST.get("name", "").strip()[:40], request.POST.get("query", "")[:2000]
    try:
        if "remove" in request.POST:
            actions.remove_view(by=request.user, name=name)
            messages.success(request, f"已删除视图“{name}”")
        else:
            actions.save_view(by=request.user, name=name, query=query)
            messages.success(request, f"已保存视图“{name}”")
    except UserError as error:
        messages.error(request, str(error))
    return redirect(f"{reverse('ledger:enterprises')}?{query}")


def _mine(request: HttpRequest, pk: int) -> Enterprise:
    found = Enterprise.objects.for_user(request.user).select_related("owner", "made_by")
    return get_object_or_404(found, pk=pk)


@requires("ledger.view")
def enterprise(request: HttpRequest, pk: int) -> HttpResponse:
    """一户一页"""
    firm = _mine(request, pk)
    prefetch_related_objects([firm], "titles", "former_names")
    titles = detail.certificates_of(firm)
    context = {
        "firm": firm,
        "facts": detail.facts_of(firm),
        "titles": titles,
        "tiers": listing.standing([t.held() for t in titles], timezone.localdate()).tiers,
        "former": firm.former_names.all(),
        "timeline": detail.timeline(firm),
        "today": timezone.localdate(),
        "pages": pages_of(firm.pk, request.user.permissions),
    }
    return render(request, "ledger/enterprise.html", context)


@requires("ledger.view")
def statements(request: HttpRequest, pk: int, fact: str, year: int) -> HttpResponse:
    """来源: everything that was said of one fact, side by side"""
    firm = _mine(request, pk)
    if fact not in catalogue():
        raise Http404
    context = {
        "firm": firm,
        "fact": catalogue()[fact],
        "year": year,
        "said": detail.statements_of(firm, fact, year),
        "may_correct": fact in facts() and "ledger.edit" in request.user.permissions,
    }
    part = "ledger/statements_part.html" if request.htmx else "ledger/statements.html"
    return render(request, part, context)


@requires("ledger.edit")
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """更正"""
    firm = _mine(request, pk)
    initial = {"version": firm.version, "source": "corrected", **request.GET.dict()}
    form = CorrectForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            actions.correct(
                by=request.user, enterprise=firm, version=told["version"],
                fact=facts()[told["fact"]], year=told["year"] or 0, columns=form.columns,
                source=told["source"], why=told["why"],
            )  # fmt: skip
        except actions.Conflict:
            return _changed_meanwhile(request, firm, form)
        messages.success(request, "已更正，原来的填报仍留着")
        return redirect("ledger:enterprise", pk)
    return _form(request, firm, form, "更正一项数据")


@requires("ledger.edit")
def add(request: HttpRequest) -> HttpResponse:
    """新增企业: one firm by hand; many come in as a file"""
    named = request.GET.get("name", "").strip()[:120]
    form = NewEnterpriseForm(request.user, request.POST or None, initial={"name": named})
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        why = told.pop("why")
        try:
            firm = actions.add(by=request.user, values=told, why=why)
        except actions.Conflict as error:
            form.add_error(None, str(error))
            return _form(request, None, form, "新增企业", status=409)
        messages.success(request, "已新增")
        return redirect("ledger:enterprise", firm.pk)
    return _form(request, None, form, "新增企业")


@requires("ledger.edit")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """变更企业: name, code, place, owner"""
    firm = _mine(request, pk)
    form = EnterpriseForm(
        request.user, request.POST or None, instance=firm, initial={"seen": firm.version}
    )
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        why, seen = told.pop("why"), told.pop("seen")
        try:
            actions.rename(
                by=request.user, enterprise=_mine(request, pk), version=seen, values=told, why=why
            )
        except actions.Conflict:
            return _changed_meanwhile(request, firm, form)
        messages.success(request, "已保存")
        return redirect("ledger:enterprise", pk)
    return _form(request, _mine(request, pk), form, "变更企业")


@requires("ledger.edit")
def add_title(request: HttpRequest, pk: int) -> HttpResponse:
    """登记证书"""
    firm = _mine(request, pk)
    form = TitleForm(request.POST or None, initial={"version": firm.version})
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        why, version = told.pop("why"), told.pop("version")
        try:
            actions.add_title(
                by=request.user, enterprise=firm, version=version, values=told, why=why
            )
        except actions.Conflict:
            return _changed_meanwhile(request, firm, form)
        messages.success(request, "已登记")
        return redirect("ledger:enterprise", pk)
    return _form(request, firm, form, "登记证书")


@requires("ledger.edit")
def access(request: HttpRequest, pk: int) -> HttpResponse:
    """指派可见: which people of the firm and which experts may see it"""
    firm = _mine(request, pk)
    form = AccessForm(
        request.POST or None, initial={"users": list(firm.access.values_list("user", flat=True))}
    )
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        actions.set_access(
            by=request.user, enterprise=firm, users=list(told["users"]), why=told["why"]
        )
        messages.success(request, "已保存")
        return redirect("ledger:enterprise", pk)
    return _form(request, firm, form, "谁能从外面看这户企业")


@requires("ledger.edit")
def withdraw_title(request: HttpRequest, pk: int) -> HttpResponse:
    """撤下证书"""
    title = get_object_or_404(Title.objects.for_user(request.user), pk=pk)
    form = UndoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.withdraw_title(by=request.user, title=title, why=form.cleaned_data["why"])
        return redirect("ledger:enterprise", title.enterprise_id)
    return _form(request, title.enterprise, form, f"撤下 {title.kind} {title.number}")


def _form(
    request: HttpRequest,
    firm: Enterprise | None,
    form: forms.BaseForm,
    title: str,
    status: int = 200,
) -> HttpResponse:
    context = {"firm": firm, "form": form, "title": title}
    return render(request, "ledger/enterprise_form.html", context, status=status)


def _changed_meanwhile(
    request: HttpRequest, firm: Enterprise, form: forms.BaseForm
) -> HttpResponse:
    said = "您打开这一页之后，别人改过这户企业，没有保存；请回到企业页看看现在的数，再改一次"
    form.add_error(None, said)
    return _form(request, firm, form, "别人刚刚改过", status=409)
