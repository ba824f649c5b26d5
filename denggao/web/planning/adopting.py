"""A plan put in force: its confirmed targets as goals with their figures, its tasks as rows."""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils import timezone

from denggao.diagnosis.promises import stretch
from denggao.drafting.as_targets import OPS
from denggao.facts.errors import UserError
from denggao.web.accounts.models import Region, Unit
from denggao.web.planning import checks, clashes, reading
from denggao.web.planning.models import (
    Goal,
    PlanItem,
    PlanTask,
    PlanTaskUnit,
    PlanText,
    Quota,
    Revision,
)
from denggao.web.planning.models.targets import SCALE

EVERY = "每年"
_DUE = re.compile(
    r"(?P<year>20\d\d)年(?:(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})日)?(?:份?底)?|底|末|年底|度)"
)


@dataclass(frozen=True, slots=True)
class Ordered:
    """A target ready to be put in force; ``number`` as ``Quota`` keeps it."""

    item: PlanItem
    name: str
    tier: str
    how: str
    unit: str
    op: str
    first: int
    year: int
    region: Region | None
    industry: str
    number: int | None

    @property
    def key(self) -> tuple[Any, ...]:
        """What must be said only once."""
        where = self.region.code if self.region else ""
        return (self.name, self.how, self.unit, self.first, self.year, where, self.industry)


def ordered(plan: PlanText, items: list[PlanItem]) -> tuple[list[Ordered], list[str]]:
    """The confirmed targets, and in words what still keeps them from being put in force."""
    found: list[Ordered] = []
    faults: list[str] = []
    parts = list(Region.objects.filter(path__startswith=plan.region.path))
    for item in items:
        if item.kind != PlanItem.Kind.TARGET or not item.in_force:
            continue
        try:
            found += _ordered(plan, item, parts)
        except UserError as error:
            faults.append(f"第 {item.number} 项“{item.said['indicator']}”：{error}")
    return found, [*faults, *_said_twice(found)]


def _ordered(plan: PlanText, item: PlanItem, parts: list[Region]) -> Iterator[Ordered]:
    said = item.said
    region = _part(plan, said, parts)
    elsewhere = said["scope"] if said["scope"] and region is None else ""
    number = steps(reading.figure_of(said)[0])
    for first, year in _years(said, checks.period_of(plan), _issued(plan)):
        yield Ordered(
            item=item, name=f"{elsewhere}{reading.name_of(said)}"[:80],
            tier="" if elsewhere else said.get("tier", ""), how=said.get("how", "other"),
            unit=(said["unit"] or "").partition("/")[0][:12], op=OPS[said["op"]], first=first,
            year=year, region=region, industry=said.get("industry", "")[:40], number=number,
        )  # fmt: skip


def _part(plan: PlanText, said: dict[str, Any], parts: list[Region]) -> Region | None:
    """The region inside the plan's that the target names."""
    scope = said["scope"]
    if not scope:
        return None
    return next((p for p in parts if p != plan.region and p.name == scope), None)


def steps(value: Fraction | None) -> int | None:
    """A figure as ``Quota`` keeps it. Raises UserError where it cannot be kept exactly."""
    if value is None:
        return None
    whole = value * SCALE
    if whole.denominator != 1 or not 0 <= whole < 2**62:
        raise UserError("数应不小于 0，最多四位小数")
    return int(whole)


def _issued(plan: PlanText) -> int:
    """The year from which a plan without a period of its own counts."""
    issued = plan.head.get("issued")
    return int(issued[:4]) if issued else timezone.localdate().year


def _years(
    said: dict[str, Any], period: tuple[int, int] | None, issued: int
) -> list[tuple[int, int]]:
    year, how = said["year"], said.get("how", "other")
    if span := stretch(year, period):
        return [span]
    if isinstance(year, int):
        begins = min(year, period[0] if period else issued)
        return [(year if how in (Goal.How.GROSS, Goal.How.NET) else begins, year)]
    if year == EVERY and period:
        return [(one, one) for one in range(period[0], period[1] + 1)]
    if year == EVERY:
        raise UserError("“每年”要有计划的起止年度，请先填写")
    if isinstance(year, str) and stretch(year, (issued, issued)):
        raise UserError(f"“{year}”要有计划的起止年度，请先填写；或改成年份")
    raise UserError(f"年度“{year or '没有写明'}”要先改成年份、每年，或 2024-2027 这样的起止")


def _said_twice(found: list[Ordered]) -> Iterator[str]:
    seen: dict[tuple[Any, ...], Ordered] = {}
    for one in found:
        first = seen.setdefault(one.key, one)
        if first is not one and first.number != one.number:
            yield (
                f"“{one.name}”{one.year} 年有两个数，在第 {first.item.number} 项和第 "
                f"{one.item.number} 项，只能采用一个"
            )


def write(
    plan: PlanText, items: list[PlanItem], revision: Revision,
    settled: Mapping[str, clashes.Settled],
) -> dict[str, Any]:  # fmt: skip
    """Write goals, figures and tasks; returns how many of each, and what was decided where another
    figure was in force. Raises UserError, also where that was not decided."""
    found, faults = ordered(plan, items)
    if faults:
        raise UserError("；".join(faults))
    decided = clashes.settle(clashes.found_in(plan.region, found), settled, revision.since)
    goals: dict[int, Goal] = {}
    quotas: dict[tuple[Any, ...], Quota] = {}
    for one in found:
        goal = _goal(plan.region, one)
        goals[goal.pk] = goal
        row = {"number": one.number, "item": one.item}
        if one.key in decided:
            row = clashes.row_of(*decided[one.key])
        quotas[one.key] = Quota(
            goal=goal, revision=revision, region=one.region, industry=one.industry, **row
        )
    Quota.objects.bulk_create(quotas.values())
    for goal in goals.values():
        goal.version += 1
        goal.save(update_fields=["version"])
    tasks = [_task(plan, i) for i in items if i.kind == PlanItem.Kind.TASK and i.in_force]
    told: dict[str, Any] = {"goals": len(goals), "quotas": len(quotas), "tasks": len(tasks)}
    if decided:
        told["decided"] = [
            {"what": clash.name, "new": clash.new_words, "old": clash.old_words,
             "source": clash.source, "takes_new": said.takes_new, "why": said.why}
            for clash, said in decided.values()
        ]  # fmt: skip
    return told


def _goal(region: Region, one: Ordered) -> Goal:
    same = clashes.same_goal(region, one)
    if same is not None:
        return same
    made, _ = Goal.objects.get_or_create(
        region=region, name=one.name, how=one.how, unit=one.unit, first=one.first, year=one.year,
        defaults={"tier": one.tier, "op": one.op},
    )  # fmt: skip
    return made


# --- tasks ---------------------------------------------------------------------------------------


def _task(plan: PlanText, item: PlanItem) -> PlanTask:
    said = item.said
    due_text = said["deadline"] or ""
    stated = said.get("due")
    task = PlanTask.objects.create(
        plan=plan, item=item, no=(said["no"] or "")[:20], title=said["title"][:300],
        due_text=due_text[:60],
        due=datetime.date.fromisoformat(stated) if stated else day_named(due_text),
    )  # fmt: skip
    ours = list(Unit.objects.filter(region=plan.region))
    names = {link["name"]: link["lead"] for link in reversed(said["links"])}
    PlanTaskUnit.objects.bulk_create(
        PlanTaskUnit(task=task, name=name[:60], leads=lead, unit=_ours(name, ours))
        for name, lead in reversed(names.items())
    )
    return task


def _ours(name: str, units: list[Unit]) -> Unit | None:
    """The one unit of ours of that name, with or without the region before it (区科技局)."""
    same = [u for u in units if u.name == name]
    short = name.lstrip("省市区县")
    ends = same or [u for u in units if len(short) > 2 and u.name.endswith(short)]
    return ends[0] if len(ends) == 1 else None


def day_named(text: str) -> datetime.date | None:
    """「2026年6月底前」 → 30 June 2026; ``None`` where no day can be told."""
    found = _DUE.search(text)
    if found is None:
        return None
    year, month = int(found["year"]), int(found["month"] or 12)
    if not 1 <= month <= 12:
        return None
    last = calendar.monthrange(year, month)[1]
    day = int(found["day"] or last)
    return datetime.date(year, month, day) if 1 <= day <= last else None
