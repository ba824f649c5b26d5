"""What rules ask of certificates, for all firms at once: the meaning is ``facts.titles``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import reduce
from operator import or_

import polars as pl

from denggao.facts.titles import CANCELLED, NEVER, Title
from denggao.rules.engines.columnar.emit import Emitter
from denggao.rules.engines.lowering.days import Asked
from denggao.rules.engines.lowering.expr import Type, col
from denggao.rules.engines.lowering.titles import Paper, question

SCHEMA = {
    "firm": pl.UInt32,
    "kind": pl.Categorical,
    "issued_on": pl.Date,
    "valid_to": pl.Date,
    "cancelled_on": pl.Date,
    "is_end": pl.Boolean,
}
_NO_SPELLINGS: dict[str, Sequence[str]] = {}


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
    whole = pl.DataFrame({"firm": pl.int_range(len(said), dtype=pl.UInt32, eager=True)})
    in_order = certificates.lazy().with_columns(pl.col("firm").set_sorted())  # gathers faster
    has_ends = bool(certificates["is_end"].any())
    found = []
    for kind, ours in _by_kind(asked).items():
        of_kind = _of_kind(in_order, kind, ours, as_of, has_ends=has_ends).collect()
        joined = whole.join(of_kind, on="firm", how="left", maintain_order="left")
        found.append(joined.select(_said(joined.schema, said)))
    return pl.concat(found, how="horizontal") if found else pl.DataFrame()


def answers_by_firm(
    certificates: pl.LazyFrame,
    asked: Iterable[Asked],
    as_of: date,
    spelled: Mapping[str, Sequence[str]] = _NO_SPELLINGS,
) -> pl.LazyFrame:
    """The same, a row for each firm in ``certificates`` (``firm`` of any type, none of them a
    cancellation; one without a kind for a firm that holds none). ``spelled``: kind → what stands
    for it there, where that is more than the kind."""
    whole = certificates.select("firm").unique()
    for kind, ours in _by_kind(asked).items():
        of_kind = _of_kind(certificates, kind, ours, as_of, spelled.get(kind, (kind,)))
        joined = whole.join(of_kind, on="firm", how="left")
        told = _said(of_kind.collect_schema(), pl.lit(True))
        whole = joined.select(*whole.collect_schema().names(), *told)
    return whole


def _by_kind(asked: Iterable[Asked]) -> dict[str, list[Asked]]:
    found: dict[str, list[Asked]] = {}
    for one in sorted(asked, key=repr):
        found.setdefault(one.kind, []).append(one)
    return found


def _said(schema: pl.Schema, said: pl.Series | pl.Expr) -> Iterator[pl.Expr]:
    """Of a firm without a certificate of the kind: no, and never; unless nobody spoke of it."""
    for name, dtype in schema.items():
        if name not in ("firm", _SEEN):
            none = pl.lit(False) if dtype == pl.Boolean else pl.lit(_NEVER, dtype=pl.Int64)
            spoken = pl.when(said).then(none)
            yield pl.when(_SEEN).then(pl.col(name)).otherwise(spoken).alias(name)


def _of_kind(
    certificates: pl.LazyFrame,
    kind: str,
    asked: Sequence[Asked],
    as_of: date,
    spelled: Sequence[str] = (),
    *,
    has_ends: bool = False,
) -> pl.LazyFrame:
    """The answers of each firm that has a certificate of the kind, or of a kind unknown."""
    kinds = tuple(spelled or (kind,))
    is_either = reduce(or_, (pl.col("kind") == one for one in (*kinds, "")))
    papers, paper = certificates.filter(is_either), Paper()
    if has_ends:
        papers, paper = _with_ends(papers), _WITH_ENDS
    say, found = Emitter(), [question(one, as_of, paper, kinds) for one in asked]
    marks = {name: say(expr) for one in found for name, expr in one.marks.items()}
    told = {name: say(expr) for one in found for name, expr in one.answers.items()}
    gathered = papers.select("firm", **marks).group_by("firm").agg(pl.col(*marks).max())
    return gathered.select("firm", pl.lit(True).alias(_SEEN), **told)


_WITH_ENDS = Paper(
    is_end=col("is_end", Type.FLAG),
    ended=col("ended_on", Type.DAY),
    end_open=col("end_open", Type.FLAG),
)


def _with_ends(papers: pl.LazyFrame) -> pl.LazyFrame:
    """Each certificate with the first cancellation on record since its issue."""
    papers = papers.with_row_index("§paper")
    day = pl.coalesce("cancelled_on", "issued_on").alias("end")
    events = papers.filter("is_end").select("firm", day)
    since = pl.col("issued_on") <= pl.col("end")
    found = papers.join(events, on="firm").group_by("§paper").agg(
        pl.col("end").filter(since).min().alias("ended_on"),
        (pl.col("end").is_null() | pl.col("issued_on").is_null()).any().alias("end_open"),
    )  # fmt: skip
    joined = papers.join(found, on="§paper", how="left")
    return joined.with_columns(pl.col("end_open").fill_null(False))


_NEVER = NEVER.toordinal()
_SEEN = "§seen"
