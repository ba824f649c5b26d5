"""导入台账: upload, state, problems, differences, confirm, undo; and doubtful firms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import File, Form, Query, Router, UploadedFile

from denggao.facts.errors import UserError
from denggao.web.api.endpoints import (
    Paging,
    checked,
    created,
    get,
    paged,
    post,
)
from denggao.web.api.people import place
from denggao.web.api.shapes.enterprises import Why
from denggao.web.api.shapes.imports import (
    Columns,
    Confirm,
    Decided,
    Decision,
    DifferenceRows,
    ImportFull,
    ImportRow,
    Imports,
    ProblemRows,
    ProblemsAsked,
    Questions,
    Upload,
)
from denggao.web.kit.paging import page_of
from denggao.web.ledger import actions, queries
from denggao.web.ledger.forms import UndoForm, UploadForm, told_columns
from denggao.web.ledger.models import Enterprise, Import
from denggao.web.ledger.values import fact_name

router = Router(tags=["导入台账"])


def _mine(request: HttpRequest, pk: int) -> Import:
    return get_object_or_404(Import.objects.for_user(request.user), pk=pk)


def _row(source: Import) -> dict[str, Any]:
    keys = (
        "file", "state", "mode", "source", "as_of", "at", "step", "percent", "message", "counts",
        "committed_at", "undone_at",
    )  # fmt: skip
    return {
        **{key: getattr(source, key) for key in keys},
        "id": source.pk,
        "sha256": source.digest,
        "state_name": source.get_state_display(),
        "region": place(source.region),
        "by": str(source.by),
    }


@get(router, "/imports", "ledger.import", Imports)
def imports(request: HttpRequest, paging: Query[Paging]) -> Any:
    """导入过的文件，新的在前"""
    page = page_of(request, Import.objects.for_user(request.user), paging.limit)
    return paged(page, [_row(source) for source in page.rows])


@post(router, "/imports", "ledger.import", ImportRow, status=201)
def bring(request: HttpRequest, given: Form[Upload], file: File[UploadedFile]) -> Any:
    """上传台账（.xlsx、.csv），开始读；没有确认前一行也不写入"""
    if request.user.region is None:
        raise UserError("您还没有归入单位，不知道台账属于哪个辖区；请先请系统管理员归入单位")
    told = checked(UploadForm(given.model_dump(), {"file": file})).cleaned_data
    kept = told.pop("file")
    brought = actions.bring(
        by=request.user, name=Path(kept.name).name, chunks=kept.chunks(),
        region=request.user.region, **told,
    )  # fmt: skip
    brought.refresh_from_db()
    return created(_row(brought))


@get(router, "/imports/{int:pk}", "ledger.import", ImportFull)
def import_one(request: HttpRequest, pk: int) -> Any:
    """一次导入，走到哪一步了"""
    source = _mine(request, pk)
    about = queries.about_import(source)
    return {
        **_row(source),
        "tables": source.tables,
        "problems": about.get("problem_counts", {}),
        "pending": about.get("pending", 0),
        "same_file": [one.pk for one in about.get("same_file", [])],
    }


@get(router, "/imports/{int:pk}/problems", "ledger.import", ProblemRows)
def import_problems(
    request: HttpRequest, pk: int, asked: Query[ProblemsAsked], paging: Query[Paging]
) -> Any:
    """问题，按单元格"""
    found = _mine(request, pk).problems.filter(kind=asked.kind)
    page = page_of(request, found, paging.limit)
    keys = ("kind", "sheet", "row", "column", "field", "message")
    return paged(page, [{key: getattr(one, key) for key in keys} for one in page.rows])


@get(router, "/imports/{int:pk}/differences", "ledger.import", DifferenceRows)
def import_differences(request: HttpRequest, pk: int, paging: Query[Paging]) -> Any:
    """会改掉的数，旧值新值对照"""
    page = page_of(request, queries.differences(_mine(request, pk)), paging.limit)
    keys = ("fact", "year", "old", "new", "sheet", "row", "outranked")
    rows = [
        {
            **{key: getattr(one, key) for key in keys},
            "enterprise": one.enterprise_id,
            "enterprise_name": one.enterprise.name,
            "name": fact_name(one.fact),
        }
        for one in page.rows
    ]
    return paged(page, rows)


@post(router, "/imports/{int:pk}/columns", "ledger.import", ImportRow)
def import_columns(request: HttpRequest, pk: int, given: Columns) -> Any:
    """认列：没读懂的表头是什么；随后重新读一遍"""
    source = _mine(request, pk)
    answers: dict[str, str] = {}
    for head, told in given.columns.items():
        answers[f"fact:{head}"] = told.fact if told else "ignore"
        answers[f"year:{head}"] = str(told.year or "") if told else ""
        answers[f"unit:{head}"] = (told.unit or "") if told else ""
    columns = told_columns(answers)
    if not columns:
        raise UserError("没有说任何一列读作什么")
    actions.tell_columns(by=request.user, source=source, columns=columns)
    return _now(source)


def _now(source: Import) -> dict[str, Any]:
    source.refresh_from_db()
    return _row(source)


@post(router, "/imports/{int:pk}/confirm", "ledger.import", ImportRow)
def import_confirm(request: HttpRequest, pk: int, given: Confirm) -> Any:
    """确认导入：全部写入或一行不写"""
    source = _mine(request, pk)
    actions.confirm(by=request.user, source=source, without_wrong=given.without_wrong)
    return _now(source)


@post(router, "/imports/{int:pk}/drop", "ledger.import", ImportRow)
def import_drop(request: HttpRequest, pk: int) -> Any:
    """放弃还没有写入的导入"""
    source = _mine(request, pk)
    actions.drop(by=request.user, source=source)
    return _now(source)


@post(router, "/imports/{int:pk}/undo", "ledger.undo", ImportRow)
def import_undo(request: HttpRequest, pk: int, given: Why) -> Any:
    """撤销已写入的导入，须写理由"""
    source = _mine(request, pk)
    form = checked(UndoForm(given.model_dump()))
    actions.undo(by=request.user, source=source, why=form.cleaned_data["why"])
    return _now(source)


@get(router, "/questions", "ledger.import", Questions)
def questions(request: HttpRequest, paging: Query[Paging]) -> Any:
    """待认定：文件里的企业是台账里的哪一户"""
    page = page_of(request, queries.open_questions(request.user), paging.limit)
    rows = [
        {
            **{key: getattr(told["pending"], key) for key in ("name", "uscc", "why")},
            "id": told["pending"].pk,
            "source": told["pending"].source_id,
            "candidates": [
                {
                    "enterprise": choice["enterprise"],
                    "name": choice["firm"].name,
                    "score": choice["score"],
                    "why": choice["why"],
                }
                for choice in told["choices"]
            ],
        }
        for told in queries.with_candidates(request.user, page.rows)
    ]
    return paged(page, rows)


@post(router, "/questions/{int:pk}", "ledger.import", Decided)
def decide(request: HttpRequest, pk: int, given: Decision) -> Any:
    """认定"""
    pending = get_object_or_404(queries.open_questions(request.user, decided=True), pk=pk)
    same = None
    if given.decision == "same":
        if given.enterprise is None:
            raise UserError("认定为已有企业，要写是哪一户（enterprise）")
        same = Enterprise.objects.for_user(request.user).filter(pk=given.enterprise).first()
        if same is None:
            raise Http404
    actions.decide(by=request.user, pending=pending, verdict=given.decision, same=same)
    return {"id": pending.pk, "decision": given.decision}
