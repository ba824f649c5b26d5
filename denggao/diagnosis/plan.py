"""一企一策: the earliest batch a firm can make, and the cheapest way to it.

Batches are tried in order. For each, the firm is looked at as it will stand on that day: years
that are over are fixed, years that are not are planned or assumed. The solver proposes, the
reference engine decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from fractions import Fraction
from functools import cache
from itertools import groupby, product
from math import prod

from denggao.diagnosis.batches import Batch
from denggao.diagnosis.choices import Barred, Choice, Times, changed, choices, opens_by
from denggao.diagnosis.formula import Model
from denggao.diagnosis.future import Assumption, assumed
from denggao.diagnosis.goal import Goal, Standing, can_hold, helping, together
from denggao.diagnosis.inequalities import Formula
from denggao.diagnosis.openness import askable, what_is_open
from denggao.diagnosis.optimum import Search
from denggao.facts.enterprise import Firm, Value
from denggao.facts.interval import ZERO, Interval, Number
from denggao.rules import nodes as n
from denggao.rules.engines.reference import Evaluation

#: Points that experts are reckoned to give, as a share of each range. An estimate.
SHARE = Fraction(3, 4)
#: So many plans are simply tried, where no formula says which are good.
_FEW = 5_000
_TRIES = 25


@dataclass(frozen=True)
class Terms:
    """What all plans of one run have in common. ``law_on`` gives the law in force on a day;
    ``share`` is ``None`` where points are not asked for."""

    law_on: Callable[[date], n.Instrument]
    actions: tuple[n.Action, ...]
    batches: tuple[Batch, ...]
    today: date
    share: Fraction | None = SHARE
    readings: Mapping[str, str] | None = None


class Status(Enum):
    """How far a firm is; what is open is told apart by ``Plan.standing``."""

    READY = "可以申报"
    PLAN = "做完可以申报"
    NEVER = "所列批次都不行"


@dataclass(frozen=True, slots=True)
class Step:
    """A choice taken so many times; ``changes``: fact → (before, after)."""

    choice: Choice
    times: int
    cost: Interval | None
    changes: Mapping[str, tuple[Value | None, Value | None]]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A condition that cannot be met in time (``""``: each can, but not all together), and
    what would help it but comes too late or is not to be had."""

    condition: str
    barred: tuple[Barred, ...]


@dataclass(frozen=True, slots=True)
class Missed:
    """A batch that cannot be made, and why."""

    batch: Batch
    obstacles: tuple[Obstacle, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """``before`` is the firm on the day of ``batch`` if nothing is done, ``after`` if all steps
    are. ``batch`` is the last one looked at where none can be made. ``questions``: facts still
    to be asked; the plan holds if the conditions in ``standing.open`` turn out well.
    ``is_proven``: no cheaper plan and no earlier batch exists."""

    instrument: n.Instrument
    status: Status
    batch: Batch
    steps: tuple[Step, ...]
    cost: Interval | None
    unpriced: int
    standing: Standing
    points: Fraction | None
    missed: tuple[Missed, ...]
    assumptions: tuple[Assumption, ...]
    questions: tuple[str, ...]
    before: Evaluation
    after: Evaluation
    goal: Goal
    is_proven: bool = True

    @property
    def finish(self) -> date | None:
        """The day all is done, begun today."""
        return max((step.choice.ready for step in self.steps), default=None)


def plan_firm(firm: Firm, terms: Terms) -> Plan:
    """The earliest batch, and the best set of actions for it."""
    return _Planner(firm, terms).plan()


@dataclass(frozen=True, slots=True)
class _Attempt:
    batch: Batch
    goal: Goal
    firm: Firm  # with what is assumed
    run: Evaluation
    before: Standing
    assumptions: tuple[Assumption, ...]
    found: Sequence[Choice] | None = ()  # None: whatever is done, it fails
    barred: Sequence[Barred] = ()
    times: Times | None = None
    obstacles: tuple[Obstacle, ...] = ()
    is_proven: bool = True


class _Planner:
    def __init__(self, firm: Firm, terms: Terms) -> None:
        self.firm, self.terms = firm, terms
        self.seen: tuple[Evaluation, Times, Evaluation] | None = None

    def plan(self) -> Plan:
        missed: list[Missed] = []
        proven = True
        last: _Attempt | None = None
        for last in self.attempts():
            proven &= last.is_proven
            if last.times is not None:
                break
            missed.append(Missed(last.batch, last.obstacles))
        assert last is not None
        return self.made(last, tuple(missed), proven)

    def attempts(self) -> Iterator[_Attempt]:
        """One for each batch in order. If the last batch of a year cannot be made, neither can
        those before it: they leave no more time, and nothing else differs."""
        for _, batches in groupby(self.terms.batches, key=lambda batch: batch.deadline.year):
            failed: _Attempt | None = None
            for batch in batches:
                same = failed is not None and self.is_no_better(failed, batch)
                made = replace(failed, batch=batch) if failed and same else self.attempt(batch)
                yield made
                failed = made

    def is_no_better(self, failed: _Attempt, batch: Batch) -> bool:
        """A later batch of the same year changes nothing if the same law is in force, nothing
        in it is counted by days or may run out, and no more can be done by then."""
        instrument = self.terms.law_on(batch.deadline)
        goal, truths = failed.goal, failed.before.truths
        if instrument is not failed.run.instrument or not goal.is_plain or goal.runs_out:
            return False
        if failed.found is None:
            return True
        if any(truths[id_] is not True for id_ in goal.aging):
            return False
        if any(choice.action.by_day for choice in failed.found):
            return False
        return not any(opens_by(failed.run, barred, batch.deadline) for barred in failed.barred)

    # ---- one batch

    def attempt(self, batch: Batch) -> _Attempt:
        instrument = self.terms.law_on(batch.deadline)
        goal = _goal(instrument, self.terms.share)
        firm, assumptions = assumed(instrument, self.firm, self.terms.today, batch.deadline)
        run = Evaluation(instrument, firm, batch.deadline, dict(self.terms.readings or {}))
        hopeless = goal.hopeless(run, self.terms.actions)
        if hopeless:
            obstacles = tuple(Obstacle(id_, ()) for id_ in hopeless)
            before = Standing(dict.fromkeys(hopeless, False), None)
            return _Attempt(batch, goal, firm, run, before, assumptions, None, obstacles=obstacles)
        before = goal.standing(run)
        base = _Attempt(batch, goal, firm, run, before, assumptions)
        if goal.holds_now(before, run):
            return replace(base, times=())
        return self.solve(base)

    def solve(self, base: _Attempt) -> _Attempt:
        run, goal, before = base.run, base.goal, base.before
        found, barred = choices(run, self.terms.actions, self.terms.today)
        model = Model(run, found)
        parts = list(goal.formulas(run, model, before))
        limits = [*(choice.limit for choice in found), *model.helpers]
        if all(f is None or can_hold(f, limits) for _, f in parts):
            before = goal.counted(run, before)
            base = replace(base, before=before)
            points = goal.points_formula(model, before)
            parts += [points] if points else []
        formula, is_whole = together(parts, model.links)
        limits = [*(choice.limit for choice in found), *model.helpers]
        times, proven = None, True
        if can_hold(formula, limits):
            times, proven = self.search(base, found, model, formula, is_whole)
        obstacles = () if times is not None else _obstacles(goal, parts, limits, barred)
        return replace(
            base, found=found, barred=barred, times=times, obstacles=obstacles, is_proven=proven
        )

    def search(
        self, base: _Attempt, found: Sequence[Choice], model: Model, formula: Formula, whole: bool
    ) -> tuple[Times | None, bool]:
        """The best times that the definition accepts, and whether that is proven."""
        if not found:
            return None, True
        if whole:
            search = Search(found, model.helpers, formula, self.terms.today)
            times = search.next()
            if times is None or self.accepts(base, found, times):
                return times, True
        return self.tried(base, found, model, formula)

    def tried(
        self, base: _Attempt, found: Sequence[Choice], model: Model, formula: Formula
    ) -> tuple[Times | None, bool]:
        """Where the formula is not all there is: every plan, best first; if there are too many,
        those that the solver names, until one is accepted or patience ends."""
        if prod(choice.limit + 1 for choice in found) <= _FEW:
            every = product(*(range(choice.limit + 1) for choice in found))
            ranked = sorted(every, key=lambda times: worth(found, times, self.terms.today))
            return next((x for x in ranked if self.accepts(base, found, x)), None), True
        search = Search(found, model.helpers, formula, self.terms.today, tight=False)
        for number in range(_TRIES):
            times = search.next()
            if times is None or self.accepts(base, found, times):
                return times, times is None or number == 0
            search.refuse(times)
        return None, False

    def accepts(self, base: _Attempt, found: Sequence[Choice], times: Times) -> bool:
        return base.goal.reached(base.before, self.after(base.run, found, times))

    def after(self, run: Evaluation, found: Sequence[Choice], times: Times) -> Evaluation:
        """The application of ``run`` once all is done; the last one looked at is kept."""
        if self.seen is None or self.seen[0] is not run or self.seen[1] != times:
            firm = changed(run, found, times)
            made = Evaluation(run.instrument, firm, run.facts.as_of, run.readings)
            self.seen = run, times, made
        return self.seen[2]

    # ---- the plan

    def made(self, last: _Attempt, missed: tuple[Missed, ...], proven: bool) -> Plan:
        run, found, times = last.run, last.found or (), last.times or ()
        after = self.after(run, found, times) if times else run
        steps = tuple(
            _step(choice, count, run, after)
            for choice, count in zip(found, times, strict=False)
            if count
        )
        status = Status.NEVER if last.times is None else Status.PLAN if steps else Status.READY
        costs = [step.cost for step in steps if step.cost is not None]
        open_ = what_is_open(after, last.goal.statement.id) if last.before.open else None
        standing = last.before if last.found is None else last.goal.counted(run, last.before)
        return Plan(
            instrument=run.instrument,
            status=status,
            batch=last.batch,
            steps=steps,
            cost=_total(costs) if len(costs) == len(steps) else None,
            unpriced=len(steps) - len(costs),
            standing=standing,
            points=standing.points if after is run else last.goal.points(after),
            missed=missed,
            assumptions=last.assumptions,
            questions=() if open_ is None else tuple(askable(after, open_)),
            before=run,
            after=after,
            goal=last.goal,
            is_proven=proven,
        )


def _total(costs: Sequence[Interval]) -> Interval:
    lo = sum((Fraction(cost.lo or 0) for cost in costs), Fraction(0))
    hi = sum((Fraction(cost.hi or 0) for cost in costs), Fraction(0))
    return Interval(lo, hi) if costs else ZERO


def worth(found: Sequence[Choice], times: Times, today: date) -> tuple[Number, ...]:
    """What is least is best: actions of unknown cost, cost at most, actions, days until done,
    times."""
    taken = [(choice, count) for choice, count in zip(found, times, strict=True) if count]
    costs = [choice.most(count) for choice, count in taken]
    days = max(((choice.ready - today).days for choice, _ in taken), default=0)
    unknown = sum(choice.action.cost is None for choice, _ in taken)
    return unknown, sum(costs), len(taken), days, sum(times)


def _step(choice: Choice, count: int, run: Evaluation, after: Evaluation) -> Step:
    keys = dict.fromkeys([*choice.adds, *choice.sets])
    changes = {key: (run.value_of(key), after.value_of(key)) for key in keys}
    return Step(
        choice, count, choice.cost(count), {k: c for k, c in changes.items() if c[0] != c[1]}
    )


def _obstacles(
    goal: Goal,
    parts: Sequence[tuple[str, Formula | None]],
    limits: Sequence[int],
    barred: Sequence[Barred],
) -> tuple[Obstacle, ...]:
    found = [id_ for id_, formula in parts if formula is not None and not can_hold(formula, limits)]
    verdict = goal.instrument.verdict.id
    named = [id_ for id_ in dict.fromkeys(found) if id_ != verdict] or found or [""]
    return tuple(Obstacle(id_, _late(goal, id_, barred)) for id_ in named)


def _late(goal: Goal, id_: str, barred: Sequence[Barred]) -> tuple[Barred, ...]:
    if not id_:
        return ()
    return tuple(b for b in helping(goal.instrument, id_, barred) if isinstance(b, Barred))


@cache
def _goal(instrument: n.Instrument, share: Fraction | None) -> Goal:
    return Goal(instrument, share)
