"""申报批次: batches, their applications, one application with its gates and steps."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router

from denggao.diagnosis.materials import materials
from denggao.web.api.endpoints import Paging, get, paged
from denggao.web.api.people import place
from denggao.web.api.shapes.casework import (
    Batches,
    BatchesAsked,
    BatchFull,
    CaseFull,
    Cases,
    CasesAsked,
)
from denggao.web.casework.models import Batch, Case, MaterialState
from denggao.web.casework.queries import batches as calendar
from denggao.web.casework.queries import cases as queries
from denggao.web.kit.paging import page_of

router = Router(tags=["申报批次"])


@get(router, "/batches", "casework.view", Batches)
def batches(request: HttpRequest, asked: Query[BatchesAsked], paging: Query[Paging]) -> Any:
    """申报批次，截止早的在前"""
    found = calendar.counted(request.user)
    if asked.year:
        found = found.filter(year=asked.year)
    page = page_of(request, found, paging.limit)
    return paged(page, [_batch(batch) for batch in page.rows])


def _batch(batch: Any) -> dict[str, Any]:
    keys = ("title", "year", "number", "name", "deadline", "last_day", "words", "basis", "law")
    return {
        **{key: getattr(batch, key) for key in keys},
        "id": batch.pk,
        "region": place(batch.region),
        "firms": batch.firms,
        "filed": batch.filed,
        "open": batch.late,
    }


def _mine(request: HttpRequest, pk: int) -> Any:
    """With the counts of the calendar."""
    return get_object_or_404(calendar.counted(request.user), pk=pk)


@get(router, "/batches/{int:pk}", "casework.view", BatchFull)
def batch(request: HttpRequest, pk: int) -> Any:
    """一个批次：各步有几户，改过几次期"""
    found = _mine(request, pk)
    return {
        **_batch(found),
        "stages": [
            {"code": state.code, "name": state.name, "count": count}
            for state, count in queries.counts(request.user, found)
        ],
        "moves": [
            {"old": m.old_words, "new": m.new_words, "notice": m.notice, "at": m.at}
            for m in found.moves.all()
        ],
    }


@get(router, "/batches/{int:pk}/cases", "casework.view", Cases)
def batch_cases(
    request: HttpRequest, pk: int, asked: Query[CasesAsked], paging: Query[Paging]
) -> Any:
    """一个批次里的办件"""
    batch = get_object_or_404(Batch.objects.for_user(request.user), pk=pk)
    found = queries.of_batch(request.user, batch)
    if asked.stage:
        found = found.filter(state=asked.stage)
    page = page_of(request, found, paging.limit)
    return paged(page, [_case(line) for line in queries.lines(page.rows)])


def _case(line: queries.Line) -> dict[str, Any]:
    case, stage = line.case, line.case.stage
    keys = ("since", "adviser", "filed_at", "hard", "checked_at", "version")
    return {
        **{key: getattr(case, key) for key in keys},
        "id": case.pk,
        "enterprise": case.enterprise_id,
        "enterprise_name": case.enterprise.name,
        "batch": case.batch_id,
        "stage": {"code": stage.code, "name": stage.name},
        "deadline": case.batch.deadline,
        "todo": line.todo,
        "ready": line.is_ready,
        "responsible": str(case.responsible) if case.responsible else None,
    }


@get(router, "/cases/{int:pk}", "casework.view", CaseFull)
def case(request: HttpRequest, pk: int) -> Any:
    """一件申报：缺什么、材料、放行、办理经过"""
    mine = Case.objects.for_user(request.user).select_related("enterprise__owner", "leader")
    found = get_object_or_404(mine, pk=pk)
    (line,) = queries.lines([found])
    papers = {row.code: row for row in found.materials.all()}
    steps = ("step", "name", "source", "target", "why", "at")
    return {
        **_case(line),
        "open_rules": [{"id": i, "name": n, "truth": t} for i, n, t in found.open_rules],
        "law_version": found.law_version,
        "materials": [
            {
                "code": item.code,
                "name": item.name,
                "state": papers[item.code].state
                if item.code in papers
                else MaterialState.State.MISSING,
                "note": papers[item.code].note if item.code in papers else "",
            }
            for item in materials(found.title)
        ],
        "waivers": [
            {"gate": w.gate, "agreed_by": w.agreed_by, "why": w.why} for w in found.waivers.all()
        ],
        "steps": [
            {**{key: getattr(s, key) for key in steps}, "by": str(s.by)}
            for s in found.steps.select_related("by")
        ],
    }
