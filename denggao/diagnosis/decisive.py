"""Decisive data: which missing facts settle an undecided verdict (contract, ``decisive``).

A set of facts *settles* the verdict if no values of them leave it unknown, whatever the other
missing facts are. Two ways to know: every open rule will be decided once they are known (a
proof), or some values leave it open (a witness). Values tried are those at and one step beside
every point where some comparison changes, so for one or two facts the search is complete; a
larger set for which neither is found within the budget is not listed. Values that would make a
denominator 0 are set aside: a firm without staff or income is a slip in the ledger, no answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from itertools import combinations, islice

from denggao.diagnosis.openness import askable, what_is_open
from denggao.facts import interval as iv
from denggao.facts.catalogue import (
    Fact,
    bounds_from_below,
    catalogue,
    is_technical_field,
    technical_fields,
)
from denggao.facts.codes import CODED, known_codes
from denggao.facts.enterprise import CONTRADICTION, OUT_OF_DOMAIN, Value, key_of
from denggao.facts.interval import Interval, point
from denggao.facts.resolve import DERIVED_DIFFERS
from denggao.facts.titles import Title
from denggao.rules import nodes as n
from denggao.rules.engines.reference import Evaluation

_BUDGET = 400  # trials for a set small enough to be searched through
_BUDGET_LARGE = 60  # a large set is either proven, or left open by nearly any values
_SMALL = 4
_MAX_CHOICE = 10
_CONTRADICTORY = frozenset({CONTRADICTION, DERIVED_DIFFERS, OUT_OF_DOMAIN})
_FAR = 10**9


@dataclass(frozen=True, slots=True)
class Decisive:
    """``sets``: minimal sets of facts that settle it, smallest first; ``shortcuts``: single
    facts some value of which settles it; ``open``: every missing fact that it may turn on."""

    sets: tuple[tuple[str, ...], ...] = ()
    shortcuts: tuple[str, ...] = ()
    open: tuple[str, ...] = ()


def decisive(run: Evaluation, goal: str, *, max_size: int | None = None) -> Decisive:
    """What settles the statement ``goal`` of this run; all empty when it is decided."""
    if run.holds(goal) is not None:
        return Decisive()
    search = _Search(run, goal)
    missing = search.missing()
    shortcuts = tuple(key for key in missing if search.has_shortcut(key))
    sets = tuple(search.minimal_sets(missing, max_size or len(missing)))
    return Decisive(sets, shortcuts, tuple(missing))


@cache
def affected_by(instrument: n.Instrument, code: str) -> frozenset[str]:
    """Ids of the statements whose result may change with the fact ``code``."""
    if code == "established_on":
        return frozenset(instrument.statements)
    codes = _influenced(instrument, code)
    found: set[str] = set()
    for statement in instrument.statements.values():  # in computable order
        reads = {_code(leaf) for leaf in statement.leaves}
        if reads & codes or found & set(statement.uses):
            found.add(statement.id)
    return frozenset(found)


@cache
def moved_by(instrument: n.Instrument, key: str) -> frozenset[str]:
    """The keys whose value in force may move with this one, of the same year as they all are;
    none for a founding date, which moves everything."""
    code, year = _split(key)
    if code == "established_on":
        return frozenset()
    return frozenset(key_of(other, year) for other in _influenced(instrument, code))


@cache
def denominators(instrument: n.Instrument) -> frozenset[str]:
    """The facts that some rule divides by."""
    quotients = [
        e
        for s in instrument.statements.values()
        for e in s.expressions()
        if isinstance(e, n.Arith) and e.op == "÷"
    ]
    below = [inner for e in quotients for inner in n.walk(e.right)]
    return frozenset(e.code for e in below if isinstance(e, n.FactRef))


def _influenced(instrument: n.Instrument, code: str) -> set[str]:
    """The facts whose value in force may move with ``code``: couplings and derivations."""
    codes, waiting = {code}, [code]
    while waiting:
        current = waiting.pop()
        near = {*bounds_from_below().get(current, ()), catalogue()[current].at_most}
        near |= {d for d, parts in instrument.components.items() if current in parts}
        for other in near - codes - {None}:
            codes.add(str(other))
            waiting.append(str(other))
    return codes


def _code(leaf: n.Expr) -> str | None:
    match leaf:
        case n.FactRef(code, _) | n.WindowLeast(code) | n.Classified(code) | n.Within(code):
            return code
        case n.Holds():
            return "titles"
        case n.Age() | n.OperatedYears():
            return "established_on"
    return None


class _Search:
    def __init__(self, run: Evaluation, goal: str) -> None:
        self.run = run
        self.goal = goal
        self.instrument = run.instrument
        self.budget = _BUDGET
        self.open = what_is_open(run, goal)
        self.on_day: dict[date, _Search | None] = {}

    # ---- which facts are missing

    def missing(self) -> list[str]:
        """Unknown facts that may matter to the goal, in the order of the rules."""
        return [key for key in askable(self.run, self.open) if not self._stated_span(key)]

    def _stated_span(self, key: str) -> bool:
        """Stated as an interval: not missing, only not exact."""
        value = self.run.facts.values.get(key)
        return isinstance(value, Interval) and self.run.facts.number(*_split(key)) == value

    # ---- minimal sets

    def minimal_sets(self, missing: list[str], max_size: int) -> Iterator[tuple[str, ...]]:
        if not missing or not self.settles(missing):
            return
        needed: list[str] = []
        plainly = self._plainly_needed(missing)
        for key in missing:
            if next(plainly) or not self.settles([other for other in missing if other != key]):
                needed.append(key)
            if len(needed) > max_size:
                return
        if self.settles(needed):
            yield tuple(needed)
            return
        rest = [key for key in missing if key not in needed][:_MAX_CHOICE]
        found: list[set[str]] = []
        for size in range(1, max_size - len(needed) + 1):
            for more in combinations(rest, size):
                if any(less <= set(more) for less in found):
                    continue
                chosen = [key for key in missing if key in needed or key in more]
                if self.settles(chosen):
                    found.append(set(more))
                    yield tuple(chosen)

    def settles(self, keys: list[str]) -> bool:
        """Does knowing these decide the goal, whatever they turn out to be?"""
        if "established_on" in keys:
            return self._settles_on_every_day([key for key in keys if key != "established_on"])
        if self._proven(frozenset(keys)):
            return True
        if self.open.spans and len(keys) > _SMALL:
            return False  # judged bands: some points among so many leave it open
        ordered = sorted(keys, key=_order)
        beside = self._beside([key for key in self.open.keys if key not in keys])
        if any(self._easily_left_open(ordered, low) for low in (set[str](), beside, set(ordered))):
            return False
        self.budget = _BUDGET if len(keys) <= _SMALL else _BUDGET_LARGE
        try:
            return not self._left_open(self.run, ordered)
        except _Exhausted:
            return False

    def _settles_on_every_day(self, keys: list[str]) -> bool:
        """A founding date moves the window of years: each kind of date is a case of its own."""
        return all(search.settles(keys) for search in self._on_each_day())

    def _on_each_day(self) -> Iterator[_Search]:
        """The searches of the kinds of date that leave the goal open, each begun once."""
        everything = frozenset(self.instrument.statements)
        for day in _founding_days(self.run.facts.as_of):
            if day not in self.on_day:
                run = self.run.variant({"established_on": day}, everything, frozenset())
                is_open = run.holds(self.goal) is None
                self.on_day[day] = _Search(run, self.goal) if is_open else None
            search = self.on_day[day]
            if search is not None:
                yield search

    def _beside(self, keys: list[str]) -> set[str]:
        """The open facts that some rule reads together with one of these."""
        read: dict[str, set[str]] = {}
        for id_ in self.open.statements:
            codes = {_code(leaf) for leaf in self.instrument.statements[id_].leaves}
            for code in filter(None, codes):
                read.setdefault(code, set()).add(id_)
        near = set[str]().union(*(read.get(_split(key)[0], set()) for key in keys))
        return {key for key in self.open.keys if near & read.get(_split(key)[0], set())}

    def _easily_left_open(self, keys: list[str], low: set[str]) -> bool:
        """Is the goal left open by values taken greedily, one fact after the other? Nearly
        every set that settles nothing shows it so, without a search."""
        run: Evaluation | None = self.run
        for key in keys:
            if run is None:
                return False
            values = self._plain_values(run, key, low_first=key in low)
            tried = (self._variant(run, key, value) for value in values)
            run = next((r for r in tried if r.holds(self.goal) is None and self._stands(r)), None)
        return run is not None

    def _plainly_needed(self, missing: list[str]) -> Iterator[bool]:
        """For each of them: is the goal open without it, the others being as one greedy round
        left them? Says no where that does not show it."""
        chosen = self._greedy(sorted(missing, key=_order))
        for key in missing:
            others = {other: value for other, value in chosen.items() if other != key}
            run = self._all_at_once(others) if len(chosen) == len(missing) else None
            yield run is not None and run.holds(self.goal) is None and self._stands(run)

    def _greedy(self, keys: list[str]) -> dict[str, Value]:
        """A value for each, as far as the goal can be kept from failing."""
        run, chosen = self.run, {}
        for key in keys:
            for value in self._plain_values(run, key, low_first=False):
                tried = self._variant(run, key, value)
                if tried.holds(self.goal) is not False and self._stands(tried):
                    run, chosen[key] = tried, value
                    break
            else:
                break
        return chosen

    def _all_at_once(self, values: dict[str, Value]) -> Evaluation:
        affected = frozenset[str]().union(
            *(affected_by(self.instrument, _split(key)[0]) for key in values)
        )
        moved = frozenset[str]().union(*(moved_by(self.instrument, key) for key in values))
        dated = "established_on" in values
        return self.run.variant(values, affected, frozenset() if dated else moved)

    def _left_open(self, run: Evaluation, keys: list[str]) -> bool:
        """Do some values of ``keys`` leave the goal unknown?"""
        if run.holds(self.goal) is not None or not self._stands(run):
            return False
        if not keys:
            return True
        first, rest = keys[0], keys[1:]
        return any(
            self._left_open(self._with(run, first, v), rest) for v in self.values(run, first)
        )

    def _stands(self, run: Evaluation) -> bool:
        """Do the values tried not contradict what is stated? No ledger could mean them."""
        return not (run.facts.flags - self.run.facts.flags) & _CONTRADICTORY

    def _with(self, run: Evaluation, key: str, value: Value) -> Evaluation:
        self.budget -= 1
        if self.budget < 0:
            raise _Exhausted
        return self._variant(run, key, value)

    def _variant(self, run: Evaluation, key: str, value: Value) -> Evaluation:
        affected = affected_by(self.instrument, _split(key)[0])
        return run.variant({key: value}, affected, moved_by(self.instrument, key))

    def has_shortcut(self, key: str) -> bool:
        """Does some value of it settle the goal at once?"""
        return any(
            self._variant(self.run, key, value).holds(self.goal) is not None
            for value in self._plain_values(self.run, key, low_first=True)
        )

    # ---- proof

    def _proven(self, keys: frozenset[str]) -> bool:
        """Will every open rule under the goal be decided once ``keys`` are known?"""
        if self.open.stuck or self.open.spans or not self.open.keys.keys() <= keys:
            return False
        inside = [
            e for id_ in self.open.statements for e in self.instrument.statements[id_].expressions()
        ]
        return all(not isinstance(e, n.Pending) for e in inside) and all(
            self._denominator_is_positive(e) for e in inside
        )

    def _denominator_is_positive(self, expr: n.Expr) -> bool:
        """Once what is unknown in it is known; a denominator known to be 0 stays 0."""
        if not isinstance(expr, n.Arith) or expr.op != "÷":
            return True
        below = self.run.number(expr.right)
        return below.lo is not None and below.lo >= 0 and below.hi != 0

    # ---- values worth trying

    def _plain_values(self, run: Evaluation, key: str, low_first: bool) -> Iterator[Value]:
        """First those that are found without looking at the rules."""
        code, year = _split(key)
        fact = catalogue()[code]
        if fact.numeric and not fact.judged:
            low, high = map(iv.reduced, self._ends(run, fact, year))
            yield from map(point, (low, high) if low_first else (high, low))
        yield from self.values(run, key)

    def _ends(self, run: Evaluation, fact: Fact, year: int | None) -> tuple[Fraction, Fraction]:
        """The least and the most it may be; nothing is divided by 0, and nothing is endless."""
        domain, step = run.facts.number(fact.code, year), _step(fact)
        low = domain.lo if domain.lo is not None else Fraction(-_FAR)
        if low == 0 and fact.code in denominators(self.instrument):
            low = min(step, domain.hi if domain.hi is not None else step)
        high = domain.hi if domain.hi is not None else max(Fraction(_FAR), 2 * low)
        return Fraction(low), Fraction(high)

    def values(self, run: Evaluation, key: str) -> Iterator[Value]:
        code, year = _split(key)
        fact = catalogue()[code]
        if fact.numeric:
            if fact.judged and fact.lo is not None and fact.hi is not None:
                yield point((fact.lo + fact.hi) // 2)  # the cheapest way to keep a score open
            yield from (point(x) for x in self._numbers(run, fact, year, key))
        elif fact.unit == "是否":
            yield from (True, False)
        elif code == "established_on":
            yield from _founding_days(run.facts.as_of)
        elif code == "field_code":
            yield next(c for c in technical_fields() if is_technical_field(c))
        elif code in CODED:
            yield from self._codes(code)
        elif code == "titles":
            yield ()
            yield tuple(_title(kind, run.facts.as_of) for kind in self._kinds())
            yield tuple(_title(kind, run.facts.as_of, years=12) for kind in self._kinds())

    def _codes(self, code: str) -> Iterator[str]:
        """One code inside each list of the rules, and one outside all of them."""
        statements = self.instrument.statements.values()
        lists = [e for s in statements for e in s.leaves if isinstance(e, n.Within)]
        named = [p for e in lists if e.code == code for p in e.prefixes]
        yield from named
        outside = (c for c in known_codes(code) if not any(c.startswith(p[:1]) for p in named))
        yield from islice(outside, 1)

    def _kinds(self) -> set[str]:
        statements = self.instrument.statements.values()
        return {e.kind for s in statements for e in s.leaves if isinstance(e, n.Holds)}

    def _numbers(self, run: Evaluation, fact: Fact, year: int | None, key: str) -> list[iv.Number]:
        """At and beside each point where a comparison may change, inside the domain."""
        low, high = self._ends(run, fact, year)
        step, tried = _step(fact), {low, high}
        for limit in self._limits(run, key):
            below = limit // step * step
            tried |= {below - step, below, below + step, below + 2 * step}
        inside = sorted(iv.reduced(x) for x in tried if low <= x <= high)
        middle = len(inside) // 2  # what keeps a verdict open lies rarely at the ends
        return [x for _, x in sorted((abs(i - middle), x) for i, x in enumerate(inside))]

    def _limits(self, run: Evaluation, key: str) -> set[Fraction]:
        """Where some open comparison may change; probed at two values the fact can really have
        (a value that contradicts another fact would tell nothing)."""
        affected = affected_by(self.instrument, _split(key)[0])
        limits: set[Fraction] = set()
        for first in self._probes(run, key):
            probes = [(x, self._variant(run, key, point(x))) for x in (first, first + 1)]
            limits |= self._limits_between(run, key, probes, affected)
        return limits

    def _probes(self, run: Evaluation, key: str) -> list[Fraction]:
        """Where to look at the slope. A part of a derived fact may leave that fact outside its
        domain at one place (more untaxed income than income), so it is looked at in several."""
        domain, code = run.facts.number(*_split(key)), _split(key)[0]
        low = Fraction(domain.lo if domain.lo is not None else 0)
        is_part = any(code in parts for parts in self.instrument.components.values())
        places = [low, low + 10**5, low + 10**7, low + _FAR] if is_part else [low]
        inside = [x for x in places if domain.hi is None or x + 1 <= domain.hi]
        return inside or [Fraction(domain.hi or 0) - 1]

    def _limits_between(
        self,
        run: Evaluation,
        key: str,
        probes: list[tuple[Fraction, Evaluation]],
        affected: frozenset[str],
    ) -> set[Fraction]:
        limits: set[Fraction] = set()
        for id_ in affected & self.open.statements.keys():
            for expr in self.instrument.statements[id_].expressions():
                if isinstance(expr, n.Compare) and run.truth(expr) is None:
                    limits |= self._changes(probes, expr)
                    limits |= self._neighbours(run, expr, key)
        return limits

    def _changes(self, probes: list[tuple[Fraction, Evaluation]], expr: n.Compare) -> set[Fraction]:
        """Where an end of (left − right), taken as a straight line, crosses 0."""
        (x, low), (y, high) = probes
        found = set()
        for values in self._parameters(expr):
            a, b = (_difference(run, expr, values) for run in (low, high))
            for start, end in ((a.lo, b.lo), (a.hi, b.hi)):
                if start is not None and end is not None and start != end:
                    found.add(x + (y - x) * Fraction(start) / Fraction(start - end))
        return found

    def _parameters(self, expr: n.Compare) -> Iterator[dict[str, Interval]]:
        """Each value a parameter inside the comparison may take."""
        cased = [self.instrument.statements[id_] for id_ in expr.refs]
        cased = [s for s in cased if s.kind is n.Kind.PARAMETER and s.cases]
        if not cased:
            yield {}
        for statement in cased[:1]:
            for case in statement.cases:
                if isinstance(case.lo, n.Num):
                    yield {statement.id: case.lo.interval}

    def _neighbours(self, run: Evaluation, expr: n.Compare, key: str) -> set[Fraction]:
        """For growth rates, which are no straight line: multiples of the years around."""
        if not any(self.instrument.statements[i].kind is n.Kind.VALUE for i in expr.refs):
            return set()
        code, year = _split(key)
        known = [
            run.facts.number(code, y)
            for y in run.facts.window
            if y != year and run.facts.number(code, y).is_point
        ]
        return {Fraction(x.lo or 0) * f for x in known for f in _GROWTH}


class _Exhausted(Exception):
    """The budget of trials is used up."""


_GROWTH = tuple(
    Fraction(k, 100) for k in (50, 80, 101, 104, 106, 114, 116, 124, 126, 134, 136, 200)
)


def _difference(run: Evaluation, expr: n.Compare, values: dict[str, Interval]) -> Interval:
    """left − right, a quotient cross-multiplied; unbounded where it cannot be told."""
    inner = run if not values else run.with_given(values)
    left, right = expr.left, inner.number(expr.right)
    if isinstance(left, n.Arith) and left.op == "÷":
        return iv.subtract(inner.number(left.left), iv.multiply(right, inner.number(left.right)))
    return iv.subtract(inner.number(left), right)


def _step(fact: Fact) -> Fraction:
    return Fraction(1) if fact.unit == "项" else Fraction(1, fact.scale)


def _split(key: str) -> tuple[str, int | None]:
    code, _, year = key.partition("@")
    return code, int(year) if year else None


def _order(key: str) -> tuple[int, str]:
    """Dates first (they move the window), judged points last (they are the finest)."""
    fact = catalogue()[_split(key)[0]]
    return (0 if fact.unit == "日期" else 2 if fact.judged else 1, key)


def _founding_days(as_of: date) -> Iterator[date]:
    """Either side of one year of age and of each fiscal year of the window."""
    yield from (as_of - timedelta(days=d) for d in (364, 365, 366))
    for year in range(as_of.year - 4, as_of.year):
        yield date(year, 7, 1)
    yield as_of


def _title(kind: str, on: date, *, years: int = 0) -> Title:
    """Valid on the day, since 100 days or since so many years."""
    issued = on - timedelta(days=100 + 366 * years)
    return Title(kind, issued_on=issued, valid_to=on + timedelta(days=400))
