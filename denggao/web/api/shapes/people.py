"""Who I am, units, people, and rows of the audit chain, as a program sees them."""

from __future__ import annotations

import datetime
from typing import Any

from ninja import Field, Schema

from denggao.web.api.endpoints import Given, MaybeDay, Named, Paged


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
