"""A company name taken apart: place, kernel, legal form, branch.

Only the kernel (「金城软件科技」) is compared; place and branch stay as evidence, because 兰州金城
and 甘肃金城 are two firms until a person says otherwise, and a branch is never its parent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from denggao.facts.divisions import (
    COUNTY,
    NAME_BEGINS,
    Named,
    divisions,
    lies_in,
    names_by_start,
)
from denggao.facts.identity import normal_name

#: Two names of one credit code are taken for the same name from this likeness on (0 to 100).
SAME_CODE = 70
_FORM = (
    r"股份有限责任公司|有限责任公司|责任有限公司|股份有限公司|股份合作公司|有限公司|股份公司|集团公司|"
    r"总公司|公司|有限合伙企业|合伙企业|个人独资企业|独资企业|有限合伙|有限责任|股份有限"
)
_ENDING = re.compile(rf"(?:{_FORM}|集团)$")
_LEGAL_FORMS = re.compile(rf"(?:{_FORM}|集团)+")
#: Something after the legal form: 「…有限公司兰州分公司」; not 「…集团兰州包装有限公司」.
_AFTER_FORM = re.compile(r"(.{2,}?(?:公司|集团|合伙企业|独资企业))(.+)")
_BRANCH = re.compile(r"(?:分公司|分厂|分店|分院|分所|分部|分社|分支机构|办事处|代表处)$")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_SAID_IN_BRACKETS = re.compile(rf"(?:{_FORM}|集团|股份|普通合伙|特殊普通合伙|筹|本部|总部)")
_MARKS = re.compile(r"[^\u4e00-\u9fff0-9A-Z()]")


@dataclass(frozen=True, slots=True)
class CompanyName:
    """``full`` is the normal form; ``kernel`` never empty; ``places`` are codes of divisions
    named in front or in brackets, ``branch`` what follows the legal form ("" for a parent)."""

    full: str
    kernel: str
    places: tuple[str, ...]
    branch: str

    @property
    def place_words(self) -> str:
        """「兰州市」, for a person; "" without a place."""
        return "".join(divisions()[code].name for code in self.places)


@lru_cache(maxsize=200_000)
def company_name(text: str) -> CompanyName:
    """The parts of a name as written in a ledger."""
    full = normal_name(text)
    head, places = _without_brackets(_MARKS.sub("", full))
    head, branch = _without_branch(head)
    front, kernel = _places_in_front(_ending_stripped(head))
    return CompanyName(full, kernel or full, tuple(dict.fromkeys((*front, *places))), branch)


def _without_branch(name: str) -> tuple[str, str]:
    found = _AFTER_FORM.fullmatch(name)
    if found:
        tail = found.group(2)
        after = tail[end.end() :] if (end := _LEGAL_FORMS.match(tail)) else tail
        if after and (_BRANCH.search(after) or not _ENDING.search(after)):
            return found.group(1), after
    found = _BRANCH.search(name)
    return (name[: found.start()], found.group()) if found else (name, "")


def _without_brackets(name: str) -> tuple[str, tuple[str, ...]]:
    """Brackets around a place or a legal form go; other words in brackets stay in the name."""
    places: list[str] = []

    def replaced(found: re.Match[str]) -> str:
        words = found.group(1)
        if _SAID_IN_BRACKETS.fullmatch(words):
            return ""
        front, rest = _places_in_front(words, whole=True)
        places.extend(front)
        return rest

    return _BRACKETS.sub(replaced, name).strip("()"), tuple(places)


def _ending_stripped(name: str) -> str:
    while (found := _ending(name)) is not None:
        name = name[: found.start()]
    return name


def _ending(name: str) -> re.Match[str] | None:
    found = _ENDING.search(name)
    return found if found and found.start() >= 2 else None


def _places_in_front(name: str, whole: bool = False) -> tuple[tuple[str, ...], str]:
    """(codes of the places that the name begins with, the rest). At least two characters stay,
    unless the ``whole`` text may be a place."""
    places: list[str] = []
    while True:
        word, code, least = _place_at_start(name, places[-1] if places else None)
        if not code or len(name) - len(word) < (0 if whole else least):
            return tuple(places), name
        places.append(code)
        name = name[len(word) :]


def _place_at_start(name: str, outer: str | None) -> tuple[str, str, int]:
    """The place that ``name`` begins with, and how much must follow it. A county's short name
    is a place only inside the one before it, and with a name of its own behind: 东方 is a city
    of 海南, but the firm's own word in 甘肃东方钛业, as 康乐 is in 甘肃康乐药业."""
    for word, every in names_by_start().get(name[:NAME_BEGINS], ()):
        meant = [n for n in every if _is_place(n, outer)] if name.startswith(word) else []
        if meant:
            least = min(meant, key=lambda named: (divisions()[named.code].level, named.code))
            weak = least.short and divisions()[least.code].level == COUNTY
            return word, least.code, 4 if weak else 2
    return "", "", 0


def _is_place(named: Named, outer: str | None) -> bool:
    if outer is None:
        return not (named.short and divisions()[named.code].level == COUNTY)
    if named.short and named.code == outer:
        return False
    return lies_in(named.code, outer) or lies_in(outer, named.code)


# --- likeness ------------------------------------------------------------------------------


def likeness(one: CompanyName, other: CompanyName) -> int:
    """Of the kernels, 0 to 100; 0 for a branch and anything but the same branch."""
    from rapidfuzz import fuzz

    if one.branch != other.branch:
        return 0
    return int(fuzz.ratio(one.kernel, other.kernel))


def same_name(one: str, other: str) -> bool:
    """Can two names that stand beside one credit code be the same name, written differently:
    mistyped, shortened, with another place or legal form?"""
    # 金城 lies in 金城建设, but they are two firms: a kernel within another says nothing
    return likeness(company_name(one), company_name(other)) >= SAME_CODE


def places_differ(one: CompanyName, other: CompanyName) -> bool:
    """Do both name a place, and neither lies in the other's (兰州 lies in 甘肃)?"""
    if not one.places or not other.places:
        return False
    return not any(lies_in(a, b) or lies_in(b, a) for a in one.places for b in other.places)


def place_evidence(one: CompanyName, other: CompanyName) -> str:
    """How the places of two names stand to each other, in words; "" where both have none."""
    if one.places == other.places:
        return f"地名相同（{one.place_words}）" if one.places else ""
    if not one.places or not other.places:
        return f"一个有地名（{one.place_words or other.place_words}），一个没有"
    return f"地名不同（{one.place_words}、{other.place_words}）"


_BETWEEN_NAMES = re.compile(r"[、,，;；/|\n\r]+|\s{2,}")
_LABEL = re.compile(r"^(?:原名称?|曾用名|更名前)[:：]?")


def former_names(text: str | None) -> tuple[str, ...]:
    """The names in a cell of 曾用名, as written: 「原名：甲公司、乙公司」."""
    parts = (_LABEL.sub("", part.strip()) for part in _BETWEEN_NAMES.split(text or ""))
    return tuple(part for part in parts if len(part) >= 4)
