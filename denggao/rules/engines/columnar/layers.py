"""What Polars is asked to compute: no column that nobody reads, and nothing twice.

The plan of a law names what its rules name. Here it is cut down to what the wanted columns read,
and every term that several columns contain becomes a column of its own, in the first layer that
has what it reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from denggao.rules.engines.lowering.expr import Expr, turned
from denggao.rules.engines.lowering.plan import Plan

#: What costs less than a look at another column.
_CHEAP = frozenset({"col", "lit", "not", "null"})
#: What is said by other terms than those inside.
_OTHERWISE = frozenset({"gt", "least", "greatest"})


def layers(plan: Plan, wanted: Mapping[str, Expr]) -> list[dict[str, Expr]]:
    """Columns to add, layer by layer. A term that is a column of an earlier layer is to be read
    from there (``emit.added``)."""
    made = {kept.name: kept.expr for kept in plan.made}
    made = {name: made[name] for name in _read(made, wanted.values())}
    return _Layers(made, wanted.values(), plan.columns).layers


def _read(made: Mapping[str, Expr], wanted: Iterable[Expr]) -> list[str]:
    """The names of the columns that are read, directly or not, in their order."""
    waiting = [expr.roots for expr in wanted]
    found: set[str] = set()
    while waiting:
        for name in waiting.pop():
            if name not in found and name in made:
                found.add(name)
                waiting.append(made[name].roots)
    return [name for name in made if name in found]


class _Layers:
    """The columns, and the terms that several of them contain, each in the first layer that
    can have it."""

    def __init__(
        self, made: Mapping[str, Expr], finals: Iterable[Expr], columns: Iterable[str]
    ) -> None:
        self.layers: list[dict[str, Expr]] = []
        self._names = {made[name]: name for name in reversed(list(made))}
        self._uses = _uses([*made.values(), *finals])
        self._known: dict[str, int] = dict.fromkeys(columns, 0)
        self._ready: dict[Expr, int] = {}
        for name, expr in made.items():
            ready = self._when(expr)
            is_first = self._names[expr] == name
            self._known[name] = ready if is_first else self._add(name, expr, ready)
        for expr in finals:
            self._when(expr)

    def _when(self, expr: Expr) -> int:
        """How many layers there must be before the expression can be read."""
        ready = self._ready
        found = ready.get(expr)
        if found is not None:
            return found
        found = self._known[expr.args[0]] if expr.op == "col" else 0
        for inner in expr.inner if expr.op not in _OTHERWISE else _read_by(expr):
            at = ready.get(inner)
            if at is None:
                at = self._when(inner)
            if at > found:
                found = at
        name = self._name(expr)
        if name is not None:
            found = self._add(name, expr, found)
        ready[expr] = found
        return found

    def _name(self, expr: Expr) -> str | None:
        """The name of a column, or of a term that deserves to be one."""
        name = self._names.get(expr)
        if name is None and self._uses.get(expr, 0) > 1 and expr.op not in _CHEAP and expr.roots:
            name = self._names[expr] = f"§§{len(self._names)}"
        return name

    def _add(self, name: str, expr: Expr, before: int) -> int:
        if before == len(self.layers):
            self.layers.append({})
        self.layers[before][name] = expr
        return before + 1


def _uses(every: Iterable[Expr]) -> dict[Expr, int]:
    """In how many places each term stands; inside a term that stands in several, once."""
    found: dict[Expr, int] = {}
    waiting = list(every)
    while waiting:
        expr = waiting.pop()
        times = found[expr] = found.get(expr, 0) + 1
        if times == 1:
            waiting += expr.inner if expr.op not in _OTHERWISE else _read_by(expr)
    return found


def _read_by(expr: Expr) -> Iterable[Expr]:
    """What is looked at to say such an expression: a > b is not b ≥ a; the lesser or greater of
    two numbers looks at each twice."""
    if expr.op == "gt":
        return (turned(expr),)
    return expr.inner * 2
