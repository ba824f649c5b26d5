"""减免台账: amounts told to us, typed or from a workbook; what nobody knows stays unknown."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, Sum

from denggao.diagnosis.payout.relieflist import Line, read_reliefs
from denggao.facts.errors import UserError
from denggao.web.accounts import audit
from denggao.web.accounts.models import User
from denggao.web.ledger.actions import Conflict
from denggao.web.ledger.models import Enterprise
from denggao.web.money.holders import Holders
from denggao.web.money.models import Relief, ReliefFile

_SAME = "同一户、同一类别、同一所属期已经有一条；要改请先撤下原来那条"


@dataclass(frozen=True)
class Total:
    """A kind in a period: rows, 分 of those known, and how many nobody knows."""

    kind: str
    period: str
    count: int
    fen: int
    unknown: int


def totals(user: User, period: str = "") -> list[Total]:
    """Sums by kind and period, those that count."""
    rows = Relief.objects.for_user(user).filter(withdrawn="")
    if period:
        rows = rows.filter(period=period)
    found = rows.values("kind", "period").annotate(
        count=Count("pk"), known=Sum("fen"), unknown=Count("pk", filter=Q(fen=None))
    )
    labels = dict(Relief.Kind.choices)
    return [
        Total(labels[r["kind"]], r["period"], r["count"], r["known"] or 0, r["unknown"])
        for r in found.order_by("kind", "-period")
    ]


@transaction.atomic
def add(
    *, by: User, name: str, kind: str, period: str, fen: int | None, source: str,
    carrier: str = "", enterprise: Enterprise | None = None,
) -> Relief:  # fmt: skip
    """One amount. Raises Conflict where there is one already, UserError."""
    if by.region is None:
        raise UserError("您没有辖区，不能登记减免")
    try:
        with transaction.atomic():
            made = Relief.objects.create(
                region=by.region, enterprise=enterprise, name=name, carrier=carrier, kind=kind,
                period=period, fen=fen, source=source, by=by,
            )  # fmt: skip
    except IntegrityError:
        raise Conflict(_SAME) from None
    audit.record(by=by, action="登记减免", of=made, new={"fen": fen, "period": period})
    return made


@transaction.atomic
def withdraw(*, by: User, relief: Relief, why: str) -> None:
    """Let an amount count no longer; the row stays. Raises Conflict, UserError."""
    if not why.strip():
        raise UserError("请写明为什么撤下")
    audit.record(by=by, action="撤下减免", of=relief, old={"fen": relief.fen}, why=why)
    if not Relief.objects.filter(pk=relief.pk, withdrawn="").update(withdrawn=why[:200]):
        raise Conflict


def bring(*, by: User, name: str, content: bytes) -> ReliefFile:
    """All rows of a workbook, or none. Raises UserError that names the cells, Conflict for a file
    that came in before."""
    if by.region is None:
        raise UserError("您没有辖区，不能导入减免台账")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(name).name
        path.write_bytes(content)
        lines = read_reliefs(path)
    _no_doubles(lines)
    holders = Holders(by.region)
    try:
        with transaction.atomic():
            file = ReliefFile.objects.create(
                region=by.region, name=name[-120:], count=len(lines), by=by,
                digest=hashlib.sha256(content).hexdigest(),
            )  # fmt: skip
            Relief.objects.bulk_create(
                [_relief(line, holders, file, by) for line in lines], batch_size=1000
            )
            audit.record(by=by, action="导入减免台账", of=file, new={"rows": len(lines)})
    except IntegrityError:
        if ReliefFile.objects.filter(
            region=by.region, digest=hashlib.sha256(content).hexdigest()
        ).exists():
            raise Conflict("这份文件已经导入过") from None
        raise Conflict(f"文件里有已经登记过的：{_SAME}") from None
    return file


def _relief(line: Line, holders: Holders, file: ReliefFile, by: User) -> Relief:
    holder = holders.of(line.code, line.name)
    source = f"{line.source}（{line.where}）" if line.source else line.where
    return Relief(
        region=file.region, enterprise_id=holder.enterprise, name=line.name[:120],
        carrier=line.carrier[:120], kind=line.kind, period=line.period[:30], fen=line.fen,
        source=source[:200], file=file, by=by,
    )  # fmt: skip


def _no_doubles(lines: list[Line]) -> None:
    seen: dict[tuple[str, ...], str] = {}
    for line in lines:
        key = line.name, line.carrier, line.kind, line.period
        if key in seen:
            raise UserError(f"{line.where}与{seen[key]}是同一户、同一类别、同一所属期，只能有一条")
        seen[key] = line.where
