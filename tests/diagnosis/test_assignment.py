"""Firms to experts: as even as can be, nobody in conflict, compared with every assignment."""

from __future__ import annotations

from collections import Counter
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denggao.diagnosis.assignment import MOST_PAIRS, Adviser, assign
from tests.strategies import examples


def worth(chosen: tuple[int, ...], experts: list[Adviser], liked: set[tuple[int, int]]) -> object:
    """What is least for the best: the loads from the greatest down, then the missing matches."""
    counts = Counter(chosen)
    loads = sorted((e.load + counts[j] for j, e in enumerate(experts)), reverse=True)
    return loads, -sum((i, j) in liked for i, j in enumerate(chosen))


def allowed(firms: int, experts: list[Adviser], barred: set[tuple[int, int]]):  # type: ignore[no-untyped-def]
    for chosen in product(range(len(experts)), repeat=firms):
        counts = Counter(chosen)
        room = all(
            e.most is None or counts[j] <= max(0, e.most - e.load) for j, e in enumerate(experts)
        )
        if room and not barred & set(enumerate(chosen)):
            yield chosen


@given(st.data())
@examples(60)
def test_against_every_assignment(data: st.DataObject) -> None:
    firms, count = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 3))
    some = st.sets(st.tuples(st.integers(0, firms - 1), st.integers(0, count - 1)))
    barred, liked = data.draw(some), data.draw(some)
    limit = st.none() | st.integers(0, 5)
    experts = [Adviser(data.draw(st.integers(0, 3)), data.draw(limit)) for _ in range(count)]
    best = min((worth(c, experts, liked) for c in allowed(firms, experts, barred)), default=None)
    found = assign(firms, experts, barred, liked)
    if best is None:
        assert found.left
        assert set(found.expert) == {None}
        return
    assert found.left == ()
    assert not barred & set(enumerate(found.expert))
    assert worth(found.expert, experts, liked) == best  # type: ignore[arg-type]


def test_the_firms_for_whom_there_is_nobody_are_named() -> None:
    everybody = {(2, 0), (2, 1), (4, 0), (4, 1)}
    assert assign(6, [Adviser(), Adviser()], everybody).left == (2, 4)
    assert len(assign(5, [Adviser(most=2), Adviser(1, 2)]).left) == 2


def test_106_firms_to_six_experts() -> None:
    barred = {(i, i % 6) for i in range(0, 106, 3)}
    liked = {(i, (i * 7 + 1) % 6) for i in range(106)}
    found = assign(106, [Adviser()] * 6, barred, liked)
    assert sorted(Counter(found.expert).values()) == [17, 17, 18, 18, 18, 18]
    assert not barred & set(enumerate(found.expert))
    assert sum(pair in liked for pair in enumerate(found.expert)) >= 90


def test_too_many_at_once() -> None:
    with pytest.raises(ValueError, match="pairs"):
        assign(MOST_PAIRS + 1, [Adviser()])
