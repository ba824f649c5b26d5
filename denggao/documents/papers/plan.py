"""一企一策 as a paper: standing, gaps, what to do by when, what is unlocked, with its evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from denggao.diagnosis.gaps import gaps
from denggao.diagnosis.plan import Plan, Step
from denggao.diagnosis.relief import Relief
from denggao.documents import plan_page as page
from denggao.documents import wording as w
from denggao.documents.gap_words import way_words
from denggao.documents.papers.evidence import Evidence
from denggao.documents.papers.paper import (
    Block,
    Look,
    Note,
    Paper,
    Part,
    Table,
    cell,
    counted,
    day_words,
    numbered,
    point,
    say,
)
from denggao.documents.papers.scores import (
    figures,
    is_judged,
    limits,
    next_steps,
    points_words,
    says_something,
    stated,
)
from denggao.documents.tree import compared
from denggao.facts.catalogue import catalogue
from denggao.rules.outcome import TRUTH_WORDS

KIND = "一企一策"
_SHOWN_WAYS = 3


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, what it unlocks, and where its figures stand. ``evidence`` knows what the plan
    assumes (``assumed``)."""

    plan: Plan
    reliefs: Sequence[Relief]
    evidence: Evidence


def assumed(plan: Plan) -> dict[str, str]:
    """Facts of years that are not over → the facts whose values they were given."""
    return {a.key: a.source for a in plan.assumptions}


def plan_paper(made: Planned, today: date) -> Paper:
    """The whole paper of one firm, begun ``today``."""
    plan, who = made.plan, made.evidence
    parts = [
        Part("目标和结论", tuple(_goal(made, today))),
        Part("现状", tuple(_now(made))),
        Part("差距", tuple(_gaps(made))),
        Part("要做的事", tuple(_steps(made))),
        Part("做完以后", tuple(_after(made))),
        Part("为什么不能更早", tuple(_missed(made))),
        Part("成功以后可以享受", tuple(_unlocked(made))),
        Part("前提", tuple(_suppositions(made, today))),
    ]
    law = plan.instrument
    return Paper(
        kind=KIND,
        day=today,
        title=f"{law.short}培育方案",
        about=who.name,
        parts=numbered(parts),
        known=(
            (who.ledger.identity_head, who.identity_text),
            ("目标规范", law.name),
            ("规范版本", law.version),
            ("从哪天做起", f"{today}"),
            ("结论", plan.status.value),
        ),
    )


def _goal(made: Planned, today: date) -> Iterator[Block]:
    plan, who = made.plan, made.evidence
    law = plan.instrument
    yield say(
        f"{who.name}以《{law.name}》规定的条件为目标，从{day_words(today)}做起。",
        who.identity(law.verdict.cite),
    )
    text = page.conclusion(plan).replace("。", "；")
    failing = [id_ for id_, truth in plan.standing.truths.items() if truth is False]
    keys = [key for id_ in failing for key in plan.before.result(id_).facts]
    yield say(f"结论：{text}。", who.note(law.verdict.cite, keys))


def _now(made: Planned) -> Iterator[Block]:
    """The countable conditions on the day of the batch, if nothing is done until then."""
    plan, who = made.plan, made.evidence
    run, year = plan.before, plan.batch.deadline.year
    outcome = run.outcome()
    yield say(f"到{day_words(plan.batch.deadline)}（{plan.batch.name}截止）什么都不做时：")
    for number, id_ in enumerate(plan.goal.conditions, 1):
        result = run.result(id_)
        rule = result.statement
        told = [f"企业的数：{figures(result.facts, run)}"] if result.facts else []
        if rule.body is not None:
            asked = w.formula(rule.body, run.instrument.statements, year)
            told.insert(0, f"规定{asked}{limits(result, run)}")
        if says_something(result):
            told.append(f"算得 {compared(result, outcome)}")
        lead = f"（{counted(number)}）{rule.name}：{TRUTH_WORDS[result.truth]}。"
        yield point(lead, "；".join(told) + "。", who.note(rule.cite, result.facts))
    points = page.points_words(plan, plan.standing.points)
    if points and plan.goal.target is not None:
        target = run.instrument.statements[plan.goal.target.condition]
        yield say(f"评分：{points}。", who.note(target.cite))


def _gaps(made: Planned) -> Iterator[Block]:
    plan, who = made.plan, made.evidence
    names, year = plan.instrument.statements, plan.batch.deadline.year
    for number, gap in enumerate(gaps(plan.before), 1):
        rule = gap.statement
        found = [way_words(way, names, year) for way in gap.ways[:_SHOWN_WAYS]]
        text = "，或者".join(found) or "没有哪一项能单独补上"
        lead = f"（{counted(number)}）{rule.name}：{TRUTH_WORDS[gap.truth]}。"
        keys = dict.fromkeys(key for way in gap.ways for lack in way for key in lack.keys)
        yield point(lead, f"{text}。", who.note(rule.cite, keys))
        for move in gap.moves:
            steps = next_steps(move, names, year)
            if steps:
                now = f"{move.statement.name}现 {points_words(move.now)}：{'，'.join(steps)}。"
                yield say(now, who.note(move.statement.cite, move.keys), Look.SMALL)
        judged = [move.statement for move in gap.moves if is_judged(move.keys)]
        yield from _together(made, [rule.id for rule in judged], "要由专家评定的", Look.SMALL)


def _ordered(plan: Plan) -> list[Step]:
    return sorted(plan.steps, key=lambda step: (step.choice.begin, step.choice.action.id))


def _steps(made: Planned) -> Iterator[Block]:
    plan = made.plan
    if not plan.steps:
        return
    yield say(
        f"按最迟开始的日子排，共 {len(plan.steps)} 件，{page.cost_words(plan)}；历时按最长、费用按"
        "最高算，具体依据见各行脚注。"
    )
    rows = []
    for number, step in enumerate(_ordered(plan), 1):
        choice = step.choice
        year = f"（{choice.year}年度）" if choice.year else ""
        what = f"{choice.action.name}{year}{page.times_words(step)}"
        cost = "未知" if step.cost is None else w.interval(step.cost, "元")
        rows.append((
            cell(f"{number}"), cell(what, _step_note(made, step)), cell(f"{choice.begin}"),
            cell(f"{choice.due}"), cell(cost), cell(_changes(step)),
        ))  # fmt: skip
    heads = ("序号", "要做的事", "最迟开始", "做完期限", "费用", "改变什么")
    yield Table(heads, (8, 20, 15, 15, 13, 29), tuple(rows), frozenset({0, 2, 3, 4}))


def _changes(step: Step) -> str:
    return "；".join(
        f"{w.fact_words(key)} {stated(key, before)} → {stated(key, after)}"
        for key, (before, after) in step.changes.items()
    )


def _step_note(made: Planned, step: Step) -> Note:
    """The action's article, its own sources, and the cells of the facts it changes."""
    action = step.choice.action
    texts = [f"{'经验值' if guess else '依据'}：{text}" for guess, text in action.sources]
    return made.evidence.note(action.cite, step.changes, *texts)


def _after(made: Planned) -> Iterator[Block]:
    plan, who = made.plan, made.evidence
    if not plan.steps:
        return
    for truth in (True, None):
        ids = [i for i in plan.goal.conditions if plan.after.result(i).truth is truth]
        yield from _together(made, ids, f"{TRUTH_WORDS[truth]}的")
    points = page.points_words(plan, plan.points)
    if points and plan.goal.target is not None:
        target = plan.instrument.statements[plan.goal.target.condition]
        yield say(f"评分：{points}。", who.note(target.cite))
    rest = [i for i in plan.instrument.verdict.uses if i not in plan.goal.conditions]
    waiting = [i for i in rest if plan.after.result(i).truth is None]
    yield from _together(made, waiting, "还要专家或有关部门定的")


def _together(
    made: Planned, ids: Sequence[str], what: str, look: Look = Look.BODY
) -> Iterator[Block]:
    """Conditions in one sentence, their articles in one note."""
    rules = [made.plan.instrument.statements[id_] for id_ in ids]
    if rules:
        articles = "、".join(dict.fromkeys(rule.cite for rule in rules))
        text = "、".join(rule.name for rule in rules)
        yield say(f"{what}：{text}。", made.evidence.note(articles), look)


def _missed(made: Planned) -> Iterator[Block]:
    plan = made.plan
    told: dict[str, list[int]] = {}
    for place, missed in enumerate(plan.missed):
        told.setdefault(page.because(plan, missed), []).append(place)
    for reason, places in told.items():
        batches = [plan.missed[place] for place in places]
        names = "、".join(one.batch.name for one in batches)
        conditions = dict.fromkeys(o.condition for one in batches for o in one.obstacles)
        rules = [plan.instrument.statements[i] for i in conditions if i]
        articles = "、".join(dict.fromkeys(rule.cite for rule in rules))
        keys = [k for rule in rules for k in plan.before.result(rule.id).facts]
        note = made.evidence.note(articles or plan.instrument.verdict.cite, keys)
        yield say(f"{names}：{reason}。", note)
    fixed = page.fixed_keys(plan)
    if fixed:
        names = "、".join(w.fact_words(key) for key in fixed)
        yield say(f"不能再改的：{names}（会计年度已经结束）。", made.evidence.note("", fixed))


def _unlocked(made: Planned) -> Iterator[Block]:
    for relief in made.reliefs:
        amount = "金额未算" if relief.amount is None else w.interval(relief.amount, "元")
        year = f"{relief.year}年度" if relief.year else ""
        supposes = f"（设{relief.supposes}）" if relief.supposes else ""
        yield say(f"{relief.name}：{year}{amount}{supposes}。", made.evidence.note(relief.cite))


def _suppositions(made: Planned, today: date) -> Iterator[Block]:
    plan, who = made.plan, made.evidence
    if plan.batch.assumed:
        yield say("批次日期是假定的（每年6月30日、8月15日、9月30日），请以当地通知为准。")
    if plan.goal.target is not None and plan.goal.share is not None:
        share = w.percent(plan.goal.share)
        yield say(f"评分按各档的 {share} 估，专家实际给分以评审为准。")
    for (year, source), keys in _by_year(plan).items():
        names = "、".join(catalogue()[key.partition("@")[0]].name for key in keys)
        text = f"{year}年没有填计划数，假设与{source}年相同：{names}。"
        yield say(text, who.note("", keys))
    if plan.questions:
        asked = "、".join(w.fact_words(key) for key in plan.questions)
        yield say(f"还要问清：{asked}。", who.note(plan.instrument.verdict.cite, plan.questions))
    if not plan.is_proven:
        yield say("没能在限度内证明这是最省的一组。")
    yield say(f"规范版本 {plan.instrument.version}", look=Look.SIGNED)
    yield say(day_words(today), look=Look.SIGNED)


def _by_year(plan: Plan) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for a in plan.assumptions:
        years = (a.key.partition("@")[2], a.source.partition("@")[2])
        found.setdefault(years, []).append(a.key)
    return found
