"""Everything that changes a pay run, a payment or a budget: one transaction each, its audit row
beside it. The audit row comes first where several may try the same: it takes the turn."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from denggao.facts.errors import UserError
from denggao.facts.eventwords import event_kinds
from denggao.web.accounts import audit
from denggao.web.accounts.models import User
from denggao.web.kit import bulk
from denggao.web.kit.days import notice_end
from denggao.web.ledger import files
from denggao.web.ledger.actions import Conflict
from denggao.web.money import computing, granting, publicity, schemes
from denggao.web.money.models import (
    Budget,
    Grant,
    Objection,
    PayBatch,
    Payment,
    Publication,
    Row,
    Run,
    Trial,
)
from denggao.web.money.models.runs import MOVING
from denggao.web.money.steps import advance

_MOST_DAYS = 60
_SOURCE: Any = Run.Source
_OUTCOME: Any = Objection.Outcome


# --- computing -----------------------------------------------------------------------------------


def start(
    *, by: User, name: str, as_of: datetime.date, source: str, laws: list[str], usual: str = "",
    since: datetime.date | None = None, list_name: str = "", content: bytes = b"",
    before_name: str = "", before: bytes = b"",
) -> Run:  # fmt: skip
    """Order a run over the person's region. Raises UserError where something is missing, Conflict
    where the same list is being worked on already."""
    from denggao.web.money import tasks

    if by.region is None:
        raise UserError("您没有辖区，不能测算奖补")
    if source != _SOURCE.TITLES and not content:
        raise UserError("请选择名单文件，或把名单粘贴进来")
    if usual and usual not in event_kinds():
        raise UserError(f"不认识的事项“{usual}”")
    run = Run(
        name=name, region=by.region, as_of=as_of, since=since, source=source, usual=usual,
        laws=laws, file=list_name[-120:], content=content or None, before_file=before_name[-120:],
        before=before or None, by=by,
    )  # fmt: skip
    schemes.schemes_of(run)  # says at once that there is none
    run.digest = _digest(run)
    try:
        with transaction.atomic():
            run.save()
            audit.record(by=by, action="测算奖补", of=run, new={"as_of": str(as_of), "laws": laws})
            transaction.on_commit(lambda: tasks.compute.enqueue(run.pk))
    except IntegrityError:
        raise Conflict("同一份名单、同一兑付日已经测算过；要重新测算，请先作废那一次") from None
    return run


def _digest(run: Run) -> str:
    if run.source == Run.Source.TITLES:
        return ""
    asked = json.dumps([str(run.as_of), run.laws, run.usual], ensure_ascii=False).encode()
    parts = (asked, bytes(run.content or b""), bytes(run.before or b""))
    return hashlib.sha256(b"".join(b"%d:%s" % (len(p), p) for p in parts)).hexdigest()


def complete(run: Run) -> None:
    """Carry the run out, whole or not at all. Raises UserError, and Conflict where that has been
    done."""
    found, told = computing.computed(run)
    with transaction.atomic():
        advance(run, "compute", None, **computing.summary(found, told))
        bulk.insert(Row, computing.FIELDS, computing.rows(run, found, told))
        audit.record(
            by=run.again_by or run.by, action="奖补测算完成", of=run, new={"total_fen": found.total}
        )


@transaction.atomic
def again(*, by: User, run: Run) -> None:
    """重算 a run that has failed: the same list, the same run, by the texts and the ledger of now.
    Raises Conflict where that has been done, or the list is worked on in another run by now."""
    from denggao.web.money import tasks

    audit.record(by=by, action="重算奖补", of=run, old={"message": run.message})
    try:
        with transaction.atomic():
            advance(run, "again", by, message="", again_by=by, again_at=timezone.now())
    except IntegrityError:
        raise Conflict("同一份名单、同一兑付日已经另外测算过；请看那一次，这一次可以作废") from None
    transaction.on_commit(lambda: tasks.compute.enqueue(run.pk))


def fail(run: Run, why: str) -> None:
    """Say in the run itself why nothing came of it."""
    with transaction.atomic():
        advance(run, "fail", None, message=why)
        audit.record(by=run.again_by or run.by, action="奖补没有算成", of=run, why=why, done=False)


# --- on its way ----------------------------------------------------------------------------------


@transaction.atomic
def review(*, by: User, run: Run) -> None:
    """复核. Raises Conflict, UserError."""
    audit.record(by=by, action="复核奖补", of=run, new={"total_fen": run.counts.get("total")})
    advance(run, "review", by, reviewed_by=by, reviewed_at=timezone.now())


@transaction.atomic
def leave_out(*, by: User, row: Row, why: str) -> None:
    """剔除 a row before the publication. Raises Conflict once the list is published."""
    if not why.strip():
        raise UserError("请写明为什么这一笔不发")
    audit.record(by=by, action="剔除一笔奖补", of=row, old={"fen": row.fen}, why=why)
    before = (Run.State.COMPUTED, Run.State.REVIEWED)
    waiting = Row.objects.filter(pk=row.pk, run__state__in=before, left_out="")
    if not waiting.update(left_out=f"剔除：{why}"[:200]):
        raise Conflict


@transaction.atomic
def publish(*, by: User, run: Run, on: datetime.date, days: int, contact: str) -> Publication:
    """公示: freeze the list for so many working days after ``on``. Raises Conflict, UserError."""
    if not 1 <= days <= _MOST_DAYS:
        raise UserError(f"公示应是 1～{_MOST_DAYS} 个工作日")
    until, _ = notice_end(on, days)
    audit.record(by=by, action="公示奖补", of=run, new={"on": str(on), "until": str(until)})
    advance(run, "publish", by)
    rows = publicity.frozen(run)
    if not rows:
        raise UserError("没有一笔要发，不用公示")
    return Publication.objects.create(
        run=run, on=on, days=days, until=until, contact=contact, rows=rows,
        count=len(rows),
        total=sum(row[3] for row in rows), digest=publicity.digest(rows), by=by,
    )  # fmt: skip


@transaction.atomic
def object_to(
    *, by: User, run: Run, who: str, on: datetime.date, text: str, number: int | None
) -> Objection:
    """Record an objection, to row ``number`` of the published list or to all of it."""
    row = None
    if number is not None:
        listed = published_rows(run)
        if not 1 <= number <= len(listed):
            raise UserError(f"公示表里没有第 {number} 号；共 {len(listed)} 号")
        row = Row.objects.get(pk=listed[number - 1])
    found = Objection.objects.create(run=run, row=row, who=who, on=on, text=text, by=by)
    audit.record(by=by, action="登记公示异议", of=found, name=run.name, new={"row": number})
    return found


def published_rows(run: Run) -> list[int]:
    """The rows' keys in the order of the published list, those left out later among them."""
    rows = run.rows.filter(status__in=MOVING, fen__gt=0).exclude(left_out__startswith="剔除：")
    return [pk for (pk,) in publicity.in_order(rows, "pk")]


@transaction.atomic
def decide(*, by: User, objection: Objection, outcome: str, answer: str) -> None:
    """Uphold an objection, which leaves its row out, or reject it. Raises Conflict where that is
    done or the run is approved, UserError."""
    if outcome == _OUTCOME.UPHELD and objection.row_id is None:
        raise UserError("对整份名单的异议成立，应作废后重新测算；不能只在这里写成立")
    if not answer.strip():
        raise UserError("请写明核实情况")
    audit.record(by=by, action="处理公示异议", of=objection, new={"outcome": outcome}, why=answer)
    waiting = Objection.objects.filter(
        pk=objection.pk, outcome=Objection.Outcome.OPEN, run__state=Run.State.PUBLISHED
    )
    done = waiting.update(outcome=outcome, answer=answer, decided_by=by, decided_at=timezone.now())
    if not done:
        raise Conflict
    if outcome == _OUTCOME.UPHELD:
        Row.objects.filter(pk=objection.row_id).update(left_out=f"异议成立：{answer}"[:200])


@transaction.atomic
def approve(*, by: User, run: Run) -> bool:
    """审定: owe what the run says, here and now, or in the background where there are more rows
    than a page should wait for (then ``False``). Raises Conflict, and UserError before the
    publication is over."""
    from denggao.web.money import tasks

    audit.record(by=by, action="审定奖补", of=run, new={"total_fen": run.counts.get("total")})
    now = timezone.now()
    advance(run, "approve", by, approved_by=by, approved_at=now, message="")
    until = Publication.objects.values_list("until", flat=True).get(run=run)
    if timezone.localdate(now) <= until:
        raise UserError(f"公示到 {until} 为止，期满才能审定")
    still_open = run.objections.filter(outcome=Objection.Outcome.OPEN).count()
    if still_open:
        raise UserError(f"还有 {still_open} 件公示异议没有处理，不能审定")
    if run.rows.filter(status__in=MOVING, left_out="").count() > files.AT_ONCE:
        transaction.on_commit(lambda: tasks.approve.enqueue(run.pk))
        return False
    _owe(run, granting.payable_rows(run))
    return True


def approve_all(run: Run) -> None:
    """The background's part of an approval, whole or not at all. Raises UserError, and Conflict
    where that has been done or another run was quicker."""
    rows = granting.payable_rows(run)  # nobody changes them while the run is being approved
    with transaction.atomic():
        _owe(run, rows)


def _owe(run: Run, rows: Sequence[granting.Payable]) -> None:
    advance(run, "owe", None)
    granting.grant(run, rows)


def not_approved(run: Run, why: str) -> None:
    """Say in the run why its approval came to nothing; it is published as before."""
    who = run.approved_by
    with transaction.atomic():
        advance(run, "unapprove", None, approved_by=None, approved_at=None, message=why)
        audit.record(by=who, action="奖补没有审定成", of=run, why=why, done=False)


@transaction.atomic
def drop(*, by: User, run: Run, why: str) -> None:
    """作废. Raises Conflict once it is approved, UserError without a reason."""
    if not why.strip():
        raise UserError("请写明为什么作废")
    audit.record(by=by, action="作废奖补测算", of=run, why=why)
    advance(run, "drop", by, dropped_by=by, dropped_at=timezone.now(), dropped_why=why[:200])


# --- money ---------------------------------------------------------------------------------------


def to_pay(run: Run, district: str = "") -> Any:
    """What of a run may be paid now and is not."""
    found = run.grants.filter(waits="", payments=None)
    return found.filter(district=district) if district else found


@transaction.atomic
def pay(
    *, by: User, run: Run, paid_on: datetime.date, reference: str, district: str = ""
) -> PayBatch:
    """拨付: everything of the run (or of one district) that may be paid and is not, under one
    voucher of the treasury. Raises Conflict where nothing is left to pay, UserError."""
    audit.record(by=by, action="拨付奖补", of=run, new={"reference": reference, "on": str(paid_on)})
    run = Run.objects.select_for_update().get(pk=run.pk)
    if run.state != Run.State.APPROVED:
        raise Conflict
    if not reference.strip():
        raise UserError("请写凭证号")
    if paid_on > timezone.localdate():
        raise UserError(f"付款日期 {paid_on} 还没有到")
    due = list(to_pay(run, district).values_list("pk", "fen", "back_of"))
    if not due:
        raise Conflict("这一批已经付过了，没有待付的")
    try:
        batch = PayBatch.objects.create(
            run=run, paid_on=paid_on, reference=reference, count=len(due),
            fen=sum(fen for _, fen, _ in due), by=by,
        )  # fmt: skip
        _insert(batch, due)
    except IntegrityError:
        raise Conflict(f"凭证号“{reference}”这一批已经用过，或这笔款刚刚付过") from None
    if not run.grants.filter(payments=None).exists():
        advance(run, "settle", None)
    return batch


def _insert(batch: PayBatch, due: list[tuple[int, int, int | None]]) -> None:
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    fields = (
        "grant_id", "batch_id", "fen", "paid_on", "reference", "reverses_id", "why", "by_id", "at",
    )  # fmt: skip
    on = batch.paid_on.isoformat()
    bulk.insert(
        Payment, fields,
        ((pk, batch.pk, fen, on, batch.reference, back, "随批追回" if back else "",
          batch.by_id, now) for pk, fen, back in due),
    )  # fmt: skip


@transaction.atomic
def reverse(*, by: User, payment: Payment, on: datetime.date, reference: str, why: str) -> Payment:
    """追回: a row below nought beside the payment, which stays as it is. Raises Conflict where it
    was claimed back already, UserError."""
    if payment.fen < 0:
        raise UserError("这一笔本身就是追回，不能再追回")
    if not why.strip() or not reference.strip():
        raise UserError("请写明追回的理由和凭证号")
    if on < payment.paid_on or on > timezone.localdate():
        raise UserError(f"追回日期应在付款日 {payment.paid_on} 与今天之间")
    audit.record(by=by, action="追回奖补", of=payment, old={"fen": payment.fen}, why=why)
    if Grant.objects.filter(back_of=payment).exists():
        raise Conflict("这一笔已在一个批次里审定为追回，随那一批登记")
    try:
        with transaction.atomic():
            back = Payment.objects.create(
                grant=payment.grant, fen=-payment.fen, paid_on=on, reference=reference,
                reverses=payment, why=why[:200], by=by,
            )  # fmt: skip
    except IntegrityError:
        raise Conflict("这一笔已经追回过") from None
    _release_for(payment.grant)
    return back


def _release_for(grant: Grant) -> None:
    budgets = Budget.objects.filter(
        region=grant.run.region, scheme=grant.scheme, year=grant.budget_year
    )
    first = budgets.first()
    if first is not None:
        granting.release(first)


def set_budget(
    *, by: User, scheme: str, year: int, level: str, fen: int, document: str, version: int
) -> Budget:
    """Enter or change a budget (``version`` 0: a new one); what waits for it is looked at again.
    Raises Conflict where somebody else has changed it, UserError."""
    if by.region is None:
        raise UserError("您没有辖区，不能登记预算")
    told = {"fen": fen, "document": document, "by": by, "at": timezone.now()}
    which = {"region": by.region, "scheme": scheme, "year": year, "level": level}
    try:
        with transaction.atomic():
            new = {"scheme": scheme, "year": year, "level": level, "fen": fen}
            audit.record(
                by=by, action="登记预算", kind="budget", name=f"{scheme} {year} {level}", new=new
            )
            if version:
                changed = Budget.objects.filter(**which, version=version).update(
                    **told, version=version + 1
                )
                if not changed:
                    raise Conflict
                budget = Budget.objects.get(**which)
            else:
                budget = Budget.objects.create(**which, **told)
            granting.release(budget)
    except IntegrityError:
        raise Conflict("这项预算刚刚有人登记过") from None
    return budget


@transaction.atomic
def try_text(*, by: User, run: Run, text: str) -> Trial:
    """Order a comparison of a pasted text with what is in force. Raises UserError for one that
    does not load or pays nothing."""
    from denggao.web.money import tasks, trials

    law = trials.loaded(text, run.region)
    trial = Trial.objects.create(run=run, text=text, short=law.short[:60], by=by)
    audit.record(by=by, action="测算政策影响", of=trial, name=run.name)
    transaction.on_commit(lambda: tasks.compare.enqueue(trial.pk))
    return trial
