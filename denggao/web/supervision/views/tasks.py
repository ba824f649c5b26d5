"""任务督办: the list, one task, the circular, the agenda."""

from __future__ import annotations

import datetime
from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from denggao.facts.errors import UserError
from denggao.web.accounts.access import requires
from denggao.web.kit.days import day_of
from denggao.web.kit.paging import page_of
from denggao.web.ledger.actions import note_export
from denggao.web.supervision import exports, queries
from denggao.web.supervision.actions import StaleError
from denggao.web.supervision.actions import tasks as actions
from denggao.web.supervision.forms import (
    ChangeForm,
    EscalationForm,
    ProgressForm,
    ReminderForm,
    TaskForm,
)
from denggao.web.supervision.models import Evidence, Task

_STALE = "您打开这一页之后，别人改过这项任务，没有保存；请看看现在的情况，再改一次"


def _asked(request: HttpRequest) -> dict[str, str]:
    asked = {key: request.GET.get(key, "").strip() for key in ("view", "unit", "leader", "text")}
    if asked["view"] not in queries.VIEWS:
        asked["view"] = ""
    return asked


@requires("planning.view")
def tasks(request: HttpRequest) -> HttpResponse:
    """任务督办"""
    today, asked = timezone.localdate(), _asked(request)
    found = queries.tasks(request.user, today, **asked)
    page = page_of(request, found)
    days = queries.escalation(request.user)
    by = "leader" if request.GET.get("by") == "leader" else "unit"
    every = list(queries.tasks(request.user, today))
    context = {
        "page": page, "asked": asked, "views": queries.VIEWS, "today": today, "days": days,
        "rows": [(t, days.level(t, today), t.days_late(today)) for t in page.rows],
        "units": queries.units(request.user), "leaders": queries.leaders(request.user),
        "ranking": queries.ranking(every, today, by), "by": by, "tab": "tasks",
        "counts": _counts(every, today),
        "waiting": len(queries.waiting_plan_tasks(request.user)),
    }  # fmt: skip
    return render(request, "supervision/tasks.html", context)


def _counts(rows: list[Task], on: datetime.date) -> list[tuple[str, str, int]]:
    return [
        ("全部", "", len(rows)),
        ("已完成", "done", sum(t.state == Task.State.DONE for t in rows)),
        ("逾期", "late", sum(t.days_late(on) > 0 for t in rows)),
        ("暂无法完成", "stuck", sum(t.state == Task.State.STUCK for t in rows)),
        ("无期限", "undated", sum(t.due is None for t in rows)),
    ]


@requires("ledger.export")
def export(request: HttpRequest) -> HttpResponse:
    """导出任务: all that was asked for"""
    today = timezone.localdate()
    found = list(queries.tasks(request.user, today, **_asked(request)))
    data = exports.workbook("任务清单", exports.HEADS, exports.task_rows(found, today))
    note_export(by=request.user, what="任务清单", count=len(found))
    return exports.download(data, f"任务清单{today:%Y%m%d}.xlsx")


@requires("planning.edit")
def new(request: HttpRequest) -> HttpResponse:
    """新任务"""
    form = TaskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_task(by=request.user, **form.cleaned_data)
        except UserError as error:
            form.add_error(None, str(error))
        else:
            return redirect("supervision:tasks-one", made.pk)
    return _form(request, form, "新任务")


def _form(
    request: HttpRequest, form: forms.BaseForm, title: str, task: Task | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    context = {"form": form, "title": title, "task": task, "tab": "tasks"}
    return render(request, "supervision/form.html", context, status=status)


@require_POST
@requires("planning.edit")
def take(request: HttpRequest) -> HttpResponse:
    """把方案里的任务转过来"""
    try:
        count = actions.take_plan(by=request.user, tasks=queries.waiting_plan_tasks(request.user))
        messages.success(request, f"转来 {count} 项任务")
    except UserError as error:
        messages.error(request, str(error))
    return redirect("supervision:tasks")


@requires("planning.view")
def circular(request: HttpRequest) -> HttpResponse:
    """通报: on the page, or as Word"""
    today = timezone.localdate()
    rows = list(queries.tasks(request.user, today))
    days = queries.escalation(request.user)
    late = [t for t in rows if days.level(t, today) == "通报"]
    standings = queries.ranking(rows, today)
    if request.GET.get("as") == "docx" and request.user.region:
        paper = exports.circular_paper(standings, late, today, request.user.region, days)
        note_export(by=request.user, what="任务通报", count=len(late))
        return exports.download(exports.printed(paper), f"任务办理情况通报{today:%Y%m%d}.docx")
    context = {
        "standings": standings, "late": [(t, t.days_late(today)) for t in late], "days": days,
        "today": today, "tab": "circular",
    }  # fmt: skip
    return render(request, "supervision/circular.html", context)


@requires("planning.approve")
def days(request: HttpRequest) -> HttpResponse:
    """设定督办天数"""
    form = EscalationForm(request.POST or None, instance=queries.escalation(request.user))
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_escalation(by=request.user, **form.cleaned_data)
        except UserError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "已保存")
            return redirect("supervision:tasks")
    return _form(request, form, "督办天数")


@requires("planning.view")
def agenda(request: HttpRequest) -> HttpResponse:
    """周一议程, by leader; on the page, or as Word"""
    on = day_of(request.GET.get("on", "")) or _monday(timezone.localdate())
    found = queries.agendas(request.user, on)
    if request.GET.get("as") == "docx" and request.user.region:
        paper = exports.agenda_paper(found, on, request.user.region)
        note_export(by=request.user, what="周一议程", count=len(found))
        return exports.download(exports.printed(paper), f"周一议程{on:%Y%m%d}.docx")
    shown = [
        (a.leader, [("逾期", a.late), ("本周到期", a.due), ("新下达", a.new),
                    ("暂无法完成", a.stuck)])
        for a in found
    ]  # fmt: skip
    context = {"on": on, "agendas": shown, "tab": "agenda"}
    return render(request, "supervision/agenda.html", context)


def _monday(day: datetime.date) -> datetime.date:
    """The day itself on a Monday, else the next one."""
    return day + datetime.timedelta(days=-day.weekday() % 7)


# --- one task ------------------------------------------------------------------------------------


def _mine(request: HttpRequest, pk: int) -> Task:
    found = Task.objects.for_user(request.user).prefetch_related("units")
    return get_object_or_404(found.select_related("region", "by", "plan_task__item"), pk=pk)


@requires("planning.view")
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """一项任务"""
    return render(request, "supervision/task.html", _context(request, _mine(request, pk)))


def _context(request: HttpRequest, found: Task, **more: Any) -> dict[str, Any]:
    today = timezone.localdate()
    units = [u.name for u in found.units.all()]
    start = {"version": found.version, "state": found.state}
    return {
        "task": found, "late": found.days_late(today), "units": units, "tab": "tasks",
        "level": queries.escalation(request.user).level(found, today),
        "notes": found.progress.select_related("by").prefetch_related("evidence"),
        "reminders": found.reminders.select_related("by"),
        "progress_form": ProgressForm(initial=start), "reminder_form": ReminderForm(units=units),
    } | more  # fmt: skip


@require_POST
@requires("planning.edit")
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """报进展"""
    found = _mine(request, pk)
    form = ProgressForm(request.POST, request.FILES)
    status = 200
    if form.is_valid():
        told = form.cleaned_data
        file = told.pop("evidence")
        files = [(file.name, file.read())] if file else []
        try:
            actions.bring_forward(by=request.user, task=found, files=files, **told)
        except StaleError:
            form.add_error(None, _STALE)
            status = 409
        except UserError as error:
            form.add_error(None, str(error))
        else:
            return redirect("supervision:tasks-one", pk)
    context = _context(request, found, progress_form=form)
    return render(request, "supervision/task.html", context, status=status)


@requires("planning.edit")
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """调整领导和期限"""
    found = _mine(request, pk)
    start = {"leader": found.leader, "due": found.due, "version": found.version}
    form = ChangeForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_task(by=request.user, task=found, **form.cleaned_data)
        except StaleError:
            form.add_error(None, _STALE)
            return _form(request, form, "别人刚刚改过", found, status=409)
        return redirect("supervision:tasks-one", pk)
    return _form(request, form, "调整任务", found)


@require_POST
@requires("planning.edit")
def remind(request: HttpRequest, pk: int) -> HttpResponse:
    """催办"""
    found = _mine(request, pk)
    form = ReminderForm(request.POST, units=[u.name for u in found.units.all()])
    if form.is_valid():
        actions.remind(by=request.user, task=found, **form.cleaned_data)
        messages.success(request, "已记下催办")
    else:
        messages.error(request, "没有记下：请选单位和方式")
    return redirect("supervision:tasks-one", pk)


@requires("planning.view")
def evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """佐证材料"""
    kept = get_object_or_404(Evidence.objects.for_user(request.user), pk=pk)
    note_export(by=request.user, what=f"佐证材料 {kept.name}", count=1)
    answer = HttpResponse(bytes(kept.content), content_type="application/octet-stream")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(kept.name)}"
    return answer
