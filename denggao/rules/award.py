"""奖补 as a node: for which events of which firms, how much, who pays, how often and when."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from denggao.facts.days import Span

#: Who pays, the highest first; levels of one rank are not above each other.
LEVELS = {"国家级": 0, "省级": 1, "市级": 2, "区级": 3, "县级": 3, "园区级": 3, "镇级": 4}


@dataclass(frozen=True, slots=True)
class Award:
    """The amount is the statement with the same id (元, for the whole event); ``needs`` the id
    of the condition, ``None`` where there is none.

    ``events``: kinds of events (``eventwords``); ``titles``: of which titles. ``payers``: level
    and share, adding up to 1. ``stages``: the share of each instalment, adding up to 1;
    ``deferred``: how long after the event each is due. ``rivals``: ids of awards of which, with
    this one, a firm gets only the highest in a year. ``once``: a firm gets it once for all.
    ``top_up``: only what higher levels left open. ``yearly_cap`` in 分, for one firm in one
    year, shared by all awards of the text that name the same. ``says`` and ``asks``: the text
    after 给 and 须.
    """

    id: str
    name: str
    cite: str
    line: int
    events: tuple[str, ...]
    titles: tuple[str, ...]
    payers: tuple[tuple[str, Fraction], ...]
    needs: str | None
    stages: tuple[Fraction, ...]
    deferred: tuple[Span, ...]
    rivals: tuple[str, ...]
    once: bool
    top_up: bool
    yearly_cap: int | None
    says: str
    asks: str

    @property
    def rank(self) -> int:
        """Of the highest level that pays: 0 for the state, 4 for a town."""
        return min(LEVELS[level] for level, _ in self.payers)

    def due_after(self, stage: int) -> Span | None:
        """How long after the event this instalment (from 1) is due."""
        if not self.deferred:
            return None
        return self.deferred[stage - 1 if len(self.deferred) > 1 else 0]
