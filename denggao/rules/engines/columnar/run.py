"""Run instruments over a frame; decode columns back to exact numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl

from denggao.facts.catalogue import catalogue
from denggao.facts.enterprise import Firm
from denggao.facts.interval import Interval, reduced
from denggao.facts.titles import Title
from denggao.rules.cases import Answer, Prepared, Said
from denggao.rules.engines.columnar import ends as e
from denggao.rules.engines.columnar.compile import Columns, Compiler
from denggao.rules.engines.columnar.titles import answers as title_answers
from denggao.rules.engines.columnar.titles import asked_of, long_frame
from denggao.rules.engines.columnar.values import Lin, Value
from denggao.rules.nodes import Instrument


@dataclass(frozen=True, slots=True)
class Compiled:
    """One instrument compiled for the columns of a frame: what to add and how to read it."""

    instrument: Instrument
    compiler: Compiler
    columns: dict[str, Columns]

    def apply(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """The frame with every intermediate column added."""
        return self.compiler.plan.apply(frame)

    def flags(self) -> dict[str, pl.Expr]:
        """Flag → in which rows it is raised; ``flag:…`` columns of the frame are taken along."""
        found: dict[str, list[pl.Expr]] = {k: list(v) for k, v in self.compiler.facts.flags.items()}
        for column in self.compiler.plan.columns:
            if column.startswith("flag:"):
                found.setdefault(column.removeprefix("flag:"), []).append(pl.col(column))
        for columns in self.columns.values():
            for name, flag in columns.flags:
                if flag is not False:
                    found.setdefault(name, []).append(
                        flag if isinstance(flag, pl.Expr) else pl.lit(flag)
                    )
        return {k: e.column(e.either(*v)) for k, v in found.items()}


def compile_for(
    instrument: Instrument,
    columns: Sequence[str],
    as_of: date,
    *,
    readings: Mapping[str, str] | None = None,
    given: Mapping[str, Interval] | None = None,
    sizes: Mapping[str, int] | None = None,
) -> Compiled:
    """Compile ``instrument`` against a frame's columns (``code``, ``code@year`` …).

    ``sizes`` is the largest magnitude in each integer column, where it is known: small
    numbers are computed in 64 bits, those it does not cover in 128.
    """
    compiler = Compiler(instrument, frozenset(columns), as_of, readings, given, sizes)
    return Compiled(instrument, compiler, compiler.compile())


# ------------------------------------------------------------------ firms → frame


def dtype_of(column: str) -> type[pl.DataType] | None:
    """The type a canonical column has in a frame; ``None`` for what is no fact."""
    if column.startswith("titles:"):
        return pl.Int64 if column.endswith((".lo", ".hi")) else pl.Boolean
    fact = catalogue().get(column.split("@")[0].split(".")[0])
    if fact is None:
        return None
    return {"是否": pl.Boolean, "日期": pl.Date}.get(
        fact.unit, pl.Int64 if fact.numeric else pl.String
    )


def title_columns(
    titles: Sequence[Sequence[Title] | None], instruments: Sequence[Instrument], as_of: date
) -> pl.DataFrame:
    """What the rules ask of each firm's certificates, as columns."""
    said = pl.Series([ours is not None for ours in titles], dtype=pl.Boolean)
    return title_answers(long_frame(titles), said, asked_of(instruments), as_of)


def frame_of(columns: Mapping[str, Sequence[Any]]) -> pl.DataFrame:
    """A frame of canonical columns (lists as the ledger reader makes them)."""
    return pl.DataFrame(
        {name: pl.Series(name, data, dtype=dtype_of(name)) for name, data in columns.items()}
    )


def frame_of_firms(
    firms: Sequence[Firm], as_of: date, instruments: Sequence[Instrument]
) -> pl.DataFrame:
    """Firms of the exchange form as a frame."""
    rows = [_row(firm) for firm in firms]
    names = dict.fromkeys(name for row in rows for name in row)
    columns: dict[str, list[Any]] = {name: [row.get(name) for row in rows] for name in names}
    titles = columns.pop("titles", [None] * len(firms))
    held = title_columns(titles, instruments, as_of)
    if not columns:
        return held if held.width else pl.DataFrame({"§row": list(range(len(firms)))})
    return frame_of(columns).hstack(held.get_columns())


def _row(firm: Firm) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for key, value in firm.values.items():
        if not isinstance(value, Interval):
            row[key] = value
            continue
        fact = catalogue()[key.partition("@")[0]]
        lo, hi = (None if x is None else int(x * fact.scale) for x in (value.lo, value.hi))
        if lo == hi:
            row[key] = lo
        else:
            row[f"{key}.lo"], row[f"{key}.hi"] = lo, hi
    return row


def sizes_of(frame: pl.DataFrame) -> dict[str, int]:
    """The largest magnitude in each whole-number column."""
    columns = [name for name, dtype in frame.schema.items() if dtype == pl.Int64]
    ends = [f(c).cast(pl.Int128).alias(f"{c}:{k}") for c in columns for k, f in _ENDS]
    row = frame.select(ends).row(0, named=True) if columns else {}
    return {c: max(abs(row[f"{c}:{k}"] or 0) for k, _ in _ENDS) for c in columns}


_ENDS = (("min", pl.min), ("max", pl.max))


# ------------------------------------------------------------------ columns → answers


def answers(compiled: Compiled, frame: pl.DataFrame) -> list[Said]:
    """Every statement's answer and the flags of every row, exact: for proving, not for speed."""
    wanted = {f"flag:{name}": expr for name, expr in compiled.flags().items()}
    for id_, columns in compiled.columns.items():
        if columns.truth is not None:
            holds, fails = map(e.column, columns.truth)
            wanted[f"{id_}:truth"] = pl.when(holds).then(True).when(fails).then(False)
        for part, value in (("value", columns.value), ("gap", columns.gap)):
            if value is not None:
                wanted |= _ends(f"{id_}:{part}", value)
    columns_ = [expr.alias(name) for name, expr in wanted.items()]
    index = pl.int_range(pl.len()).alias("§index")  # constants alone would give one row
    rows = compiled.apply(frame.lazy()).select(index, *columns_).collect().to_dicts()
    return [(_answers(compiled, row), _flags(row)) for row in rows]


def _flags(row: Mapping[str, Any]) -> set[str]:
    return {name.removeprefix("flag:") for name, on in row.items() if on and "flag:" in name}


def _ends(name: str, value: Value) -> dict[str, pl.Expr]:
    if isinstance(value, Lin):
        return {f"{name}:lo": e.expression(value.lo), f"{name}:hi": e.expression(value.hi)}
    parts = {x: e.expression(getattr(value, x)) for x in ("lo_n", "lo_d", "hi_n", "hi_d")}
    undefined = value.undefined
    parts["undefined"] = undefined if isinstance(undefined, pl.Expr) else pl.lit(undefined)
    return {f"{name}:{part}": expr for part, expr in parts.items()}


def _answers(compiled: Compiled, row: Mapping[str, Any]) -> dict[str, Answer]:
    return {
        id_: Answer(
            row.get(f"{id_}:truth"),
            _interval(columns.value, f"{id_}:value", row),
            _gap(columns.gap, f"{id_}:gap", row),
        )
        for id_, columns in compiled.columns.items()
    }


def _interval(value: Value | None, name: str, row: Mapping[str, Any]) -> Interval | None:
    if value is None:
        return None
    if isinstance(value, Lin):
        return Interval(
            _exact(row[f"{name}:lo"], value.scale), _exact(row[f"{name}:hi"], value.scale)
        )
    lo, hi = (
        _exact(row[f"{name}:{side}_n"], value.scale * (row[f"{name}:{side}_d"] or 1))
        for side in ("lo", "hi")
    )
    return Interval(lo, hi, bool(row[f"{name}:undefined"]))


def _gap(gap: Lin | None, name: str, row: Mapping[str, Any]) -> Interval | None:
    if gap is None or row[f"{name}:lo"] is None:
        return None
    return _interval(gap, name, row)


def _exact(numerator: int | None, denominator: int) -> Any:
    return None if numerator is None else reduced(Fraction(numerator, denominator))


def engine(instrument: Instrument, rows: Sequence[Prepared]) -> list[Said]:
    """Rows of case tables on this engine, those of one day and reading in one frame."""
    groups: dict[str, list[int]] = {}
    for i, row in enumerate(rows):
        groups.setdefault(repr((row.as_of, row.readings, row.given)), []).append(i)
    found: dict[int, Said] = {}
    for members in groups.values():
        first = rows[members[0]]
        frame = frame_of_firms([rows[i].firm for i in members], first.as_of, [instrument])
        compiled = compile_for(
            instrument, frame.columns, first.as_of, readings=first.readings, given=first.given
        )
        for i, (said, flags) in zip(members, answers(compiled, frame), strict=True):
            found[i] = said, flags | rows[i].firm.flags
    return [found[i] for i in range(len(rows))]
