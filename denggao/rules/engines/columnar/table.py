"""The sheet 逐企结论: one row per firm and law, in the order and columns of the contract.

Numbers leave the exact columns here: amounts, points and days as decimals, ratios as doubles
that are moved, if need be, to the side of the threshold on which the exact ratio stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import inf, nextafter

import polars as pl

from denggao.rules import nodes as n
from denggao.rules.engines.columnar import ends as e
from denggao.rules.engines.columnar.compile import Columns
from denggao.rules.engines.columnar.run import Compiled, compile_for
from denggao.rules.engines.columnar.values import Lin, Quo, Value, constant_of

TRUTH = pl.Enum(["fail", "unknown", "pass"])
_SHOWN = (n.Kind.CONDITION, n.Kind.SCORE, n.Kind.PARAMETER)
FAILED, OPEN, DISTANCE = "§failed", "§open", "§distance"


def shown_statements(instrument: n.Instrument) -> list[n.Statement]:
    """The statements with columns of their own, in the order of the text."""
    found = [s for s in instrument.statements.values() if s.kind in _SHOWN]
    return sorted(found, key=lambda s: s.line)


def countable(instrument: n.Instrument) -> list[n.Statement]:
    """The conditions that the preliminary verdict joins."""
    goal = instrument.preliminary or instrument.verdict
    return [instrument.statements[id_] for id_ in goal.uses]


@dataclass(frozen=True, slots=True)
class Table:
    """One law over one frame: add ``columns`` to ``frame`` and select them."""

    compiled: Compiled
    frame: pl.LazyFrame

    def select(self, *keep: str) -> pl.LazyFrame:
        """The contract's columns, after the frame's own columns ``keep``."""
        columns = [pl.col(name) for name in keep] + list(_columns(self.compiled))
        return self.compiled.apply(self.frame).select(columns)


def table(
    instrument: n.Instrument,
    frame: pl.LazyFrame,
    as_of: date,
    readings: Mapping[str, str] | None = None,
) -> Table:
    """Compile ``instrument`` against ``frame``."""
    names = frame.collect_schema().names()
    return Table(compile_for(instrument, names, as_of, readings=readings), frame)


def _columns(compiled: Compiled) -> list[pl.Expr]:
    instrument = compiled.instrument
    found = [
        pl.lit(instrument.short).alias("law"),
        pl.lit(compiled.compiler.as_of.isoformat()).alias("as_of"),
        *_verdicts(compiled),
    ]
    for statement in shown_statements(instrument):
        found += _of_statement(compiled.columns[statement.id], compiled)
    return [*found, _flags(compiled), *_order(compiled)]


def _verdicts(compiled: Compiled) -> list[pl.Expr]:
    instrument, columns = compiled.instrument, compiled.columns
    goal = instrument.preliminary or instrument.verdict
    found = [
        _truth(columns[instrument.verdict.id].truth).alias("verdict"),
        _truth(columns[goal.id].truth).alias("hard_verdict"),
    ]
    total = instrument.verdict.total
    score = columns[total].value if total else None
    lo, hi = _numbers(score) if score is not None else (pl.lit(None), pl.lit(None))
    return [*found, lo.alias("score_lo"), hi.alias("score_hi")]


def _of_statement(columns: Columns, compiled: Compiled) -> list[pl.Expr]:
    id_, found = columns.statement.id, []
    if columns.truth is not None:
        found.append(_truth(columns.truth).alias(f"{id_}_truth"))
    if columns.value is not None:
        lo, hi = _numbers(columns.value)
        if isinstance(columns.value, Quo) and columns.truth is not None:
            lo, hi = _beside_threshold(columns, lo, hi, compiled)
        found += [lo.alias(f"{id_}_lo"), hi.alias(f"{id_}_hi")]
    if columns.gap is not None:
        found.append(_gap(columns.gap).alias(f"{id_}_gap"))
    return found


def _truth(truth: pl.Expr | None) -> pl.Expr:
    assert truth is not None
    yes, no, open_ = (pl.lit(word, dtype=TRUTH) for word in ("pass", "fail", "unknown"))
    return pl.when(truth).then(yes).when(truth.is_null()).then(open_).otherwise(no)


def _float(end: e.End, scale: int) -> pl.Expr:
    number = e.expression(end, pl.Int64).cast(pl.Float64)
    return number if scale == 1 else number / scale


def _numbers(value: Value) -> tuple[pl.Expr, pl.Expr]:
    if isinstance(value, Lin):
        return _float(value.lo, value.scale), _float(value.hi, value.scale)
    lo = _float(value.lo_n, 1) / (_float(value.lo_d, 1) * value.scale)
    hi = _float(value.hi_n, 1) / (_float(value.hi_d, 1) * value.scale)
    return lo, hi


def _gap(gap: Lin) -> pl.Expr:
    """The least that is certainly missing; nothing where nothing can be told."""
    return _float(gap.lo, gap.scale)


def _beside_threshold(
    columns: Columns, lo: pl.Expr, hi: pl.Expr, compiled: Compiled
) -> tuple[pl.Expr, pl.Expr]:
    """A double of a ratio may fall on the wrong side of its threshold; the truth tells which."""
    body = columns.statement.body
    if not isinstance(body, n.Compare) or body.op not in ("≥", ">"):
        return lo, hi
    limit = _limit(body.right, compiled)
    if limit is None:
        return lo, hi
    below = limit * nextafter(1.0, -inf) if isinstance(limit, pl.Expr) else nextafter(limit, -inf)
    passed, failed = columns.truth, ~_of(columns.truth)
    lo = pl.when(passed).then(pl.max_horizontal(lo, _expr(limit))).otherwise(lo)
    hi = pl.when(failed).then(pl.min_horizontal(hi, _expr(below))).otherwise(hi)
    return pl.when(failed).then(pl.min_horizontal(lo, hi)).otherwise(lo), pl.max_horizontal(lo, hi)


def _of(truth: pl.Expr | None) -> pl.Expr:
    assert truth is not None
    return truth


def _expr(limit: pl.Expr | float) -> pl.Expr:
    return limit if isinstance(limit, pl.Expr) else pl.lit(limit)


def _limit(right: n.Expr, compiled: Compiled) -> pl.Expr | float | None:
    if isinstance(right, n.Num):
        return float(Fraction(right.value))
    if isinstance(right, n.Ref):
        value = compiled.columns[right.id].value
        if isinstance(value, Lin):
            constant = constant_of(value)
            return float(constant) if constant is not None else _float(value.lo, value.scale)
    return None


def _flags(compiled: Compiled) -> pl.Expr:
    """The flags raised, as one text such as ``CONTRADICTION BAND_GAP``."""
    flags = sorted(compiled.flags().items())
    if not flags:
        return pl.lit("").alias("flags")
    any_raised = pl.any_horizontal([on for _, on in flags])
    names = pl.concat_list(
        [pl.when(on).then(pl.lit(name)).otherwise(pl.lit(None, dtype=pl.String)) for name, on in flags]
    )
    text = names.list.drop_nulls().list.join(" ")
    return pl.when(any_raised).then(text).otherwise(pl.lit("")).alias("flags")


def _order(compiled: Compiled) -> list[pl.Expr]:
    """Fewest failed countable conditions, then fewest open, then smallest relative gap."""
    conditions = [compiled.columns[s.id] for s in countable(compiled.instrument)]
    truths = [_of(c.truth) for c in conditions]
    failed = pl.sum_horizontal([(~t).fill_null(False).cast(pl.Int32) for t in truths])
    open_ = pl.sum_horizontal([t.is_null().cast(pl.Int32) for t in truths])
    distances = [_distance(c) for c in conditions if c.gap is not None]
    distance = pl.sum_horizontal(distances) if distances else pl.lit(0.0)
    return [failed.alias(FAILED), open_.alias(OPEN), distance.alias(DISTANCE)]


def _distance(columns: Columns) -> pl.Expr:
    """What is missing, relative to what is demanded: 0 … 1."""
    assert columns.gap is not None and columns.have is not None
    gap = _gap(columns.gap)
    have = _float(columns.have.hi, columns.have.scale).clip(lower_bound=0)
    return pl.when(gap > 0).then(gap / (gap + have)).otherwise(0.0).fill_null(0.0).fill_nan(0.0)


def in_order(tables: Sequence[pl.LazyFrame]) -> pl.LazyFrame:
    """Each law's firms nearest first; laws one after the other, columns joined."""
    by = [FAILED, OPEN, DISTANCE]
    sorted_ = [t.sort(by, maintain_order=True) for t in tables]
    return sorted_[0] if len(sorted_) == 1 else pl.concat(sorted_, how="diagonal")
