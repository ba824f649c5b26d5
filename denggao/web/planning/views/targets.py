"""目标分解: goals with every cut of their figures, their history, division, and the quota file."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from denggao.facts.catalogue import technical_fields
from denggao.facts.errors import UserError
from denggao.facts.numbers import exact
from denggao.web.accounts.access import requires
from denggao.web.accounts.models import Region, Unit, User
from denggao.web.kit.days import day_of
from denggao.web.ledger import exports
from denggao.web.ledger.actions import note_export
from denggao.web.planning import quotas, revising, workbook
from denggao.web.planning.actions import Conflict
from denggao.web.planning.counting import Place
from denggao.web.planning.figures import AXES
from denggao.web.planning.forms import GoalForm, QuotaFileForm
from denggao.web.planning.models import Goal, Quota, Revision
from denggao.web.planning.revising import Cell

_UNKNOWN = ("*", "＊", "未定", "待定")


def _goals(request: HttpRequest) -> list[Goal]:
    """Goals of the person's own region with a figure in force, whenever they run."""
    found = Goal.objects.filter(region=request.user.region, quotas__revision__state="adopted")
    return list(found.distinct().order_by("year", "pk"))


@requires("planning.view")
def targets(request: HttpRequest) -> HttpResponse:
    """目标分解"""
    on = day_of(request.GET.get("on", "")) or timezone.localdate()
    goals = _goals(request)
    cells = quotas.in_force(goals, on)
    rows = [
        {
            "goal": goal,
            "whole": quotas.told(*quotas.total(_whole(cells.get(goal.pk, [])))),
            "cuts": list(_cuts(cells.get(goal.pk, []))),
        }
        for goal in goals
    ]
    revisions = Revision.objects.for_user(request.user).select_related("by", "decided_by")
    context = {
        "rows": rows, "on": on, "revisions": revisions[:50], "form": QuotaFileForm(),
        "goal_form": GoalForm(request.user),
    }  # fmt: skip
    return render(request, "planning/targets.html", context)


def _cuts(cells: list[Quota]) -> Iterator[str]:
    """「区县 / 功能区 5 项，合计 30」"""
    for number, name in enumerate(AXES.values()):
        if parts := quotas.along(cells, number):
            every = [quota for some in parts.values() for quota in some]
            yield f"{name} {len(parts)} 项，合计 {quotas.told(*quotas.total(every))}"


def _whole(cells: list[Quota]) -> list[Quota]:
    return [quota for quota in cells if not any(quota.place)]


def _mine(request: HttpRequest, pk: int) -> Goal:
    return get_object_or_404(Goal.objects.for_user(request.user).select_related("region"), pk=pk)


@requires("planning.view")
def target(request: HttpRequest, pk: int) -> HttpResponse:
    """一个目标: every figure that it ever had, and the form that divides it"""
    goal = _mine(request, pk)
    rows = goal.quotas.select_related(
        "revision__by", "revision__decided_by", "region", "office", "person", "item"
    ).order_by("revision__since", "pk")
    current = {q.pk for q in quotas.in_force([goal], timezone.localdate()).get(goal.pk, [])}
    axis = request.GET.get("axis", "region")
    context = {
        "goal": goal, "rows": [(q, _place_words(q), q.pk in current) for q in rows],
        "axes": AXES, "axis": axis, "today": timezone.localdate(),
        "places": _places(goal, axis) if request.user.can("planning.edit") else [],
    }  # fmt: skip
    return render(request, "planning/target.html", context)


def _place_words(quota: Quota) -> str:
    industry = technical_fields().get(quota.industry, quota.industry)
    told = [quota.region, quota.office, industry, quota.person]
    return " · ".join(str(one) for one in told if one) or "合计"


def _places(goal: Goal, axis: str) -> list[tuple[str, str]]:
    """(key, name) of the parts that a goal can be divided into along an axis."""
    if axis == "region":
        rows: Any = Region.objects.filter(parent=goal.region)
    elif axis == "office":
        rows = Unit.objects.filter(region__path__startswith=goal.region.path)
    elif axis == "person":
        rows = User.objects.filter(unit__region__path__startswith=goal.region.path, is_active=True)
    elif axis == "industry":
        return [(code, name) for code, name in technical_fields().items() if "." not in code]
    else:
        return []
    return [(str(row.pk), str(row)) for row in rows]


@require_POST
@requires("planning.edit")
def split(request: HttpRequest, pk: int) -> HttpResponse:
    """分解: figures, weights or * for the parts along one axis"""
    goal, axis = _mine(request, pk), request.POST.get("axis", "")
    since = day_of(request.POST.get("since", "")) or timezone.localdate()
    try:
        if axis not in ("", *AXES):
            raise UserError("请选择按什么分解")
        cells = [*_typed(request, goal, axis)] if axis else [_typed_whole(request)]
        found = revising.split(goal, cells, since) if axis else cells
        revising.propose(
            by=request.user, since=since, why=request.POST.get("why", "").strip(),
            cells=[(goal, found)],
        )  # fmt: skip
    except UserError as error:
        messages.error(request, str(error))
        return redirect("planning:board-target", pk)
    messages.success(request, "已提出，请另一位审核下达")
    return redirect("planning:board-targets")


def _typed(request: HttpRequest, goal: Goal, axis: str) -> list[Cell]:
    number = list(AXES).index(axis)
    found = []
    for key, name in _places(goal, axis):
        value = request.POST.get(f"value:{key}", "").strip()
        weight = request.POST.get(f"weight:{key}", "").strip()
        if value and weight:
            raise UserError(f"{name}既有数又有权重，只填一样")
        if value or weight:
            place = ["", "", "", ""]
            place[number] = key
            found.append(_cell((place[0], place[1], place[2], place[3]), name, value, weight))
    return found


def _typed_whole(request: HttpRequest) -> Cell:
    return _cell(("", "", "", ""), "总数", request.POST.get("value:", "").strip() or "*", "")


def _cell(place: Place, name: str, value: str, weight: str) -> Cell:
    told = None if value in _UNKNOWN or not value else _number(name, value)
    return Cell(place, told, _number(name, weight) if weight else None)


def _number(name: str, told: str) -> Fraction:
    found = exact(told)
    if found is None or found < 0:
        raise UserError(f"{name}的“{told}”应是不小于 0 的数；未定的写 *")
    return Fraction(found)


@require_POST
@requires("planning.edit")
def bring(request: HttpRequest) -> HttpResponse:
    """导入分解表"""
    form = QuotaFileForm(request.POST, request.FILES)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, "；".join(errors))
        return redirect("planning:board-targets")
    told = form.cleaned_data
    try:
        workbook.bring(
            by=request.user, name=told["file"].name, content=told["file"].read(),
            since=told["since"], why=told["why"],
        )  # fmt: skip
    except UserError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已读入，请另一位审核下达")
    return redirect("planning:board-targets")


@requires("planning.view")
def export(request: HttpRequest) -> HttpResponse:
    """导出分解表, as it can be brought in again"""
    goals, on = _goals(request), timezone.localdate()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "quotas.xlsx"
        count = workbook.write_quotas(file, goals, quotas.in_force(goals, on))
        answer = exports.download(file, f"目标分解{on:%Y%m%d}.xlsx")
    note_export(by=request.user, what="目标分解", count=count)
    return answer


@require_POST
@requires("planning.edit")
def state(request: HttpRequest) -> HttpResponse:
    """登记目标, one that no plan text states"""
    form = GoalForm(request.user, request.POST)
    if not form.is_valid():
        for name, errors in form.errors.items():
            messages.error(request, f"{form.fields[name].label}：{'；'.join(errors)}")
        return redirect("planning:board-targets")
    told = form.cleaned_data
    try:
        cell = _cell((told["scope"], "", "", ""), "目标", told["value"], "")
        said = {key: told[key] for key in ("name", "tier", "how", "unit", "year", "op")}
        revising.state_goal(
            by=request.user, since=told["since"], source=told["source"], said=said, cell=cell
        )
    except UserError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已登记，请另一位审核下达")
    return redirect("planning:board-targets")


# --- revisions -----------------------------------------------------------------------------------


@requires("planning.view")
def revision(request: HttpRequest, pk: int, status: int = 200) -> HttpResponse:
    """一次分解或调整: old beside new"""
    found = Revision.objects.for_user(request.user).select_related("by", "decided_by", "plan")
    kept = get_object_or_404(found, pk=pk)
    rows = list(kept.quotas.select_related("goal", "region", "office", "person"))
    day = kept.since if kept.state == Revision.State.PROPOSED else _before(kept.since)
    before = quotas.in_force({q.goal for q in rows}, day)
    context = {
        "revision": kept,
        "rows": [(q, _place_words(q), _old(q, before.get(q.goal_id, []))) for q in rows],
        "may_decide": kept.state == "proposed" and request.user.can("planning.approve"),
    }
    return render(request, "planning/revision.html", context, status=status)


def _before(day: datetime.date) -> datetime.date:
    return day - datetime.timedelta(days=1)


def _old(quota: Quota, cells: list[Quota]) -> Quota | None:
    return next((q for q in cells if q.place == quota.place), None)


@require_POST
@requires("planning.approve")
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """下达或不采用"""
    kept = get_object_or_404(Revision.objects.for_user(request.user), pk=pk)
    try:
        revising.decide(by=request.user, revision=kept, adopt="adopt" in request.POST)
    except Conflict:
        messages.error(request, "别人刚刚处理过，没有保存；下面是现在的样子")
        return revision(request, pk, status=409)
    except UserError as error:
        messages.error(request, str(error))
    return redirect("planning:board-revision", pk)
