"""The targets of a plan sorted by what they count: stock, yearly flow, net increase."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

from denggao.rules.nodes import Instrument, Target

STOCK, GROSS, NET, OTHER = "存量", "新增", "净增", "其他"
_YEARS = re.compile(r"(20\d\d)年?(?:—{1,2}|-|~|－|至|到)(20\d\d)年?")


@dataclass(frozen=True, slots=True)
class Promise:
    """A target, the thing that it counts, and how: STOCK, GROSS or NET a year, OTHER."""

    target: Target
    thing: str
    how: str

    @property
    def least(self) -> Fraction | None:
        """The figure to reach; ``None`` for a masked one."""
        return None if self.target.lo is None else Fraction(self.target.lo)

    @property
    def key(self) -> tuple[str, str | None]:
        return self.thing, self.target.place


@cache
def _data() -> dict[str, Any]:
    text = files("denggao.diagnosis").joinpath("plan_things.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def valid_years(thing: str) -> int | None:
    """For how many years one counted holds its title; ``None`` where nobody says."""
    return next((int(t["valid"]) for t in _data()["thing"] if t["name"] == thing), None)


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = _data()["words"]
    front = "|".join(sorted(words["gross"], key=len, reverse=True))
    back = "|".join(sorted(words["net"], key=len, reverse=True))
    return re.compile(rf"^(?P<word>{front})(?=.{{2}})"), re.compile(rf"(?P<word>{back})数$")


def promise(target: Target) -> Promise:
    """What a target counts, told by its name, unit and sort."""
    unit = target.unit.partition("/")[0]
    if target.sort in ("比率", "增速", "位次", "职责") or unit in ("%", "个百分点", "番", "倍"):
        return Promise(target, target.name, OTHER)
    front, back = _patterns()
    if found := back.search(target.name):
        return Promise(target, target.name[: found.start()], NET)
    name = target.name.removesuffix("数")
    if (found := front.match(name)) and target.sort != "存量":
        return Promise(target, name[found.end() :], NET if "净增" in found["word"] else GROSS)
    return Promise(target, name, STOCK if target.sort != "流量" else GROSS)


def period(instrument: Instrument) -> tuple[int, int | None]:
    """First and last year of a plan: by its name, else by its days."""
    return years_of(instrument.name) or (
        instrument.valid_from.year,
        instrument.valid_to.year if instrument.valid_to else None,
    )


def years_of(name: str) -> tuple[int, int] | None:
    """「（2024—2027年）」 in a name."""
    found = _YEARS.search(name)
    return (int(found[1]), int(found[2])) if found else None


_WITHIN = re.compile(r"(\d{1,2}|[一二两三四五六七八九十])年内")
_DIGITS = "零一二三四五六七八九十"


def stretch(year: int | str | None, plan: tuple[int, int] | None) -> tuple[int, int] | None:
    """First and last year of a target told relative to its plan: 「三年内」 from the first year of
    the plan on, 「期末」 its last; 「2024-2027」 as it says. ``None`` where nobody can tell."""
    if not isinstance(year, str):
        return None
    if (found := re.fullmatch(r"(20\d\d)-(20\d\d)", year)) and found[1] <= found[2]:
        return int(found[1]), int(found[2])
    if plan is None:
        return None
    if year == "期末":
        return plan
    if found := _WITHIN.fullmatch(year):
        count = int(found[1]) if found[1].isdigit() else _DIGITS.index(found[1].replace("两", "二"))
        return (plan[0], plan[0] + count - 1) if count else None
    return None


def dated(target: Target, plan: tuple[int, int] | None) -> Target:
    """A stock that is to be there 「三年内」 as one of the year in which these end."""
    found = stretch(target.year, plan)
    if found is None or promise(target).how != STOCK:
        return target
    return replace(target, year=found[1])


def yearly(promises: Sequence[Promise], how: str, key: tuple[str, str | None]) -> list[Promise]:
    """Those promised for every year."""
    return [
        p
        for p in promises
        if p.how == how and p.key == key and p.target.year == "每年" and p.least is not None
    ]
