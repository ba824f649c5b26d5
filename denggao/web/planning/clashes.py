"""A plan that says another figure than what is in force: both are shown with their sources, and a
person decides which holds. Nothing is overwritten unseen."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from denggao.facts.errors import UserError
from denggao.web.accounts.models import Region
from denggao.web.planning import quotas
from denggao.web.planning.models import Goal, Quota, Revision
from denggao.web.planning.models.targets import SCALE

if TYPE_CHECKING:
    from denggao.web.planning.adopting import Ordered

_COUNTED = ("家", "户", "个")
_TOTAL = re.compile(r"[总户家]?数$")
_FLOWS: Any = (Goal.How.GROSS, Goal.How.NET)


@dataclass(frozen=True, slots=True)
class Clash:
    """A target of a plan (``one``) and the row (``old``) of the figure that it would replace."""

    one: Ordered
    goal: Goal
    old: Quota

    @property
    def key(self) -> str:
        """Names both figures: a decision about others does not fit it."""
        return f"{self.one.item.pk}-{self.one.first}-{self.one.year}-{self.old.pk}"

    @property
    def new_words(self) -> str:
        """The plan's figure."""
        return _words(None if self.one.number is None else Fraction(self.one.number, SCALE), self)

    @property
    def old_words(self) -> str:
        """The figure in force."""
        return _words(self.old.value, self)

    @property
    def source(self) -> str:
        """Where the figure in force comes from, and since when."""
        revision = self.old.revision
        told = f"《{revision.plan.title}》" if revision.plan else revision.why
        return f"{told}，自 {revision.since} 起"

    @property
    def name(self) -> str:
        """What both are about."""
        where = self.one.region.name if self.one.region else ""
        return " ".join(
            filter(None, (f"{self.one.year} 年", where, self.one.industry, self.one.name))
        )


@dataclass(frozen=True, slots=True)
class Settled:
    """What a person decided of a clash: does the plan's figure hold from now on, and why."""

    takes_new: bool
    why: str


def _words(value: Fraction | None, clash: Clash) -> str:
    return "未定" if value is None else f"{quotas.told(value, 0)} {clash.one.unit}".rstrip()


def same_goal(region: Region, one: Ordered) -> Goal | None:
    """The goal of ours that a target is about: the same indicator of the same year, whatever it is
    counted in (家, 户), and for a stock from whichever year on."""
    asked = Goal.objects.filter(region=region, how=one.how, year=one.year)
    if one.how in _FLOWS:
        asked = asked.filter(first=one.first)
    same = [goal for goal in asked.order_by("pk") if _alike(one, goal)]
    exact = [g for g in same if (g.name, g.unit, g.first) == (one.name, one.unit, one.first)]
    return next(iter(exact or [g for g in same if g.tier == one.tier]), None)


def _alike(one: Ordered, goal: Goal) -> bool:
    same_unit = one.unit == goal.unit or (one.unit in _COUNTED and goal.unit in _COUNTED)
    return same_unit and _TOTAL.sub("", one.name) == _TOTAL.sub("", goal.name)


def found_in(region: Region, targets: Iterable[Ordered]) -> Iterator[Clash]:
    """Targets of which another figure is in force, or will be, for the same place."""
    for one in targets:
        goal = same_goal(region, one)
        old = goal and _latest(goal, one)
        if goal and old and old.number is not None and old.number != one.number:
            yield Clash(one, goal, old)


def _latest(goal: Goal, one: Ordered) -> Quota | None:
    rows = Quota.objects.filter(
        goal=goal, region=one.region, industry=one.industry, office=None, person=None,
        revision__state=Revision.State.ADOPTED,
    )  # fmt: skip
    rows = rows.select_related("revision__plan")
    return rows.order_by("revision__since", "revision__decided_at", "pk").last()


def settle(
    clashes: Iterable[Clash], settled: Mapping[str, Settled], since: datetime.date
) -> dict[tuple[Any, ...], tuple[Clash, Settled]]:
    """The decisions by the key of their target. Raises UserError where one is missing, has no
    reason, or could not hold because a later row is in force."""
    found: dict[tuple[Any, ...], tuple[Clash, Settled]] = {}
    faults = []
    for clash in clashes:
        told = settled.get(clash.key)
        if told is None:
            faults.append(
                f"{clash.name}：本件写 {clash.new_words}，{clash.source}执行的是 "
                f"{clash.old_words}，请选定执行哪一个"
            )
        elif not told.why:
            faults.append(f"{clash.name}：请写明为什么执行选定的数")
        elif told.takes_new and clash.old.revision.since > since:
            faults.append(
                f"{clash.name}：现在的数自 {clash.old.revision.since} 起执行，"
                "改用本件的数，执行日期不能早于这一天"
            )
        else:
            found[clash.one.key] = clash, told
    if faults:
        raise UserError("；".join(faults))
    return found


def row_of(clash: Clash, told: Settled) -> dict[str, Any]:
    """The columns of the dated row that the decision leaves."""
    if told.takes_new:
        why = f"由 {clash.old_words}（{clash.source}）改为 {clash.new_words}：{told.why}"
        return {"number": clash.one.number, "item": clash.one.item, "why": why[:300]}
    why = f"本件写 {clash.new_words}，仍执行 {clash.old_words}（{clash.source}）：{told.why}"
    return {"number": clash.old.number, "item": None, "why": why[:300]}
