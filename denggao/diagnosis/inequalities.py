"""Sums over whole variables, inequalities between them, and 且 and 或 over inequalities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import gcd, lcm

from denggao.facts.interval import Number


@dataclass(frozen=True, slots=True)
class Sum:
    """``constant + Σ coefs[v] · v``; variables below ``len(choices)`` are times."""

    constant: Number
    coefs: tuple[tuple[int, Number], ...] = ()

    def plus(self, other: Sum, factor: Number = 1) -> Sum:
        if factor == 1:
            if not (self.coefs and other.coefs):
                return Sum(self.constant + other.constant, self.coefs or other.coefs)
        elif not other.coefs:
            return Sum(self.constant + factor * other.constant, self.coefs)
        coefs = dict(self.coefs)
        for variable, coef in other.coefs:
            coefs[variable] = coefs.get(variable, 0) + factor * coef
        kept = tuple((v, c) for v, c in sorted(coefs.items()) if c)
        return Sum(self.constant + factor * other.constant, kept)


@dataclass(frozen=True, slots=True)
class Row:
    """Σ coefs · v ≥ least, in whole numbers over whole variables."""

    coefs: tuple[tuple[int, int], ...]
    least: int


@dataclass(frozen=True, slots=True)
class Every:
    """且: each of two or more parts, none of them an ``Every`` or a constant."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """或: at least one of two or more parts, none of them a ``Some`` or a constant."""

    parts: tuple[Formula, ...]


Formula = bool | Row | Every | Some


def every(parts: Iterator[Formula] | Sequence[Formula]) -> Formula:
    """且 of the parts at its simplest: constants and repeated parts are gone."""
    kept: dict[Formula, None] = {}
    for part in parts:
        if part is False:
            return False
        if part is not True:
            kept |= dict.fromkeys(part.parts if isinstance(part, Every) else (part,))
    found = tuple(kept)
    return True if not found else found[0] if len(found) == 1 else Every(found)


def some(parts: Iterator[Formula] | Sequence[Formula]) -> Formula:
    """或 of the parts at its simplest: constants and repeated parts are gone."""
    kept: dict[Formula, None] = {}
    for part in parts:
        if part is True:
            return True
        if part is not False:
            kept |= dict.fromkeys(part.parts if isinstance(part, Some) else (part,))
    found = tuple(kept)
    return False if not found else found[0] if len(found) == 1 else Some(found)


def at_least_zero(value: Sum, *, strictly: bool = False) -> Formula:
    """``value ≥ 0`` (or > 0) with whole coefficients, divided by what they have in common: as
    the variables are whole, the bound can be rounded up. As none is negative, it may be plain."""
    holds = value.constant > 0 if strictly else value.constant >= 0
    if all(c > 0 for _, c in value.coefs) if holds else all(c < 0 for _, c in value.coefs):
        return holds
    scale = lcm(value.constant.denominator, *(c.denominator for _, c in value.coefs))
    coefs = [(v, int(c * scale)) for v, c in value.coefs]
    least = -int(value.constant * scale) + (1 if strictly else 0)
    common = gcd(*(c for _, c in coefs))
    return Row(tuple((v, c // common) for v, c in coefs), -(-least // common))
