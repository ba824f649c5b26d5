"""包抓走访: visits and requests of firms."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Query, Router

from denggao.facts.errors import UserError
from denggao.web.api.endpoints import Paging, checked, created, get, paged, post
from denggao.web.api.enterprises import mine
from denggao.web.api.shapes.visits import (
    NewTicket,
    NewVisit,
    TicketFull,
    TicketRow,
    Tickets,
    TicketsAsked,
    VisitFull,
    VisitRow,
    Visits,
    VisitsAsked,
)
from denggao.web.kit.paging import page_of
from denggao.web.visits import queries
from denggao.web.visits.actions import tickets as asking
from denggao.web.visits.actions import visiting
from denggao.web.visits.forms import TicketForm, VisitForm
from denggao.web.visits.models import Duty, Ticket, Visit

router = Router(tags=["包抓走访"])


@get(router, "/visits", "casework.view", Visits)
def visits(request: HttpRequest, asked: Query[VisitsAsked], paging: Query[Paging]) -> Any:
    """走访记录，新的在前"""
    page = page_of(request, queries.visits(request.user, **asked.model_dump()), paging.limit)
    return paged(page, [_visit(visit) for visit in page.rows])


def _visit(visit: Visit) -> dict[str, Any]:
    keys = ("on", "visitors", "met", "topic", "at")
    return {
        **{key: getattr(visit, key) for key in keys},
        "id": visit.pk,
        "enterprise": visit.enterprise_id,
        "enterprise_name": visit.enterprise.name,
        "way": {"code": visit.way, "name": visit.get_way_display()},
        "duty": str(visit.duty) if visit.duty else None,
        "by": str(visit.by),
    }


@get(router, "/visits/{int:pk}", "casework.view", VisitFull)
def visit(request: HttpRequest, pk: int) -> Any:
    """一次走访"""
    found: Visit = get_object_or_404(queries.visits(request.user), pk=pk)
    return {
        **_visit(found),
        "situation": found.situation,
        "advice": found.advice,
        "tickets": list(found.tickets.order_by("pk").values_list("pk", flat=True)),
    }


@post(router, "/enterprises/{int:pk}/visits", "casework.edit", VisitRow, status=201)
def add_visit(request: HttpRequest, pk: int, given: NewVisit) -> Any:
    """记走访
    走访中了解的数据用更正（facts）写，诉求用接收诉求（tickets）写。"""
    firm = mine(request, pk)
    told = given.model_dump() | {"token": given.key, "duty": _duty(request, given.duty)}
    form = checked(VisitForm(request.user, [], told, figures=False))
    made, _ = visiting.record_visit(
        by=request.user, enterprise=firm, token=form.cleaned_data["token"], values=form.values
    )
    return created(_visit(made))


def _duty(request: HttpRequest, number: int | None) -> int | None:
    if number is None:
        return None
    found = Duty.objects.for_user(request.user).filter(number=number, region=request.user.region)
    duty = found.first()
    if duty is None:
        raise UserError(f"本局没有设第 {number} 项必访")
    return int(duty.pk)


# --- requests ------------------------------------------------------------------------------------


@get(router, "/tickets", "casework.view", Tickets)
def tickets(request: HttpRequest, asked: Query[TicketsAsked], paging: Query[Paging]) -> Any:
    """诉求，新的在前，带时限"""
    page = page_of(request, queries.tickets(request.user, **asked.model_dump()), paging.limit)
    return paged(page, _timed(request, page.rows))


def _timed(request: HttpRequest, rows: list[Ticket]) -> list[dict[str, Any]]:
    terms = queries.terms_of(request.user.region)
    return [_ticket(one) for one in queries.timed(rows, terms, timezone.now())]


def _ticket(one: queries.Timed) -> dict[str, Any]:
    ticket = one.ticket
    keys = ("number", "text", "kind", "unit", "received_at", "answered_at", "closed_at", "version")
    return {
        **{key: getattr(ticket, key) for key in keys},
        "id": ticket.pk,
        "enterprise": ticket.enterprise_id,
        "enterprise_name": ticket.enterprise.name,
        "state": {"code": ticket.state, "name": ticket.get_state_display()},
        "answer_due": one.due,
        "late": one.late,
        "chase": one.level,
    }


@get(router, "/tickets/{int:pk}", "casework.view", TicketFull)
def ticket(request: HttpRequest, pk: int) -> Any:
    """一件诉求和它的办理经过"""
    found: Ticket = get_object_or_404(queries.tickets(request.user), pk=pk)
    keys = ("move", "name", "source", "target", "unit", "note", "satisfaction", "at")
    told = ("outcome", "cannot", "satisfaction", "reopened")
    return {
        **_timed(request, [found])[0],
        **{key: getattr(found, key) for key in told},
        "steps": [
            {**{key: getattr(step, key) for key in keys}, "by": str(step.by)}
            for step in found.steps.select_related("by")
        ],
    }


@post(router, "/enterprises/{int:pk}/tickets", "casework.edit", TicketRow, status=201)
def add_ticket(request: HttpRequest, pk: int, given: NewTicket) -> Any:
    """接收诉求，从现在起计时限"""
    firm = mine(request, pk)
    told = checked(TicketForm(given.model_dump())).cleaned_data
    made = asking.receive(by=request.user, enterprise=firm, **told)
    return created(_timed(request, [made])[0])
