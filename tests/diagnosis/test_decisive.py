"""Minimal sets and shortcuts against brute force (contract, ``decisive`` and ``shortcuts``)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from random import Random
from typing import Any

import pytest
from hypothesis import settings

from denggao.diagnosis import decisive as module
from denggao.diagnosis.decisive import Decisive, decisive
from denggao.facts.catalogue import catalogue
from denggao.facts.enterprise import firm_from_json
from denggao.rules import nodes as n
from denggao.rules.engines.reference import Evaluation
from denggao.rules.library import assemble, in_force
from tests.diagnosis.brute import FIELD, Tried, unstated
from tests.strategies import TODAY, instrument_text

HNTE, SME = "高新技术企业认定", "科技型中小企业评价"
MANY = max(1, settings.default.max_examples // 100)  # --hypothesis-profile=thorough: 50
PAIRS = 3  # pairs looked at for each firm, at random
VALUES = 8  # values tried of a fact that is said to be no shortcut

Facts = dict[str, Any]

# ------------------------------------------------------------------- firms of both laws

YEARS = ("2023", "2024", "2025")


def years(*values: Any) -> dict[str, Any]:
    return dict(zip(YEARS[-len(values) :], values, strict=True))


def hnte_firm(rnd: Random) -> Facts:
    """Passes or comes near in every condition."""
    sales = [rnd.choice((1000, 4000, 5000, 20000)) * 10_000 for _ in YEARS]
    rd = [s * rnd.choice((3, 4, 5, 5, 6)) // 100 for s in sales]
    staff = rnd.choice((40, 100))
    return {
        "established_on": rnd.choice(("2015-05-05", "2015-05-05", "2024-03-01", "2025-01-15")),
        "field_code": FIELD,
        "staff": years(staff),
        "tech_staff": years(staff * rnd.choice((9, 10, 20)) // 100),
        "sales": years(*sales),
        "rd_expense": years(*rd),
        "rd_domestic": years(*(x * rnd.choice((50, 60, 70, 100)) // 100 for x in rd)),
        "total_income": years(10**7),
        "ht_income": years(10**5 * rnd.choice((59, 60, 80))),
        "ip_class1": rnd.choice((0, 1, 2)),
        "ip_class2": rnd.choice((0, 1, 3, 5)),
        "ip_self_developed": rnd.random() < 0.5,
        "standards_drafted": rnd.random() < 0.5,
        "ip_advancement": rnd.choice((6, 8)),
        "ip_core_support": rnd.choice((0, 7, 8)),
        "ip_acquisition": rnd.choice((2, 6)),
        "conversions": years(*(rnd.choice((4, 5, 5, 6)) for _ in YEARS)),
        "org_system": rnd.choice((5, 6)),
        "org_institution": rnd.choice((5, 6)),
        "org_conversion": rnd.choice((3, 4)),
        "org_talent": rnd.choice((3, 4)),
        "net_assets": years(*(rnd.choice((-100, 100, 135, 200, 300)) for _ in YEARS)),
        "major_incident": False,
    }


def sme_firm(rnd: Random) -> Facts:
    """Passes or comes near, with or without what confirms it directly."""
    sales = rnd.choice((0, 1000, 20000)) * 10_000
    held = {"kind": "高新技术企业", "issued_on": "2024-01-01", "valid_to": "2026-12-31"}
    return {
        "resident": True,
        "taxed_on_accounts": years(True),
        "staff": years(rnd.choice((40, 100, 500))),
        "tech_staff": years(rnd.choice((4, 10, 20))),
        "sales": years(sales),
        "total_assets": years(rnd.choice((10**7, 2 * 10**8))),
        "prohibited_industry": False,
        "major_incident": False,
        "abnormal_listed": False,
        "dishonest_listed": False,
        "rd_super": years(sales * rnd.choice((2, 4, 6)) // 100),
        "cost_expense": years(rnd.choice((100, 800)) * 10_000),
        "ip_class1": rnd.choice((0, 0, 1)),
        "ip_class2": rnd.choice((0, 1, 2, 4)),
        "titles": [held] if rnd.random() < 0.3 else [],
        "science_award": rnd.random() < 0.2,
        "rd_institution": False,
        "standard_led": False,
    }


def with_parts(facts: Facts, rnd: Random) -> None:
    """Sometimes a total is not stated, but what it is made of."""
    if "total_income" in facts and rnd.random() < 0.2:
        total = facts.pop("total_income")["2025"]
        facts |= {"gross_income": years(total + 500), "nontaxable_income": years(500)}
    if "total_assets" in facts and rnd.random() < 0.2:
        total = facts.pop("total_assets")["2025"]
        facts |= {"current_assets": years(total // 2), "noncurrent_assets": years(total // 2)}
    if "rd_expense" in facts and rnd.random() < 0.06:
        del facts["rd_expense"], facts["rd_domestic"]
        for code in PARTS_OF_RD:
            facts[code] = years(*(rnd.choice((0, 10**5, 10**6)) for _ in YEARS))


PARTS_OF_RD = (
    "rd_labor", "rd_direct", "rd_depreciation", "rd_amortization", "rd_design",
    "rd_commissioning", "rd_outsourced_domestic", "rd_outsourced_foreign", "rd_other",
)  # fmt: skip


def forget(facts: Facts, rnd: Random) -> None:
    """Take away one to four values; now and then one is only known roughly."""
    places = [(c, y) for c, v in facts.items() for y in (v if isinstance(v, dict) else (None,))]
    for code, year in rnd.sample(places, rnd.choice((1, 1, 2, 2, 3, 4))):
        if year is None:
            del facts[code]
        elif rnd.random() < 0.1 and not isinstance(facts[code][year], bool):
            value = facts[code][year]
            facts[code][year] = {"lo": value - abs(value) // 2, "hi": value + abs(value) // 2}
        else:
            del facts[code][year]


def case(law: str, number: int) -> tuple[Evaluation, Random]:
    """One firm with gaps, the same each time."""
    rnd = Random(f"{law}{number}")
    facts = hnte_firm(rnd) if law == HNTE else sme_firm(rnd)
    with_parts(facts, rnd)
    forget(facts, rnd)
    run = Evaluation(in_force(law, TODAY), firm_from_json(facts), TODAY)
    return run, rnd


# ------------------------------------------------------------------------ what must hold


def faults(run: Evaluation, goal: str, said: Decisive, rnd: Random) -> Iterator[str]:
    """Everything that brute force says against ``said``."""
    if run.result(goal).truth is not None:
        if said != Decisive():
            yield f"decided, yet {said}"
        return
    tried = Tried(run, goal, rnd)
    keys = {*said.open, *unstated(run, goal)}
    yield from _of_names(run, said)
    yield from _of_sets(tried, said)
    yield from _of_pairs(tried, said, sorted(keys), rnd)
    yield from _of_shortcuts(tried, said)


def _of_names(run: Evaluation, said: Decisive) -> Iterator[str]:
    for key in {*said.open, *said.shortcuts, *(k for keys in said.sets for k in keys)}:
        code, _, year = key.partition("@")
        if catalogue()[code].yearly != (len(year) == 4 and year.isdigit()):
            yield f"{key} is no name of a fact"
        if key in run.facts.values:
            yield f"{key} is stated"


def _of_sets(tried: Tried, said: Decisive) -> Iterator[str]:
    for keys in said.sets:
        left = tried.counterexample(keys)
        if left is not None:
            yield f"{keys} does not settle: {left}"
        for one in keys:
            rest = tuple(key for key in keys if key != one)
            if tried.settles(rest):
                yield f"{keys} is not minimal: {rest} settles"
    if len(set(map(frozenset, said.sets))) != len(said.sets):
        yield f"listed twice: {said.sets}"


def _of_pairs(tried: Tried, said: Decisive, keys: list[str], rnd: Random) -> Iterator[str]:
    """No other set of one or two facts settles it."""
    pairs = [pair for pair in combinations(keys, 2) if not _overlap(tried.run, *pair)]
    for some in [*((k,) for k in keys), *rnd.sample(pairs, min(PAIRS, len(pairs)))]:
        listed = any(set(found) <= set(some) for found in said.sets)
        if not listed and tried.settles(some):
            yield f"{some} settles and is not listed"


def _overlap(run: Evaluation, one: str, other: str) -> bool:
    """A total and a part of it: together with what is stated they hardly ever agree."""
    parts = run.instrument.components
    a, b = (key.partition("@")[0] for key in (one, other))
    return a in parts.get(b, ()) or b in parts.get(a, ())


def _of_shortcuts(tried: Tried, said: Decisive) -> Iterator[str]:
    for key in said.shortcuts:
        if not tried.some_value_settles(key):
            yield f"no value of {key} settles"
    for key in set(said.open) - set(said.shortcuts):
        if tried.some_value_settles(key, VALUES):
            yield f"{key} is a shortcut and is not listed"


def found_in(law: str, goal: str, numbers: range) -> tuple[dict[int, list[str]], Counter[str]]:
    """Faults by case, and what the cases were like."""
    found, seen = {}, Counter[str]()
    for number in numbers:
        run, rnd = case(law, number)
        said = decisive(run, goal)
        told = list(faults(run, goal, said, rnd))
        if told:
            found[number] = told
        seen["decided" if run.result(goal).truth is not None else "open"] += 1
        seen.update(f"set of {len(keys)}" for keys in said.sets)
        seen["shortcut"] += len(said.shortcuts)
    return found, seen


@pytest.mark.parametrize(
    ("law", "goal", "cases"),
    [(HNTE, "HNTE", 400), (HNTE, "HNTE-HARD", 160), (SME, "SME", 160), (SME, "SME-HARD", 160)],
)
def test_shipped_laws(law: str, goal: str, cases: int) -> None:
    found, seen = found_in(law, goal, range(cases * MANY))
    assert found == {}
    assert seen["open"] >= cases // 8
    assert seen["set of 1"] >= 5 <= seen["set of 2"]
    assert seen["shortcut"] > 20


# ------------------------------------------------------------------- random instruments

#: Facts of a small instrument, with values a firm may state; one rule reads two or three.
SMALL: dict[str, tuple[Any, ...]] = {
    "staff@2025": (10, 40, 100),
    "tech_staff@2025": (1, 4, 10),
    "sales@2025": (100, 1000, 50_000_000),
    "rd_super@2025": (5, 50, 60),
    "ip_class1": (0, 1, 3),
    "ip_class2": (0, 2, 5),
    "org_talent": (0, 2, 4),
    "net_assets@2025": (-100, 0, 100),
    "resident": (True, False),
    "major_incident": (True, False),
    "standards_drafted": (True, False),
    "taxed_on_accounts@2025": (True, False),
    "established_on": ("2020-01-01", "2025-06-30", "2025-07-01"),
    "field_code": (FIELD,),
    "titles": ([],),
}
ATOMS = (
    "居民企业", "非 前一年内重大安全质量事故或严重环境违法", "参与编制标准", "查账征收[上年]",
    "成立天数 ≥ 365天", "已归类 技术领域", "持有 高新技术企业", "经营年数 ≥ 2",
    "科技人员数[上年] ÷ 职工总数[上年] ≥ 10%", "职工总数[上年] ≤ 40人", "职工总数[上年] > 40人",
    "加计扣除研发费用[上年] ÷ 销售收入[上年] ≥ P-1", "销售收入[上年] ≤ 5000万元",
    "加计扣除研发费用[上年] ≥ 50元", "净资产[上年] > 0", "净资产[上年] < 100元",
    "一类知识产权数 + 二类知识产权数 ≥ 3", "一类知识产权数 = 1", "二类知识产权数 ≠ 2项",
    "S-1 ≥ 6分", "S-2 > 4分", "人才制度得分 > 2",
)  # fmt: skip
FIXED = """
参数 P-1 下限：
    销售收入[上年] ≤ 5000万元 时 5%
    否则 3%
评分 S-1 数量 满分 8：
    一类知识产权数 ≥ 1 得 7~8
    二类知识产权数 ≥ 5 得 5~6
    二类知识产权数 ≥ 2 得 3~4
    二类知识产权数 ≥ 1 得 1~2
    否则 得 0
评分 S-2 合计 满分 12：
    S-1 + 人才制度得分
"""


def small_instrument(rnd: Random) -> n.Instrument:
    """A verdict over three or four random conditions, some of them alternatives."""
    lines, ids = [FIXED.strip()], []
    for number in range(rnd.choice((3, 4))):
        atoms = rnd.sample(ATOMS, rnd.choice((1, 1, 2, 3)))
        body = rnd.choice((" 且 ", " 或 ", " 或 ")).join(f"( {atom} )" for atom in atoms)
        lines.append(f"条件 C-{number} 条件{number}：{rnd.choice(('', '', '非 '))}( {body} )")
        ids.append(f"C-{number}")
    goal = rnd.choice((" 且 ".join(ids), f"{ids[0]} 且 ( {' 或 '.join(ids[1:])} )"))
    lines.append(f"结论 Z-1 结论 总分 S-2：{goal}")
    return assemble(instrument_text("\n".join(lines)), "试验.md")


def small_facts(rnd: Random, most: int = 4) -> Facts:
    """All facts but one to ``most`` of them."""
    missing = rnd.sample(sorted(SMALL), rnd.randint(1, most))
    facts: Facts = {}
    for key in sorted(SMALL.keys() - missing):  # a set has no order of its own
        code, _, year = key.partition("@")
        value = rnd.choice(SMALL[key])
        facts[code] = {year: value} if year else value
    return facts


def small_case(number: int) -> tuple[Evaluation, Random]:
    """One firm under one small instrument, the same each time."""
    rnd = Random(f"small{number}")
    instrument, firm = small_instrument(rnd), firm_from_json(small_facts(rnd))
    return Evaluation(instrument, firm, TODAY), rnd


def test_random_instruments() -> None:
    found, seen = {}, Counter[str]()
    for number in range(200 * MANY):
        run, rnd = small_case(number)
        said = decisive(run, "Z-1")
        told = list(faults(run, "Z-1", said, rnd))
        if told:
            found[number] = told
        seen["open"] += run.result("Z-1").truth is None
    assert found == {}
    assert seen["open"] >= 30


def test_a_wrong_answer_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Positive control: a search that takes any set for one that settles, and one that looks
    at too few values."""
    monkeypatch.setattr(module._Search, "settles", lambda self, keys: bool(keys))
    assert found_in(SME, "SME", range(20))[0]
    monkeypatch.undo()
    monkeypatch.setattr(module._Search, "_limits", lambda self, run, key: set())
    assert found_in(SME, "SME-HARD", range(60))[0]


# ------------------------------------------------------------------------------ by hand


def said_of(law: str, goal: str, facts: Facts) -> Decisive:
    return decisive(Evaluation(in_force(law, TODAY), firm_from_json(facts), TODAY), goal)


BUT_STAFF = {
    "resident": True, "taxed_on_accounts": years(True), "sales": years(10**7),
    "total_assets": years(10**7), "prohibited_industry": False, "major_incident": False,
    "abnormal_listed": False, "dishonest_listed": False, "tech_staff": years(20),
    "rd_super": years(600_000), "cost_expense": years(10**6), "ip_class1": 1, "ip_class2": 0,
    "titles": [], "science_award": False, "rd_institution": False, "standard_led": False,
}  # fmt: skip


def test_one_missing_number_settles() -> None:
    said = said_of(SME, "SME", BUT_STAFF)
    assert said == Decisive((("staff@2025",),), ("staff@2025",), ("staff@2025",))


def test_stated_facts_that_bound_the_missing_one_do_not_hide_the_other_question() -> None:
    """400 people pass the size but leave 0 points: then it hangs on the award."""
    facts = BUT_STAFF | {"science_award": None}
    assert said_of(SME, "SME", facts).sets == (("staff@2025", "science_award"),)


def test_a_known_failure_asks_nothing() -> None:
    assert said_of(SME, "SME", BUT_STAFF | {"resident": False}) == Decisive()


def test_the_whole_or_its_last_part() -> None:
    """资产总额, or the one component of it that nobody stated."""
    facts = BUT_STAFF | {"staff": years(100), "total_assets": None, "current_assets": years(10**7)}
    said = said_of(SME, "SME", facts)
    keys = ("total_assets@2025", "noncurrent_assets@2025")
    assert sorted(said.sets) == sorted((key,) for key in keys)
    assert set(said.shortcuts) == set(keys)


def test_the_last_part_of_two_totals_settles_both() -> None:
    """委托境外 alone is missing and gives 研发费用 and 境内研发费用 at once; that a total
    could be stated against its parts is no reason to ask for both."""
    facts: Facts = {code: years(0) for code in PARTS_OF_RD if code != "rd_outsourced_foreign"}
    facts |= {"rd_labor": years(10**6), "rd_other": years(10**6), "sales": years(10**7)}
    facts |= {"established_on": "2025-01-15", "staff": years(10), "tech_staff": years(10)}
    facts |= {"ip_class1": 1, "total_income": years(10), "ht_income": years(10)}
    sets = said_of(HNTE, "HNTE-HARD", facts).sets
    assert ("rd_outsourced_foreign@2025",) in sets
    assert not [keys for keys in sets if "rd_outsourced_foreign@2025" in keys and len(keys) > 1]


def test_judged_bands_leave_nothing_to_ask() -> None:
    """Points fixed in a band stay wide, so no set of facts settles the whole verdict."""
    facts = {"ip_class1": 1, "major_incident": False, "field_code": FIELD}
    said = said_of(HNTE, "HNTE", facts)
    assert said.sets == ()
    assert "established_on" in said.shortcuts
    assert "staff@2025" in said.open
