"""Exact numbers as a form writes them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor


def plain(value: Fraction) -> Decimal:
    """An exact decimal; units are powers of ten, so it always ends."""
    number = Decimal(value.numerator) / Decimal(value.denominator)
    assert Fraction(number) == value
    return number.to_integral_value() if value.denominator == 1 else number.normalize()


#: Thresholds of the shares that forms ask for are multiples of this many per cent (5, 27.5).
_STEP = Decimal("0.5")
_MOST_PLACES = 12


def percent(share: Fraction) -> Decimal:
    """A share in per cent with two places, half up; with more where two would round it onto a
    number that a threshold may be: 4.996 stays 4.996, for 5 is what it misses."""
    exact = share * 100
    for places in range(2, _MOST_PLACES + 1):
        shown = _half_up(exact, places)
        if shown % _STEP or Fraction(shown) == exact:
            return shown
    # nearer than that: on the side of the threshold where it is
    step = Decimal(1).scaleb(-_MOST_PLACES)
    return shown + (step if Fraction(shown) < exact else -step)


def _half_up(value: Fraction, places: int) -> Decimal:
    steps = floor(value * 10**places + Fraction(1, 2))
    return Decimal(steps).scaleb(-places)


def is_near_threshold(shown: Decimal) -> bool:
    """Did this share (of ``percent``) need more than two places?"""
    return shown != round(shown, 2)
