"""培育路径: by which route each firm comes to be an HNTE, as the text of routes has it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from denggao.facts.ledger import Ledger
from denggao.rules.engines.columnar.rolls import rolls
from denggao.rules.engines.columnar.screening import frame_of_ledger
from denggao.rules.library import in_force

LAW = "培育路径"
UNKNOWN, NONE = "未知", "不在各路"
_AND = "、"


def routes(ledger: Ledger, as_of: date) -> list[str]:
    """The routes of each firm of the ledger in words, 小升高、规进高; ``UNKNOWN`` where none is
    certain and the ledger does not say enough, ``NONE`` where it is certainly on none."""
    law = in_force(LAW, as_of)
    names: list[list[str]] = [[] for _ in range(len(ledger))]
    is_open = [False] * len(ledger)
    for listed in rolls(law, frame_of_ledger(ledger, [law], as_of), as_of):
        for firm in listed.on:
            names[firm].append(listed.statement.name)
        for firm in listed.open:
            is_open[firm] = True
    return [
        _AND.join(found) or (UNKNOWN if open_ else NONE)
        for found, open_ in zip(names, is_open, strict=True)
    ]


def by_route(words: Iterable[str], as_of: date) -> Mapping[str, int]:
    """Firms by route, each route of the text even if no firm is on it; a firm on two routes
    counts for both."""
    counts = Counter(name for text in words for name in text.split(_AND))
    order: Sequence[str] = [*(s.name for s in in_force(LAW, as_of).rolls), UNKNOWN, NONE]
    return {name: counts[name] for name in order}
