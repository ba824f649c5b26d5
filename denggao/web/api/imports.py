"""导入台账: upload, state, problems, differences, confirm, undo; and doubtful firms."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, File, Form, Query, Router, Schema, UploadedFile
from pydantic import ConfigDict

from denggao.facts.errors import UserError
from denggao.web.api.endpoints import (
    Given,
    Named,
    Paged,
    Paging,
    checked,
    choice,
    created,
    get,
    paged,
    post,
)
from denggao.web.api.enterprises import Why
from denggao.web.api.people import place
from denggao.web.kit.paging import page_of
from denggao.web.ledger import actions, queries
from denggao.web.ledger.forms import UndoForm, UploadForm, facts, told_columns
from denggao.web.ledger.models import Enterprise, Import
from denggao.web.ledger.sources import NAMES
from denggao.web.ledger.values import fact_name

router = Router(tags=["导入台账"])
_KINDS = ("wrong", "note", "skipped")


class ImportRow(Schema):
    """One file and how far it is: checking → checked (or refused) → committing → committed →
    undone; dropped where somebody gave it up."""

    id: int
    file: str
    sha256: str
    state: str
    state_name: str
    mode: str
    source: str
    as_of: datetime.date
    region: Named
    by: str
    at: datetime.datetime
    step: str
    percent: int
    message: str
    counts: dict[str, Any]
    committed_at: datetime.datetime | None
    undone_at: datetime.datetime | None


class Imports(Paged):
    """A page of imports, the latest first."""

    rows: list[ImportRow]


class ImportFull(ImportRow):
    """With what was understood of the heads, and what a person has to look at."""

    tables: list[dict[str, Any]]
    problems: dict[str, int] = Field(description="几处错误（wrong）、提示（note）、略过（skipped）")
    pending: int = Field(description="几户待认定")
    same_file: list[int] = Field(description="一模一样、已导入的文件")


class ProblemRow(Schema):
    """One problem by its cell."""

    kind: str
    sheet: str
    row: int | None
    column: str
    field: str
    message: str


class ProblemRows(Paged):
    """A page of problems."""

    rows: list[ProblemRow]


class DifferenceRow(Schema):
    """A value that the import changes."""

    enterprise: int
    enterprise_name: str
    fact: str
    name: str
    year: int
    old: str
    new: str
    sheet: str
    row: int
    outranked: bool = Field(description="来源级别低，旧值仍算数")


class DifferenceRows(Paged):
    """A page of differences."""

    rows: list[DifferenceRow]


class ProblemsAsked(Schema):
    """Which problems."""

    kind: str = choice(_KINDS, "wrong")


class Upload(Given):
    """How a file is to be read."""

    model_config = ConfigDict(extra="forbid", strict=False)  # a form is text

    mode: str = choice(Import.Mode.values, "upsert", "新增并更新、只新增、只更新")
    source: str = choice(NAMES, "ledger", "数据来源")
    as_of: str = Field(
        description="申报日，如 2026-06-30：表头里的“上年”从这一年往前数",
        max_length=10,
        json_schema_extra={"format": "date"},
    )


class Confirm(Given):
    """Whether the right rows may come in without the wrong ones."""

    without_wrong: bool = False


class ReadAs(Given):
    """What a head means."""

    fact: str = choice(facts())
    year: int | None = Field(None, ge=1990, le=2100)
    unit: str | None = Field(None, pattern="^(元|万元)$")


class Columns(Given):
    """Heads that were not understood: what each means; null to leave its column out."""

    columns: dict[str, ReadAs | None] = Field(min_length=1)


class Candidate(Schema):
    """A firm of the ledger that it may be."""

    enterprise: int
    name: str
    score: int
    why: str


class Question(Schema):
    """A firm of a file that a person has to decide about."""

    id: int
    name: str
    uscc: str
    why: str
    source: int
    candidates: list[Candidate]


class Questions(Paged):
    """A page of open questions."""

    rows: list[Question]


class Decision(Given):
    """same: the firm of the ledger named; new: a new one; none: leave it out."""

    decision: str = choice(["same", "new", "none"])
    enterprise: int | None = Field(None, ge=1, le=2**63 - 1)


class Decided(Schema):
    """What was decided."""

    id: int
    decision: str


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
