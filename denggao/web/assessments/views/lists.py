"""三清单预警: live for any day, and frozen as they were."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from denggao.diagnosis.lists import Lists
from denggao.facts.errors import UserError
from denggao.web.accounts.access import requires
from denggao.web.assessments import actions, following, rolls
from denggao.web.assessments.models import Frozen, Reminder
from denggao.web.kit.days import day_of
from denggao.web.kit.numbers import key_of
from denggao.web.kit.paging import page_of
from denggao.web.ledger import exports, files
from denggao.web.ledger.actions import assign as give
from denggao.web.ledger.actions import note_export
from denggao.web.ledger.models import Enterprise
from denggao.web.ledger.views.files import order

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@requires("assessments.view")
def lists(request: HttpRequest) -> HttpResponse:
    """三清单预警"""
    as_of = day_of(request.GET.get("as_of", "")) or timezone.localdate()
    context: dict[str, Any] = {"as_of": as_of, "kept": Frozen.objects.for_user(request.user)[:20]}
    try:
        context |= _shown(request, rolls.lists_of(request.user, as_of))
    except UserError as error:
        messages.error(request, str(error))
    return render(request, "assessments/lists.html", context)


def _shown(request: HttpRequest, found: Lists) -> dict[str, Any]:
    """The list that the address asks for, else the first with firms on it."""
    asked = request.GET.get("roll", "")
    chosen = next((r for r in found.rolls if r.id == asked), None)
    chosen = chosen or next((r for r in found.rolls if r.on), None)
    entries = (*chosen.on, *chosen.open) if chosen else ()
    rows = following.followed(request.user, entries)
    unowned = following.without_owner(found)
    return {
        "lists": found,
        "rolls": [(roll, unowned[roll.id]) for roll in found.rolls],
        "roll": chosen,
        "rows": rows[: len(chosen.on)] if chosen else [],
        "open_rows": rows[len(chosen.on) :] if chosen else [],
        "unowned": unowned[chosen.id] if chosen else 0,
        "people": following.people(request.user),
        "means": Reminder.Means.choices,
        "today": timezone.localdate(),
    }


@requires("ledger.export")
def export(request: HttpRequest) -> HttpResponse:
    """导出三清单"""
    as_of = day_of(request.GET.get("as_of", "")) or timezone.localdate()
    if Enterprise.objects.for_user(request.user).count() > files.AT_ONCE:
        return order(request, "assessments.lists", f"三清单 {as_of}.xlsx", {"as_of": str(as_of)})
    try:
        data = rolls.workbook(rolls.lists_of(request.user, as_of))
    except UserError as error:
        messages.error(request, str(error))
        return redirect("assessments:lists")
    return _file(data, f"三清单 {as_of}.xlsx", _XLSX)


@requires("ledger.export")
def sheet(request: HttpRequest) -> HttpResponse:
    """导出提醒单: one list with contacts, phone numbers and the last reminder"""
    as_of = day_of(request.GET.get("as_of", "")) or timezone.localdate()
    try:
        found = rolls.lists_of(request.user, as_of)
    except UserError as error:
        messages.error(request, str(error))
        return redirect("assessments:lists")
    roll = next((r for r in found.rolls if r.id == request.GET.get("roll", "")), None)
    if roll is None:
        raise Http404("没有这份清单")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "list.xlsx"
        rows = following.sheet(request.user, roll)
        count = exports.write_list(target, "提醒单", following.HEADS, rows)
        answer = exports.download(target, f"提醒单 {roll.name} {as_of}.xlsx")
    note_export(by=request.user, what=f"提醒单 {roll.name}", count=count)
    return answer


def _chosen(request: HttpRequest) -> list[Enterprise]:
    """The firms that were ticked, as far as this person may see them."""
    asked = request.POST.getlist("one") or request.POST.getlist("firm")
    keys = [int(key) for key in asked if key.isascii() and key.isdigit() and len(key) < 19]
    found = list(Enterprise.objects.for_user(request.user).filter(pk__in=keys).distinct())
    if not found:
        raise UserError("一家企业也没有选")
    return found


def _back(request: HttpRequest) -> HttpResponse:
    asked = {key: request.POST.get(key, "") for key in ("as_of", "roll")}
    return redirect(f"{reverse('assessments:lists')}?{urlencode(asked)}")


@require_POST
@requires("ledger.edit")
def assign(request: HttpRequest) -> HttpResponse:
    """落实责任人: the ticked firms that have none, or one firm to oneself by one click"""
    try:
        owner = request.user
        if "one" not in request.POST:
            asked = request.POST.get("owner", "")
            owner = following.people(request.user).filter(pk=key_of(asked)).first()
            if owner is None:
                raise UserError("请选一位责任人")
        firms = _chosen(request)
        count = give(by=request.user, enterprises=firms, owner=owner)
        messages.success(request, f"{count} 家的责任人是{owner.name}")
        if count < len(firms):
            messages.info(request, f"另有 {len(firms) - count} 家已经有责任人，没有改")
    except UserError as error:
        messages.error(request, str(error))
    return _back(request)


@require_POST
@requires("assessments.run")
def remind(request: HttpRequest) -> HttpResponse:
    """登记提醒: who of the ticked firms was told, when, by what means"""
    try:
        on = day_of(request.POST.get("on", ""))
        if on is None:
            raise UserError("提醒日期应写成 2026-06-30")
        told = {key: request.POST.get(key, "") for key in ("means", "told", "note", "about")}
        count = actions.remind(by=request.user, enterprises=_chosen(request), on=on, **told)
        messages.success(request, f"已登记提醒 {count} 家")
    except UserError as error:
        messages.error(request, str(error))
    return _back(request)


@requires("assessments.view")
def reminders(request: HttpRequest) -> HttpResponse:
    """提醒记录"""
    text = request.GET.get("text", "").strip()
    found = Reminder.objects.for_user(request.user).filter(enterprise__name__contains=text)
    context = {"page": page_of(request, found), "text": text}
    return render(request, "assessments/reminders.html", context)


@require_POST
@requires("assessments.run")
def strike(request: HttpRequest, pk: int) -> HttpResponse:
    """作废一条提醒"""
    reminder = get_object_or_404(Reminder.objects.for_user(request.user), pk=pk)
    try:
        actions.strike(by=request.user, reminder=reminder)
    except UserError as error:
        messages.error(request, str(error))
    return redirect("assessments:reminders")


def _file(data: bytes, name: str, kind: str) -> HttpResponse:
    answer = HttpResponse(data, content_type=kind)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer


@require_POST
@requires("assessments.run")
def freeze(request: HttpRequest) -> HttpResponse:
    """冻结清单"""
    as_of = day_of(request.POST.get("as_of", "")) or timezone.localdate()
    try:
        frozen = rolls.freeze(by=request.user, as_of=as_of)
    except UserError as error:
        messages.error(request, str(error))
        return redirect("assessments:lists")
    messages.success(request, f"{as_of} 的清单已冻结，以后打开还是这些")
    return redirect("assessments:lists-frozen", frozen.pk)


@requires("assessments.view")
def frozen(request: HttpRequest, pk: int) -> HttpResponse:
    """冻结的清单"""
    kept = get_object_or_404(Frozen.objects.for_user(request.user), pk=pk)
    context: dict[str, Any] = {"frozen": kept, "as_of": kept.as_of}
    try:
        context |= _shown(request, rolls.reopened(kept))
    except UserError as error:
        messages.error(request, str(error))
    return render(request, "assessments/lists.html", context)


@requires("ledger.export")
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """冻结的清单文件"""
    kept = get_object_or_404(Frozen.objects.for_user(request.user), pk=pk)
    return _file(bytes(kept.file), f"三清单快照 {kept.as_of}.zip", "application/zip")
