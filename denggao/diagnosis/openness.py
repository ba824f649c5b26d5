"""What keeps a verdict open: the facts it may still turn on, and whether experts alone decide."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from denggao.facts.catalogue import catalogue
from denggao.facts.enterprise import key_of
from denggao.rules import nodes as n
from denggao.rules.engines.reference import Evaluation
from denggao.rules.outcome import Result

EXPERT_DECIDES = "EXPERT_DECIDES"


@dataclass(slots=True)
class Open:
    """``keys``: facts not exactly known that matter; ``stuck``: some comparison is open though
    all its facts are known (a denominator of 0); ``statements``: the open rules on the way;
    ``spans``: some of them may end in a band of points, whatever becomes known."""

    keys: dict[str, None] = field(default_factory=dict)
    statements: dict[str, None] = field(default_factory=dict)
    stuck: bool = False
    spans: bool = False


def what_is_open(run: Evaluation, goal: str) -> Open:
    """Everything that keeps the statement ``goal`` undecided; empty when it is decided."""
    walk = _Walk(run)
    walk.statement(goal)
    return walk.found


def experts_decide(run: Evaluation) -> bool:
    """Undecided, and nothing countable is open any more: only judged bands keep it so. A law
    that asks no expert (but has 待核实 in it) waits for none."""
    verdict = run.instrument.verdict.id
    if run.holds(verdict) is not None or not _asks_experts(run.instrument):
        return False
    found = what_is_open(run, verdict)
    judged = (catalogue()[key.partition("@")[0]].judged for key in found.keys)
    return not found.stuck and all(judged)


@cache
def _asks_experts(instrument: n.Instrument) -> bool:
    leaves = [e for s in instrument.statements.values() for e in s.leaves]
    return any(isinstance(e, n.FactRef) and catalogue()[e.code].judged for e in leaves)


def is_open(result: Result) -> bool:
    """Not decided, or not one exact number."""
    if result.statement.is_truth:
        return result.truth is None
    return result.value is not None and not result.value.is_point


def is_known(run: Evaluation, key: str) -> bool:
    """Is the value in force exactly known (stated, derived, or not there at all)?"""
    code, _, year = key.partition("@")
    if catalogue()[code].numeric:
        return run.facts.number(code, int(year) if year else None).is_point
    return run.facts.get(code, int(year) if year else None) is not None


class _Walk:
    def __init__(self, run: Evaluation) -> None:
        self.run = run
        self.found = Open()

    def statement(self, id_: str) -> None:
        result = self.run.result(id_)
        if id_ in self.found.statements or not is_open(result):
            return
        self.found.statements[id_] = None
        statement = result.statement
        if statement.is_truth:
            self.truth(_body(statement))
        elif statement.body is not None:
            self.number(statement.body)
        else:
            self.cases(statement)

    def cases(self, statement: n.Statement) -> None:
        possible, _ = self.run.possible(statement)
        last = statement.cases.index(possible[-1])
        for case in statement.cases[: last + 1]:
            if case.when is not None:
                self.absences(case.when)
                self.truth(case.when)
        for case in possible:
            self.found.spans |= case.lo != case.hi
            self.number(case.lo)
            self.number(case.hi)

    def absences(self, when: n.Expr) -> None:
        """缺报 decides a line by what is not there: just that is what matters."""
        for expr in n.walk(when):
            if isinstance(expr, n.Missing) and self.run.truth(expr):
                self.leaf(expr.fact)

    def truth(self, expr: n.Expr) -> None:
        if self.run.truth(expr) is not None:
            return
        match expr:
            case n.All(args) | n.AnyOf(args):
                for arg in args:
                    self.truth(arg)
            case n.Not(arg):
                self.truth(arg)
            case n.Compare():
                self.compare(expr)
            case n.Ref(id_):
                self.statement(id_)
            case _:
                self.leaf(expr)

    def compare(self, expr: n.Compare) -> None:
        before = len(self.found.keys), len(self.found.statements)
        self.number(expr.left)
        self.number(expr.right)
        blamed = any(not is_known(self.run, key) for e in n.walk(expr) for key in self.keys(e))
        opened = any(id_ in self.found.statements for id_ in expr.refs)
        if before == (len(self.found.keys), len(self.found.statements)):
            self.found.stuck |= not (blamed or opened)

    def number(self, expr: n.Expr) -> None:
        if isinstance(expr, n.Ref):
            self.statement(expr.id)
            return
        self.leaf(expr)
        for inner in n.children(expr):
            self.number(inner)

    def leaf(self, expr: n.Expr) -> None:
        for key in self.keys(expr):
            if not is_known(self.run, key):
                self.found.keys[key] = None

    def keys(self, expr: n.Expr) -> list[str]:
        if isinstance(expr, n.FactRef) and expr.year is n.Year.EACH:
            return []
        return self.run.keys(expr)


def _body(statement: n.Statement) -> n.Expr:
    assert statement.body is not None
    return statement.body


def askable(run: Evaluation, found: Open) -> list[str]:
    """The open facts, and the components of a derived one once some of them are stated."""
    keys: dict[str, None] = {}
    for key in found.keys:
        keys[key] = None
        code, _, year = key.partition("@")
        parts = sorted(run.instrument.components.get(code, ()))
        stated = [key_of(p, int(year) if year else None) for p in parts]
        if any(part in run.facts.values for part in stated):
            for part in stated:
                if part not in run.facts.values and not is_known(run, part):
                    keys[part] = None
    return list(keys)
