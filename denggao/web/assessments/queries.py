"""What is read of runs and of the law."""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import QuerySet

from denggao.facts.errors import UserError
from denggao.rules import library
from denggao.rules import nodes as n
from denggao.web.accounts.models import Region, User
from denggao.web.assessments.models import Finding, Run

LADDER = ("科技型中小企业评价", "高新技术企业认定")


def laws(on: datetime.date) -> list[library.Entry]:
    """The texts that come along, those in force on the day first."""
    return sorted(library.entries(), key=lambda e: (not e.in_force(on), str(e.path)))


def law_of(short: str, on: datetime.date) -> n.Instrument | None:
    """The version in force on the day; ``None`` where there is none."""
    try:
        return library.in_force(short, on) if not short.endswith(".md") else None
    except UserError:
        return None


def judging(on: datetime.date) -> list[str]:
    """Short names of the laws by which a firm can be judged on the day."""
    texts = (e.short for e in library.entries() if e.in_force(on))
    found = (law_of(short, on) for short in dict.fromkeys(texts))
    return [
        law.short
        for law in found
        if law is not None and any(s.kind is n.Kind.VERDICT for s in law.statements.values())
    ]


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
