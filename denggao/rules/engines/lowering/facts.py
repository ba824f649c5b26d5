"""Fact columns as rules read them: founding year, derivations, couplings, contradictions.

The same meaning as ``denggao.facts.resolve``, for every row at once. Input columns are
``code`` or ``code@year`` (whole numbers at ``catalogue.SCALE``), with optional ``….lo`` and
``….hi`` for stated intervals; a column that is not there is unknown in every row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import reduce

from denggao.facts.catalogue import MAX_SIZE, Fact, bounds_from_below, catalogue
from denggao.facts.enterprise import CONTRADICTION, OUT_OF_DOMAIN, key_of
from denggao.facts.resolve import (
    BEFORE_FOUNDING,
    DERIVED_DIFFERS,
    WINDOW_YEARS,
)
from denggao.rules.engines.lowering import ends as e
from denggao.rules.engines.lowering import values as v
from denggao.rules.engines.lowering.ends import Flag
from denggao.rules.engines.lowering.expr import Expr, Type, lit
from denggao.rules.engines.lowering.plan import Plan
from denggao.rules.engines.lowering.values import Lin

Derive = Callable[[str, int | None], Lin | None]


class FactColumns:
    """Columns of the facts of a frame on one day."""

    def __init__(
        self, plan: Plan, as_of: date, derive: Derive, sizes: Mapping[str, int] | None = None
    ) -> None:
        self.plan = plan
        self.as_of = as_of
        self.derive = derive
        self.sizes = sizes
        self.components: dict[str, frozenset[str]] = {}
        self._raised: dict[str, list[Flag]] = {}
        self._told_of: dict[int, list[Flag]] = {}
        self._numbers: dict[str, Lin] = {}
        self._stated: dict[str, Flag] = {}
        self._near: dict[str, tuple[list[str], list[str]]] = {}
        self._own: dict[str, Lin] = {}
        self._unstated: dict[str, Lin] = {}  # what it is, by itself, where it is not stated
        self._outside: dict[str, Flag] = {}  # rows whose derived value is outside the domain
        self._derived: dict[str, Lin | None] = {}

    # ---- time

    @property
    def has_founding(self) -> bool:
        return "established_on" in self.plan.columns

    def operated(self, year: int) -> Flag:
        if not self.has_founding:
            return True
        last = lit(date(year, 12, 31).toordinal())
        existed = last.ge(self._founded()).coalesce(lit(True))
        return self.plan.keep(f"§operated@{year}", existed)

    def _founded(self) -> Expr:
        founded = self.plan.column("established_on").ordinal()
        return self.plan.keep("established_on§day", founded)

    def window(self) -> list[int]:
        last = self.as_of.year - 1
        return list(range(last - WINDOW_YEARS + 1, last + 1))

    def operated_years(self) -> Lin:
        if not self.has_founding:
            return Lin(WINDOW_YEARS, WINDOW_YEARS, 1, WINDOW_YEARS, True)
        flags = [e.column(self.operated(y)).cast(Type.INT) for y in self.window()]
        count = self.plan.keep("§operated_years", reduce(Expr.__add__, flags))
        return Lin(count, count, 1, WINDOW_YEARS, True)

    def age_in_days(self) -> Lin:
        if not self.has_founding:
            return Lin(None, None, 1, MAX_SIZE["天"])
        days = lit(self.as_of.toordinal()) - self._founded()
        kept = self.plan.keep("§age", days)
        return Lin(kept, kept, 1, MAX_SIZE["天"])

    # ---- facts

    def stated(self, key: str) -> Flag:
        found = self._stated.get(key)
        if found is None:
            parts = [c for c in (key, f"{key}.lo", f"{key}.hi") if c in self.plan.columns]
            found = self._stated[key] = e.either(*[self._is_there(c) for c in parts])
        return found

    def _is_there(self, column: str) -> Expr:
        return ~self.plan.column(column).is_null()

    def missing(self, code: str, year: int | None) -> Flag:
        fact, key = catalogue()[code], key_of(code, year)
        unknown = e.negated(self.stated(key))
        if fact.numeric:
            unknown = e.either(unknown, self._contradicted(fact, year))
            derived = self.derived(code, year)
            if derived is not None:
                open_ends = e.either(e.is_infinite(derived.lo), e.is_infinite(derived.hi))
                unknown = e.both(unknown, open_ends)
        return unknown if year is None else e.both(unknown, self.operated(year))

    def number(self, code: str, year: int | None) -> Lin:
        """The value in force; years before founding are 0."""
        key = key_of(code, year)
        if key not in self._numbers:
            fact = catalogue()[code]
            made = self.plan.about(None, lambda: self._resolve(fact, year, key))
            self._numbers[key] = made
        return self._numbers[key]

    def derived(self, code: str, year: int | None) -> Lin | None:
        key = key_of(code, year)
        if key not in self._derived:
            self._derived[key] = None
            self._derived[key] = self.plan.about(None, lambda: self.derive(code, year))
        return self._derived[key]

    def is_told(self, code: str, year: int | None) -> bool:
        """Is it in the frame, or can it be derived from what is?"""
        is_stated = self.stated(key_of(code, year)) is not False
        return is_stated or self.derived(code, year) is not None

    def flags(self) -> dict[str, list[Flag]]:
        """Flag → where it is raised, by the facts looked at so far."""
        early = [
            e.both(e.negated(self.operated(year)), e.either(*stated))
            for year, stated in self._told_of.items()
        ]
        return {BEFORE_FOUNDING: early, **{k: [*flags] for k, flags in self._raised.items()}}

    def raise_flag(self, name: str, when: Flag) -> None:
        if isinstance(when, Expr):
            self._raised.setdefault(name, []).append(when)

    # ---- how a number is found

    def _resolve(self, fact: Fact, year: int | None, key: str) -> Lin:
        contradicted = self._contradicted(fact, year)
        found = self.own(fact, year)
        if any(self._pairs(fact, year)):
            found = self._stated_or(fact, key, self._coupled(fact, year))
        if contradicted is not False:
            found = _where(contradicted, _domain(fact, found), found)
        operated = True if year is None else self.operated(year)
        self._flags(fact, year, key, operated, contradicted)
        nonneg = fact.lo is not None and fact.lo >= 0
        found = found.each(lambda end: e.choose(operated, end, 0), nonneg=nonneg)
        return self.plan.kept(key, found)

    def _flags(
        self, fact: Fact, year: int | None, key: str, operated: Flag, contradicted: Flag
    ) -> None:
        stated = self.stated(key)
        if stated is not False and year is not None:
            self._told_of.setdefault(year, []).append(stated)
        self.raise_flag(CONTRADICTION, e.both(contradicted, operated))
        outside = e.both(self._outside.get(key, False), e.negated(stated), operated)
        self.raise_flag(OUT_OF_DOMAIN, e.both(outside, e.negated(contradicted)))
        derived = self.derived(fact.code, year)
        if derived is None or stated is False:
            return
        own, other = v.aligned([self.own(fact, year), derived])
        step = max(own.scale // fact.scale, 1)
        above = e.at_least(own.lo, e.add(other.hi, step))
        below = e.at_least(other.lo, e.add(own.hi, step))
        clean = e.both(stated, operated, e.negated(contradicted), self._has_component(fact, year))
        self.raise_flag(DERIVED_DIFFERS, e.both(clean, e.either(above, below)))

    def _has_component(self, fact: Fact, year: int | None) -> Flag:
        parts = self.components.get(fact.code, frozenset())
        return e.either(*(self.stated(key_of(part, year)) for part in sorted(parts)))

    def own(self, fact: Fact, year: int | None) -> Lin:
        """Stated, else derived, else the domain; other facts' couplings not yet looked at."""
        key = key_of(fact.code, year)
        if key not in self._own:
            self._own[key] = self._make_own(fact, year, key)
        return self._own[key]

    def _make_own(self, fact: Fact, year: int | None, key: str) -> Lin:
        size = self._size(fact, key)
        nonneg = fact.lo is not None and fact.lo >= 0
        base = Lin(
            _scaled(fact.lo, fact.scale), _scaled(fact.hi, fact.scale), fact.scale, size, nonneg
        )
        derived = self.derived(fact.code, year)
        if derived is not None:
            base, derived = v.aligned([base, derived])
            lo = e.largest([base.lo, derived.lo], none_wins=False)
            hi = e.smallest([base.hi, derived.hi], none_wins=False)
            applies = self._has_component(fact, year)
            outside = e.both(applies, e.at_least(lo, hi, strictly=True))
            self._outside[key] = outside
            applies = e.both(applies, e.negated(outside))
            base = base._replace(
                lo=e.choose(applies, lo, base.lo),
                hi=e.choose(applies, hi, base.hi),
                size=max(base.size, derived.size),
            )
        own = self._stated_or(fact, key, base)
        if derived is not None or any(self._pairs(fact, year)):
            own = self.plan.kept(f"{key}§own", own)  # else simple enough to be read in place
        self._unstated[key] = base if derived is None else own
        return own

    def _size(self, fact: Fact, key: str) -> int:
        """The largest number any row can hold: as measured, else as the catalogue allows."""
        most = MAX_SIZE[fact.unit] * fact.scale
        if self.sizes is None:
            return most
        measured = (self.sizes.get(f"{key}{part}", 0) for part in ("", ".lo", ".hi"))
        return min(most, max(1, (fact.hi or 0) * fact.scale, *measured))

    def _stated_or(self, fact: Fact, key: str, base: Lin) -> Lin:
        """The stated point or interval, else ``base``."""
        factor = base.scale // fact.scale
        columns = self.plan.columns
        lo, hi = base.lo, base.hi
        has_spans = f"{key}.lo" in columns or f"{key}.hi" in columns
        if has_spans:
            spans = e.either(
                *(self._is_there(c) for c in (f"{key}.lo", f"{key}.hi") if c in columns)
            )
            lo = e.choose(spans, self._bound(f"{key}.lo", fact.lo, base, factor), lo)
            hi = e.choose(spans, self._bound(f"{key}.hi", fact.hi, base, factor), hi)
        if key in columns:
            point = e.times(e.wide(self.plan.column(key), base.size), factor)
            lo, hi = _point_or(point, lo), _point_or(point, hi)
        is_whole = base.hi is None and (base.lo is None or _is_nought(base.lo))
        return base._replace(lo=lo, hi=hi, twin=is_whole and not has_spans)

    def _bound(self, column: str, domain: int | None, base: Lin, factor: int) -> e.End:
        edge = _scaled(domain, base.scale)
        if column not in self.plan.columns:
            return edge
        return _point_or(e.times(e.wide(self.plan.column(column), base.size), factor), edge)

    def _pairs(self, fact: Fact, year: int | None) -> tuple[list[str], list[str]]:
        """The facts that bound this one from below and from above, of which something is said;
        one of which nothing is said is its whole domain and bounds nothing."""
        key = key_of(fact.code, year)
        found = self._near.get(key)
        if found is None:
            parts = bounds_from_below().get(fact.code, ())
            wholes = (fact.at_most,) if fact.at_most else ()
            found = self._near[key] = self._said(parts, year), self._said(wholes, year)
        return found

    def _said(self, codes: Iterable[str], year: int | None) -> list[str]:
        return [
            code
            for code in codes
            if code in self.components or self.stated(key_of(code, year)) is not False
        ]

    def _contradicted(self, fact: Fact, year: int | None, but: str = "") -> Flag:
        """Certainly above the fact it can never exceed, or below one that it bounds (whatever
        ``but`` says)."""
        parts, wholes = self._pairs(fact, year)
        pairs = [(fact.code, w) for w in wholes if w != but]
        pairs += [(p, fact.code) for p in parts if p != but]
        return e.either(*[self._exceeds(part, whole, year) for part, whole in pairs])

    def _exceeds(self, part: str, whole: str, year: int | None) -> Flag:
        a, b = v.aligned([self.own(catalogue()[code], year) for code in (part, whole)])
        above = e.at_least(a.lo, b.hi, strictly=True)
        return self.plan.keep_flag(f"{key_of(part, year)}§contradicts", above)

    def _coupled(self, fact: Fact, year: int | None) -> Lin:
        """Where it is not stated: bounded by the facts near it."""
        parts, wholes = self._pairs(fact, year)
        own = self._unstated[key_of(fact.code, year)]
        lows = [own, *(self._unless_contradicted(code, year, fact) for code in parts)]
        highs = [own, *(self._unless_contradicted(code, year, fact) for code in wholes)]
        every = v.aligned([*lows, *highs])
        lo = e.largest([x.lo for x in every[: len(lows)]], none_wins=False)
        hi = e.smallest([x.hi for x in every[len(lows) :]], none_wins=False)
        return every[0]._replace(lo=lo, hi=hi, size=max(x.size for x in every), twin=False)

    def _unless_contradicted(self, code: str, year: int | None, fact: Fact) -> Lin:
        """A fact near ``fact``, asked where these two do not contradict each other."""
        own = self.own(catalogue()[code], year)
        contradicted = self._contradicted(catalogue()[code], year, but=fact.code)
        if contradicted is False:
            return own
        lo, hi = (e.choose(contradicted, None, end) for end in (own.lo, own.hi))
        return own._replace(lo=lo, hi=hi, twin=False)


def _where(flag: Flag, then: Lin, otherwise: Lin) -> Lin:
    """``then`` in the flagged rows, else ``otherwise``."""
    then, otherwise = v.aligned([then, otherwise])
    return otherwise._replace(
        lo=e.choose(flag, then.lo, otherwise.lo),
        hi=e.choose(flag, then.hi, otherwise.hi),
        size=max(then.size, otherwise.size),
        twin=False,
    )


def _domain(fact: Fact, like: Lin) -> Lin:
    lo, hi = _scaled(fact.lo, like.scale), _scaled(fact.hi, like.scale)
    return like._replace(lo=lo, hi=hi, twin=False)


def _is_nought(end: e.End) -> bool:
    return isinstance(end, int) and end == 0


def _scaled(edge: int | None, scale: int) -> int | None:
    return None if edge is None else edge * scale


def _point_or(point: e.End, otherwise: e.End) -> e.End:
    """Where the point is null, the other end."""
    assert isinstance(point, Expr)
    return point if otherwise is None else point.coalesce(e.expression(otherwise))
