"""Reports as they were frozen: opened, printed, and checked against what the audit chain says."""

from __future__ import annotations

import hashlib
import json
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from denggao.diagnosis.weekly import report as weekly
from denggao.diagnosis.weekly import standfile
from denggao.diagnosis.weekly.stand import Stand
from denggao.facts.errors import UserError
from denggao.web.accounts.models import AuditRow
from denggao.web.supervision.models import Report

COMPILED, SIGNED = "编制周报", "签发周报"
FILES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_ALTERED = "冻结的周报被改动过，与登记的摘要不符；请告知审计管理员"


def content_of(report: Report) -> weekly.Report:
    """The report as it was. Raises UserError where it was altered since."""
    data = bytes(report.content)
    if hashlib.sha256(data).hexdigest() != report.digest:
        raise UserError(_ALTERED)
    return weekly.from_json(json.loads(zlib.decompress(data)))


def stand_of(report: Report) -> Stand:
    """What it was made from. Raises UserError where that was altered since."""
    data = bytes(report.stand)
    if hashlib.sha256(data).hexdigest() != report.stand_digest:
        raise UserError(_ALTERED)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "底账.zip"
        path.write_bytes(data)
        return standfile.read(path)


def printed(report: Report, content: weekly.Report, kind: str, signed: str = "") -> bytes:
    """As Word or Excel, with who compiled and who signed it and the chain's head at the foot."""
    from denggao.documents.papers.printing import Printers
    from denggao.documents.papers.weekly import Signed, weekly_paper
    from denggao.documents.weekly_workbook import write_workbook

    who = Signed(str(report.by), signed, report.head)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"周报.{kind}"
        if kind == "docx":
            Printers(None).write(weekly_paper(content, who), path)
        else:
            write_workbook(path, content, who)
        return path.read_bytes()


def file_of(report: Report, kind: str) -> bytes:
    """The file that was signed; of an unsigned report, one that says so."""
    kept = report.word if kind == "docx" else report.excel
    if report.state != Report.State.SIGNED:
        return printed(report, content_of(report), kind)
    files = b"".join(map(bytes, filter(None, (report.word, report.excel))))
    if kept is None or hashlib.sha256(files).hexdigest() != report.files_digest:
        raise UserError(_ALTERED)
    return bytes(kept)


def faults() -> Iterator[str]:
    """Reports that are no longer what the audit rows say of them, or no longer there. One report
    in memory at a time."""
    known = set(Report.objects.values_list("pk", flat=True))
    for row in AuditRow.objects.filter(action=COMPILED, kind="report").order_by("seq"):
        report = Report.objects.defer("word", "excel").filter(pk=row.object_id).first()
        if report is None:
            yield f"{row.object_name}（审计第 {row.seq} 条）不见了"
            continue
        known.discard(report.pk)
        told = row.new["digest"], row.new["stand"]
        if tuple(map(_digest, (report.content, report.stand))) != told:
            yield f"{report} 被改过（审计第 {row.seq} 条）"
    for report in Report.objects.filter(pk__in=known):
        yield f"{report} 没有编制记录"
    yield from _signed_faults()


def _digest(data: bytes) -> str:
    return hashlib.sha256(bytes(data)).hexdigest()


def _signed_faults() -> Iterator[str]:
    signed = Report.objects.filter(state=Report.State.SIGNED).defer("content", "stand")
    known = set(signed.values_list("pk", flat=True))
    for row in AuditRow.objects.filter(action=SIGNED, kind="report").order_by("seq"):
        report = signed.filter(pk=row.object_id).first()
        if report is None:
            yield f"{row.object_name} 签发过（审计第 {row.seq} 条），现在不是已签发"
            continue
        known.discard(report.pk)
        files = b"".join(bytes(part or b"") for part in (report.word, report.excel))
        if _digest(files) != row.new["files"]:
            yield f"{report} 签发的文件被改过（审计第 {row.seq} 条）"
    for report in signed.filter(pk__in=known):
        yield f"{report} 标为已签发，没有签发记录"
