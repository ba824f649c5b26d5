"""The two jobs of an import, reading and writing. Either is done whole or not at all."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction
from django.utils import timezone

from denggao.facts.checking import Checked, Entry
from denggao.web.accounts import audit
from denggao.web.ledger import blocks, committing, preparing, reading
from denggao.web.ledger.models import Difference, Enterprise, Import, ImportProblem, Statement
from denggao.web.ledger.sources import RANKS

State = Import.State
_LISTED = 5000
_MESSAGES = 20_000
_TOLD_EVERY = 0.5
_log = logging.getLogger(__name__)


def check(pk: int) -> None:
    """Read the file, list its problems and what the commit would change; the import is then
    CHECKED, or REFUSED with a message."""
    source = Import.objects.select_related("region", "by").get(pk=pk)
    if source.state != State.CHECKING:
        return
    step = _progress(source)
    try:
        with reading.check(source, lambda done, total: step("读文件", done, total)) as checked:
            _take(source, checked, step)
    except Exception as error:
        _log.exception("import %s", pk)
        what = (
            f"「{source.file}」让程序出了差错（{type(error).__name__}），没有导入；请交给维护人员"
        )
        Import.objects.filter(pk=pk).update(state=State.REFUSED, message=what)


def _take(source: Import, checked: Checked, step: preparing.Step) -> None:
    if checked.file_errors:
        message = "\n".join(entry.message for entry in checked.file_errors)
        Import.objects.filter(pk=source.pk).update(state=State.REFUSED, message=message)
        return
    reading.keep_rows(source, checked)
    source.tables = reading.tables_of(checked)
    prepared = preparing.prepare(source, reading.kept_rows(source), step)
    source.counts = {
        **prepared.counts(),
        "valid": checked.valid_rows,
        "wrong": checked.error_rows,
        "skipped": len(checked.skipped),
    }
    with transaction.atomic():
        source.problems.all().delete()
        source.differences.all().delete()
        ImportProblem.objects.bulk_create(_problems(source, checked, prepared), batch_size=1000)
        Difference.objects.bulk_create(_differences(source, prepared), batch_size=1000)
        source.state = State.CHECKED
        source.save(update_fields=["tables", "counts", "state"])
        audit.record(
            by=source.by, action="读入待导文件", of=source,
            new={**source.counts, "sha256": source.digest},
        )  # fmt: skip


def _problems(
    source: Import, checked: Checked, prepared: preparing.Prepared
) -> Iterator[ImportProblem]:
    kinds = ImportProblem.Kind
    for firm in prepared.elsewhere:
        for row in firm.rows:
            where = source.tables[row.sheet]["sheet"]
            said = f"“{firm.code}”已在别的辖区的台账里，本单位不能改；请与上级单位核对"
            yield _problem(source, kinds.WRONG, Entry(where, row.row, "", "uscc", said))
    for kind, entries in ((kinds.WRONG, checked.errors), (kinds.NOTE, checked.warnings)):
        for entry in entries[:_MESSAGES]:
            yield _problem(source, kind, entry)
        if len(entries) > _MESSAGES:
            more = f"共 {len(entries)} 处，只列出前 {_MESSAGES} 处"
            yield _problem(source, kind, Entry("", None, "", "", more))
    for skipped in checked.skipped[:_MESSAGES]:
        entry = Entry("", skipped.row, "", "", skipped.message)
        yield _problem(source, kinds.SKIPPED, entry)


def _problem(source: Import, kind: Any, entry: Entry) -> ImportProblem:
    sheet, row, column, field, message = entry
    return ImportProblem(
        source=source, kind=kind, sheet=sheet[:60], row=row, column=column[:3],
        field=field[:120], message=message,
    )  # fmt: skip


def _differences(source: Import, prepared: preparing.Prepared) -> list[Difference]:
    listed: list[Difference] = []
    for change in prepared.known:
        for said, old in change.differing:
            if len(listed) == _LISTED:
                return listed
            before, after = preparing.in_words(said, old)
            listed.append(
                Difference(
                    source=source, enterprise_id=change.known.pk if change.known else 0,
                    fact=said.fact, year=said.year, old=before[:300], new=after[:300],
                    sheet=source.tables[said.sheet]["sheet"][:60], row=said.row,
                    outranked=old.rank > RANKS[source.source],
                )
            )  # fmt: skip
    return listed


# --- writing -------------------------------------------------------------------------------------


class _Changed(Exception):
    """Somebody wrote to the ledger while the import was being prepared."""


def commit(pk: int) -> None:
    """Write the import in one transaction. What was prepared outside it is prepared again if the
    ledger has changed meanwhile."""
    for _ in range(5):
        source = Import.objects.select_related("region", "by").get(pk=pk)
        if source.state != State.COMMITTING:
            return
        before = _ledger_state()
        prepared = preparing.prepare(source, reading.kept_rows(source), _progress(source))
        Import.objects.filter(pk=pk).update(step="写入", done=0, total=1)
        try:
            _write(source, prepared, before)
        except _Changed:
            continue
        reading.rows_path(source).unlink(missing_ok=True)
        blocks.refresh()  # now, not when somebody waits for a run
        return
    why = "台账一直在变，没有写成；请稍后再点“导入”"
    Import.objects.filter(pk=pk, state=State.COMMITTING).update(state=State.CHECKED, message=why)


@transaction.atomic
def _write(source: Import, prepared: preparing.Prepared, before: tuple[Any, ...]) -> None:
    locked = Import.objects.select_for_update().get(pk=source.pk)
    if locked.state != State.COMMITTING:
        return
    if _ledger_state() != before:
        raise _Changed
    source.state = State.COMMITTED  # what counts is asked of the database
    Import.objects.filter(pk=source.pk).update(state=State.COMMITTED)
    identity = committing.write(source, prepared)
    source.counts = {**source.counts, **prepared.counts(), "identity": identity}
    source.committed_at, source.committed_by = timezone.now(), locked.committed_by or source.by
    source.statements_digest = committing.digest(source)
    source.save(
        update_fields=["counts", "committed_at", "committed_by", "statements_digest", "state"]
    )
    audit.record(
        by=source.committed_by, action="导入台账", of=source,
        new={
            **{key: value for key, value in source.counts.items() if key != "identity"},
            "identity": identity[:200], "sha256": source.digest, "mode": source.mode,
            "statements_sha256": source.statements_digest,
        },
    )  # fmt: skip


def _ledger_state() -> tuple[Any, ...]:
    """Something else after every change that could matter to a prepared import."""
    return (
        Statement.objects.order_by("-pk").values_list("pk", flat=True).first(),
        Enterprise.objects.order_by("-pk").values_list("pk", flat=True).first(),
        Import.objects.filter(state=State.UNDONE).count(),
    )


def _progress(source: Import) -> preparing.Step:
    """Writes down how far the job is, twice a second at most."""
    last = 0.0

    def step(what: str, done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= _TOLD_EVERY:
            last = time.monotonic()
            Import.objects.filter(pk=source.pk).update(
                step=what, done=done, total=total, touched_at=timezone.now()
            )

    return step


def faults(imports: Iterable[Import] | None = None) -> Iterator[str]:
    """Imports whose statements are no longer those that the audit row was written about."""
    kept = (State.COMMITTED, State.UNDONE)
    for source in imports or Import.objects.filter(state__in=kept).order_by("pk"):
        if committing.digest(source) != source.statements_digest:
            yield f"导入「{source.file}」（{source.committed_at:%Y-%m-%d}）的填报被改过"
