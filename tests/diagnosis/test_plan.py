"""一企一策 against trying every plan: nothing earlier, nothing cheaper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import settings

from denggao.diagnosis.optimum import Program
from denggao.diagnosis.plan import Plan, Status, Terms, plan_firm
from denggao.facts.enterprise import Firm
from tests.diagnosis.planning import best_of_all, case, worth_of

MANY = max(1, settings.default.max_examples // 100)
CASES = 800  # 40,000 under --hypothesis-profile=thorough


def differs(firm: Firm, terms: Terms, plan: Plan) -> str:
    """What the exhaustive search has to say against a plan; empty if it has nothing."""
    best = best_of_all(firm, terms)
    if best is None:
        return "" if plan.status is Status.NEVER else "promises what nothing reaches"
    place, worth = best
    if plan.status is Status.NEVER:
        return f"gives up, but batch {place} can be made at {worth}"
    if terms.batches.index(plan.batch) != place:
        return f"batch {terms.batches.index(plan.batch)}, but {place} is the earliest"
    found = worth_of(plan, terms.today)
    if found != worth and plan.is_proven:
        return f"worth {found}, but {worth} is the best"
    return ""


def run(seeds: range, planner: Callable[[Firm, Terms], Plan]) -> Counter[str]:
    seen: Counter[str] = Counter()
    for seed in seeds:
        firm, terms = case(Random(seed))
        plan = planner(firm, terms)
        complaint = differs(firm, terms, plan)
        assert not complaint, f"seed {seed}: {complaint}"
        seen[plan.status.name] += 1
        seen[f"batch {terms.batches.index(plan.batch)}"] += plan.status is Status.PLAN
        seen["several steps"] += len(plan.steps) > 1
        seen["unknown cost"] += plan.unpriced > 0
        seen["unproven"] += not plan.is_proven
    return seen


@pytest.mark.parametrize("part", range(2))
def test_nothing_cheaper_and_nothing_earlier(part: int) -> None:
    size = CASES * MANY // 2
    seen = run(range(part * size, (part + 1) * size), plan_firm)
    assert seen["PLAN"] > size // 10, seen
    assert seen["several steps"] > size // 100, seen
    assert min(seen["READY"], seen["NEVER"], seen["batch 1"], seen["batch 2"]) > 3, seen
    assert seen["unproven"] < size // 50, seen


def test_a_solver_that_is_not_the_best_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: one that is content with any plan that works."""
    exact = Program.minimum
    monkeypatch.setattr(Program, "minimum", lambda self, objective: exact(self, {}))
    with pytest.raises(AssertionError, match="is the best"):
        run(range(400), plan_firm)


def test_a_planner_that_gives_up_early_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: one that never looks beyond what costs nothing."""
    monkeypatch.setattr(Program, "minimum", lambda self, objective: None)
    with pytest.raises(AssertionError, match=r"gives up|is the earliest"):
        run(range(400), plan_firm)
