"""证据链 and 三表: what is planted is found, all of it and nothing else."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denggao.diagnosis.evidence import tables
from denggao.diagnosis.evidence.case import Case, Cost, Told, wan
from denggao.diagnosis.evidence.form import all_faults, filled
from denggao.diagnosis.evidence.links import check_digit
from tests.diagnosis.evidence_cases import FIRST, KINDS, WAN, Impossible, Planter, clean, code
from tests.strategies import examples


def found(case: Case) -> set[tuple[str, str]]:
    return {(fault.kind, fault.subject) for fault in all_faults(case)}


@given(st.integers(0, 10**9))
@examples(60)
def test_nothing_on_the_clean_case(seed: int) -> None:
    assert found(clean(Random(seed))) == set()


@given(st.integers(0, 10**9), st.lists(st.sampled_from(KINDS), min_size=1, max_size=6, unique=True))
@examples(150)
def test_exactly_what_was_planted(seed: int, kinds: list[str]) -> None:
    rng = Random(seed)
    planter = Planter(clean(rng), rng)
    expected = set()
    for kind in sorted(kinds, key=lambda k: k not in FIRST):
        try:
            expected |= getattr(planter, kind)()
        except Impossible:
            continue
    assert found(planter.case) == expected


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_planted(kind: str) -> None:
    """The control of the test above: no kind is impossible for every seed."""
    for seed in range(40):
        planter = Planter(clean(Random(seed)), Random(seed))
        try:
            expected = getattr(planter, kind)()
        except Impossible:
            continue
        assert found(planter.case) == expected
        faults = [f for f in all_faults(planter.case) if (f.kind, f.subject) in expected]
        assert all(f.said and f.mend for f in faults)
        return
    pytest.fail(f"{kind} was never planted")


def test_check_digits() -> None:
    # the weighted sum of 2019 1 0000001 is 2·2+0+1·4+9·5+1·6+0…+1·5 = 64, 64 mod 11 = 9
    assert check_digit("201910000001") == "9"
    assert check_digit("202120000000") == "7"  # 4+0+8+5+12 = 29


# --- 三表 ----------------------------------------------------------------------------------------


def case_of(*told: Told, costs: tuple[Cost, ...] = ()) -> Case:
    return Case("模拟公司", code(1), 2026, told=told, costs=costs)


def causes(case: Case) -> list[tuple[str, str, str, bool]]:
    return [(d.one, d.other, d.cause, d.explained) for d in tables.differences(case)]


def test_a_last_digit_is_no_difference() -> None:
    told = Told(1, 2025, "净资产", 10 * WAN, 10 * WAN + 10_000, 10 * WAN)
    assert causes(case_of(told)) == []
    assert len(causes(case_of(replace(told, tax=10 * WAN + 10_001)))) == 2


@pytest.mark.parametrize(
    ("item", "audit", "application", "words"),
    [
        ("销售收入", 500 * WAN, 5_000_000 * WAN, "按元填"),
        ("销售收入", 500 * WAN, 5000 * WAN, "相差 10 倍"),
        ("净资产", 1_230_000_000, 1_320_000_000, "写颠倒了（23 和 32）"),
        ("净资产", 1_230_000_000, 1_980_000_000, ""),
        ("研发费用", 90 * WAN, 60 * WAN, "正好是 RD02 的费用"),
        ("利润总额", 77 * WAN, 11 * WAN, "申请书填成了 2024 年的数"),
    ],
)
def test_likely_causes(item: str, audit: int, application: int, words: str) -> None:
    costs = (Cost(1, 2025, "RD01", labor=60 * WAN), Cost(2, 2025, "RD02", labor=30 * WAN))
    before = Told(2, 2024, "利润总额", 11 * WAN, None, 11 * WAN)
    told = Told(3, 2025, item, audit, None, application)
    ((one, other, cause, explained),) = causes(case_of(before, told, costs=costs))
    assert (one, other, explained) == ("audit", "application", False)
    assert words in cause
    assert bool(words) == bool(cause)


def test_what_the_tax_law_counts_less_is_only_a_hint() -> None:
    cost = Cost(1, 2025, "RD01", labor=90 * WAN, other=30 * WAN, external=50 * WAN)
    full = cost.total
    counted = full - 10 * WAN - 20 * WAN  # a fifth of 50; other above 90/9
    told = Told(1, 2025, "研发费用", full, counted, full)
    case = case_of(told, costs=(cost,))
    assert [c[3] for c in causes(case)] == [True, True]
    assert "80%" in causes(case)[0][2]
    assert {f.sure for f in tables.faults(case)} == {False}
    worse = case_of(replace(told, tax=counted - WAN), costs=(cost,))
    assert [c[3] for c in causes(worse)] == [False, False]


def test_the_shares_that_decide() -> None:
    """5.2 % by the audit, 3.8 % by the tax return: each table says its own, none is rounded up."""
    told = [Told(1, y, "销售收入", 1000 * WAN, 1000 * WAN, 1000 * WAN) for y in (2023, 2024, 2025)]
    told += [Told(2, y, "研发费用", 52 * WAN, 38 * WAN, 52 * WAN) for y in (2023, 2024, 2025)]
    words = [share.words for share in tables.shares(case_of(*told))]
    assert words == ["审计报告 5.20%", "纳税申报 3.80%", "申请书 5.20%"]
    told[-1] = replace(told[-1], audit=52 * WAN - 1)
    assert tables.shares(case_of(*told))[0].words == "审计报告 5.19%"
    assert tables.shares(case_of(*told[:-1])) == []


def test_the_ledger_fills_and_is_compared() -> None:
    case = case_of(Told(1, 2025, "销售收入", None, None, 100 * WAN))
    facts = {"sales@2025": 120 * WAN, "sales@2024": 90 * WAN, "profit@2023": -5 * WAN}
    done, faults, count = filled(case, facts)
    assert count == 2
    (said,) = [f.said for f in faults]
    assert "申请书 100 万元，台账 120 万元" in said
    kept = {(t.item, t.year): t.application for t in done.told}
    assert kept == {
        ("销售收入", 2025): 100 * WAN, ("销售收入", 2024): 90 * WAN, ("利润总额", 2023): -5 * WAN,
    }  # fmt: skip


def test_amounts_are_shown_exactly() -> None:
    assert [wan(x) for x in (0, 1, -12_345_678_900, 10_000)] == [
        "0 万元", "0.000001 万元", "-12,345.6789 万元", "0.01 万元",
    ]  # fmt: skip
