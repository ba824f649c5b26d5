"""What a branch knows: within ``when(f, a, b)``, ``f`` is true in ``a`` and not in ``b``.

A fact that is missing or contradicted is looked at in one column after the other; inside the
branch of the one the others need not ask again.
"""

from __future__ import annotations

from collections.abc import Mapping

from denggao.rules.engines.lowering.expr import Expr, lit
from denggao.rules.engines.lowering.simplify import Simplifier

_TRUE, _FALSE = lit(True), lit(False)
Known = frozenset[tuple[Expr, Expr]]
_NOTHING: Known = frozenset()


class Inlined:
    """Reads short columns in place, so that branches see what is in them."""

    def __init__(self, short: Mapping[str, Expr]) -> None:
        self._short = short
        self._done: dict[Expr, Expr] = {}

    def __call__(self, expr: Expr) -> Expr:
        if self._short.keys().isdisjoint(expr.roots):
            return expr
        found = self._done.get(expr)
        if found is None:
            found = self(self._short[expr.args[0]]) if expr.is_column else expr.each(self)
            self._done[expr] = found
        return found


class Assuming:
    """Simplifies in the light of the branches around."""

    def __init__(self, simplify: Simplifier) -> None:
        self._simplify = simplify
        self._done: dict[tuple[Expr, Known], Expr] = {}
        self._branches_in: dict[Expr, bool] = {}

    def __call__(self, expr: Expr, known: Known = _NOTHING) -> Expr:
        if expr.op == "lit":
            return expr
        if known:
            known = frozenset([pair for pair in known if pair[0].roots <= expr.roots])
        if not (known or self._branching(expr)):
            return expr
        key = expr, known
        found = self._done.get(key)
        if found is None:
            found = self._done[key] = self._new(expr, known)
        return found

    def _new(self, expr: Expr, known: Known) -> Expr:
        said = dict(known).get(expr)
        if said is not None:
            return said
        if expr.op == "when":
            return self._branches(expr, known)
        found = expr.each(lambda arg: self(arg, known))
        first: Expr = found.args[0]
        if expr.op == "coalesce" and (first.is_null(), _FALSE) in known:
            return first.cast(expr.type)
        return expr if found is expr else self._simplify(found)

    def _branching(self, expr: Expr) -> bool:
        """Is there a branch inside?"""
        found = self._branches_in.get(expr)
        if found is None:
            found = expr.op == "when" or any(map(self._branching, expr.inner))
            self._branches_in[expr] = found
        return found

    def _branches(self, expr: Expr, known: Known) -> Expr:
        flag = self(expr.args[0], known)
        if flag.op == "lit":
            chosen = expr.args[1] if flag == _TRUE else expr.args[2]
            return self(chosen, known).cast(expr.type)
        then = self(expr.args[1], known | self._implied(flag, holds=True))
        otherwise = self(expr.args[2], known | self._implied(flag, holds=False))
        return self._simplify(Expr("when", (flag, then, otherwise), expr.type))

    def _implied(self, flag: Expr, *, holds: bool) -> Known:
        """What follows from the flag being true, or from its not being true."""
        if not holds and self._simplify.nullable(flag):
            return _NOTHING
        found = {(flag, _TRUE if holds else _FALSE)}
        if flag.op == "not":
            found |= self._implied(flag.args[0], holds=not holds)
        if flag.op == ("and" if holds else "or"):
            found |= self._implied(flag.args[0], holds=holds)
            found |= self._implied(flag.args[1], holds=holds)
        if flag.op == "null" and holds:
            found.add((flag.args[0], lit(None, flag.args[0].type)))
        return frozenset(found)
