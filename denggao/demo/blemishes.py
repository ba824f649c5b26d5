"""What is deliberately wrong in the ledger, cell by cell, and what a reader must make of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from denggao.demo.firm import SyntheticFirm
from denggao.demo.slips import Blemish, Reads, Slip, slips

__all__ = ["Blemish", "blemishes"]

#: The plan of ``slips`` is for so many firms; more and fewer firms in proportion.
_PER = 300
_ALWAYS_FILLED = frozenset({"name", "uscc", "region"})
_GAPS = {"": 90, "—": 4, "/": 2, "无数据": 2, "暂无": 1, "待核实": 1}


def blemishes(firms: Sequence[SyntheticFirm], seed: int, year: int) -> tuple[Blemish, ...]:
    """Everything that is wrong with the ledger of these firms, the same for the same seed."""
    rng = Random(f"模拟数据 {seed}")  # noqa: S311 - must be repeatable, not secret
    work = _Spoiler(firms, rng)
    planted = [found for slip in slips(year) for found in work.planted(slip)]
    return (*planted, *work.gaps())


@dataclass
class _Spoiler:
    """Chooses cells: none twice, and no corner case of the law."""

    firms: Sequence[SyntheticFirm]
    rng: Random

    def __post_init__(self) -> None:
        self.taken: set[tuple[int, str]] = set()

    def planted(self, slip: Slip) -> Iterator[Blemish]:
        """The slip in as many firms as planned, each one that it is possible in."""
        wanted = max(1, round(slip.often * len(self.firms) / _PER))
        for position in self.rng.sample(range(len(self.firms)), len(self.firms)):
            found = slip.plant(position, self.firms[position])
            if found is None or self.firms[position].special or not self._free(found, slip.beside):
                continue
            yield found
            keys = ("",) if found.again else (found.key, *slip.beside)  # '': the whole row
            self.taken |= {(position, key) for key in keys}
            wanted -= 1
            if not wanted:
                return

    def _free(self, blemish: Blemish, beside: tuple[str, ...] = ()) -> bool:
        keys = ("", blemish.key, *beside)
        return not any((blemish.firm, key) in self.taken for key in keys)

    def gaps(self) -> Iterator[Blemish]:
        """Empty cells. One firm in four reports everything; strong firms do so more often."""
        for position, firm in enumerate(self.firms):
            careful = 1.0 if firm.special else {0: 0.80, 1: 0.60}.get(len(firm.weak), 0.25)
            chance = 0.0 if self.rng.random() < careful else self.rng.uniform(0.09, 0.31)
            for key in firm.values:
                if key not in _ALWAYS_FILLED and self.rng.random() < chance:
                    yield from filter(self._free, [self._gap(position, key)])

    def _gap(self, position: int, key: str) -> Blemish:
        (word,) = self.rng.choices(tuple(_GAPS), tuple(_GAPS.values()))
        reads: Reads = "named" if word == "待核实" else "unknown"
        return Blemish(position, key, "缺报", word or None, reads)
