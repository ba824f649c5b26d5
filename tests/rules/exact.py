"""What a rule must say of a firm, to the last digit, on every engine."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from denggao.facts.interval import Interval, Truth, point
from tests.rules.engines import on_each_engine

ANY = Interval(None, None)
NOWHERE = Interval(None, None, True)
POSITIVE = Interval(0, None)
MAY_NOT_EXIST = Interval(0, None, True)
TOP = Fraction(10**17 - 1, 100)
TRUTHS: tuple[Truth, ...] = (True, False, None)
STEP = Fraction(1, 100)

Facts = dict[str, Any]


def last(**values: Any) -> Facts:
    """Facts of the fiscal year before the application."""
    return {code: {"2025": value} for code, value in values.items()}


def years(code: str, first: Any, before: Any, last_year: Any) -> Facts:
    values = {"2023": first, "2024": before, "2025": last_year}
    return {code: {year: value for year, value in values.items() if value is not None}}


def check(rules: str, facts: Facts, expected: dict[str, object], flags: set[str]) -> None:
    """Each engine says exactly this; keys are ``id``, ``id.value`` and ``id.gap``."""
    for engine, (answers, raised) in on_each_engine(rules, facts).items():
        for key, wanted in expected.items():
            id_, _, part = key.partition(".")
            assert (engine, key, getattr(answers[id_], part or "truth")) == (engine, key, wanted)
        assert (engine, raised) == (engine, flags)


def plain(value: Fraction | int) -> Interval:
    return point(Fraction(value))
