"""Minimal sets and shortcuts by trying values: slow, and without a word from ``decisive``.

The values tried are the ends of the domain, round numbers, and everything at or one step
beside a point where a ratio of the law meets a stated amount. Two kinds are set aside, as the
definition does: 0 for what is divided by, and values that contradict what is stated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import product
from random import Random

from denggao.facts.catalogue import Fact, catalogue
from denggao.facts.enterprise import CONTRADICTION, OUT_OF_DOMAIN, Firm, Value
from denggao.facts.interval import Interval, point
from denggao.facts.resolve import DERIVED_DIFFERS
from denggao.facts.titles import Title
from denggao.rules import nodes as n
from denggao.rules.engines.reference import Evaluation
from tests.strategies import TODAY

RATIOS = tuple(
    Fraction(k, 100)
    for k in (2, 3, 4, 5, 6, 10, 15, 20, 25, 30, 50, 60, 100, 105, 110, 115, 125, 130, 135, 170)
)
ROUND = {
    "元": (0, 100, 10**4, 10**6, 5 * 10**7, 10**8, 2 * 10**8, 10**9, 10**14),
    "人": (0, 1, 10, 40, 100, 500, 10**5),
    "项": (0, 1, 2, 3, 4, 5, 6, 9, 14, 15, 1000),
    "分": (0, 1, 2, 3, 4, 5, 6, 8),
}
FIELD = "1.1.10"
SLIPS = {CONTRADICTION, OUT_OF_DOMAIN, DERIVED_DIFFERS}
ENOUGH = 20  # completions tried where there are more
WITNESSES = 6000  # tried before "nothing leaves it open" is believed


class Tried:
    """One firm under one instrument, with some facts filled in."""

    def __init__(self, run: Evaluation, goal: str, rnd: Random) -> None:
        self.run, self.goal, self.rnd = run, goal, rnd
        self.divisors = divisors(run.instrument)
        self.grids: dict[str, list[Value]] = {}
        self.left, self.decided = 0, False

    def truth(self, changes: Mapping[str, Value]) -> str:
        """ "decided", "open", or "aside" for what a ledger cannot mean."""
        firm = Firm({**self.run.facts.values, **changes}, set(self.run.facts.stated_flags))
        other = Evaluation(self.run.instrument, firm, self.run.facts.as_of, self.run.readings)
        decided = other.result(self.goal).truth is not None
        slips = (other.facts.flags - self.run.facts.flags) & SLIPS
        return "aside" if slips else "decided" if decided else "open"

    def grid(self, key: str) -> list[Value]:
        if key not in self.grids:
            values = list(self._values(key))
            middle = values[1:-1]
            self.rnd.shuffle(middle)
            self.grids[key] = [*values[:1], *values[1:][-1:], *middle]  # both ends first
        return self.grids[key]

    # ---- what is asked of them

    def counterexample(self, keys: Sequence[str]) -> dict[str, Value] | None:
        """Values of ``keys`` that leave the goal open; looks at a few only."""
        found = (c for c in self.completions(keys, ENOUGH) if self.truth(c) == "open")
        return next(found, None)

    def settles(self, keys: Sequence[str]) -> bool:
        """Do all values decide it? First at random; then one fact after the other, because
        what decides it already needs no second fact. Where no value can stand, nothing is
        settled."""
        if any(self.truth(c) == "open" for c in self.completions(keys, ENOUGH)):
            return False
        self.left, self.decided = WITNESSES, False
        return not self._some_leave_it_open({}, list(keys)) and self.decided

    def _some_leave_it_open(self, so_far: dict[str, Value], keys: list[str]) -> bool:
        if not keys:
            return True
        for value in self.grid(keys[0]):
            self.left -= 1
            if self.left < 0:
                return False
            truth = self.truth(now := so_far | {keys[0]: value})
            self.decided |= truth == "decided"
            if truth == "open" and self._some_leave_it_open(now, keys[1:]):
                return True
        return False

    def some_value_settles(self, key: str, most: int = WITNESSES) -> bool:
        return any(self.truth({key: value}) == "decided" for value in self.grid(key)[:most])

    def completions(self, keys: Sequence[str], most: int) -> Iterator[dict[str, Value]]:
        """All of them where they are few, else so many at random."""
        grids = [self.grid(key) for key in keys]
        number = 1
        for values in grids:
            number *= len(values)
        if number <= most:
            yield from (dict(zip(keys, values, strict=True)) for values in product(*grids))
            return
        for _ in range(most):
            yield {k: self.rnd.choice(g) for k, g in zip(keys, grids, strict=True)}

    # ---- values

    def _values(self, key: str) -> Iterator[Value]:
        code, _, _ = key.partition("@")
        fact = catalogue()[code]
        if fact.numeric:
            yield from (point(x) for x in sorted(self._numbers(fact)))
        elif fact.unit == "是否":
            yield from (True, False)
        elif code == "established_on":
            yield from founding_days()
        elif code == "field_code":
            yield FIELD
        elif code == "titles":
            yield from ((), (certificate(TODAY + timedelta(days=9)),), (certificate(TODAY),))
            yield (certificate(TODAY - timedelta(days=1)),)

    def _numbers(self, fact: Fact) -> set[Fraction | int]:
        step = Fraction(1, fact.scale)
        near = {Fraction(x) for x in ROUND[fact.unit]} | set(self._meeting(fact, step))
        near |= {x + d for x in near for d in (-step, step)}
        low = Fraction(fact.lo) if fact.lo is not None else -(Fraction(10) ** 14)
        low = step if low == 0 and fact.code in self.divisors else low
        high = Fraction(fact.hi) if fact.hi is not None else Fraction(10) ** 14
        near |= {low, high} | ({-x for x in near} if low < 0 else set())
        return {int(x) if x.denominator == 1 else x for x in near if low <= x <= high}

    def _meeting(self, fact: Fact, step: Fraction) -> Iterator[Fraction]:
        """A ratio of a stated amount, or of all of its years, less the other years."""
        stated = self._stated(fact.unit)
        sums = {sum(values, Fraction(0)) for values in stated.values()}
        own = sum(stated.get(fact.code, []), Fraction(0))
        amounts = {x for values in stated.values() for x in values} | sums
        for amount in amounts:
            for ratio in RATIOS:
                for product_ in (amount * ratio, amount / ratio):
                    yield from (x // step * step for x in {product_, product_ - own})

    def _stated(self, unit: str) -> dict[str, list[Fraction]]:
        found: dict[str, list[Fraction]] = {}
        for key, value in self.run.facts.values.items():
            code = key.partition("@")[0]
            if catalogue()[code].unit == unit and isinstance(value, Interval):
                ends = {x for x in value[:2] if x is not None}
                found.setdefault(code, []).extend(map(Fraction, ends))
        return found


def divisors(instrument: n.Instrument) -> set[str]:
    """Facts below some ÷, as the text has them."""
    found = set()
    for statement in instrument.statements.values():
        for expr in statement.expressions():
            if isinstance(expr, n.Arith) and expr.op == "÷":
                found |= {e.code for e in n.walk(expr.right) if isinstance(e, n.FactRef)}
    return found


def founding_days() -> Iterator[date]:
    """Every year that could matter, and each side of a year of age."""
    yield from (TODAY - timedelta(days=d) for d in (0, 1, 200, 363, 364, 365, 366, 367))
    for year in range(TODAY.year - 6, TODAY.year):
        yield from (date(year, 1, 1), date(year, 12, 31))


def certificate(valid_to: date) -> Title:
    return Title("高新技术企业", issued_on=date(2020, 1, 1), valid_to=valid_to)


def unstated(run: Evaluation, goal: str) -> list[str]:
    """Every key that a rule under the goal reads and that is neither stated nor derived."""
    keys: dict[str, None] = {}
    waiting, seen = [goal], set()
    while waiting:
        id_ = waiting.pop()
        if id_ in seen:
            continue
        seen.add(id_)
        statement = run.instrument.statements[id_]
        waiting += statement.uses
        for leaf in statement.leaves:
            if not (isinstance(leaf, n.FactRef) and leaf.year is n.Year.EACH):
                keys |= dict.fromkeys(run.keys(leaf))
    return [key for key in keys if key not in run.facts.values and not _is_derived(run, key)]


def _is_derived(run: Evaluation, key: str) -> bool:
    code, _, year = key.partition("@")
    if not catalogue()[code].numeric:
        return False
    return run.facts.number(code, int(year) if year else None).is_point
