"""What Polars is asked to compute is shortened, and says the same: random instruments and firms,
the whole table and any few of its columns, against the plan said as it stands."""

from __future__ import annotations

import operator
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given

from denggao.facts.errors import UserError
from denggao.rules.engines.columnar import emit
from denggao.rules.engines.columnar.emit import Emitter, add_columns, added
from denggao.rules.engines.columnar.layers import layers
from denggao.rules.engines.columnar.run import frame_of_firms
from denggao.rules.engines.columnar.table import table
from denggao.rules.engines.lowering import expr as expressions
from denggao.rules.engines.lowering.compiled import compile_for
from denggao.rules.engines.lowering.expr import (
    Expr,
    Type,
    col,
    greatest,
    least,
    lit,
    made,
    when,
)
from denggao.rules.engines.lowering.plan import Plan
from denggao.rules.engines.lowering.shown import shown
from denggao.rules.errors import InstrumentError
from denggao.rules.library import assemble
from denggao.rules.nodes import Instrument
from tests.rules.engines import small
from tests.strategies import TODAY, codes_read, examples, firms, generators, instruments


def as_it_stands(instrument: Instrument, frame: pl.DataFrame) -> pl.DataFrame:
    """Every column of the plan, then the table's, with nothing shortened or left out."""
    compiled = compile_for(instrument, frame.columns, TODAY)
    columns, say = shown(compiled), Emitter()
    whole = add_columns(frame.lazy(), compiled.plan)
    index = pl.int_range(pl.len()).alias("§")
    return whole.select(index, *(say(expr).alias(name) for name, expr in columns.items())).collect()


def differs(instrument: Instrument, frame: pl.DataFrame, rnd: Random) -> None:
    """The same columns by the way of the product, all of them and a few."""
    right = as_it_stands(instrument, frame).drop("§").with_columns(pl.col(pl.Enum).cast(pl.String))
    names = right.columns
    for only in (None, rnd.sample(names, 3)):
        made = table(instrument, frame.lazy(), TODAY, only=only).select("§row").collect()
        wanted = right if only is None else right.select(x for x in names if x in only)
        found = made.drop("§row").with_columns(pl.col(pl.Enum).cast(pl.String))
        wrong = [
            (c, row, found[c][row], wanted[c][row])
            for c in wanted.columns
            for row in (~found[c].eq_missing(wanted[c])).arg_true()
        ]
        assert not wrong, wrong[0]


def test_shortened_tables_say_the_same() -> None:
    compared = 0

    @examples(25)
    @given(instruments(), generators)
    def compare(text: str, rnd: Random) -> None:
        nonlocal compared
        try:
            instrument = assemble(text, "试验.md")
            some = firms(rnd, 12, codes_read(instrument))
            frame = frame_of_firms(some, TODAY, [instrument])
            frame = frame.select(pl.exclude("§row")).with_row_index("§row")
            differs(instrument, frame, rnd)
        except (InstrumentError, UserError):
            return
        compared += 1

    compare()
    assert compared >= 8


def test_a_wrong_shortening_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The controls: care for nulls left out where it is needed, bounds turned round."""
    with monkeypatch.context() as patch:
        patch.setitem(expressions._SHORTEST, "coalesce", lambda op, args, type_: args[0])
        with pytest.raises(AssertionError):
            test_what_is_made_shorter_says_the_same()
    monkeypatch.setitem(emit._OPERATIONS, "greatest", emit._OPERATIONS["coalesce"])
    with pytest.raises(AssertionError):
        test_each_shortening_on_missing_numbers(greatest(X, lit(0)))


X, Y = col("x", Type.INT), col("y", Type.INT)
FRAME = pl.DataFrame(
    {"x": [None, -7, 0, 7, None, 3], "y": [None, 2, None, -2, 5, 3]},
    schema={"x": pl.Int64, "y": pl.Int64},
)


@pytest.mark.parametrize(
    "expr",
    [
        greatest(X, lit(0)),
        greatest(X, Y),
        greatest(lit(3), lit(5)),
        least(lit(3), lit(5), X),
        least(lit(1), X, Y * 2, X - Y),
        greatest(lit(1), least(lit(2), lit(3)), X),
        when(X.is_null(), lit(None), greatest(X, lit(0))),
        when(X.gt(Y), when(Y.gt(lit(0)), X, lit(0)), lit(0)),
        X + Y * -1 * 5,
        X * 1 + (Y * 2) * 3,
        when(X.is_null(), greatest(X, Y), X.coalesce(lit(0))),
        when(X.coalesce(lit(0)).gt(lit(1)), when(X.coalesce(lit(0)).gt(lit(1)), X, Y), Y),
        when(X.gt(Y), when(X.gt(Y), X, Y), when(X.gt(Y), X, Y * 2)),
    ],
)
def test_each_shortening_on_missing_numbers(expr: Expr) -> None:
    says_the_same(expr, expr)


def says_the_same(expr: Expr, short: Expr) -> None:
    """``short`` by the way of the product, ``expr`` by the meaning of its operations."""
    finals = {"made": short, "twice": short * 2}
    below = layers({}, finals.values())
    frame = added(FRAME.lazy(), below, say := Emitter())
    found = frame.select("x", *(say(x).alias(name) for name, x in finals.items())).collect()
    right = [meant(expr, row) for row in FRAME.to_dicts()]
    assert found["made"].to_list() == right
    assert found["twice"].to_list() == [None if x is None else x * 2 for x in right]


def meant(expr: Expr, row: dict[str, Any]) -> Any:
    """The value in one row."""
    if expr.op in ("col", "lit"):
        return row[expr.args[0]] if expr.op == "col" else expr.args[0]
    args = [meant(arg, row) for arg in expr.args]
    known = [x for x in args if x is not None]
    match expr.op:
        case "null":
            return args[0] is None
        case "coalesce":
            return known[0] if known else None
        case "least" | "greatest":
            return (min if expr.op == "least" else max)(known, default=None)
        case "when":
            return args[1] if args[0] else args[2]
        case "and":
            return False if False in known else None if None in args else True
        case "or":
            return True if True in known else None if None in args else False
    return None if None in args else PLAIN[expr.op](*args)


PLAIN: dict[str, Any] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "not": operator.not_,
    "ge": operator.ge, "gt": operator.gt, "eq": operator.eq,
}  # fmt: skip


def at_random(rnd: Random, depth: int, *, flag: bool) -> Expr:
    """Operations as they stand, of which nothing is shortened."""
    if depth == 0 or rnd.random() < 0.1:
        if flag:
            return rnd.choice([lit(True), lit(False), Expr("gt", (X, Y), Type.FLAG)])
        return rnd.choice([X, Y, X, Y, *map(lit, (-2, 0, 1, 3)), lit(None)])
    op = rnd.choice(["and", "or", "not", "null", "ge", "gt", "eq"] if flag else NUMBERS)
    kinds = {
        "and": [True, True], "or": [True, True], "not": [True],
        "null": [rnd.random() < 0.3], "when": [True, False, False],
    }.get(op, [False, False])  # fmt: skip
    args = tuple(at_random(rnd, depth - 1, flag=kind) for kind in kinds)
    return Expr(op, args, Type.FLAG if flag else Type.INT)


NUMBERS = ["add", "sub", "mul", "when", "when", "coalesce", "least", "greatest"]


def shortest(expr: Expr) -> Expr:
    """Made anew from the inside out, as the lowering makes it."""
    args = (shortest(arg) if isinstance(arg, Expr) else arg for arg in expr.args)
    return made(expr.op, tuple(args), expr.type)


@examples(150)
@given(generators)
def test_what_is_made_shorter_says_the_same(rnd: Random) -> None:
    expr = at_random(rnd, 5, flag=False)
    says_the_same(expr, shortest(expr))


def test_what_nobody_reads_is_not_computed() -> None:
    plan = Plan(["x", "y"])
    read, unread = plan.keep("read", X + 1), plan.keep("unread", Y + 1)
    made = {kept.name: kept.expr for kept in plan.made}
    below = layers(made, [read + read])
    assert unread.roots == {"unread"}
    assert {name for layer in below for name in layer} == {"read"}


def test_points_by_a_quotient_are_refused_in_words() -> None:
    """One firm is judged; a whole ledger cannot be, and the message says how to write it."""
    share = "40分 × 研发费用[上年] ÷ 销售收入[上年]"
    rules = f"评分 A-1 比例 满分 40：\n    研发费用[上年] ≥ 100000元 得 {share}\n    否则 得 0\n"
    with pytest.raises(UserError, match="分档"):
        compile_for(small(rules), ["rd_expense@2025", "sales@2025"], TODAY)
