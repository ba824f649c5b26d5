"""The values of one row as they leave the program in JSON.

Amounts are text in yuan with two decimals, other numbers decimal text, dates ISO, yes/no
``true``/``false``; a bound is ``{"lo": …, "hi": …}`` with ``null`` for an open end. Personal
facts are left out, personal numbers inside other text are masked.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from fractions import Fraction
from typing import Any

from denggao.facts.catalogue import Fact, catalogue
from denggao.facts.interval import Interval
from denggao.facts.privacy import masked
from denggao.facts.titles import Title

Json = dict[str, Any]


def rows_of(years: Sequence[int], columns: Mapping[str, Sequence[Any]]) -> Iterator[Json]:
    """For each row its values under ``code`` or ``code@year``; what is missing is left out."""
    told = []
    for key, values in columns.items():
        code, _, year = key.partition("@")
        if not catalogue()[code].personal:
            told.append((key, code, year == "*", _column(values, catalogue()[code])))
    for row, of_year in enumerate(years):
        yield {
            (f"{code}@{of_year}" if by_year else key): values[row]
            for key, code, by_year, values in told
            if values[row] is not None
        }


def _column(values: Sequence[Any], fact: Fact) -> list[Any]:
    if fact.unit == "元":  # nearly all cells of a ledger
        return [
            f"{v // 100}.{v % 100:02d}" if type(v) is int and v >= 0 else _maybe(v, fact)
            for v in values
        ]
    return [_maybe(value, fact) for value in values]


def _maybe(value: Any, fact: Fact) -> Any:
    return None if value is None else exchanged(value, fact)


def exchanged(value: Any, fact: Fact) -> Any:
    """One value in the form above."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return _decimal(value, fact)
    if isinstance(value, Interval):
        return {"lo": _end(value.lo, fact), "hi": _end(value.hi, fact)}
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_title(title) for title in value]
    return masked(str(value)) if fact.code != "uscc" else value


def _end(end: int | Fraction | None, fact: Fact) -> str | None:
    return None if end is None else _decimal(int(end), fact)


def _decimal(steps: int, fact: Fact) -> str:
    whole, rest = divmod(abs(steps), fact.scale)
    sign = "-" if steps < 0 else ""
    if fact.scale == 1:
        return f"{sign}{whole}"
    decimals = f"{rest:0{len(str(fact.scale)) - 1}d}"
    if fact.unit != "元":
        decimals = decimals.rstrip("0")
    return f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}"


def _title(title: Title) -> Json:
    told = {field.name: getattr(title, field.name) for field in fields(title)}
    return {
        name: value.isoformat() if isinstance(value, datetime.date) else masked(value)
        for name, value in told.items()
        if value
    }
