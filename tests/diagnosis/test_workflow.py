"""办理流程: the table is whole: every state reached, every step guarded, nothing dangling."""

from __future__ import annotations

from dataclasses import replace

from denggao.diagnosis.workflow import (
    APPROVE,
    EDIT,
    FIRST,
    LIVE,
    NEEDS,
    STATES,
    STEPS,
    Step,
    steps_from,
)


def faults(steps: dict[str, Step]) -> list[str]:
    """What is wrong with a table."""
    found = []
    for code, step in steps.items():
        if code != step.code or not step.sources:
            found.append(f"{code}: no source")
        found += [f"{code}: {s}" for s in (*step.sources, step.target) if s not in STATES]
        found += [f"{code}: {need}" for need in step.needs if need not in NEEDS]
        if step.permission not in (EDIT, APPROVE):
            found.append(f"{code}: {step.permission}")
    reached, front = {FIRST}, [FIRST]
    while front:
        here = front.pop()
        fresh = {s.target for s in steps.values() if here in s.sources} - reached
        reached |= fresh
        front += fresh
    return found + [f"never reached: {code}" for code in STATES if code not in reached]


def test_the_table_is_whole() -> None:
    assert faults(dict(STEPS)) == []


def test_a_hole_would_be_seen() -> None:
    broken = {code: step for code, step in STEPS.items() if code != "publicise"}
    assert "never reached: issued" in faults(broken)
    bad = dict(STEPS) | {"expert": replace(STEPS["expert"], target="nowhere", needs=("luck",))}
    assert {"expert: nowhere", "expert: luck"} <= set(faults(bad))


def test_only_the_ends_have_no_way_out() -> None:
    assert {code for code in STATES if not steps_from(code)} == {"issued", "withdrawn"}


def test_what_ended_frees_the_year_and_a_title_does_not() -> None:
    assert set(STATES) - set(LIVE) == {"withdrawn", "refused", "failed"}


def test_what_decides_about_a_firm_is_for_another_than_the_clerk() -> None:
    decided = {s.code for s in STEPS.values() if s.permission == APPROVE}
    assert {"recommend", "refuse", "uphold_refused", "review_again"} <= decided
    assert all("reason" in STEPS[code].needs for code in decided - {"recommend"})
    assert STEPS["recommend"].by_list
