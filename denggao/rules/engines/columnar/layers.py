"""What Polars is asked to compute: no column that nobody reads, and nothing twice.

The plan of a law names what its rules name. Here it is cut down to what the wanted columns read,
shortened where nothing can be null, and every term that several columns contain becomes a column
of its own, in the first layer that has what it reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from denggao.rules.engines.columnar.assume import Assuming
from denggao.rules.engines.columnar.cheaper import Cheaper
from denggao.rules.engines.lowering.expr import Expr, col
from denggao.rules.engines.lowering.plan import Plan
from denggao.rules.engines.lowering.simplify import Simplifier

#: What costs less than a look at another column.
_CHEAP = frozenset({"col", "lit", "not", "null"})


def layers(plan: Plan, wanted: Mapping[str, Expr]) -> tuple[list[dict[str, Expr]], dict[str, Expr]]:
    """Columns to add, layer by layer, and what the wanted columns are in terms of them."""
    simplify, cheaper = Simplifier(in_place=_is_short), Cheaper()
    made = {k.name: k.expr for layer in plan.layers for k in layer}
    made = {name: simplify.column(name, made[name]) for name in _read(made, wanted.values())}
    assume = Assuming(simplify)
    made = {name: cheaper(assume(expr)) for name, expr in made.items()}
    finals = {name: cheaper(assume(simplify(expr))) for name, expr in wanted.items()}
    made = {name: made[name] for name in _read(made, finals.values())}
    shared = _Shared(made, [*made.values(), *finals.values()], plan.columns)
    finals = {name: shared(expr) for name, expr in finals.items()}
    return shared.layers, finals


def _is_short(expr: Expr) -> bool:
    """A constant, a fact of the frame, or what stands for it where it is missing. (To divide by a
    column that is the same in every row, Polars multiplies by its reciprocal.)"""
    return expr.op in ("col", "lit") or (
        expr.op == "coalesce" and expr.args[0].is_column and expr.args[1].op == "lit"
    )


def _read(made: Mapping[str, Expr], wanted: Iterable[Expr]) -> list[str]:
    """The names of the columns that are read, directly or not, in their order."""
    waiting = [name for expr in wanted for name in expr.roots]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in made and name not in found:
            found.add(name)
            waiting += made[name].roots
    return [name for name in made if name in found]


class _Shared:
    """Replaces the terms that several expressions contain by columns."""

    def __init__(
        self, made: Mapping[str, Expr], every: Iterable[Expr], columns: Iterable[str]
    ) -> None:
        self.layers: list[dict[str, Expr]] = []
        self._layer: dict[str, int] = dict.fromkeys(columns, 0)
        self._uses = _uses(every)
        self._done: dict[Expr, Expr] = {}
        for name, expr in made.items():
            self._add(name, self._inside(expr))
            self._done.setdefault(expr, col(name, expr.type))

    def __call__(self, expr: Expr) -> Expr:
        found = self._done.get(expr)
        if found is None:
            found = self._inside(expr)
            if self._uses.get(expr, 0) > 1 and expr.op not in _CHEAP and found.roots:
                name = f"§§{len(self._done)}"
                self._add(name, found)
                found = col(name, expr.type)
            self._done[expr] = found
        return found

    def _inside(self, expr: Expr) -> Expr:
        if expr.op == "gt":
            return ~self(_turned(expr))
        return expr.each(self, self._done)

    def _add(self, name: str, expr: Expr) -> None:
        layer = max([self._layer[root] for root in expr.roots], default=0)
        self._layer[name] = layer + 1
        while len(self.layers) <= layer:
            self.layers.append({})
        self.layers[layer][name] = expr


def _turned(more: Expr) -> Expr:
    """a > b is not b ≥ a: what says that a condition holds tells of its failing too."""
    a, b = more.args
    return Expr("ge", (b, a), more.type)


def _uses(every: Iterable[Expr]) -> dict[Expr, int]:
    """In how many places each term stands; inside a term that stands in several, once."""
    found: dict[Expr, int] = {}
    waiting = list(every)
    while waiting:
        expr = waiting.pop()
        if expr.op == "gt":
            expr = _turned(expr)
        times = found[expr] = found.get(expr, 0) + 1
        if times == 1:
            waiting += expr.inner
    return found
