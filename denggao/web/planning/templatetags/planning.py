"""Small things that the department's templates need."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from django import template

from denggao.diagnosis.promises import stretch
from denggao.documents.forecast_wording import decimal, probability, share
from denggao.drafting.numerals import shown
from denggao.web.planning import checks, wording
from denggao.web.planning.models import PlanFact, PlanItem

register = template.Library()


@register.filter
def says(item: PlanItem) -> str:
    """The item in a line."""
    return wording.words(item.kind, item.said)


@register.filter
def proposed(item: PlanItem) -> str:
    """What the program had read, in a line."""
    return wording.words(item.kind, item.proposed) if item.proposed else "补录"


@register.filter
def detail(item: PlanItem) -> str:
    """The second line of an item: how a target is counted, who does a task by when."""
    if item.kind == "target":
        plan = stretch(item.said["year"], checks.period_of(item.plan))
        told = f"；按起止算 {plan[0]}—{plan[1]} 年" if plan else ""
        return wording.counted(item.said) + told
    if item.kind == "task":
        due = item.said.get("due") or item.said["deadline"] or "无期限"
        return f"{wording.units(item.said)}　{due}"
    return ""


@register.filter
def fact_says(fact: PlanFact) -> str:
    """A reported figure in a line."""
    return f"{wording.ROLES.get(fact.role, fact.role)}　{wording.target(fact.said)}"


@register.filter
def number(value: Fraction | None) -> str:
    """A figure in digits, — for none."""
    return "—" if value is None else shown(value)


@register.filter
def chance(value: float) -> str:
    """A probability as the forecast's papers write it."""
    return probability(value)


@register.filter
def signed(value: int) -> str:
    """+3, -2, +0."""
    return f"{value:+d}"


@register.filter
def before(lever: dict[str, Any]) -> str:
    """What a lever stands at, a rate in per cent."""
    return _lever(lever, "from")


@register.filter
def after(lever: dict[str, Any]) -> str:
    """What it is moved to."""
    return _lever(lever, "to")


def _lever(lever: dict[str, Any], end: str) -> str:
    value = Fraction(lever[end])
    return f"{decimal(value)} 户" if lever["lever"] == "filings" else share(value)
