"""周报告: compiled, opened, explained, signed, fetched."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from denggao.diagnosis.weekly import figures as f
from denggao.diagnosis.weekly.report import Report as Content
from denggao.documents.papers.weekly import by_reason, is_told, name_of, signed_number
from denggao.facts.errors import UserError
from denggao.web.accounts.access import requires
from denggao.web.assessments import texts
from denggao.web.kit.days import day_of
from denggao.web.kit.paging import page_of
from denggao.web.ledger.actions import note_export
from denggao.web.supervision import exports, frozen, standing
from denggao.web.supervision.actions import reports as actions
from denggao.web.supervision.forms import BasisForm
from denggao.web.supervision.models import Basis, Report


@requires("planning.view")
def reports(request: HttpRequest) -> HttpResponse:
    """周报告"""
    today = timezone.localdate()
    found = Report.objects.for_user(request.user).defer("content", "stand", "word", "excel")
    page = page_of(request, found.select_related("region", "by", "decided_by"), 20)
    rows = [
        (r, [(name_of(id_), total, None if by is None else signed_number(by))
             for id_, total, by in r.shown])
        for r in page.rows
    ]  # fmt: skip
    context = {
        "page": page, "rows": rows, "today": today, "tab": "reports",
        "basis": standing.basis_on(request.user, today),
        "bases": Basis.objects.for_user(request.user).select_related("by"),
    }  # fmt: skip
    return render(request, "supervision/reports.html", context)


@require_POST
@requires("planning.edit")
def compile_report(request: HttpRequest) -> HttpResponse:
    """编制"""
    as_of = day_of(request.POST.get("as_of", "")) or timezone.localdate()
    try:
        if as_of > timezone.localdate():
            raise UserError(f"{as_of} 还没有到，不能编制那一天的周报")
        made = actions.compile_report(by=request.user, as_of=as_of)
    except UserError as error:
        messages.error(request, str(error))
        return redirect("supervision:reports")
    messages.success(request, "已编制并冻结，请另一位签发")
    return redirect("supervision:reports-one", made.pk)


def _mine(request: HttpRequest, pk: int) -> Report:
    found = Report.objects.for_user(request.user).select_related("region", "by", "decided_by")
    return get_object_or_404(found.defer("stand", "word", "excel"), pk=pk)


@requires("planning.view")
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """一期周报告"""
    kept = _mine(request, pk)
    context: dict[str, Any] = {"kept": kept, "tab": "reports"}
    try:
        content = frozen.content_of(kept)
    except UserError as error:
        messages.error(request, str(error))
        return render(request, "supervision/report.html", context)
    context |= {
        "content": content,
        "lines": [_line(content, line.id) for line in content.lines if line.total or line.change],
        "units": _units(content),
        "late": content.rows_of(f.TASKS_LATE),
        "soon": [row for line in content.lines if f.parts(line.id)[0] in (f.NEXT, f.TASKS_NEXT)
                 for row in content.rows_of(line.id)],
        "fresh": [row for line in content.lines if f.parts(line.id)[0] == f.WEEK
                  for row in content.rows_of(line.id)],
        "reasons": [
            (name_of(line.id), signed_number(line.change or 0), content.causes_of(line.id))
            for line in content.lines
            if is_told(line.id) and content.causes_of(line.id)
        ],
        "differs": standing.differences(request.user, content)
        if kept.region == request.user.region else [],
        "may_sign": kept.state == Report.State.COMPILED and kept.by_id != request.user.pk,
    }  # fmt: skip
    return render(request, "supervision/report.html", context)


def _line(content: Content, id_: str) -> dict[str, Any]:
    line = content.line(id_)
    return {
        "id": id_, "name": name_of(id_), "total": line.total, "words": line.words,
        "last": None if line.change is None else line.total - line.change,
        "change": None if line.change is None else signed_number(line.change),
        "why": by_reason(content.causes_of(id_)),
    }  # fmt: skip


def _units(content: Content) -> dict[str, Any]:
    """A row for each unit: holders of each title with any, tasks, late ones."""
    held = [x for x in content.lines if f.parts(x.id)[0] == f.HELD and (x.total or x.change)]
    ids = [*(line.id for line in held), f.TASKS, f.TASKS_LATE]
    rows = []
    for unit in content.units:
        cells = []
        for id_ in ids:
            moved = sum(c.by for c in content.causes_of(id_, unit))
            cells.append((id_, content.line(id_).now.get(unit, 0), moved and signed_number(moved)))
        if any(value or moved for _, value, moved in cells):
            rows.append((unit, cells))
    return {"heads": [name_of(id_) for id_ in ids], "rows": rows,
            "sums": [(id_, content.line(id_).total) for id_ in ids]}  # fmt: skip


@requires("planning.view")
def figure(request: HttpRequest, pk: int) -> HttpResponse:
    """一个数的行，和它为什么变了"""
    kept = _mine(request, pk)
    try:
        content = frozen.content_of(kept)
    except UserError as error:
        messages.error(request, str(error))
        return redirect("supervision:reports-one", pk)
    id_, unit = request.GET.get("id", ""), request.GET.get("unit") or None
    if id_ not in {line.id for line in content.lines}:
        raise Http404("周报里没有这个数")
    causes = content.causes_of(id_, unit)
    line = content.line(id_)
    context = {
        "kept": kept, "name": name_of(id_), "unit": unit, "tab": "reports",
        "value": line.total if unit is None else line.now.get(unit, 0),
        "rows": content.rows_of(id_, unit), "causes": causes,
        "change": signed_number(sum(c.by for c in causes)), "is_listed": id_ != f.FIRMS,
        "words": line.words,
    }  # fmt: skip
    return render(request, "supervision/figure.html", context)


@require_POST
@requires("planning.approve")
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """签发或不签发"""
    kept = _mine(request, pk)
    try:
        if "sign" in request.POST:
            actions.sign(by=request.user, report=kept)
            messages.success(request, "已签发；Word 和 Excel 从此不再变动")
        else:
            actions.drop(by=request.user, report=kept, why=request.POST.get("why", ""))
    except UserError as error:
        messages.error(request, str(error))
    return redirect("supervision:reports-one", pk)


@requires("planning.view")
def file(request: HttpRequest, pk: int, ending: str) -> HttpResponse:
    """Word 或 Excel"""
    kept = get_object_or_404(Report.objects.for_user(request.user), pk=pk)
    if ending not in frozen.FILES:
        raise Http404("没有这种文件")
    try:
        data = frozen.file_of(kept, ending)
    except UserError as error:
        messages.error(request, str(error))
        return redirect("supervision:reports-one", pk)
    name = f"周报告{kept.as_of:%Y%m%d}.{ending}"
    note_export(by=request.user, what=name, count=1)
    return exports.download(data, name)


@requires("planning.approve")
def basis(request: HttpRequest) -> HttpResponse:
    """口径"""
    laws = texts.judging(timezone.localdate(), request.user.region)
    now = standing.basis_on(request.user, timezone.localdate())
    known = {"place": now.place, "kinds": now.kinds, "laws": now.laws} if now else {}
    form = BasisForm(request.POST or None, laws=laws, initial=known)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        try:
            actions.set_basis(by=request.user, why=values.pop("why"), values=values)
        except UserError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "新口径已记下；下一期周报会说明哪些数是口径变了")
            return redirect("supervision:reports")
    context = {"form": form, "title": "周报口径", "tab": "reports"}
    return render(request, "supervision/form.html", context)
