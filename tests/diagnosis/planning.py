"""Small random laws, actions and firms, and their best plans found by trying everything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

from denggao.diagnosis.batches import Batch
from denggao.diagnosis.choices import Choice, choices
from denggao.diagnosis.future import assumed
from denggao.diagnosis.gaps import items_of
from denggao.diagnosis.plan import Plan, Terms
from denggao.facts.enterprise import Firm, Value, firm_from_json
from denggao.facts.interval import Interval, point
from denggao.rules import nodes as n
from denggao.rules.engines.reference import Evaluation
from denggao.rules.library import assemble
from tests.strategies import instrument_text

TODAY = date(2026, 3, 1)
BATCHES = (
    Batch(2026, 1, date(2026, 6, 30)),
    Batch(2026, 2, date(2026, 9, 30)),
    Batch(2027, 1, date(2027, 6, 30)),
)
SHARE = Fraction(1, 2)
MOST = 200  # plans tried for one batch; larger cases are drawn again

CONDITIONS = (
    "一类知识产权数 + 二类知识产权数 ≥ {few}",
    "二类知识产权数 ≥ {few} 或 一类知识产权数 ≥ 1",
    "科技人员数[上年] ÷ 职工总数[上年] ≥ {tenths}",
    "科技人员数[上年] ÷ 职工总数[上年] > {tenths}",
    "研发费用[近三年] ÷ 销售收入[近三年] ≥ 下限",
    "研发费用[近三年] ÷ 销售收入[近三年] ≥ {small}",
    "境内研发费用[近三年] ÷ 研发费用[近三年] ≥ 60%",
    "职工总数[上年] ≤ {staff}",
    "有自主研发知识产权 或 二类知识产权数 ≥ 4",
    "一类知识产权数 ≥ 1 且 成果转化数[近三年] ≥ 2 或 研发制度得分 ≥ 4",
    "非 ( 二类知识产权数 > {many} )",
    "成果转化数[上年] ≥ {few} 且 ( 有自主研发知识产权 或 非 参与编制标准 )",
    "成立天数 ≥ 365天",
    "取小( 一类知识产权数, 二类知识产权数 ) ≥ 1",
    "取大( 一类知识产权数, 成果转化数[上年] ) ≥ {few}",
    "二类知识产权数 ≠ 2",
    "高新收入[上年] ÷ 总收入[上年] ≥ 60%",
)
SCORES = """参数 P-1 下限：
    销售收入[上年] ≤ 1000万元 时 5%
    否则 3%
数值 V-1 年均：
    经营年数 = 0 时 0项
    否则 成果转化数[近三年] ÷ 经营年数
评分 S-1 数量 满分 8：
    一类知识产权数 ≥ 1 得 5~8
    二类知识产权数 ≥ 3 得 3~4
    二类知识产权数 ≥ 1 得 1~2
    否则 得 0
评分 S-2 转化 满分 6：
    年均 ≥ 1 得 4~6
    年均 > 0 得 0~4
    否则 得 0
评分 S-3 制度 满分 6：
    研发制度得分
评分 S-0 总分 满分 20：
    取小( {cap}分, S-1 + S-2 + S-3 )
条件 C-9 总分够：
    S-0 {over}
"""
EFFECTS = (
    ("", "使 二类知识产权数 增加 1项"),
    ("", "使 二类知识产权数 增加 2项"),
    ("", "使 一类知识产权数 增加 1项"),
    ("", "使 一类知识产权数 增加 1项\n    使 有自主研发知识产权 为 是"),
    ("", "使 有自主研发知识产权 为 是"),
    ("", "使 参与编制标准 为 否"),
    ("", "使 研发制度得分 为 {points}"),
    ("本年", "使 科技人员数[本年] 增加 1人\n    使 职工总数[本年] 增加 1人"),
    ("本年", "使 科技人员数[本年] 增加 1人 按月\n    使 职工总数[本年] 增加 1人 按月"),
    ("近三年", "使 科技人员数[近三年] 增加 1人"),
    ("近三年", "使 研发费用[近三年] 增加 20万元\n    使 境内研发费用[近三年] 增加 20万元"),
    ("本年", "使 研发费用[本年] 增加 30万元"),
    ("本年", "使 成果转化数[本年] 增加 1项"),
    ("近三年", "使 成果转化数[近三年] 增加 1项"),
)


def law_text(rnd: Random) -> str:
    chosen = rnd.sample(CONDITIONS, rnd.choice((1, 2, 3)))
    words = {
        "few": rnd.choice(("2", "3", "4")), "tenths": rnd.choice(("10%", "15%", "20%")),
        "small": rnd.choice(("3%", "4%", "5%")), "staff": rnd.choice(("20人", "21人", "22人")),
        "many": rnd.choice(("2", "3")),
    }  # fmt: skip
    over = rnd.choice(("> 6分", "≥ 8分", "> 10分", "≥ 4分"))
    lines = [SCORES.format(cap=rnd.choice((8, 12, 20)), over=over)]
    ids = []
    for number, text in enumerate(chosen):
        lines.append(f"条件 C-{number} 条件{number}：\n    {text.format(**words)}")
        ids.append(f"C-{number}")
    joined = " 且 ".join(ids)
    if rnd.random() < 0.2 and len(ids) > 1:
        joined = " 或 ".join(ids)
    whole = f"{joined} 且 C-9" if " 或 " not in joined else f"( {joined} ) 且 C-9"
    counted = whole if rnd.random() < 0.3 else joined
    lines.append(f"结论 Z-1 结论 总分 S-0：\n    {whole}")
    lines.append(f"初判 Z-2 初判：\n    {counted}")
    return "\n".join(lines)


def action_text(rnd: Random, number: int) -> str:
    year, effect = rnd.choice(EFFECTS)
    lines = [
        f"行动 ACT-{number} 行动{number}：",
        "    " + effect.format(points=rnd.choice(("2分", "3分~6分", "4分~5分"))),
        "    历时 " + rnd.choice(("30天", "30天~100天", "60天", "4个月", "6个月~7个月", "300天")),
        "    费用 " + rnd.choice(("未知", "0元", "1000元", "1000元~2000元", "3000元", "1万元")),
        "    经验 「估」",
    ]
    if "增加" in effect:
        lines.append(f"    至多 {rnd.choice((1, 2, 2, 3))}次")
    if rnd.random() < 0.3:
        lines.append("    固定费用 " + rnd.choice(("500元", "2000元~4000元")))
    if rnd.random() < 0.2:
        lines.append("    须 " + rnd.choice(("职工总数[上年] ≥ 18人", "一类知识产权数 ≥ 1")))
    if year == "本年" and rnd.random() < 0.3:
        lines.append("    年内满 183天")
    return "\n".join(lines)


def firm_facts(rnd: Random) -> dict[str, Any]:
    missing = 0.06 if rnd.random() < 0.7 else 0.25

    def some(value: Any) -> Any:
        return None if rnd.random() < missing else value

    years = ("2023", "2024", "2025", "2026") if rnd.random() < 0.2 else ("2023", "2024", "2025")
    staff = {y: some(rnd.choice((18, 20, 21))) for y in years}
    sales = {y: some(rnd.choice((500, 900, 1000)) * 10_000) for y in years}
    founded = rnd.choice(("2015-05-05", "2015-05-05", "2024-04-01", "2025-09-09"))
    rd = {y: some(rnd.choice((0, 10, 30, 45, 50)) * 10_000) for y in years}
    return {
        "established_on": some(founded),
        "staff": staff,
        "tech_staff": {y: some(rnd.choice((1, 2, 3, 4))) for y in years},
        "sales": sales,
        "rd_expense": rd,
        "rd_domestic": {y: x and x * rnd.choice((5, 6, 10)) // 10 for y, x in rd.items()},
        "total_income": dict.fromkeys(years, 10 ** 7),
        "ht_income": {y: some(rnd.choice((5, 6, 7, 7, 7, 7)) * 10**6) for y in years},
        "conversions": {y: some(rnd.choice((0, 0, 1, 2))) for y in years},
        "ip_class1": some(rnd.choice((0, 0, 0, 1))),
        "ip_class2": some(rnd.choice((0, 0, 1, 2))),
        "ip_self_developed": some(rnd.random() < 0.5),
        "standards_drafted": some(rnd.random() < 0.5),
        "org_system": rnd.choice((None, None, 1, 5)),
    }  # fmt: skip


def case(rnd: Random) -> tuple[Firm, Terms]:
    """A law, four or five actions and a firm, small enough to be tried through."""
    while True:
        count = rnd.choice((3, 4, 5))
        actions = "\n".join(action_text(rnd, i) for i in range(count))
        law = assemble(instrument_text(f"{law_text(rnd)}\n{actions}"), "试验.md")
        firm = firm_from_json(firm_facts(rnd))
        share = rnd.choice((SHARE, SHARE, Fraction(0), Fraction(2, 3), None))
        terms = Terms(lambda day, law=law: law, law.actions, BATCHES, TODAY, share)  # type: ignore[misc]
        if all(_size(found) <= MOST for _, found in _offers(firm, terms)):
            return firm, terms


def _offers(firm: Firm, terms: Terms) -> Iterator[tuple[Evaluation, list[Choice]]]:
    for batch in terms.batches:
        law = terms.law_on(batch.deadline)
        later, _ = assumed(law, firm, terms.today, batch.deadline)
        run = Evaluation(law, later, batch.deadline)
        yield run, choices(run, terms.actions, terms.today)[0]


def _size(found: Sequence[Choice]) -> int:
    size = 1
    for choice in found:
        size *= choice.limit + 1
    return size


# ----------------------------------------------------------------- everything tried


Worth = tuple[int, Fraction, int, int]


def best_of_all(firm: Firm, terms: Terms) -> tuple[int, Worth] | None:
    """(place of the batch, worth of its best plan), trying every plan for every batch."""
    for place, (run, found) in enumerate(_offers(firm, terms)):
        every = product(*(range(choice.limit + 1) for choice in found))
        for times in sorted(every, key=lambda times: worth(found, times, terms.today)):
            if reaches(run, applied(run, found, times), terms.share):
                return place, worth(found, times, terms.today)
    return None


def worth(found: Sequence[Choice], times: Sequence[int], today: date) -> Worth:
    """(actions of unknown cost, cost at most, actions, days until done)."""
    taken = [(choice, count) for choice, count in zip(found, times, strict=True) if count]
    unknown = sum(choice.action.cost is None for choice, _ in taken)
    cost = Fraction(0)
    for choice, count in taken:
        each = choice.action.cost
        cost += Fraction(choice.action.fixed.hi or 0)
        cost += 0 if each is None else Fraction(each.hi or 0) * count
    days = max(((choice.ready - today).days for choice, _ in taken), default=0)
    return unknown, cost, len(taken), days


def worth_of(plan: Plan, today: date) -> Worth:
    found = [step.choice for step in plan.steps]
    return worth(found, [step.times for step in plan.steps], today)


def applied(run: Evaluation, found: Sequence[Choice], times: Sequence[int]) -> Firm:
    """The effects one by one, as the text of the action has them."""
    values: dict[str, Value] = dict(run.facts.values)
    for choice, count in zip(found, times, strict=True):
        for _ in range(count):
            for key, to in choice.sets.items():
                old = values.get(key, run.value_of(key))
                if isinstance(to, bool) or not isinstance(old, Interval):
                    values[key] = to
                else:
                    values[key] = Interval(max(old.lo, to.lo), max(old.hi, to.hi))  # type: ignore[type-var]
            for key, add in choice.adds.items():
                was = values.get(key, run.value_of(key))
                assert isinstance(was, Interval)
                ends = (None if end is None else Fraction(end) + add for end in (was.lo, was.hi))
                values[key] = Interval(*ends)
    return Firm(values)


def reaches(before: Evaluation, firm: Firm, share: Fraction | None) -> bool:
    """The goal in so many words: countable conditions hold (what was open is not lost), the
    verdict is not lost, the expected points suffice."""
    law = before.instrument
    after = Evaluation(law, firm, before.facts.as_of)
    first = law.preliminary
    assert first is not None
    body = first.body
    parts = body.args if isinstance(body, n.All) else (body,)
    if all(isinstance(part, n.Ref) for part in parts):
        for part in parts:
            assert isinstance(part, n.Ref)
            truth = after.result(part.id).truth
            if truth is False or (truth is None and before.result(part.id).truth is not None):
                return False
    elif after.result(first.id).truth is not True:
        return False
    if after.result(law.verdict.id).truth is False:
        return False
    if share is None or "C-9" in first.uses:
        return True
    given = {}
    for item in items_of(after, "S-0"):
        value = after.result(item.id).value
        assert value is not None
        assert value.lo is not None
        assert value.hi is not None
        given[item.id] = point(value.lo + (Fraction(value.hi) - value.lo) * share)
    points = after.with_given(given).result("S-0").value
    asked = law.statements["C-9"].body
    assert points is not None
    assert isinstance(asked, n.Compare)
    assert isinstance(asked.right, n.Num)
    least = asked.right.value + (1 if asked.op == ">" else 0)
    return points.lo is not None and points.lo >= least
