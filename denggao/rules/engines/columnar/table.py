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
from denggao.rules.engines.columnar.joins import Truth
from denggao.rules.engines.columnar.plan import Plan
from denggao.rules.engines.columnar.run import Compiled, compile_for, sizes_of
from denggao.rules.engines.columnar.values import Lin, Value, constant

TRUTH = pl.Enum(["fail", "unknown", "pass"])
#: Prefix of the columns that hold the low end of a gap, known or not, for the gap lists.
LEAST = "least:"
FAILED, OPEN, DISTANCE = "§failed", "§open", "§distance"


def shown_statements(instrument: n.Instrument) -> list[n.Statement]:
    """The nodes of ``denggao judge``, in the order of the text."""
    found = [s for s in instrument.statements.values() if s.kind is not n.Kind.PRELIMINARY]
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

    def select(self, *keep: str, extra: Sequence[pl.Expr] = ()) -> pl.LazyFrame:
        """The contract's columns, after the frame's own columns ``keep``, before ``extra``."""
        return self._select([*map(pl.col, keep), *_columns(self.compiled), *extra])

    def collected(self, *keep: str, extra: Sequence[pl.Expr] = ()) -> pl.DataFrame:
        """The same in memory. Run in pieces: fewer columns are alive at once than when each is
        made whole. What is the same in every row is added afterwards: it costs nothing then."""
        columns = [*map(pl.col, keep), *_columns(self.compiled), *extra]
        each = [x for x in columns if x.meta.root_names()]
        same = [x for x in columns if not x.meta.root_names()]
        frame = self._select(each).collect(engine="streaming")
        return frame.with_columns(same).select(x.meta.output_name() for x in columns)

    def _select(self, columns: Sequence[pl.Expr]) -> pl.LazyFrame:
        return self.compiled.apply(self.frame).select(columns)


def table(
    instrument: n.Instrument,
    frame: pl.LazyFrame | pl.DataFrame,
    as_of: date,
    readings: Mapping[str, str] | None = None,
) -> Table:
    """Compile ``instrument`` against ``frame``. A frame in memory is measured first, so that
    small numbers need not be computed in 128 bits; a file is taken as the catalogue allows."""
    if isinstance(frame, pl.DataFrame):
        names, sizes = frame.columns, sizes_of(frame)
    else:
        names, sizes = frame.collect_schema().names(), None
    compiled = compile_for(instrument, names, as_of, readings=readings, sizes=sizes)
    return Table(compiled, frame.lazy())


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
    lo, hi = (
        _numbers(score, compiled.compiler.plan)
        if score is not None
        else (pl.lit(None), pl.lit(None))
    )
    return [*found, lo.alias("score_lo"), hi.alias("score_hi")]


def _of_statement(columns: Columns, compiled: Compiled) -> list[pl.Expr]:
    """Truth, both ends and gap of one node; nothing where the node has none of it."""
    id_ = columns.statement.id
    nothing = pl.lit(None, dtype=pl.Float64)
    truth = pl.lit(None, dtype=TRUTH) if columns.truth is None else _truth(columns.truth)
    lo, hi = (nothing, nothing) if columns.value is None else _shown(columns, compiled)
    gap = _gap_of(columns, compiled)
    found = [truth.alias(f"{id_}_truth"), lo.alias(f"{id_}_lo"), hi.alias(f"{id_}_hi")]
    found.append((nothing if gap is None else _certain(gap, compiled)).alias(f"{id_}_gap"))
    if columns.gap is not None:
        found.append(_least(columns.gap, compiled).alias(f"{LEAST}{id_}"))
    return found


def _gap_of(columns: Columns, compiled: Compiled) -> Lin | None:
    """A condition's own gap; a total has that of the condition which tests it."""
    if columns.gap is not None or columns.truth is not None:
        return columns.gap
    for other in compiled.columns.values():
        body = other.statement.body
        if isinstance(body, n.Compare) and body.left == n.Ref(columns.statement.id):
            return other.gap
    return None


def _truth(truth: Truth | None) -> pl.Expr:
    holds, fails = map(e.column, _of(truth))
    yes, no, open_ = (pl.lit(word, dtype=TRUTH) for word in ("pass", "fail", "unknown"))
    return pl.when(holds).then(yes).when(fails).then(no).otherwise(open_)


def _float(end: e.End, scale: int, plan: Plan) -> pl.Expr:
    """The nearest double. Divided by a column, not by a constant: Polars multiplies by the
    constant's reciprocal instead, which misses the nearest double in one case of seven."""
    if isinstance(end, int):
        return pl.lit(end / scale)
    number = _whole(end)
    return number if scale == 1 else number / plan.constant(scale)


def _whole(end: e.End) -> pl.Expr:
    return e.expression(end, pl.Int64).cast(pl.Float64)


def _numbers(value: Value, plan: Plan) -> tuple[pl.Expr, pl.Expr]:
    if isinstance(value, Lin):
        return _float(value.lo, value.scale, plan), _float(value.hi, value.scale, plan)
    lo = _whole(value.lo_n) / (_whole(value.lo_d) * value.scale)
    if value.open is not None:
        return lo, lo if value.open is False else pl.when(~e.column(value.open)).then(lo)
    hi = _whole(value.hi_n) / (_whole(value.hi_d) * value.scale)
    return lo, hi


def _least(gap: Lin, compiled: Compiled) -> pl.Expr:
    """The least that is certainly missing; nothing where nothing can be told. Read thrice."""
    plan = compiled.compiler.plan
    return plan.share(_float(gap.lo, gap.scale, plan))


def _certain(gap: Lin, compiled: Compiled) -> pl.Expr:
    """The gap where it is one number: 0 is only ever said of what is met."""
    one = e.both(e.at_least(gap.lo, gap.hi), e.negated(e.is_infinite(gap.hi)))
    return pl.when(e.column(one)).then(_least(gap, compiled))


def _shown(columns: Columns, compiled: Compiled) -> tuple[pl.Expr, pl.Expr]:
    """Both ends as doubles; those of a ratio on the side of its threshold where they belong."""
    body = columns.statement.body
    assert columns.value is not None
    if isinstance(columns.value, Lin) or not columns.parts or not isinstance(body, n.Compare):
        return _numbers(columns.value, compiled.compiler.plan)
    lo, hi = _ratio(*columns.parts, compiled.compiler.plan)
    limit = _limit(body.right, compiled)
    if limit is None or columns.sides is None or body.op not in ("≥", ">"):
        return lo, hi
    return _beside(columns, lo, hi, limit, compiled.compiler.plan)


def _ratio(top: Lin, below: Lin, plan: Plan) -> tuple[pl.Expr, pl.Expr]:
    """Both ends of a quotient by a number that is never negative; none by 0."""
    scales = (1, 1) if top.scale == below.scale else (top.scale, below.scale)
    a_lo, a_hi = (_float(end, scales[0], plan) for end in (top.lo, top.hi))
    b_lo, b_hi = (_float(end, scales[1], plan) for end in (below.lo, below.hi))
    lo = _finite(a_lo / b_hi.fill_null(inf))
    is_nought = (a_hi == 0) & (b_hi.fill_null(inf) > 0)
    hi = pl.when(is_nought).then(0.0).otherwise(_finite(a_hi / b_lo))
    if not top.nonneg:
        lo = pl.when(a_lo < 0).then(_finite(a_lo / b_lo)).otherwise(lo)
        hi = pl.when(a_hi < 0).then(_finite(a_hi / b_hi.fill_null(inf))).otherwise(hi)
    return lo, hi


def _finite(number: pl.Expr) -> pl.Expr:
    return pl.when(number.is_finite()).then(number)


def _beside(
    columns: Columns, lo: pl.Expr, hi: pl.Expr, limit: Lin, plan: Plan
) -> tuple[pl.Expr, pl.Expr]:
    """A double may fall on the wrong side of its threshold; the exact comparison of each end
    tells which side is right. Where the threshold is uncertain, or the denominator may be 0,
    nothing is moved."""
    reaches, misses = map(e.column, _of(columns.sides))
    body = columns.statement.body
    strictly = isinstance(body, n.Compare) and body.op == ">"
    assert columns.parts is not None
    certain = e.at_least(limit.lo, limit.hi), e.at_least(columns.parts[1].lo, 0, strictly=True)
    one = e.column(e.both(*certain))
    at = _float(limit.lo, limit.scale, plan)
    above = at * nextafter(1.0, inf) if strictly else at
    below = at if strictly else at * nextafter(1.0, -inf)

    def placed(x: pl.Expr, is_above: pl.Expr) -> pl.Expr:
        there = x > at if strictly else x >= at
        wrong = one & (there != is_above).fill_null(False)
        return pl.when(wrong & is_above).then(above).when(wrong).then(below).otherwise(x)

    return placed(lo, reaches), placed(hi, ~misses)


def _of(truth: Truth | None) -> Truth:
    assert truth is not None
    return truth


def _limit(right: n.Expr, compiled: Compiled) -> Lin | None:
    """What a ratio is compared with: a number, or a parameter."""
    if isinstance(right, n.Num):
        return constant(Fraction(right.value))
    if isinstance(right, n.Ref):
        value = compiled.columns[right.id].value
        return value if isinstance(value, Lin) else None
    return None


def _flags(compiled: Compiled) -> pl.Expr:
    """The flags raised, as one text such as ``BAND_GAP CONTRADICTION``: bits, then words."""
    names = sorted(compiled.flags())
    mask = pl.lit(0, dtype=pl.UInt32)
    for bit, name in enumerate(names):
        mask = mask + compiled.flags()[name].cast(pl.UInt32) * (1 << bit)
    masks = range(1 << len(names))
    words = [" ".join(x for bit, x in enumerate(names) if m >> bit & 1) for m in masks]
    return mask.replace_strict(list(masks), words, return_dtype=pl.Enum(words)).alias("flags")


def _order(compiled: Compiled) -> list[pl.Expr]:
    """Fewest failed countable conditions, then fewest open, then smallest relative gap."""
    conditions = [compiled.columns[s.id] for s in countable(compiled.instrument)]
    truths = [_of(c.truth) for c in conditions]
    failed = pl.sum_horizontal([e.column(fails).cast(pl.Int32) for _, fails in truths])
    decided = [e.column(e.either(*t)) for t in truths]
    open_ = pl.sum_horizontal([(~on).cast(pl.Int32) for on in decided])
    distances = [_distance(c, compiled) for c in conditions if c.gap is not None]
    distance = pl.sum_horizontal(distances) if distances else pl.lit(0.0)
    return [failed.alias(FAILED), open_.alias(OPEN), distance.alias(DISTANCE)]


def _distance(columns: Columns, compiled: Compiled) -> pl.Expr:
    """What is missing, relative to what is demanded: 0 … 1."""
    assert columns.gap is not None
    gap = _least(columns.gap, compiled)
    have = pl.lit(0.0)
    if columns.parts:
        top = columns.parts[0]
        have = _float(top.hi, top.scale, compiled.compiler.plan)
    return (gap / (gap + have)).fill_nan(0.0).fill_null(0.0)


#: Nearest to success first.
NEAREST = [FAILED, OPEN, DISTANCE]


def in_order(tables: Sequence[pl.LazyFrame]) -> pl.LazyFrame:
    """Each law's firms nearest first; laws one after the other, columns joined."""
    sorted_ = [t.sort(NEAREST, maintain_order=True) for t in tables]
    return sorted_[0] if len(sorted_) == 1 else pl.concat(sorted_, how="diagonal")
