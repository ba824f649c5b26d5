"""一对一辅导: firms to experts, none in conflict, loads as even as can be.

Exact: a flow as a whole-number programme for HiGHS. Each further firm of one expert costs more
than the last, so that the cheapest flow has the most even loads there are (of all allowed
assignments the largest load is least, and the smallest greatest); among those, the one with
most firms at an expert of their field.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from denggao.diagnosis.inequalities import Row
from denggao.diagnosis.optimum import Program

#: Pairs of firm and expert: so many are solved in about ten seconds.
MOST_PAIRS = 20_000


@dataclass(frozen=True, slots=True)
class Adviser:
    """An expert: ``load`` firms he has already, ``most`` he will take in all (``None``: no
    limit)."""

    load: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """``expert[i]``: the expert of firm ``i``; ``None`` for the firms of ``left``, for whom
    there is nobody. Where somebody is left, nobody is assigned."""

    expert: tuple[int | None, ...]
    left: tuple[int, ...] = ()


def assign(
    firms: int,
    experts: Sequence[Adviser],
    conflicts: Collection[tuple[int, int]] = (),
    matches: Collection[tuple[int, int]] = (),
) -> Assignment:
    """Each of ``firms`` firms to one of ``experts``. ``conflicts`` and ``matches``: pairs (firm,
    expert) that must not be, and that would be good. Raises ValueError for more than
    ``MOST_PAIRS`` pairs."""
    if firms * len(experts) > MOST_PAIRS:
        raise ValueError(f"more than {MOST_PAIRS} pairs")
    barred, liked = frozenset(conflicts), frozenset(matches)
    pairs = [(i, j) for i in range(firms) for j in range(len(experts)) if (i, j) not in barred]
    if left := _left(firms, experts, pairs):
        return Assignment((None,) * firms, left)
    if not firms:
        return Assignment(())
    found = _most_even(firms, experts, pairs, liked)
    chosen = dict(pair for pair, taken in zip(pairs, found, strict=False) if taken)
    return Assignment(tuple(chosen[i] for i in range(firms)))


def _left(firms: int, experts: Sequence[Adviser], pairs: list[tuple[int, int]]) -> tuple[int, ...]:
    """The firms for whom there is nobody, as few as possible."""
    reached = {firm for firm, _ in pairs}
    alone = tuple(i for i in range(firms) if i not in reached)
    if alone or all(expert.most is None for expert in experts):
        return alone
    program = Program([1] * len(pairs))
    by_firm, by_expert = _grouped(pairs, firms, len(experts))
    slack = [program.variable(1) for _ in range(firms)]
    for i, own in enumerate(by_firm):
        program.rows.append(Row((*((v, 1) for v in own), (slack[i], 1)), 1))
    for expert, own in zip(experts, by_expert, strict=True):
        if expert.most is not None and own:
            room = max(0, expert.most - expert.load)
            program.rows.append(Row(tuple((v, -1) for v in own), -room))
    found = program.minimum(dict.fromkeys(slack, 1))
    assert found is not None  # every slack at 1 is allowed
    return tuple(i for i, v in enumerate(slack) if found[v])


def _most_even(
    firms: int,
    experts: Sequence[Adviser],
    pairs: list[tuple[int, int]],
    liked: frozenset[tuple[int, int]],
) -> list[int]:
    program = Program([1] * len(pairs))
    by_firm, by_expert = _grouped(pairs, firms, len(experts))
    for own in by_firm:
        program.rows.append(Row(tuple((v, 1) for v in own), 1))
        program.rows.append(Row(tuple((v, -1) for v in own), -1))
    weight = firms + 1  # all matches together are worth less than one step of evenness
    cost = {v: -1 for v, pair in enumerate(pairs) if pair in liked}
    for expert, own in zip(experts, by_expert, strict=True):
        room = len(own) if expert.most is None else min(len(own), expert.most - expert.load)
        seats = [program.variable(1) for _ in range(max(0, room))]
        cost |= {v: weight * (expert.load + k) for k, v in enumerate(seats)}
        if own:
            program.rows.append(Row((*((v, 1) for v in seats), *((v, -1) for v in own)), 0))
    found = program.minimum(cost)
    if found is None:
        raise ArithmeticError("a covered assignment was not found again")
    return found


def _grouped(
    pairs: list[tuple[int, int]], firms: int, experts: int
) -> tuple[list[list[int]], list[list[int]]]:
    by_firm: list[list[int]] = [[] for _ in range(firms)]
    by_expert: list[list[int]] = [[] for _ in range(experts)]
    for v, (i, j) in enumerate(pairs):
        by_firm[i].append(v)
        by_expert[j].append(v)
    return by_firm, by_expert
