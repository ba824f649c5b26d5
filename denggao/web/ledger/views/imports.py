"""Importing: upload → heads → problems → differences → commit → undo; and doubtful firms."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from denggao.facts.errors import UserError
from denggao.web.accounts.access import requires
from denggao.web.kit.numbers import key_of
from denggao.web.kit.paging import page_of
from denggao.web.ledger import actions, exports, files, forms, queries
from denggao.web.ledger.forms import UndoForm, UploadForm
from denggao.web.ledger.models import Enterprise, Import, PendingRow
from denggao.web.ledger.views.files import order

State = Import.State


def _mine(request: HttpRequest, pk: int) -> Import:
    return get_object_or_404(Import.objects.for_user(request.user), pk=pk)


@requires("ledger.import")
def imports(request: HttpRequest) -> HttpResponse:
    """导入台账: what was brought so far"""
    found, state = Import.objects.for_user(request.user), request.GET.get("state", "")
    if state in State.values:
        found = found.filter(state=state)
    context = {"page": page_of(request, found), "state": state, "states": State.choices}
    return render(request, "ledger/imports.html", context)


@requires("ledger.import")
def bring(request: HttpRequest) -> HttpResponse:
    """上传"""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and request.user.region is None:
        form.add_error(None, "您还没有归入单位，不知道台账属于哪个辖区；请先请系统管理员归入单位")
    elif request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        file = told.pop("file")
        try:
            brought = actions.bring(
                by=request.user,
                name=Path(file.name).name,
                chunks=file.chunks(),
                region=request.user.region,
                **told,
            )
        except UserError as error:
            form.add_error(None, str(error))
        else:
            return redirect("ledger:import", brought.pk)
    return render(request, "ledger/import_new.html", {"form": form})


@requires("ledger.import")
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One import, wherever it is."""
    source = _mine(request, pk)
    context = {"source": source, "undo": UndoForm(), **queries.about_import(source)}
    context["facts"] = forms.facts()
    return render(request, "ledger/import.html", context)


@requires("ledger.import", counts=False)
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is; once it is through, the browser opens the page again."""
    source = _mine(request, pk)
    answer = render(request, "ledger/import_progress.html", {"source": source})
    if not source.is_running:
        answer.headers["HX-Refresh"] = "true"
    return answer


@require_POST
@requires("ledger.import")
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """导入"""
    source = _mine(request, pk)
    try:
        actions.confirm(
            by=request.user, source=source, without_wrong="without_wrong" in request.POST
        )
    except UserError as error:
        messages.error(request, str(error))
    except actions.Conflict:
        return _somebody_else(request, source)
    return redirect("ledger:import", pk)


@require_POST
@requires("ledger.import")
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """认列: what the heads mean that were not understood"""
    source = _mine(request, pk)
    told = forms.told_columns(request.POST)
    if not told:
        messages.error(request, "没有选任何一列读作什么")
        return redirect("ledger:import", pk)
    try:
        actions.tell_columns(by=request.user, source=source, columns=told)
    except actions.Conflict:
        return _somebody_else(request, source)
    return redirect("ledger:import", pk)


@require_POST
@requires("ledger.import")
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """放弃"""
    source = _mine(request, pk)
    try:
        actions.drop(by=request.user, source=source)
    except actions.Conflict:
        return _somebody_else(request, source)
    messages.success(request, f"已放弃「{source}」，没有导入一行")
    return redirect("ledger:imports")


@require_POST
@requires("ledger.undo")
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """撤销"""
    source, form = _mine(request, pk), UndoForm(request.POST)
    if not form.is_valid():
        messages.error(request, "撤销要写理由")
        return redirect("ledger:import", pk)
    try:
        actions.undo(by=request.user, source=source, why=form.cleaned_data["why"])
    except actions.Conflict:
        return _somebody_else(request, source)
    messages.success(request, f"已撤销「{source}」，台账回到导入之前的数")
    return redirect("ledger:import", pk)


def _somebody_else(request: HttpRequest, source: Import) -> HttpResponse:
    source.refresh_from_db()
    context = {"source": source, "undo": UndoForm(), **queries.about_import(source)}
    messages.error(request, f"别人刚刚动过这次导入，现在是“{source.get_state_display()}”")
    return render(request, "ledger/import.html", context, status=409)


@requires("ledger.import")
def problems(request: HttpRequest, pk: int) -> HttpResponse:
    """All problems by cell, page by page."""
    source = _mine(request, pk)
    kind = request.GET.get("kind", "wrong")
    page = page_of(request, source.problems.filter(kind=kind))
    context = {"source": source, "page": page, "kind": kind}
    return render(request, "ledger/import_problems.html", context)


@requires("ledger.import")
def differences(request: HttpRequest, pk: int) -> HttpResponse:
    """All values that the import changes, old beside new."""
    source = _mine(request, pk)
    page = page_of(request, queries.differences(source))
    return render(request, "ledger/import_differences.html", {"source": source, "page": page})


@requires("ledger.import")
def marked(request: HttpRequest, pk: int) -> HttpResponse:
    """标错工作簿: their own file with the reasons at its cells"""
    return _workbook(request, _mine(request, pk), exports.marked, "（有错）")


@requires("ledger.export")
def own_workbook(request: HttpRequest, pk: int) -> HttpResponse:
    """原表回写: their own file; only the cells that were corrected since differ"""
    return _workbook(request, _mine(request, pk), exports.own_workbook, "（已更新）")


def _workbook(
    request: HttpRequest, source: Import, write: exports.Writer, suffix: str
) -> HttpResponse:
    name = f"{Path(source.file).stem}{suffix}.xlsx"
    if sum(source.counts.get(key, 0) for key in ("valid", "wrong")) > files.AT_ONCE:
        return order(request, f"ledger.{write.__name__}", name[-120:], {"import": source.pk})
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "book.xlsx"
        try:
            write(source, target)
        except UserError as error:
            messages.error(request, str(error))
            return redirect("ledger:import", source.pk)
        return exports.download(target, name)


@requires("ledger.import")
def template(request: HttpRequest) -> HttpResponse:
    """导入模板"""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "template.xlsx"
        exports.template(target)
        return exports.download(target, "导入模板.xlsx")


# --- doubtful firms ------------------------------------------------------------------------------


@requires("ledger.import")
def questions(request: HttpRequest) -> HttpResponse:
    """待认定"""
    page = page_of(request, queries.open_questions(request.user))
    context = {"page": page, "rows": queries.with_candidates(request.user, page.rows)}
    return render(request, "ledger/questions.html", context)


@require_POST
@requires("ledger.import")
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """认定"""
    pending = get_object_or_404(queries.open_questions(request.user, decided=True), pk=pk)
    verdict, same = request.POST.get("verdict", ""), None
    if chosen := key_of(verdict):
        same = get_object_or_404(Enterprise.objects.for_user(request.user), pk=chosen)
        verdict = PendingRow.Decision.SAME
    if verdict not in (PendingRow.Decision.SAME, PendingRow.Decision.NEW, PendingRow.Decision.NONE):
        raise Http404
    try:
        actions.decide(by=request.user, pending=pending, verdict=verdict, same=same)
    except UserError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"“{pending.name}”{PendingRow.Decision(verdict).label}")
    return redirect("ledger:questions")
