"""Sentences and clauses of a paragraph, with brackets and titles of documents masked out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

#: Stands for what is masked out, one for one.
FILLER = "\x01"
_MASKED = re.compile(r"\([^()]*\)|《[^》]*》|〔[^〕]*〕|\[[^\]]*\]")
_SENTENCE = re.compile(r"[^。!?]+[。!?]?")
_CLAUSE = re.compile(r"[^,;:]+")


@dataclass(frozen=True, slots=True)
class Clause:
    """``start`` to ``end`` in the document; ``text`` the same length, brackets masked. ``mark``
    is the mark behind it; ``inner``: it stands in brackets behind ``before``."""

    start: int
    end: int
    text: str
    mark: str = ""
    before: str = ""

    @property
    def inner(self) -> bool:
        return bool(self.before)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence with its clauses; ``text`` masked as theirs."""

    start: int
    end: int
    text: str
    clauses: list[Clause] = field(default_factory=list)


def masked(text: str) -> str:
    """Brackets and titles of documents as fillers: what they hold is no part of the clause."""
    return _MASKED.sub(lambda m: FILLER * len(m[0]), text)


def bare(text: str) -> str:
    """Without the fillers."""
    return text.replace(FILLER, "")


def sentences(text: str, start: int, end: int) -> Iterator[Sentence]:
    """The sentences of a part of the document."""
    part = text[start:end]
    hidden = masked(part)
    for match in _SENTENCE.finditer(hidden):
        at = start + match.start()
        found = Sentence(at, start + match.end(), match[0])
        for clause in _CLAUSE.finditer(match[0]):
            first, last = at + clause.start(), at + clause.end()
            mark = match[0][clause.end() : clause.end() + 1]
            found.clauses.append(Clause(first, last, clause[0], mark))
            found.clauses.extend(_inner(text, first, last, clause[0]))
        yield found


def _inner(text: str, first: int, last: int, hidden: str) -> Iterator[Clause]:
    """What stands in brackets, as clauses of its own."""
    for match in re.finditer(r"\(([^()]+)\)", text[first:last]):
        before = bare(hidden[: match.start()]) or " "
        for clause in _CLAUSE.finditer(match[1]):
            at = first + match.start(1)
            yield Clause(at + clause.start(), at + clause.end(), clause[0], "", before)
