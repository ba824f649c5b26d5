"""历年台账: base, due years, yearly flows and the renewal rate, counted from a ledger of titles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from denggao.diagnosis.calendar import add_months, certificate_end
from denggao.diagnosis.forecast.flows import Flow
from denggao.facts.ledger import Ledger
from denggao.facts.titles import CANCELLED, Title

MOVED_IN = "迁入"
NO_UNIT = "未填区县"
#: Rates are stated from so many cases on; fewer are shown as counts.
FEWEST_CASES = 5
#: With fewer years to look at, how much they differ cannot be told.
FEWEST_YEARS = 3
#: Years that count for what is observed: these last ones before the forecast.
OBSERVED_YEARS = 5
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Certificate:
    """``gone``: the first day on which it is no longer valid; ``revoked``: it ended because
    it was cancelled."""

    issued: date
    gone: date
    revoked: bool = False
    moved_in: bool = False


@dataclass(frozen=True, slots=True)
class Holder:
    """A firm's certificates of one kind, the oldest first, and the unit it counts in."""

    unit: str
    certificates: tuple[Certificate, ...]

    def current(self, on: date) -> Certificate | None:
        """The certificate issued last of those valid on this day."""
        return next((c for c in reversed(self.certificates) if c.issued <= on < c.gone), None)


@dataclass
class Slips:
    """Certificates that could not be taken as they stand, counted."""

    derived: int = 0  # one date missing, taken from the other by the term
    undated: int = 0  # both missing: left out
    backwards: int = 0  # end before issue: left out
    kinds: Counter[str] = field(default_factory=Counter)  # other kinds, "" where none is stated


def firms_of(ledger: Ledger) -> Iterator[tuple[str, Sequence[Title] | None]]:
    """(所在区县, titles) of each firm of a ledger."""
    nothing: list[None] = [None] * len(ledger)
    regions = ledger.columns.get("region", nothing)
    for region, titles in zip(regions, ledger.columns.get("titles", nothing), strict=True):
        yield region or NO_UNIT, titles


def holders(
    firms: Iterable[tuple[str, Sequence[Title] | None]], kind: str, term: int
) -> tuple[list[Holder], Slips]:
    """The firms that hold or held ``kind``, from (unit, titles) of each firm."""
    slips, found = Slips(), []
    for unit, titles in firms:
        ours = []
        for title in titles or ():
            if title.kind == kind:
                ours.append(title)
            else:
                slips.kinds[title.kind] += 1
        certificates = _certificates(ours, term, slips)
        if certificates:
            found.append(Holder(unit, certificates))
    return found, slips


def _certificates(titles: Sequence[Title], term: int, slips: Slips) -> tuple[Certificate, ...]:
    """Each starts and ends later than the one before it. Paper that adds no day of validity
    (a copy, a new name) is not another certificate; a cancellation ends what is held."""
    cancelled = {t.cancelled_on for t in titles}
    cancelled |= {t.issued_on for t in titles if t.event == CANCELLED and not t.cancelled_on}
    spans = []
    for title in titles:
        dated = None if title.event == CANCELLED else _dated(title, term, slips)
        if dated is not None:
            spans.append((*dated, title.event == MOVED_IN))
    found: list[Certificate] = []
    for issued, gone, moved in sorted(spans, key=lambda s: (s[0], -s[1].toordinal())):
        end = min((d for d in cancelled if d is not None and issued <= d < gone), default=gone)
        if end > max((issued, *(c.gone for c in found[-1:]))):
            found.append(Certificate(issued, end, end < gone, moved))
    return tuple(found)


def _dated(title: Title, term: int, slips: Slips) -> tuple[date, date] | None:
    """(issued, first day after): one missing date follows from the other."""
    issued, until = title.issued_on, title.valid_to
    if issued is None and until is None:
        slips.undated += 1
        return None
    if issued is None or until is None:
        slips.derived += 1
    if until is None:
        assert issued is not None
        until = certificate_end(issued, term)
    if issued is None:
        issued = add_months(until + _DAY, -12 * term)
    if until < issued:
        slips.backwards += 1
        return None
    return issued, until + _DAY


# ------------------------------------------------------------------ flows


def flows(found: Sequence[Holder], years: range, window: int) -> list[Flow]:
    """Every unit in every year: holders counted on both 31 Decembers, comings and goings one
    by one. That the two agree is checked by ``Flow`` itself."""
    units = sorted({holder.unit for holder in found})
    counts: Counter[tuple[str, int, str]] = Counter()
    for holder in found:
        for day, what in _moves(holder, window):
            counts[holder.unit, day.year, what] += 1
    held = {year: _held(found, date(year, 12, 31)) for year in range(years.start - 1, years.stop)}
    parts = ("new", "renewed", "moved_in", "lapsed", "revoked")
    return [
        Flow(
            unit, year, held[year - 1][unit], held[year][unit],
            **{part: counts[unit, year, part] for part in parts},
        )
        for unit in units
        for year in years
    ]  # fmt: skip


def _held(found: Sequence[Holder], on: date) -> Counter[str]:
    return Counter(holder.unit for holder in found if holder.current(on) is not None)


def _moves(holder: Holder, window: int) -> Iterator[tuple[date, str]]:
    """Each coming and going. Where a certificate takes over before the end of the one before,
    the earlier one goes on the day the new one comes."""
    certificates = holder.certificates
    for before, this in zip((None, *certificates), certificates, strict=False):
        yield this.issued, _coming(before, this, window)
    for this, after in zip(certificates, (*certificates[1:], None), strict=True):
        if after is not None and after.issued <= this.gone:
            yield after.issued, "lapsed"
        else:
            yield this.gone, "revoked" if this.revoked else "lapsed"


def _coming(before: Certificate | None, this: Certificate, window: int) -> str:
    if before is not None and is_renewal(before, this, window):
        return "renewed"
    return "moved_in" if this.moved_in else "new"


def is_renewal(before: Certificate, after: Certificate, window: int) -> bool:
    """Did ``after`` come before, or within ``window`` months after, the end of ``before``?
    What was cancelled is not renewed."""
    in_window = after.issued <= add_months(before.gone - _DAY, window)
    return in_window and not before.revoked


# ------------------------------------------------------------------ what a forecast needs


@dataclass(frozen=True)
class Observed:
    """``due`` certificates whose window for renewal is over, ended in ``due_years``;
    ``renewed`` of them were. ``new``: (year, first recognitions) of the years for which the
    ledger can tell first from renewed. ``waiting``: due, but the window still open.
    ``shows_renewals``: some firm has two certificates; where each has but one, a renewal could
    not be seen, and that there are none says nothing."""

    due: int
    renewed: int
    due_years: tuple[int, int] | None
    waiting: int
    new: tuple[tuple[int, int], ...]
    shows_renewals: bool = True


@dataclass(frozen=True, slots=True)
class SoFar:
    """This year until the day ``on``: first recognitions, renewals, and certificates that ended
    in it and that nothing has followed until then."""

    on: date
    won: int
    renewed: int
    unrenewed: int


def known_on(found: Sequence[Holder], on: date) -> list[Holder]:
    """The holders with the certificates issued up to a day."""
    cut = [Holder(h.unit, tuple(c for c in h.certificates if c.issued <= on)) for h in found]
    return [holder for holder in cut if holder.certificates]


def so_far(found: Sequence[Holder], on: date, window: int) -> SoFar:
    """What the year of ``on`` has brought, of holders as they were known on the day."""
    moves = Counter(
        what
        for holder in found
        for day, what in _moves(holder, window)
        if day.year == on.year and day <= on
    )
    last = (holder.certificates[-1] for holder in found)
    ended = sum(c.gone.year == on.year and c.gone <= on and not c.revoked for c in last)
    return SoFar(on, moves["new"], moves["renewed"], ended)


def base_due(found: Sequence[Holder], start: int) -> tuple[tuple[tuple[int, int], ...], int]:
    """The titles held at the end of ``start`` by the year in which they end, and how many
    more were held that are known to have been cancelled since."""
    return due_from(found, date(start, 12, 31))


def due_from(found: Sequence[Holder], on: date) -> tuple[tuple[tuple[int, int], ...], int]:
    """As ``base_due``, of the titles held on any day."""
    current = [c for c in (holder.current(on) for holder in found) if c is not None]
    due = Counter(c.gone.year for c in current if not c.revoked)
    return tuple(sorted(due.items())), sum(c.revoked for c in current)


def observed(found: Sequence[Holder], start: int, term: int, window: int, as_of: date) -> Observed:
    """What the years up to ``start`` show, the last five at most."""
    first = start - OBSERVED_YEARS + 1
    closed: list[tuple[int, bool]] = []
    waiting = 0
    for holder in found:
        for this, after in zip(holder.certificates, (*holder.certificates[1:], None), strict=True):
            if this.revoked or not first <= this.gone.year <= start:
                continue
            if add_months(this.gone - _DAY, window) > as_of:
                waiting += 1
                continue
            closed.append((this.gone.year, after is not None and is_renewal(this, after, window)))
    years = [year for year, _ in closed]
    return Observed(
        due=len(closed),
        renewed=sum(renewed for _, renewed in closed),
        due_years=(min(years), max(years)) if years else None,
        waiting=waiting,
        new=_new_by_year(found, max(first, _tells_from(found, term)), start, window),
        shows_renewals=any(len(holder.certificates) > 1 for holder in found),
    )


def _tells_from(found: Sequence[Holder], term: int) -> int:
    """The first year in which a certificate without a predecessor in the ledger is a first
    one: before a renewal, one was issued ``term`` years earlier and would be in the ledger."""
    return min(holder.certificates[0].issued.year for holder in found) + term


def _new_by_year(
    found: Sequence[Holder], first: int, last: int, window: int
) -> tuple[tuple[int, int], ...]:
    years = Counter(
        day.year for holder in found for day, what in _moves(holder, window) if what == "new"
    )
    return tuple((year, years[year]) for year in range(first, last + 1))
