"""创新券 step by step: what each step writes, one transaction each. The amount proposed is what
the text in force gives; a person confirms it, and no amount passes face, contract or invoice."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from denggao.facts.errors import UserError
from denggao.facts.eventwords import USUAL_TITLE
from denggao.facts.interval import point, reduced
from denggao.rules.paying import pay as pay_by
from denggao.rules.payments import PAID, Event
from denggao.rules.settling import yuan
from denggao.web.accounts import audit
from denggao.web.accounts.models import User
from denggao.web.kit.days import notice_end
from denggao.web.ledger.actions import Conflict
from denggao.web.ledger.models import Enterprise
from denggao.web.money.models import Voucher
from denggao.web.money.schemes import schemes_in
from denggao.web.money.steps import advance, step_of

_KIND = "创新券兑付"
#: What the constraints of the database say, for people.
_TAKEN = {
    "voucher_once": "这个券号已经有了",
    "voucher_invoice_once": "这张发票已经用在另一张券上",
    "region_id, money_voucher.number": "这个券号已经有了",
    "region_id, money_voucher.invoice": "这张发票已经用在另一张券上",
}


@dataclass(frozen=True)
class Proposed:
    """What the text in force gives for a voucher, in 分, and by which article."""

    fen: int
    cite: str


def ceiling(voucher: Voucher) -> int:
    """The most that may be paid: the least of face value, contract and invoice, in 分."""
    told = (voucher.face, voucher.contract_fen, voucher.invoice_fen)
    return min(fen for fen in told if fen is not None)


def proposed(voucher: Voucher) -> Proposed | None:
    """By the scheme in force on the voucher's day; ``None`` where no scheme redeems vouchers."""
    try:
        schemes, _ = schemes_in(voucher.region, ())
    except UserError:
        return None
    values = {
        "voucher_face": voucher.face,
        "service_contract": voucher.contract_fen,
        "service_invoice": voucher.invoice_fen,
    }
    facts: Any = {
        code: point(reduced(Fraction(fen, 100))) for code, fen in values.items() if fen is not None
    }
    event = Event("1", _KIND, USUAL_TITLE, voucher.issued_on, values=facts, ref=voucher.number)
    for row in pay_by(schemes, [event], timezone.localdate()):
        if row.status == PAID:
            return Proposed(row.fen, f"《{row.law.short}》{row.award.cite}")
    return None


@transaction.atomic
def apply(
    *, by: User, enterprise: Enterprise, number: str, face: int, issued_on: datetime.date,
    valid_to: datetime.date | None,
) -> Voucher:  # fmt: skip
    """申领. Raises UserError, Conflict where the number is taken."""
    if by.region is None:
        raise UserError("您没有辖区，不能登记创新券")
    if face <= 0:
        raise UserError("券面额应大于 0 元")
    if valid_to is not None and valid_to < issued_on:
        raise UserError(f"有效期至 {valid_to} 早于申领日期 {issued_on}")
    told = {"face": face, "issued_on": issued_on, "valid_to": valid_to}
    new = Voucher(region=by.region, number=number, enterprise=enterprise, by=by, **told)
    _saved(lambda: new.save(force_insert=True))
    audit.record(by=by, action="申领创新券", of=new, new={"face_fen": face})
    return new


@transaction.atomic
def take(*, by: User, voucher: Voucher, code: str, **told: Any) -> None:
    """The next step with what it needs (``FORMS`` of the views). Raises Conflict where the voucher
    has gone on already, UserError for what the step does not allow."""
    step = step_of(Voucher, code)
    audit.record(
        by=by, action=f"创新券{step.words}", of=voucher, new=_plain(told), why=told.get("why", "")
    )
    voucher = Voucher.objects.select_for_update().get(pk=voucher.pk)
    changes = _CHANGES[code](voucher, by, told)
    _saved(lambda: advance(voucher, code, by, **changes))


def _saved(write: Any) -> None:
    try:
        with transaction.atomic():
            write()
    except IntegrityError as error:
        words = next((w for name, w in _TAKEN.items() if name in str(error)), "")
        raise (
            Conflict(words) if words else UserError("金额超过券面、合同或发票，不能保存")
        ) from None


def _plain(told: dict[str, Any]) -> dict[str, Any]:
    return {k: str(v) if isinstance(v, datetime.date) else v for k, v in told.items()}


def _contract(voucher: Voucher, by: User, told: dict[str, Any]) -> dict[str, Any]:
    if told["contract_fen"] <= 0:
        raise UserError("合同金额应大于 0 元")
    return told


def _invoice(voucher: Voucher, by: User, told: dict[str, Any]) -> dict[str, Any]:
    if told["invoice_fen"] <= 0:
        raise UserError("发票金额应大于 0 元")
    return told


def _review(voucher: Voucher, by: User, told: dict[str, Any]) -> dict[str, Any]:
    fen, most = told["fen"], ceiling(voucher)
    if not 0 < fen <= most:
        raise UserError(
            f"核定 {yuan(fen)}，应大于 0，且不超过 {yuan(most)}（券面、合同、发票中最少的）"
        )
    found = proposed(voucher)
    return {"fen": fen, "cite": (found.cite if found else "")[:200], "reviewed_by": by}


def _publish(voucher: Voucher, by: User, told: dict[str, Any]) -> dict[str, Any]:
    until, _ = notice_end(told["on"], told["days"])
    return {"published_on": told["on"], "published_until": until}


def _approve(voucher: Voucher, by: User, told: dict[str, Any]) -> dict[str, Any]:
    until = voucher.published_until
    if until is not None and timezone.localdate() <= until:
        raise UserError(f"公示到 {until} 为止，期满才能审定")
    return {"approved_by": by}


def _pay(voucher: Voucher, by: User, told: dict[str, Any]) -> dict[str, Any]:
    if told["on"] > timezone.localdate():
        raise UserError(f"付款日期 {told['on']} 还没有到")
    return {"paid_on": told["on"], "reference": told["reference"], "paid_by": by}


def _refuse(voucher: Voucher, by: User, told: dict[str, Any]) -> dict[str, Any]:
    if not told["why"].strip():
        raise UserError("请写明为什么不予兑付")
    return {"why": told["why"]}


_CHANGES = {
    "contract": _contract,
    "invoice": _invoice,
    "prove": lambda voucher, by, told: {**told, "proved_by": by},
    "review": _review,
    "publish": _publish,
    "approve": _approve,
    "pay": _pay,
    "refuse": _refuse,
}
