"""What a pay run is about: events, what was paid before, and what comes out, in 分."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from denggao.facts.enterprise import Value
from denggao.facts.interval import Interval
from denggao.rules.award import Award
from denggao.rules.nodes import Instrument

#: How a payment ends. Only 发放 and 追回 move money.
PAID, REFUSED, OPEN, LATER, DRAFT, BACK = (
    "发放", "不予发放", "待定", "未到期", "征求意见稿", "追回",
)  # fmt: skip
COUNTED = (PAID, BACK)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to one firm. ``firm`` tells firms apart; ``day`` is ``None``
    where nobody said; ``stage`` the instalment (from 1) that is asked for; ``values`` the
    facts of firm and event as ``Firm.values``; ``place`` the full name of its district;
    ``where`` its row, for people; ``number`` its position in the list. ``ref``: the number of
    the voucher or contract, where there may be several in a year; ``already``: 分 of it that
    the list itself says are paid."""

    firm: str
    kind: str
    title: str
    day: date | None = None
    stage: int = 1
    back: bool = False
    values: Mapping[str, Value] = field(default_factory=dict)
    place: str = ""
    where: str = ""
    number: int = 0
    ref: str = ""
    already: int = 0

    @property
    def year(self) -> int | None:
        return self.day.year if self.day else None


@dataclass(frozen=True, slots=True)
class Prior:
    """What was paid (below 0: claimed back) before. ``award`` is "" where the record does not
    name it: then kind and title tell."""

    firm: str
    kind: str
    title: str
    year: int | None
    stage: int
    fen: int
    award: str = ""
    ref: str = ""


class Register:
    """Everything paid before, by firm."""

    def __init__(self, paid: Iterable[Prior] = ()) -> None:
        self._of: dict[str, list[Prior]] = {}
        for one in paid:
            self._of.setdefault(one.firm, []).append(one)

    def net(
        self, firm: str, award: Award, stage: int | None, year: int | None, ref: str = ""
    ) -> int:
        """What is left with the firm of this award, in 分. ``stage`` or ``year`` ``None``: of
        all of them; a record without a year counts for every year, one without a number for
        every number."""
        found = self._of.get(firm, ())
        return sum(p.fen for p in found if _is(p, award, stage, year) and _same(p.ref, ref))


def _same(one: str, other: str) -> bool:
    return not one or not other or one == other


def _is(prior: Prior, award: Award, stage: int | None, year: int | None) -> bool:
    if prior.award:
        if prior.award != award.id:
            return False
    elif prior.kind not in award.events or prior.title not in award.titles:
        return False
    same_stage = stage is None or prior.stage == stage
    return same_stage and (year is None or prior.year in (None, year))


@dataclass(slots=True)
class Payment:
    """One instalment of one award for one event. ``fen`` is what it comes to; ``most`` the
    most it may come to where it is open, ``None`` where there is no limit. ``rate``: the whole
    award in 元, before instalments and caps. ``on``: the day whose law was taken; ``due``: the
    day from which it may be paid."""

    event: Event
    law: Instrument
    award: Award
    status: str
    fen: int
    most: int | None
    rate: Interval
    on: date
    reason: str = ""
    due: date | None = None
    levels: dict[str, int] = field(default_factory=dict)

    @property
    def paid(self) -> int:
        """分 that this row moves."""
        return self.fen if self.status in COUNTED else 0

    def refuse(self, reason: str, status: str = REFUSED) -> None:
        self.status, self.reason = status, reason

    def split(self) -> None:
        """Who pays how much of it: to the 分, the largest remainders first."""
        shares = [share for _, share in self.award.payers]
        parts = split(self.paid, shares)
        self.levels = dict(zip((level for level, _ in self.award.payers), parts, strict=True))


def split(fen: int, shares: list[Fraction]) -> list[int]:
    """Whole parts of ``fen`` that add up to it, by these shares of 1; what rounding leaves goes
    to the largest remainders, the first of equal ones. Negative sums mirror positive ones."""
    if fen < 0:
        return [-part for part in split(-fen, shares)]
    exact = [fen * share for share in shares]
    parts = [int(part) for part in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[: fen - sum(parts)]:
        parts[i] += 1
    return parts
