"""What can be said of an expression before any firm is seen."""

from __future__ import annotations

from collections.abc import Mapping

from denggao.facts.catalogue import catalogue
from denggao.rules import nodes as n

Statements = Mapping[str, n.Statement]


def is_linear(expr: n.Expr, statements: Statements) -> bool:
    """A number over a constant denominator: no quotient by a fact inside, and no 数值 that
    may hide one."""
    match expr:
        case n.Ref(id_):
            return statements[id_].kind in n.JOINED
        case n.Arith("÷", left, right):
            return isinstance(right, n.Num) and is_linear(left, statements)
        case _:
            return all(is_linear(inner, statements) for inner in n.children(expr))


def never_negative(expr: n.Expr, statements: Statements) -> bool:
    """Can this number, by the domains of its facts, only be 0 or more?"""
    match expr:
        case n.Num(value, _):
            return value >= 0
        case n.FactRef(code, _) | n.WindowLeast(code):
            lo = catalogue()[code].lo
            return lo is not None and lo >= 0
        case n.OperatedYears() | n.TaxYear():
            return True
        case n.Arith("−" | "÷", left, right):
            if expr.op == "÷" and isinstance(right, n.Num):
                return right.value > 0 and never_negative(left, statements)
            return False
        case n.Arith(_, left, right):
            return never_negative(left, statements) and never_negative(right, statements)
        case n.Extreme(op, args):
            signs = [never_negative(arg, statements) for arg in args]
            return all(signs) if op == "取小" else any(signs)
        case n.Ref(id_):
            named = statements[id_]
            return named.kind is n.Kind.SCORE or (
                named.kind is n.Kind.AMOUNT
                and all(never_negative(value, statements) for value in named.values())
            )
    return False


def quotient_of(expr: n.Expr, statements: Statements) -> tuple[n.Expr, n.Expr] | None:
    """Numerator and denominator of a quotient that comparisons cross-multiply."""
    if isinstance(expr, n.Arith) and expr.op == "÷":
        top, below = expr.left, expr.right
        plain = is_linear(top, statements) and is_linear(below, statements)
        if plain and never_negative(below, statements):
            return top, below
    return None


def is_plain(expr: n.Expr, statements: Statements) -> bool:
    """Something to be compared with: linear, or a parameter."""
    if isinstance(expr, n.Ref) and statements[expr.id].kind is n.Kind.PARAMETER:
        return True
    return is_linear(expr, statements)


def has_gap(expr: n.Compare, statements: Statements) -> bool:
    """Is there one amount that could grow: facts, a direct quotient of facts, or points?"""
    if expr.op not in ("≥", ">") or is_dated(expr):
        return False
    if isinstance(expr.left, n.Ref):
        is_score = statements[expr.left.id].kind is n.Kind.SCORE
        return is_score and isinstance(expr.right, n.Num)
    right = is_plain(expr.right, statements)
    left = is_linear(expr.left, statements) or quotient_of(expr.left, statements) is not None
    return left and right


def is_dated(expr: n.Expr) -> bool:
    """Does it ask for a day, or for what was once held? Only lists and warnings may."""
    inside = n.walk(expr)
    return any(
        isinstance(e, n.DATED) or (isinstance(e, n.FactRef) and catalogue()[e.code].unit == "日期")
        for e in inside
    )


def zero_asked(when: n.Expr | None) -> n.FactRef | None:
    """The fact X of a line 「X = 0」, where X is one number that is never negative."""
    match when:
        case n.Compare("=", n.FactRef(code, year) as fact, n.Num(0, _)):
            known = catalogue()[code]
            single = year not in (n.Year.WINDOW, n.Year.EACH)
            return fact if single and known.numeric and known.lo == 0 else None
    return None
