"""Districts and industries that are none: read as they stand, and named all the same.

A district nobody knows puts a firm nowhere, an industry nobody knows leaves every rule that asks
about it open, and neither would be noticed.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection
from typing import NamedTuple

from denggao.facts.codes import canonical, industry_names
from denggao.facts.divisions import COUNTY, divisions
from denggao.facts.importing import Import
from denggao.facts.problems import Finding, spans
from denggao.facts.traits import places_named

#: For so many unknown names one that is like it is looked for.
_SUGGESTED = 50
_LIKE = 0.6
#: No province's code begins so: invented counties for exercises have such codes.
_INVENTED = "99"


class _Kind(NamedTuple):
    """What a column may hold: ``known`` tells a good value, ``words`` are names to suggest."""

    kind: str
    expected: str
    advice: str
    known: Callable[[str], bool]
    words: Callable[[], Collection[str]]


def _counties() -> Collection[str]:
    return {division.name for division in divisions().values() if division.level == COUNTY}


_KINDS = {
    "region": _Kind(
        "unknown_region",
        "区县或功能区的名称（如 城关区），或六位区划代码（如 620102）",
        "没有这个区县，按区县筛选、汇总时找不到它",
        lambda text: text.startswith(_INVENTED) or places_named(text) is not None,
        _counties,
    ),
    "industry": _Kind(
        "unknown_industry",
        "国民经济行业的代码（如 C39），或门类、大类的名称",
        "不是国民经济行业分类里的门类、大类或代码，问行业的规则判断不了",
        lambda text: canonical("industry", text) is not None,
        lambda: industry_names().keys(),
    ),
}


def name_unknown(work: Import) -> None:
    """A problem for each unknown district and industry, at the first row that has it."""
    for code, kind in _KINDS.items():
        firms: dict[str, list[int]] = {}
        for firm, value in enumerate(work.store.columns.get(code, ())):
            if value:
                firms.setdefault(str(value), []).append(firm)
        unknown = [value for value in firms if not kind.known(value)]
        for number, value in enumerate(unknown):
            like = _like(value, kind.words()) if number < _SUGGESTED else ""
            _name(work, code, value, firms[value], like)


def _like(value: str, words: Collection[str]) -> str:
    found = difflib.get_close_matches(value, words, n=1, cutoff=_LIKE)
    return f"，是不是“{found[0]}”" if found else ""


def _name(work: Import, code: str, value: str, firms: list[int], like: str) -> None:
    kind = _KINDS[code]
    first, *others = [work.store.row_of(code, firm) for firm in firms]
    here = work.place(first)[:2]
    rows = [work.place(row)[2] for row in others if work.place(row)[:2] == here]
    same = f"；第 {spans(rows)} 行也是" if rows else ""
    elsewhere = len(others) - len(rows)
    same += f"；别的页还有 {elsewhere} 行" if elsewhere else ""
    finding = Finding(kind.kind, kind.expected, f"{kind.advice}{like}{same}；值照读，请核对")
    work.problem_with(code, first, value, finding)
