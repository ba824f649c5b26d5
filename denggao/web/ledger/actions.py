"""Everything that changes the ledger: one transaction each, its audit row beside it."""

from __future__ import annotations

import datetime
import hashlib
import shutil
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from denggao.facts.catalogue import Fact
from denggao.facts.errors import UserError
from denggao.web.accounts import audit
from denggao.web.accounts.models import Region, User
from denggao.web.kit.conflicts import Conflict as Conflict  # raised here, caught by views
from denggao.web.ledger import committing, preparing, reading, resolving
from denggao.web.ledger.matching import FileFirm, Known
from denggao.web.ledger.models import (
    Access,
    Enterprise,
    Import,
    PendingRow,
    SavedView,
    Statement,
    Title,
    Value,
)
from denggao.web.ledger.sources import RANKS
from denggao.web.ledger.values import Columns, shown

State = Import.State


# --- imports -------------------------------------------------------------------------------------


def bring(
    *, by: User, name: str, chunks: Iterable[bytes], region: Region, mode: str, source: str,
    as_of: datetime.date,
) -> Import:  # fmt: skip
    """Keep an upload and start reading it. Raises UserError where the disk does not take it."""
    from denggao.web.ledger import tasks

    with transaction.atomic():
        brought = Import.objects.create(
            file=name[-200:], size=0, digest="", mode=mode, source=source, as_of=as_of,
            region=region, by=by,
        )  # fmt: skip
        path, told = reading.upload_path(brought), hashlib.sha256()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                for chunk in chunks:
                    told.update(chunk)
                    file.write(chunk)
        except OSError:
            path.unlink(missing_ok=True)
            raise UserError("上传的文件存不下（磁盘已满或没有权限），没有导入") from None
        brought.size, brought.digest = path.stat().st_size, told.hexdigest()
        brought.save(update_fields=["size", "digest"])
        audit.record(by=by, action="上传台账", of=brought, new={"sha256": brought.digest})
        tasks.check.enqueue(brought.pk)
    return brought


def confirm(*, by: User, source: Import, without_wrong: bool) -> None:
    """Start writing. Raises Conflict where somebody already has, UserError where rows are wrong
    and nobody said that the others may come in alone."""
    from denggao.web.ledger import tasks

    if source.counts.get("wrong") and not without_wrong:
        raise UserError(
            f"有 {source.counts['wrong']} 行有错；请改好后重新上传，或选择只导入没有错的行"
        )
    with transaction.atomic():
        begun = Import.objects.filter(pk=source.pk, state=State.CHECKED).update(
            state=State.COMMITTING, without_wrong=without_wrong, done=0, total=0, step="",
            message="", touched_at=timezone.now(),
        )  # fmt: skip
        if not begun:
            raise Conflict
        audit.record(by=by, action="确认导入", of=source, new={"without_wrong": without_wrong})
        tasks.commit.enqueue(source.pk)


@transaction.atomic
def tell_columns(*, by: User, source: Import, columns: dict[str, Any]) -> None:
    """Say what heads mean that were not understood, and read the file again. Raises Conflict
    where it is no longer waiting."""
    from denggao.web.ledger import tasks

    told = {**source.columns, **columns}
    waiting = Import.objects.filter(pk=source.pk, state__in=(State.CHECKED, State.REFUSED))
    if not waiting.update(state=State.CHECKING, columns=told, message="", done=0, total=0):
        raise Conflict
    audit.record(by=by, action="认列", of=source, old=source.columns, new=told)
    tasks.check.enqueue(source.pk)


@transaction.atomic
def drop(*, by: User, source: Import) -> None:
    """Give an unwritten import up; its file goes. Raises Conflict where it is being written."""
    waiting = (State.CHECKED, State.REFUSED)
    if not Import.objects.filter(pk=source.pk, state__in=waiting).update(state=State.DROPPED):
        raise Conflict
    shutil.rmtree(reading.upload_path(source).parent, ignore_errors=True)
    audit.record(by=by, action="放弃导入", of=source)


@transaction.atomic
def undo(*, by: User, source: Import, why: str) -> None:
    """Take a written import back: its statements stay and count no longer. Raises Conflict where
    it is not (or no longer) written."""
    undone = Import.objects.filter(pk=source.pk, state=State.COMMITTED).update(
        state=State.UNDONE, undone_at=timezone.now()
    )
    if not undone:
        raise Conflict
    source.refresh_from_db()
    audit.record(by=by, action="撤销导入", of=source, new=committing.take_back(source), why=why)


def take_up_again() -> int:
    """Start once more the jobs that were interrupted (power cut, killed); returns how many.
    Called when no worker is running."""
    from denggao.web.ledger import tasks

    running = Import.objects.filter(state__in=(State.CHECKING, State.COMMITTING))
    for source in running:
        job = tasks.check if source.state == State.CHECKING else tasks.commit
        job.enqueue(source.pk)
    return len(running) + sum(begin() for begin in tasks.INTERRUPTED)


# --- doubtful firms ------------------------------------------------------------------------------


@transaction.atomic
def decide(*, by: User, pending: PendingRow, verdict: str, same: Enterprise | None = None) -> None:
    """A person says who a doubtful firm is: ``same`` as one of the ledger, new, or neither.
    Raises Conflict where it has been decided, UserError for a code that is taken."""
    pending = PendingRow.objects.select_for_update().get(pk=pending.pk)
    if pending.decision != PendingRow.Decision.OPEN:
        raise Conflict(f"“{pending.name}”别人已经认定过了，您这一次没有写入")
    source = pending.source
    if verdict != "none":
        firm = FileFirm(pending.name, pending.uscc, reading.from_json(pending.rows))
        known = Known(same.pk, same.uscc or "", same.name, same.name_key) if same else None
        code_taken = Enterprise.objects.filter(uscc=firm.code).exclude(pk=same.pk if same else 0)
        if firm.code and (known is None or not known.uscc) and code_taken.exists():
            raise UserError(f"信用代码 {firm.code} 已属于台账里的另一户，不能再用")
        if known is not None and firm.key != known.key and known.uscc == firm.code:
            firm.former.add(known.key)  # one code, another name: the firm was renamed
        pending.enterprise = committing.write_decided(
            source, preparing.decided(source, firm, known)
        )
        source.statements_digest = committing.digest(source)
        source.save(update_fields=["statements_digest"])
    pending.decision, pending.decided_by, pending.decided_at = verdict, by, timezone.now()
    pending.save()
    audit.record(
        by=by, action="认定企业", of=pending, name=pending.name or pending.uscc,
        new={
            "decision": verdict,
            "enterprise": pending.enterprise_id,
            "statements_sha256": source.statements_digest,
        },
    )  # fmt: skip


# --- one enterprise ------------------------------------------------------------------------------


@transaction.atomic
def add(*, by: User, values: dict[str, Any], why: str) -> Enterprise:
    """Enter one firm by hand: name, code, region, zone, owner. Raises Conflict where somebody
    has just entered the same code."""
    try:
        with transaction.atomic():
            firm = Enterprise.objects.create(made_by=by, **values)
    except IntegrityError:
        raise Conflict(f"信用代码 {values['uscc']} 刚刚由别人登记了") from None
    audit.record(by=by, action="新增企业", of=firm, new=_identity(firm), why=why)
    return firm


@transaction.atomic
def correct(
    *, by: User, enterprise: Enterprise, version: int, fact: Fact, year: int, columns: Columns,
    source: str, why: str,
) -> Statement:  # fmt: skip
    """State one value by hand, with its source and a reason. Raises Conflict where the enterprise
    has changed since the form was opened."""
    _next_version(enterprise, version)
    old = Value.objects.filter(enterprise=enterprise, fact=fact.code, year=year).first()
    statement = Statement.objects.create(
        enterprise=enterprise, fact=fact.code, year=year, **columns._asdict(),
        rank=RANKS[source], by=by, why=why,
    )  # fmt: skip
    resolving.touched_by_statement(statement.pk)
    before = shown(fact, Columns(old.number, old.lo, old.hi, old.text)) if old else None
    audit.record(
        by=by, action="更正填报", of=enterprise, why=why,
        old={"fact": statement.key, "value": before},
        new={"fact": statement.key, "value": shown(fact, columns), "statement": statement.pk},
    )  # fmt: skip
    return statement


@transaction.atomic
def rename(
    *, by: User, enterprise: Enterprise, version: int, values: dict[str, Any], why: str
) -> None:
    """Change what tells the enterprise apart and places it: name, code, region, zone, owner."""
    _next_version(enterprise, version)
    old = _identity(enterprise)
    if values["name"] != enterprise.name:
        enterprise.former_names.get_or_create(
            name_key=enterprise.name_key,
            defaults={"name": enterprise.name, "until": timezone.localdate()},
        )
    for field, value in values.items():
        setattr(enterprise, field, value)
    enterprise.save()
    audit.record(
        by=by, action="变更企业", of=enterprise, old=old, new=_identity(enterprise), why=why
    )


def _identity(enterprise: Enterprise) -> dict[str, Any]:
    return {
        "name": enterprise.name,
        "uscc": enterprise.uscc,
        "region": enterprise.region_id,
        "zone": enterprise.zone_id,
        "owner": enterprise.owner_id,
    }


@transaction.atomic
def assign(*, by: User, enterprises: Iterable[Enterprise], owner: User) -> int:
    """Give the firms that nobody looks after to one person; returns how many were. Whoever has
    an owner keeps it: that is changed on the firm's own page, with a reason."""
    count = 0
    for firm in enterprises:
        free = Enterprise.objects.filter(pk=firm.pk, owner=None)
        if free.update(owner=owner, version=models.F("version") + 1):
            audit.record(by=by, action="落实责任人", of=firm, new={"owner": owner.username})
            count += 1
    return count


@transaction.atomic
def add_title(
    *, by: User, enterprise: Enterprise, version: int, values: dict[str, Any], why: str
) -> Title:
    """Record a certificate, or the cancellation of one."""
    _next_version(enterprise, version)
    title = Title.objects.create(enterprise=enterprise, by=by, why=why, **values)
    told = {key: str(value) for key, value in values.items() if value}
    audit.record(by=by, action="登记证书", of=enterprise, new={**told, "title": title.pk}, why=why)
    return title


@transaction.atomic
def withdraw_title(*, by: User, title: Title, why: str) -> None:
    """Take a certificate that was recorded wrongly from sight. Raises Conflict if it is."""
    if not Title.objects.filter(pk=title.pk, withdrawn=False).update(withdrawn=True):
        raise Conflict("这张证书别人已经撤下了")
    audit.record(
        by=by, action="撤下证书", of=title.enterprise, old={"title": title.pk, "kind": title.kind},
        why=why,
    )  # fmt: skip


def _next_version(enterprise: Enterprise, version: int) -> None:
    """Take the turn of whoever saw this version; one of many gets it."""
    taken = Enterprise.objects.filter(pk=enterprise.pk, version=version)
    if not taken.update(version=version + 1):
        raise Conflict
    enterprise.version = version + 1


@transaction.atomic
def note_export(*, by: User, what: str, count: int) -> None:
    """Somebody took a list out of the house."""
    audit.record(by=by, action="导出", kind="list", name=what, new={"rows": count})


@transaction.atomic
def set_access(*, by: User, enterprise: Enterprise, users: list[User], why: str) -> None:
    """Exactly these people of the firm, and experts sent to it, may see it from outside."""
    old = sorted(enterprise.access.values_list("user__username", flat=True))
    new = sorted(user.username for user in users)
    enterprise.access.exclude(user__in=users).delete()
    for user in users:
        Access.objects.get_or_create(enterprise=enterprise, user=user)
    audit.record(by=by, action="指派可见", of=enterprise, old=old, new=new, why=why)


# --- views of one's own --------------------------------------------------------------------------


@transaction.atomic
def save_view(*, by: User, name: str, query: str) -> SavedView:
    """A search under a name of the person's own; of the same name, the new one holds. Raises
    UserError without a name."""
    if not name:
        raise UserError("请给视图起个名")
    old = SavedView.objects.select_for_update().filter(user=by, name=name).first()
    view, _ = SavedView.objects.update_or_create(user=by, name=name, defaults={"query": query})
    audit.record(by=by, action="保存视图", of=view, old=old and old.query, new=query)
    return view


@transaction.atomic
def remove_view(*, by: User, name: str) -> None:
    """Forget one. Raises UserError where the person has none of the name."""
    view = SavedView.objects.select_for_update().filter(user=by, name=name).first()
    if view is None:
        raise UserError(f"没有叫“{name}”的视图" if name else "请写要删除的视图的名称")
    audit.record(by=by, action="删除视图", of=view, old=view.query)
    view.delete()
