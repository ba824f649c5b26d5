"""事实目录: the facts that rules, ledgers and files may name."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from denggao.facts.interval import Interval

#: Decimal places kept of each unit: 分 of money, 1/10000 of a person (twelfths are rounded
#: once, on input). Whole integers at this scale are what ledgers and engines compute with.
SCALE = {"元": 100, "人": 10_000, "项": 1, "分": 10_000, "天": 1}
#: A number must be smaller than this in its own unit (contract: |金额| < 10^15 元).
MAX_SIZE = {"元": 10**15, "人": 10**12, "项": 10**12, "分": 10**12, "天": 10**7}

#: No firm has more people, but a telephone number in the wrong column is more.
MOST_PEOPLE = 2_000_000


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry of the catalogue; ``lo``/``hi`` are in ``unit``, ``None`` is unbounded."""

    code: str
    name: str
    unit: str
    time: str
    lo: int | None = None
    hi: int | None = None
    at_most: str | None = None
    judged: bool = False
    personal: bool = False
    derive: str | None = None
    aliases: tuple[str, ...] = ()

    @property
    def yearly(self) -> bool:
        return self.time == "年"

    @property
    def of_event(self) -> bool:
        """Said of one event that money is paid for, in lists of such events only."""
        return self.time == "件"

    @property
    def of_unit(self) -> bool:
        """Said of a unit that is scored, never of a firm: no head of a ledger means it."""
        return self.time == "评"

    @property
    def numeric(self) -> bool:
        return self.unit in SCALE

    @property
    def scale(self) -> int:
        """How many of the smallest recorded steps make one ``unit``."""
        return SCALE[self.unit]

    @property
    def in_table(self) -> tuple[int, int]:
        """The least and the greatest number of steps that a table of any kind (workbook, Parquet,
        database) may hold."""
        most = MAX_SIZE[self.unit] * self.scale - 1
        if self.unit == "人":
            most = MOST_PEOPLE * self.scale
        lo, hi = (None if end is None else end * self.scale for end in (self.lo, self.hi))
        return -most if lo is None else max(-most, lo), most if hi is None else min(most, hi)

    @property
    def domain(self) -> Interval:
        return Interval(self.lo, self.hi)


@cache
def catalogue() -> dict[str, Fact]:
    """Every fact by its code, in the order of the catalogue."""
    text = files("denggao.facts").joinpath("catalogue.toml").read_text(encoding="utf-8")
    entries = tomllib.loads(text)
    return {
        code: Fact(code=code, **{**entry, "aliases": tuple(entry.get("aliases", ()))})
        for code, entry in entries.items()
    }


@cache
def _by_name() -> dict[str, Fact]:
    return {fact.name: fact for fact in catalogue().values()}


def find(name: str) -> Fact | None:
    """The fact with this code or exact Chinese name (aliases belong to heads, not to rules)."""
    return catalogue().get(name) or _by_name().get(name)


@cache
def bounds_from_below() -> dict[str, tuple[str, ...]]:
    """For each fact, those that can never exceed it: 职工总数 ← 科技人员数."""
    below: dict[str, tuple[str, ...]] = {}
    for fact in catalogue().values():
        if fact.at_most:
            below[fact.at_most] = (*below.get(fact.at_most, ()), fact.code)
    return below


@cache
def technical_fields() -> dict[str, str]:
    """国家重点支持的高新技术领域 (32号 附件): code → title, all three levels."""
    text = files("denggao.facts").joinpath("fields.csv").read_text(encoding="utf-8")
    return {row["code"]: row["name"] for row in csv.DictReader(text.splitlines())}


def is_technical_field(code: str) -> bool:
    """True for an item of the lowest level, the one an application must name."""
    fields = technical_fields()
    return code in fields and f"{code}.1" not in fields
