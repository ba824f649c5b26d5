"""Heads that are nearly a name of the catalogue: suggested to a person, never applied."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from denggao.facts.headparts import head_part, normal
from denggao.facts.heads import Meaning, fitted, is_other_figure, known_words

#: Below, likeness is chance: 「知识产权编号」 has two thirds in common with 「Ⅰ类知识产权」.
LEAST = 0.7
#: Words of another script are often parts of each other: 「other」, 「rd_other」.
_LEAST_LATIN = 0.85
_NEAREST = 5
#: A leaf under a group that is not understood may mean something else.
_LEAF_ALONE = 0.9


@dataclass(frozen=True, slots=True)
class Likeness:
    """``meaning`` with the year and unit of the head; the catalogue's ``word`` that the head is
    like; ``score`` from LEAST to 1, two decimals."""

    meaning: Meaning
    word: str
    score: float

    @property
    def name(self) -> str:
        """The fact's own name, as a column map may say it."""
        return self.meaning.fact.name if self.meaning.role == "fact" else self.word


@cache
def suggest(head: str, application_year: int) -> Likeness | None:
    """What a head that is not understood probably means; levels are joined by 「/」. ``None``
    if nothing is near, and for another figure altogether (销售收入增长率, 2026年目标)."""
    parts = [head_part(level, application_year) for level in head.split("/")]
    if any(part.bad for part in parts) or any(is_other_figure(part.words) for part in parts):
        return None
    found: dict[str, float] = {}
    whole, leaf = normal("".join(part.words for part in parts)), normal(parts[-1].words)
    for words, weight in ((whole, 1.0), (leaf, _LEAF_ALONE if leaf != whole else 1.0)):
        for word, score in _nearest(words):
            found[word] = max(round(score * weight, 2), found.get(word, 0.0))
    for word, score in sorted(found.items(), key=lambda pair: -pair[1]):
        if score < (_LEAST_LATIN if word.isascii() else LEAST):
            continue
        meaning = fitted(known_words()[word], parts)
        if meaning is not None:
            return Likeness(meaning, word, score)
    return None


def _nearest(name: str) -> list[tuple[str, float]]:
    """The nearest words of the catalogue: twice the characters in common over all of both."""
    from rapidfuzz import fuzz, process

    if len(name) < 2:
        return []
    near = process.extract(
        name, known_words().keys(), scorer=fuzz.ratio, limit=_NEAREST, score_cutoff=LEAST * 100
    )
    return [(word, round(score / 100, 2)) for word, score, _ in near]
