"""A query in layers: each named column is computed once, after the columns it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from denggao.facts.catalogue import catalogue
from denggao.rules.engines.lowering.ends import End, Flag
from denggao.rules.engines.lowering.expr import Expr, Type, col
from denggao.rules.engines.lowering.values import Lin
from denggao.rules.nodes import Statement

Made = TypeVar("Made")


class Kept(NamedTuple):
    """A column computed once; ``about``: the statement that asked for it first, ``None`` for
    what belongs to the facts."""

    name: str
    expr: Expr
    about: Statement | None


class Plan:
    """Columns to add to a frame: ``made``, each after those that it reads. ``brief``: what is
    short is written where it is read, and what two names would stand for has one; else every
    column has the name it was given, for people to read."""

    def __init__(self, columns: Iterable[str], *, brief: bool = False) -> None:
        self.brief = brief
        self.columns = frozenset(columns)
        self.made: list[Kept] = []
        self._given: dict[str, Expr] = {}
        self._kept: dict[str, Expr] = {}
        self._columns: dict[Expr, Expr] = {}
        self._shared: dict[Expr, str] = {}
        self._about: Statement | None = None

    def about(self, statement: Statement | None, make: Callable[[], Made]) -> Made:
        """Whatever is kept meanwhile is kept for this statement."""
        before, self._about = self._about, statement
        try:
            return make()
        finally:
            self._about = before

    def column(self, name: str) -> Expr:
        """A column that the frame has."""
        found = self._given.get(name)
        if found is None:
            found = self._given[name] = col(name, type_of(name))
        return found

    def keep(self, name: str, expr: Expr) -> Expr:
        """Compute ``expr`` once under ``name``; returns the column to read it by."""
        found = self._kept.get(name)
        if found is None and self.brief:
            found = expr if _is_short(expr) else self._columns.get(expr)
        if found is None:
            found = self._new(name, expr)
        self._kept[name] = found
        return found

    def _new(self, name: str, expr: Expr) -> Expr:
        self.made.append(Kept(name, expr, self._about))
        column = self._columns[expr] = col(name, expr.type, nullable=expr.nullable)
        return column

    def layers(self) -> list[list[Kept]]:
        """The columns made, each in the first layer after those that it reads."""
        found: list[list[Kept]] = []
        after = dict.fromkeys(self.columns, 0)
        for kept in self.made:
            layer = max([after[column] for column in kept.expr.roots], default=0)
            after[kept.name] = layer + 1
            found += [[]] if layer == len(found) else []
            found[layer].append(kept)
        return found

    def share(self, expr: Expr) -> Expr:
        """Compute ``expr`` once, however often it is asked for, under a name of its own."""
        if expr.is_column or expr.constant:
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
        if lo is value.lo and hi is value.hi:
            return value
        return value._replace(lo=lo, hi=hi)

    def keep_flag(self, name: str, flag: Flag) -> Flag:
        return self.keep(name, flag) if isinstance(flag, Expr) else flag


def _is_short(expr: Expr) -> bool:
    """A constant, a column, its denial or whether it is null, or what stands for it where it is
    missing. (To divide by a column that is the same in every row, Polars multiplies by its
    reciprocal.)"""
    if expr.constant or expr.is_column:
        return True
    first = expr.inner[0]
    if expr.op == "coalesce":
        return first.is_column and expr.inner[1].op == "lit"
    return expr.op in ("not", "null") and first.is_column


def type_of(column: str) -> Type:
    """What a column of facts, of certificates or of flags holds."""
    if column.startswith("titles:"):
        return Type.INT if column.endswith((".lo", ".hi")) else Type.FLAG
    fact = catalogue().get(column.split("@")[0].split(".")[0])
    if fact is None:
        return Type.FLAG if column.startswith("flag:") else Type.TEXT
    words = {"是否": Type.FLAG, "日期": Type.DAY}
    return words.get(fact.unit, Type.INT if fact.numeric else Type.TEXT)
