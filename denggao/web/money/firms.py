"""One firm and money: what it got, what it is owed, what it could get."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from denggao.diagnosis.payout import run as core
from denggao.diagnosis.payout.entitled import from_ledger
from denggao.diagnosis.payout.eventlist import EventLists
from denggao.diagnosis.payout.run import rate_words, why
from denggao.facts.errors import UserError
from denggao.facts.eventwords import EventName
from denggao.rules.payments import LATER, OPEN, PAID
from denggao.rules.payments import Payment as Computed
from denggao.rules.settling import yuan
from denggao.web.accounts.regions import place_of
from denggao.web.assessments.facts import ledger_of
from denggao.web.ledger.detail import Event, told_by
from denggao.web.ledger.models import Enterprise
from denggao.web.money import computing, registers
from denggao.web.money import schemes as known
from denggao.web.money.holders import Holders
from denggao.web.money.models import Grant, Payment, Relief, Run, Voucher

#: What a single certificate may tell of.
_EITHER = ("首次认定", "重新认定")


def payments(firm: Enterprise) -> QuerySet[Payment]:
    """Everything that moved, the latest first."""
    rows = Payment.objects.filter(grant__enterprise=firm).select_related("grant__run", "reverses")
    return rows.order_by("-paid_on", "-pk")


@told_by(Grant, Voucher)
def events(firm: Enterprise) -> Iterator[Event]:
    """Payments, money claimed back, vouchers and reliefs, for the timeline."""
    base = reverse("money:firm", args=[firm.pk])
    for p in payments(firm):
        words = "兑现" if p.fen > 0 else "追回"
        said = f"{words}{p.grant.row.award_name or p.grant.scheme} {yuan(abs(p.fen))}"
        yield Event(p.paid_on, "兑现", said, base, p.at)
    for v in Voucher.objects.filter(enterprise=firm):
        yield Event(v.issued_on, "创新券", f"申领创新券 {v.number}，券面 {yuan(v.face)}", base)
        if v.paid_on and v.fen:
            yield Event(v.paid_on, "创新券", f"兑付创新券 {v.number} {yuan(v.fen)}", base)


@dataclass(frozen=True)
class Could:
    """An award that a certificate of the firm asks for and that it has not got. ``sure`` is
    false where only one certificate is known: then both first and again are told."""

    event: str
    sure: bool
    day: datetime.date | None
    award: str
    cite: str
    status: str
    fen: int
    rate: str
    why: str


def could(firm: Enterprise, as_of: datetime.date) -> list[Could]:
    """What the core computes from the firm's certificates, less what is granted. Raises UserError
    where no scheme holds in the region."""
    region = place_of(firm.region)
    schemes, _ = known.schemes_in(firm.region, _laws_of(firm))
    ledger, _ = ledger_of(Enterprise.objects.filter(pk=firm.pk))
    holder = Holders(firm.region).known(firm.pk).key
    found: dict[tuple[object, ...], Could] = {}
    for usual in (None, *map(EventName, _EITHER)):
        lists = EventLists(region, as_of, usual)
        items = from_ledger(lists, ledger, None)
        firms = {holder: items[0].event.firm} if items else {}
        before = [computing.as_item(grant) for grant in registers.granted(firms)]
        for row in core.run(lists, items, schemes, (), before).payments:
            if row.status in (PAID, OPEN, LATER):
                key = row.award.id, row.event.kind, row.event.day
                found.setdefault(key, _could(row, usual is None))
    return list(found.values())


def _laws_of(firm: Enterprise) -> list[str]:
    """Where no scheme of ours holds in the firm's place: those that its bureau has run."""
    try:
        known.schemes_in(firm.region, ())
    except UserError:
        asked = Run.objects.filter(region=firm.region).values_list("laws", flat=True)
        return sorted({law for laws in asked for law in laws})
    return []


def _could(row: Computed, sure: bool) -> Could:
    cite = f"《{row.law.short}》{row.award.cite}"
    return Could(
        row.event.kind, sure, row.event.day, row.award.name, cite, row.status, row.fen,
        rate_words(row), why(row),
    )  # fmt: skip


def page_of(firm: Enterprise) -> dict[str, Any]:
    """What the money page of a firm shows."""
    today = timezone.localdate()
    paid = list(payments(firm).select_related("grant__row"))
    context: dict[str, Any] = {
        "payments": paid,
        "total": sum(p.fen for p in paid),
        "owed": list(
            registers.standing().filter(enterprise=firm, payments=None).select_related("row", "run")
        ),
        "vouchers": Voucher.objects.filter(enterprise=firm),
        "reliefs": Relief.objects.filter(enterprise=firm, withdrawn=""),
        "could": [],
        "no_scheme": "",
    }
    try:
        context["could"] = could(firm, today)
    except UserError as error:
        context["no_scheme"] = str(error)
    return context
