"""Exact distributions of counts: a binomial, a sum, a mixture, and what is asked of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate
from math import fsum
from operator import mul

#: Weights this much smaller than the largest are left out: beyond the last digit of a double.
_NOTHING = 1e-18
#: A sum of weights this close to a share has reached it.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Counts:
    """P(count = ``least`` + i) = ``weights[i]``. Weights are doubles, everything else is exact:
    no draws, no tables, the same digits on every machine."""

    least: int
    weights: tuple[float, ...]

    @property
    def most(self) -> int:
        """The largest count that has any weight."""
        return self.least + len(self.weights) - 1

    def at_least(self, target: int) -> float:
        """P(count ≥ target)."""
        if target <= self.least:
            return 1.0
        above = fsum(self.weights[target - self.least :])
        below = fsum(self.weights[: target - self.least])
        return above if above < below else max(0.0, 1.0 - below)

    def quantile(self, share: Fraction) -> int:
        """The smallest count that is not exceeded with at least this probability."""
        wanted = float(share) - _ROUNDING
        for step, reached in enumerate(accumulate(self.weights)):
            if reached >= wanted:
                return self.least + step
        return self.most

    def beyond(self, count: int) -> Counts:
        """By how much the count exceeds ``count``: never below 0."""
        cut = count - self.least
        if cut <= 0:
            return Counts(-cut, self.weights)
        return _trimmed(0, [fsum(self.weights[: cut + 1]), *self.weights[cut + 1 :]])

    @property
    def mean(self) -> float:
        """The expected count."""
        return fsum(map(mul, range(self.least, self.most + 1), self.weights))

    def __add__(self, other: Counts) -> Counts:
        """The distribution of the sum of two independent counts."""
        long, short = self.weights, other.weights
        if len(long) < len(short):
            long, short = short, long
        edge = (0.0,) * (len(short) - 1)
        padded, turned = edge + long + edge, short[::-1]
        width = len(short)
        sums = (sum(map(mul, turned, padded[i : i + width])) for i in range(len(long) + width - 1))
        return _trimmed(self.least + other.least, list(sums))


NOTHING = Counts(0, (1.0,))


@lru_cache(4096)
def binomial(trials: int, chance: Fraction) -> Counts:
    """How many of ``trials`` independent cases succeed, each with probability ``chance``.

    Built outwards from the likeliest count by the ratio of neighbours, so nothing under- or
    overflows and the cost grows with the spread, not with ``trials``.
    """
    if trials < 0 or not 0 <= chance <= 1:
        raise ValueError(f"no binomial({trials}, {chance})")
    if chance in (0, 1) or not trials:
        return Counts(trials * int(chance), (1.0,))
    odds = float(chance / (1 - chance))
    mode = int((trials + 1) * chance)
    up, down = [1.0], []
    for count in range(mode, trials):
        up.append(up[-1] * (trials - count) / (count + 1) * odds)
        if up[-1] < _NOTHING:
            break
    weight = 1.0
    for count in range(mode, 0, -1):
        weight *= count / (trials - count + 1) / odds
        down.append(weight)
        if weight < _NOTHING:
            break
    return _trimmed(mode - len(down), down[::-1] + up)


def total(parts: Iterable[Counts]) -> Counts:
    """The distribution of a sum of independent counts; of none at all: surely 0."""
    whole = NOTHING
    for part in sorted(parts, key=lambda part: len(part.weights)):
        whole += part
    return whole


def mixture(parts: Sequence[Counts]) -> Counts:
    """One of the parts, each equally likely."""
    if len(parts) == 1:
        return parts[0]
    least, most = min(p.least for p in parts), max(p.most for p in parts)
    weights = [0.0] * (most - least + 1)
    for part in parts:
        for step, weight in enumerate(part.weights, part.least - least):
            weights[step] += weight
    return _trimmed(least, weights)


@lru_cache(64)
def thinned(counts: Counts, chance: Fraction) -> Counts:
    """How many of so many succeed, each independently with probability ``chance``."""
    if chance == 1:
        return counts
    weights = [0.0] * (counts.most + 1)
    for trials, weight in enumerate(counts.weights, counts.least):
        part = binomial(trials, chance)
        for count, share in enumerate(part.weights, part.least):
            weights[count] += weight * share
    return _trimmed(0, weights)


def _trimmed(least: int, weights: list[float]) -> Counts:
    """Without the ends that weigh nothing; the rest weighs 1 together."""
    floor = max(weights) * _NOTHING
    first = next(i for i, weight in enumerate(weights) if weight > floor)
    last = next(i for i in range(len(weights) - 1, -1, -1) if weights[i] > floor)
    kept = weights[first : last + 1]
    whole = fsum(kept)
    return Counts(least + first, tuple(weight / whole for weight in kept))
