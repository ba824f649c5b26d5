"""Codes that rules ask about by their beginning: 国民经济行业 (GB/T 4754-2017), 行政区划."""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib.resources import files

from denggao.facts.interval import Truth

#: Facts that may stand before 属于.
CODED = ("industry", "region")
#: 「C39」 「3911」 「C3911 电子计算机制造」: a letter, two to four digits, or both, then words.
INDUSTRY = r"^([A-T])?[ \-]?([0-9]{2,4})?(?:[^0-9A-Z].*)?$"
REGION = r"^([0-9]{6})$"
#: 620000 is the whole province, 620100 the whole city.
LEVEL = r"(?:00){1,2}$"


@cache
def industry_names() -> dict[str, str]:
    """Names of the sections and divisions of GB/T 4754-2017 → code (C, C39)."""
    text = files("denggao.facts").joinpath("industries.csv").read_text(encoding="utf-8")
    return {row["name"]: row["code"] for row in csv.DictReader(text.splitlines())}


@cache
def section_of() -> dict[str, str]:
    """Two digits of a division → the letter of its section."""
    return {code[1:]: code[0] for code in industry_names().values() if len(code) > 1}


def known_codes(code: str) -> list[str]:
    """Codes of this fact that exist, for trying them out."""
    return list(industry_names().values()) if code == "industry" else ["110101", "620102"]


def is_prefix(code: str, text: str) -> bool:
    """Is this a code of the fact, or the beginning of one?"""
    if code == "region":
        return re.fullmatch(r"[0-9]{2}(?:[0-9]{2}){0,2}", text) is not None
    return re.fullmatch(r"[A-T]|[A-T][0-9]{2,4}", text) is not None and (
        len(text) == 1 or section_of().get(text[1:3]) == text[0]
    )


def canonical(code: str, text: str) -> str | None:
    """The code as prefixes are compared with it; ``None`` for what is not understood."""
    words = text.strip()
    if code == "region":
        match = re.match(REGION, words)
        return re.sub(LEVEL, "", match[1]) if match else None
    if words in industry_names():
        return industry_names()[words]
    match = re.match(INDUSTRY, words.upper())
    if match is None or not (match[1] or match[2]):
        return None
    if not match[2]:
        return match[1]
    section = section_of().get(match[2][:2])
    if section is None or (match[1] and match[1] != section):
        return None
    return section + match[2]


def within(code: str, text: str | None, prefixes: tuple[str, ...]) -> Truth:
    """Does the code begin with one of these? ``None`` where it cannot be told."""
    known = None if text is None else canonical(code, text)
    if known is None:
        return None
    if known.startswith(prefixes):
        return True
    return None if any(p.startswith(known) for p in prefixes) else False
