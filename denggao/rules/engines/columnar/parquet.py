"""Ledgers as Parquet: heads matched as in a workbook, values checked, nothing loaded at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import gcd
from pathlib import Path

import polars as pl

from denggao.facts.catalogue import MAX_SIZE, Fact
from denggao.facts.closedwords import is_closed
from denggao.facts.columnmap import ColumnMap
from denggao.facts.enterprise import OUT_OF_DOMAIN
from denggao.facts.errors import UserError
from denggao.facts.heads import Meaning
from denggao.facts.ledger import Ledger
from denggao.facts.tableheads import TableHeads, table_heads
from denggao.rules.engines.columnar.certificates import Certificates
from denggao.rules.engines.columnar.daycells import day_of
from denggao.rules.engines.columnar.screening import IDENTITY, INDEX, NAME, harmless
from denggao.rules.engines.columnar.sizes import sizes_in
from denggao.rules.engines.columnar.table import (
    DISTANCE,
    FAILED,
    LEAST,
    OPEN,
    SHARED_ALREADY,
    in_order,
    table,
)
from denggao.rules.engines.columnar.wordcells import code_of, words_of
from denggao.rules.engines.lowering.titles import asked_of
from denggao.rules.engines.tally import Told
from denggao.rules.nodes import Instrument

_REFUSED = "§refused"
#: A double is read to the 15 digits it is sure of, as a cell of a workbook is.
_FIFTEEN_DIGITS = 1e-15
#: Of a decimal of 38 digits.
_LARGEST = 10**38 - 1


@dataclass(frozen=True, slots=True)
class ParquetLedger:
    """A lazy frame in canonical columns, and what was made of the heads; ``certificates``, where
    a file of them was given."""

    path: Path
    frame: pl.LazyFrame
    heads: TableHeads
    steps: Mapping[str, tuple[str, int]]  # key of a number → its head, steps in one of it
    certificates: Certificates | None = None

    @property
    def unread(self) -> tuple[str, ...]:
        """Heads that are no fact."""
        return self.heads.unread

    def asked(self, instruments: Sequence[Instrument], as_of: date) -> pl.LazyFrame:
        """The frame with what the rules ask of certificates."""
        if self.certificates is None:
            return self.frame
        questions = sorted(asked_of(instruments), key=repr)
        return self.certificates.joined(self.frame, IDENTITY, questions, as_of)

    def told(self) -> Told | None:
        """What the certificates came to; ``None`` where none were given."""
        held = self.certificates
        return None if held is None else held.told(self.frame, IDENTITY)

    def sizes(self) -> dict[str, int] | None:
        """A bound of each number, as ``sizes_in`` finds it: what is refused is null then."""
        found = sizes_in(pl.scan_parquet(self.path), dict(self.steps.values()))
        return None if found is None else {k: found[head] for k, (head, _) in self.steps.items()}

    def collected(self) -> Ledger:
        """All of it in memory, as the reader of workbooks gives it."""
        frame = self.asked([], date.max).collect()  # nothing is asked: their flags only
        flags = [c for c in frame.columns if c.startswith("flag:")]
        own = {INDEX, IDENTITY, *flags}
        raised = frame.select(flags).iter_rows()
        columns = {c: frame[c].to_list() for c in frame.columns if c not in own}
        if self.certificates is not None:
            columns["titles"] = self.certificates.of(frame[IDENTITY].to_list())
        return Ledger(
            identity=frame[IDENTITY].to_list(),
            identity_head=self.heads.identity,
            columns=columns,
            flags=[
                frozenset(c.removeprefix("flag:") for c, on in zip(flags, row, strict=True) if on)
                for row in raised
            ],
            places=[(self.path.name, "", row + 1) for row in range(frame.height)],
            sources={c: (self.path.name, "", "", c) for c in frame.columns if c not in own},
            problems=[],
            unread=[(self.path.name, "", "", head) for head in self.unread],
            rows_read=frame.height,
            skipped=Counter(),
        )


def scan(
    path: Path, as_of: date, columns: ColumnMap | None = None, id_column: str | None = None
) -> ParquetLedger:
    """Match the heads of a Parquet file. Raises UserError when it cannot be read, has no
    identity column, or no known head besides it."""
    try:
        frame = pl.scan_parquet(path)
        schema = frame.collect_schema()
    except (OSError, pl.exceptions.PolarsError):
        raise UserError(f"「{path.name}」读不出来，应是 Parquet 文件") from None
    heads = table_heads(schema.names(), as_of, f"「{path.name}」", columns, id_column)
    cells = [_cell(h, m, schema[h], key, path) for key, (h, m) in heads.facts.items()]
    frame = frame.select(
        pl.col(heads.identity).cast(pl.String).alias(IDENTITY),
        *(cell for made in cells for cell in made),
    )
    refused = [c for c in frame.collect_schema().names() if c.startswith(_REFUSED)]
    flag = pl.any_horizontal(refused) if refused else pl.lit(False)
    frame = frame.with_columns(flag.alias(f"flag:{OUT_OF_DOMAIN}")).drop(refused)
    if NAME not in frame.collect_schema().names():
        frame = frame.with_columns(pl.col(IDENTITY).alias(NAME))
    steps = {
        key: (head, (meaning.factor or 1) * meaning.fact.scale)
        for key, (head, meaning) in heads.facts.items() if meaning.fact.numeric
    }  # fmt: skip
    return ParquetLedger(path, frame.with_row_index(INDEX), heads, steps)


def _cell(head: str, meaning: Meaning, kind: pl.DataType, key: str, path: Path) -> list[pl.Expr]:
    fact, column = meaning.fact, pl.col(head)
    if fact.numeric:
        return _number(column, kind, fact, meaning.factor or 1, key, f"「{path.name}」的“{head}”")
    if fact.unit == "日期":
        made = day_of(column, kind)
    elif is_closed(fact):
        made, lost = words_of(column, kind, fact)
        return [made.alias(key), lost.alias(f"{_REFUSED}{key}")]
    elif fact.unit == "记录":
        return []
    elif fact.unit == "代码":
        return [code_of(column, kind).alias(key), pl.lit(False).alias(f"{_REFUSED}{key}")]
    else:
        made = column.cast(pl.String)
    lost = column.is_not_null() & made.is_null()
    return [made.alias(NAME if key == "name" else key), lost.alias(f"{_REFUSED}{key}")]


def _number(
    column: pl.Expr, kind: pl.DataType, fact: Fact, factor: int, key: str, where: str
) -> list[pl.Expr]:
    """Whole steps of the fact's unit; what is finer, too large or outside is refused."""
    scale, (least, most) = factor * fact.scale, fact.in_table
    if kind.is_integer():
        steps = column.cast(pl.Int128) * scale
    elif isinstance(kind, pl.Decimal):
        steps = _steps_of_decimal(column, kind, scale, max(-least, most))
    elif kind.is_float():
        rounded = (column * scale).round().fill_nan(None)
        noise = (rounded / scale - column).abs() <= column.abs() * _FIFTEEN_DIGITS
        beyond = MAX_SIZE[fact.unit] * fact.scale
        steps = pl.when(noise).then(rounded.clip(-beyond, beyond).cast(pl.Int128))
    else:
        raise UserError(f"{where}应是数字列，现在是 {kind}；请先转成整数、小数或 Decimal")
    inside = steps.is_between(least, most)
    return [
        pl.when(inside).then(steps.cast(pl.Int64, strict=False)).alias(key),
        (column.is_not_null() & ~inside.fill_null(False)).alias(f"{_REFUSED}{key}"),
    ]


def _steps_of_decimal(column: pl.Expr, kind: pl.Decimal, scale: int, most: int) -> pl.Expr:
    """Null where the number is finer than a step, or has more of them than can be counted."""
    common = gcd(10**kind.scale, scale)
    finer, times = 10**kind.scale // common, scale // common
    own = column.to_physical().cast(pl.Int128)
    if 10**kind.precision * times > _LARGEST:
        largest = min(most * finer // times, _LARGEST)
        own = pl.when(own.is_between(-largest, largest)).then(own)
    return (own if finer == 1 else pl.when(own % finer == 0).then(own // finer)) * times


def screen_to_file(
    ledger: ParquetLedger,
    instruments: Sequence[Instrument],
    as_of: date,
    readings: dict[str, dict[str, str]],
    path: Path,
) -> None:
    """逐企结论 straight to .csv or .parquet, laws one after the other."""
    parts, sizes, frame = [], ledger.sizes(), ledger.asked(instruments, as_of)
    for law in instruments:
        made = table(law, frame, as_of, readings.get(law.short), sizes=sizes)
        parts.append(made.select(IDENTITY, NAME).cast({"flags": pl.String}))
    whole = in_order(parts)
    names = whole.collect_schema().names()
    own = [c for c in names if c.startswith(LEAST) or c in (FAILED, OPEN, DISTANCE)]
    first = [c for c in names if c not in (NAME, "flags", *own)]
    whole = whole.select(*first, NAME, "flags")
    if path.suffix == ".csv":
        texts = [c for c, kind in whole.collect_schema().items() if kind == pl.String]
        whole = whole.with_columns(harmless(c) for c in texts)
    _sink(whole, path)


def counted(path: Path, flag: str) -> tuple[list[tuple[str, str, str, int]], int]:
    """Of such a file: (law, conclusion, countable conditions, firms) for each combination, and
    how many rows have this flag."""
    rows = (
        pl.scan_parquet(path)
        if path.suffix == ".parquet"
        else pl.scan_csv(path, infer_schema=False)
    )
    kinds = ["law", "verdict", "hard_verdict"]
    found = rows.group_by(pl.col(kinds).cast(pl.String)).agg(pl.len())
    flagged = rows.select(pl.col("flags").str.contains(flag, literal=True).sum())
    return found.collect().rows(), int(flagged.collect().item() or 0)


def _sink(frame: pl.LazyFrame, path: Path) -> None:
    write: Callable[..., object] = (
        frame.sink_parquet if path.suffix == ".parquet" else frame.sink_csv
    )
    write(path, optimizations=SHARED_ALREADY)
