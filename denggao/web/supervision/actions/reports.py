"""周报告: compiled and frozen by one person, signed by another."""

from __future__ import annotations

import datetime
import hashlib
import json
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils import timezone

from denggao.diagnosis.weekly import report as weekly
from denggao.diagnosis.weekly import standfile
from denggao.diagnosis.weekly.figures import FIRMS, HELD, TASKS_LATE, parts
from denggao.facts.errors import UserError
from denggao.web.accounts import audit
from denggao.web.accounts.models import User
from denggao.web.supervision import frozen, standing
from denggao.web.supervision.actions.tasks import region_of
from denggao.web.supervision.models import Basis, Report

State = Report.State


@transaction.atomic
def compile_report(*, by: User, as_of: datetime.date) -> Report:
    """Freeze the week that ends with the day. Raises UserError where there is a report of the day
    already, or where the board says something else."""
    region = region_of(by)
    now = standing.stand_of(by, as_of)
    if not len(now.ledger):
        raise UserError("辖区内还没有企业，没有数可报")
    kept = Report.objects.filter(region=region, as_of__lt=as_of).exclude(state=State.DROPPED)
    last = kept.order_by("-as_of").first()
    made = weekly.made(now, frozen.stand_of(last) if last else None, region.name)
    wrong = standing.differences(by, made)
    if wrong:
        raise UserError(f"周报的数和看板不一致，没有冻结：{'；'.join(wrong)}")
    content = _packed(made)
    stand = _bytes(lambda path: standfile.write(now, path))
    try:
        with transaction.atomic():
            report = Report.objects.create(
                region=region, as_of=as_of, last=last, by=by, content=content, stand=stand,
                digest=_digest(content), stand_digest=_digest(stand), shown=_shown(made), head="",
            )  # fmt: skip
    except IntegrityError:
        raise UserError(f"{as_of} 的周报已经编制过；要重编，请先把它定为不签发") from None
    audit.record(
        by=by, action=frozen.COMPILED, of=report,
        new={"digest": report.digest, "stand": report.stand_digest},
    )  # fmt: skip
    report.head = audit.head()
    report.save(update_fields=["head"])
    return report


def _packed(made: weekly.Report) -> bytes:
    text = json.dumps(weekly.as_json(made), ensure_ascii=False, sort_keys=True)
    return zlib.compress(text.encode(), 6)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _shown(made: weekly.Report) -> list[list[object]]:
    wanted = [
        line for line in made.lines
        if line.id in (FIRMS, TASKS_LATE) or (parts(line.id)[0] == HELD and line.total)
    ]  # fmt: skip
    return [[line.id, line.total, line.change] for line in wanted]


def _bytes(write: Callable[[Path], None]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        write(path)
        return path.read_bytes()


@transaction.atomic
def sign(*, by: User, report: Report) -> None:
    """签发: by somebody else than the compiler; the files are made now and kept. Raises
    UserError."""
    if report.by_id == by.pk:
        raise UserError("编制的人不能自己签发，请另一位签发")
    content = frozen.content_of(report)
    files = {kind: frozen.printed(report, content, kind, signed=str(by)) for kind in frozen.FILES}
    told = _digest(b"".join(files.values()))
    done = Report.objects.filter(pk=report.pk, state=State.COMPILED).update(
        state=State.SIGNED, decided_by=by, decided_at=timezone.now(), word=files["docx"],
        excel=files["xlsx"], files_digest=told,
    )  # fmt: skip
    if not done:
        raise UserError("这份周报已经处理过了")
    audit.record(
        by=by, action=frozen.SIGNED, of=report, new={"files": told, "digest": report.digest}
    )


@transaction.atomic
def drop(*, by: User, report: Report, why: str) -> None:
    """不签发, for a reason; a new one may be compiled for the day. Raises UserError once it is
    signed, and where a later report was compared with it."""
    if Report.objects.filter(last=report).exclude(state=State.DROPPED).exists():
        raise UserError("后一期周报是和它对比的，不能作废")
    if not why.strip():
        raise UserError("不签发要写理由")
    done = Report.objects.filter(pk=report.pk, state=State.COMPILED).update(
        state=State.DROPPED, decided_by=by, decided_at=timezone.now(), why=why.strip()
    )
    if not done:
        raise UserError("这份周报已经处理过了")
    audit.record(by=by, action="不签发周报", of=report, why=why)


@transaction.atomic
def set_basis(*, by: User, values: dict[str, object], why: str) -> Basis:
    """口径 from a day on. Raises UserError for a day that a report has counted already."""
    region = region_of(by)
    since = values["since"]
    kept = Report.objects.filter(region=region, as_of__gte=since).exclude(state=State.DROPPED)
    if kept.exists():
        raise UserError(f"{since} 以后已经编过周报，新口径要从以后的日子起")
    basis = Basis.objects.create(region=region, by=by, why=why, **values)
    new = {key: str(value) for key, value in values.items()}
    audit.record(by=by, action="设定周报口径", of=basis, new=new, why=why)
    return basis
