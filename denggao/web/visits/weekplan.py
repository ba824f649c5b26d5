"""本周走访计划, worked out: which firms to see first, so that most verdicts are settled before
the deadline (``diagnosis.visits``)."""

from __future__ import annotations

import datetime

from django.db import transaction

from denggao.diagnosis.decisive import Decisive
from denggao.diagnosis.pool import questions
from denggao.diagnosis.visits import visits
from denggao.facts.errors import UserError
from denggao.rules.engines.columnar.screening import frame_of_ledger, screen
from denggao.web.accounts import audit
from denggao.web.assessments.facts import ledger_of
from denggao.web.assessments.queries import LADDER, law_of
from denggao.web.ledger.models import Enterprise
from denggao.web.ledger.models.enterprise import within
from denggao.web.visits.models import Planned, WeekPlan

#: Of each law so many firms nearest to success are asked about, for each one that is planned.
_NEAREST = 3


def judged_on(plan: WeekPlan) -> datetime.date:
    """The day for which the verdicts are asked: the deadline, or the end of the plan's year where
    that is earlier, for nobody can tell this week what the figures of this year will be."""
    return min(plan.deadline, datetime.date(plan.monday.year, 12, 31))


def complete(plan: WeekPlan) -> None:
    """Rank the firms of the region and write the first of them; nothing is kept where it cannot
    be finished. Raises UserError where there is no firm or no law."""
    firms = Enterprise.objects.filter(within(plan.region), withdrawn=False)
    ledger, keys = ledger_of(firms)
    if not keys:
        raise UserError("辖区内还没有企业，请先导入台账")
    on = judged_on(plan)
    found = [law_of(short, on, plan.region) for short in LADDER]
    laws = [law for law in found if law is not None]
    if not laws:
        raise UserError(f"{on} 没有一份认定办法在施行，请核对申报截止日")
    frame = frame_of_ledger(ledger, laws, on)
    asked: dict[str, dict[int, Decisive]] = {
        table.instrument.short: questions(ledger, table, on, nearest=_NEAREST * plan.most)
        for table in screen(frame, laws, on)
    }
    ranked = visits(asked)[: plan.most]
    with transaction.atomic():
        Planned.objects.bulk_create(
            Planned(
                plan=plan, enterprise_id=keys[visit.firm], place=place, keys=list(visit.keys),
                settles=list(visit.settles), may_settle=list(visit.may_settle),
            )
            for place, visit in enumerate(ranked, 1)
        )  # fmt: skip
        plan.state = WeekPlan.State.DONE
        plan.save()
        audit.record(by=plan.by, action="排好走访计划", of=plan, new={"firms": len(ranked)})
