"""Gaps: making good what is said to be lacking makes the condition hold, and less does not."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from math import ceil
from random import Random
from typing import Any

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from denggao.diagnosis.gaps import Gap, How, Lack, Way, gap_of, gaps, items_of
from denggao.documents.gap_words import gap_lines
from denggao.facts.catalogue import catalogue
from denggao.facts.enterprise import Firm, Value, firm_from_json
from denggao.facts.interval import Interval, point
from denggao.rules import nodes as n
from denggao.rules.engines.reference import Evaluation
from denggao.rules.errors import InstrumentError
from denggao.rules.library import assemble, in_force
from tests.strategies import TODAY, codes_read, firms, generators, instrument_text, instruments
from tests.strategies import examples as so_many

HNTE = in_force("高新技术企业认定", TODAY)


def judged(facts: dict[str, Any], law: n.Instrument = HNTE) -> Evaluation:
    return Evaluation(law, firm_from_json(facts), TODAY)


def gap(facts: dict[str, Any], id_: str) -> Gap:
    run = judged(facts)
    return gap_of(run, HNTE.statements[id_])


def texts(facts: dict[str, Any], id_: str) -> list[str]:
    return list(gap_lines(gap(facts, id_), HNTE.statements, TODAY.year))


def years(*values: Any) -> dict[str, Any]:
    return dict(zip(("2023", "2024", "2025")[-len(values) :], values, strict=True))


# -------------------------------------------------------------------------- the law's own


def test_people_are_whole_and_rounded_up() -> None:
    lines = texts({"staff": years("26.3333"), "tech_staff": years(1)}, "HNTE-C4")
    assert lines[1].strip() == "2025年科技人员还差2人"


def test_money_over_the_window_to_the_fen() -> None:
    facts = {"sales": years(10**7, 10**7, 10**7), "rd_expense": years(0, 0, "1499999.99")}
    assert texts(facts, "HNTE-C5a")[1].strip() == "2023—2025年研发费用还差0.01元"


def test_days_and_items() -> None:
    assert "成立天数还差1天" in texts({"established_on": "2025-07-01"}, "HNTE-C1")[1]
    lines = texts({"ip_class1": 0, "ip_class2": 0}, "HNTE-C2")
    assert lines[1].strip().startswith("一、二类知识产权还差1项，且")


def test_alternatives_fewest_first() -> None:
    law = assemble(
        instrument_text(
            "条件 T-1 或：\n"
            "    一类知识产权数 ≥ 2 且 二类知识产权数 ≥ 3 或 职工总数[上年] ≤ 5人 或 居民企业\n"
            "结论 T 结论：\n    T-1"
        ),
        "试验.md",
    )
    run = judged({"ip_class1": 1, "ip_class2": 1, "staff": years(8), "resident": False}, law)
    found = gap_of(run, law.statements["T-1"]).ways
    assert [[lack.how for lack in way] for way in found] == [
        [How.LESS], [How.YES], [How.MORE, How.MORE],
    ]  # fmt: skip
    assert [lack.amount for lack in found[2]] == [point(1), point(2)]
    assert found[0][0].amount == point(3)


def test_not_turns_a_comparison_round() -> None:
    law = assemble(
        instrument_text(
            "条件 T-1 非：\n    非 ( 销售收入[上年] ≥ 100元 或 居民企业 )\n结论 T 结论：\n    T-1"
        ),
        "试验.md",
    )
    run = judged({"sales": years(100), "resident": True}, law)
    ((less, no),) = gap_of(run, law.statements["T-1"]).ways
    assert (less.how, less.amount, no.how) == (How.LESS, point(Fraction(1, 100)), How.NO)


def test_items_that_move_a_score() -> None:
    facts = {
        "ip_class1": 0, "ip_class2": 1, "conversions": years(5, 5, 5), "org_system": 6,
        "ip_advancement": 2, "established_on": "2015-01-01",
    }  # fmt: skip
    run = judged(facts)
    found = {m.statement.id: m for m in gap_of(run, HNTE.statements["HNTE-C7"]).moves}
    assert "HNTE-S3.1" not in found, "already at its best"
    number = found["HNTE-S1.3"]
    assert (number.now, number.best.hi) == (Interval(1, 2), 8)
    steps = [(band.points, band.ways[0][0].amount) for band in number.bands]
    assert steps == [
        (Interval(7, 8), point(1)), (Interval(5, 6), point(4)), (Interval(3, 4), point(2)),
    ]  # fmt: skip
    assert "一类知识产权还差1项 → 7分～8分" in "\n".join(texts(facts, "HNTE-C7"))
    assert {i.id for i in items_of(run, "HNTE-SCORE")} >= {"HNTE-S4.sales", "HNTE-S2"}


def test_open_conditions_say_what_is_not_known() -> None:
    lines = texts({"staff": years(100)}, "HNTE-C4")
    assert lines[1].strip() == "2025年科技人员还差0人～10人"
    assert texts({}, "HNTE-C8")[1].strip().endswith("还不知道，须为否")


# ------------------------------------------------------------------------ random rules


def made_good(run: Evaluation, condition: n.Statement, way: Way, less: int) -> Firm | None:
    """The firm with every lack of the way made good, short by ``less`` steps of the last one;
    ``None`` where a lack has no single stated number behind it that nothing else reads."""
    read = Counter(e.code for e in condition.expressions() if isinstance(e, n.FactRef))
    values: dict[str, Value] = dict(run.facts.values)
    for number, lack in enumerate(way):
        last = number == len(way) - 1
        if not _change(run, lack, values, read, less if last else 0):
            return None
    return Firm(values)


def _change(
    run: Evaluation, lack: Lack, values: dict[str, Value], read: Counter[str], less: int
) -> bool:
    if not lack.keys or lack.is_open:
        return False
    key = lack.keys[-1]
    code = key.partition("@")[0]
    fact, old = catalogue()[code], values.get(key)
    if lack.how in (How.YES, How.NO):
        values[key] = lack.how is How.YES
        return True
    if lack.how not in (How.MORE, How.LESS) or not _single(lack) or read[code] != 1:
        return False
    if not isinstance(old, Interval) or not old.is_point or lack.amount is None:
        return False
    year = key.partition("@")[2]
    if run.value_of(key) != old or (year and not run.facts.operated(int(year))):
        return False  # stated for a year before founding, or against another fact
    near = {fact.at_most} | {c.code for c in catalogue().values() if c.at_most == code}
    parts = {p for d in run.instrument.components.values() for p in d}
    if not lack.amount.is_point or code in parts or near & set(read):
        return False
    step = Fraction(1, fact.scale)
    by = ceil(Fraction(lack.amount.lo or 0) / step) * step - less * step
    values[key] = point(Fraction(old.lo or 0) + (by if lack.how is How.MORE else -by))
    return True


def _single(lack: Lack) -> bool:
    return isinstance(lack.expr, n.FactRef)


def contradicted(before: Evaluation, after: Evaluation) -> bool:
    return bool(after.facts.flags - before.facts.flags)


def check(law: n.Instrument, firm: Firm, tried: Counter[str]) -> None:
    run = Evaluation(law, firm, TODAY)
    for condition in law.statements.values():
        if condition.kind is not n.Kind.CONDITION or run.result(condition.id).truth is not False:
            continue
        for way in gap_of(run, condition).ways:
            better = made_good(run, condition, way, less=0)
            if better is None:
                continue
            after = Evaluation(law, better, TODAY)
            if not _in_domain(better):
                continue
            truth = after.result(condition.id).truth
            if contradicted(run, after):
                continue
            tried["enough"] += 1
            assert truth is True, (condition, way)
            if way[-1].how in (How.MORE, How.LESS) and way[-1].amount != point(0):
                short = made_good(run, condition, way, less=1)
                assert short is not None
                truth = Evaluation(law, short, TODAY).result(condition.id).truth
                tried["short"] += 1
                assert truth is not True, (condition, way)


def _in_domain(firm: Firm) -> bool:
    for key, value in firm.values.items():
        fact = catalogue()[key.partition("@")[0]]
        if isinstance(value, Interval) and value.is_point:
            low, high = fact.lo, fact.hi
            if (low is not None and value.lo < low) or (high is not None and value.hi > high):  # type: ignore[operator]
                return False
    return True


def test_random_rules() -> None:
    tried: Counter[str] = Counter()

    @so_many(120)
    @given(text=instruments(), rnd=generators)
    def look(text: str, rnd: Random) -> None:
        try:
            law = assemble(text, "试验.md")
        except InstrumentError:  # a band that these random limits never reach
            reject()
        for firm in firms(rnd, 6, codes_read(law)):
            check(law, firm, tried)

    look()
    assert tried["enough"] > 30, tried
    assert tried["short"] > 10, tried


def test_a_gap_too_small_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a definition that promises a step too little does not pass."""
    facts = {"sales": years(100, 100, 1), "rd_expense": years(1, 1, 1), "staff": years(100)}
    firm = firm_from_json(facts)
    text = instrument_text("条件 T-1 甲：\n    研发费用[上年] ≥ 100元\n结论 T 结论：\n    T-1")
    law = assemble(text, "试验.md")
    tried: Counter[str] = Counter()
    check(law, firm, tried)
    assert tried == {"enough": 1, "short": 1}
    exact = Evaluation.gap
    monkeypatch.setattr(
        Evaluation, "gap", lambda *a: point(Fraction(exact(*a).lo) - Fraction(1, 100))  # type: ignore[union-attr, arg-type]
    )  # fmt: skip
    with pytest.raises(AssertionError):
        check(law, firm, tried)


@settings(max_examples=8)
@given(rnd=st.randoms(use_true_random=True))
def test_gaps_of_any_firm_can_be_told(rnd: Random) -> None:
    """Whatever is stated, words come out, and a condition that holds has no gap."""
    for firm in firms(rnd, 3, codes_read(HNTE)):
        run = Evaluation(HNTE, firm, TODAY)
        for found in gaps(run):
            assert run.result(found.statement.id).truth is not True
            assert all(gap_lines(found, HNTE.statements, TODAY.year))
