"""Columns sorted into queries, each of which reads only the one before.

What is read once is written where it is read; what is read more often becomes a column, so that
a database computes it once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from denggao.rules.engines.lowering.expr import Expr, col
from denggao.rules.engines.lowering.plan import Kept, Plan
from denggao.rules.nodes import Statement


@dataclass(slots=True)
class Level:
    """One query: columns carried through, and new ones."""

    carried: list[str] = field(default_factory=list)
    columns: list[Kept] = field(default_factory=list)


@dataclass(slots=True)
class Layered:
    """Queries one upon the other; ``outputs`` read the last one. ``inputs``: the columns that
    the first one needs. ``fences``: numbers of the queries that end with a fence, the facts are
    number 0."""

    inputs: list[str]
    levels: list[Level]
    outputs: dict[str, Expr]
    fences: frozenset[int] = frozenset()


def layered(kept: Iterable[Kept], outputs: Mapping[str, Expr]) -> Layered:
    """Those of the columns that ``outputs`` read, directly or not."""
    work = _Inliner({k.name: k for k in kept})
    return _sorted(work.written(outputs), work)


def merged(
    parts: Iterable[tuple[Plan, Mapping[str, Expr]]],
) -> tuple[list[Kept], list[dict[str, Expr]]]:
    """Columns of several plans over one table, and the outputs of each: what is the same stands
    once, what has only the name in common gets another."""
    kept: dict[str, Kept] = {}
    outputs = []
    for number, (plan, wanted) in enumerate(parts, 1):
        other: dict[str, str] = {}
        for column in (k for layer in plan.layers() for k in layer):
            ours = Kept(column.name, _renamed(column.expr, other), column.about)
            theirs = kept.setdefault(column.name, ours)
            if theirs.expr != ours.expr:
                other[column.name] = f"{column.name}§{number}"
                kept[other[column.name]] = Kept(other[column.name], ours.expr, ours.about)
        outputs.append({name: _renamed(expr, other) for name, expr in wanted.items()})
    return list(kept.values()), outputs


def _renamed(expr: Expr, other: Mapping[str, str]) -> Expr:
    if not other or expr.roots.isdisjoint(other):
        return expr
    if expr.is_column:
        return col(other[expr.args[0]], expr.type, nullable=expr.nullable)
    return expr.each(lambda arg: _renamed(arg, other))


class _Inliner:
    """Writes columns out where they are read but once."""

    def __init__(self, kept: dict[str, Kept]) -> None:
        self.kept = kept
        self.needed: dict[str, Kept] = {}  # in the order of computing
        self._reads: Counter[str] = Counter()
        self._said: dict[Expr, Expr] = {}

    def written(self, outputs: Mapping[str, Expr]) -> dict[str, Expr]:
        self._count(outputs.values())
        return {name: self._write(expr) for name, expr in outputs.items()}

    def _count(self, roots: Iterable[Expr]) -> None:
        """How often each column is read by what is itself read."""
        seen: set[str] = set()
        waiting = [*roots]
        while waiting:
            expr = waiting.pop()
            if expr.is_column:
                name = expr.args[0]
                self._reads[name] += 1
                if name in self.kept and (name not in seen or self.kept[name].expr.is_column):
                    seen.add(name)
                    waiting.append(self.kept[name].expr)
            elif not expr.constant:
                waiting += expr.inner

    def _write(self, expr: Expr) -> Expr:
        if expr.constant:
            return expr
        found = self._said.get(expr)
        if found is None:
            found = self._said[expr] = (
                self._column(expr) if expr.is_column else expr.each(self._write, self._said)
            )
        return found

    def _column(self, expr: Expr) -> Expr:
        name = expr.args[0]
        if name not in self.kept:
            return expr
        inner = self._write(self.kept[name].expr)
        if inner.constant or inner.is_column or self._reads[name] == 1:
            return inner
        self.needed.setdefault(name, Kept(name, inner, self.kept[name].about))
        return expr


def _sorted(outputs: dict[str, Expr], work: _Inliner) -> Layered:
    depth: dict[str, int] = {}
    for name, column in work.needed.items():
        depth[name] = 1 + max((depth.get(root, 0) for root in column.expr.roots), default=0)
    groups: list[list[Kept]] = [[] for _ in range(max(depth.values(), default=0))]
    for name, column in work.needed.items():
        groups[depth[name] - 1].append(column)
    return carrying(groups, outputs)


def carrying(groups: Iterable[list[Kept]], outputs: dict[str, Expr]) -> Layered:
    """A query for each group of columns, which carries through what is read later."""
    levels = [Level([], columns) for columns in groups]
    alive = set().union(*(expr.roots for expr in outputs.values()))
    for level in reversed(levels):
        made = {column.name for column in level.columns}
        level.carried = sorted(alive - made)
        alive = set(level.carried).union(*(c.expr.roots for c in level.columns))
    return Layered(sorted(alive), levels, outputs)


def by_statement(columns: Iterable[Kept]) -> list[tuple[Statement | None, list[Kept]]]:
    """The columns of each rule together, those of the facts first, then as the text has them."""
    found: dict[int, tuple[Statement | None, list[Kept]]] = {}
    for column in columns:
        found.setdefault(id(column.about), (column.about, []))[1].append(column)
    return sorted(found.values(), key=lambda pair: -1 if pair[0] is None else pair[0].line)
