"""Which district and which zone an address lies in, by rule, with the reason in words.

The address is read from the left, name by name (甘肃省, 兰州市, 榆中县), and reading stops at the
first words that are no division of what came before: 「榆中县城关镇」 is 榆中县, and
「城关区皋兰路」 is 城关区. Two districts, or none, give none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from denggao.facts.divisions import (
    CITY,
    COUNTY,
    NAME_BEGINS,
    PROVINCE,
    Named,
    current,
    divisions,
    full_name,
    has_counties,
    lies_in,
    names_by_start,
)
from denggao.facts.identity import half_width
from denggao.facts.zones import Zone
from denggao.facts.zones import zones as our_zones

_BLANKS = re.compile(r"\s+")
_LABEL = re.compile(
    r"(?:[\u4e00-\u9fff]{0,4}(?:地址|住所|地)[:：])?(?:\(?[0-9]{6}\)?)?(?:中国(?!\())?"
)
#: What follows a short name that names a street or a village, not the place itself …
_STREET = re.compile(
    r"[大新老]?[路街巷道镇乡村桥]|大道|大街|[大商]厦|广场|宾馆|酒店|饭店|办事处|小区"
)
#: … and a street of the district's own, as a rule, but 长安北路 is not in 长安区.
_OWN_STREET = re.compile(r"[东西南北中](?:[一二三四五]?[路街]|大[道街])")


@dataclass(frozen=True, slots=True)
class Located:
    """Codes of the district and the zone, ``None`` where the address does not tell; ``why`` in
    Chinese; ``candidates``: districts that it may be, for a person to choose from."""

    district: str | None
    zone: str | None
    why: str
    candidates: tuple[str, ...] = ()


def registrar_of(credit_code: str | None) -> str | None:
    """The division whose office registered a firm (digits 3–8 of the credit code), by its code
    of today. It is no evidence of where the firm is: a third of them differ."""
    return current(credit_code[2:8]) if credit_code and len(credit_code) == 18 else None


def region_of(
    address: str | None,
    *,
    within: str | None = None,
    registrar: str | None = None,
    zones: Sequence[Zone] | None = None,
) -> Located:
    """Where an address lies. ``within``: the division whose ledger it is (620000), which decides
    between districts of the same name. ``registrar`` (``registrar_of``) only ever confirms a
    short name that is too weak by itself (「西固东路70号」)."""
    text = _BLANKS.sub("", half_width(address or ""))
    text = _LABEL.sub("", text, count=1)
    if not text:
        return Located(None, None, "没有地址")
    known = our_zones() if zones is None else zones
    named = [z for z in known if any(word in text for word in (*z.names, *z.local_names))]
    reading = _Reading(text, within, registrar, named)
    reading.read()
    return reading.located()


@dataclass
class _Reading:
    text: str
    within: str | None
    registrar: str | None
    zones: Sequence[Zone]
    place: str | None = None
    zone: Zone | None = None
    words: list[str] = field(default_factory=list)
    counties: list[str] = field(default_factory=list)
    candidates: list[str] = field(default_factory=list)
    remark: str = ""

    def read(self) -> None:
        position = self._start()
        while position < len(self.text):
            step = self._zone_at(position) or self._division_at(position)
            if not step:
                break
            position += step
        if self.zone is None:
            self._zone_further_on(self.text[position:])

    def _start(self) -> int:
        """Where the first name stands, past 「住所：」 and the like."""
        at_first = next(self._options(0), None) or self._zone_named(0)
        if at_first:
            return 0
        for position in range(1, min(12, len(self.text))):
            for named, word in self._options(position):
                if divisions()[named.code].level <= CITY and not named.short and len(word) > 2:
                    return position
        return 0

    # --- names ---------------------------------------------------------------------------------

    def _options(self, position: int) -> Iterator[tuple[Named, str]]:
        """Divisions named at this position, the longest name first."""
        start = self.text[position : position + NAME_BEGINS]
        for word, meant in names_by_start().get(start, ()):
            if self.text.startswith(word, position):
                yield from ((named, word) for named in meant)

    def _division_at(self, position: int) -> int:
        """The length of the division's name that is read here, 0 if there is none."""
        options = list(self._options(position))
        for word in dict.fromkeys(word for _, word in options) if options else ():
            meant = [n for n, w in options if w == word and self._fits(n, position + len(word))]
            meant = [n for n in meant if not n.old] or meant
            codes = list(dict.fromkeys(named.code for named in meant))
            if len(codes) > 1:
                codes = [c for c in codes if self.within and lies_in(c, self.within)] or codes
            if len(codes) > 1:
                codes = self._outermost(codes)
            if len(codes) > 1:
                self.candidates += codes
            if len(codes) == 1:
                self._take(next(n for n in meant if n.code == codes[0]), word)
                return len(word)
        return 0

    def _outermost(self, codes: list[str]) -> list[str]:
        """临夏 is 临夏州, before it is 临夏市 or 临夏县; 吉林 the province before the city."""
        top = min(divisions()[code].level for code in codes)
        return [code for code in codes if divisions()[code].level == top]

    def _fits(self, named: Named, end: int) -> bool:
        division, here = divisions()[named.code], self.place
        if not named.short:
            if here is None:
                return True
            same_city = divisions()[here].parent == division.parent and division.level == COUNTY
            return same_city or lies_in(named.code, here) or lies_in(here, named.code)
        rest = self.text[end:]
        if _STREET.match(rest):
            return False
        if division.level == COUNTY:
            return self._short_county(named.code, rest)
        if here is not None:
            return named.code != here and lies_in(named.code, here)
        return division.level == PROVINCE or not self.within or lies_in(named.code, self.within)

    def _short_county(self, code: str, rest: str) -> bool:
        """「兰州市西固」 is 西固区; 「西固东路」, or 西固 without its city, only if the register
        says the same."""
        under_city = self.place is not None and divisions()[code].parent == self.place
        in_scope = self.within is not None and lies_in(code, self.within)
        if not under_city and (self.place is not None or not in_scope):
            return False
        if under_city and not _OWN_STREET.match(rest):
            return True
        if self.registrar == code:
            self.remark = "，与信用代码的登记机关一致"
            return True
        self.candidates.append(code)
        return False

    def _take(self, named: Named, word: str) -> None:
        self.words.append(word + ("（旧称）" if named.old else ""))
        if divisions()[named.code].level == COUNTY:
            if named.code not in self.counties:
                self.counties.append(named.code)
            self.place = named.code
        elif self.place is None or not lies_in(self.place, named.code):
            self.place = named.code

    # --- zones ---------------------------------------------------------------------------------

    def _zone_named(self, position: int) -> tuple[Zone, str] | None:
        found = [
            (zone, word)
            for zone in self.zones
            for word in (*zone.names, *(zone.local_names if self._is_here(zone) else ()))
            if self.text.startswith(word, position)
            and not _STREET.match(self.text, position + len(word))
        ]
        return max(found, key=lambda pair: len(pair[1]), default=None)

    def _zone_at(self, position: int) -> int:
        found = self._zone_named(position)
        if found is None:
            return 0
        zone, word = found
        self.zone = self.zone or zone
        self.words.append(word)
        if self.place is None:
            self.place = zone.division
        return len(word)

    def _zone_further_on(self, rest: str) -> None:
        """「…雁滩高新区」 in an address of that city, or 「(兰州新区)」 anywhere."""
        for zone in self.zones:
            words = [word for word in zone.local_names if self._is_here(zone) and word in rest]
            words += [word for word in zone.names if f"({word}" in rest]
            if words:
                self.zone, self.remark = zone, f"{self.remark}；功能区按“{words[0]}”"
                return

    def _is_here(self, zone: Zone) -> bool:
        return self.place is not None and lies_in(self.place, zone.division)

    # --- result --------------------------------------------------------------------------------

    def located(self) -> Located:
        zone = self.zone.code if self.zone else None
        said = "".join(f"“{word}”" for word in self.words)
        if len(self.counties) == 1:
            return Located(self.counties[0], zone, f"地址写明{said}{self.remark}")
        if self.counties:
            both = "、".join(full_name(code) for code in self.counties)
            return Located(None, zone, f"地址同时写了{both}", tuple(self.counties))
        if self.place and self.place not in has_counties() and not self.zone:
            return Located(self.place, zone, f"地址写明{said}，其下不设区县{self.remark}")
        candidates = tuple(dict.fromkeys(self.candidates))
        if candidates:
            maybe = "、".join(full_name(code) for code in candidates)
            return Located(None, zone, f"地址没有写明区县，可能是{maybe}{self.remark}", candidates)
        told = f"地址只写到{said}，没有区县" if said else "地址没有写明区县"
        return Located(None, zone, told + self.remark)
