"""Figures that a law derives where the ledger does not state them: 研发费用 from its categories,
总收入 from its parts (推导)."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from denggao.facts.catalogue import catalogue
from denggao.facts.interval import Interval
from denggao.facts.ledger import Ledger
from denggao.rules.nodes import Instrument

if TYPE_CHECKING:
    from denggao.rules.engines.reference import Evaluation


class Derived(NamedTuple):
    """A number in the steps of its fact, the law that derives it and the keys it came from;
    ``rounded``: to a whole step, half up."""

    steps: int
    law: str
    keys: tuple[str, ...]
    rounded: bool


class Lawful:
    """Derivations of the laws chosen, for one ledger on one day."""

    def __init__(
        self, ledger: Ledger, as_of: datetime.date, instruments: Sequence[Instrument]
    ) -> None:
        self.ledger, self.as_of, self.instruments = ledger, as_of, instruments
        self._runs: dict[tuple[str, int], Evaluation] = {}

    def number(self, key: str, firm: int) -> Derived | None:
        """The number that the laws derive; ``None`` where none does, where it is not certain,
        or where two laws disagree."""
        code = key.partition("@")[0]
        found = [
            derived
            for law in self.instruments
            if code in law.derivations and (derived := self._by(law, key, firm))
        ]
        return found[0] if len({derived.steps for derived in found}) == 1 else None

    def _by(self, law: Instrument, key: str, firm: int) -> Derived | None:
        value = self._run(law, firm).value_of(key)
        if not isinstance(value, Interval) or value.lo is None or value.lo != value.hi:
            return None
        code, at, year = key.partition("@")
        exact = Fraction(value.lo) * catalogue()[code].scale
        steps = (exact + Fraction(1, 2)).__floor__()
        keys = (f"{part}{at}{year}" for part in sorted(law.components[code]) if part != code)
        used = tuple(k for k in keys if self._is_stated(k, firm))
        return Derived(steps, law.short, used, steps != exact)

    def _run(self, law: Instrument, firm: int) -> Evaluation:
        from denggao.diagnosis.pool import firm_of
        from denggao.rules.engines.reference import Evaluation

        where = law.short, firm
        if where not in self._runs:
            self._runs[where] = Evaluation(law, firm_of(self.ledger, firm), self.as_of, {})
        return self._runs[where]

    def _is_stated(self, key: str, firm: int) -> bool:
        column = self.ledger.columns.get(key)
        return column is not None and column[firm] is not None
