"""A query in layers: each named column is computed once, after the columns it reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from denggao.facts.catalogue import catalogue
from denggao.rules.engines.lowering.ends import End, Flag
from denggao.rules.engines.lowering.expr import Expr, Type, col
from denggao.rules.engines.lowering.values import Lin
from denggao.rules.nodes import Statement


@dataclass(frozen=True, slots=True)
class Kept:
    """A column computed once; ``about``: the statement that asked for it first, ``None`` for
    what belongs to the facts."""

    name: str
    expr: Expr
    about: Statement | None


class Plan:
    """Columns to add to a frame, sorted into layers by what they read."""

    def __init__(self, columns: Iterable[str]) -> None:
        self.columns = frozenset(columns)
        self.layers: list[list[Kept]] = []
        self._layer: dict[str, int] = dict.fromkeys(self.columns, 0)
        self._kept: dict[str, Expr] = {}
        self._shared: dict[Expr, str] = {}
        self._about: Statement | None = None

    @contextmanager
    def about(self, statement: Statement | None) -> Iterator[None]:
        """Whatever is kept meanwhile is kept for this statement."""
        before, self._about = self._about, statement
        try:
            yield
        finally:
            self._about = before

    def column(self, name: str) -> Expr:
        """A column that the frame has."""
        return col(name, type_of(name))

    def keep(self, name: str, expr: Expr) -> Expr:
        """Compute ``expr`` once under ``name``; returns the column to read it by."""
        if name not in self._kept:
            layer = 1 + max((self._layer[column] for column in expr.roots), default=0)
            self._layer[name] = layer
            while len(self.layers) < layer:
                self.layers.append([])
            self.layers[layer - 1].append(Kept(name, expr, self._about))
            self._kept[name] = col(name, expr.type)
        return self._kept[name]

    def share(self, expr: Expr) -> Expr:
        """Compute ``expr`` once, however often it is asked for, under a name of its own."""
        if expr.is_column or not expr.roots:
            return expr
        name = self._shared.setdefault(expr, f"§{len(self._shared)}")
        return self.keep(name, expr)

    def keep_end(self, name: str, end: End) -> End:
        """As ``keep``; a constant stays a constant, a column itself."""
        if not isinstance(end, Expr) or end.is_column:
            return end
        return self.keep(name, end)

    def kept(self, name: str, value: Lin) -> Lin:
        """Both ends of a value, one column where they are the same."""
        lo = self.keep_end(f"{name}§lo", value.lo)
        hi = lo if value.hi is value.lo else self.keep_end(f"{name}§hi", value.hi)
        return replace(value, lo=lo, hi=hi)

    def keep_flag(self, name: str, flag: Flag) -> Flag:
        return self.keep(name, flag) if isinstance(flag, Expr) else flag


def type_of(column: str) -> Type:
    """What a column of facts, of certificates or of flags holds."""
    if column.startswith("titles:"):
        return Type.INT if column.endswith((".lo", ".hi")) else Type.FLAG
    fact = catalogue().get(column.split("@")[0].split(".")[0])
    if fact is None:
        return Type.FLAG if column.startswith("flag:") else Type.TEXT
    words = {"是否": Type.FLAG, "日期": Type.DAY}
    return words.get(fact.unit, Type.INT if fact.numeric else Type.TEXT)
