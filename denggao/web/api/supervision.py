"""调度督办: tasks with their progress, meetings, frozen weekly reports."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Query, Router

from denggao.documents.papers.weekly import name_of
from denggao.web.api.endpoints import Paging, checked, created, get, paged, post
from denggao.web.api.people import place
from denggao.web.api.shapes.supervision import (
    MeetingFull,
    Meetings,
    NewProgress,
    ReportFull,
    Reports,
    TaskFull,
    TaskRow,
    Tasks,
    TasksAsked,
)
from denggao.web.kit.paging import page_of
from denggao.web.supervision import frozen, queries
from denggao.web.supervision.actions import tasks as actions
from denggao.web.supervision.forms import ProgressForm
from denggao.web.supervision.models import Meeting, Report, Task

router = Router(tags=["任务、会议、周报告"])


@get(router, "/tasks", "planning.view", Tasks)
def tasks(request: HttpRequest, asked: Query[TasksAsked], paging: Query[Paging]) -> Any:
    """任务督办，期限近的在前"""
    found = queries.tasks(request.user, timezone.localdate(), **asked.model_dump())
    page = page_of(request, found.select_related("region"), paging.limit)
    return paged(page, [_task(task) for task in page.rows])


def _task(task: Task) -> dict[str, Any]:
    keys = (
        "text", "source", "leader", "made_on", "due", "reason", "done_on", "version",
    )  # fmt: skip
    return {
        **{key: getattr(task, key) for key in keys},
        "id": task.pk,
        "region": place(task.region),
        "units": [unit.name for unit in task.units.all()],
        "state": {"code": task.state, "name": task.get_state_display()},
        "days_late": task.days_late(timezone.localdate()),
    }


def _mine(request: HttpRequest, pk: int) -> Task:
    found = Task.objects.for_user(request.user).prefetch_related("units")
    task: Task = get_object_or_404(found.select_related("region"), pk=pk)
    return task


@get(router, "/tasks/{int:pk}", "planning.view", TaskFull)
def task(request: HttpRequest, pk: int) -> Any:
    """一项任务：进展和催办"""
    found = _mine(request, pk)
    noted, told = ("text", "before", "after", "at"), ("unit", "way", "answer", "at")
    return {
        **_task(found),
        "progress": [
            {
                **{key: getattr(note, key) for key in noted},
                "id": note.pk,
                "by": str(note.by),
                "evidence": [file.name for file in note.evidence.all()],
            }
            for note in _notes(found)
        ],
        "reminders": [
            {**{key: getattr(one, key) for key in told}, "by": str(one.by)}
            for one in found.reminders.select_related("by")
        ],
    }


def _notes(found: Task) -> Any:
    return found.progress.select_related("by").prefetch_related("evidence")


@post(router, "/tasks/{int:pk}/progress", "planning.edit", TaskRow, status=201)
def add_progress(request: HttpRequest, pk: int, given: NewProgress) -> Any:
    """报进展"""
    found = _mine(request, pk)
    told = checked(ProgressForm(given.model_dump())).cleaned_data
    told.pop("evidence")
    actions.bring_forward(by=request.user, task=found, **told)
    return created(_task(_mine(request, pk)))


# --- meetings ------------------------------------------------------------------------------------


@get(router, "/meetings", "planning.view", Meetings)
def meetings(request: HttpRequest, paging: Query[Paging]) -> Any:
    """会议，新的在前"""
    found = Meeting.objects.for_user(request.user).select_related("region")
    page = page_of(request, found.prefetch_related("decisions"), paging.limit)
    rows = [{**_meeting(one), "decisions": len(one.decisions.all())} for one in page.rows]
    return paged(page, rows)


def _meeting(one: Meeting) -> dict[str, Any]:
    keys = ("title", "on", "place", "chair", "version")
    return {
        **{key: getattr(one, key) for key in keys},
        "id": one.pk,
        "region": place(one.region),
    }


@get(router, "/meetings/{int:pk}", "planning.view", MeetingFull)
def meeting(request: HttpRequest, pk: int) -> Any:
    """一次会议：纪要、议定事项、转成的任务"""
    mine = Meeting.objects.for_user(request.user).select_related("region")
    found = get_object_or_404(mine, pk=pk)
    keys = ("number", "text", "units", "leader", "due")
    return {
        **_meeting(found),
        "present": found.present,
        "minutes": found.minutes,
        "decisions": [
            {
                **{key: getattr(one, key) for key in keys},
                "task": one.task.pk if hasattr(one, "task") else None,
            }
            for one in found.decisions.select_related("task")
        ],
    }


# --- reports -------------------------------------------------------------------------------------


@get(router, "/reports", "planning.view", Reports)
def reports(request: HttpRequest, paging: Query[Paging]) -> Any:
    """周报告，新的在前"""
    page = page_of(request, _reports(request).defer("content"), paging.limit)
    return paged(page, [_report(report) for report in page.rows])


def _reports(request: HttpRequest) -> Any:
    found = Report.objects.for_user(request.user).defer("stand", "word", "excel")
    return found.select_related("region", "by", "decided_by")


def _report(report: Report) -> dict[str, Any]:
    return {
        **{key: getattr(report, key) for key in ("as_of", "at", "head")},
        "id": report.pk,
        "region": place(report.region),
        "state": {"code": report.state, "name": report.get_state_display()},
        "by": str(report.by),
        "decided_by": str(report.decided_by) if report.decided_by else None,
        "sha256": report.digest,
    }


@get(router, "/reports/{int:pk}", "planning.view", ReportFull)
def report(request: HttpRequest, pk: int) -> Any:
    """一期周报告，冻结时的样子：每个数按单位，和它为什么变了"""
    kept = get_object_or_404(_reports(request), pk=pk)
    content = frozen.content_of(kept)
    counted = ("id", "words", "total", "change", "now", "last")
    return {
        **_report(kept),
        "since": content.since,
        "rules": list(content.rules),
        "lines": [
            {**{key: getattr(line, key) for key in counted}, "name": name_of(line.id)}
            for line in content.lines
        ],
        "causes": [
            {key: getattr(cause, key) for key in ("figure", "unit", "by", "reason", "name")}
            for cause in content.causes
        ],
    }
