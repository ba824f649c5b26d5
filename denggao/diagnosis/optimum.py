"""The cheapest times for each choice under a formula: a small integer programme for HiGHS.

Whole variables, whole coefficients, one objective after the other. The solver computes with
doubles, so bounds are as tight as the rows allow, and its answer is rounded to whole times;
whether it is right, the caller asks the reference engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from denggao.diagnosis.choices import Choice, Times
from denggao.diagnosis.inequalities import Every, Formula, Row, Some

if TYPE_CHECKING:
    import highspy

#: Variable → weight.
Objective = Mapping[int, int]
_TOLERANCE = 1e-9


@dataclass
class Program:
    """Rows over whole variables from 0 to ``highs[v]``."""

    highs: list[int]
    rows: list[Row] = field(default_factory=list)
    is_possible: bool = True

    def variable(self, high: int) -> int:
        self.highs.append(high)
        return len(self.highs) - 1

    def demand(self, formula: Formula) -> None:
        """The formula must hold."""
        match formula:
            case False:
                self.is_possible = False
            case Row():
                self.rows.append(formula)
            case Every(parts):
                for part in parts:
                    self.demand(part)
            case Some(parts):
                picks = [self.variable(1) for _ in parts]
                self.rows.append(Row(tuple((pick, 1) for pick in picks), 1))
                for pick, part in zip(picks, parts, strict=True):
                    self.demand_if(pick, part)

    def demand_if(self, pick: int, formula: Formula) -> None:
        """The formula must hold where the variable ``pick`` is 1."""
        match formula:
            case False:
                self.rows.append(Row(((pick, -1),), 0))
            case Row(coefs, least):
                slack = least - self.least_of(coefs)
                if slack > 0:
                    self.rows.append(Row((*coefs, (pick, -slack)), least - slack))
            case Every(parts):
                for part in parts:
                    self.demand_if(pick, part)
            case Some(parts):
                inner = [self.variable(1) for _ in parts]
                self.rows.append(Row((*((x, 1) for x in inner), (pick, -1)), 0))
                for x, part in zip(inner, parts, strict=True):
                    self.demand_if(x, part)

    def least_of(self, coefs: Sequence[tuple[int, int]]) -> int:
        return sum(c * self.highs[v] for v, c in coefs if c < 0)

    def minimum(self, objective: Objective) -> list[int] | None:
        """Values of all variables with the least Σ objective · v; ``None`` if there are none."""
        if not self.is_possible:
            return None
        if not self.rows:
            return [0 if objective.get(v, 0) >= 0 else high for v, high in enumerate(self.highs)]
        return _solved(self, objective)


def _solved(program: Program, objective: Objective) -> list[int] | None:
    from highspy import HighsModelStatus

    solver = _solver()
    solver.clearModel()
    solver.passModel(_model(program, objective))
    solver.run()
    status = solver.getModelStatus()
    if status in (HighsModelStatus.kInfeasible, HighsModelStatus.kUnboundedOrInfeasible):
        return None
    if status != HighsModelStatus.kOptimal:
        raise ArithmeticError(solver.modelStatusToString(status))
    return [round(x) for x in solver.getSolution().col_value]


@cache
def _solver() -> highspy.Highs:
    import highspy

    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in (
        ("output_flag", False), ("threads", 1), ("mip_rel_gap", 0.0), ("mip_abs_gap", 1e-6),
        ("mip_feasibility_tolerance", _TOLERANCE), ("primal_feasibility_tolerance", _TOLERANCE),
        ("random_seed", 0),
    ):  # fmt: skip
        solver.setOptionValue(option, value)
    return solver


def _model(program: Program, objective: Objective) -> highspy.HighsLp:
    import highspy
    import numpy as np

    count, infinity = len(program.highs), highspy.kHighsInf
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = count, len(program.rows)
    lp.col_cost_ = np.array([objective.get(v, 0) for v in range(count)], dtype=np.double)
    lp.col_lower_ = np.zeros(count)
    lp.col_upper_ = np.array(program.highs, dtype=np.double)
    lp.row_lower_ = np.array([row.least for row in program.rows], dtype=np.double)
    lp.row_upper_ = np.full(len(program.rows), infinity)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    starts, index, value = [0], [], []
    for row in program.rows:
        for v, c in row.coefs:
            index.append(v)
            value.append(c)
        starts.append(len(index))
    lp.a_matrix_.start_ = np.array(starts)
    lp.a_matrix_.index_ = np.array(index)
    lp.a_matrix_.value_ = np.array(value, dtype=np.double)
    lp.integrality_ = [highspy.HighsVarType.kInteger] * count
    return lp


# -------------------------------------------------------------------- least of all plans


class Search:
    """Plans in the order of their worth: each call of ``next`` gives the best one that was not
    refused yet."""

    def __init__(
        self,
        found: Sequence[Choice],
        helpers: Sequence[int],
        formula: Formula,
        today: date,
        *,
        tight: bool = True,
    ) -> None:
        """``tight``: the formula is all there is to reach."""
        self.found = found
        limits = [choice.limit for choice in found]
        self.program = Program([*limits, *helpers])
        self.program.demand(formula)
        if tight:
            _tighten(self.program, len(found))
        self.taken = [self.program.variable(1) for _ in found]
        for i, pick in enumerate(self.taken):
            self.program.rows.append(Row(((pick, self.program.highs[i]), (i, -1)), 0))
        days = [max(0, (choice.ready - today).days) for choice in found]
        self.last = self.program.variable(max(days, default=0))
        for pick, length in zip(self.taken, days, strict=True):
            if length:
                self.program.rows.append(Row(((self.last, 1), (pick, -length)), 0))

    def next(self) -> Times | None:
        """The best times, one for each choice; ``None`` when there are no more."""
        program = self.program
        kept = len(program.rows)
        best: list[int] | None = None
        for objective in self.objectives():
            if best is None or _matters(objective, best):  # nothing is less than nothing
                best = program.minimum(objective)
            if best is None:
                break
            most = sum(c * best[v] for v, c in objective.items())
            program.rows.append(Row(tuple((v, -c) for v, c in objective.items()), -most))
        del program.rows[kept:]
        return None if best is None else tuple(best[: len(self.found)])

    def objectives(self) -> list[Objective]:
        """Fewest actions of unknown cost; least cost; fewest actions, then the earliest finish;
        no more times than needed."""
        unknown = {self.taken[i]: 1 for i, c in enumerate(self.found) if c.action.cost is None}
        cost: dict[int, int] = {}
        for i, choice in enumerate(self.found):
            if choice.action.cost is not None:
                cost[i] = fen(choice.action.cost.hi)
            cost[self.taken[i]] = fen(choice.action.fixed.hi)
        span = self.program.highs[self.last] + 1
        tidy = dict.fromkeys(self.taken, span) | {self.last: 1}
        times = dict.fromkeys(range(len(self.found)), 1)
        kept = ({v: c for v, c in o.items() if c} for o in (unknown, cost, tidy, times))
        return [objective for objective in kept if objective]

    def refuse(self, times: Times) -> None:
        """Never these times again."""
        parts: list[Formula] = []
        for i, count in enumerate(times):
            if count < self.program.highs[i]:
                parts.append(Row(((i, 1),), count + 1))
            if count > 0:
                parts.append(Row(((i, -1),), 1 - count))
        self.program.demand(Some(tuple(parts)) if parts else False)


def _matters(objective: Objective, best: Sequence[int]) -> bool:
    """Is there anything left of it that could be less?"""
    return any(c * best[v] for v, c in objective.items())


def fen(amount: object) -> int:
    """元 in whole 分, rounded up."""
    from fractions import Fraction
    from math import ceil

    assert amount is not None
    return ceil(Fraction(str(amount)) * 100)


def _tighten(program: Program, count: int) -> None:
    """More times than every row needs by itself help nobody: lower bounds of the variables keep
    the programme's numbers small."""
    needed = [0] * count
    for row in program.rows:
        lowest = program.least_of(row.coefs)
        for v, c in row.coefs:
            if v < count and c > 0:
                needed[v] = max(needed[v], -(-(row.least - lowest) // c))
    for v, most in enumerate(needed):
        program.highs[v] = min(program.highs[v], max(0, most))
