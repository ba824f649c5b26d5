"""Who I am, units and people, and the audit chain."""

from __future__ import annotations

import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from denggao.web.accounts import audit, queries
from denggao.web.accounts.access import SIGNED_IN
from denggao.web.api.endpoints import Given, MaybeDay, Named, Paged, Paging, get, paged, post
from denggao.web.kit.paging import page_of

router = Router(tags=["单位和人员、审计"])


class Me(Schema):
    """The person that a session or a token stands for."""

    username: str
    name: str
    unit: str | None
    region: Named | None = Field(description="看得到哪里的企业；没有辖区的为空")
    roles: list[Named]
    permissions: list[str]


class UnitRow(Schema):
    """A bureau, a department of one, or another office."""

    id: int
    name: str
    kind: str
    parent: int | None
    region: Named
    people: int = Field(description="在用账号数")


class Units(Schema):
    """All units."""

    rows: list[UnitRow]


class Person(Schema):
    """An account."""

    id: int
    username: str
    name: str
    unit: int | None
    roles: list[str]
    active: bool
    valid_until: datetime.date | None
    last_login: datetime.datetime | None


class People(Paged):
    """A page of accounts."""

    rows: list[Person]


class AuditEntry(Schema):
    """A row of the audit chain; ``old`` and ``new`` as the action keeps them."""

    seq: int
    at: datetime.datetime
    user: str
    address: str
    action: str
    kind: str
    object_id: str
    object: str
    old: Any = None
    new: Any = None
    why: str
    done: bool
    previous: str
    digest: str


class AuditRows(Paged):
    """A page of the chain, the latest first."""

    rows: list[AuditEntry]
    head: str = Field(description="审计头：最后一条的“序号:哈希”，记在库外")


class AuditAsked(Schema):
    """Which rows; both days included."""

    who: str = Field("", max_length=80)
    action: str = Field("", max_length=40)
    about: str = Field("", max_length=200, description="对象的名称或编号")
    begin: MaybeDay = None
    end: MaybeDay = None


class Anchor(Given):
    """A head that was kept outside the database; empty: check without."""

    anchor: str = Field("", max_length=90)


class Checked(Schema):
    """Whether the chain is whole."""

    whole: bool
    faults: list[str]
    head: str


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
    faults = list(audit.faults(anchor=given.anchor.strip()))
    return {"whole": not faults, "faults": faults, "head": audit.head()}
