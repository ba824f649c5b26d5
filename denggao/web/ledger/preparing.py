"""What an import will do, worked out before anything is written: for the preview, and for the
commit, which then only has to write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from denggao.facts.catalogue import catalogue
from denggao.web.ledger.matching import Doubt, FileFirm, Known, Matched, firms_of, match
from denggao.web.ledger.models import Import, Title, Value
from denggao.web.ledger.places import Places
from denggao.web.ledger.reading import Row, Tables
from denggao.web.ledger.sources import RANKS
from denggao.web.ledger.values import Columns, columns_of, shown

_AT_ONCE = 2000
#: Not stated as facts: the code tells firms apart, titles have rows of their own.
_APART = frozenset({"uscc", "titles"})
#: (kind, number, issued_on, valid_to, cancelled_on) as ISO text: which certificate is meant.
Paper = tuple[str, str, str, str, str]
_PARTS = ("kind", "number", "issued_on", "valid_to", "cancelled_on")


class Said(NamedTuple):
    """A statement to be: where it stands in the file and what it says."""

    fact: str
    year: int
    columns: Columns
    sheet: int
    row: int
    letter: str


class Old(NamedTuple):
    """The value in force before, and the rank of its source."""

    columns: Columns
    rank: int


@dataclass(slots=True)
class Change:
    """One firm: ``known`` is the enterprise, or ``None`` for a new one."""

    firm: FileFirm
    known: Known | None
    region: str = ""
    zone: str | None = None
    said: list[Said] = field(default_factory=list)
    papers: list[tuple[dict[str, Any], int, int]] = field(default_factory=list)
    differing: list[tuple[Said, Old]] = field(default_factory=list)
    unchanged: int = 0

    @property
    def renamed(self) -> bool:
        """Does the file say that the firm now has another name?"""
        return self.known is not None and self.known.key in self.firm.former

    @property
    def gets_code(self) -> bool:
        """Was the firm known without its code?"""
        return self.known is not None and not self.known.uscc and bool(self.firm.code)


@dataclass
class Prepared:
    """Everything one commit writes. ``left``: firms that the mode leaves alone."""

    new: list[Change] = field(default_factory=list)
    known: list[Change] = field(default_factory=list)
    doubtful: list[tuple[FileFirm, Doubt]] = field(default_factory=list)
    elsewhere: list[FileFirm] = field(default_factory=list)
    left: list[FileFirm] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """For the preview."""
        changes = [*self.new, *self.known]
        return {
            "firms_new": len(self.new),
            "firms_known": len(self.known),
            "firms_left": len(self.left),
            "firms_doubtful": len(self.doubtful),
            "firms_elsewhere": len(self.elsewhere),
            "statements": sum(len(change.said) for change in changes),
            "titles": sum(len(change.papers) for change in changes),
            "changed": sum(len(change.differing) for change in changes),
            "unchanged": sum(change.unchanged for change in changes),
        }


Step = Callable[[str, int, int], None]


def prepare(source: Import, rows: Iterable[Row], step: Step = lambda *_: None) -> Prepared:
    """Match every firm and compare every value with what is in force. ``step`` is called with
    (what, done, of)."""
    step("认企业", 0, 1)
    matched = match(firms_of(rows), source.region)
    prepared = Prepared(doubtful=matched.doubtful, elsewhere=matched.elsewhere)
    _by_mode(source, matched, prepared)
    if prepared.new:
        places = Places(source.region)
        for change in prepared.new:
            change.region, change.zone = places.of(change.firm.rows)
    reader = _Reader(Tables(source.tables))
    rank, total = RANKS[source.source], len(prepared.new) + len(prepared.known)
    for done, change in enumerate(prepared.new):
        reader.read(change, {}, set(), rank)
        if not done % _AT_ONCE:
            step("比对", done, total)
    for start in range(0, len(prepared.known), _AT_ONCE):
        some = prepared.known[start : start + _AT_ONCE]
        step("比对", len(prepared.new) + start, total)
        in_force, papers = _in_force(some)
        for change in some:
            pk = change.known.pk if change.known else 0
            reader.read(change, in_force.get(pk, {}), papers.get(pk, set()), rank)
    return prepared


def decided(source: Import, firm: FileFirm, known: Known | None) -> Change:
    """The change for a firm about which a person has decided."""
    change = Change(firm, known)
    if known is None:
        change.region, change.zone = Places(source.region).of(firm.rows)
    in_force, papers = _in_force([change]) if known else ({}, {})
    pk = known.pk if known else 0
    _Reader(Tables(source.tables)).read(
        change, in_force.get(pk, {}), papers.get(pk, set()), RANKS[source.source]
    )
    return change


def _by_mode(source: Import, matched: Matched, prepared: Prepared) -> None:
    if source.mode == Import.Mode.ADD:
        prepared.left = [firm for firm, _ in matched.known]
    else:
        prepared.known = [Change(firm, known) for firm, known in matched.known]
    if source.mode == Import.Mode.UPDATE:
        prepared.left += matched.new
    else:
        prepared.new = [Change(firm, None) for firm in matched.new]


def _in_force(
    changes: list[Change],
) -> tuple[dict[int, dict[tuple[str, int], Old]], dict[int, set[Paper]]]:
    """By enterprise: values in force with their ranks, and the certificates known."""
    pks = [change.known.pk for change in changes if change.known]
    values: dict[int, dict[tuple[str, int], Old]] = {pk: {} for pk in pks}
    rows = Value.objects.filter(enterprise__in=pks).values_list(
        "enterprise_id", "fact", "year", "number", "lo", "hi", "text", "statement__rank"
    )
    for pk, fact, year, number, lo, hi, text, rank in rows.iterator(chunk_size=20_000):
        values[pk][fact, year] = Old(Columns(number, lo, hi, text), rank)
    papers: dict[int, set[Paper]] = {pk: set() for pk in pks}
    held = Title.objects.filter(enterprise__in=pks, withdrawn=False)
    for pk, kind, number, *days in held.values_list("enterprise_id", *_PARTS):
        papers[pk].add((kind, number, *(day.isoformat() if day else "" for day in days)))
    return values, papers


class _Reader:
    """Turns the rows of a firm into statements."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.keys: dict[str, tuple[str, int, Any]] = {}
        self.letters: dict[tuple[int, str], str] = {}

    def read(
        self, change: Change, old: dict[tuple[str, int], Old], papers: set[Paper], rank: int
    ) -> None:
        seen: set[tuple[str, int, Columns]] = set()
        for said in self._all(change.firm.rows):
            fact, year, columns = said[:3]
            if (fact, year, columns) in seen:
                continue
            seen.add((fact, year, columns))
            before = old.get((fact, year))
            if before is not None and before.columns == columns and before.rank >= rank:
                change.unchanged += 1
                continue
            if before is not None and before.columns != columns:
                change.differing.append((said, before))
            change.said.append(said)
        self._papers(change, papers, old.get(("titles", 0)))

    def _all(self, rows: list[Row]) -> Iterator[Said]:
        for row in rows:
            for key, value in row.values.items():
                if key in _APART:
                    continue
                fact, year, about = self.keys.get(key) or self._key(key)
                letter = self.letters.get((row.sheet, key))
                if letter is None:
                    letter = self.letters[row.sheet, key] = self.tables.letter(row.sheet, key)
                yield Said(fact, year, columns_of(value, about), row.sheet, row.row, letter)

    def _key(self, key: str) -> tuple[str, int, Any]:
        code, _, year = key.partition("@")
        self.keys[key] = code, int(year or 0), catalogue()[code]
        return self.keys[key]

    def _papers(self, change: Change, known: set[Paper], none: Old | None) -> None:
        """Certificates not known yet; a list said to be empty is said so."""
        for row in change.firm.rows:
            told = row.values.get("titles")
            if told == [] and none is None:
                letter = self.tables.letter(row.sheet, "titles")
                none = Old(Columns(number=0), 0)
                change.said.append(Said("titles", 0, none.columns, row.sheet, row.row, letter))
            for paper in told or ():
                which: Any = tuple(paper.get(part) or "" for part in _PARTS)
                if which not in known:
                    known.add(which)
                    change.papers.append((paper, row.sheet, row.row))


def in_words(said: Said, old: Old) -> tuple[str, str]:
    """(old, new) for people."""
    fact = catalogue()[said.fact]
    return shown(fact, old.columns) or "（空）", shown(fact, said.columns) or "（空）"
