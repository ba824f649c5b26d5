"""培育库台账: the list, one enterprise, its facts with their sources, and corrections."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema

from denggao.diagnosis.judgement import number_text
from denggao.facts.catalogue import Fact, catalogue
from denggao.facts.titles import KINDS
from denggao.web.api.endpoints import (
    Given,
    MaybeDay,
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
from denggao.web.api.people import place
from denggao.web.kit.paging import page_of
from denggao.web.ledger import actions, detail, search
from denggao.web.ledger.exports import cell_of
from denggao.web.ledger.forms import CorrectForm, TitleForm, UndoForm, facts
from denggao.web.ledger.models import Enterprise, Title, Value
from denggao.web.ledger.sources import NAMES
from denggao.web.ledger.values import Columns, fact_name, value_of

router = Router(tags=["培育库台账"])
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


@get(router, "/facts", "ledger.view", FactKinds)
def fact_kinds(request: HttpRequest) -> Any:
    """事实目录"""
    typed = facts()
    return {
        "rows": [
            {
                "code": code,
                "name": fact.name,
                "unit": unit_of(fact),
                "yearly": fact.yearly,
                "correctable": code in typed,
            }
            for code, fact in catalogue().items()
        ]
    }


def unit_of(fact: Fact) -> str:
    """As pages and this interface have it."""
    return "万元" if fact.unit == "元" else fact.unit


def plain(fact: Fact, columns: Columns) -> str | None:
    """A value as a program reads and writes it, exact."""
    if value_of(fact, columns) is None:
        return None
    cell = cell_of(fact, columns, 10_000 if fact.unit == "元" else 1)
    return number_text(cell) if isinstance(cell, Fraction) else str(cell)


def mine(request: HttpRequest, pk: int) -> Enterprise:
    """A firm that this person may see, else 404."""
    found = Enterprise.objects.for_user(request.user).select_related("owner")
    return get_object_or_404(found.distinct(), pk=pk)


@get(router, "/enterprises", "ledger.view", Enterprises)
def enterprises(request: HttpRequest, asked: Query[EnterprisesAsked], paging: Query[Paging]) -> Any:
    """企业台账：查询、筛选
    不认识的列略过；不写列时给网页默认的几列。"""
    sought = search.Asked.of(request.GET)
    page = page_of(request, search.enterprises(request.user, sought), paging.limit)
    values = search.values_of(page.rows, sought.columns)
    rows = [
        {
            **_identity(firm),
            "tiers": [kind for kind, _ in line["tiers"]],
            "until": line["until"],
            "values": {
                column.key: _held(value)
                for column in sought.columns
                if (value := values.get((firm.pk, *column))) is not None
            },
        }
        for firm, line in zip(page.rows, search.lines(page.rows, (), page.first), strict=True)
    ]
    return paged(page, rows)


def _identity(firm: Enterprise) -> dict[str, Any]:
    return {
        "id": firm.pk,
        "name": firm.name,
        "uscc": firm.uscc,
        "region": place(firm.region),
        "zone": place(firm.zone),
        "owner": str(firm.owner) if firm.owner else None,
        "version": firm.version,
    }


def _held(value: search.InForce) -> dict[str, Any]:
    known = plain(catalogue()[value.fact], value.columns)
    return {"value": known, "source": value.source, "disputed": value.disputed}


@get(router, "/enterprises/{int:pk}", "ledger.view", EnterpriseFull)
def enterprise(request: HttpRequest, pk: int) -> Any:
    """一户企业"""
    firm = mine(request, pk)
    titles = search.titles_of([firm.pk]).get(firm.pk, [])
    timeline = detail.timeline(firm)
    return {
        **_identity(firm),
        "tiers": [kind for kind, _ in search.standing(titles)],
        "titles": [_title(title) for title in titles],
        "former_names": [former.name for former in firm.former_names.all()],
        "timeline": [{"on": e.on, "kind": e.kind, "what": e.what} for e in timeline],
    }


def _title(title: Title) -> dict[str, Any]:
    keys = ("kind", "number", "issued_on", "valid_to", "cancelled_on", "issuer", "event")
    return {"id": title.pk, **{key: getattr(title, key) for key in keys}}


@get(router, "/enterprises/{int:pk}/facts", "ledger.view", FactRows)
def enterprise_facts(request: HttpRequest, pk: int) -> Any:
    """现行数据，按事实和年度，带来源"""
    values = search.in_force(Value.objects.filter(enterprise=mine(request, pk)))
    known = sorted((v.fact, v.year, v) for v in values if v.fact in catalogue())
    return {
        "rows": [
            {
                "fact": fact,
                "name": fact_name(fact),
                "unit": unit_of(catalogue()[fact]),
                "year": year,
                **_held(value),
            }
            for fact, year, value in known
        ]
    }


@post(router, "/enterprises/{int:pk}/facts", "ledger.edit", Corrected, status=201)
def correct(request: HttpRequest, pk: int, given: Correction) -> Any:
    """更正一项数据，须写理由；原来的填报仍留着"""
    firm = mine(request, pk)
    form = checked(CorrectForm(given.model_dump()))
    statement = actions.correct(
        by=request.user, enterprise=firm, version=given.version, fact=facts()[given.fact],
        year=given.year or 0, columns=form.columns, source=given.source,
        why=form.cleaned_data["why"],
    )  # fmt: skip
    return created({"statement": statement.pk, "version": firm.version})


@get(router, "/enterprises/{int:pk}/facts/{str:fact}/{int:year}", "ledger.view", StatementRows)
def statements(request: HttpRequest, pk: int, fact: str, year: int) -> Any:
    """一项数据的全部填报，新的在前"""
    firm = mine(request, pk)
    about = catalogue().get(fact)
    if about is None:
        raise Http404
    return {
        "rows": [
            {
                "id": said.statement.pk,
                "value": plain(about, columns_of(said.statement)),
                "source": said.source,
                "cell": said.cell,
                "by": str(said.statement.by),
                "at": said.statement.at,
                "why": said.statement.why,
                "counts": said.counts,
                "in_force": said.in_force,
            }
            for said in detail.statements_of(firm, fact, year)
        ]
    }


def columns_of(row: Any) -> Columns:
    """A statement's or value's own."""
    return Columns(row.number, row.lo, row.hi, row.text)


@post(router, "/enterprises/{int:pk}/titles", "ledger.edit", TitleRow, status=201)
def add_title(request: HttpRequest, pk: int, given: NewTitle) -> Any:
    """登记证书"""
    firm = mine(request, pk)
    told = dict(checked(TitleForm(given.model_dump())).cleaned_data)
    why, version = told.pop("why"), told.pop("version")
    title = actions.add_title(
        by=request.user, enterprise=firm, version=version, values=told, why=why
    )
    return created(_title(title))


@post(router, "/titles/{int:pk}/withdraw", "ledger.edit", TitleRow)
def withdraw_title(request: HttpRequest, pk: int, given: Why) -> Any:
    """撤下登记错的证书"""
    title = get_object_or_404(Title.objects.for_user(request.user), pk=pk)
    form = checked(UndoForm(given.model_dump()))
    actions.withdraw_title(by=request.user, title=title, why=form.cleaned_data["why"])
    return _title(title)
