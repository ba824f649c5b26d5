"""What is read of the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, QuerySet

from denggao.web.accounts.models import User
from denggao.web.ledger.models import Difference, Enterprise, Import, ImportProblem, PendingRow
from denggao.web.ledger.values import fact_name

_FIRST = 20
_KINDS = ("wrong", "note", "skipped")


def about_import(source: Import) -> dict[str, Any]:
    """Everything that the page of an import shows beside the import itself."""
    if source.is_running:
        return {}
    problems = {kind: list(_problems(source, kind)[:_FIRST]) for kind in _KINDS}
    counted = source.problems.values("kind").annotate(count=Count("pk")).order_by()
    return {
        "problems": problems,
        "problem_counts": {row["kind"]: row["count"] for row in counted},
        "differences": list(differences(source)[:_FIRST]),
        "differing_facts": [
            (fact_name(row["fact"]), row["count"])
            for row in source.differences.values("fact")
            .annotate(count=Count("pk"))
            .order_by("-count", "fact")[:12]
        ],
        "same_file": same_file(source),
        "pending": source.pending.filter(decision=PendingRow.Decision.OPEN).count(),
        "heads": [_heads(table) for table in source.tables],
    }


def _problems(source: Import, kind: str) -> QuerySet[ImportProblem]:
    return source.problems.filter(kind=kind)


def differences(source: Import) -> QuerySet[Difference]:
    """Old beside new, with the enterprise."""
    return source.differences.select_related("enterprise")


def same_file(source: Import) -> list[Import]:
    """Earlier imports of the very same file that are in force."""
    earlier = Import.objects.filter(digest=source.digest, state=Import.State.COMMITTED)
    return list(earlier.exclude(pk=source.pk).select_related("committed_by")[:3])


def _heads(table: dict[str, Any]) -> dict[str, Any]:
    columns = table["columns"]
    return {
        **table,
        "understood": [c for c in columns if c["read_as"]],
        "unread": [c for c in columns if not c["read_as"]],
        "skipped_rows": sum(Counter(table["skipped"]).values()),
    }


# --- doubtful firms ------------------------------------------------------------------------------


def open_questions(user: User, *, decided: bool = False) -> QuerySet[PendingRow]:
    """Firms that a person must decide about, of imports in force; ``decided`` ones too."""
    if user.region is None:
        return PendingRow.objects.none()
    found = PendingRow.objects.filter(
        region__path__startswith=user.region.path, source__state=Import.State.COMMITTED
    ).select_related("source")
    return found if decided else found.filter(decision=PendingRow.Decision.OPEN)


def with_candidates(user: User, rows: Sequence[PendingRow]) -> list[dict[str, Any]]:
    """Each with the enterprises that it may be, and what its rows say."""
    pks = {choice["enterprise"] for row in rows for choice in row.candidates}
    firms = Enterprise.objects.for_user(user).in_bulk(pks)
    return [
        {
            "pending": row,
            "choices": [
                {**choice, "firm": firms[choice["enterprise"]]}
                for choice in row.candidates
                if choice["enterprise"] in firms
            ],
            "cells": len(row.rows[0]["values"]) if row.rows else 0,
        }
        for row in rows
    ]
