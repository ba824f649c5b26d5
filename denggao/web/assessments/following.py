"""三清单 followed up: the firm behind each entry, who looks after it, and who was told when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from denggao.diagnosis.lists import Entry, Lists, Roll
from denggao.web.accounts.models import User
from denggao.web.assessments.models import Reminder
from denggao.web.ledger.detail import Event, told_by
from denggao.web.ledger.models import Enterprise, Value

HEADS = [
    "序号", "企业名称", "统一社会信用代码", "区县", "责任人", "联系人", "联系电话", "有效期至",
    "期限", "最后工作日", "列入理由", "最近提醒", "方式", "告知何人",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Followed:
    """An entry with the firm it is about, if it still is in the ledger, and the last reminder."""

    entry: Entry
    firm: Enterprise | None
    last: Reminder | None


def followed(user: User, entries: Iterable[Entry]) -> list[Followed]:
    """In the order given; three queries whatever their number."""
    entries = list(entries)
    asked = {entry.firm for entry in entries}
    found = Enterprise.objects.for_user(user)
    firms: dict[str, Enterprise] = {}
    for firm in found.filter(Q(uscc__in=asked) | Q(uscc=None, name__in=asked)):
        firms[firm.uscc or firm.name] = firm
    told: dict[int, Reminder] = {}
    for reminder in _counting(user).filter(enterprise__in=list(firms.values())).reverse():
        told[reminder.enterprise_id] = reminder  # the last one wins
    return [
        Followed(entry, firm, told.get(firm.pk) if firm else None)
        for entry in entries
        for firm in [firms.get(entry.firm)]
    ]


def _counting(user: User) -> QuerySet[Reminder]:
    return Reminder.objects.for_user(user).filter(struck=False)


def without_owner(found: Lists) -> dict[str, int]:
    """How many firms of each list, by its id, nobody looks after."""
    return {r.id: sum(not e.owner for e in (*r.on, *r.open)) for r in found.rolls}


def people(user: User) -> QuerySet[User]:
    """To whom this person may give a firm."""
    scope = user.region
    inside = scope.path if scope else "none"
    return User.objects.filter(is_active=True, unit__region__path__startswith=inside)


def sheet(user: User, roll: Roll) -> Iterator[list[object]]:
    """Rows of the reminder sheet, under ``HEADS``: whom to ring, and what was done so far."""
    rows = followed(user, (*roll.on, *roll.open))
    firms = [row.firm.pk for row in rows if row.firm]
    asked = Value.objects.filter(enterprise__in=firms, fact__in=("contact", "phone"), year=0)
    known = {(v.enterprise_id, v.fact): v.text for v in asked}
    for number, row in enumerate(rows, 1):
        e, last = row.entry, row.last
        key = row.firm.pk if row.firm else 0
        yield [
            number, e.name, e.firm if e.firm != e.name else "", e.region, e.owner or "未落实",
            known.get((key, "contact")) or "", known.get((key, "phone")) or "", e.valid_to or "",
            e.due or "", e.act_by or "", e.reason, last.on if last else "",
            last.get_means_display() if last else "", last.told if last else "",
        ]  # fmt: skip


@told_by(Reminder)
def reminded(enterprise: Enterprise) -> Iterator[Event]:
    """For the timeline of a firm."""
    for one in enterprise.reminders.filter(struck=False).select_related("by"):
        what = f"{one.by} {one.get_means_display()}提醒{one.told}：{one.about}"
        yield Event(one.on, "提醒", f"{what}。{one.note}" if one.note else what, at=one.at)
