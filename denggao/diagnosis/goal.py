"""What a plan has to reach: the countable conditions, a verdict not lost, points as expected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from math import floor

from denggao.diagnosis.choices import Barred, Choice
from denggao.diagnosis.decisive import affected_by
from denggao.diagnosis.formula import Model, NotLinearError, expected, hoped, points_of
from denggao.diagnosis.inequalities import Every, Formula, Row, Sum, at_least_zero, every
from denggao.facts.interval import Truth
from denggao.rules import nodes as n
from denggao.rules.engines.reference import Evaluation


@dataclass(frozen=True, slots=True)
class Target:
    """The points a total must be expected to have, and the condition that asks for them."""

    total: str
    condition: str
    least: Fraction


@dataclass(frozen=True, slots=True)
class Standing:
    """A firm before anything is done: the truth of each countable condition, and the points to
    be expected (``None`` if the law gives none, or they are not asked for)."""

    truths: dict[str, Truth]
    points: Fraction | None
    hoped: Evaluation | None = None

    @property
    def open(self) -> tuple[str, ...]:
        """Conditions that hang on data nobody has stated; a plan supposes that they hold."""
        return tuple(id_ for id_, truth in self.truths.items() if truth is None)


class Goal:
    """The goal of one law, with points expected at ``share`` of what is judged (``None``: the
    countable conditions alone)."""

    def __init__(self, instrument: n.Instrument, share: Fraction | None) -> None:
        self.instrument, self.share = instrument, share
        self.statement = instrument.preliminary or instrument.verdict
        self.conditions = self.statement.uses
        self.is_plain = _joins(self.statement)
        self.target = None if share is None else target(instrument)
        self.others = self._others()
        self.aging = tuple(i for i in self.conditions if _counts_days(instrument, i))
        self.runs_out = any(
            isinstance(e, n.Holds) and e.year is None
            for s in instrument.statements.values()
            for e in s.leaves
        )

    def _others(self) -> tuple[str, ...]:
        """Conditions that the verdict asks for besides, and that must not be lost."""
        verdict = self.instrument.verdict
        asked = self.target.condition if self.target else None
        if not _joins(verdict):
            return ()  # the definition looks at the whole verdict at the end
        return tuple(id_ for id_ in verdict.uses if id_ not in (*self.conditions, asked))

    def standing(self, run: Evaluation) -> Standing:
        """The truths alone; ``counted`` adds the points, which take longer."""
        return Standing({id_: run.holds(id_) for id_ in self.conditions}, None)

    def counted(self, run: Evaluation, standing: Standing) -> Standing:
        """The standing with the points to be expected."""
        if self.target is None or self.share is None or standing.hoped is not None:
            return standing
        found = hoped(run, self.target.total, self.share)
        return replace(standing, points=points_of(found, self.target.total), hoped=found)

    def points(self, run: Evaluation) -> Fraction | None:
        if self.target is None or self.share is None:
            return None
        return expected(run, self.target.total, self.share)

    def holds_now(self, before: Standing, run: Evaluation) -> bool:
        """Is the goal reached with nothing done?"""
        if self.is_plain and False in before.truths.values():
            return False
        return self.reached(before, run)

    def reached(self, before: Standing, run: Evaluation) -> bool:
        """Judged by the definition. What was open need not be closed, only not lost."""
        if self.is_plain:
            for id_ in self.conditions:
                truth = run.holds(id_)
                if truth is False or (truth is None and before.truths[id_] is not None):
                    return False
        elif run.holds(self.statement.id) is not True:
            return False
        if run.holds(self.instrument.verdict.id) is False:
            return False
        points = self.points(run)
        return points is None or self.target is None or points >= self.target.least

    def hopeless(self, run: Evaluation, actions: tuple[n.Action, ...]) -> tuple[str, ...]:
        """Conditions that fail and that no action whatever can move (days may)."""
        if not self.is_plain:
            return ()
        fixed = _fixed(self.instrument, self.conditions, codes_of(actions))
        return tuple(id_ for id_, body in fixed if run.truth(body) is False)

    # ---- as a formula

    def formulas(self, run: Evaluation, model: Model, before: Standing) -> Iterator[_Part]:
        """Each thing to be reached; ``None`` for what cannot be written down."""
        if self.is_plain:
            for id_ in self.conditions:
                surely = before.truths[id_] is not None
                yield id_, model.written(n.Ref(id_), surely=surely)
        else:
            yield self.statement.id, model.written(n.Ref(self.statement.id), surely=True)
        for id_ in self.others:
            yield id_, model.written(n.Ref(id_), surely=False)

    def points_formula(self, model: Model, before: Standing) -> _Part | None:
        """That the points to be expected suffice; ``None`` if none are asked for."""
        if self.target is None or self.share is None or before.hoped is None:
            return None
        points = Model(model.run, model.found, self.share, before.hoped)
        points.helpers, points.links = model.helpers, model.links
        return self.target.condition, _enough(points, self.target)


_Part = tuple[str, Formula | None]


def _enough(model: Model, goal: Target) -> Formula | None:
    kept = len(model.helpers), len(model.links)
    try:
        low = model.number(n.Ref(goal.total))[0]
    except NotLinearError:
        del model.helpers[kept[0] :], model.links[kept[1] :]
        return None
    return None if low is None else at_least_zero(low.plus(Sum(-goal.least)))


def can_hold(formula: Formula, limits: Sequence[int]) -> bool:
    """Not yet refuted by the limits of the variables alone."""
    match formula:
        case bool():
            return formula
        case Row(coefs, least):
            return sum(c * limits[v] for v, c in coefs if c > 0) >= least
        case Every(parts):
            return all(can_hold(part, limits) for part in parts)
        case _:
            return any(can_hold(part, limits) for part in formula.parts)


def together(parts: Sequence[_Part], links: Sequence[Formula]) -> tuple[Formula, bool]:
    """One formula of all that could be written, and whether that is all there is."""
    written = [formula for _, formula in parts if formula is not None]
    return every([*written, *links]), len(written) == len(parts)


# --------------------------------------------------------------------------- the law


@cache
def target(instrument: n.Instrument) -> Target | None:
    """The points that a condition beyond the countable ones asks of the total: whole points, so
    「高于70分」 is 71."""
    total = instrument.verdict.total
    if total is None:
        return None
    counted = _below(instrument, (instrument.preliminary or instrument.verdict).uses)
    for statement in instrument.statements.values():
        body = statement.body
        if isinstance(body, n.Compare) and body.left == n.Ref(total) and body.op in ("≥", ">"):
            is_counted = instrument.preliminary is not None and statement.id in counted
            if isinstance(body.right, n.Num) and not is_counted:
                limit = Fraction(body.right.value)
                return Target(
                    total, statement.id, Fraction(floor(limit) + 1) if body.op == ">" else limit
                )
    return None


def _below(instrument: n.Instrument, ids: Sequence[str]) -> set[str]:
    found: set[str] = set()
    waiting = list(ids)
    while waiting:
        id_ = waiting.pop()
        if id_ not in found:
            found.add(id_)
            waiting += instrument.statements[id_].uses
    return found


def _joins(statement: n.Statement) -> bool:
    """Is it nothing but conditions joined by 且?"""
    body = statement.body
    return isinstance(body, n.Ref) or (
        isinstance(body, n.All) and all(isinstance(arg, n.Ref) for arg in body.args)
    )


@cache
def codes_of(actions: tuple[n.Action, ...]) -> frozenset[str]:
    """The facts that some action changes."""
    return frozenset(effect.fact.code for one in actions for effect in one.effects)


@cache
def _fixed(
    instrument: n.Instrument, conditions: tuple[str, ...], codes: frozenset[str]
) -> tuple[tuple[str, n.Expr], ...]:
    """The conditions that neither these facts nor the passing of days can move."""
    statements = instrument.statements
    changing = {id_ for code in codes for id_ in affected_by(instrument, code)}
    changing |= {id_ for id_ in conditions if _counts_days(instrument, id_)}
    found = [(id_, statements[id_].body) for id_ in conditions if id_ not in changing]
    return tuple((id_, body) for id_, body in found if body is not None)


def _counts_days(instrument: n.Instrument, id_: str) -> bool:
    below = _below(instrument, [id_])
    return any(n.Age() in instrument.statements[other].leaves for other in below)


def helping(
    instrument: n.Instrument, id_: str, found: Sequence[Choice] | Sequence[Barred]
) -> list[Choice | Barred]:
    """Those that change a fact which the condition hangs on."""
    return [
        one
        for one in found
        if any(id_ in affected_by(instrument, e.fact.code) for e in one.action.effects)
    ]
