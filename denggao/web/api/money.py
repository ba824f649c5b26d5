"""奖补兑现: pay runs with their rows, what is owed and paid, budgets."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, cast

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router

from denggao.diagnosis.judgement import number_text
from denggao.web.api.endpoints import Paging, get, paged
from denggao.web.api.people import place
from denggao.web.api.shapes.money import (
    Budgets,
    Payments,
    PaymentsAsked,
    PayRows,
    PayRowsAsked,
    PayRunFull,
    PayRuns,
    PayRunsAsked,
)
from denggao.web.kit.paging import page_of
from denggao.web.money import queries
from denggao.web.money.models import Grant, Row, Run

router = Router(tags=["奖补兑现"])


def wan(fen: int | None) -> str | None:
    """分 as 万元, exact; nothing of nothing."""
    return None if fen is None else number_text(Fraction(fen, 1_000_000))


@get(router, "/pay-runs", "money.view", PayRuns)
def pay_runs(request: HttpRequest, asked: Query[PayRunsAsked], paging: Query[Paging]) -> Any:
    """奖补测算，新的在前"""
    found = _mine(request)
    if asked.state:
        found = found.filter(state=asked.state)
    page = page_of(request, found, paging.limit)
    return paged(page, [_run(run) for run in page.rows])


def _mine(request: HttpRequest) -> Any:
    people = ("by", "reviewed_by", "approved_by")
    return Run.objects.for_user(request.user).select_related("region", *people)


def _run(run: Run) -> dict[str, Any]:
    keys = ("name", "as_of", "laws", "at")
    return {
        **{key: getattr(run, key) for key in keys},
        "id": run.pk,
        "region": place(run.region),
        "source": {"code": run.source, "name": run.get_source_display()},
        "state": {"code": run.state, "name": run.get_state_display()},
        "by": str(run.by),
        "reviewed_by": str(run.reviewed_by) if run.reviewed_by else None,
        "approved_by": str(run.approved_by) if run.approved_by else None,
    }


@get(router, "/pay-runs/{int:pk}", "money.view", PayRunFull)
def pay_run(request: HttpRequest, pk: int) -> Any:
    """一次测算：几笔多少，按级次、区县、批次、办法"""
    run = get_object_or_404(_mine(request).select_related("publication"), pk=pk)
    rows, fen = queries.total(run)
    publication = getattr(run, "publication", None)
    return {
        **_run(run),
        "rows": rows,
        "amount": wan(fen),
        "sums": [
            {"by": by, "parts": [{"name": n, "rows": c, "amount": wan(f)} for n, c, f in parts]}
            for by, parts in queries.sums(run)
        ],
        "versions": [f"{short} {version}" for short, version, *_ in run.versions],
        "published_until": publication.until if publication else None,
        "message": run.message,
    }


@get(router, "/pay-runs/{int:pk}/rows", "money.view", PayRows)
def pay_run_rows(
    request: HttpRequest, pk: int, asked: Query[PayRowsAsked], paging: Query[Paging]
) -> Any:
    """一次测算的逐笔结果，带依据"""
    run = get_object_or_404(_mine(request), pk=pk)
    page = page_of(request, queries.rows_of(run, asked.model_dump()), paging.limit)
    return paged(page, [_row(row) for row in page.rows])


def _row(row: Row) -> dict[str, Any]:
    keys = (
        "number", "part", "code", "name", "district", "event", "title", "day", "scheme", "cite",
        "status", "rate", "why", "left_out",
    )  # fmt: skip
    return {
        **{key: getattr(row, key) for key in keys},
        "id": row.pk,
        "enterprise": row.enterprise_id,
        "award": row.award_name,
        "amount": wan(row.fen),
        "least": wan(row.lo),
        "most": wan(row.hi),
    }


@get(router, "/payments", "money.view", Payments)
def payments(request: HttpRequest, asked: Query[PaymentsAsked], paging: Query[Paging]) -> Any:
    """应付和付款，等得久的在前"""
    page = page_of(request, queries.grants(request.user, asked.model_dump()), paging.limit)
    return paged(page, [_owed(grant) for grant in page.rows])


def _owed(grant: Grant) -> dict[str, Any]:
    keys = ("name", "holder", "scheme", "event", "day", "budget_year", "waits")
    moved = ("paid_on", "reference", "why")
    return {
        **{key: getattr(grant, key) for key in keys},
        "id": grant.pk,
        "run": grant.run_id,
        "enterprise": grant.enterprise_id,
        "award": grant.row.award_name,
        "amount": wan(grant.fen),
        "payments": [
            {
                **{key: getattr(one, key) for key in moved},
                "id": one.pk,
                "amount": wan(one.fen),
                "reverses": one.reverses_id,
            }
            for one in grant.payments.all()
        ],
    }


@get(router, "/budgets", "money.view", Budgets)
def budgets(request: HttpRequest, paging: Query[Paging]) -> Any:
    """预算：占用、已付、待拨、还剩"""
    page = page_of(request, cast(Any, list(queries.budgets(request.user))), paging.limit)
    rows = [
        {
            **{key: getattr(line.budget, key) for key in ("scheme", "year", "level", "document")},
            "id": line.budget.pk,
            "region": place(line.budget.region),
            "amount": wan(line.budget.fen),
            **{key: wan(getattr(line, key)) for key in ("used", "paid", "waiting", "left")},
        }
        for line in page.rows
    ]
    return paged(page, rows)
