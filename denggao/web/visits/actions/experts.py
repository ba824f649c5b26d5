"""专家: conflicts, a proposed assignment, its review, and who may see which firm because of it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from denggao.diagnosis.assignment import MOST_PAIRS, Adviser, assign
from denggao.facts.errors import UserError
from denggao.facts.identity import normal_name
from denggao.web.accounts import audit
from denggao.web.accounts.models import User
from denggao.web.ledger.actions import Conflict
from denggao.web.ledger.models import Access, Enterprise, Value
from denggao.web.visits.models import Coaching, Interest, Member, Proposal, Round

_NAMED = 10


@transaction.atomic
def add_interest(
    *, by: User, expert: Member, enterprise: Enterprise, kind: str, why: str
) -> Interest:
    """Note a conflict. Raises UserError where the expert is at that firm now."""
    if Coaching.objects.filter(expert=expert, enterprise=enterprise, until=None).exists():
        raise UserError(f"{expert} 正在辅导 {enterprise}，请先结束辅导再登记冲突")
    found, made = Interest.objects.update_or_create(
        expert=expert, enterprise=enterprise, defaults={"kind": kind, "why": why, "by": by}
    )
    action = "登记利益冲突" if made else "变更利益冲突"
    audit.record(by=by, action=action, of=expert, new={"enterprise": enterprise.pk, "kind": kind},
                 why=why)  # fmt: skip
    return found


@transaction.atomic
def drop_interest(*, by: User, interest: Interest, why: str) -> None:
    """A conflict that was noted wrongly, or is over."""
    audit.record(
        by=by, action="撤下利益冲突", of=interest.expert,
        old={"enterprise": interest.enterprise_id, "kind": interest.kind}, why=why,
    )  # fmt: skip
    interest.delete()


def conflicts_of(
    experts: Sequence[Member], firms: Sequence[Enterprise]
) -> dict[tuple[int, int], str]:
    """(key of the expert, key of the firm) → why not."""
    noted = Interest.objects.filter(expert__in=experts, enterprise__in=firms)
    found = {(i.expert_id, i.enterprise_id): i.get_kind_display() for i in noted}
    by_unit: dict[str, list[Member]] = {}
    for expert in experts:
        if expert.unit:
            by_unit.setdefault(normal_name(expert.unit), []).append(expert)
    for firm in firms if by_unit else ():
        for expert in by_unit.get(firm.name_key, ()):
            found[expert.pk, firm.pk] = "是本企业的人"
    return found


@transaction.atomic
def propose(
    *, by: User, name: str, firms: Sequence[Enterprise], experts: Sequence[Member]
) -> Round:
    """Share the firms out among the experts, evenly and without conflicts. Raises UserError that
    names the firms for whom there is nobody."""
    if by.region is None:
        raise UserError("您没有辖区，不能指派专家")
    if not firms or not experts:
        raise UserError("没有要指派的企业" if experts else "请至少选一位专家")
    if len(firms) * len(experts) > MOST_PAIRS:
        raise UserError(
            f"{len(firms)} 户 × {len(experts)} 位专家太多，一次最多 {MOST_PAIRS} 对；请分区县指派"
        )
    barred = conflicts_of(experts, firms)
    index = {firm.pk: i for i, firm in enumerate(firms)}
    place = {expert.pk: j for j, expert in enumerate(experts)}
    found = assign(
        len(firms),
        [Adviser(_load(expert), expert.most) for expert in experts],
        [(index[firm], place[expert]) for expert, firm in barred],
        _matches(experts, firms),
    )
    if found.left:
        raise UserError(_nobody([firms[i] for i in found.left], experts, barred))
    proposed = Round.objects.create(region=by.region, name=name, by=by)
    Proposal.objects.bulk_create(
        Proposal(round=proposed, enterprise=firm, expert=experts[j])
        for firm, j in zip(firms, found.expert, strict=True)
        if j is not None
    )
    audit.record(
        by=by, action="拟定专家指派", of=proposed,
        new={"firms": len(firms), "experts": [expert.pk for expert in experts]},
    )  # fmt: skip
    return proposed


def _load(expert: Member) -> int:
    return Coaching.objects.filter(expert=expert, until=None).count()


def _nobody(
    left: Sequence[Enterprise], experts: Sequence[Member], barred: dict[tuple[int, int], str]
) -> str:
    shown = "、".join(firm.name for firm in left[:_NAMED])
    more = f" 等 {len(left)} 户" if len(left) > _NAMED else ""
    all_barred = all((e.pk, firm.pk) in barred for firm in left for e in experts)
    why = "每位专家都与它有利益冲突" if all_barred else "没有冲突的专家都已满额"
    return f"指派不了：{shown}{more}（{why}）；请增加专家、调高每人户数，或先不排这几户"


def _matches(experts: Sequence[Member], firms: Sequence[Enterprise]) -> list[tuple[int, int]]:
    """(number of the firm, number of the expert) of one field."""
    said = dict(
        Value.objects.filter(enterprise__in=firms, fact="field_code", year=0).values_list(
            "enterprise", "text"
        )
    )
    return [
        (i, j)
        for i, firm in enumerate(firms)
        for j, expert in enumerate(experts)
        if said.get(firm.pk, "").partition(".")[0] in expert.fields
    ]


@transaction.atomic
def change_proposal(*, by: User, proposal: Proposal, version: int, expert: Member | None) -> None:
    """The reviewer sends the firm to another expert, or takes it out. Raises Conflict where the
    round has changed or been decided, UserError for a conflict of interests."""
    taken = _turn(proposal.round, version)
    if expert is None:
        new = None
        proposal.delete()
    else:
        _refuse_conflict(expert, proposal.enterprise)
        proposal.expert, new = expert, expert.pk
        proposal.save(update_fields=["expert"])
    audit.record(
        by=by, action="调整专家指派", of=taken,
        new={"enterprise": proposal.enterprise_id, "expert": new},
    )  # fmt: skip


def _turn(decided: Round, version: int) -> Round:
    waiting = Round.objects.filter(pk=decided.pk, version=version, state=Round.State.PROPOSED)
    if not waiting.update(version=version + 1):
        raise Conflict
    decided.refresh_from_db()
    return decided


def _refuse_conflict(expert: Member, firm: Enterprise) -> None:
    why = conflicts_of([expert], [firm]).get((expert.pk, firm.pk))
    if why:
        raise UserError(f"{expert} 与 {firm} 有利益冲突（{why}），不能指派")


@transaction.atomic
def adopt(*, by: User, proposed: Round, version: int, since: datetime.date) -> int:
    """The review is done: the assignment holds, and the experts' accounts may see their firms.
    Returns how many. Raises Conflict where it has changed or been decided, UserError where a
    firm has an expert by now, a conflict was noted since, or the person proposed it."""
    taken = _turn(proposed, version)
    if taken.by_id == by.pk:
        raise UserError(f"方案是 {by} 拟的，拟方案的人不能自己审核，请另一位审核")
    rows = list(taken.rows.select_related("enterprise", "expert__user"))
    if not rows:
        raise UserError("方案里没有企业，请放弃它")
    busy = Coaching.objects.filter(enterprise__in=[r.enterprise for r in rows], until=None)
    if (first := busy.select_related("enterprise", "expert").first()) is not None:
        raise UserError(f"{first.enterprise} 已由 {first.expert} 辅导，请先从方案里去掉它")
    for row in rows:
        _refuse_conflict(row.expert, row.enterprise)
        Coaching.objects.create(
            enterprise=row.enterprise, expert=row.expert, round=taken, since=since
        )
        _open(row.expert, row.enterprise)
    taken.state, taken.reviewed_by, taken.reviewed_at = Round.State.ADOPTED, by, timezone.now()
    taken.save()
    audit.record(by=by, action="审定专家指派", of=taken, new={"firms": len(rows)})
    return len(rows)


@transaction.atomic
def drop_round(*, by: User, proposed: Round, version: int) -> None:
    """Give a proposal up. Raises Conflict where it has changed or been decided."""
    taken = _turn(proposed, version)
    taken.state, taken.reviewed_by, taken.reviewed_at = Round.State.DROPPED, by, timezone.now()
    taken.save()
    audit.record(by=by, action="放弃专家指派", of=taken)


@transaction.atomic
def end_coaching(*, by: User, coaching: Coaching, until: datetime.date, why: str) -> None:
    """The expert leaves the firm, and his account sees it no longer. Raises Conflict where he
    has left, UserError for a day before he came."""
    if until < coaching.since:
        raise UserError(f"辅导从 {coaching.since} 起，不能结束在这之前")
    ended = Coaching.objects.filter(pk=coaching.pk, until=None)
    if not ended.update(until=until, why=why):
        raise Conflict
    _close(coaching.expert, coaching.enterprise)
    audit.record(
        by=by, action="结束辅导", of=coaching.enterprise, old={"expert": coaching.expert_id},
        why=why,
    )  # fmt: skip


def _open(expert: Member, firm: Enterprise) -> None:
    if expert.user is not None and "expert" in expert.user.roles:
        Access.objects.get_or_create(enterprise=firm, user=expert.user)


def _close(expert: Member, firm: Enterprise) -> None:
    """Unless somebody else with the same account stays at the firm."""
    stays = Coaching.objects.filter(enterprise=firm, expert__user=expert.user, until=None)
    if expert.user is not None and not stays.exists():
        Access.objects.filter(enterprise=firm, user=expert.user).delete()
