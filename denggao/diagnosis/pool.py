"""Questions for a whole pool: which data settle each of the nearest undecided firms."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from fractions import Fraction

from denggao.diagnosis.decisive import Decisive, decisive
from denggao.facts.catalogue import catalogue
from denggao.facts.enterprise import Firm
from denggao.facts.interval import Interval, reduced
from denggao.facts.ledger import Ledger
from denggao.rules.engines.columnar.screening import Screened
from denggao.rules.engines.reference import Evaluation

#: Sets of more facts than this are no question for one phone call.
MAX_SET = 4


def firm_of(ledger: Ledger, index: int) -> Firm:
    """The stated facts of one firm of a ledger, in the catalogue's units."""
    firm = Firm(flags=set(ledger.flags[index]))
    for key, column in ledger.columns.items():
        value = column[index]
        name, _, side = key.partition(".")
        fact = catalogue().get(name.partition("@")[0])
        if value is None or fact is None:
            continue
        if not fact.numeric:
            firm.values[key] = value
        elif not side:
            exact = reduced(Fraction(value, fact.scale))
            firm.values[key] = Interval(exact, exact)
        else:
            firm.values[name] = _span(ledger, name, index)
    return firm


def _span(ledger: Ledger, key: str, index: int) -> Interval:
    fact = catalogue()[key.partition("@")[0]]
    ends = []
    for side, edge in (("lo", fact.lo), ("hi", fact.hi)):
        steps = ledger.columns[f"{key}.{side}"][index]
        ends.append(edge if steps is None else reduced(Fraction(steps, fact.scale)))
    return Interval(ends[0], ends[1])


def questions(
    ledger: Ledger,
    table: Screened,
    as_of: date,
    *,
    readings: Mapping[str, str] | None = None,
    nearest: int = 500,
    progress: Callable[[int, int], None] | None = None,
) -> dict[int, Decisive]:
    """Firm → what settles its countable conditions, for the nearest undecided ones."""
    firms = [firm for firm, _ in _undecided(table, nearest)]
    goal = (table.instrument.preliminary or table.instrument.verdict).id
    found = {}
    for done, index in enumerate(firms):
        run = Evaluation(table.instrument, firm_of(ledger, index), as_of, dict(readings or {}))
        found[index] = decisive(run, goal, max_size=MAX_SET)
        if progress is not None:
            progress(done + 1, len(firms))
    return found


def _undecided(table: Screened, nearest: int) -> Iterator[tuple[int, list[str]]]:
    for count, found in enumerate(table.open_facts()):
        if count >= nearest:
            return
        yield found


def cells_of(ledger: Ledger, index: int) -> dict[str, str]:
    """Fact key → the cell that the firm's value was read from (页!C5, without a page C5); the
    column alone where the file keeps no cells."""
    found = {}
    for key, (_, page, _, head) in ledger.sources.items():
        column = ledger.columns.get(key)
        if column is None or (column[index] is None and not _has_span(ledger, key, index)):
            continue
        source = ledger.source_of(key, index)
        if source is None:
            found[key] = f"{page}“{head}”列"
        else:
            found[key] = f"{source.sheet}!{source.cell}" if source.sheet else source.cell
    return found


def _has_span(ledger: Ledger, key: str, index: int) -> bool:
    ends = [ledger.columns.get(f"{key}.{side}") for side in ("lo", "hi")]
    return any(end is not None and end[index] is not None for end in ends)
