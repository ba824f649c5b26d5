"""所在区县 as a bureau writes it, in one spelling: 「兰州市城关区」 and 「城关」 are 城关区."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

from denggao.facts.divisions import CITY, COUNTY, divisions, short_names
from denggao.facts.identity import half_width
from denggao.facts.zones import zones

_REMARK = re.compile(r"\([^()]*\)$")
_BLANKS = re.compile(r"\s+")


def region_name(text: str) -> str:
    """The name of the county or zone alone, where that still says which one is meant; else the
    text as it stands. A remark in brackets behind it (「安宁区（高新区）」) is left out."""
    words = _BLANKS.sub("", half_width(text))
    words = _REMARK.sub("", words) or words
    return _known().get(words) or _without_outer(words) or text.strip()


def _without_outer(words: str) -> str | None:
    """「兰州市城关区」 → 城关区, unless the province has two of that name; a name that begins
    with its province is whole and stays."""
    for position in range(2, len(words) - 1):
        name = _known().get(words[position:])
        if name and words[:position] in _outer() and name not in _twice_in_a_province():
            return name
    return None


@cache
def _known() -> dict[str, str]:
    """How a county or zone may be written → its name; what can mean two is left out."""
    counties = {d.name for d in divisions().values() if d.level == COUNTY}
    spelled: dict[str, set[str]] = {}
    for name in counties:
        for short in short_names(name):
            spelled.setdefault(short, set()).add(name)
    known = {short: full.pop() for short, full in spelled.items() if len(full) == 1}
    for zone in zones():
        known |= {zone.name: zone.name, zone.name.removesuffix("区"): zone.name}
    return known | {name: name for name in counties}


@cache
def _outer() -> frozenset[str]:
    """Cities, short and in full: what may stand before a county's name."""
    cities = [d for d in divisions().values() if d.level == CITY]
    return frozenset(name for d in cities for name in (d.name, *short_names(d.name)))


@cache
def _twice_in_a_province() -> frozenset[str]:
    counted = Counter((d.code[:2], d.name) for d in divisions().values() if d.level == COUNTY)
    return frozenset(name for (_, name), count in counted.items() if count > 1)
