"""What the page of an enterprise shows of this department."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone

from denggao.web.ledger.detail import Event, told_by
from denggao.web.ledger.models import Enterprise
from denggao.web.visits.models import Chain, Coaching, Ticket, Visit


@told_by(Visit)
def visits(enterprise: Enterprise) -> Iterator[Event]:
    """Visits, with who was there."""
    for visit in Visit.objects.filter(enterprise=enterprise):
        link = reverse("visits:visit", args=[visit.pk])
        yield Event(
            visit.on, "走访", f"{visit.get_way_display()}走访：{visit.visitors}", link, visit.at
        )


@told_by(Ticket)
def tickets(enterprise: Enterprise) -> Iterator[Event]:
    """Receipt and end of each 诉求."""
    for ticket in Ticket.objects.filter(enterprise=enterprise):
        link = reverse("visits:visit-ticket", args=[ticket.pk])
        on = timezone.localtime(ticket.received_at).date()
        yield Event(
            on, "诉求", f"诉求 {ticket.number}：{ticket.text[:40]}", link, ticket.received_at
        )
        if ticket.closed_at:
            on, said = timezone.localtime(ticket.closed_at).date(), f"诉求 {ticket.number} 销号"
            yield Event(on, "诉求", f"{said}（{ticket.satisfaction}）", link, ticket.closed_at)


@told_by(Chain, Coaching)
def people(enterprise: Enterprise) -> Iterator[Event]:
    """Who became responsible, and which expert came and went."""
    for chain in Chain.objects.filter(enterprise=enterprise).select_related("leader", "head"):
        who = "、".join(filter(None, [str(chain.leader or ""), chain.unit, str(chain.head or "")]))
        yield Event(chain.since, "包抓联", f"包抓联：{who or '没有包抓领导'}", at=chain.at)
    for coaching in Coaching.objects.filter(enterprise=enterprise).select_related("expert"):
        yield Event(coaching.since, "辅导", f"专家 {coaching.expert} 开始一对一辅导")
        if coaching.until:
            yield Event(coaching.until, "辅导", f"专家 {coaching.expert} 辅导结束：{coaching.why}")
