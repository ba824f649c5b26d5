"""Everything that changes plans: one transaction each, its audit row beside it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from denggao.facts.errors import UserError
from denggao.web.accounts import audit
from denggao.web.accounts.models import Region, User
from denggao.web.planning import adopting, clashes, reading
from denggao.web.planning.models import PlanFact, PlanItem, PlanText, Revision

# Any: to mypy the members of Django's enumerations are pairs
State: Any = PlanText.State
Kind: Any = PlanItem.Kind
Decision: Any = PlanItem.Decision


class Conflict(Exception):
    """Somebody else was quicker; the page shows what is there now, with 409."""


def bring_plan(*, by: User, name: str = "", content: bytes = b"", text: str = "") -> PlanText:
    """Keep a file, or a pasted text, and read it. Raises UserError for what is no text, what is
    there already, and a person without a region."""
    if by.region is None:
        raise UserError("您没有辖区，不能登记计划文本")
    found = reading.read_file(name, content) if content else reading.read_pasted(text)
    with transaction.atomic():
        same = PlanText.objects.filter(region=by.region, digest=found.columns["digest"])
        if old := same.exclude(state=State.DROPPED).first():
            raise UserError(f"这份文本已经登记过：《{old.title}》（{old.get_state_display()}）")
        plan = PlanText.objects.create(region=by.region, by=by, **found.columns)
        reading.saved(plan, found)
        told = {"sha256": plan.digest, "items": len(found.items), "facts": len(found.facts)}
        audit.record(by=by, action="登记计划文本", of=plan, new=told)
    return plan


@transaction.atomic
def state_period(*, by: User, plan: PlanText, first: int, last: int) -> None:
    """Say from which to which year a plan goes. Raises UserError once it is submitted."""
    plan = _open(plan)
    if last < first:
        raise UserError("止年不能早于起年")
    old, plan.head = plan.head.get("period"), {**plan.head, "period": [str(first), str(last)]}
    plan.save(update_fields=["head"])
    audit.record(by=by, action="更正计划起止", of=plan, old=old, new=plan.head["period"])


@transaction.atomic
def decide_item(
    *, by: User, item: PlanItem, version: int, decision: str,
    said: dict[str, Any] | None = None, why: str = "",
) -> PlanItem:  # fmt: skip
    """Confirm an item, correct it to ``said``, or reject it. Raises Conflict where somebody
    decided it meanwhile, UserError once the plan is submitted or a reason is missing."""
    plan = _open(item.plan)
    item = PlanItem.objects.select_for_update().get(pk=item.pk)
    if item.version != version:
        raise Conflict
    if decision == Decision.CORRECTED and said is None:
        raise UserError("更正要写明改成什么")
    if decision == Decision.REJECTED and not why and item.kind == Kind.CONFLICT:
        raise UserError("不认为是矛盾，请写明理由")
    old = {"decision": item.decision, "said": item.said}
    item.said = item.said if said is None else said
    if decision != Decision.REJECTED:
        decision = Decision.CONFIRMED if item.said == item.proposed else Decision.CORRECTED
    item.decision, item.why = decision, why[:300]
    item.decided_by, item.decided_at = by, timezone.now()
    item.version += 1
    item.save()
    new = {"decision": item.decision, "said": item.said}
    name = f"《{plan.title}》{item}"
    audit.record(by=by, action="核对计划条目", of=item, name=name, old=old, new=new, why=why)
    return item


@transaction.atomic
def confirm_rest(*, by: User, plan: PlanText, kind: str) -> int:
    """Confirm every item of a kind that nobody has decided yet; a contradiction needs a look of
    its own. Returns how many."""
    plan = _open(plan)
    if kind == Kind.CONFLICT:
        raise UserError("矛盾要逐条看过")
    rest = PlanItem.objects.filter(plan=plan, kind=kind, decision=Decision.OPEN)
    numbers = list(rest.values_list("number", flat=True))
    for item in rest.select_for_update():
        item.decision, item.decided_by, item.decided_at = Decision.CONFIRMED, by, timezone.now()
        item.version += 1
        item.save()
    if numbers:
        audit.record(by=by, action="确认其余条目", of=plan, new={"kind": kind, "numbers": numbers})
    return len(numbers)


@transaction.atomic
def add_item(*, by: User, plan: PlanText, kind: str, quote: str, said: dict[str, Any]) -> PlanItem:
    """An item that the reading missed, by its own words. Raises UserError where the words are
    not in the text, or are what it reports: a fact never becomes a target."""
    plan = _open(plan)
    start = plan.text.find(quote)
    if not quote or start < 0:
        raise UserError("原文里没有这几个字，请从原文照抄一段")
    end = start + len(quote)
    if (
        kind == Kind.TARGET
        and PlanFact.objects.filter(plan=plan, start__lt=end, end__gt=start).exists()
    ):
        raise UserError("这是文中报告的数，不是目标")
    last = PlanItem.objects.filter(plan=plan).order_by("number").last()
    item = PlanItem.objects.create(
        plan=plan, number=last.number + 1 if last else 1, kind=kind, start=start, end=end,
        quote=quote, proposed=None, said=said, why="补录",
    )  # fmt: skip
    audit.record(by=by, action="补录计划条目", of=item, name=f"《{plan.title}》{item}", new=said)
    return item


@transaction.atomic
def submit(*, by: User, plan: PlanText) -> None:
    """Hand the confirmed draft to somebody else to put in force. Raises UserError naming all that
    keeps it from that."""
    plan = _open(plan)
    items = list(plan.items.all())
    rest = [item.number for item in items if item.decision == Decision.OPEN]
    if rest:
        shown = "、".join(map(str, rest[:10])) + (" 等" if len(rest) > 10 else "")
        raise UserError(f"还有 {len(rest)} 项没有核对：第 {shown} 项")
    faults = adopting.ordered(plan, items)[1]
    if faults:
        raise UserError("；".join(faults))
    plan.state, plan.submitted_by, plan.submitted_at = State.SUBMITTED, by, timezone.now()
    plan.save()
    audit.record(by=by, action="提交计划", of=plan)


@transaction.atomic
def send_back(*, by: User, plan: PlanText, why: str) -> None:
    """Give a submitted plan back for correction. Raises UserError without a reason, Conflict
    where it is not submitted any more."""
    if not why:
        raise UserError("退回要写明理由")
    plan = PlanText.objects.select_for_update().get(pk=plan.pk)
    if plan.state != State.SUBMITTED:
        raise Conflict
    plan.state, plan.submitted_by, plan.submitted_at = State.DRAFT, None, None
    plan.why = why[:300]
    plan.save()
    audit.record(by=by, action="退回计划", of=plan, why=why)


@transaction.atomic
def drop(*, by: User, plan: PlanText, why: str = "") -> None:
    """Use the plan for nothing; its text stays. Raises Conflict once it is in force."""
    plan = PlanText.objects.select_for_update().get(pk=plan.pk)
    if plan.state not in (State.DRAFT, State.SUBMITTED):
        raise Conflict
    plan.state, plan.decided_by, plan.decided_at = State.DROPPED, by, timezone.now()
    plan.why = why[:300]
    plan.save()
    audit.record(by=by, action="不采用计划", of=plan, why=why)


@transaction.atomic
def adopt(
    *, by: User, plan: PlanText, since: datetime.date,
    settled: Mapping[str, clashes.Settled] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Put a submitted plan in force from a day on: goals, figures and tasks. ``settled``: by the
    key of each clash, which figure holds and why. Raises Conflict where it is not submitted any
    more, UserError where the person had a part in the draft or a clash is not decided."""
    Region.objects.select_for_update().get(pk=plan.region_id)  # one plan of a region at a time
    plan = PlanText.objects.select_for_update().get(pk=plan.pk)
    if plan.state != State.SUBMITTED:
        raise Conflict
    items = list(plan.items.all())
    if by.pk in {plan.by_id, plan.submitted_by_id, *(item.decided_by_id for item in items)}:
        raise UserError("登记、核对或提交过这份计划的人不能下达，请由另一位审核下达")
    plan.state, plan.decided_by, plan.decided_at = State.ADOPTED, by, timezone.now()
    plan.save()
    revision = Revision.objects.create(
        region=plan.region, since=since, why=f"《{plan.title}》"[:300], plan=plan,
        state=Revision.State.ADOPTED, by=plan.submitted_by, decided_by=by,
        decided_at=plan.decided_at,
    )  # fmt: skip
    done = adopting.write(plan, items, revision, settled or {})
    audit.record(by=by, action="下达计划", of=plan, new={**done, "since": str(since)})
    return done


def _open(plan: PlanText) -> PlanText:
    """The plan, locked, as long as its items may still be decided."""
    plan = PlanText.objects.select_for_update().get(pk=plan.pk)
    if not plan.is_open:
        raise UserError(f"这份计划{plan.get_state_display()}，不能再改条目")
    return plan
