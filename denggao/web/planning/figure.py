"""What a figure of the board is: target, done, gap, needed pace; cuts, lines and the whole."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

from denggao.web.accounts.models import Region
from denggao.web.planning import quotas
from denggao.web.planning.models import Goal

_DAYS_IN_MONTH = Fraction(365, 12)


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of a table. ``axis`` "" is the whole; ``key`` its code on the axis. ``target``: the
    sum of what is set, ``None`` where nothing is; ``unset``: so many parts are not yet set.
    ``done``: firms of the ledger, ``None`` where it cannot count them; ``query`` opens them."""

    axis: str
    key: str
    label: str
    target: Fraction | None
    unset: int
    done: int | None
    query: str
    more_than: bool = False
    days_left: int = 0

    @property
    def target_text(self) -> str:
        """「12」, 「≥ 12，未定 4 项」, 「未定」."""
        return quotas.told(self.target, self.unset)

    @property
    def gap(self) -> Fraction | None:
        """What is missing, at least, from the target; 0 when it is reached."""
        if self.target is None or self.done is None:
            return None
        return max(Fraction(0), self.target + int(self.more_than) - self.done)

    @property
    def rate(self) -> Fraction | None:
        """Done by target; ``None`` while a part of the target is not set."""
        if not self.target or self.done is None or self.unset:
            return None
        return self.done / self.target

    @property
    def percent(self) -> int | None:
        """The rate as a whole per cent, never rounded up to 100."""
        return None if self.rate is None else int(self.rate * 100)

    @property
    def bar(self) -> int:
        """How long its bar is, of 100."""
        return min(100, self.percent or 0)

    @property
    def shade(self) -> str:
        """The class of its colour on map and table: all done, from 80 %, from 60 %, less, or
        nothing to be said."""
        if self.rate is None:
            return "none"
        if self.reached:
            return "full"
        return "good" if self.rate * 5 >= 4 else "fair" if self.rate * 5 >= 3 else "low"

    @property
    def reached(self) -> bool:
        """Is nothing missing, and everything set?"""
        return self.gap == 0 and not self.unset

    @property
    def pace(self) -> Fraction | None:
        """What is needed each month from now on; ``None`` once the days are over."""
        if self.gap is None or self.days_left <= 0:
            return None
        return self.gap * _DAYS_IN_MONTH / self.days_left

    @property
    def pace_text(self) -> str:
        """Rounded up to a tenth: 「每月 2.4」."""
        if self.pace is None:
            return "—" if not self.gap else "已到期"
        return f"每月 {ceil(self.pace * 10) / 10:g}" if self.pace else "已达到"

    def as_json(self) -> dict[str, Any]:
        """As a frozen report keeps it."""
        return {
            "axis": self.axis, "key": self.key, "label": self.label, "unset": self.unset,
            "target": None if self.target is None else str(self.target), "done": self.done,
            "gap": None if self.gap is None else str(self.gap), "query": self.query,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cut:
    """A goal seen along one axis. ``left``: what the set parts leave of the whole (less than 0:
    more than it), ``None`` while anything is unset; ``overlapping``: a firm may lie in two."""

    axis: str
    name: str
    figures: tuple[Figure, ...]
    left: Fraction | None
    overlapping: bool = False

    @property
    def over(self) -> Fraction:
        """By how much the parts are more than the whole."""
        return max(Fraction(0), -(self.left or Fraction(0)))

    @property
    def by_place(self) -> list[Figure]:
        """The whole and its regions, without the fields."""
        return [figure for figure in self.figures if figure.axis in ("", "region")]

    @property
    def ranked(self) -> list[tuple[int | None, Figure]]:
        """By rate; equal rates share a place; those without a rate stand last, unnumbered."""
        rated = sorted(
            (f for f in self.figures if f.rate is not None), key=lambda f: -(f.rate or 0)
        )
        places = [1 + sum((o.rate or 0) > (f.rate or 0) for o in rated) for f in rated]
        rest = [f for f in self.figures if f.rate is None]
        return [*zip(places, rated, strict=True), *((None, f) for f in rest)]


@dataclass(frozen=True, slots=True)
class Line:
    """One goal on the day. ``elapsed``: the part of its time that is over, 0 to 1."""

    goal: Goal
    whole: Figure
    cuts: tuple[Cut, ...]
    elapsed: Fraction

    @property
    def elapsed_mark(self) -> str:
        """Where the day stands on a line of 100."""
        return f"{min(99.4, float(self.elapsed * 100)):.1f}"

    @property
    def elapsed_percent(self) -> int:
        """As a whole per cent."""
        return int(self.elapsed * 100)


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything the board shows of a region on a day: ``tiers`` with their holders by region
    and field, ``lines`` of its own goals that run on the day, ``assigned``: what the goals of a
    region above set for it, undivided."""

    on: datetime.date
    region: Region
    tiers: tuple[Cut, ...]
    lines: tuple[Line, ...]
    assigned: tuple[Line, ...] = ()

    @property
    def places(self) -> list[Figure]:
        """Heads of the regions, as every rung has them."""
        return [figure for figure in self.tiers[0].figures if figure.axis == "region"]
