"""The facts of a ledger as columns of a sheet that reads back to the same values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from denggao.facts.catalogue import Fact, catalogue
from denggao.facts.ledger import Ledger

#: Money is written in 万元, as bureaus do: a head's unit and its share of the fact's own.
_MONEY_UNIT, _MONEY_FACTOR = "万元", 10_000
#: A spreadsheet keeps so many digits of a number; a longer one is written as text.
_DIGITS = 15
#: Before this day Excel counts days differently from everyone else.
_FIRST_DAY = date(1900, 3, 1)
_WIDTHS = {"name": 34, "uscc": 22, "address": 36, "former_names": 24, "remark": 30}


@dataclass(frozen=True)
class FactColumn:
    """``key`` as in ``Ledger.columns``; ``head`` with year and unit; ``width`` in half Chinese
    characters. ``values`` by firm, ``lows`` and ``highs`` where some are bounds."""

    key: str
    head: str
    width: float
    fact: Fact
    values: list[Any]
    lows: list[Any] | None
    highs: list[Any] | None

    def cell(self, firm: int) -> Decimal | date | str | None:
        """What stands in the sheet for a firm; ``None`` where nothing is known."""
        value = self.values[firm]
        if value is None and self.lows is not None and self.highs is not None:
            return _bounds(self.fact, self.lows[firm], self.highs[firm])
        return _cell(self.fact, value)


def fact_columns(ledger: Ledger) -> list[FactColumn]:
    """All facts that the ledger has, in the order of the catalogue, years from left to right;
    资格证书 are no column."""
    return [
        FactColumn(
            key,
            head_of(fact, year),
            _WIDTHS.get(fact.code, 14 if fact.numeric or fact.unit in ("日期", "是否") else 18),
            fact,
            ledger.columns[key],
            ledger.columns.get(f"{key}.lo"),
            ledger.columns.get(f"{key}.hi"),
        )
        for fact in catalogue().values()
        if fact.unit != "记录"
        for key, year in _keys(ledger, fact.code)
    ]


def _keys(ledger: Ledger, code: str) -> Iterator[tuple[str, str]]:
    """(key, year or "") of the columns that hold a fact, oldest year first."""
    for key in sorted(ledger.columns):
        fact, _, year = key.partition("@")
        if fact == code and not year.endswith((".lo", ".hi")):
            yield key, year


def head_of(fact: Fact, year: str) -> str:
    """「2024年销售收入（万元）」."""
    unit = _MONEY_UNIT if fact.unit == "元" else fact.unit
    return (f"{year}年" if year else "") + fact.name + (f"（{unit}）" if fact.numeric else "")


def _cell(fact: Fact, value: Any) -> Decimal | date | str | None:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int):
        number = _number(fact, value)
        return number if len(number.as_tuple().digits) <= _DIGITS else f"{number:f}"
    return as_day(value) if isinstance(value, date) else value


def as_day(value: date | None) -> date | str | None:
    """A date as a cell can hold it."""
    return value.isoformat() if value is not None and value < _FIRST_DAY else value


def _number(fact: Fact, steps: int) -> Decimal:
    """In the unit of the head, without zeros behind."""
    per_unit = fact.scale * (_MONEY_FACTOR if fact.unit == "元" else 1)
    number = (Decimal(steps) / per_unit).normalize()
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number


def _bounds(fact: Fact, low: int | None, high: int | None) -> str | None:
    """「570人以上」, 「500~600人」; the unit stands in the cell, whatever the head says."""
    unit = _MONEY_UNIT if fact.unit == "元" else fact.unit
    least, most = (None if end is None else end * fact.scale for end in (fact.lo, fact.hi))
    if low is not None and high == most:
        return f"{_number(fact, low):f}{unit}以上"
    if high is not None and low == least:
        return f"{_number(fact, high):f}{unit}以下"
    if low is None or high is None:
        return None
    return f"{_number(fact, low):f}~{_number(fact, high):f}{unit}"
