"""Firms, facts, statements and certificates, as a program sees them."""

from __future__ import annotations

import datetime

from ninja import Field, Schema

from denggao.facts.titles import KINDS
from denggao.web.api.endpoints import (
    Given,
    MaybeDay,
    Named,
    Paged,
    choice,
)
from denggao.web.ledger import search
from denggao.web.ledger.forms import facts
from denggao.web.ledger.sources import NAMES

_VALUE = "金额是万元，写成精确的十进制数；是否写“是”“否”；日期 2026-06-30；空为不掌握"


class FactKind(Schema):
    """A fact of the catalogue."""

    code: str
    name: str
    unit: str
    yearly: bool
    correctable: bool


class FactKinds(Schema):
    """The catalogue."""

    rows: list[FactKind]


class Held(Schema):
    """A value in force."""

    value: str | None = Field(description=_VALUE)
    source: str
    disputed: bool = Field(description="另有来源说法不同")


class EnterpriseRow(Schema):
    """A firm of the list; ``values`` by 事实@年度 for the columns that were asked for."""

    id: int
    name: str
    uscc: str | None
    region: Named
    zone: Named | None
    tiers: list[str] = Field(description="今天持有的资格")
    until: datetime.date | None = Field(description="最高一级的证书有效期至")
    owner: str | None
    version: int
    values: dict[str, Held]


class Enterprises(Paged):
    """A page of the list."""

    rows: list[EnterpriseRow]


class EnterprisesAsked(Schema):
    """Search and filters of the page."""

    text: str = Field("", max_length=200, description="名称、曾用名、信用代码开头或拼音")
    region: str = Field("", max_length=12, description="区划或功能区代码")
    tier: str = choice(["", *search.LADDER, search.NONE], "", "今天持有的资格；none 为一样没有")
    mark: str = choice(["", "disputed", "mine", "unowned"], "", "有分歧、我负责、无人负责")
    c: list[str] = Field([], max_length=60, description="要哪些列，如 sales@2025、field_code")


class TitleRow(Schema):
    """A certificate."""

    id: int
    kind: str
    number: str
    issued_on: datetime.date | None
    valid_to: datetime.date | None
    cancelled_on: datetime.date | None
    issuer: str
    event: str


class TimelineEvent(Schema):
    """Something that happened to the firm."""

    on: datetime.date
    kind: str
    what: str


class EnterpriseFull(Schema):
    """One firm: what tells it apart, its certificates, former names and timeline."""

    id: int
    name: str
    uscc: str | None
    region: Named
    zone: Named | None
    owner: str | None
    version: int = Field(description="更正时带上它；别人先改过的话，更正会被拒（409）")
    tiers: list[str]
    titles: list[TitleRow]
    former_names: list[str]
    timeline: list[TimelineEvent]


class FactRow(Held):
    """A fact of a firm; no year: 0."""

    fact: str
    name: str
    unit: str
    year: int


class FactRows(Schema):
    """All facts in force of a firm."""

    rows: list[FactRow]


class StatementRow(Schema):
    """What one source said."""

    id: int
    value: str | None = Field(description=_VALUE)
    source: str
    cell: str
    by: str
    at: datetime.datetime
    why: str
    counts: bool = Field(description="所在的导入没有撤销")
    in_force: bool


class StatementRows(Schema):
    """All that was ever said of one fact, the latest first."""

    rows: list[StatementRow]


class Correction(Given):
    """One value, stated by a person."""

    fact: str = choice(facts())
    year: int | None = Field(None, ge=1990, le=2100, description="不分年度的不填")
    value: str = Field(max_length=1000, description=_VALUE)
    source: str = choice(NAMES, "corrected", "依据")
    why: str = Field(min_length=1, max_length=300)
    version: int = Field(ge=1, le=2**31 - 1)


class Corrected(Schema):
    """The new statement, and the firm's version after it."""

    statement: int
    version: int


class NewTitle(Given):
    """A certificate to be recorded."""

    kind: str = choice(dict.fromkeys(KINDS.values()))
    number: str = Field("", max_length=60)
    issued_on: MaybeDay = None
    valid_to: MaybeDay = None
    cancelled_on: MaybeDay = None
    issuer: str = Field("", max_length=60)
    event: str = choice(["", "首次", "重新", "更名", "迁入", "取消"], "")
    why: str = Field(min_length=1, max_length=300)
    version: int = Field(ge=1, le=2**31 - 1)


class Why(Given):
    """A reason."""

    why: str = Field(min_length=1, max_length=300)
