"""A firm's certificates before and after: which row is which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from denggao.facts.titles import Title

_Pair = tuple[Title, Title]


@dataclass(frozen=True, slots=True)
class Sorted:
    """``without_removed``: the old list less what is gone; ``without_added``: the new list less
    what is new. ``None`` for a list that was, or is, not there at all."""

    removed: tuple[Title, ...] = ()
    corrected: tuple[_Pair, ...] = ()
    added: tuple[Title, ...] = ()
    without_removed: tuple[Title, ...] | None = None
    without_added: tuple[Title, ...] | None = None


def sort_titles(old: Sequence[Title] | None, new: Sequence[Title] | None) -> Sorted:
    """Pairs by number, then by kind and day of issue, then by kind alone where each side has
    one left; the rest is removed or added."""
    left, right = list(old or ()), list(new or ())
    pairs: list[_Pair] = []
    for key in (_itself, _numbered, _dated, _kind):
        for title in list(left):
            wanted = key(title)
            same = [t for t in right if wanted is not None and key(t) == wanted]
            if len(same) == 1 and sum(key(t) == wanted for t in left) == 1:
                left.remove(title)
                right.remove(same[0])
                pairs.append((title, same[0]))
    return Sorted(
        removed=tuple(left),
        corrected=tuple((a, b) for a, b in pairs if a != b),
        added=tuple(right),
        without_removed=None if old is None else tuple(t for t in old if t not in left),
        without_added=None if new is None else tuple(t for t in new if t not in right),
    )


def _itself(title: Title) -> object:
    return title


def _numbered(title: Title) -> object:
    return (title.kind, title.number) if title.number else None


def _dated(title: Title) -> object:
    return (title.kind, title.issued_on, title.event) if title.issued_on else None


def _kind(title: Title) -> object:
    """A certificate without a number may be the one; two numbers that differ are two."""
    return (title.kind, title.event) if not title.number else None
