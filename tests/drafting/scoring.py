"""Precision and recall of a draft against a truth of schema 1.0."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz.fuzz import token_set_ratio

from denggao.drafting.naming import canonical

_ALIKE = 50


@dataclass(frozen=True)
class Score:
    """``missed`` of the truth and ``wrong`` of the draft, beside the pairs found."""

    pairs: int
    missed: tuple[Any, ...]
    wrong: tuple[Any, ...]

    @property
    def precision(self) -> float:
        return self.pairs / (self.pairs + len(self.wrong)) if self.pairs or self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.pairs / (self.pairs + len(self.missed)) if self.pairs or self.missed else 1.0

    def __add__(self, other: Score) -> Score:
        return Score(self.pairs + other.pairs, self.missed + other.missed, self.wrong + other.wrong)


def alike(one: str, other: str) -> bool:
    """Do two names mean one indicator? Aliases apart, by their characters."""
    a, b = (" ".join(canonical(name).removesuffix("数")) for name in (one, other))
    return token_set_ratio(a, b) >= _ALIKE


def same_figure(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Indicator, value, unit and year."""
    return all(one[key] == other[key] for key in ("value", "unit", "year")) and alike(
        one["indicator"], other["indicator"]
    )


def same_task(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """The set of units, and the title where neither names any."""
    if one["units"] or other["units"]:
        return set(one["units"]) == set(other["units"])
    return alike(one["title"], other["title"])


def same_award(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Beneficiary, condition, amount."""
    return (
        one["amount"] == other["amount"]
        and alike(one["condition"], other["condition"])
        and alike(one["beneficiary"], other["beneficiary"])
    )


def same_deadline(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """The date and whether it comes again."""
    return bool(one["when"] == other["when"] and one["recurrence"] == other["recurrence"])


def score(
    truth: Sequence[dict[str, Any]],
    found: Sequence[dict[str, Any]],
    same: Callable[[dict[str, Any], dict[str, Any]], bool],
) -> Score:
    """Each item of the truth takes at most one of the draft's."""
    left, missed, pairs = list(found), [], 0
    for wanted in truth:
        match = next((item for item in left if same(wanted, item)), None)
        if match is None:
            missed.append(wanted)
        else:
            left.remove(match)
            pairs += 1
    return Score(pairs, tuple(missed), tuple(left))
