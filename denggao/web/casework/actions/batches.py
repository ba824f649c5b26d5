"""The calendar: each change one transaction with its audit row beside it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from denggao.diagnosis.batchfile import Entry
from denggao.facts.errors import UserError
from denggao.facts.regionnames import region_name
from denggao.web.accounts import audit
from denggao.web.accounts.models import Region, User
from denggao.web.casework.gates import LAW_OF
from denggao.web.casework.models import Batch, BlankYear, Move
from denggao.web.kit.conflicts import Conflict


def _local(at: datetime.datetime) -> str:
    return timezone.localtime(at).isoformat(timespec="minutes")


@transaction.atomic
def add(
    *, by: User, region: Region, title: str, year: int, number: int, words: str,
    deadline: datetime.datetime, basis: str = "", note: str = "",
) -> Batch:  # fmt: skip
    """A batch as it was announced. Raises UserError where it is there already, or the year was
    said to have none."""
    if BlankYear.objects.filter(region=region, title=title, year=year).exists():
        raise UserError(f"{region} {year} 年登记为不设批次，请先核对依据")
    batch, made = Batch.objects.get_or_create(
        region=region, title=title, year=year, number=number,
        defaults={
            "words": words, "deadline": deadline, "basis": basis, "note": note, "by": by,
            "law": LAW_OF.get(title, ""),
        },
    )  # fmt: skip
    if not made:
        raise UserError(f"{region} {batch} 已有，截止改了请用“改期”")
    told = {"deadline": _local(deadline), "words": words, "basis": basis}
    audit.record(by=by, action="登记批次", of=batch, new=told)
    return batch


@transaction.atomic
def move(
    *, by: User, batch: Batch, version: int, words: str, deadline: datetime.datetime, notice: str
) -> Move:
    """Move a deadline by a notice. Raises Conflict where somebody changed the batch meanwhile,
    UserError without a notice or for the deadline it has."""
    if not notice.strip():
        raise UserError("改期要写通知的名称或文号")
    if deadline == batch.deadline:
        raise UserError("新的截止和现在的一样")
    _next_version(batch, version)
    moved = Move.objects.create(
        batch=batch, old=batch.deadline, old_words=batch.words, new=deadline, new_words=words,
        notice=notice.strip(), by=by,
    )  # fmt: skip
    Batch.objects.filter(pk=batch.pk).update(deadline=deadline, words=words)
    audit.record(
        by=by, action="批次改期", of=batch, why=notice, old={"deadline": _local(batch.deadline)},
        new={"deadline": _local(deadline), "words": words},
    )  # fmt: skip
    batch.deadline, batch.words = deadline, words
    return moved


@transaction.atomic
def describe(*, by: User, batch: Batch, version: int, values: dict[str, Any]) -> None:
    """Law, note, and the intents that others reported. Raises Conflict."""
    _next_version(batch, version)
    old = {key: getattr(batch, key) for key in values}
    for key, value in values.items():
        setattr(batch, key, value)
    batch.save(update_fields=list(values))
    audit.record(by=by, action="修改批次", of=batch, old=old, new=values)


def _next_version(batch: Batch, version: int) -> None:
    taken = Batch.objects.filter(pk=batch.pk, version=version)
    if not taken.update(version=version + 1):
        raise Conflict
    batch.version = version + 1


@dataclass
class Loaded:
    """What a calendar file came to."""

    added: int = 0
    moved: int = 0
    same: int = 0
    blank: int = 0


@transaction.atomic
def load(*, by: User, entries: Sequence[Entry], name: str) -> Loaded:
    """Take a calendar file whole: new batches are added, a deadline that differs is moved by the
    notice that the file names. Raises UserError, and takes nothing, where a region is unknown or
    not the person's, or a deadline differs without a notice."""
    found = Loaded()
    for entry in entries:
        region = _region(entry, by)
        if entry.number:
            _take(by, entry, region, found)
        else:
            _blank(by, entry, region, found)
    audit.record(by=by, action="导入批次日历", kind="batch", name=name, new=vars(found))
    return found


def _blank(by: User, entry: Entry, region: Region, found: Loaded) -> None:
    if Batch.objects.filter(region=region, title=entry.title, year=entry.year).exists():
        raise UserError(f"第 {entry.row} 行：{region} {entry.year} 年已登记批次，不能写不设批次")
    _, made = BlankYear.objects.get_or_create(
        region=region, title=entry.title, year=entry.year,
        defaults={"basis": entry.basis, "by": by},
    )  # fmt: skip
    found.blank += made


def _take(by: User, entry: Entry, region: Region, found: Loaded) -> None:
    assert entry.deadline is not None
    known = Batch.objects.filter(
        region=region, title=entry.title, year=entry.year, number=entry.number
    ).first()
    if known is None:
        first, words = entry.old or entry.deadline, entry.old_words or entry.words
        known = add(
            by=by, region=region, title=entry.title, year=entry.year, number=entry.number,
            words=words, deadline=first, basis="" if entry.old else entry.basis, note=entry.note,
        )  # fmt: skip
        found.added += 1
    elif known.deadline == entry.deadline:
        found.same += 1
    if known.deadline != entry.deadline:
        if not entry.basis:
            raise UserError(
                f"第 {entry.row} 行：{known} 现在的截止是 {known.words}，文件写 {entry.words}，"
                "却没有写改期的通知（依据）"
            )
        move(
            by=by, batch=known, version=known.version, words=entry.words, deadline=entry.deadline,
            notice=entry.basis,
        )  # fmt: skip
        found.moved += 1


def _region(entry: Entry, by: User) -> Region:
    """By code, or by a name that means one place in the person's region."""
    text, scope = entry.region, by.region
    region = Region.objects.filter(pk=text).first()
    if region is None and scope is not None:
        inside = Region.objects.filter(path__startswith=scope.path)
        named = list(inside.filter(name__in=(text, region_name(text)))[:2])
        region = named[0] if len(named) == 1 else None
    if region is None:
        raise UserError(
            f"第 {entry.row} 行：地域“{text}”在您的辖区里认不得或不止一处，请写区划代码，如 620102"
        )
    if scope is None or not scope.contains(region):
        raise UserError(f"第 {entry.row} 行：{region}不在您的辖区，没有导入")
    return region
