"""What is read of runs and of the law."""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import QuerySet

from denggao.facts.errors import UserError
from denggao.rules import nodes as n
from denggao.web.accounts.models import Region, User
from denggao.web.assessments import texts
from denggao.web.assessments.models import Finding, OwnLaw, Run

LADDER = ("科技型中小企业评价", "高新技术企业认定")


def law_of(short: str, on: datetime.date, region: Region | None) -> n.Instrument | None:
    """The version in force on the day in the region; ``None`` where there is none."""
    try:
        return texts.in_force(short, on, region)
    except UserError:
        return None


def judging_law(short: str, on: datetime.date, region: Region) -> n.Instrument | None:
    """The law of that name by which a firm can be judged; ``None`` where there is none."""
    return law_of(short, on, region) if short in texts.judging(on, region) else None


def own_laws(user: User) -> list[OwnLaw]:
    """Texts of the person's own region, of what lies in it, and adopted ones of what it lies in."""
    region = user.region
    if region is None:
        return []
    return [o for o in OwnLaw.objects.select_related("by", "region") if _concerns(o, region)]


def own_law(user: User, pk: int) -> OwnLaw | None:
    """One of these."""
    kept = OwnLaw.objects.select_related("by", "region").filter(pk=pk).first()
    region = user.region
    return kept if kept and region and _concerns(kept, region) else None


def _concerns(kept: OwnLaw, region: Region) -> bool:
    adopted = kept.state == OwnLaw.State.ADOPTED and region.path.startswith(kept.region.path)
    return adopted or kept.region.path.startswith(region.path)


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
    found = Finding.objects.for_user(user).filter(run=run)
    if hard:
        found = found.filter(hard=hard)
    if rule:
        found = found.filter(failing=[rule])
    if text:
        found = found.filter(enterprise__name_key__contains=text)
    return found


def taken(pks: list[int]) -> list[Finding]:
    """A page's few findings with their firms, nearest first."""
    return list(Finding.objects.filter(pk__in=pks).select_related("enterprise__region"))


def own_region(user: User) -> Region | None:
    """Over whose firms a run of this person goes."""
    return user.region


def funnel(user: User) -> list[dict[str, Any]]:
    """The rungs of the ladder with the counts of their last run, as far as there is one."""
    return [{"law": law, "run": latest(user, law)} for law in LADDER]
