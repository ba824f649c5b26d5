"""考核: every unit by the sheet that was in force, each point with the rows behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from denggao.diagnosis.weekly import scoring
from denggao.diagnosis.weekly.report import Report as Content
from denggao.documents import wording as w
from denggao.documents.papers.weekly import name_of
from denggao.facts.errors import UserError
from denggao.rules import library
from denggao.rules.nodes import Instrument
from denggao.web.accounts.access import requires
from denggao.web.assessments import texts
from denggao.web.assessments.views.laws import address_of
from denggao.web.ledger.actions import note_export
from denggao.web.supervision import exports, frozen
from denggao.web.supervision.models import Report


@requires("planning.view")
def scores(request: HttpRequest) -> HttpResponse:
    """考核"""
    context: dict[str, Any] = {"tab": "scores", "reports": _reports(request)}
    try:
        kept, law, sheets = _scored(request)
    except UserError as error:
        context["fault"] = str(error)
        return render(request, "supervision/scores.html", context)
    ranked: list[dict[str, Any]] = [
        {"place": place or "—", "unit": sheet.unit, "total": _total(sheet), "share": _share(sheet),
         "left_out": [point.name for point in sheet.left_out],
         "points": [_point(point) for point in sheet.points]}
        for place, sheet in scoring.ranked(sheets)
    ]  # fmt: skip
    heads = [(p["name"], p["full"]) for p in ranked[0]["points"]] if ranked else []
    context |= {"kept": kept, "law": law, "address": address_of(law), "ranked": ranked,
                "heads": heads}  # fmt: skip
    return render(request, "supervision/scores.html", context)


def _reports(request: HttpRequest) -> Any:
    found = Report.objects.for_user(request.user).exclude(state=Report.State.DROPPED)
    return found.filter(region=request.user.region).defer("content", "stand", "word", "excel")


def _scored(request: HttpRequest) -> tuple[Report, Instrument, list[scoring.Sheet]]:
    """The report that the address asks for, else the last; the sheet of its day; every unit.
    Raises UserError where there is none of them."""
    asked = request.GET.get("report", "")
    found = _reports(request)
    kept = (found.filter(pk=int(asked)) if asked.isdecimal() and len(asked) < 19 else found).first()
    if kept is None:
        raise UserError("还没有周报告。考核的数取自冻结的周报告，请先编制一期")
    content = frozen.content_of(kept)
    laws = [*library.all_in_force(kept.as_of), *texts.adopted(kept.region)]
    law = max(scoring.in_force(laws, kept.as_of), key=lambda x: x.valid_from, default=None)
    if law is None:
        raise UserError(
            f"{kept.as_of} 没有考核办法在施行。考核办法和规范一样写：在“法条与规则”里拟一份，"
            "只用“考核……数”这些事实，另一位审核启用"
        )
    return kept, law, _sheets(law, content)


def _sheets(law: Instrument, content: Content) -> list[scoring.Sheet]:
    return [scoring.score(law, content, unit) for unit in scoring.units(content)]


def _points(point: scoring.Point) -> str:
    return scoring.LEFT_OUT if point.is_left_out else w.interval(point.value, "分")


def _total(sheet: scoring.Sheet) -> str:
    """「46分 / 50分」: of what the items that count for the unit could give."""
    if sheet.share is None:
        return "各项都不计"
    return f"{w.interval(sheet.total, '分')} / {w.amount(sheet.full, '分')}"


def _share(sheet: scoring.Sheet) -> str:
    return "—" if sheet.share is None else w.interval(sheet.share, "%")


def _point(point: scoring.Point) -> dict[str, Any]:
    return {
        "name": point.name, "cite": point.cite, "full": point.full, "id": point.id,
        "value": _points(point), "is_left_out": point.is_left_out,
        "inputs": [
            {"name": x.name, "value": "不掌握" if x.value is None else x.value,
             "figures": [(id_, name_of(id_)) for id_ in x.figures]}
            for x in point.inputs
        ],
    }  # fmt: skip


@requires("ledger.export")
def export(request: HttpRequest) -> HttpResponse:
    """导出考核表"""
    try:
        kept, law, sheets = _scored(request)
    except UserError as error:
        messages.error(request, str(error))
        return redirect("supervision:reports-scores")
    rows = list(_rows(sheets, law))
    heads = ["名次", "单位", "编号", "项目", "满分", "得分", "取数", "依据", "版本"]
    note_export(by=request.user, what="考核表", count=len(rows))
    return exports.download(
        exports.workbook("考核表", heads, rows), f"考核表{kept.as_of:%Y%m%d}.xlsx"
    )


def _rows(sheets: list[scoring.Sheet], law: Instrument) -> Iterator[list[str]]:
    for place, sheet in scoring.ranked(sheets):
        for point in sheet.points:
            told = "；".join(
                f"{x.name} {'不掌握' if x.value is None else x.value}" for x in point.inputs
            )
            is_sum = point is sheet.points[-1]
            full = w.amount(sheet.full, "") if is_sum else point.full
            value = w.interval(point.value, "分") if is_sum else _points(point)
            yield [str(place or "—"), sheet.unit, point.id, point.name, full, value,
                   _note(sheet) if is_sum else told, point.cite, law.version]  # fmt: skip


def _note(sheet: scoring.Sheet) -> str:
    left_out = "、".join(point.name for point in sheet.left_out)
    return f"各项相加；{left_out} 本期没有应考核的，不计" if left_out else "各项相加"
