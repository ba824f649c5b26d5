"""Who I am, units and people, and the audit chain."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from denggao.web.accounts import actions, audit, queries
from denggao.web.accounts.access import SIGNED_IN
from denggao.web.api.endpoints import Paging, get, paged, post
from denggao.web.api.shapes.people import (
    Anchor,
    AuditAsked,
    AuditRows,
    Checked,
    Me,
    People,
    Units,
)
from denggao.web.kit.paging import page_of

router = Router(tags=["单位和人员、审计"])


@get(router, "/me", SIGNED_IN, Me)
def me(request: HttpRequest) -> Any:
    """我是谁，能办什么"""
    user = request.user
    codes, names = user.roles, user.role_names.split("、")
    return {
        "username": user.username,
        "name": user.name,
        "unit": str(user.unit) if user.unit else None,
        "region": place(user.region),
        "roles": [{"code": c, "name": n} for c, n in zip(codes, names, strict=False)],
        "permissions": sorted(user.permissions),
    }


def place(region: Any) -> dict[str, str] | None:
    """A region by code and name."""
    return None if region is None else {"code": region.code, "name": region.name}


@get(router, "/units", "accounts.view", Units)
def units(request: HttpRequest) -> Any:
    """单位"""
    return {
        "rows": [
            {
                "id": unit.pk,
                "name": unit.name,
                "kind": unit.get_kind_display(),
                "parent": unit.parent_id,
                "region": place(unit.region),
                "people": unit.people_count,
            }
            for unit in queries.units()
        ]
    }


@get(router, "/people", "accounts.view", People)
def people(request: HttpRequest, paging: Query[Paging]) -> Any:
    """人员"""
    page = page_of(request, queries.people(), paging.limit)
    rows = [
        {
            "id": user.pk,
            "username": user.username,
            "name": user.name,
            "unit": user.unit_id,
            "roles": user.roles,
            "active": user.may_enter,
            "valid_until": user.valid_until,
            "last_login": user.last_login,
        }
        for user in page.rows
    ]
    return paged(page, rows)


@get(router, "/audit", "audit.view", AuditRows)
def audit_rows(request: HttpRequest, asked: Query[AuditAsked], paging: Query[Paging]) -> Any:
    """审计记录，新的在前"""
    days = {key: str(getattr(asked, key) or "") for key in ("begin", "end")}
    words = {key: getattr(asked, key).strip() for key in ("who", "action", "about")}
    page = page_of(request, queries.audit_rows(**words, **days), paging.limit)
    rows = [
        {
            **{key: getattr(row, key) for key in _SAME},
            "user": row.user_name,
            "object": row.object_name,
        }
        for row in page.rows
    ]
    return paged(page, rows) | {"head": audit.head()}


_SAME = (
    "seq", "at", "address", "action", "kind", "object_id", "old", "new", "why", "done",
    "previous", "digest",
)  # fmt: skip


@post(router, "/audit/check", "audit.view", Checked)
def audit_check(request: HttpRequest, given: Anchor) -> Any:
    """校验审计链"""
    faults, head = actions.check_chain(by=request.user, anchor=given.anchor.strip()[:100])
    return {"whole": not faults, "faults": faults, "head": head}
