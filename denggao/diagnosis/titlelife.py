"""资格的一生: which rung a firm stood on at any day, and what came and went in a unit and year.

A firm's certificates come from the ledger (``facts.titles.Title``), where it was from its moves.
Both together give spans: held here from this day until before that one, begun and ended by one of
the six flows of 净增. Whatever is counted is counted over spans, so that the identity new +
renewed + moved in − lapsed − revoked − moved out = net holds by construction, and ``Flow`` checks
it again.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from denggao.diagnosis.calendar import annual_report_due, in_time
from denggao.diagnosis.forecast.flows import Flow
from denggao.diagnosis.forecast.history import Certificate, holders, is_renewal
from denggao.facts.titles import Title, held

#: Two annual reports missed within one period of validity: the title is cancelled
#: (国科发火〔2016〕32号 第十九条（三）).
MISSES_TO_CANCEL = 2
#: Years that a certificate is valid; months after its end within which a new one renews it.
TERM, WINDOW = 3, 12


class Move(NamedTuple):
    """From ``on`` the firm is in ``to``; before, it was in ``source``. Regions as paths."""

    on: datetime.date
    source: str
    to: str


@dataclass(frozen=True, slots=True)
class Life:
    """A firm: its certificates, where it is now (a path of regions), and its whole moves."""

    titles: tuple[Title, ...]
    place: str
    moves: tuple[Move, ...] = ()

    def place_on(self, day: datetime.date) -> str:
        """Where the firm was on a day: its present place, walked back over later moves."""
        place = self.place
        for move in sorted(self.moves, reverse=True):
            if move.on > day:
                place = move.source
        return place


def tier_on(titles: Iterable[Title], day: datetime.date, ladder: Sequence[str]) -> str | None:
    """The highest rung of a ladder (foot first) held on a day: one, however many certificates
    there are; ``None`` for no rung. A rung whose dates are not known does not count."""
    papers = list(titles)
    return next((kind for kind in reversed(ladder) if held(papers, kind, day)), None)


# ------------------------------------------------------------------ spans and flows


class Span(NamedTuple):
    """Held in the unit on ``first`` and every day until before ``gone``. ``came``: new, renewed
    or moved_in; ``went``: lapsed, revoked or moved_out (a span open today has its future end)."""

    first: datetime.date
    gone: datetime.date
    came: str
    went: str

    def covers(self, day: datetime.date) -> bool:
        """Was it held on this day?"""
        return self.first <= day < self.gone


def spans(life: Life, kind: str, inside: Callable[[str], bool]) -> list[Span]:
    """When the firm counted for a unit: held ``kind``, and in a place that lies ``inside``."""
    found: list[Span] = []
    before: Certificate | None = None
    for this, end in _periods(life.titles, kind):
        moved = sorted(m.on for m in life.moves if this.issued < m.on < end)
        for first, gone in pairwise([this.issued, *moved, end]):
            if not inside(life.place_on(first)):
                continue
            went = "moved_out" if gone < end else _went(this, end)
            is_issue = first == this.issued
            if not is_issue and found and found[-1].gone == first:  # moved within the unit
                found[-1] = found[-1]._replace(gone=gone, went=went)
            else:
                found.append(Span(first, gone, _came(before, this, is_issue), went))
        before = this
    return found


def _periods(titles: Iterable[Title], kind: str) -> Iterator[tuple[Certificate, datetime.date]]:
    """Each certificate with the first day on which it is no longer the one that counts."""
    found, _ = holders([("", [t for t in titles if t.kind == kind])], kind, TERM)
    for holder in found:
        followers = [c.issued for c in holder.certificates[1:]]
        for this, after in zip(holder.certificates, [*followers, datetime.date.max], strict=True):
            yield this, min(this.gone, after)


def _came(before: Certificate | None, this: Certificate, is_issue: bool) -> str:
    if not is_issue:
        return "moved_in"
    if before is not None and is_renewal(before, this, WINDOW):
        return "renewed"
    return "moved_in" if this.moved_in else "new"


def _went(this: Certificate, end: datetime.date) -> str:
    return "revoked" if this.revoked and end == this.gone else "lapsed"


def flow(
    lives: Iterable[Life], unit: str, year: int, kind: str, inside: Callable[[str], bool]
) -> Flow:
    """One unit in one year, in firms. Raises ValueError where it does not add up."""
    counts: Counter[str] = Counter()
    eve, last = datetime.date(year - 1, 12, 31), datetime.date(year, 12, 31)
    for life in lives:
        for span in spans(life, kind, inside):
            counts["opening"] += span.covers(eve)
            counts["closing"] += span.covers(last)
            counts[span.came] += eve < span.first <= last
            counts[span.went] += eve < span.gone <= last
    return Flow(unit, year, counts.pop("opening", 0), counts.pop("closing", 0), **counts)


# ------------------------------------------------------------------ annual reports


class Due(NamedTuple):
    """The annual report on ``year``, to be in before ``limit``; ``state``: filed, late, missed,
    unknown (nobody has said whether it was filed) or open (the day has not come)."""

    year: int
    limit: datetime.datetime
    state: str


def reports(
    issued_on: datetime.date,
    valid_to: datetime.date,
    filed: Mapping[int, datetime.datetime | None],
    now: datetime.datetime,
) -> list[Due]:
    """The reports that one period of validity asks for, oldest first: each 31 May in it, on the
    year before (国科发火〔2016〕32号 第十三条). ``filed``: year → when it was handed in, ``None``
    where it is certain that it was not; a year that is not there is not known, and no miss."""
    found = []
    for year in range(issued_on.year, valid_to.year + 1):
        day = datetime.date(year, 5, 31)
        if not issued_on <= day <= valid_to:
            continue
        limit, handed = annual_report_due(year - 1), filed.get(year - 1)
        if handed is not None:
            state = "filed" if in_time(handed, limit) else "late"
        elif in_time(now, limit):
            state = "open"
        else:
            state = "missed" if year - 1 in filed else "unknown"
        found.append(Due(year - 1, limit, state))
    return found


def misses(due: Iterable[Due]) -> int:
    """Reports not filed in time, two of which within one period cost the title."""
    return sum(one.state in ("late", "missed") for one in due)
