"""目标分解: a total shared out exactly — by weights, by year, unit, industry, tier and person;
unknown quotas stay unknown in every sum; a revision counts from its day on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction


def shares(total: int, weights: Sequence[Fraction | int]) -> list[int]:
    """Whole parts of ``total`` in the proportions of ``weights`` by largest remainder: they sum
    to it, each within one of its exact share; of equal remainders the earlier part gets more.

    Raises ValueError for a negative total or weight, and for no weight at all.
    """
    if total < 0 or any(w < 0 for w in weights):
        raise ValueError("总数和权重都不能是负数")
    whole = sum((Fraction(w) for w in weights), Fraction(0))
    if not whole:
        if total:
            raise ValueError("权重全是 0，分不了")
        return [0] * len(weights)
    exact = [total * Fraction(w) / whole for w in weights]
    parts = [int(e) for e in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


def stocks(base: int, added: Iterable[int]) -> list[int]:
    """What there is at the end of each year: 115 and 31, 38, 46 are 146, 184, 230."""
    found = []
    for more in added:
        base += more
        found.append(base)
    return found


@dataclass(frozen=True, slots=True)
class Total:
    """A sum some of whose parts nobody knows."""

    known: int
    unknown: int = 0

    def __add__(self, other: Total) -> Total:
        return Total(self.known + other.known, self.unknown + other.unknown)

    def __str__(self) -> str:
        return f"≥ {self.known}，未定 {self.unknown} 项" if self.unknown else str(self.known)


@dataclass(frozen=True, slots=True)
class Quota:
    """One cell of the division: its place on each axis (``""``: not divided there), its value
    (``None``: not yet set), or the weight by which it shares in what is left; from ``since`` on."""

    at: tuple[str, ...]
    value: int | None = None
    weight: Fraction | None = None
    since: date | None = None
    why: str = ""


def in_force(quotas: Sequence[Quota], as_of: date) -> list[Quota]:
    """The latest word on each cell by that day, in the order in which the cells first appear."""
    found: dict[tuple[str, ...], Quota] = {}
    for quota in quotas:
        if quota.since is not None and quota.since > as_of:
            continue
        before = found.get(quota.at)
        if before is None or (before.since or date.min) <= (quota.since or date.min):
            found[quota.at] = quota
    return list(found.values())


def divided(total: int | None, quotas: Sequence[Quota]) -> list[Quota]:
    """Each cell with its value: set ones keep it, weighted ones share what is left.

    Unknown cells stay unknown, and while there are any, nobody knows what is left: then weighted
    cells stay unknown too. Raises ValueError when the set ones exceed the total, or leave
    something that nobody is to take.
    """
    weighted = [i for i, q in enumerate(quotas) if q.value is None and q.weight is not None]
    unknown = [q for q in quotas if q.value is None and q.weight is None]
    fixed = sum(q.value for q in quotas if q.value is not None)
    if total is None:
        if weighted:
            raise ValueError("按权重分解要有总数（--total）")
        return list(quotas)
    left = total - fixed
    if left < 0:
        raise ValueError(f"已定的合计 {fixed}，超过总数 {total}")
    if unknown:
        return list(quotas)
    if not weighted:
        if left:
            raise ValueError(
                f"已定的合计 {fixed}，比总数 {total} 少 {left}，没有按权重分的行可以承担"
            )
        return list(quotas)
    found = list(quotas)
    parts = shares(left, [quotas[i].weight or Fraction(0) for i in weighted])
    for i, part in zip(weighted, parts, strict=True):
        found[i] = replace(found[i], value=part)
    return found


def total_of(quotas: Iterable[Quota]) -> Total:
    """Their sum: known parts, and how many are unknown."""
    found = Total(0)
    for quota in quotas:
        found += Total(0, 1) if quota.value is None else Total(quota.value)
    return found


def cut(quotas: Sequence[Quota], axis: int) -> dict[str, Total]:
    """The same total seen along one axis: every cut sums to the same."""
    found: dict[str, Total] = {}
    for quota in quotas:
        key = quota.at[axis]
        found[key] = found.get(key, Total(0)) + total_of([quota])
    return found


def changes(
    quotas: Sequence[Quota], total: int | None, before: date, after: date
) -> dict[tuple[str, ...], tuple[int | None, int | None]]:
    """Cells whose value differs between two days: (then, now); ``None`` for none or unknown."""
    one, two = (_values(quotas, total, day) for day in (before, after))
    keys = dict.fromkeys([*one, *two])
    return {k: (one.get(k), two.get(k)) for k in keys if one.get(k) != two.get(k)}


def _values(
    quotas: Sequence[Quota], total: int | None, day: date
) -> Mapping[tuple[str, ...], int | None]:
    return {q.at: q.value for q in divided(total, in_force(quotas, day))}
