"""诊断报告 and 一企一策 of one firm, as Word or PDF, each sentence with its article and cell."""

from __future__ import annotations

import datetime
import tempfile
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from denggao.diagnosis.batches import given_batches
from denggao.diagnosis.judgement import judged
from denggao.diagnosis.plan import Terms, plan_firm
from denggao.diagnosis.pool import MAX_SET, firm_of
from denggao.diagnosis.relief import unlocked
from denggao.documents.papers.diagnosis import Diagnosis, diagnosis_paper
from denggao.documents.papers.evidence import Evidence
from denggao.documents.papers.paper import Paper
from denggao.documents.papers.plan import Planned, assumed, plan_paper
from denggao.documents.papers.printing import Printers
from denggao.facts.errors import UserError
from denggao.facts.ledger import Ledger
from denggao.facts.origins import Source
from denggao.facts.titles import Title as Held
from denggao.rules.engines.reference import Evaluation
from denggao.rules.library import actions_in_force
from denggao.web.accounts.models import Region
from denggao.web.assessments.facts import ledger_of, sources_of
from denggao.web.assessments.texts import in_force
from denggao.web.ledger.models import Enterprise, Statement, Title

#: Half of the span that experts may give, where nobody has judged yet; as ``denggao plan``.
_EXPECTED = Fraction(3, 4)
KINDS = {"report": "诊断报告", "plan": "一企一策"}
FORMATS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


def paper(firm: Enterprise, kind: str, law: str, as_of: datetime.date, region: Region) -> Paper:
    """The paper. Raises UserError where the law is not in force."""
    ledger = _ledger(firm)
    if kind == "plan":
        return _plan(ledger, law, as_of, region)
    instrument = in_force(law, as_of, region)
    instrument.verdict  # noqa: B018  raises UserError for a text that judges nobody
    known = firm_of(ledger, 0)
    run = Evaluation(instrument, known, as_of, {})
    evidence = Evidence(ledger, 0, instrument)
    judgement = judged(run, tuple(known.problems), max_size=MAX_SET)
    return diagnosis_paper(Diagnosis(run, judgement, evidence))


def _plan(ledger: Ledger, law: str, today: datetime.date, region: Region) -> Paper:
    terms = Terms(
        cache(lambda on: in_force(law, on, region)),
        actions_in_force(today),
        given_batches(today, (), None),
        today,
        _EXPECTED,
        {},
    )
    plan = plan_firm(firm_of(ledger, 0), terms)
    evidence = Evidence(ledger, 0, plan.instrument, assumed(plan))
    return plan_paper(Planned(plan, unlocked(plan), evidence), today)


def printed(made: Paper, ending: str) -> bytes:
    """The paper as a file. Raises UserError where it cannot be printed (no Chinese font)."""
    if ending not in FORMATS:
        raise UserError("只能写成 Word（docx）或 PDF")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"paper.{ending}"
        Printers().write(made, path)
        return path.read_bytes()


def _ledger(firm: Enterprise) -> Ledger:
    ledger, _ = ledger_of(Enterprise.objects.filter(pk=firm.pk))
    ledger.origins = _Origins(firm)  # type: ignore[assignment]
    return ledger


class _Origins:
    """Where each value in force was said, as ``facts.origins.Origins`` tells of a file."""

    def __init__(self, firm: Enterprise) -> None:
        self._values = sources_of(firm)
        self._titles = {
            t.held(): t for t in firm.titles.filter(withdrawn=False).select_related("source")
        }

    def of(self, key: str, firm: int) -> Source | None:
        value = self._values.get(key)
        return None if value is None else _source(value.statement)

    def of_title(self, firm: int, title: Held, part: str) -> Source | None:
        found = self._titles.get(title)
        return None if found is None else _source(found)


def _source(said: Statement | Title) -> Source:
    """The cell of an import; what a person typed stands in our own ledger."""
    column: Any = getattr(said, "column", "")
    if said.source is None:
        return Source("培育库", f"{said.by} {said.at:%Y-%m-%d} 更正", 0, "", "")
    tables = said.source.tables
    sheet = tables[said.sheet]["sheet"] if said.sheet < len(tables) else ""
    return Source(said.source.file, sheet, said.row, column, "")
