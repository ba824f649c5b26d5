"""包抓联: members of the teams, districts of leaders, and the chains of firms."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from denggao.facts.errors import UserError
from denggao.web.accounts import audit
from denggao.web.accounts.models import Region, User
from denggao.web.ledger.actions import Conflict
from denggao.web.ledger.models import Enterprise
from denggao.web.visits.models import Chain, Member, Territory

#: What a chain says, beside when.
FIELDS = (
    *("leader", "unit", "head", "adviser", "specialist", "liaison"),
    *("firm_head", "firm_phone", "products", "note"),
)


@transaction.atomic
def save_member(*, by: User, member: Member) -> Member:
    """Build a member, or change one. Raises UserError where the team has one of the same name
    and unit already."""
    same = Member.objects.filter(
        region=member.region, kind=member.kind, name=member.name, unit=member.unit
    ).exclude(pk=member.pk)
    if same.exists():
        unit = f"（{member.unit}）" if member.unit else ""
        raise UserError(f"{member.get_kind_display()}里已有“{member.name}{unit}”")
    is_new = member.pk is None
    member.save()
    action = "登记队伍成员" if is_new else "变更队伍成员"
    audit.record(by=by, action=action, of=member, new=_told(member))
    return member


def _told(member: Member) -> dict[str, Any]:
    return {
        "kind": member.kind, "name": member.name, "unit": member.unit, "post": member.post,
        "fields": member.fields, "most": member.most, "user": member.user_id,
        "active": member.is_active,
    }  # fmt: skip


@transaction.atomic
def set_territory(*, by: User, region: Region, leader: Member | None, since: datetime.date) -> None:
    """From ``since`` on the leader answers for the district; ``None``: nobody any more. Raises
    UserError for a day before the present answer began."""
    now = Territory.objects.select_for_update().filter(region=region, until=None).first()
    if now is not None:
        if since < now.since:
            raise UserError(f"{region}现在的挂钩领导从 {now.since} 起，新的不能早于这一天")
        now.until = since
        now.save(update_fields=["until"])
    if leader is not None:
        Territory.objects.create(region=region, leader=leader, since=since)
    audit.record(
        by=by, action="挂钩区县", kind="territory", name=str(region),
        old={"leader": now.leader_id if now else None},
        new={"leader": leader.pk if leader else None, "since": since.isoformat()},
    )  # fmt: skip


@transaction.atomic
def set_chain(
    *, by: User, enterprise: Enterprise, values: dict[str, Any], since: datetime.date,
    seen: int | None,
) -> Chain:  # fmt: skip
    """The whole chain of one firm from ``since`` on. ``seen``: the key of the chain that the
    person saw (``None``: there was none). Raises Conflict where there is another by now,
    UserError for a day before it began."""
    now = now_of(enterprise)
    if (now.pk if now else None) != seen:
        raise Conflict
    changed = change(by=by, firm=enterprise, now=now, values=values, since=since)
    if changed is None:
        assert now is not None
        return now
    old = _words(now) if now else None
    audit.record(
        by=by, action="定包抓联", of=enterprise, old=old,
        new={**_words(changed), "since": since.isoformat()},
    )  # fmt: skip
    return changed


@transaction.atomic
def assign(
    *, by: User, firms: Iterable[Enterprise], values: dict[str, Any], since: datetime.date
) -> int:
    """The same ``values`` (only what is to change) for many firms; returns how many changed.
    Raises UserError where one of them has a chain that began later."""
    chosen = list(firms)
    now = {
        chain.enterprise_id: chain
        for chain in Chain.objects.select_for_update().filter(enterprise__in=chosen, until=None)
    }
    made = [
        change(by=by, firm=firm, now=now.get(firm.pk), values=values, since=since)
        for firm in chosen
    ]
    changed = [chain for chain in made if chain is not None]
    told = {key: str(value) for key, value in values.items()}
    audit.record(
        by=by, action="批量定包抓联", kind="chain", name=f"{len(changed)} 户",
        new={
            **told,
            "since": since.isoformat(),
            "enterprises": [chain.enterprise_id for chain in changed],
        },
    )  # fmt: skip
    return len(changed)


def now_of(enterprise: Enterprise) -> Chain | None:
    """The chain that holds now, locked. Must be called in a transaction."""
    return Chain.objects.select_for_update().filter(enterprise=enterprise, until=None).first()


def change(
    *, by: User, firm: Enterprise, now: Chain | None, values: dict[str, Any], since: datetime.date
) -> Chain | None:
    """The new chain, in place of ``now``; ``None`` where nothing would change. Writes no audit
    row: the caller does, in the same transaction. Raises UserError for a day before ``now``."""
    said = {field: getattr(now, field) for field in FIELDS} if now else {}
    if now is not None and all(said[field] == value for field, value in values.items()):
        return None
    if now is not None:
        if since < now.since:
            raise UserError(
                f"{firm} 现在的包抓联从 {now.since} 起，新的不能早于这一天；请把起算日改晚"
            )
        now.until = since
        now.save(update_fields=["until"])
    return Chain.objects.create(enterprise=firm, since=since, by=by, **{**said, **values})


def _words(chain: Chain) -> dict[str, str]:
    return {field: str(getattr(chain, field) or "") for field in FIELDS}
