"""走访排序: whom to ask first, so that each phone call settles most before the next batch.

A call to a firm asks at most ``pool.MAX_SET`` figures. It is worth the verdicts that its answers
settle, whatever they turn out to be; of two calls that settle as many, the one with fewer
questions comes first, then the one that may settle more if the answers are lucky.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from denggao.diagnosis.decisive import Decisive
from denggao.diagnosis.pool import MAX_SET


@dataclass(frozen=True, slots=True)
class Visit:
    """``keys``: what to ask firm number ``firm``; ``settles``: the laws whose countable verdict
    is then decided; ``may_settle``: those that a lucky answer to one question could decide;
    ``open``: all laws still open."""

    firm: int
    keys: tuple[str, ...]
    settles: tuple[str, ...]
    may_settle: tuple[str, ...]
    open: tuple[str, ...]


def visits(questions: Mapping[str, Mapping[int, Decisive]]) -> list[Visit]:
    """Calls to all firms asked about (``pool.questions`` by short name of the law), best first;
    of equals, the firm nearest to success under the first law that is open."""
    firms = dict.fromkeys(firm for asked in questions.values() for firm in asked)
    found = [_visit(firm, questions) for firm in firms]
    place = {visit.firm: i for i, visit in enumerate(found)}
    return sorted(
        found,
        key=lambda v: (-len(v.settles), len(v.keys), -len(v.may_settle), place[v.firm]),
    )


def _visit(firm: int, questions: Mapping[str, Mapping[int, Decisive]]) -> Visit:
    asked = {law: by_firm[firm] for law, by_firm in questions.items() if firm in by_firm}
    settles, keys = _best_call(asked)
    lucky = [law for law, found in asked.items() if law not in settles and found.shortcuts]
    if not settles:  # nothing is certain: ask what a single answer may decide, then what is open
        first = dict.fromkeys(k for found in asked.values() for k in found.shortcuts)
        first |= dict.fromkeys(k for found in asked.values() for k in found.open)
        keys = tuple(first)[:MAX_SET]
    return Visit(firm, keys, settles, tuple(lucky), tuple(asked))


def _best_call(asked: Mapping[str, Decisive]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(laws settled, questions): most laws within one call, then fewest questions."""
    best: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    options: list[Sequence[tuple[str, ...] | None]] = [(None, *d.sets) for d in asked.values()]
    for chosen in product(*options):
        keys = dict.fromkeys(key for keys in chosen if keys for key in keys)
        laws = tuple(law for law, keys in zip(asked, chosen, strict=True) if keys)
        if len(keys) <= MAX_SET and (-len(laws), len(keys)) < (-len(best[0]), len(best[1])):
            best = laws, tuple(keys)
    return best
