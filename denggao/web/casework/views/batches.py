"""批次日历: what is announced, what was moved, how much time is left."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from denggao.diagnosis import batchfile
from denggao.diagnosis.workflow import NEEDS, STATES, STEPS
from denggao.facts.errors import UserError
from denggao.web.accounts.access import requires
from denggao.web.accounts.models import Region
from denggao.web.accounts.roles import ROLES
from denggao.web.casework.actions import batches as actions
from denggao.web.casework.forms import BatchDetailForm, BatchForm, CalendarForm, MoveForm
from denggao.web.casework.models import Batch
from denggao.web.casework.queries import batches as queries
from denggao.web.casework.views.common import conflict, file, form_page, own_batch
from denggao.web.kit.conflicts import Conflict
from denggao.web.ledger.exports import write_list


@requires("casework.view")
def batches(request: HttpRequest) -> HttpResponse:
    """申报批次: the calendar of a year"""
    years = queries.years(request.user)
    asked = request.GET.get("year", "")
    this = timezone.localdate().year
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else this
    rows = queries.calendar(request.user, year)
    scope = request.user.region
    for row in rows:
        row["own"] = scope is not None and scope.contains(row["batch"].region)
    context = {
        "rows": rows, "year": year, "years": sorted({*years, year}, reverse=True),
        "blank": queries.blank_years(request.user, year), "now": timezone.now(),
        "next": next((row for row in rows if not row["count"].is_over), None),
    }  # fmt: skip
    return render(request, "casework/batches.html", context)


@requires("casework.edit")
def add(request: HttpRequest) -> HttpResponse:
    """登记批次"""
    form = BatchForm(request.user, request.POST or None)
    back = reverse("casework:batches")
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add(by=request.user, **form.cleaned_data)
        except UserError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"已登记 {made}")
            return redirect("casework:batch", made.pk)
    return form_page(request, form, "登记批次", back)


@requires("casework.edit")
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """改期, by a notice"""
    batch = own_batch(request, pk)
    form = MoveForm(batch.year, request.POST or None, initial={"version": batch.version})
    back = reverse("casework:batch", args=[pk])
    if request.method == "POST" and form.is_valid():
        try:
            actions.move(by=request.user, batch=batch, **form.cleaned_data)
        except UserError as error:
            form.add_error(None, str(error))
        except Conflict:
            return conflict(request, back)
        else:
            messages.success(request, "已改期，原来的截止仍看得到")
            return redirect(back)
    return form_page(request, form, f"{batch} 改期（现在的截止：{batch.words}）", back)


@requires("casework.edit")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """对照规范、上报意向数、说明"""
    batch = own_batch(request, pk)
    told = {key: getattr(batch, key) for key in ("law", "told_intents", "note", "version")}
    form = BatchDetailForm(batch, request.POST or None, initial=told)
    back = reverse("casework:batch", args=[pk])
    if request.method == "POST" and form.is_valid():
        values: dict[str, Any] = dict(form.cleaned_data)
        version = values.pop("version")
        values["intents_lo"], values["intents_hi"] = form.bounds
        try:
            actions.describe(by=request.user, batch=batch, version=version, values=values)
        except Conflict:
            return conflict(request, back)
        messages.success(request, "已保存")
        return redirect(back)
    return form_page(request, form, f"修改 {batch}", back)


@requires("casework.edit")
def upload(request: HttpRequest) -> HttpResponse:
    """导入批次日历"""
    form = CalendarForm(request.POST or None, request.FILES or None)
    back = reverse("casework:batches")
    if request.method == "POST" and form.is_valid():
        brought = form.cleaned_data["file"]
        try:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / f"calendar{Path(brought.name).suffix.lower()}"
                path.write_bytes(brought.read())
                entries = batchfile.read_calendar(path)
            found = actions.load(by=request.user, entries=entries, name=brought.name)
        except UserError as error:
            form.add_error("file", str(error).replace("calendar.", "文件."))
        else:
            messages.success(request, _said(found))
            return redirect(back)
    return form_page(
        request, form, "导入批次日历", back, button="导入", note="casework/upload_note.html"
    )


def _said(found: actions.Loaded) -> str:
    return (
        f"新登记 {found.added} 批，改期 {found.moved} 批，没有变化 {found.same} 批，"
        f"不设批次的年份 {found.blank} 个"
    )


@require_POST
@requires("casework.edit")
def shipped(request: HttpRequest) -> HttpResponse:
    """载入公开日历: the published calendars of the person's region that come along"""
    scope = request.user.region
    codes = set(
        Region.objects.filter(path__startswith=scope.path).values_list("code", flat=True)
        if scope else ()
    )  # fmt: skip
    entries = [entry for entry in batchfile.shipped() if entry.region in codes]
    if not entries:
        messages.error(request, "随程序带的公开日历里没有您的辖区，请自己登记或导入")
        return redirect("casework:batches")
    try:
        found = actions.load(by=request.user, entries=entries, name="随程序的公开日历")
        messages.success(request, _said(found))
    except UserError as error:
        messages.error(request, str(error))
    return redirect("casework:batches")


@requires("casework.view")
def calendar_file(request: HttpRequest) -> HttpResponse:
    """下载日历, to be changed and brought back; empty heads where there is nothing yet"""
    rows = [
        [
            b.region_id, b.title, b.year, f"{b.number}", b.words,
            "" if not (moves := list(b.moves.all())) else moves[-1].old_words,
            moves[-1].notice if moves else b.basis, b.note,
        ]
        for b in Batch.objects.own(request.user).prefetch_related("moves")
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "calendar.xlsx"
        write_list(target, "批次日历", batchfile.HEADS, rows)
        return file(target.read_bytes(), "批次日历.xlsx")


@requires("casework.view")
def workflow(request: HttpRequest) -> HttpResponse:
    """办理流程: the table of from, to, who and needs"""
    rows = [
        {
            "step": step,
            "sources": [STATES[code].name for code in step.sources],
            "target": STATES[step.target].name,
            "who": [role.name for role in ROLES.values() if step.permission in role.permissions],
            "needs": [NEEDS[need] for need in step.needs],
        }
        for step in STEPS.values()
    ]
    return render(request, "casework/workflow.html", {"rows": rows, "states": STATES.values()})
