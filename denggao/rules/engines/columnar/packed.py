"""Facts of some thousand firms as one piece of bytes, to be kept in a database: Arrow's file form,
which is read back without touching a value."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from denggao.facts.titles import Title
from denggao.rules import nodes as n
from denggao.rules.engines.columnar.run import dtype_of, title_columns
from denggao.rules.engines.columnar.screening import IDENTITY, INDEX, NAME
from denggao.rules.engines.lowering.titles import asked_of

#: Beside the facts: the firm's key, where it lies, who looks after it, and whether it was said
#: to hold no certificate.
KEY, REGION, ZONE, OWNER, NONE_HELD = "§key", "§region", "§zone", "§owner", "§none_held"
_OWN: dict[str, Any] = {
    KEY: pl.Int64,
    REGION: pl.String,
    ZONE: pl.String,
    OWNER: pl.Int64,
    NONE_HELD: pl.Boolean,
}


def packed(columns: Mapping[str, Sequence[Any]]) -> bytes:
    """Canonical columns of facts (whole steps, days, yes or no, texts) and those above."""
    series = [
        pl.Series(name, data, dtype=_OWN.get(name) or dtype_of(name), strict=True)
        for name, data in columns.items()
    ]
    target = io.BytesIO()
    pl.DataFrame(series).write_ipc(target, compression="uncompressed")
    return target.getvalue()


def unpacked(pieces: Iterable[bytes], places: Iterable[str] | None) -> pl.DataFrame:
    """The firms that lie in one of the places (``None``: all), in the order of the pieces."""
    frames = [pl.read_ipc(io.BytesIO(piece)) for piece in pieces]
    if not frames:
        return pl.DataFrame(schema={**_OWN, "name": pl.String, "uscc": pl.String})
    whole = pl.concat(frames, how="diagonal", rechunk=True)
    if places is None:
        return whole
    here = pl.Series(sorted(places), dtype=pl.String).implode()
    return whole.filter(
        pl.col(REGION).is_in(here) | pl.col(ZONE).is_in(here).fill_null(value=False)
    )


def picked(frame: pl.DataFrame, keys: Iterable[int]) -> pl.DataFrame:
    """Only the firms with these keys, in the order of the frame."""
    return frame.filter(pl.col(KEY).is_in(pl.Series(list(keys), dtype=pl.Int64).implode()))


def keys_of(frame: pl.DataFrame) -> list[int]:
    """The firms' keys."""
    return frame[KEY].to_list()


def screenable(
    frame: pl.DataFrame,
    instruments: Sequence[n.Instrument],
    as_of: date,
    titles: Mapping[int, tuple[Title, ...]],
) -> pl.DataFrame:
    """The frame as ``screening.screen`` takes it; ``titles`` by the firm's key."""
    identity = [
        pl.int_range(pl.len(), dtype=pl.Int64).alias(INDEX),
        pl.coalesce("uscc", "name").alias(IDENTITY),
        pl.col("name").alias(NAME),
    ]
    made = frame.drop("name").hstack(frame.select(identity)) if frame.width else frame
    if asks_titles(instruments):
        held = title_columns(titles_of(frame, titles), instruments, as_of)
        made = made.hstack(held.get_columns())
    return made.drop(_OWN)


def titles_of(
    frame: pl.DataFrame, titles: Mapping[int, tuple[Title, ...]]
) -> list[tuple[Title, ...] | None]:
    """Each firm's certificates; ``()`` where it was said to hold none, ``None``: nobody said."""
    rows = frame.select(KEY, NONE_HELD).iter_rows()
    return [titles.get(key, () if none else None) for key, none in rows]


def columns_of(frame: pl.DataFrame) -> dict[str, list[Any]]:
    """The facts as ``facts.ledger.Ledger`` has them; none of the columns beside them."""
    return {c: frame[c].to_list() for c in frame.columns if c not in _OWN}


def owners_of(frame: pl.DataFrame) -> list[int]:
    """Who looks after some firm."""
    return frame[OWNER].drop_nulls().unique().to_list()


def with_owners(frame: pl.DataFrame, names: Mapping[int, str]) -> pl.DataFrame:
    """Their names instead of what was stated, as soon as somebody looks after any firm."""
    if not names:
        return frame
    who = pl.col(OWNER).replace_strict(names, default=None, return_dtype=pl.String)
    return frame.with_columns(follow_up_by=who)


def asks_titles(instruments: Sequence[n.Instrument]) -> bool:
    """Do the rules ask of certificates?"""
    return bool(asked_of(instruments))
