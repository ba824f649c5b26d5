"""From what was stated to the value in force: founding date, derivations, couplings.

A missing fact is its whole domain, bounded by its couplings (科技人员数 ≤ 职工总数, both ways).
Figures for years before founding are ignored, contradictory ones are unknown; both are flagged.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date
from fractions import Fraction

from denggao.facts.catalogue import Fact, bounds_from_below, catalogue
from denggao.facts.enterprise import CONTRADICTION, OUT_OF_DOMAIN, Firm, Value, key_of
from denggao.facts.interval import ZERO, Bound, Interval, intersect, subtract

BEFORE_FOUNDING = "BEFORE_FOUNDING"
DERIVED_DIFFERS = "DERIVED_DIFFERS"
WINDOW_YEARS = 3

#: Computes a fact from others, or gives ``None`` where no derivation is known: (code, year).
Derive = Callable[[str, int | None], Interval | None]


class Facts:
    """The facts of one firm on one day, as rules read them."""

    def __init__(self, firm: Firm, as_of: date, derive: Derive) -> None:
        self.values = firm.values
        self.as_of = as_of
        self.stated_flags = frozenset(firm.flags)
        self.flags: set[str] = set(firm.flags)
        self._derive = derive
        self._own: dict[str, Interval] = {}
        self._outside: set[str] = set()
        self._resolved: dict[str, Interval] = {}
        self._derived: dict[str, Interval | None] = {}
        founded = firm.values.get("established_on")
        self.founded = founded if isinstance(founded, date) else None
        last = as_of.year - 1
        years = range(last - WINDOW_YEARS + 1, last + 1)
        #: The operated ones of the three fiscal years before the application, oldest first.
        self.window = tuple(year for year in years if self.operated(year))

    def __copy__(self) -> Facts:
        """Shallow, as for an evaluation."""
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        return other

    def get(self, code: str, year: int | None = None) -> Value | None:
        """A stated value that is no number, or ``None``."""
        if year is not None and not self.operated(year):
            return None
        return self.values.get(key_of(code, year))

    def operated(self, year: int) -> bool:
        """Did the enterprise exist in this fiscal year? Unknown founding: yes."""
        return self.founded is None or self.founded.year <= year

    def age_in_days(self) -> Interval:
        if self.founded is None:
            return Interval(None, None)
        days = (self.as_of - self.founded).days
        return Interval(days, days)

    def number(self, code: str, year: int | None = None) -> Interval:
        """The value in force, in the fact's unit. Years before founding are not there: 0."""
        key = key_of(code, year)
        if key not in self._resolved:
            self._resolved[key] = self._resolve(catalogue()[code], year, key)
        return self._resolved[key]

    def missing(self, code: str, year: int | None = None) -> bool:
        """Neither stated nor derivable within bounds."""
        fact = catalogue()[code]
        if year is not None and not self.operated(year):
            return False
        if key_of(code, year) in self.values and (
            not fact.numeric or not self._contradicted(fact, year)
        ):
            return False
        derived = self.derived(code, year) if fact.numeric else None
        return derived is None or not derived.is_bounded

    def derived(self, code: str, year: int | None) -> Interval | None:
        key = key_of(code, year)
        if key not in self._derived:
            self._derived[key] = None  # a derivation that comes back to itself gives nothing
            self._derived[key] = self._derive(code, year)
        return self._derived[key]

    def clipped(self, key: str, value: Interval) -> Facts:
        """The same facts with one value narrowed to a case of a parameter."""
        other = copy.copy(self)
        other._resolved = {**self._resolved, key: value}
        return other

    def reuse(self, other: Facts, moved: frozenset[str]) -> None:
        """Take over what was found for another firm on the same day that differs from this one
        in nothing but the ``moved`` keys, and the flags raised on the way."""
        self._own = {k: v for k, v in other._own.items() if k not in moved}
        self._resolved = {k: v for k, v in other._resolved.items() if k not in moved}
        self._derived = {k: v for k, v in other._derived.items() if k not in moved}
        self._outside |= other._outside - moved
        self.flags |= other.flags

    # ---- how a number is found

    def _resolve(self, fact: Fact, year: int | None, key: str) -> Interval:
        if year is not None and not self.operated(year):
            if key in self.values:
                self.flags.add(BEFORE_FOUNDING)
            return ZERO
        if self._contradicted(fact, year):
            self.flags.add(CONTRADICTION)
            return fact.domain
        own = self.own(fact, year)
        if key in self.values:
            self._compare_with_derived(fact, year, own)
            return own
        if key in self._outside:
            self.flags.add(OUT_OF_DOMAIN)
        return self._coupled(fact, year, own)

    def own(self, fact: Fact, year: int | None) -> Interval:
        """Stated, else derived, else the domain; other facts' couplings not yet looked at."""
        key = key_of(fact.code, year)
        if key not in self._own:
            stated = self.values.get(key)
            if isinstance(stated, Interval):
                self._own[key] = stated
            else:
                self._own[key] = self._derived_in_domain(fact, year)
        return self._own[key]

    def _derived_in_domain(self, fact: Fact, year: int | None) -> Interval:
        """The derived value; wholly outside the domain it is unknown, and flagged on use."""
        derived = self.derived(fact.code, year)
        if derived is None:
            return fact.domain
        inside = intersect(derived, fact.domain)
        if inside.lo is not None and inside.hi is not None and inside.lo > inside.hi:
            self._outside.add(key_of(fact.code, year))
            return fact.domain
        return inside

    def _contradicted(self, fact: Fact, year: int | None) -> bool:
        """Is it certainly above the fact that it can never exceed, or below one it bounds?"""
        pairs = [(fact.code, fact.at_most)] if fact.at_most else []
        pairs += [(part, fact.code) for part in bounds_from_below().get(fact.code, ())]
        for part, whole in pairs:
            least = self.own(catalogue()[part], year).lo
            most = self.own(catalogue()[whole], year).hi
            if least is not None and most is not None and least > most:
                return True
        return False

    def _coupled(self, fact: Fact, year: int | None, own: Interval) -> Interval:
        lo: Bound = own.lo
        hi: Bound = own.hi
        for code in bounds_from_below().get(fact.code, ()):
            other = catalogue()[code]
            if not self._contradicted(other, year):
                least = self.own(other, year).lo
                lo = least if lo is None else lo if least is None else max(lo, least)
        if fact.at_most:
            whole = catalogue()[fact.at_most]
            if not self._contradicted(whole, year):
                most = self.own(whole, year).hi
                hi = most if hi is None else hi if most is None else min(hi, most)
        return Interval(lo, hi)

    def _compare_with_derived(self, fact: Fact, year: int | None, stated: Interval) -> None:
        """A stated value wins; that it differs from the derived one by a whole 分 is flagged."""
        derived = self.derived(fact.code, year)
        if derived is None:
            return
        gap = subtract(stated, derived)
        step = Fraction(1, fact.scale)
        if (gap.lo is not None and gap.lo >= step) or (gap.hi is not None and gap.hi <= -step):
            self.flags.add(DERIVED_DIFFERS)
