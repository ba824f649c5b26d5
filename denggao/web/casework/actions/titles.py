"""Titles over their life: each event dated, with its source, and what it does to the ledger."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from denggao.diagnosis.announced import Found
from denggao.diagnosis.calendar import certificate_end
from denggao.facts.errors import UserError
from denggao.facts.identity import normal_name
from denggao.facts.titles import CANCELLED, ever_held
from denggao.web.accounts import audit
from denggao.web.accounts.models import Region, User
from denggao.web.casework.models import (
    Announced,
    Announcement,
    AnnualReport,
    TitleEvent,
)
from denggao.web.kit.conflicts import Conflict
from denggao.web.ledger import actions as ledger
from denggao.web.ledger.matching import Doubt, FileFirm, match
from denggao.web.ledger.models import Enterprise, Title

Kind: Any = TitleEvent.Kind
Match: Any = Announced.Match
_MADE = {Kind.FIRST: "首次", Kind.RENEWED: "重新", Kind.MOVED_IN: "迁入"}
_ENDED = (Kind.CANCELLED, Kind.REVOKED)


def recognition(enterprise: Enterprise, subject: str, on: datetime.date) -> Any:
    """First recognition, or renewal where the firm has held the title before."""
    papers = [title.held() for title in enterprise.titles.filter(withdrawn=False)]
    before = on - datetime.timedelta(days=1)
    return Kind.RENEWED if ever_held(papers, subject, before) else Kind.FIRST


@transaction.atomic
def enter(
    *, by: User, enterprise: Enterprise, kind: str, subject: str, on: datetime.date, why: str,
    number: str = "", issued_on: datetime.date | None = None,
    valid_to: datetime.date | None = None, new_name: str = "", target: Region | None = None,
    source: Region | None = None, announced: Announced | None = None,
) -> TitleEvent:  # fmt: skip
    """Record an event and do to the ledger what it says: a certificate, its end, a new name with
    number and validity unchanged, another region with the title unchanged. ``on``: from when it
    holds. Raises UserError for what is missing, Conflict for an event that is there already."""
    if not why.strip():
        raise UserError("请写依据（公告文号、证书、企业说明）")
    enterprise = Enterprise.objects.select_related("region").get(pk=enterprise.pk)
    event = TitleEvent(
        enterprise=enterprise, subject=subject, kind=kind, on=on, number=number, why=why[:300],
        announced=announced, by=by,
    )  # fmt: skip
    if kind in (Kind.FIRST, Kind.RENEWED):
        event.record = _paper(event, on, valid_to or certificate_end(on))
    elif kind == Kind.MOVED_IN:
        _move_in(event, issued_on, valid_to, target, source)
    elif kind == Kind.MOVED_OUT:
        _move_out(event, target)
    elif kind in _ENDED:
        event.record = _end(event)
    elif kind == Kind.RENAMED:
        _rename(event, new_name)
    try:
        with transaction.atomic():
            event.save()
    except IntegrityError:
        raise Conflict from None
    told = {"subject": subject, "on": str(on), "number": number, "record": event.record_id}
    audit.record(by=by, action=f"资格{event.get_kind_display()}", of=enterprise, new=told, why=why)
    return event


def _paper(event: TitleEvent, issued: datetime.date, until: datetime.date) -> Title:
    """The certificate in the ledger; the one that is there, if it is the same."""
    if until < issued:
        raise UserError("有效期至早于发证日期，请核对")
    same = Title.objects.filter(
        enterprise=event.enterprise, kind=event.subject, withdrawn=False, issued_on=issued
    )
    found = same.filter(number__in=(event.number, "")).first() if event.number else same.first()
    if found is not None and found.valid_to == until:
        return found
    return Title.objects.create(
        enterprise=event.enterprise, kind=event.subject, number=event.number, issued_on=issued,
        valid_to=until, event=_MADE[Kind(event.kind)], by=event.by, why=event.why,
    )  # fmt: skip


def _end(event: TitleEvent) -> Title:
    papers = [t.held() for t in event.enterprise.titles.filter(withdrawn=False)]
    if not ever_held(papers, event.subject, event.on):
        raise UserError(f"{event.enterprise} 到 {event.on} 没有取得过{event.subject}，请核对")
    return Title.objects.create(
        enterprise=event.enterprise, kind=event.subject, number=event.number,
        cancelled_on=event.on, event=CANCELLED, by=event.by, why=event.why,
    )  # fmt: skip


def _rename(event: TitleEvent, new_name: str) -> None:
    """The name changes, the certificate does not: number and validity stay (LC-6)."""
    firm, name = event.enterprise, new_name.strip()
    if not name:
        raise UserError("更名要写新名称")
    event.old_name, event.new_name = firm.name, name
    before = normal_name(firm.name)
    if normal_name(name) != before:
        ledger.rename(
            by=event.by, enterprise=firm, version=firm.version, values={"name": name},
            why=event.why,
        )  # fmt: skip
        firm.former_names.filter(name_key=before).update(until=event.on)


def _move_in(
    event: TitleEvent, issued: datetime.date | None, until: datetime.date | None,
    target: Region | None, source: Region | None,
) -> None:  # fmt: skip
    """A whole move within validity: status, number and expiry go on as they were (LC-8)."""
    if issued is None or until is None:
        raise UserError("整体迁入沿用原证书，要写原发证日期和原有效期至")
    if not issued <= event.on <= until:
        raise UserError("整体迁入要在原证书有效期内完成；过期的按重新认定办")
    event.record = _paper(event, issued, until)
    event.source = source or _elsewhere(event.enterprise.region, target)
    event.target = target or event.enterprise.region
    _to(event)


def _elsewhere(now: Region, target: Region | None) -> Region | None:
    return now if target is not None and target.pk != now.pk else None


def _move_out(event: TitleEvent, target: Region | None) -> None:
    if target is None or target.pk == event.enterprise.region_id:
        raise UserError("整体迁出要写迁到哪里")
    event.source, event.target = event.enterprise.region, target
    _to(event)


def _to(event: TitleEvent) -> None:
    firm, target = event.enterprise, event.target
    if target is not None and firm.region_id != target.pk:
        ledger.rename(
            by=event.by, enterprise=firm, version=firm.version,
            values={"name": firm.name, "region": target, "zone": None}, why=event.why,
        )  # fmt: skip


@transaction.atomic
def withdraw(*, by: User, event: TitleEvent, why: str) -> None:
    """Take an event back that was recorded wrongly, with the certificate that it made. A renaming
    or a move is not taken back but followed by another. Raises Conflict, UserError."""
    if not why.strip():
        raise UserError("请写理由")
    if event.kind in (Kind.RENAMED, Kind.MOVED_IN, Kind.MOVED_OUT):
        raise UserError("更名、迁移记错了，请再登记一次改回来的事项，历史都留着")
    if not TitleEvent.objects.filter(pk=event.pk, withdrawn=False).update(withdrawn=True):
        raise Conflict
    if event.record is not None and not event.record.withdrawn:
        ledger.withdraw_title(by=by, title=event.record, why=why)
    audit.record(
        by=by, action="撤下资格事项", of=event.enterprise, old={"event": event.pk}, why=why
    )


# --- notices -------------------------------------------------------------------------------------

#: Kind of notice → what happened to each firm on it (首次 or 重新 is seen from the ledger).
_EVENT_OF = {
    "备案公告": "",
    "更名": Kind.RENAMED,
    "异地搬迁": Kind.MOVED_IN,
    "资格继续有效": Kind.MOVED_IN,
    "取消资格": Kind.CANCELLED,
    "撤销资格": Kind.REVOKED,
}


@transaction.atomic
def bring(*, by: User, values: dict[str, Any], found: Found) -> Announcement:
    """Keep a notice with its list, each firm matched as far as that is sure; the ledger is not
    touched. Raises UserError for an empty list, or one that was brought before."""
    if by.region is None:
        raise UserError("您没有辖区，不能登记公告")
    if not found.firms:
        raise UserError("名单里没有找到企业；" + "；".join(found.problems[:5]))
    told = json.dumps([values["title"], *map(str, found.firms)], ensure_ascii=False)
    digest = hashlib.sha256(told.encode()).hexdigest()
    if Announcement.objects.filter(region=by.region, digest=digest).exists():
        raise UserError("同样的公告和名单已经登记过")
    made = Announcement.objects.create(
        **values, region=by.region, digest=digest, notes=list(found.problems), by=by
    )
    _match(made, found, by.region)
    audit.record(by=by, action="登记公告", of=made, new={"firms": len(found.firms)})
    return made


def _match(made: Announcement, found: Found, region: Region) -> None:
    """Each line to its firm by code and name; for a renaming by the name before, or the new one
    where the ledger has it already."""
    firms = {}
    for row in found.firms:
        firm = FileFirm(row.old or row.name, row.code)
        if row.old:
            firm.former.add(normal_name(row.name))
        firms[id(firm)] = (firm, row)
    told = match([firm for firm, _ in firms.values()], region)
    verdicts: dict[int, tuple[str, str, list[Any], int | None]] = {}
    for firm, known in told.known:
        verdicts[id(firm)] = (Match.SURE, "信用代码或名称相同", [], known.pk)
    for firm, doubt in told.doubtful:
        verdicts[id(firm)] = _doubtful(doubt)
    for firm in told.new:
        verdicts[id(firm)] = (Match.UNKNOWN, "台账里没有这一户", [], None)
    for firm in told.elsewhere:
        verdicts[id(firm)] = (Match.ELSEWHERE, "信用代码属于别的辖区的企业", [], None)
    Announced.objects.bulk_create(
        Announced(
            announcement=made, line=row.line, name=row.name, old=row.old, code=row.code,
            number=row.number, day=row.day, match=verdicts[key][0], why=verdicts[key][1][:300],
            candidates=verdicts[key][2], enterprise_id=verdicts[key][3],
        )
        for key, (_, row) in firms.items()
    )  # fmt: skip


def _doubtful(doubt: Doubt) -> tuple[str, str, list[Any], int | None]:
    return Match.DOUBTFUL, doubt.why, [list(choice) for choice in doubt.choices], None


@transaction.atomic
def decide(*, by: User, row: Announced, same: Enterprise | None) -> None:
    """A person says which firm a doubtful line means, or that it is not entered. Raises
    Conflict where that has been decided."""
    open_rows = Announced.objects.filter(pk=row.pk, state=Announced.State.OPEN)
    if same is None:
        changed = open_rows.update(
            state=Announced.State.SKIPPED, decided_by=by, decided_at=timezone.now()
        )
    else:
        changed = open_rows.update(
            enterprise=same, match=Match.SURE, why=f"{by} 认定为 {same}"[:300]
        )
    if not changed:
        raise Conflict
    told = {"enterprise": same.pk if same else None}
    audit.record(by=by, action="认定公告企业", of=row.announcement, name=row.name, new=told)


def apply(*, by: User, made: Announcement, rows: Sequence[Announced]) -> tuple[int, list[str]]:
    """Enter the sure ones that a person has seen, each by itself. Returns how many were, and
    why the others were not."""
    done, refused = 0, []
    for row in rows:
        try:
            with transaction.atomic():
                _apply(by, made, row)
        except UserError as error:
            refused.append(f"第 {row.line} 行 {row.name}：{error}")
        except Conflict:
            refused.append(f"第 {row.line} 行 {row.name}：已经入账，或同一天已有同样的事项")
        else:
            done += 1
    return done, refused


def _apply(by: User, made: Announcement, row: Announced) -> None:
    if row.enterprise is None or row.match != Match.SURE:
        raise UserError("还没有认定是台账里的哪一户")
    if made.kind not in _EVENT_OF:
        raise UserError(f"“{made.kind}”的公告不改变资格，不入账")
    taken = Announced.objects.filter(pk=row.pk, state=Announced.State.OPEN)
    if not taken.update(state=Announced.State.ENTERED, decided_by=by, decided_at=timezone.now()):
        raise Conflict
    on = row.day or made.on
    kind = _EVENT_OF[made.kind] or recognition(row.enterprise, made.subject, on)
    paper = _original(row, made) if kind == Kind.MOVED_IN else {}
    enter(
        by=by, enterprise=row.enterprise, kind=kind, subject=made.subject,
        on=made.on if kind == Kind.MOVED_IN else on, number=row.number, new_name=row.name,
        why=f"{made.title} {made.number}".strip(), announced=row, **paper,
    )  # fmt: skip


def _original(row: Announced, made: Announcement) -> dict[str, Any]:
    """The certificate that a moved firm brought along: as the ledger has it, else from the day
    of issue on the list."""
    known = Title.objects.filter(
        enterprise=row.enterprise, kind=made.subject, withdrawn=False, issued_on__isnull=False,
        valid_to__gte=made.on,
    ).order_by("-issued_on").first()  # fmt: skip
    if known is not None:
        return {"issued_on": known.issued_on, "valid_to": known.valid_to}
    if row.day is None:
        raise UserError("不知道原证书的发证日期，请在企业页登记整体迁入")
    return {"issued_on": row.day, "valid_to": certificate_end(row.day)}


# --- annual reports ------------------------------------------------------------------------------


@transaction.atomic
def report(
    *, by: User, enterprise: Enterprise, year: int, filed_at: datetime.datetime | None
) -> AnnualReport:
    """The annual report on a year was handed in, or (``None``) certainly was not; one that was
    missed may still come, late. Raises Conflict where something else is known already."""
    known = AnnualReport.objects.filter(enterprise=enterprise, year=year, filed_at=None)
    if filed_at is not None and known.update(filed_at=filed_at, by=by, at=timezone.now()):
        made = AnnualReport.objects.get(enterprise=enterprise, year=year)
    else:
        try:
            with transaction.atomic():
                made = AnnualReport.objects.create(
                    enterprise=enterprise, year=year, filed_at=filed_at, by=by
                )
        except IntegrityError:
            raise Conflict from None
    said = timezone.localtime(filed_at).isoformat() if filed_at else "未报"
    audit.record(by=by, action="登记年报", of=enterprise, new={"year": year, "filed_at": said})
    return made
