"""目标自查 and 话要有据 of a plan, by what its targets now say; both figures, never repaired."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from denggao.diagnosis.promises import dated, years_of
from denggao.diagnosis.selfcheck import CLASH, Finding, Known, check_targets
from denggao.diagnosis.series import FAILS, Claim, Verdict, check_claim
from denggao.web.planning import reading
from denggao.web.planning.models import PlanItem, PlanText


@dataclass(frozen=True, slots=True)
class Checked:
    """One finding with the numbers of the items concerned."""

    level: str
    text: str
    items: tuple[int, ...]
    is_grave: bool


@dataclass(frozen=True, slots=True)
class Spoken:
    """One claim of the text, judged, and where it stands."""

    thing: str
    verdict: Verdict
    start: int

    @property
    def is_grave(self) -> bool:
        """Is it not so?"""
        return self.verdict.verdict == FAILS


def period_of(plan: PlanText) -> tuple[int, int] | None:
    """First and last year: as a person stated them, else as the title or the text has them."""
    told = plan.head.get("period")
    if told and all(told):
        return int(told[0]), int(told[1])
    return years_of(plan.title)


def findings(plan: PlanText, items: list[PlanItem]) -> list[Checked]:
    """The plan's own numbers against each other; rejected targets do not count."""
    counted = [
        item
        for item in items
        if item.kind == PlanItem.Kind.TARGET and item.decision != PlanItem.Decision.REJECTED
    ]
    period = period_of(plan)
    targets = [dated(reading.node(item.said, item.number), period) for item in counted]
    known = [
        Known(thing, place, year, Fraction(value))
        for thing, place, year, value in plan.series.get("known", [])
    ]
    found = check_targets(targets, period[0] if period else None, known)
    return [_checked(finding) for finding in found]


def _checked(found: Finding) -> Checked:
    numbers = tuple(int(id_.rpartition("-")[2]) for id_ in found.ids)
    text = found.text.replace("（可用 denggao forecast 测算）", "（可在挂图作战里测算）")
    return Checked(found.level, text, numbers, found.level == CLASH)


def claims(plan: PlanText) -> Iterator[Spoken]:
    """What the text says of a series (翻两番, 每年新增100多家) against the series it tells."""
    stocks = plan.series.get("stocks", {})
    for told in plan.claims:
        series = {int(y): Fraction(v) for y, v in stocks.get(told["thing"], {}).items()}
        claim = Claim(
            told["what"], Fraction(told["value"]), told["op"], told["first"], told["last"],
            told["words"],
        )  # fmt: skip
        yield Spoken(told["thing"], check_claim(claim, series), told["span"][0])
