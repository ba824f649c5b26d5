"""What is read of runs and of the law."""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import QuerySet

from denggao.facts.errors import UserError
from denggao.rules import nodes as n
from denggao.web.accounts.models import Region, User
from denggao.web.assessments import texts
from denggao.web.assessments.models import Finding, Run

LADDER = ("科技型中小企业评价", "高新技术企业认定")


def law_of(short: str, on: datetime.date, region: Region | None) -> n.Instrument | None:
    """The version in force on the day in the region; ``None`` where there is none."""
    try:
        return texts.in_force(short, on, region)
    except UserError:
        return None


def latest(user: User, short: str) -> Run | None:
    """The last finished run of a law over the person's own region."""
    if user.region is None:
        return None
    own = Run.objects.for_user(user).filter(law=short, state=Run.State.DONE)
    return own.filter(region=user.region).first()


def findings(
    user: User, run: Run, *, hard: str = "", rule: str = "", text: str = ""
) -> QuerySet[Finding]:
    """What the run said of the firms that this person may see, nearest first. ``rule``: only
    those that this condition alone keeps out."""
    found = Finding.objects.for_user(user).filter(run=run).select_related("enterprise__region")
    if hard:
        found = found.filter(hard=hard)
    if rule:
        found = found.filter(failing=[rule])
    if text:
        found = found.filter(enterprise__name_key__contains=text)
    return found


def own_region(user: User) -> Region | None:
    """Over whose firms a run of this person goes."""
    return user.region


def funnel(user: User) -> list[dict[str, Any]]:
    """The rungs of the ladder with the counts of their last run, as far as there is one."""
    return [{"law": law, "run": latest(user, law)} for law in LADDER]
