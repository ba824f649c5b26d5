"""目标任务: the board, targets, plans."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Query, Router

from denggao.diagnosis.judgement import number_text
from denggao.web.accounts.models import User
from denggao.web.api.endpoints import Paging, get, paged
from denggao.web.api.people import place
from denggao.web.api.shapes.planning import (
    Board,
    BoardAsked,
    PlanFull,
    Plans,
    TargetFull,
    Targets,
)
from denggao.web.kit.paging import page_of
from denggao.web.planning import figures, forecasting, wording
from denggao.web.planning.models import Forecast, Goal, PlanItem, PlanText, Quota

router = Router(tags=["目标任务"])


@get(router, "/board", "planning.view", Board)
def board(request: HttpRequest, asked: Query[BoardAsked]) -> Any:
    """挂图作战：目标、完成、差距、所需进度，与网页的数相同"""
    found = figures.standing(request.user, asked.on or timezone.localdate())
    if found is None:
        raise Http404("您没有辖区")
    foreseen = forecasting.latest(line.goal for line in found.lines)
    return {
        "on": found.on,
        "region": place(found.region),
        "tiers": [_cut(tier) for tier in found.tiers],
        "lines": [_line(line, foreseen) for line in found.lines],
        "assigned": [_line(line, foreseen) for line in found.assigned],
    }


def _line(line: figures.Line, foreseen: dict[int, Forecast]) -> dict[str, Any]:
    return {
        "goal": _goal(line.goal),
        "whole": _figure(line.whole),
        "elapsed_percent": line.elapsed_percent,
        "cuts": [_cut(cut) for cut in line.cuts],
        "forecast": _forecast(foreseen.get(line.goal.pk)),
    }


def _forecast(kept: Forecast | None) -> dict[str, Any] | None:
    if kept is None:
        return None
    told = ("probability", "median", "low", "high")
    return {"as_of": kept.as_of, **{key: kept.result[key] for key in told}}


def _cut(cut: figures.Cut) -> dict[str, Any]:
    return {
        "axis": cut.axis,
        "name": cut.name,
        "left": _exact(cut.left),
        "overlapping": cut.overlapping,
        "figures": [_figure(one) for one in cut.figures],
    }


def _figure(one: figures.Figure) -> dict[str, Any]:
    keys = ("key", "label", "unset", "done", "percent", "query")
    return {
        **{key: getattr(one, key) for key in keys},
        "target": _exact(one.target),
        "gap": _exact(one.gap),
        "pace": one.pace_text,
    }


def _exact(value: Fraction | None) -> str | None:
    return None if value is None else number_text(value)


def _goal(goal: Goal) -> dict[str, Any]:
    keys = ("name", "tier", "unit", "op", "first", "year", "version")
    return {
        **{key: getattr(goal, key) for key in keys},
        "id": goal.pk,
        "region": place(goal.region),
        "how": {"code": goal.how, "name": goal.get_how_display()},
    }


@get(router, "/targets", "planning.view", Targets)
def targets(request: HttpRequest, paging: Query[Paging]) -> Any:
    """目标"""
    found = Goal.objects.for_user(request.user).select_related("region")
    page = page_of(request, found, paging.limit)
    return paged(page, [_goal(goal) for goal in page.rows])


@get(router, "/targets/{int:pk}", "planning.view", TargetFull)
def target(request: HttpRequest, pk: int) -> Any:
    """一个目标：现在怎样，历次的数和分解"""
    goal = get_object_or_404(Goal.objects.for_user(request.user).select_related("region"), pk=pk)
    rows = goal.quotas.select_related("revision").order_by("revision__since", "pk")
    return {
        **_goal(goal),
        "line": _now(request.user, goal, timezone.localdate()),
        "quotas": [_quota(quota) for quota in rows],
    }


def _now(user: User, goal: Goal, on: datetime.date) -> dict[str, Any] | None:
    """Only goals of the person's own region stand on the board."""
    found = figures.standing(user, on)
    lines: Iterable[figures.Line] = found.lines if found else ()
    line = next((one for one in lines if one.goal == goal), None)
    return _line(line, forecasting.latest([goal])) if line else None


def _quota(quota: Quota) -> dict[str, Any]:
    return {
        "region": quota.region_id,
        "office": quota.office_id,
        "industry": quota.industry,
        "person": quota.person_id,
        "value": _exact(quota.value),
        "since": quota.revision.since,
        "state": quota.revision.state,
        "why": quota.why or quota.revision.why,
    }


@get(router, "/plans", "planning.view", Plans)
def plans(request: HttpRequest, paging: Query[Paging]) -> Any:
    """计划文本，新的在前"""
    page = page_of(request, _plans(request), paging.limit)
    return paged(page, [_plan(plan) for plan in page.rows])


def _plans(request: HttpRequest) -> Any:
    found = PlanText.objects.for_user(request.user).defer("content", "text")
    return found.select_related("region", "by", "decided_by")


def _plan(plan: PlanText) -> dict[str, Any]:
    return {
        **{key: getattr(plan, key) for key in ("title", "file", "at", "why")},
        "id": plan.pk,
        "region": place(plan.region),
        "state": {"code": plan.state, "name": plan.get_state_display()},
        "by": str(plan.by),
        "decided_by": str(plan.decided_by) if plan.decided_by else None,
    }


@get(router, "/plans/{int:pk}", "planning.view", PlanFull)
def plan(request: HttpRequest, pk: int) -> Any:
    """一份计划：读出的目标、任务、奖补和期限，各在原文哪里"""
    kept = get_object_or_404(_plans(request), pk=pk)
    return {**_plan(kept), "items": [_item(item) for item in kept.items.all()]}


def _item(item: PlanItem) -> dict[str, Any]:
    return {
        **{key: getattr(item, key) for key in ("number", "quote", "start", "end")},
        "kind": {"code": item.kind, "name": item.get_kind_display()},
        "decision": {"code": item.decision, "name": item.get_decision_display()},
        "words": wording.words(item.kind, item.said),
    }
