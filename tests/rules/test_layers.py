"""What Polars is asked to compute is shortened, and says the same: random instruments and firms,
the whole table and any few of its columns, against the plan said as it stands."""

from __future__ import annotations

from random import Random

import polars as pl
import pytest
from hypothesis import given
from polars.testing import assert_frame_equal

from denggao.facts.errors import UserError
from denggao.rules.engines.columnar import cheaper
from denggao.rules.engines.columnar.emit import Emitter, add_columns
from denggao.rules.engines.columnar.layers import layers
from denggao.rules.engines.columnar.run import frame_of_firms
from denggao.rules.engines.columnar.table import table
from denggao.rules.engines.lowering.compiled import compile_for
from denggao.rules.engines.lowering.expr import Expr, Type, col, greatest, least, lit, when
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
    """The control: bounds turned round."""
    right = cheaper._extreme

    def wrong(expr: Expr) -> Expr:
        other = {"least": "greatest", "greatest": "least"}[expr.op]
        return right(Expr(other, expr.args, expr.type))

    monkeypatch.setitem(cheaper._RULES, "greatest", wrong)
    monkeypatch.setitem(cheaper._RULES, "least", wrong)
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
    below, finals = layers(Plan(["x", "y"]), {"made": expr, "twice": expr * 2})
    say, frame = Emitter(), FRAME.lazy()
    for layer in below:
        frame = frame.with_columns(say(x).alias(name) for name, x in layer.items())
    found = frame.select(say(x).alias(name) for name, x in finals.items()).collect()
    plain = Emitter()
    right = FRAME.select(plain(expr).alias("made"), plain(expr * 2).alias("twice"))
    assert_frame_equal(found, right, check_dtypes=False)


def test_what_nobody_reads_is_not_computed() -> None:
    plan = Plan(["x", "y"])
    read, unread = plan.keep("read", X + 1), plan.keep("unread", Y + 1)
    below, _ = layers(plan, {"made": read + read})
    assert unread.roots == {"unread"}
    assert {name for layer in below for name in layer} == {"read"}


def test_points_by_a_quotient_are_refused_in_words() -> None:
    """One firm is judged; a whole ledger cannot be, and the message says how to write it."""
    share = "40分 × 研发费用[上年] ÷ 销售收入[上年]"
    rules = f"评分 A-1 比例 满分 40：\n    研发费用[上年] ≥ 100000元 得 {share}\n    否则 得 0\n"
    with pytest.raises(UserError, match="分档"):
        compile_for(small(rules), ["rd_expense@2025", "sales@2025"], TODAY)
