"""Shorter expressions of the same meaning: what can never be null needs no care for nulls."""

from __future__ import annotations

from collections.abc import Callable

from denggao.rules.engines.lowering.expr import Expr, Type, col, lit, when

_TRUE, _FALSE = lit(True), lit(False)


class Simplifier:
    """Simplifies expressions in the order in which columns are made; remembers which of these
    are never null. A column that is so short as ``in_place`` says is written where it is read."""

    def __init__(self, in_place: Callable[[Expr], bool] = lambda expr: False) -> None:
        self._never: set[str] = set()
        self._done: dict[Expr, Expr] = {}
        self._in_place = in_place
        self._nullable: dict[Expr, bool] = {}

    def column(self, name: str, expr: Expr) -> Expr:
        """The expression of a new column, simplified."""
        found = self(expr)
        if not self.nullable(found):
            self._never.add(name)
        if self._in_place(found):
            self._done[col(name, expr.type)] = found
        return found

    def __call__(self, expr: Expr) -> Expr:
        found = self._done.get(expr)
        if found is None:
            found = self._done[expr] = self.node(expr.each(self, self._done))
        return found

    def node(self, expr: Expr) -> Expr:
        """The expression, whose parts are simple already."""
        rule = _RULES.get(expr.op)
        return expr if rule is None else rule(self, expr)

    def nullable(self, expr: Expr) -> bool:
        """May it be null in some row?"""
        found = self._nullable.get(expr)
        if found is None:
            found = self._nullable[expr] = self._may_be_null(expr)
        return found

    def _may_be_null(self, expr: Expr) -> bool:
        match expr.op:
            case "lit":
                return expr.args[0] is None
            case "col":
                return expr.args[0] not in self._never
            case "null" | "truth" | "words":
                return False
            case "coalesce" | "least" | "greatest":
                return all(map(self.nullable, expr.args))
            case "when":
                return any(map(self.nullable, expr.args[1:]))
            case "canonical":
                return True
        return any(map(self.nullable, expr.inner))

    def _coalesce(self, expr: Expr) -> Expr:
        first: Expr = expr.args[0]
        second: Expr = expr.args[1]
        if not self.nullable(first):
            return first.cast(expr.type)
        if first.is_nothing:
            return second.cast(expr.type)
        return expr

    def _null(self, expr: Expr) -> Expr:
        return expr if self.nullable(expr.args[0]) else _FALSE

    def _not(self, expr: Expr) -> Expr:
        inner: Expr = expr.args[0]
        return {_TRUE: _FALSE, _FALSE: _TRUE}.get(inner, ~inner)

    def _and(self, expr: Expr) -> Expr:
        return self._joined(expr, neutral=_TRUE, deciding=_FALSE)

    def _or(self, expr: Expr) -> Expr:
        return self._joined(expr, neutral=_FALSE, deciding=_TRUE)

    def _joined(self, expr: Expr, *, neutral: Expr, deciding: Expr) -> Expr:
        a: Expr = expr.args[0]
        b: Expr = expr.args[1]
        if deciding in (a, b):
            return deciding
        if a in (neutral, b):
            return b
        return a if b == neutral else expr

    def _arithmetic(self, expr: Expr) -> Expr:
        """Of literals: a database might compute it in 32 bits."""
        a, b = (arg.args[0] if arg.op == "lit" else _OPEN for arg in expr.args)
        if a is None or b is None:
            return lit(None, expr.type)
        if isinstance(a, int) and isinstance(b, int):
            return lit(_EXACTLY[expr.op](a, b), expr.type)
        if expr.type is Type.REAL:
            return expr
        if expr.op == "mul" and 0 in (a, b) and not any(map(self.nullable, expr.args)):
            return lit(0, expr.type)
        return _factored(expr) if expr.op == "mul" else _signed(expr)

    def _extreme(self, expr: Expr) -> Expr:
        args = [x for x in dict.fromkeys(expr.args) if x.args[0] is not None]  # no null literal
        if not args:
            return lit(None, expr.type)
        numbers = [arg.args[0] for arg in args if arg.op == "lit"]
        if len(numbers) == len(args):
            return lit((min if expr.op == "least" else max)(numbers), expr.type)
        return args[0].cast(expr.type) if len(args) == 1 else Expr(expr.op, tuple(args), expr.type)

    def _when(self, expr: Expr) -> Expr:
        flag: Expr = expr.args[0]
        then: Expr = expr.args[1]
        otherwise: Expr = expr.args[2]
        if flag is _TRUE or then is otherwise:
            return then.cast(expr.type)
        if flag is _FALSE or flag.is_nothing:
            return otherwise.cast(expr.type)
        if flag.op == "not" and not self.nullable(flag):
            return when(flag.args[0], otherwise, then)
        return expr


def _factored(expr: Expr) -> Expr:
    """One literal factor at most, on the right."""
    first: Expr = expr.args[0]
    second: Expr = expr.args[1]
    if first.op == "lit":
        first, second = second, first
    if second.op != "lit":
        return expr
    factor = second.args[0]
    if first.op == "mul" and first.args[1].op == "lit":
        return _factored(
            Expr("mul", (first.args[0], lit(first.args[1].args[0] * factor)), expr.type)
        )
    return first.cast(expr.type) if factor == 1 else Expr("mul", (first, second), expr.type)


def _signed(expr: Expr) -> Expr:
    """a + b × −5 is a − b × 5."""
    first, second = expr.args
    factor = second.args[1].args[0] if second.op == "mul" and second.args[1].op == "lit" else 1
    if factor >= 0:
        return expr
    turned = _factored(Expr("mul", (second.args[0], lit(-factor)), second.type))
    return Expr("sub" if expr.op == "add" else "add", (first, turned), expr.type)


_OPEN = object()
_EXACTLY: dict[str, Callable[[int, int], int]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
}
_RULES: dict[str, Callable[[Simplifier, Expr], Expr]] = {
    "add": Simplifier._arithmetic,
    "sub": Simplifier._arithmetic,
    "mul": Simplifier._arithmetic,
    "coalesce": Simplifier._coalesce,
    "null": Simplifier._null,
    "not": Simplifier._not,
    "and": Simplifier._and,
    "or": Simplifier._or,
    "when": Simplifier._when,
    "least": Simplifier._extreme,
    "greatest": Simplifier._extreme,
}
