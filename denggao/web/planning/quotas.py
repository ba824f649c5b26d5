"""Quotas of a goal: which row of each place counts on a day, and what they add up to. An unknown
part stays unknown in every sum."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from denggao.drafting.numerals import shown as _number
from denggao.web.planning.models import Goal, Quota, Revision

if TYPE_CHECKING:
    from denggao.web.planning.figure import Figure


def in_force(goals: Iterable[Goal], on: datetime.date) -> dict[int, list[Quota]]:
    """By goal, the latest adopted row of each place, places in the order of their first row."""
    rows = Quota.objects.filter(
        goal__in=list(goals), revision__state=Revision.State.ADOPTED, revision__since__lte=on
    ).order_by("revision__since", "revision__decided_at", "pk")
    found: dict[int, dict[tuple[str, ...], Quota]] = {}
    for quota in rows.select_related("revision"):
        found.setdefault(quota.goal_id, {})[quota.place] = quota
    return {goal: list(places.values()) for goal, places in found.items()}


def total(parts: Iterable[Quota]) -> tuple[Fraction | None, int]:
    """(the sum of what is set, how many are not): nothing set at all is ``None``."""
    values = [quota.value for quota in parts]
    known = [value for value in values if value is not None]
    return (sum(known, Fraction(0)) if known else None), len(values) - len(known)


def along(cells: Sequence[Quota], axis: int) -> dict[str, list[Quota]]:
    """The cells that make up the cut along an axis: those cut by it alone where there are any,
    else those of the coarsest division that names it (年度×区县×行业 adds up to 区县)."""
    shaped: dict[tuple[bool, ...], list[Quota]] = {}
    for quota in cells:
        shape = tuple(map(bool, quota.place))
        if shape[axis]:
            shaped.setdefault(shape, []).append(quota)
    if not shaped:
        return {}
    chosen = shaped[min(shaped, key=lambda shape: (sum(shape), shape))]
    found: dict[str, list[Quota]] = {}
    for quota in chosen:
        found.setdefault(quota.place[axis], []).append(quota)
    return found


def left(whole: Figure, parts: Sequence[Figure]) -> Fraction | None:
    """What the parts leave of the whole, ``None`` while anything is not set."""
    if whole.target is None or whole.unset or any(p.unset or p.target is None for p in parts):
        return None
    return whole.target - sum((p.target or Fraction(0) for p in parts), Fraction(0))


def told(known: Fraction | None, unset: int) -> str:
    """「12」, 「≥ 12，未定 4 项」, 「未定」 of a single one, 「≥ 0，未定 4 项」 of more."""
    if known is None and not unset:
        return "—"
    if known is None and unset == 1:
        return "未定"
    said = _number(known or Fraction(0))
    return f"≥ {said}，未定 {unset} 项" if unset else said
