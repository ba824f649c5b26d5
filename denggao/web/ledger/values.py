"""A value between its forms: the exchange form of a row, the columns of a statement, and the form
in which rules and people have it."""

from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from denggao.facts.catalogue import Fact, catalogue, technical_fields
from denggao.facts.converters import shown as shown_elsewhere
from denggao.facts.divisions import full_name
from denggao.facts.errors import UserError
from denggao.facts.interval import Interval

TEXT_LENGTH = 1000


class Columns(NamedTuple):
    """As a statement keeps it."""

    number: int | None = None
    lo: int | None = None
    hi: int | None = None
    text: str = ""


def columns_of(value: Any, fact: Fact) -> Columns:
    """The columns for a value in the exchange form (``facts.rowvalues``)."""
    if isinstance(value, bool):
        return Columns(number=int(value))
    if not fact.numeric:
        return Columns(text=str(value)[:TEXT_LENGTH])
    if isinstance(value, dict):
        return Columns(lo=_steps(value["lo"], fact), hi=_steps(value["hi"], fact))
    return Columns(number=_steps(value, fact))


def _steps(text: str | None, fact: Fact) -> int | None:
    if text is None:
        return None
    if fact.unit == "元":
        return int(text.replace(".", "", 1))  # always two decimals
    return int(Decimal(text) * fact.scale)


def value_of(fact: Fact, columns: Columns) -> Any:
    """As ``ledger.Ledger`` has it: whole steps, an Interval of steps, bool, date, text; ``None``
    where the statement says it is unknown."""
    number, lo, hi, text = columns
    if fact.numeric:
        if number is None and (lo is not None or hi is not None):
            return Interval(lo, hi)
        return number
    if fact.unit == "是否":
        return None if number is None else bool(number)
    if not text:
        return None
    return datetime.date.fromisoformat(text) if fact.unit == "日期" else text


def shown(fact: Fact, columns: Columns) -> str:
    """For people, exact: 「4100 万元」, 「426 人」, 「是」; "" for unknown."""
    value = value_of(fact, columns)
    if value is None:
        return ""
    if fact.unit == "元" and isinstance(value, int):
        return f"{_plain(value, fact.scale * 10_000)} 万元"
    if fact.code == "region":
        return full_name(str(value))
    if fact.code == "field_code":
        return f"{value} {technical_fields().get(str(value), '')}".strip()
    return shown_elsewhere(value, fact)


def _plain(steps: int, scale: int) -> str:
    whole, rest = divmod(abs(steps), scale)
    decimals = f"{rest:0{len(str(scale)) - 1}d}".rstrip("0")
    sign = "-" if steps < 0 else ""
    return f"{sign}{whole:,}" + (f".{decimals}" if decimals else "")


def fact_name(code: str) -> str:
    """In Chinese; the code itself where the catalogue no longer has it."""
    fact = catalogue().get(code)
    return fact.name if fact else code


def key_name(key: str) -> str:
    """「2025年销售收入」 for ``sales@2025``; what is no key as it stands."""
    code, _, year = key.partition("@")
    return (f"{year}年" if year else "") + fact_name(code)


def read_typed(fact: Fact, text: str) -> Columns:
    """What a person typed, amounts in 万元. Raises UserError saying what was expected; empty
    text is "unknown"."""
    from denggao.facts import cells
    from denggao.facts.cells import BadCell

    if not text.strip():
        return Columns()
    try:
        if fact.numeric:
            factor = 10_000 if fact.unit == "元" else 1
            found = cells.number(text.strip(), fact, factor).value
            return (
                Columns(lo=_int(found.lo), hi=_int(found.hi))
                if isinstance(found, Interval)
                else Columns(number=found)
            )
        if fact.unit == "是否":
            answer = cells.yes_no(text.strip(), fact)
            return Columns() if answer is None else Columns(number=int(answer))
        if fact.unit == "日期":
            day = cells.date(text.strip(), False)
            return Columns() if day is None else Columns(text=day.isoformat())
        if fact.code == "field_code":
            return Columns(text=cells.field_code(text.strip()) or "")
    except BadCell as bad:
        _, expected, advice = bad.finding
        raise UserError(f"“{text}”：应为{expected}；{advice}") from None
    return Columns(text=text.strip()[:TEXT_LENGTH])


def _int(end: int | Fraction | None) -> int | None:
    return None if end is None else int(end)
