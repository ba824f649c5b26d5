"""Pay runs over random lists: sums agree, order does not matter, nothing is paid twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denggao.diagnosis.payout.budget import FIRST, SHARED, spend
from denggao.diagnosis.payout.eventlist import EventLists, Item
from denggao.diagnosis.payout.impact import impact, instead
from denggao.diagnosis.payout.run import PayRun, run
from denggao.facts.enterprise import Value
from denggao.facts.interval import point
from denggao.rules.library import load_text
from denggao.rules.paying import Scheme, pay
from denggao.rules.payments import BACK, LATER, OPEN, PAID, Event, Payment, Prior, Register
from tests.strategies import HEAD, examples, instrument_text

TODAY = date(2026, 6, 30)
UPPER = load_text(
    instrument_text("""奖补 U-first 省里首次认定：
    事项 首次认定、整体迁入
    给 20万元
    出资 省级
    一次性

奖补 U-re 省里重新认定：
    事项 重新认定
    须 职工总数[上年] ≥ 10
    给 3.33万元
    出资 省级 50%、市级 50%""")
)
LOWER = load_text(instrument_text("""奖补 L-first 补差：
    事项 首次认定、重新认定
    给 25万元
    补差
    出资 区级 70%、镇级 30%

奖补 L-match 配套：
    事项 首次认定
    给 省级奖补金额 × 33.333%
    出资 镇级

奖补 L-stage 分期：
    事项 整体迁入
    给 100001元
    分期 33%、33%、34%
    缓付 0月、12月、24月
    出资 区级

奖补 L-a 就高之一：
    事项 升规
    给 10万元
    就高 L-b
    出资 区级

奖补 L-b 就高之二：
    事项 名优产品
    给 5000元 × 名优产品数 ÷ 1项
    出资 区级

奖补 L-cap 封顶：
    事项 技术合同登记
    给 技术合同成交额 × 0.5%
    每户每年至多 12万元
    出资 区级""", head=HEAD.replace("试验", "区里试验")))  # fmt: skip
SCHEMES = (Scheme((UPPER,)), Scheme((LOWER,)))
KINDS = ("首次认定", "重新认定", "整体迁入", "升规", "名优产品", "技术合同登记", "入库")
PLACES = ("", "甘肃省兰州市城关区", "甘肃省白银市白银区", "甘肃省兰州市七里河区")


def random_items(rnd: Random, count: int) -> list[Item]:
    """Few firms and days, so that duplicates, rivals and caps happen."""
    items = []
    for number in range(count):
        firm = rnd.randrange(max(2, count // 4))
        day = rnd.choice([None, *(TODAY - timedelta(days=rnd.randrange(1500)) for _ in range(3))])
        kind = rnd.choice(KINDS)
        values: dict[str, Value] = {}
        if rnd.random() < 0.6:
            year = (day or TODAY).year - 1
            values[f"staff@{year}"] = point(rnd.choice([9, 10, 50]))
        if rnd.random() < 0.8:
            values["famous_products"] = point(rnd.choice([1, 19, 20, 21, 40]))
        if rnd.random() < 0.8:
            values["tech_deals"] = point(rnd.choice([1, 99_999, 9_000_000, 20_000_000]))
        event = Event(
            str(firm), kind, "高新技术企业", day, rnd.choice([1, 1, 2, 4]), False, values,
            rnd.choice(PLACES), f"第 {number + 1} 行", number,
        )  # fmt: skip
        batch = rnd.choice(["", "第一批", "第二批"])
        source = ("名单.csv", "", number + 1)
        items.append(Item(event, f"企业{firm}", "", event.place, batch, kind, source))
    return items


def ran(items: Sequence[Item], schemes: Sequence[Scheme] = SCHEMES) -> PayRun:
    """As a list that was read; firms are as many as the items say."""
    return run(EventLists("甘肃省", TODAY), items, schemes)


def content(rows: Iterable[Payment]) -> Counter[tuple[object, ...]]:
    """Without the row: what each firm gets, and what it does not."""
    return Counter(
        (r.event.firm, r.event.kind, r.event.day, r.award.id, r.event.stage, r.status, r.fen)
        for r in rows
    )


randoms = st.randoms(use_true_random=False)


@given(randoms, st.integers(1, 60))
@examples(80, 1000)
def test_every_way_of_adding_up_gives_the_total(rnd: Random, count: int) -> None:
    found = ran(random_items(rnd, count))
    for sums in (found.by_scheme(), found.by_level(), found.by_district(), found.by_batch()):
        assert sum(sums.values()) == found.total
    assert sum(fen for _, fen in found.by_award().values()) == found.total
    assert sum(row.paid for row in found.payments) == found.total
    for row in found.payments:
        assert sum(row.levels.values()) == row.paid
        assert row.paid >= 0


@given(randoms, st.integers(2, 40))
@examples(60, 1000)
def test_the_order_of_the_list_changes_nothing(rnd: Random, count: int) -> None:
    items = random_items(rnd, count)
    mixed = list(items)
    rnd.shuffle(mixed)
    one, other = ran(items), ran(mixed)
    assert one.total == other.total
    assert content(one.payments) == content(other.payments)
    assert one.by_district() == other.by_district() or one.by_award() == other.by_award()


@given(randoms, st.integers(1, 60))
@examples(60, 1000)
def test_nothing_is_paid_twice(rnd: Random, count: int) -> None:
    found = ran(random_items(rnd, count))
    alive = [row for row in found.payments if row.status in (PAID, OPEN, LATER)]
    keys = Counter((r.event.firm, r.award.id, r.event.stage, r.event.year) for r in alive)
    assert not [key for key, times in keys.items() if times > 1]
    undated = {(r.event.firm, r.award.id, r.event.stage) for r in alive if r.event.day is None}
    dated = {(r.event.firm, r.award.id, r.event.stage) for r in alive if r.event.day is not None}
    assert undated.isdisjoint(dated)
    once = Counter((r.event.firm, r.award.id, r.event.stage) for r in alive if r.award.once)
    assert not [key for key, times in once.items() if times > 1]
    rivals = Counter((r.event.firm, r.event.year) for r in found.payments
                     if r.award.id in ("L-a", "L-b") and r.status == PAID)  # fmt: skip
    assert not [key for key, times in rivals.items() if times > 1]
    capped: Counter[tuple[str, int | None]] = Counter()
    for row in found.payments:
        if row.award.id == "L-cap":
            capped[row.event.firm, row.event.year] += row.paid
    assert max(capped.values(), default=0) <= 12_000_000


@given(randoms, st.integers(1, 40))
@examples(40, 1000)
def test_what_was_paid_is_not_paid_again(rnd: Random, count: int) -> None:
    """The same list once more, with the record of the first run: nothing. Claimed back: again."""
    items = random_items(rnd, count)
    first = ran(items)
    record = [
        Prior(r.event.firm, r.event.kind, r.event.title, r.event.year, r.event.stage, r.paid,
              r.award.id)
        for r in first.payments if r.paid
    ]  # fmt: skip
    events = [item.event for item in items]
    again = pay(SCHEMES, events, TODAY, Register(record))
    assert sum(row.paid for row in again if row.award.id not in ("L-first", "L-match")) == 0
    undone = [replace(prior, fen=-prior.fen) for prior in record]
    anew = pay(SCHEMES, events, TODAY, Register([*record, *undone]))
    assert sum(row.paid for row in anew) == first.total
    back = [replace(e, back=True) for e in events if e.day is not None]
    reversed_ = pay(SCHEMES, back, TODAY, Register(record))
    taken = -sum(r.paid for r in reversed_ if r.status == BACK)
    assert sum(p.fen for p in record if p.year is not None) <= taken <= first.total


@given(randoms, st.integers(1, 40), st.integers(0, 3 * 10**8), st.sampled_from([FIRST, SHARED]))
@examples(60, 1000)
def test_a_budget_is_kept(rnd: Random, count: int, budget: int, way: str) -> None:
    items = random_items(rnd, count)
    wanted = ran(items).total
    found = ran(items)
    spend(found, budget, way)
    assert found.total <= budget
    assert sum(found.by_level().values()) == found.total
    if way == SHARED:
        assert found.total == min(budget, wanted)
    if budget >= wanted:
        assert found.total == wanted


def test_impact_is_the_difference_of_two_runs() -> None:
    rnd = Random(7)
    dearer = load_text(instrument_text("""奖补 N-first 新的首次认定：
    事项 首次认定
    给 30万元
    出资 省级"""))  # fmt: skip
    items = random_items(rnd, 200)
    before = ran(items)
    changed, replaced = instead(SCHEMES, dearer)
    after = ran(items, changed)
    found = impact(before, after, dearer, replaced)
    assert "试验" in replaced
    assert sum(one.difference for one in found.firms) == found.after - found.before
    assert found.gain + found.lose == len(found.firms)
    assert (found.before, found.after) == (before.total, after.total)


def test_the_totals_that_were_published() -> None:
    """309 first and 99 again: 6675 under the rates of 2020, 7170 under those of 2024; 1489
    vouchers: 7445 (万元)."""
    from denggao.diagnosis.payout.run import schemes

    kinds = ["首次认定"] * 309 + ["重新认定"] * 99
    chosen, _ = schemes("甘肃省", [])
    for day, wan in ((date(2021, 6, 30), 6675), (date(2024, 6, 30), 7170)):
        rows = pay(chosen, [
            Event(str(i), kind, "高新技术企业", number=i) for i, kind in enumerate(kinds)
        ], day)  # fmt: skip
        assert sum(row.paid for row in rows) == wan * 1_000_000
    vouchers = [Event(str(i), "创新券发放", "高新技术企业", number=i) for i in range(1489)]
    rows = pay(chosen, vouchers, date(2021, 6, 30))
    assert sum(row.paid for row in rows) == 7445 * 1_000_000


@pytest.mark.parametrize(
    ("upper", "expected"), [(point(0), 25), (point(50_000), 20), (point(300_000), 0)]
)
def test_a_stated_payment_of_a_higher_level_wins(upper: Value, expected: int) -> None:
    event = Event("甲", "首次认定", "高新技术企业", date(2026, 1, 1), values={"upper_paid": upper})
    rows = pay(SCHEMES, [event], TODAY)
    assert {r.award.id: r.paid for r in rows}["L-first"] == expected * 1_000_000


def test_a_top_up_knows_what_the_levels_above_paid() -> None:
    event = Event("甲", "首次认定", "高新技术企业", date(2026, 1, 1))
    rows = {r.award.id: r for r in pay(SCHEMES, [event], TODAY)}
    assert rows["U-first"].paid == 20_000_000
    assert rows["L-first"].paid == 5_000_000
    assert rows["L-match"].paid == 6_666_600
    alone = pay([SCHEMES[1]], [event], TODAY)
    assert {r.award.id: r.status for r in alone} == {"L-first": OPEN, "L-match": OPEN}
