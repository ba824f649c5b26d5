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
            if expr.is_column:
                found = self(self._short[expr.args[0]])
            else:
                args = tuple(self(arg) if isinstance(arg, Expr) else arg for arg in expr.args)
                found = Expr(expr.op, args, expr.type)
            self._done[expr] = found
        return found


class Assuming:
    """Simplifies in the light of the branches around."""

    def __init__(self, simplify: Simplifier) -> None:
        self._simplify = simplify
        self._done: dict[tuple[Expr, Known], Expr] = {}

    def __call__(self, expr: Expr, known: Known = _NOTHING) -> Expr:
        if expr.op == "lit":
            return expr
        if known:
            known = frozenset(pair for pair in known if pair[0].roots <= expr.roots)
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
        args = tuple(self(arg, known) if isinstance(arg, Expr) else arg for arg in expr.args)
        if expr.op in ("least", "greatest"):
            args = tuple(arg for arg in args if arg.op != "lit" or arg.args[0] is not None)
            if not args:
                return lit(None, expr.type)
        if expr.op == "coalesce" and (Expr("null", args[:1], _TRUE.type), _FALSE) in known:
            return args[0].cast(expr.type)
        same = len(args) == len(expr.args) and all(
            a is b for a, b in zip(args, expr.args, strict=True)
        )
        return expr if same else self._simplify(Expr(expr.op, args, expr.type))

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
