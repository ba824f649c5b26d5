"""Exact numbers at the precision a fact is recorded with.

Inside, every amount is a whole number of the smallest step of its unit (分, 1/10000 人): see
``catalogue.SCALE``. Nothing is rounded here but head counts that come from monthly averages
(195号 三（五）: twelfths), once, half up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from denggao.facts.catalogue import MAX_SIZE, SCALE, Fact

#: A monthly number is (start + end) ÷ 2, a year the sum ÷ 12: head counts are 1/24ths.
_HEADCOUNT_STEP = 24


class OutOfDomain(ValueError):
    """The number cannot stand as this fact; the message says why, in Chinese."""


_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|[+-]?\d+/\d+", re.ASCII)


def is_number(text: str) -> bool:
    """Is it written as a number at all, of whatever size?"""
    return _NUMBER.fullmatch(text.strip()) is not None


def exact(text: str) -> Fraction | None:
    """The number written as a plain decimal, ``1e7`` or ``p/q``; ``None`` if it is not one, or
    too long or large to be meant."""
    text = text.strip()
    if len(text) > 60 or not is_number(text):
        return None
    try:
        if "/" in text:
            top, bottom = text.split("/")
            return Fraction(int(top), int(bottom))
        number = Decimal(text)
    except (ValueError, ZeroDivisionError, InvalidOperation):
        return None
    if not number.is_finite() or abs(number.adjusted()) > 40:
        return None
    return Fraction(number)


def recorded(fact: Fact, value: Fraction) -> tuple[int, bool]:
    """``value`` (in the fact's unit) as a count of its smallest steps, and whether a head
    count had to be rounded.

    Raises OutOfDomain when it is finer than the unit is recorded with, too large, or outside
    the fact's domain.
    """
    steps = value * SCALE[fact.unit]
    rounded = False
    if steps.denominator != 1:
        if fact.unit != "人" or not _is_average(value):
            raise OutOfDomain(f"{fact.unit}最多记到 {_places(fact.unit)}")
        steps, rounded = Fraction((steps + Fraction(1, 2)).__floor__()), True
    if abs(value) >= MAX_SIZE[fact.unit]:
        raise OutOfDomain(f"绝对值应小于 {MAX_SIZE[fact.unit]:.0e} {fact.unit}")
    if fact.lo is not None and value < fact.lo:
        raise OutOfDomain(f"{fact.name}不能小于 {fact.lo}")
    if fact.hi is not None and value > fact.hi:
        raise OutOfDomain(f"{fact.name}不能大于 {fact.hi}")
    return steps.numerator, rounded


def _places(unit: str) -> str:
    places = len(str(SCALE[unit])) - 1
    return f"{places} 位小数" if places else "整数"


def _is_average(value: Fraction) -> bool:
    """Is this a monthly average, exactly or as a program printed it (26.333333)?"""
    nearest = Fraction(round(value * _HEADCOUNT_STEP), _HEADCOUNT_STEP)
    return value == nearest or abs(value - nearest) < Fraction(1, 10 ** _printed_places(value))


def _printed_places(value: Fraction) -> int:
    """Decimal places of a terminating decimal, at most the 12 that a spreadsheet is sure of;
    30 for what is no decimal at all."""
    for places in range(5, 31):
        if (value * 10**places).denominator == 1:
            return min(places, 12)
    return 30


def average_headcount(pairs: Sequence[tuple[Fraction, Fraction]]) -> Fraction:
    """Yearly number from (start, end) of each month, or quarter, operated: the mean of the
    means (195号 三（五）; 115号 第九条), not yet rounded."""
    return sum((a + b for a, b in pairs), Fraction(0)) / (2 * len(pairs))
