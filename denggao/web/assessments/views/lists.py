"""三清单预警: live for any day, and frozen as they were."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from denggao.diagnosis.lists import Lists
from denggao.facts.errors import UserError
from denggao.web.accounts.access import requires
from denggao.web.assessments import rolls
from denggao.web.assessments.models import Frozen
from denggao.web.kit.days import day_of
from denggao.web.ledger import files
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
    return {"lists": found, "roll": chosen}


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
