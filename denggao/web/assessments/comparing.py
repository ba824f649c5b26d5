"""Two versions of one text, article beside article, with what differs marked to the character.

Articles belong together by heading, else by the rules in them, else by likeness of their words:
a new text often says the same under another number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import zip_longest

from denggao.rules import nodes as n
from denggao.web.assessments import lawtext
from denggao.web.assessments.lawtext import Article

#: How an article or a rule of the new text stands to the old one.
STATES = {"added": "新增", "removed": "删去", "changed": "修改", "same": "未变"}
#: Two articles with less in common are two articles.
_ALIKE = 0.6
#: Two lines with less in common are shown whole, not piece by piece.
_PIECES = 0.35
_STATEMENT = re.compile(r"^(\S+) (\S+)(?: (.+?))?：?$")


@dataclass(frozen=True, slots=True)
class Side:
    """One line on one side: (is it peculiar to this side, text) in order; ``kind`` of
    ``rule``, ``quote``, ``case``, ``text``."""

    kind: str
    pieces: tuple[tuple[bool, str], ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """One article in both texts; ``state``: one of ``STATES``. ``lines``: only what
    differs and the lines next to it, ``None`` on a side that has no such line."""

    old: Article | None
    new: Article | None
    state: str
    lines: tuple[tuple[Side | None, Side | None], ...]

    @property
    def word(self) -> str:
        """The state in Chinese."""
        return STATES[self.state]

    @property
    def heading(self) -> str:
        """Its heading; both, where the new text has another."""
        told = [article.heading for article in (self.old, self.new) if article]
        return " → ".join(dict.fromkeys(told))

    @property
    def anchor(self) -> str:
        """The name of its place on the page."""
        return f"n{self.new.first}" if self.new else f"o{self.old.first}" if self.old else ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A statement that only one text has or both word differently; ``state`` as of a pair."""

    id: str
    name: str
    state: str
    anchor: str

    @property
    def word(self) -> str:
        """The state in Chinese."""
        return STATES[self.state]


@dataclass(frozen=True, slots=True)
class Comparison:
    """All pairs in the order of the new text, and the rules among them that differ."""

    pairs: tuple[Pair, ...]
    rules: tuple[Rule, ...]
    head: tuple[tuple[str, str, str], ...]  # (what, old, new) of the front matter, where it differs

    def count(self, state: str) -> int:
        """How many articles are of this state."""
        return sum(pair.state == state for pair in self.pairs)

    @property
    def counts(self) -> list[tuple[str, int]]:
        """Each state with how many articles it has."""
        return [(word, self.count(state)) for state, word in STATES.items()]


@lru_cache(maxsize=16)
def compared(old: n.Instrument, new: n.Instrument) -> Comparison:
    """The differences from one text to the other."""
    before, after = lawtext.with_statements(old), lawtext.with_statements(new)
    pairs = tuple(_pair(a, b) for a, b in _in_order(before, after, _partners(before, after)))
    return Comparison(pairs, tuple(_rules(pairs)), tuple(_head(old, new)))


def _partners(old: Sequence[Article], new: Sequence[Article]) -> dict[int, int]:
    """Which article of the new text continues which of the old: index → index."""
    found: dict[int, int] = {}
    tests = (
        lambda a, b: a.heading == b.heading,
        lambda a, b: bool(_named(a) & _named(b)),
        lambda a, b: SequenceMatcher(None, a.body, b.body).ratio() >= _ALIKE,
    )
    for test in tests:
        for j, after in enumerate(new):
            if j in found:
                continue
            taken = set(found.values())
            free = (i for i, before in enumerate(old) if i not in taken and test(before, after))
            i = next(free, None)
            if i is not None:
                found[j] = i
    return found


def _named(article: Article) -> set[tuple[str, str]]:
    """Its rules; an id alone is not enough, a new text may give it to another rule."""
    return {(s.id, s.name) for s in article.statements}


def _in_order(
    old: Sequence[Article], new: Sequence[Article], partners: dict[int, int]
) -> Iterator[tuple[Article | None, Article | None]]:
    """The new text in its order; what it left out stands where the old text had it."""
    gone = [i for i in range(len(old)) if i not in partners.values()]
    for j, after in enumerate(new):
        i = partners.get(j)
        while i is not None and gone and gone[0] < i:
            yield old[gone.pop(0)], None
        yield (None if i is None else old[i]), after
    for i in gone:
        yield old[i], None


def _pair(old: Article | None, new: Article | None) -> Pair:
    before = _lines(old) if old else []
    after = _lines(new) if new else []
    state = "added" if old is None else "removed" if new is None else "same"
    if old and new and (before != after or old.heading != new.heading):
        state = "changed"
    return Pair(old, new, state, tuple(_beside(before, after)) if state != "same" else ())


def _lines(article: Article) -> list[tuple[str, str]]:
    """(kind, text) of each line that says something."""
    found, inside = [], False
    for line in article.body.split("\n"):
        if line.startswith("```"):
            inside = not inside
        elif line.strip():
            kind = "rule" if inside else {">": "quote", "|": "case"}.get(line[0], "text")
            said = line[1:].strip() if kind == "quote" else line.rstrip()
            if said.strip("|-: ") or kind == "rule":
                found.append((kind, said))
    return found


def _beside(
    old: list[tuple[str, str]], new: list[tuple[str, str]]
) -> Iterator[tuple[Side | None, Side | None]]:
    """Lines side by side; of those that are the same, one before and one after a difference."""
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for groups in matcher.get_grouped_opcodes(1):
        for what, i1, i2, j1, j2 in groups:
            for a, b in zip_longest(old[i1:i2], new[j1:j2]):
                if what == "equal":
                    yield _side(a, ()), _side(b, ())
                elif a and b and (ops := _ops(a[1], b[1])):
                    left = [(op != "equal", a[1][x:y]) for op, x, y, _, _ in ops]
                    right = [(op != "equal", b[1][x:y]) for op, _, _, x, y in ops]
                    yield _side(a, left), _side(b, right)
                else:
                    yield (
                        _side(a, [(True, a[1])] if a else ()),
                        _side(b, [(True, b[1])] if b else ()),
                    )


def _ops(a: str, b: str) -> Sequence[tuple[str, int, int, int, int]]:
    """How one line becomes the other; nothing where they have little in common."""
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    return matcher.get_opcodes() if matcher.ratio() >= _PIECES else []


def _side(line: tuple[str, str] | None, pieces: Sequence[tuple[bool, str]]) -> Side | None:
    if line is None:
        return None
    kept = [(own, text) for own, text in pieces if text]
    return Side(line[0], tuple(kept) or ((False, line[1]),))


def _rules(pairs: Sequence[Pair]) -> Iterator[Rule]:
    """The statements that are not the same in both texts, wherever they stand."""
    old = {k: v for p in pairs if p.old for k, v in _statements(p.old, p.anchor).items()}
    new = {k: v for p in pairs if p.new for k, v in _statements(p.new, p.anchor).items()}
    for id_ in dict.fromkeys([*new, *old]):
        if id_ not in old:
            yield Rule(id_, new[id_][0], "added", new[id_][2])
        elif id_ not in new:
            yield Rule(id_, old[id_][0], "removed", old[id_][2])
        elif old[id_][1] != new[id_][1]:
            was, now = old[id_][0], new[id_][0]
            yield Rule(id_, now if was == now else f"{was} → {now}", "changed", new[id_][2])


def _statements(article: Article, anchor: str) -> dict[str, tuple[str, str, str]]:
    """Id → (name, source, anchor) of whatever the blocks of rules in an article state."""
    found: dict[str, tuple[str, str, str]] = {}
    key = ""
    for kind, line in _lines(article):
        if kind != "rule":
            continue
        head = None if line.startswith(" ") else _STATEMENT.match(line.split("：")[0])
        if head:
            key = head[2]
            found[key] = (head[3] or "", line, anchor)
        elif key:
            name, source, at = found[key]
            found[key] = (name, f"{source}\n{line}", at)
    return found


def _head(old: n.Instrument, new: n.Instrument) -> Iterator[tuple[str, str, str]]:
    for what, tell in _HEADS.items():
        before, after = tell(old), tell(new)
        if before != after:
            yield what, before, after


_HEADS = {
    "名称": lambda law: law.name,
    "依据": lambda law: "；".join(law.documents),
    "地域": lambda law: law.region,
    "施行": lambda law: str(law.valid_from),
    "废止": lambda law: str(law.valid_to or "—"),
    "读法": lambda law: "；".join(f"{r.name}（{r.default}）" for r in law.readings) or "—",
}
