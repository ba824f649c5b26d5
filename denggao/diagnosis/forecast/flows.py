"""存量与流量: what came and went in a year, of one unit. It adds up or it does not exist."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

Amount = int | Fraction
_COMING = ("new", "renewed", "moved_in")
_GOING = ("lapsed", "revoked", "moved_out")


@dataclass(frozen=True, slots=True)
class Flow:
    """Titles of one unit in one year, counted in firms (or expected firms: Fraction).

    ``opening`` and ``closing``: held on 31 December of the year before and of the year itself.
    ``lapsed``: certificates that came to their end in the year, also those that a new one took
    over from; ``renewed``: certificates that took over or came within the window after the
    end; ``new``: first recognitions and those after a longer gap.

    Raises ValueError where closing − opening ≠ new + renewed + moved in − lapsed − revoked −
    moved out, or where a part is negative.
    """

    unit: str
    year: int
    opening: Amount
    closing: Amount
    new: Amount = 0
    renewed: Amount = 0
    moved_in: Amount = 0
    lapsed: Amount = 0
    revoked: Amount = 0
    moved_out: Amount = 0

    def __post_init__(self) -> None:
        parts = ("opening", "closing", *_COMING, *_GOING)
        negative = [name for name in parts if getattr(self, name) < 0]
        if negative:
            raise ValueError(f"{self.unit} {self.year}: {negative} below 0")
        if self.closing - self.opening != self.net:
            raise ValueError(
                f"{self.unit} {self.year}: {self.opening} → {self.closing} is not {self.net:+}"
            )

    @property
    def net(self) -> Amount:
        """净增."""
        coming = self.new + self.renewed + self.moved_in
        return coming - self.lapsed - self.revoked - self.moved_out


def unexplained(opening: int, closing: int, **known: int) -> int:
    """Losses (> 0) or gains (< 0) that published figures leave open: 29 → 45 with ``new=24``
    leaves 8 losses to explain."""
    wrong = set(known) - {*_COMING, *_GOING}
    if wrong:
        raise TypeError(f"no such flow: {sorted(wrong)}")
    signed = sum(count if name in _COMING else -count for name, count in known.items())
    return opening + signed - closing


def together(flows: Iterable[Flow], unit: str) -> list[Flow]:
    """The flows of all units as one unit, by year. Raises ValueError as Flow does."""
    years: dict[int, list[Flow]] = {}
    for flow in flows:
        years.setdefault(flow.year, []).append(flow)
    parts = ("opening", "closing", *_COMING, *_GOING)
    return [
        Flow(unit, year, **{name: sum(getattr(f, name) for f in years[year]) for name in parts})
        for year in sorted(years)
    ]
