"""关口: what keeps an application from being handed in, from the verdict and the evidence."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils import timezone

from denggao.diagnosis.materials import materials
from denggao.facts.catalogue import catalogue
from denggao.facts.errors import UserError
from denggao.facts.titles import CANCELLED
from denggao.rules.nodes import Instrument
from denggao.rules.outcome import TRUTH_NAMES
from denggao.web.assessments import texts
from denggao.web.casework.models import Batch, Case, MaterialState, Waiver
from denggao.web.ledger.models import Enterprise, Title

#: By which law an application for a title is ready.
LAW_OF = {"高新技术企业": "高新技术企业认定", "科技型中小企业": "科技型中小企业评价"}
#: After a cancellation no application in the same year; nobody can waive that.
SAME_YEAR = "LC-11"
#: So many missing facts are named.
_NAMED = 3
_STATES = {
    MaterialState.State.READY: "pass",
    MaterialState.State.CHECKING: "unknown",
    MaterialState.State.MISSING: "fail",
}


@dataclass(frozen=True)
class Gate:
    """``truth``: pass, unknown or fail; ``waiver``: who let it pass all the same."""

    code: str
    name: str
    truth: str
    why: str
    cite: str = ""
    waiver: Waiver | None = None
    waivable: bool = True

    @property
    def is_open(self) -> bool:
        """May the application not go through?"""
        return self.truth != "pass" and self.waiver is None

    @property
    def said(self) -> str:
        """For paper: what it is, what is wrong, and who let it pass."""
        waived = self.waiver and f"（{self.waiver.agreed_by}同意放行：{self.waiver.why}）"
        return f"{self.name}：{self.why}{waived or ''}"


@dataclass(frozen=True)
class Readiness:
    """All gates of one application, looked at on ``as_of``."""

    case: Case
    gates: tuple[Gate, ...]
    as_of: datetime.date
    hard: str
    version: str

    @property
    def blocking(self) -> list[Gate]:
        """Those that keep it back."""
        return [gate for gate in self.gates if gate.is_open]

    @property
    def is_ready(self) -> bool:
        """All green, or let pass by name."""
        return not self.blocking


def look(cases: Sequence[Case]) -> list[Readiness]:
    """The gates of applications, those of one batch judged together: a handful of queries
    however many there are."""
    from denggao.web.assessments.facts import ledger_of

    cases = list(cases)
    prefetch_related_objects(cases, "materials", "waivers")
    by_batch: dict[int, list[Case]] = {}
    for case in cases:
        by_batch.setdefault(case.batch_id, []).append(case)
    found: dict[int, Readiness] = {}
    cancelled = _cancelled(cases)
    for some in by_batch.values():
        batch = some[0].batch
        law = _law(batch)
        firms = Enterprise.objects.filter(pk__in=[case.enterprise_id for case in some])
        ledger, keys = ledger_of(firms)
        place = {pk: index for index, pk in enumerate(keys)}
        for case in some:
            found[case.pk] = _one(case, law, ledger, place[case.enterprise_id], cancelled)
    return [found[case.pk] for case in cases]


def _law(batch: Batch) -> Instrument | None:
    if not batch.law:
        return None
    try:
        return texts.in_force(batch.law, batch.last_day, batch.region)
    except UserError:
        return None


def _one(
    case: Case, law: Instrument | None, ledger: Any, index: int, cancelled: set[tuple[int, int]]
) -> Readiness:
    waivers = {waiver.gate: waiver for waiver in case.waivers.all()}
    on = timezone.localtime(case.filed_at).date() if case.filed_at else case.batch.last_day
    hard, gates = _judged(law, ledger, index, on, case.batch.law, waivers)
    gates += _papers(case, waivers)
    if (case.enterprise_id, case.year) in cancelled:
        why = "本年内取消过资格，当年不能再申请"
        gates.append(Gate(SAME_YEAR, "当年取消", "fail", why, "LC-11", waivable=False))
    return Readiness(case, tuple(gates), on, hard, law.version if law else "")


def _judged(
    law: Instrument | None, ledger: Any, index: int, on: datetime.date, asked: str,
    waivers: dict[str, Waiver],
) -> tuple[str, list[Gate]]:  # fmt: skip
    """The countable conditions one by one; judged items decide nothing here."""
    from denggao.diagnosis.pool import firm_of
    from denggao.rules.engines.lowering.shown import countable
    from denggao.rules.engines.reference import Evaluation

    if law is None:
        if not asked:
            return "pass", []
        gate = Gate("LAW", asked, "unknown", "当天没有施行的版本，须人工核对", "",
                    waivers.get("LAW"))  # fmt: skip
        return "unknown", [gate]
    run = Evaluation(law, firm_of(ledger, index), on, {})
    gates = []
    for statement in countable(law):
        found = run.result(statement.id)
        truth = TRUTH_NAMES[found.truth]
        words = {"pass": "符合", "fail": "不符合"}.get(truth) or _unknown(run.facts, found.facts)
        gates.append(Gate(statement.id, statement.name, truth, words, statement.cite,
                          waivers.get(statement.id)))  # fmt: skip
    return TRUTH_NAMES[run.holds((law.preliminary or law.verdict).id)], gates


def _unknown(facts: Any, keys: Sequence[str]) -> str:
    """Which data would decide a condition: those that nobody knows exactly."""
    from denggao.documents.wording import fact_words

    names = [fact_words(key) for key in keys if not _known(facts, key)]
    if not names:
        return "缺数据，定不下来"
    more = f"等 {len(names)} 项" if len(names) > _NAMED else ""
    return f"定不下来，还缺准数：{'、'.join(names[:_NAMED])}{more}"


def _known(facts: Any, key: str) -> bool:
    code, _, said = key.partition("@")
    year = int(said) if said else None
    if catalogue()[code].numeric:
        return bool(facts.number(code, year).is_point)
    return facts.get(code, year) is not None


def _papers(case: Case, waivers: dict[str, Waiver]) -> list[Gate]:
    found = {row.code: row for row in case.materials.all()}
    gates = []
    for item in materials(case.title):
        row = found.get(item.code)
        truth = _STATES[MaterialState.State(row.state)] if row else "fail"
        words = row.get_state_display() if row else "缺"
        note = f"，{row.note}" if row and row.note else ""
        gates.append(Gate(item.code, item.name, truth, f"{words}{note}", item.cite,
                          waivers.get(item.code)))  # fmt: skip
    return gates


def _cancelled(cases: Iterable[Case]) -> set[tuple[int, int]]:
    """(enterprise, year) of titles cancelled."""
    pks = [case.enterprise_id for case in cases]
    rows = Title.objects.filter(enterprise__in=pks, withdrawn=False)
    days = [
        (pk, cancelled or (issued if event == CANCELLED else None))
        for pk, event, issued, cancelled in rows.values_list(
            "enterprise_id", "event", "issued_on", "cancelled_on"
        )
    ]
    return {(pk, day.year) for pk, day in days if day is not None}


def note(found: Iterable[Readiness]) -> None:
    """Keep what was found, for lists that do not look again."""
    now = timezone.now()
    rows = []
    for readiness in found:
        case = readiness.case
        papers = {item.code for item in materials(case.title)}
        case.hard, case.law_version, case.checked_at = readiness.hard, readiness.version, now
        case.open_rules = [
            [g.code, g.name, g.truth] for g in readiness.blocking if g.code not in papers
        ]
        case.lacking = [g.code for g in readiness.blocking if g.code in papers]
        rows.append(case)
    fields = ["hard", "law_version", "checked_at", "open_rules", "lacking"]
    Case.objects.bulk_update(rows, fields)
