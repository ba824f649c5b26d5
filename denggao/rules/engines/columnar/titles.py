"""What rules ask of certificates, for all firms at once: the meaning is ``facts.titles``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from denggao.facts.titles import CANCELLED, ISSUED, NEVER, REVOKED, Title
from denggao.rules import nodes as n
from denggao.rules.engines.columnar.emit import day_number
from denggao.rules.engines.lowering.days import Asked, column

SCHEMA = {
    "firm": pl.UInt32,
    "kind": pl.Categorical,
    "issued_on": pl.Date,
    "valid_to": pl.Date,
    "cancelled_on": pl.Date,
    "is_end": pl.Boolean,
}
_DAY = timedelta(days=1)
_YES, _NO, _OPEN = pl.lit(True), pl.lit(False), pl.lit(None, dtype=pl.Boolean)


def asked_of(instruments: Sequence[n.Instrument]) -> set[Asked]:
    """What the rules ask of the certificates of some kind."""
    leaves = (x for i in instruments for s in i.statements.values() for x in s.leaves)
    return {x for x in leaves if isinstance(x, n.Holds | n.EverHeld | n.TitleDay)}


def long_frame(titles: Sequence[Sequence[Title] | None]) -> pl.DataFrame:
    """One row per certificate, in the order of the firms."""
    rows = [(firm, t) for firm, ours in enumerate(titles) for t in ours or ()]
    columns = {
        "firm": [firm for firm, _ in rows],
        "kind": [t.kind for _, t in rows],
        "issued_on": [t.issued_on for _, t in rows],
        "valid_to": [t.valid_to for _, t in rows],
        "cancelled_on": [t.cancelled_on for _, t in rows],
        "is_end": [t.event == CANCELLED for _, t in rows],
    }
    return pl.DataFrame(columns, schema=SCHEMA)


def answers(
    certificates: pl.DataFrame, said: pl.Series, asked: Iterable[Asked], as_of: date
) -> pl.DataFrame:
    """A column (of a day, two) for each question, a row for each firm. ``certificates`` as
    ``long_frame`` makes them, sorted by firm; ``said``: somebody spoke of the firm's
    certificates at all."""
    by_kind: dict[str, list[Asked]] = {}
    for one in asked:
        by_kind.setdefault(one.kind, []).append(one)
    whole = pl.DataFrame({"firm": pl.int_range(len(said), dtype=pl.UInt32, eager=True)})
    found = []
    for kind, ours in sorted(by_kind.items()):
        of_kind = _of_kind(certificates, kind, ours, as_of).collect()
        joined = whole.join(of_kind, on="firm", how="left", maintain_order="left")
        found.append(joined.select(_said(joined.schema, said)))
    return pl.concat(found, how="horizontal") if found else pl.DataFrame()


def _said(schema: pl.Schema, said: pl.Series) -> Iterator[pl.Expr]:
    """Of a firm without a certificate of the kind: no, and never; unless nobody spoke of it."""
    for name, dtype in schema.items():
        if name not in ("firm", _SEEN):
            none = pl.lit(False) if dtype == pl.Boolean else pl.lit(_NEVER, dtype=pl.Int64)
            spoken = pl.when(said).then(none)
            yield pl.when(_SEEN).then(pl.col(name)).otherwise(spoken).alias(name)


@dataclass(frozen=True, slots=True)
class _Answer:
    """A question in three steps: plain columns of each certificate, what they come to for a
    firm (plain columns gather fast, expressions do not), and the answer."""

    columns: dict[str, pl.Expr]
    firm: list[pl.Expr]
    said: list[pl.Expr]


def _of_kind(
    certificates: pl.DataFrame, kind: str, asked: Sequence[Asked], as_of: date
) -> pl.LazyFrame:
    is_either = (pl.col("kind") == kind) | (pl.col("kind") == "")
    in_order = pl.col("firm").set_sorted()  # as ``long_frame`` has them: gathers faster
    ours = certificates.lazy().with_columns(in_order).filter(is_either)
    papers = _with_ends(ours, certificates.filter(is_either & pl.col("is_end")))
    is_ours = pl.col("kind") == kind
    found = [_answer(one, is_ours, as_of) for one in asked]
    columns = {name: expr for one in found for name, expr in one.columns.items()}
    firm = [x for one in found for x in one.firm]
    gathered = papers.select("firm", **columns).group_by("firm").agg(firm)
    seen = pl.lit(True).alias(_SEEN)
    return gathered.select("firm", seen, *(x for one in found for x in one.said))


def _answer(one: Asked, is_ours: pl.Expr, as_of: date) -> _Answer:
    name, begun = column(one, as_of), _issued_by(as_of)
    match one:
        case n.Holds():
            return _any(name, _valid(one.day(as_of)), is_ours)
        case n.EverHeld():
            return _any(name, begun, is_ours)
        case n.TitleDay(what, _) if what == REVOKED:
            is_end, cancelled = pl.col("is_end"), pl.col("cancelled_on")
            day = pl.coalesce(cancelled, pl.when(is_end).then(pl.col("issued_on")))
            counts = (is_end | cancelled.is_not_null()) & (day <= as_of).fill_null(True)
        case n.TitleDay(what, _):
            day = pl.when(begun).then(pl.col("issued_on") if what == ISSUED else _end(as_of))
            counts = begun.fill_null(True)
    return _latest(name, day, is_ours, counts)


def _with_ends(papers: pl.LazyFrame, ends: pl.DataFrame) -> pl.LazyFrame:
    """Each certificate with the first cancellation on record since its issue."""
    if ends.is_empty():
        none = pl.lit(None, dtype=pl.Date).alias("ended_on"), pl.lit(False).alias("end_open")
        return papers.with_columns(none)
    papers = papers.with_row_index("§paper")
    day = pl.coalesce("cancelled_on", "issued_on").alias("end")
    events = ends.lazy().select("firm", day)
    since = pl.col("issued_on") <= pl.col("end")
    found = papers.join(events, on="firm").group_by("§paper").agg(
        pl.col("end").filter(since).min().alias("ended_on"),
        (pl.col("end").is_null() | pl.col("issued_on").is_null()).any().alias("end_open"),
    )  # fmt: skip
    joined = papers.join(found, on="§paper", how="left")
    return joined.with_columns(pl.col("end_open").fill_null(False))


def _backwards() -> pl.Expr:
    return (pl.col("valid_to") < pl.col("issued_on")).fill_null(False)


def _valid(on: date) -> pl.Expr:
    issued, until = pl.col("issued_on"), pl.col("valid_to")
    return (
        pl.when(pl.col("is_end") | (pl.col("cancelled_on") <= on)).then(_NO)
        .when(_backwards()).then(_OPEN)
        .when((issued > on) | (until < on)).then(_NO)
        .when(issued.is_null() | until.is_null()).then(_OPEN)
        .when(pl.col("ended_on") <= on).then(_NO)
        .when(pl.col("end_open")).then(_OPEN)
        .otherwise(_YES)
    )  # fmt: skip


def _issued_by(on: date) -> pl.Expr:
    issued, until = pl.col("issued_on"), pl.col("valid_to")
    return (
        pl.when(pl.col("is_end")).then(_NO)
        .when(_backwards()).then(_OPEN)
        .when(issued.is_not_null()).then(issued <= on)
        .when(until <= on).then(_YES)
        .otherwise(_OPEN)
    )  # fmt: skip


def _end(on: date) -> pl.Expr:
    past = [pl.when(pl.col(c) <= on).then(pl.col(c) - _DAY) for c in ("cancelled_on", "ended_on")]
    known = pl.col("valid_to").is_not_null() & ~pl.col("end_open")
    return pl.when(known).then(pl.min_horizontal("valid_to", *past))


def _any(name: str, state: pl.Expr, is_ours: pl.Expr) -> _Answer:
    """Kleene's or over a firm's certificates; one of an unknown kind is at most open."""
    certain, possible = f"{name}§certain", f"{name}§possible"
    said = pl.when(certain).then(_YES).when(possible).then(_OPEN).otherwise(_NO)
    return _Answer(
        {certain: state.fill_null(False) & is_ours, possible: state.fill_null(True)},
        [pl.col(certain).any(), pl.col(possible).any()],
        [said.alias(name)],
    )


def _latest(name: str, day: pl.Expr, is_ours: pl.Expr, counts: pl.Expr) -> _Answer:
    """Both ends of the latest day: the latest certain one, and the same above where all that
    count are certain."""
    sure = day.is_not_null() & is_ours & counts & ~_backwards()
    latest, some, unsure = f"{name}§day", f"{name}§counts", f"{name}§unsure"
    lo = pl.when(some).then(day_number(pl.col(latest))).otherwise(_NEVER)
    return _Answer(
        {latest: pl.when(sure).then(day), some: counts, unsure: counts & ~sure},
        [pl.col(latest).max(), pl.col(some).any(), pl.col(unsure).any()],
        [lo.alias(f"{name}.lo"), pl.when(~pl.col(unsure)).then(lo).alias(f"{name}.hi")],
    )


_NEVER = NEVER.toordinal()
_SEEN = "§seen"
