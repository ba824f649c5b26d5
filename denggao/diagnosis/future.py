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
    years = range(today.year, as_of.year)
    if not years:
        return firm, ()
    founded = firm.values.get("established_on")
    first = founded.year if isinstance(founded, date) else 0
    found = [
        taken
        for code in yearly_facts(instrument, as_of.year)
        for year in years
        if (taken := _taken(instrument, firm, code, year, first)) is not None
    ]
    values = {a.key: a.value for a in found}
    return Firm({**firm.values, **values}, set(firm.flags), list(firm.problems)), tuple(found)


def _taken(
    instrument: n.Instrument, firm: Firm, code: str, year: int, first: int
) -> Assumption | None:
    key, values = key_of(code, year), firm.values
    if key in values or year < first or _is_planned_otherwise(instrument, firm, code, year):
        return None
    for before in range(year - 1, max(first, year - 4) - 1, -1):
        source = key_of(code, before)
        if source in values:
            return Assumption(key, source, values[source])
    return None


def _is_planned_otherwise(instrument: n.Instrument, firm: Firm, code: str, year: int) -> bool:
    """Its parts are planned, or the sum that it is a part of."""
    parts = instrument.components.get(code, frozenset())
    wholes = [whole for whole, of in instrument.components.items() if code in of]
    return any(key_of(other, year) in firm.values for other in (*parts, *wholes))


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
