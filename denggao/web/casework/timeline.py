"""What the department tells of a firm in its timeline."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone

from denggao.diagnosis.workflow import STATES
from denggao.web.casework.models import Case, CaseStep, Opinion, TitleEvent
from denggao.web.ledger.detail import Event, told_by
from denggao.web.ledger.models import Enterprise


@told_by(Case)
def applications(enterprise: Enterprise) -> Iterator[Event]:
    """Each step of each application, and each opinion that counts."""
    steps = CaseStep.objects.filter(case__enterprise=enterprise).select_related("case__batch", "by")
    for step in steps:
        on = timezone.localtime(step.at).date()
        why = f"：{step.why}" if step.why else ""
        what = f"{step.case.batch} {step.name}，{step.by}{why}（{STATES[step.target].name}）"
        yield Event(on, "申报", what, reverse("casework:batch-case", args=[step.case_id]), step.at)
    said = Opinion.objects.filter(case__enterprise=enterprise, counts=True)
    for opinion in said.select_related("case__batch"):
        on = timezone.localtime(opinion.at).date()
        what = f"{opinion.case.batch} {opinion.department}意见：{opinion.answer}"
        yield Event(
            on, "联审", what, reverse("casework:batch-case", args=[opinion.case_id]), opinion.at
        )


@told_by(TitleEvent)
def title_events(enterprise: Enterprise) -> Iterator[Event]:
    """Renamings, moves and the like; issue and end of certificates stand there already."""
    told = TitleEvent.objects.filter(
        enterprise=enterprise, withdrawn=False, kind__in=["moved_in", "moved_out", "partial"]
    ).select_related("source", "target")
    for event in told:
        where = f"（{event.source or '外地'} → {event.target or ''}）" if event.target else ""
        what = f"{event.subject}{event.get_kind_display()}{where}：{event.why}"
        yield Event(event.on, "资格", what, at=event.at)
