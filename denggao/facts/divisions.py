"""Administrative divisions down to the county: codes, names short and old, and what became of
a code that is no longer given out. The data and its licence lie beside this module."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

PROVINCE, CITY, COUNTY = 1, 2, 3
_SUFFIX = re.compile(r"(?:新区|林区|特区|特别行政区|地区|[省市县区盟旗])$")
_PEOPLES = (
    "蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|拉祜|水|东乡|纳西|"
    "景颇|柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|塔吉克|怒|鄂温克|保安|裕固|独龙|鄂伦春|普米|各"
)
_OF_PEOPLES = re.compile(
    rf"(?:(?:{_PEOPLES})族|蒙古|维吾尔|哈萨克|柯尔克孜|塔吉克|锡伯)+自治([区州县旗])$"
)
_AUTONOMOUS = re.compile(r"(?:族)?自治([区州县旗])$")


@dataclass(frozen=True, slots=True)
class Division:
    """``parent`` is the code one level up, "" for a province."""

    code: str
    name: str
    parent: str

    @property
    def level(self) -> int:
        """PROVINCE, CITY or COUNTY."""
        if self.code.endswith("0000"):
            return PROVINCE
        return CITY if self.code.endswith("00") else COUNTY


class Named(NamedTuple):
    """One way to name a division: ``short`` without its suffix, ``old`` before a change."""

    code: str
    short: bool = False
    old: bool = False


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = files("denggao.facts").joinpath(name).read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())


@cache
def divisions() -> dict[str, Division]:
    """Every division of county level and above by its code."""
    return {row["code"]: Division(**row) for row in _rows("divisions.csv")}


@cache
def _successors() -> dict[str, str]:
    """Codes no longer given out → the code that the latest change led to."""
    known = divisions()
    return {
        row["old_code"]: row["code"]
        for row in _rows("division_changes.csv")
        if row["old_code"] not in known
    }


def current(code: str) -> str | None:
    """The code in use today of a division that once had ``code``; ``None`` if unknown."""
    seen = set()
    while code not in divisions():
        if code in seen or code not in _successors():
            return None
        seen.add(code)
        code = _successors()[code]
    return code


def full_name(code: str) -> str:
    """「甘肃省兰州市城关区」; the code itself where it is unknown."""
    division = divisions().get(code)
    if division is None:
        return code
    return (full_name(division.parent) if division.parent else "") + division.name


def lies_in(code: str, outer: str) -> bool:
    """Is the division ``outer`` itself, or part of it?"""
    while code and code != outer:
        code = divisions()[code].parent
    return code == outer


@cache
def has_counties() -> frozenset[str]:
    """Codes of divisions that others belong to."""
    return frozenset(division.parent for division in divisions().values())


def short_names(name: str) -> tuple[str, ...]:
    """How people shorten the name of a division, never to a single character: 兰州市 → 兰州;
    肃南裕固族自治县 → 肃南县, 肃南; 临夏回族自治州 → 临夏州, 临夏."""
    found = _OF_PEOPLES.search(name)
    if found and found.start() < 2:  # 东乡族自治县: the people is the place
        found = _AUTONOMOUS.search(name)
    found = found or _AUTONOMOUS.search(name)
    stem = name[: found.start()] if found else _SUFFIX.sub("", name)
    shorter = [stem + found.group(1), stem] if found else [stem]
    return tuple(word for word in shorter if len(word) >= 2 and word != name)


@cache
def names() -> dict[str, tuple[Named, ...]]:
    """Every name, full, short or old, with the divisions that it can mean."""
    found: dict[str, list[Named]] = {}
    for division in divisions().values():
        found.setdefault(division.name, []).append(Named(division.code))
        for short in short_names(division.name):
            # 「肃南县」 leaves as little doubt as the full name
            is_stem = _SUFFIX.search(short) is None and not short.endswith("州")
            found.setdefault(short, []).append(Named(division.code, short=is_stem))
    for row in _rows("division_changes.csv"):
        now = current(row["code"])
        known = found.setdefault(row["old_name"], [])
        beside = any(named.code[:4] == row["old_code"][:4] for named in known)
        if now and not beside and (len(row["old_name"]) > 2 or row["old_name"][-1] == "县"):
            known.append(Named(now, old=True))
    return {name: tuple(known) for name, known in found.items() if known}


#: No name is shorter.
NAME_BEGINS = 2


@cache
def names_by_start() -> dict[str, tuple[tuple[str, tuple[Named, ...]], ...]]:
    """The same by their first NAME_BEGINS characters, the longest first: hardly any place in an
    address begins a name, and so only one word has to be looked up there."""
    found: dict[str, list[str]] = {}
    for name in names():
        found.setdefault(name[:NAME_BEGINS], []).append(name)
    return {
        start: tuple((name, names()[name]) for name in sorted(same, key=len, reverse=True))
        for start, same in found.items()
    }
