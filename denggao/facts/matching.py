"""Pairs of firms that may be one, for a person to decide. Nothing here merges anything.

Two firms whose credit codes are both right and different are two firms, unless their names are
the same to the letter. Every other firm (no code, a mistyped one) is compared with all: codes
one character apart, old codes inside new ones, former names, and the kernels of the names.

Names are found by the rarest pairs of characters in them: an edit destroys two pairs, so that of
``2 × edits + 1`` pairs one survives. That keeps two lists of 5,000 names under a second and
needs memory for the index only, where the full matrix would take 25 million comparisons.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from denggao.facts.identity import code_fault, normal_code, normal_name
from denggao.facts.ledger import Ledger
from denggao.facts.names import (
    CompanyName,
    company_name,
    former_names,
    likeness,
    place_evidence,
    places_differ,
)

#: Kernels are alike from here on (0 to 100): one character of five, two of ten; and, from four
#: characters on, with one other character whatever the share.
ALIKE, ALIKE_BUT_ONE = 80, 75
#: So many alike names are listed for one firm, the most alike first.
MOST = 5
#: … and of those as much alike as the best, so many.
MOST_TIED = 20


@dataclass(frozen=True, slots=True)
class Party:
    """What is known of a firm's identity. ``code`` in normal form, "" without one; ``former``
    names as stated, ``old`` codes (organisation code, register number) that stand in columns of
    their own; ``place`` is (file, sheet, row) of its first row."""

    name: str
    code: str = ""
    address: str = ""
    place: tuple[str, str, int] = ("", "", 0)
    region: str = ""
    founded: str = ""
    former: tuple[str, ...] = ()
    old: tuple[str, ...] = ()

    @property
    def sure(self) -> bool:
        """Does it have a right credit code?"""
        return bool(self.code) and code_fault(self.code) is None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two positions in the list of parties, how alike the kernels of their names are (0 to
    100), a short stable kind and the evidence in Chinese."""

    first: int
    second: int
    score: int
    kind: str
    why: str


def parties(ledger: Ledger) -> list[Party]:
    """The firms of a ledger in its order; none where firms are told apart by another column."""
    if "name" not in ledger.columns and "uscc" not in ledger.columns:
        return []
    told = [ledger.columns.get(key) or [None] * len(ledger) for key in ("region", "established_on")]
    keys = ("name", "uscc", "address", "former_names", "org_code", "reg_no")
    filled = [ledger.columns.get(key) or [None] * len(ledger) for key in keys]
    return [
        Party(
            *(name or "", code or "", address or "", place),
            region=str(region or ""),
            founded=str(founded or ""),
            former=former_names(former),
            old=tuple(normal_code(old) for old in olds if old),
        )
        for (name, code, address, former, *olds, place), (region, founded) in zip(
            zip(*filled, ledger.places, strict=True), zip(*told, strict=True), strict=True
        )
    ]


def candidates(found: Sequence[Party]) -> list[Candidate]:
    """Every pair that a person should look at, each once, with its strongest evidence; in the
    order of the first, then of likeness."""
    search = _Search(found)
    pairs: dict[tuple[int, int], Candidate] = {}
    for candidate in search.all():
        pairs.setdefault((candidate.first, candidate.second), candidate)
    return sorted(pairs.values(), key=lambda c: (c.first, -c.score, c.second))


class _Search:
    def __init__(self, found: Sequence[Party]) -> None:
        self.found = found
        self.names = [company_name(party.name) for party in found]
        self.sure = [party.sure for party in found]

    def all(self) -> Iterator[Candidate]:
        yield from self._same("same_code", (party.code for party in self.found))
        yield from self._same("same_name", (name.full for name in self.names))
        yield from self._near_codes()
        yield from self._old_codes()
        yield from self._former_names()
        yield from self._alike()

    def _pair(self, one: int, other: int, kind: str, why: Iterable[str]) -> Candidate:
        first, second = sorted((one, other))
        a, b = self.names[first], self.names[second]
        told = [*why, *filter(None, [place_evidence(a, b), _branches(a, b)])]
        return Candidate(first, second, likeness(a, b), kind, "；".join(told))

    # --- the same to the letter ----------------------------------------------------------------

    def _same(self, kind: str, keys: Iterable[str]) -> Iterator[Candidate]:
        groups: dict[str, list[int]] = defaultdict(list)
        for position, key in enumerate(keys):
            if key:
                groups[key].append(position)
        for group in groups.values():
            for other in group[1:]:
                yield self._pair(group[0], other, kind, self._about(kind, group[0], other))

    def _about(self, kind: str, one: int, other: int) -> list[str]:
        if kind == "same_code":
            return ["信用代码相同，名称不像同一户"]
        return ["名称相同", *self._codes(one, other), *self._told_apart(one, other)]

    def _told_apart(self, one: int, other: int) -> Iterator[str]:
        a, b = self.found[one], self.found[other]
        for what, first, second in (
            ("所在区县", a.region, b.region),
            ("成立日期", a.founded, b.founded),
        ):
            if first and second and first != second:
                yield f"{what}不同（{first}、{second}）"

    def _codes(self, one: int, other: int) -> list[str]:
        """How two codes stand to each other, in words."""
        from rapidfuzz.distance import OSA

        a, b = self.found[one].code, self.found[other].code
        if not a or not b:
            return ["一户没有代码" if a or b else "都没有代码"]
        wrong = [code for code in (a, b) if code_fault(code)]
        edits = OSA.distance(a, b, score_cutoff=2)
        said = "代码只差一位" if edits == 1 else "代码相差两位" if edits == 2 else "代码不同"
        return [said + (f"，{'、'.join(wrong)} 有错" if wrong else "，都通过校验")]

    # --- codes ---------------------------------------------------------------------------------

    def _near_codes(self) -> Iterator[Candidate]:
        """Codes one edit apart, at least one of them wrong."""
        from rapidfuzz.distance import OSA

        wrong = [i for i, party in enumerate(self.found) if party.code and not self.sure[i]]
        variants: dict[str, list[int]] = defaultdict(list)
        for position in wrong:
            for variant in _one_left_out(self.found[position].code):
                variants[variant].append(position)
        if not variants:
            return
        for position, party in enumerate(self.found):
            near = {p for v in _one_left_out(party.code) for p in variants.get(v, ())}
            for other in near - {position}:
                if OSA.distance(party.code, self.found[other].code) == 1:
                    yield self._pair(position, other, "near_code", self._codes(position, other))

    def _old_codes(self) -> Iterator[Candidate]:
        """An organisation code (nine characters) inside a credit code, a register number (15)
        beside it."""
        known: dict[str, int] = {}
        for position, party in enumerate(self.found):
            if len(party.code) == 18:
                known.update(dict.fromkeys((party.code[8:17], *party.old), position))
        for position, party in enumerate(self.found):
            if self.sure[position]:
                continue
            for code in (party.code, *party.old):
                other = known.get(code, position)
                if other != position:
                    kind = "组织机构代码" if len(code) == 9 else "旧代码"
                    why = [f"{kind} {code} 与另一户的相符", *self._codes(position, other)]
                    yield self._pair(position, other, "old_code", why)

    # --- names ---------------------------------------------------------------------------------

    def _former_names(self) -> Iterator[Candidate]:
        by_name = {name.full: position for position, name in enumerate(self.names) if name.full}
        for position, party in enumerate(self.found):
            for former in party.former:
                other = by_name.get(normal_name(former))
                if other is not None and other != position:
                    why = [f"一户的曾用名“{former}”是另一户的名称", *self._codes(position, other)]
                    yield self._pair(position, other, "former_name", why)

    def _alike(self) -> Iterator[Candidate]:
        """Firms without a right code, each with the names most like its own."""
        kernels = _Kernels([name.kernel if name.full else "" for name in self.names])
        for position, name in enumerate(self.names):
            if self.sure[position] or not name.full:
                continue
            best, more = self._best(position, kernels.alike(position))
            for other in best:
                said = "字号和行业相同" if name.kernel == self.names[other].kernel else "名称相像"
                why = [said, *self._codes(position, other)]
                yield self._pair(position, other, "alike", why + more)

    def _best(self, position: int, alike: Sequence[tuple[int, int]]) -> tuple[list[int], list[str]]:
        """The MOST alike, and all that are as much alike as the best of them; what is said of
        those left out all the same."""
        from rapidfuzz import fuzz

        full = self.names[position].full
        good = [(score, other) for other, score in alike if self._may_be_one(position, other)]
        good.sort(key=lambda pair: (-pair[0], -fuzz.ratio(full, self.names[pair[1]].full), pair[1]))
        tied = sum(1 for score, _ in good if score == good[0][0])
        shown = min(max(MOST, tied), MOST_TIED)
        more = [f"另有 {tied - shown} 户同样相像，没有列出"] if tied > shown else []
        return [other for _, other in good[:shown]], more

    def _may_be_one(self, one: int, other: int) -> bool:
        a, b = self.names[one], self.names[other]
        if a.branch != b.branch or (a.kernel != b.kernel and places_differ(a, b)):
            return False
        codes = self.found[one].code, self.found[other].code
        if any(len(code) < 16 for code in codes):
            return True
        # two whole codes far apart speak for two firms: then only the same name counts
        return _edits(*codes) <= 2 or (a.kernel == b.kernel and not places_differ(a, b))


class _Kernels:
    """The kernels of all names, found again by rare pairs of characters."""

    def __init__(self, kernels: Sequence[str]) -> None:
        self.kernels = kernels
        self.by_pair: dict[str, list[int]] = defaultdict(list)
        for position, kernel in enumerate(kernels):
            for pair in _pairs(kernel):
                self.by_pair[pair].append(position)

    def alike(self, position: int) -> list[tuple[int, int]]:
        """(position, score) of the kernels alike, the most alike first."""
        from rapidfuzz import fuzz, process
        from rapidfuzz.distance import OSA

        kernel = self.kernels[position]
        edits = len(kernel) * (100 - ALIKE) // 100
        rare = sorted(_pairs(kernel), key=lambda pair: (len(self.by_pair[pair]), pair))
        near = {p for pair in rare[: max(3, 2 * edits + 1)] for p in self.by_pair[pair]}
        near.discard(position)
        found = process.extract(
            kernel,
            {p: self.kernels[p] for p in near},
            scorer=fuzz.ratio,
            score_cutoff=ALIKE_BUT_ONE,
            limit=None,
        )
        return [
            (other, int(score))
            for like, score, other in found
            if score >= ALIKE or OSA.distance(kernel, like, score_cutoff=1) == 1
        ]


def _pairs(kernel: str) -> set[str]:
    return {kernel[i : i + 2] for i in range(max(1, len(kernel) - 1))} if kernel else set()


def _one_left_out(code: str) -> set[str]:
    """The code and all that is left of it without one character: two codes one edit apart
    share such a text."""
    return {code, *(code[:i] + code[i + 1 :] for i in range(len(code)))} if code else set()


def _edits(one: str, other: str) -> int:
    from rapidfuzz.distance import OSA

    return OSA.distance(normal_code(one), normal_code(other), score_cutoff=2)


def _branches(a: CompanyName, b: CompanyName) -> str:
    if a.branch == b.branch:
        return ""
    return f"分支不同（{a.branch or '总公司'}、{b.branch or '总公司'}）"
