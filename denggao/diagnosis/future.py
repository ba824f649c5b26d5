"""Years that are not over: planned values where the ledger has them, else named assumptions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from denggao.facts.catalogue import catalogue
from denggao.facts.enterprise import Firm, Value, key_of
from denggao.rules import nodes as n
from denggao.rules.engines.common import facts_named


@dataclass(frozen=True, slots=True)
class Assumption:
    """``key`` (a fact of a year that is not over) is taken to be as in ``source``."""

    key: str
    source: str
    value: Value


def assumed(
    instrument: n.Instrument, firm: Firm, today: date, as_of: date
) -> tuple[Firm, tuple[Assumption, ...]]:
    """The firm as it may stand when applying on ``as_of``: for each fiscal year not over
    ``today`` that the law will read, what is not planned in the ledger is as in the last year
    stated. Nothing is assumed for a year that is over, or where no year was stated."""
    if as_of.year <= today.year:
        return firm, ()
    founded = firm.values.get("established_on")
    first = founded.year if isinstance(founded, date) else 0
    found = [
        taken
        for key, year, earlier, others in _read(instrument, as_of.year, today.year)
        if key not in firm.values
        and year >= first
        and others.isdisjoint(firm.values)
        and (taken := _taken(firm, key, earlier, first)) is not None
    ]
    values = {a.key: a.value for a in found}
    return Firm({**firm.values, **values}, set(firm.flags), list(firm.problems)), tuple(found)


def _taken(
    firm: Firm, key: str, earlier: tuple[tuple[int, str], ...], first: int
) -> Assumption | None:
    for before, source in earlier:
        if before >= first and source in firm.values:
            return Assumption(key, source, firm.values[source])
    return None


@cache
def _read(
    instrument: n.Instrument, application: int, this: int
) -> tuple[tuple[str, int, tuple[tuple[int, str], ...], frozenset[str]], ...]:
    """For each fact of a fiscal year from ``this`` on that the law will read: its key, the year,
    the four years before with their keys, and what else may be planned instead of it: its
    parts, or the sum that it is a part of."""
    found = []
    for code in yearly_facts(instrument, application):
        parts = instrument.components.get(code, frozenset())
        wholes = [whole for whole, of in instrument.components.items() if code in of]
        for year in range(this, application):
            earlier = tuple((y, key_of(code, y)) for y in range(year - 1, year - 5, -1))
            others = frozenset(key_of(other, year) for other in (*parts, *wholes))
            found.append((key_of(code, year), year, earlier, others))
    return tuple(found)


@cache
def yearly_facts(instrument: n.Instrument, year: int) -> tuple[str, ...]:
    """Every yearly fact that some rule reads, or that one of these is derived from."""
    return tuple(dict.fromkeys(_yearly(instrument, year)))


def _yearly(instrument: n.Instrument, year: int) -> Iterator[str]:
    for code, when, _ in facts_named(instrument, year):
        if when is not None:
            yield code
            yield from sorted(instrument.components.get(code, ()))
    for statement in instrument.statements.values():
        for leaf in statement.leaves:
            is_yearly = isinstance(leaf, n.FactRef) and catalogue()[leaf.code].yearly
            if isinstance(leaf, n.FactRef) and is_yearly:
                yield leaf.code
