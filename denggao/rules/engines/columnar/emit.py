"""Column expressions said to Polars, exactly: integers up to 128 bits, never a double before a
verdict."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import lru_cache, reduce
from typing import Any

import polars as pl

from denggao.facts.titles import NEVER
from denggao.rules.engines.columnar.codes import canonical
from denggao.rules.engines.lowering.ends import INT64, End, Flag, column, expression
from denggao.rules.engines.lowering.expr import Expr, Type, turned
from denggao.rules.engines.lowering.plan import Plan

_ZEROS = "§zeros"
TRUTH = pl.Enum(["fail", "unknown", "pass"])
_NO, _OPEN, _YES = (pl.lit(word, dtype=TRUTH) for word in TRUTH.categories)
#: ``date.toordinal`` of the day from which Polars counts.
EPOCH = date(1970, 1, 1).toordinal()
DTYPES: dict[Type, type[pl.DataType]] = {
    Type.FLAG: pl.Boolean,
    Type.SMALL: pl.Int16,
    Type.INT: pl.Int64,
    Type.WIDE: pl.Int128,
    Type.REAL: pl.Float64,
    Type.DAY: pl.Date,
    Type.TEXT: pl.String,
}

#: As Polars wants them in a cast, said once.
_CASTS = {type_: dtype.to_dtype_expr() for type_, dtype in DTYPES.items()}


class Emitter:
    """Says each expression once, however often it is asked for; a column of ``made`` as what
    it is."""

    def __init__(self, made: Mapping[str, Expr] | None = None) -> None:
        self.made = made or {}
        self._said: dict[Expr, pl.Expr] = {}
        self._whens: dict[Expr, Any] = {}
        self._divisors: dict[Expr, pl.Expr] = {}

    def __call__(self, expr: Expr) -> pl.Expr:
        found = self._said.get(expr)
        if found is None:
            found = self._said[expr] = _OPERATIONS[expr.op](self, expr)
        return found

    def read(self, columns: Mapping[str, Expr]) -> None:
        """From here on these expressions are columns of the frame."""
        for name, expr in columns.items():
            self._said[expr] = pl.col(name)

    def when(self, flag: Expr) -> Any:
        """The start of a choice; many are made by the same flag."""
        found = self._whens.get(flag)
        if found is None:
            found = self._whens[flag] = pl.when(self(flag))
        return found

    def divisor(self, number: Expr) -> pl.Expr:
        """A column, not a constant: Polars multiplies by the constant's reciprocal instead,
        which misses the nearest double in one case of seven."""
        found = self._divisors.get(number)
        if found is None:
            said = pl.col(_ZEROS) + self(number) if number.constant else self(number)
            found = self._divisors[number] = said
        return found

    def end(self, end: End) -> pl.Expr:
        """One end of an interval; ∞ is a null."""
        return self(expression(end))

    def flag(self, flag: Flag) -> pl.Expr:
        return self(column(flag))


def add_columns(frame: pl.LazyFrame, plan: Plan) -> pl.LazyFrame:
    """The frame with every column of the plan."""
    frame, say = with_zeros(frame, plan), Emitter()
    for layer in plan.layers():
        frame = frame.with_columns(**{kept.name: say(kept.expr) for kept in layer})
    return frame


def added(frame: pl.LazyFrame, layers: Iterable[Mapping[str, Expr]], say: Emitter) -> pl.LazyFrame:
    """The frame with the columns of one layer after the other; ``say`` reads them afterwards."""
    for layer in layers:
        frame = frame.with_columns(**{name: say(expr) for name, expr in layer.items()})
        say.read(layer)
    return frame


def with_zeros(frame: pl.LazyFrame, plan: Plan) -> pl.LazyFrame:
    """The frame with a column of zeros, of which divisors are made."""
    zeros = pl.col(min(plan.columns)).is_null().cast(pl.Float64) * 0
    return frame.with_columns(zeros.alias(_ZEROS))


def day_number(day: pl.Expr) -> pl.Expr:
    """``date.toordinal`` of each day."""
    return day.cast(pl.Int32).cast(pl.Int64) + EPOCH


def _column(say: Emitter, expr: Expr) -> pl.Expr:
    name = expr.args[0]
    return say(say.made[name]) if name in say.made else pl.col(name)


def _lit(say: Emitter, expr: Expr) -> pl.Expr:
    return _literal(expr.args[0], expr.type)


@lru_cache(maxsize=4096)
def _literal(value: Any, type_: Type) -> pl.Expr:
    """Polars makes a series of each: the same few in every law."""
    is_wide = isinstance(value, int) and abs(value) > INT64
    return pl.lit(value, dtype=pl.Int128 if is_wide else DTYPES[type_])


def _two(operation: Callable[[Any, Any], Any]) -> Callable[[Emitter, Expr], pl.Expr]:
    def said(say: Emitter, expr: Expr) -> pl.Expr:
        found: pl.Expr = operation(say(expr.args[0]), say(expr.args[1]))
        return found

    return said


def _extreme(say: Emitter, expr: Expr) -> pl.Expr:
    """One comparison is quicker than a look across the columns. A comparison with a null is not
    true, so only the first can stand in the way of the second."""
    first, second = expr.args
    a, b = say(first), say(second)
    if second.op == "lit":
        return pl.when(a < b if expr.op == "least" else a > b).then(a).otherwise(b)
    better = b < a if expr.op == "least" else b > a
    return pl.when(a.is_null() | better if first.nullable else better).then(b).otherwise(a)


def _shift(say: Emitter, expr: Expr) -> pl.Expr:
    number, months, days = expr.args
    day = (say(number) - EPOCH).cast(pl.Int32).cast(pl.Date)
    moved = day.dt.offset_by(f"{months}mo" if months else f"{days}d")
    return day_number(moved).clip(NEVER.toordinal(), date.max.toordinal())


def _truth(say: Emitter, expr: Expr) -> pl.Expr:
    holds, fails = map(say, expr.args)
    return pl.when(holds).then(_YES).when(fails).then(_NO).otherwise(_OPEN)


def _words(say: Emitter, expr: Expr) -> pl.Expr:
    """Bits, then words: one text for each of the few combinations."""
    flags, names = expr.args[::2], expr.args[1::2]
    mask = pl.lit(0, dtype=pl.UInt32)
    for bit, flag in enumerate(flags):
        mask = mask + say(flag).cast(pl.UInt32) * (1 << bit)
    masks = range(1 << len(names))
    texts = [" ".join(x for bit, x in enumerate(names) if m >> bit & 1) for m in masks]
    return mask.replace_strict(list(masks), texts, return_dtype=pl.Enum(texts))


_OPERATIONS: dict[str, Callable[[Emitter, Expr], pl.Expr]] = {
    "col": _column,
    "lit": _lit,
    "add": _two(operator.add),
    "sub": _two(operator.sub),
    "mul": _two(operator.mul),
    "mod": _two(operator.mod),
    "ge": _two(operator.ge),
    "gt": lambda say, x: ~say(turned(x)),
    "eq": _two(operator.eq),
    "and": _two(operator.and_),
    "or": _two(operator.or_),
    "not": lambda say, x: ~say(x.args[0]),
    "null": lambda say, x: say(x.args[0]).is_null(),
    "coalesce": _two(lambda a, b: a.fill_null(b)),
    "when": lambda say, x: say.when(x.args[0]).then(say(x.args[1])).otherwise(say(x.args[2])),
    "least": _extreme,
    "greatest": _extreme,
    "cast": lambda say, x: say(x.args[0]).cast(_CASTS[x.type]),
    "ordinal": lambda say, x: day_number(say(x.args[0])),
    "shift": _shift,
    "canonical": lambda say, x: canonical(say(x.args[0]), x.args[1]),
    "starts": lambda say, x: reduce(
        lambda a, b: a | b, [say(x.args[0]).str.starts_with(p) for p in x.args[1:]]
    ),
    "among": lambda say, x: say(x.args[0]).is_in(list(x.args[1:])),
    "div": lambda say, x: say(x.args[0]) / say.divisor(x.args[1]),
    "truth": _truth,
    "words": _words,
}
