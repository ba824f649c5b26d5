"""假县城: a county of invented firms, drawn from a seed, and its ledger as a bureau keeps it.

Everything is 模拟数据 and says so: in titles, page headers and every firm's name. Credit codes
carry the division 990101, which belongs to no province, and an organisation code that begins
with MNXY; a real register contains neither (``names.is_synthetic``). ``county`` gives the truth,
``blemishes`` what the ledger spoils of it, ``make_county`` the workbook.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

from denggao.demo.blemishes import Blemish, blemishes
from denggao.demo.firm import SPECIAL, SyntheticFirm, make_firm
from denggao.demo.sheet import write_workbook

__all__ = ["Blemish", "SyntheticFirm", "blemishes", "county", "make_county"]

FIRMS, SEED, YEAR = 300, 20260630, 2026
WORKBOOK = "模拟县台账.xlsx"


def county(firms: int = FIRMS, seed: int = SEED, year: int = YEAR) -> list[SyntheticFirm]:
    """So many firms with their clean values, in the order of the ledger. ``year`` is the year
    of application; the figures are those of the three years before it."""
    rng = Random(seed)  # noqa: S311 - must be repeatable, not secret
    places = rng.sample(range(firms), min(firms, len(SPECIAL)))
    special = dict(zip(places, SPECIAL, strict=False))
    taken: set[str] = set()
    return [make_firm(rng, n, year, taken, special.get(n, "")) for n in range(firms)]


def make_county(directory: Path, *, firms: int = FIRMS, seed: int = SEED, year: int = YEAR) -> Path:
    """Write the ledger of the county into ``directory`` and return its path. The same
    arguments give the same bytes."""
    path = directory / WORKBOOK
    truth = county(firms, seed, year)
    write_workbook(path, truth, blemishes(truth, seed, year), year)
    return path
