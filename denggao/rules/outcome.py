"""The outcome tree: what every rule came to, why, and from which facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from denggao.facts.enterprise import Value
from denggao.facts.interval import Interval, Truth
from denggao.rules.nodes import Compare, Instrument, Kind, Ref, Statement

#: How a kind of statement is called in exchange files (contract).
KIND_NAMES = {
    Kind.PARAMETER: "parameter",
    Kind.VALUE: "value",
    Kind.AMOUNT: "value",
    Kind.CONDITION: "condition",
    Kind.SCORE: "score",
    Kind.VERDICT: "verdict",
    Kind.PRELIMINARY: "verdict",
    Kind.LISTING: "list",
    Kind.WARNING: "warning",
}
TRUTH_NAMES = {True: "pass", False: "fail", None: "unknown"}
TRUTH_WORDS = {True: "符合", False: "不符合", None: "未知"}


@dataclass(frozen=True, slots=True)
class Result:
    """What one statement came to.

    ``truth`` of conditions and verdicts; ``value`` the number judged (the left-hand side of a
    comparison, the points of a score); ``gap`` the smallest increase of the left-hand fact that
    makes the condition true, in its unit; ``facts`` the keys read (``code@year`` or ``code``).
    """

    statement: Statement
    truth: Truth = None
    value: Interval | None = None
    gap: Interval | None = None
    facts: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(slots=True)
class Outcome:
    """The whole tree of one instrument for one firm on one day."""

    instrument: Instrument
    as_of: date
    results: dict[str, Result]
    values: dict[str, Value | None] = field(default_factory=dict)  # of every fact read
    flags: set[str] = field(default_factory=set)
    readings: dict[str, str] = field(default_factory=dict)

    def gap_of_score(self, id_: str) -> Interval | None:
        """The points missing of a score, if some condition compares it with a number."""
        for result in self.results.values():
            body = result.statement.body
            if isinstance(body, Compare) and body.left == Ref(id_):
                return result.gap
        return None

    def in_file_order(self) -> list[Result]:
        """Results as the instrument's text has them; the preliminary verdict is left out."""
        found = [r for r in self.results.values() if r.statement.kind is not Kind.PRELIMINARY]
        return sorted(found, key=lambda r: r.statement.line)

    @property
    def verdict(self) -> Truth:
        return self.results[self.instrument.verdict.id].truth

    @property
    def score(self) -> Interval | None:
        total = self.instrument.verdict.total
        return self.results[total].value if total else None

    @property
    def hard(self) -> Truth:
        """The verdict over the countable conditions alone (初判)."""
        preliminary = self.instrument.preliminary
        return self.results[preliminary.id].truth if preliminary else self.verdict
