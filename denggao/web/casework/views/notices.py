"""公告: brought, matched, looked at, and only then entered."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from denggao.diagnosis import announced
from denggao.diagnosis.notices import EFFECTIVE, KINDS
from denggao.facts.errors import UserError
from denggao.web.accounts.access import requires
from denggao.web.casework.actions import titles as actions
from denggao.web.casework.forms import AnnouncementForm
from denggao.web.casework.models import Announced, Announcement
from denggao.web.casework.views.common import conflict, form_page
from denggao.web.kit.conflicts import Conflict
from denggao.web.kit.numbers import key_of
from denggao.web.kit.paging import page_of
from denggao.web.ledger.models import Enterprise
from denggao.web.ledger.search import titles_of


@requires("casework.view")
def notices(request: HttpRequest) -> HttpResponse:
    """公告"""
    rows = Announcement.objects.own(request.user).select_related("by").prefetch_related("rows")
    context = {"tab": "notices", "page": page_of(request, rows, 30)}
    context["may_edit"] = "casework.edit" in request.user.permissions
    return render(request, "casework/notices.html", context)


@requires("casework.edit")
def bring(request: HttpRequest) -> HttpResponse:
    """登记公告"""
    form = AnnouncementForm(request.POST or None, request.FILES or None)
    back = reverse("casework:title-notices")
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        text, brought = told.pop("text"), told.pop("file")
        try:
            found = _of_file(brought) if brought else announced.of_text(text)
            made = actions.bring(by=request.user, values=told, found=found)
        except UserError as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, f"按“{made.kind}”登记，{len(found.firms)} 户，请逐户核对后入账"
            )
            return redirect("casework:title-notice", made.pk)
    return form_page(request, form, "登记公告", back, button="登记并匹配")


def _of_file(brought: Any) -> announced.Found:
    name = Path(brought.name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"list{name.suffix.lower()}"
        path.write_bytes(brought.read())
        return announced.of_file(path)


def _mine(request: HttpRequest, pk: int) -> Announcement:
    return get_object_or_404(Announcement.objects.own(request.user), pk=pk)


@requires("casework.view")
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """一份公告: before and after, firm by firm"""
    found = _mine(request, pk)
    rows = list(found.rows.select_related("enterprise", "decided_by"))
    pks = {row.enterprise_id for row in rows if row.enterprise_id}
    pks |= {choice[0] for row in rows for choice in row.candidates}
    firms = Enterprise.objects.for_user(request.user).in_bulk(pks)
    held = titles_of(list(firms))
    context = {
        "tab": "notices", "notice": found, "effect": KINDS[found.kind],
        "effective": found.kind in EFFECTIVE,
        "lines": [_line(row, firms, held, found) for row in rows],
        "open": sum(row.state == "open" and row.match == "sure" for row in rows),
        "may_edit": "casework.edit" in request.user.permissions,
    }  # fmt: skip
    return render(request, "casework/notice.html", context)


def _line(
    row: Announced, firms: dict[int, Any], held: dict[int, Any], found: Announcement
) -> dict[str, Any]:
    firm = firms.get(row.enterprise_id)
    papers = [t for t in held.get(row.enterprise_id, ()) if t.kind == found.subject]
    before = "；".join(
        f"{t.number or '（无编号）'} {t.issued_on or '—'} 至 {t.valid_to or '—'}"
        + (f"，{t.cancelled_on} 取消" if t.cancelled_on else "")
        for t in papers
    )
    return {
        "row": row, "firm": firm, "before": before or "没有登记",
        "choices": [(firms[pk], why) for pk, _, why in row.candidates if pk in firms],
    }  # fmt: skip


@require_POST
@requires("casework.edit")
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    """入账: the lines that were ticked"""
    found = _mine(request, pk)
    chosen = [key_of(text) for text in request.POST.getlist("row")]
    mine = Enterprise.objects.for_user(request.user)
    rows = list(found.rows.filter(pk__in=chosen, enterprise__in=mine).select_related("enterprise"))
    done, refused = actions.apply(by=request.user, made=found, rows=rows)
    if done:
        messages.success(request, f"已入账 {done} 户")
    if not rows:
        messages.error(request, "请先勾选对上了的企业")
    for said in refused[:12]:
        messages.error(request, f"没有入账：{said}")
    return redirect("casework:title-notice", pk)


@require_POST
@requires("casework.edit")
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """认定是哪一户"""
    mine = Announcement.objects.own(request.user)
    row = get_object_or_404(Announced.objects.filter(announcement__in=mine), pk=pk)
    back = reverse("casework:title-notice", args=[row.announcement_id])
    text = request.POST.get("enterprise", "")
    same = None
    if text != "none":
        firms = Enterprise.objects.for_user(request.user)
        same = firms.filter(pk=key_of(text)).first()
        if same is None:
            messages.error(request, "请选择是台账里的哪一户，或选不入账")
            return redirect(back)
    try:
        actions.decide(by=request.user, row=row, same=same)
    except Conflict:
        return conflict(request, back)
    messages.success(request, f"{row.name}：{'认定为 ' + same.name if same else '不入账'}")
    return redirect(back)
