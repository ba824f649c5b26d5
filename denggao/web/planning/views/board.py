"""挂图作战: targets and what is done of them by unit and field, the map, the forecast."""

from __future__ import annotations

import datetime
import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from denggao.facts.errors import UserError
from denggao.web.accounts.access import requires
from denggao.web.kit.days import day_of
from denggao.web.ledger import exports
from denggao.web.ledger.actions import note_export
from denggao.web.planning import figures, forecasting, maps, workbook
from denggao.web.planning.figures import Line, Standing
from denggao.web.planning.models import Forecast, Goal

PAPERS = ("a3", "a0")


def _day(request: HttpRequest) -> datetime.date:
    return day_of(request.GET.get("on", "")) or timezone.localdate()


@requires("planning.view")
def board(request: HttpRequest) -> HttpResponse:
    """挂图作战; ``?big=1`` for the meeting room, ``?paper=a3`` or ``a0`` for the wall"""
    on = _day(request)
    found = figures.standing(request.user, on)
    line = _chosen(found, request.GET.get("goal", "")) if found else None
    paper = request.GET.get("paper", "")
    context: dict[str, Any] = {
        "standing": found, "line": line, "on": on, "today": timezone.localdate(),
        "big": request.GET.get("big") == "1" or paper in PAPERS,
        "paper": paper if paper in PAPERS else "", "papers": PAPERS,
    }  # fmt: skip
    if line is not None:
        cuts = {cut.axis: cut for cut in line.cuts}
        context |= {
            "map": maps.drawn(request.user.region, cuts.get("region")),
            "chart": _chart(line), "forecast": _forecast(line.goal),
            "foreseeable": forecasting.is_foreseeable(line.goal, on),
        }  # fmt: skip
    return render(request, "planning/board.html", context)


def _chosen(found: Standing, asked: str) -> Line | None:
    """The goal that the address asks for; else one that is divided, held titles first, the
    highest rung of the ladder before the others."""
    by_key = {str(line.goal.pk): line for line in found.lines}
    if asked in by_key:
        return by_key[asked]

    def rank(line: Line) -> tuple[bool, bool, bool]:
        goal = line.goal
        return (bool(line.cuts), goal.tier == "高新技术企业", goal.how == Goal.How.STOCK)

    return max(found.lines, key=rank, default=None)


def _chart(line: Line) -> dict[str, Any] | None:
    """The bars beside the first table: the very figures of its rows."""
    if not line.cuts:
        return None
    shown = [f for f in line.cuts[0].figures if f.done is not None]
    if not shown:
        return None
    return {
        "labels": [f.label for f in shown],
        "target": [None if f.target is None else float(f.target) for f in shown],
        "done": [f.done for f in shown],
        "unit": line.goal.counted_in,
    }


def _forecast(goal: Goal) -> Forecast | None:
    return goal.forecasts.select_related("by").first()


@requires("planning.view")
def export(request: HttpRequest) -> HttpResponse:
    """导出 Excel: the figures of the page"""
    found = figures.standing(request.user, _day(request))
    if found is None:
        messages.error(request, "您没有辖区，没有可导出的数")
        return redirect("planning:board")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "board.xlsx"
        count = workbook.write_board(target, found)
        answer = exports.download(target, f"挂图作战{found.on:%Y%m%d}.xlsx")
    note_export(by=request.user, what="挂图作战", count=count)
    return answer


# --- the forecast --------------------------------------------------------------------------------


def _mine(request: HttpRequest, pk: int) -> Goal:
    return get_object_or_404(Goal.objects.for_user(request.user), pk=pk)


@require_POST
@requires("planning.edit")
def foresee(request: HttpRequest, pk: int) -> HttpResponse:
    """测算完不完得成"""
    goal = _mine(request, pk)
    given = {
        key: request.POST.get(key, "")[:20] for key in ("renewal", "filings", "pass_rate", "open")
    }
    try:
        forecasting.order(by=request.user, goal=goal, on=timezone.localdate(), given=given)
    except UserError as error:
        messages.error(request, str(error))
    return redirect(f"{reverse('planning:board')}?goal={goal.pk}#forecast")


@requires("planning.view", counts=False)
def forecast(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a forecast is: the part of the board, asked for by the page itself"""
    goal = _mine(request, pk)
    context = {
        "goal": goal, "forecast": _forecast(goal), "part": True,
        "foreseeable": forecasting.is_foreseeable(goal, timezone.localdate()),
    }  # fmt: skip
    return render(request, "planning/forecast.html", context)
