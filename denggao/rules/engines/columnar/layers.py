"""What Polars is asked to compute: no column that nobody reads, and nothing twice.

The plan of a law names what its rules name. Here only what the wanted columns read is looked at,
and every term that is read more than once becomes a column, in the first layer that has what it
reads itself; what is read once is written where it is read, whether it has a name or not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from denggao.rules.engines.lowering.expr import Expr, turned

#: What costs less than a look at another column: never one itself.
_CHEAP = frozenset({"col", "lit", "not", "null", "gt"})
#: What is said by other terms than those inside.
_OTHERWISE = frozenset({"col", "gt", "least", "greatest"})


def layers(made: Mapping[str, Expr], wanted: Collection[Expr]) -> list[dict[str, Expr]]:
    """Columns to add, layer by layer, for what is ``wanted``; ``made``: the columns that have a
    name, each after those that it reads. (``emit.added`` says them.)"""
    return _Layers(made, wanted).layers


class _Layers:
    def __init__(self, made: Mapping[str, Expr], wanted: Collection[Expr]) -> None:
        self.layers: list[dict[str, Expr]] = []
        self._made = made
        self._names = {made[name]: name for name in reversed(list(made))}
        self._uses = self._counted(wanted)
        self._ready: dict[Expr, int] = {}
        for expr in (*made.values(), *wanted):
            if expr in self._uses:
                self._when(expr)

    def _counted(self, wanted: Collection[Expr]) -> dict[Expr, int]:
        """How often each term is read; inside a term that is a column itself, once."""
        found: dict[Expr, int] = {}
        waiting = list(wanted)
        while waiting:
            expr = waiting.pop()
            times = found[expr] = found.get(expr, 0) + 1
            if times == 1 or expr.op in _CHEAP:
                waiting += expr.inner if expr.op not in _OTHERWISE else self._read_by(expr)
        return found

    def _read_by(self, expr: Expr) -> tuple[Expr, ...]:
        """What is looked at to say such an expression: what the column is; a > b is not b ≥ a;
        the lesser or greater of two numbers looks at each twice."""
        if expr.op == "col":
            made = self._made.get(expr.args[0])
            return () if made is None else (made,)
        return (turned(expr),) if expr.op == "gt" else expr.inner * 2

    def _when(self, expr: Expr) -> int:
        """How many layers there must be before the expression can be read."""
        ready = self._ready
        found = ready.get(expr)
        if found is not None:
            return found
        found = 0
        for inner in expr.inner if expr.op not in _OTHERWISE else self._read_by(expr):
            at = ready.get(inner)
            if at is None:
                at = self._when(inner)
            if at > found:
                found = at
        if self._uses[expr] > 1 and expr.op not in _CHEAP and not expr.constant:
            found = self._add(expr, found)
        ready[expr] = found
        return found

    def _add(self, expr: Expr, before: int) -> int:
        if before == len(self.layers):
            self.layers.append({})
        name = self._names.get(expr) or f"§§{len(self._ready)}"
        self.layers[before][name] = expr
        return before + 1
