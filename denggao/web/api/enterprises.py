"""培育库台账: the list, one enterprise, its facts with their sources, and corrections."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Query, Router

from denggao.diagnosis.judgement import number_text
from denggao.facts.catalogue import Fact, catalogue
from denggao.web.api.endpoints import (
    Paging,
    checked,
    created,
    get,
    paged,
    post,
)
from denggao.web.api.people import place
from denggao.web.api.shapes.enterprises import (
    Corrected,
    Correction,
    EnterpriseFull,
    Enterprises,
    EnterprisesAsked,
    FactKinds,
    FactRows,
    NewTitle,
    StatementRows,
    TitleRow,
    Why,
)
from denggao.web.kit.paging import page_of
from denggao.web.ledger import actions, detail, listing, search
from denggao.web.ledger.exports import cell_of
from denggao.web.ledger.forms import CorrectForm, TitleForm, UndoForm, facts
from denggao.web.ledger.models import Enterprise, Title, Value
from denggao.web.ledger.values import Columns, fact_name, value_of

router = Router(tags=["培育库台账"])


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
    found = search.enterprises(request.user, sought)
    page = page_of(request, found, paging.limit, take=lambda pks: list(found.filter(pk__in=pks)))
    pks = [firm.pk for firm in page.rows]
    values = search.values_of(pks, sought.columns)
    stand = listing.standings(pks, timezone.localdate())
    rows = [
        {
            **_identity(firm),
            "tiers": [kind for kind, _ in stand[firm.pk].tiers] if firm.pk in stand else [],
            "until": stand[firm.pk].until if firm.pk in stand else None,
            "values": {
                column.key: _held(value)
                for column in sought.columns
                if (value := values.get((firm.pk, *column))) is not None
            },
        }
        for firm in page.rows
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
    held = [title.held() for title in titles]
    timeline = detail.timeline(firm)
    return {
        **_identity(firm),
        "tiers": [kind for kind, _ in listing.standing(held, timezone.localdate()).tiers],
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
