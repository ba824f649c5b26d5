"""Which words of a clause belong to which of its figures."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from denggao.drafting.clauses import FILLER, bare
from denggao.drafting.figures import Figure

_JOINS = re.compile(r"、|以及|[和及与并](?=[\u4e00-\u9fffA-Z“\d*约近超不])|/")
#: What leads from one figure to the next: 由115家增加到255家.
CHANGE = re.compile(
    r"^[\s的]*(?:增加|增长|提高|提升|发展|扩大|上升|下降|降低|减少|压减|跃升|增|升|降|扩)"
)


def cuts(words: str, found: Sequence[Figure]) -> dict[int, tuple[tuple[int, int], tuple[int, int]]]:
    """For each figure by its place: the stretch of words before it and the one behind it."""
    bounds: list[int] = [0]
    for one, two in itertools.pairwise(found):
        middle = words[one.end : two.left]
        joins = list(_JOINS.finditer(middle))
        if not joins and middle.strip(FILLER + " ") and not CHANGE.match(bare(middle)):
            bounds.append(bounds[-1] if _modifies(one, middle) else two.left)
        elif not joins or not bare(middle[: joins[0].start()]).strip():
            bounds.append(one.end)
        else:
            bounds.append(one.end + joins[-1].start())
    bounds.append(len(words))
    return {
        figure.start: ((bounds[i], figure.left), (figure.end, max(bounds[i + 1], figure.end)))
        for i, figure in enumerate(found)
    }


def _modifies(figure: Figure, behind: str) -> bool:
    """「2万平方米以上孵化器」, 「超10亿元的企业」: it says of what size the next things are."""
    limits = figure.op in (">=", ">", "<=")
    return limits and (figure.left == figure.start or bare(behind).startswith("的"))
