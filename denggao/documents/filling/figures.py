"""Exact numbers as a form writes them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction


def plain(value: Fraction) -> Decimal:
    """An exact decimal; units are powers of ten, so it always ends."""
    number = Decimal(value.numerator) / Decimal(value.denominator)
    assert Fraction(number) == value
    return number.to_integral_value() if value.denominator == 1 else number.normalize()


def percent(share: Fraction, places: int = 2) -> Decimal:
    """A share in per cent, half up."""
    exact = Decimal(share.numerator * 100) / Decimal(share.denominator)
    return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
