"""资格证书 of invented firms: valid, due this year, lapsed, renewed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from denggao.demo.names import certificate_number
from denggao.facts.titles import Title

HIGH_TECH, SMALL, PROVINCIAL = "高新技术企业", "科技型中小企业", "省级科技创新型企业"


def certificates(
    rng: Random, serial: int, weaknesses: int, founded: int, year: int
) -> tuple[Title, ...]:
    """What a firm with so many weak aspects ever got, the oldest first. ``serial`` is the
    running number of the firm and makes every number unique."""
    odds = {0: (0.60, 0.05, 0.50), 1: (0.22, 0.20, 0.45)}.get(weaknesses, (0.03, 0.06, 0.16))
    titles = [
        title
        for kind, chance in zip((HIGH_TECH, PROVINCIAL, SMALL), odds, strict=True)
        if rng.random() < chance
        for title in _ISSUED[kind](rng, serial, weaknesses, year)
        if title.issued_on is not None and title.issued_on.year > founded + 1
    ]
    return tuple(sorted(titles, key=lambda title: str(title.issued_on)))


def _high_tech(rng: Random, serial: int, weaknesses: int, year: int) -> Iterator[Title]:
    """Three years each; issued in ``year`` − 3 it is due in ``year``, earlier it has lapsed.
    Who renewed has the earlier certificate listed too."""
    back = rng.choice((1, 2, 3)) if weaknesses == 0 else rng.choice((2, 3, 4, 5))
    if back <= 2 and rng.random() < 0.5:
        yield _three_years(rng, HIGH_TECH, serial, year - back - 3)
    yield _three_years(rng, HIGH_TECH, serial, year - back)


def _provincial(rng: Random, serial: int, weaknesses: int, year: int) -> Iterator[Title]:
    yield _three_years(rng, PROVINCIAL, serial, year - rng.choice((1, 2, 3)))


def _small(rng: Random, serial: int, weaknesses: int, year: int) -> Iterator[Title]:
    """A number belongs to its year; who is in time has this year's already in June."""
    last = year - rng.choice((0, 1, 1, 1, 2))
    for entry in range(last - rng.choice((0, 0, 1, 2)), last + 1):
        on = date(entry, 6, rng.randint(3, 20)) if entry == year else _day(rng, entry, 7, 9)
        number = certificate_number(SMALL, on, serial)
        yield Title(SMALL, number, issued_on=on, valid_to=date(entry, 12, 31))


_ISSUED = {HIGH_TECH: _high_tech, PROVINCIAL: _provincial, SMALL: _small}


def _three_years(rng: Random, kind: str, serial: int, year: int) -> Title:
    on = _day(rng, year, 10, 12)
    until = on.replace(year=year + 3) - timedelta(days=1)
    return Title(kind, certificate_number(kind, on, serial), issued_on=on, valid_to=until)


def _day(rng: Random, year: int, first: int, last: int) -> date:
    return date(year, rng.randint(first, last), rng.randint(1, 28))
