"""Runs: one law over the firms of a region, computed in the background, written whole."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import compress
from typing import Any

from django.db import transaction
from django.utils import timezone

from denggao.facts.errors import UserError
from denggao.rules.engines.columnar.screening import INDEX, Screened, screen
from denggao.rules.engines.columnar.table import LEAST, countable, shown_statements
from denggao.web.accounts import audit
from denggao.web.accounts.models import User
from denggao.web.assessments.facts import frame_over
from denggao.web.assessments.models import Finding, Reminder, Run
from denggao.web.assessments.texts import in_force
from denggao.web.kit.bulk import insert
from denggao.web.ledger.models import Enterprise

_FINDING = (
    "run", "enterprise", "place", "verdict", "hard", "score_lo", "score_hi", "failing",
    "undecided", "lacks", "asked",
)  # fmt: skip


@transaction.atomic
def start_run(*, by: User, law: str, as_of: datetime.date) -> Run:
    """Order a run over the person's region. Raises UserError where the law is not in force, or
    the person looks after no region."""
    if by.region is None:
        raise UserError("您没有辖区，不能开始体检")
    instrument = in_force(law, as_of, by.region)
    instrument.verdict  # noqa: B018  raises UserError for a text that judges nobody
    run = Run.objects.create(
        law=instrument.short, version=instrument.version, as_of=as_of, region=by.region, by=by
    )
    audit.record(by=by, action="开始体检", of=run, new={"law": run.law, "as_of": str(as_of)})
    from denggao.web.assessments.tasks import carry_out

    transaction.on_commit(lambda: carry_out.enqueue(run.pk))
    return run


def complete(run: Run) -> None:
    """Judge all firms of the run's region; nothing is kept where it cannot be finished."""
    instrument = in_force(run.law, run.as_of, run.region)
    frame, keys = frame_over(run.region, [instrument], run.as_of)
    if not keys:
        raise UserError("辖区内还没有企业，请先导入台账")
    (table,) = screen(frame, [instrument], run.as_of)
    found = list(_findings(run, table, keys))
    with transaction.atomic():
        insert(Finding, _FINDING, found)
        run.counts = _counts(table, found)
        run.version = instrument.version
        run.state = Run.State.DONE
        run.save()
        audit.record(by=run.by, action="完成体检", of=run, new=run.counts["hard"])


def _findings(run: Run, table: Screened, keys: list[int]) -> Iterator[tuple[Any, ...]]:
    """Rows of ``_FINDING``, nearest first."""
    conditions = [s.id for s in countable(table.instrument)]
    frame = table.frame
    leasts = [c for c in frame.columns if c.startswith(LEAST)]
    opens = [c for c in frame.columns if c.startswith("open:")]
    lacking = [c.removeprefix(LEAST) for c in leasts]
    asking = [c.removeprefix("open:") for c in opens]
    truths = [f"{id_}_truth" for id_ in conditions]
    first = [INDEX, "verdict", "hard_verdict", "score_lo", "score_hi"]
    till_truths, till_leasts = 5 + len(truths), 5 + len(truths) + len(leasts)
    text = cache(json.dumps)  # the same few lists again and again
    for place, row in enumerate(frame.select([*first, *truths, *leasts, *opens]).iter_rows(), 1):
        firm, verdict, hard, lo, hi = row[:5]
        said = list(zip(conditions, row[5:till_truths], strict=True))
        lacks = [[k, x] for k, x in zip(lacking, row[till_truths:till_leasts], strict=True) if x]
        asked = () if hard != "unknown" else tuple(compress(asking, row[till_leasts:]))
        yield (
            run.pk, keys[firm], place, verdict, hard, lo, hi,
            text(tuple(id_ for id_, truth in said if truth == "fail")),
            text(tuple(id_ for id_, truth in said if truth == "unknown")),
            json.dumps(lacks) if lacks else "[]",
            text(asked),
        )  # fmt: skip


def _counts(table: Screened, found: list[tuple[Any, ...]]) -> dict[str, Any]:
    rules = {
        s.id: table.counts(f"{s.id}_truth")
        for s in shown_statements(table.instrument)
        if s.is_truth
    }
    failing = Counter(row[_FINDING.index("failing")] for row in found)
    only = {ids[0]: count for text, count in failing.items() if len(ids := json.loads(text)) == 1}
    return {
        "firms": len(found),
        "verdict": table.counts("verdict"),
        "hard": table.counts("hard_verdict"),
        "rules": rules,
        "only": only,
    }


# --- reminders -----------------------------------------------------------------------------------


@transaction.atomic
def remind(
    *, by: User, enterprises: Iterable[Enterprise], about: str, on: datetime.date, means: str,
    told: str, note: str,
) -> int:  # fmt: skip
    """Record that these firms were told about the list they are on. Raises UserError for a day
    to come, and where nobody is named."""
    if on > timezone.localdate():
        raise UserError(f"提醒日期 {on} 还没有到；只登记已经提醒过的")
    if means not in Reminder.Means.values:
        raise UserError("请选一种提醒方式")
    if not told.strip():
        raise UserError("请写告知了何人（姓名或职务）")
    made = [
        Reminder.objects.create(
            enterprise=firm, about=about[:80], on=on, means=means, told=told.strip()[:60],
            note=note.strip()[:300], by=by,
        )
        for firm in enterprises
    ]  # fmt: skip
    for one in made:
        new = {"on": str(on), "means": one.get_means_display(), "told": one.told}
        audit.record(by=by, action="登记提醒", of=one, new=new)
    return len(made)


@transaction.atomic
def strike(*, by: User, reminder: Reminder) -> None:
    """Strike out a reminder that was recorded wrongly; it stays, and counts no longer. Raises
    UserError where it is struck out already."""
    if not Reminder.objects.filter(pk=reminder.pk, struck=False).update(struck=True):
        raise UserError("这一条已经作废过")
    audit.record(by=by, action="作废提醒", of=reminder)
