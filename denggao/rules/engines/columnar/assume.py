"""What a branch knows: within ``when(f, a, b)``, ``f`` is true in ``a`` and not in ``b``.

A fact that is missing or contradicted is looked at in one column after the other; inside the
branch of the one the others need not ask again.
"""

from __future__ import annotations

from denggao.rules.engines.lowering.expr import Expr, lit
from denggao.rules.engines.lowering.simplify import Simplifier

_TRUE, _FALSE = lit(True), lit(False)
Known = frozenset[tuple[Expr, Expr]]
_NOTHING: Known = frozenset()


class Assuming:
    """Simplifies in the light of the branches around."""

    def __init__(self, simplify: Simplifier) -> None:
        self._simplify = simplify
        self._done: dict[tuple[Expr, Known], Expr] = {}

    def __call__(self, expr: Expr, known: Known = _NOTHING) -> Expr:
        if known:
            roots = expr.roots
            told = [pair for pair in known if pair[0].roots <= roots]
            known = known if len(told) == len(known) else frozenset(told)
        if not (known or expr.branches):
            return expr
        key = expr, known
        found = self._done.get(key)
        if found is None:
            found = self._done[key] = self._new(expr, known)
        return found

    def _new(self, expr: Expr, known: Known) -> Expr:
        for flag, said in known:
            if flag is expr:
                return said
        if expr.op == "when":
            return self._branches(expr, known)
        found = expr.each(lambda arg: self(arg, known))
        if expr.op == "coalesce" and known:
            first: Expr = found.args[0]
            if (first.is_null(), _FALSE) in known:
                return first.cast(expr.type)
        return expr if found is expr else self._simplify(found)

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
