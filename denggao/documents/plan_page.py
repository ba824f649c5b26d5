"""一企一策 as a page of text: goal, standing, gaps, steps with dates, what cannot be changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from denggao.diagnosis.batches import Batch
from denggao.diagnosis.choices import Barred, Barrier
from denggao.diagnosis.gaps import gap_of, gaps
from denggao.diagnosis.plan import Missed, Obstacle, Plan, Status, Step
from denggao.diagnosis.relief import Relief
from denggao.documents import wording as w
from denggao.documents.gap_words import gap_lines, way_words
from denggao.facts.catalogue import catalogue
from denggao.facts.enterprise import CONTRADICTION
from denggao.facts.interval import Interval, point
from denggao.rules.outcome import TRUTH_WORDS

Sources = Mapping[str, str]
_SHOWN_BARRED = 3


def lines(
    plan: Plan, identity: str, name: str, reliefs: Sequence[Relief], sources: Sources
) -> Iterator[str]:
    """The whole plan of one firm, line by line."""
    law = plan.instrument
    yield f"一企一策  {name}  {identity}"
    yield f"目标：《{law.short}》  {law.version}"
    yield f"结论：{conclusion(plan)}"
    yield from _now(plan, sources)
    yield from _gaps(plan)
    yield from _steps(plan)
    yield from _after(plan)
    yield from _fixed(plan)
    yield from _missed_lines(plan)
    yield from _unlocked(plan, reliefs)
    yield from _suppositions(plan)


def conclusion(plan: Plan) -> str:
    """「2026年第三批（2026-09-30）可以申报：3 步，费用至多1.2万元」."""
    batch = f"{plan.batch.name}（{plan.batch.deadline} 截止{_last_day(plan.batch)}）"
    if plan.status is Status.NEVER:
        first, last = plan.missed[0].batch.name, plan.missed[-1].batch.name
        return f"{first}至{last}都不行，因为{because(plan, plan.missed[-1])}"
    text = f"{batch}可以申报"
    if plan.missed:
        text = f"{plan.missed[0].batch.name}不行，最早{text}"
    if plan.status is Status.PLAN:
        text += f"，要做 {len(plan.steps)} 件事，{cost_words(plan)}"
    if plan.standing.open:
        names = "、".join(plan.instrument.statements[i].name for i in plan.standing.open)
        text += f"；前提：{names}问清后符合"
    if plan.missed:
        text += f"。{plan.missed[0].batch.name}不行，因为{because(plan, plan.missed[0])}"
    return text


def cost_words(plan: Plan) -> str:
    """「费用 3,000元～2万元」, of all steps together."""
    known = [step.cost for step in plan.steps if step.cost is not None]
    if not known:
        return "费用未知"
    low = sum(cost.lo or 0 for cost in known)
    high = sum(cost.hi or 0 for cost in known)
    words = w.interval(Interval(low, high), "元")
    return f"费用 {words}" + (f"，另有 {plan.unpriced} 件费用未知" if plan.unpriced else "")


def because(plan: Plan, missed: Missed) -> str:
    """「研发费用占比补不上（增加研发投入：要改的会计年度已经结束）」."""
    return "；".join(_obstacle(plan, obstacle) for obstacle in missed.obstacles) or "条件不符合"


def _obstacle(plan: Plan, obstacle: Obstacle) -> str:
    if not obstacle.condition:
        return "各条分别能补上，合在一起赶不上或互相抵触"
    name = plan.instrument.statements[obstacle.condition].name
    if not obstacle.barred:
        return f"{name}没有可以补救的办法"
    shown = list(dict.fromkeys(map(_barred, obstacle.barred)))
    more = "……" if len(shown) > _SHOWN_BARRED else ""
    return f"{name}来不及或补不上（{'；'.join(shown[:_SHOWN_BARRED])}{more}）"


def _barred(barred: Barred) -> str:
    name = barred.action.name
    if barred.barrier is Barrier.LATE:
        return f"{name}：现在动手要到 {barred.ready}"
    if barred.barrier in (Barrier.UNKNOWN, Barrier.NEEDS, Barrier.BOUND) and barred.keys:
        codes = dict.fromkeys(key.partition("@")[0] for key in barred.keys)
        facts = "、".join(catalogue()[code].name for code in codes)
        return f"{name}：{barred.barrier.value}（{facts}）"
    return f"{name}：{barred.barrier.value}"


# ------------------------------------------------------------------------- sections


def _now(plan: Plan, sources: Sources) -> Iterator[str]:
    run = plan.before
    yield ""
    yield f"一、现状（到 {plan.batch.deadline} 什么都不做）"
    for id_ in plan.goal.conditions:
        result = run.result(id_)
        rule = result.statement
        yield f"  {TRUTH_WORDS[result.truth]}  {id_} {rule.name}    〔{rule.cite}〕"
        facts = [
            w.fact_words(key)
            + f" {w.read_words(key, run.value_of(key), is_stated=key in run.facts.values)}"
            + _where(key, plan, sources)
            for key in result.facts
        ]
        if facts:
            yield f"        {'；'.join(facts)}"
    points = points_words(plan, plan.standing.points)
    if points:
        yield f"  评分：{points}"


def _where(key: str, plan: Plan, sources: Sources) -> str:
    if key in sources:
        return f"〔{sources[key]}〕"
    assumed = next((a.source for a in plan.assumptions if a.key == key), None)
    return f"〔假设同{assumed.partition('@')[2]}年〕" if assumed else ""


def points_words(plan: Plan, expected: object) -> str:
    """「期望 78分（专家按各档的 75.00% 给分），须 71分」; "" where no points are asked for."""
    if expected is None or plan.goal.target is None or plan.goal.share is None:
        return ""
    share = w.percent(plan.goal.share)
    least = w.amount(plan.goal.target.least, "分")
    return f"期望 {w.interval(point(expected), '分')}（专家按各档的 {share} 给分），须 {least}"  # type: ignore[arg-type]


def _gaps(plan: Plan) -> Iterator[str]:
    found = gaps(plan.before)
    if not found:
        return
    yield ""
    yield "二、差距"
    for gap in found:
        for line in gap_lines(gap, plan.instrument.statements, plan.batch.deadline.year):
            yield f"  {line}"


def _steps(plan: Plan) -> Iterator[str]:
    if not plan.steps:
        return
    yield ""
    yield f"三、要做的事（按最迟开始的日子排；历时按最长、费用按最高算；{cost_words(plan)}）"
    ordered = sorted(plan.steps, key=lambda step: (step.choice.begin, step.choice.action.id))
    for number, step in enumerate(ordered, 1):
        yield from _step(number, step)


def _step(number: int, step: Step) -> Iterator[str]:
    choice, action = step.choice, step.choice.action
    cost = "费用未知" if step.cost is None else f"费用 {w.interval(step.cost, '元')}"
    year = f"（{choice.year}年度）" if choice.year else ""
    lead = action.lead
    span = f"{lead.lo}" if lead.lo == lead.hi else f"{lead.lo}～{lead.hi}"
    yield f"  {number}. {action.name}{year}{times_words(step)}    {cost}"
    yield f"      最迟 {choice.begin} 开始，{choice.due} 前做完；历时 {span}{lead.unit}"
    for key, (before, after) in step.changes.items():
        old, new = (w.value_words(key, value) for value in (before, after))
        yield f"      {w.fact_words(key)}：{old} → {new}"
    for is_estimate, text in action.sources:
        yield f"      {'经验值' if is_estimate else '依据'}：{text}"
    yield f"      〔{action.cite}〕"


def times_words(step: Step) -> str:
    """「2项」, 「12.34万元」: how much of the first thing added; nothing for what is done once."""
    adds = step.choice.action.effects
    first = next((e for e in adds if e.add is not None), None)
    if first is None or first.add is None:
        return ""
    unit = catalogue()[first.fact.code].unit
    return " " + w.amount(first.add * step.times, unit)


def _after(plan: Plan) -> Iterator[str]:
    if not plan.steps:
        return
    yield ""
    yield "四、做完以后"
    for id_ in plan.goal.conditions:
        result = plan.after.result(id_)
        yield f"  {TRUTH_WORDS[result.truth]}  {id_} {result.statement.name}"
    points = points_words(plan, plan.points)
    if points:
        yield f"  评分：{points}"
    rest = [i for i in plan.instrument.verdict.uses if i not in plan.goal.conditions]
    waiting = [i for i in rest if plan.after.result(i).truth is None]
    if waiting:
        names = "、".join(plan.instrument.statements[i].name for i in waiting)
        yield f"  还要专家或有关部门定的：{names}"


def _fixed(plan: Plan) -> Iterator[str]:
    left = [w.fact_words(key) for key in fixed_keys(plan)]
    if left:
        yield ""
        yield "不能再改的：" + "、".join(left) + "（会计年度已经结束）"


def fixed_keys(plan: Plan) -> list[str]:
    """Figures of years that are over, in the conditions that fail, that no step changes."""
    closed = min((a.key.partition("@")[2] for a in plan.assumptions), default="9999")
    keys: dict[str, None] = {}
    for id_, truth in plan.standing.truths.items():
        if truth is False:
            used = plan.before.result(id_).facts
            keys |= dict.fromkeys(k for k in used if "@" in k and k.partition("@")[2] < closed)
    changed = {key for step in plan.steps for key in step.changes}
    return [key for key in keys if key not in changed]


def _missed_lines(plan: Plan) -> Iterator[str]:
    if not plan.missed:
        return
    yield ""
    yield "为什么不能更早："
    told: dict[str, list[str]] = {}
    for missed in plan.missed:
        told.setdefault(because(plan, missed), []).append(missed.batch.name)
    for reason, names in told.items():
        yield f"  {'、'.join(names)}：{reason}"


def _unlocked(plan: Plan, reliefs: Sequence[Relief]) -> Iterator[str]:
    if not reliefs:
        return
    yield ""
    yield "成功以后可以享受："
    for relief in reliefs:
        amount = "金额未算" if relief.amount is None else w.interval(relief.amount, "元")
        year = f"{relief.year}年度" if relief.year else ""
        supposes = f"（设{relief.supposes}）" if relief.supposes else ""
        yield f"  {relief.name}：{year}{amount}{supposes}    〔{relief.cite}〕"


def _suppositions(plan: Plan) -> Iterator[str]:
    yield ""
    yield "这份方案的前提："
    if plan.batch.assumed:
        yield "  批次日期是假定的（每年6月30日、8月15日、9月30日），请以当地通知为准（--deadline）"
    if plan.goal.target is not None and plan.goal.share is not None:
        yield f"  评分按各档的 {w.percent(plan.goal.share)} 估（--expect），专家实际给分以评审为准"
    if CONTRADICTION in plan.before.facts.flags:
        yield "  台账里有自相矛盾的数，都没有用；改正以后请重做方案"
    years: dict[tuple[str, str], list[str]] = {}
    for a in plan.assumptions:
        (code, _, year), (_, _, source) = a.key.partition("@"), a.source.partition("@")
        years.setdefault((year, source), []).append(catalogue()[code].name)
    for (year, source), names in years.items():
        yield f"  {year}年没有填计划数，假设与{source}年相同：{'、'.join(names)}"
    if plan.questions:
        yield "  还要问清：" + "、".join(w.fact_words(key) for key in plan.questions)
    if not plan.is_proven:
        yield "  没能在限度内证明这是最省的一组"


def short_gaps(plan: Plan) -> str:
    """「研发费用还差12.3万元；科技人员还差2人」: the conditions that fail, in one cell."""
    failing = [i for i, truth in plan.standing.truths.items() if truth is False]
    names, year = plan.instrument.statements, plan.batch.deadline.year
    found = [gap_of(plan.before, names[i]) for i in failing]
    return "；".join(
        way_words(g.ways[0], names, year) if g.ways else g.statement.name for g in found
    )


def short_steps(plan: Plan) -> str:
    """「申请软件著作权 1项；…」: the steps in one cell."""
    ordered = sorted(plan.steps, key=lambda step: (step.choice.begin, step.choice.action.id))
    return "；".join(
        f"{s.choice.action.name}{times_words(s)}（最迟 {s.choice.begin}）" for s in ordered
    )


def _last_day(batch: Batch) -> str:
    """Where the deadline is no working day, the last one before it."""
    if batch.act_by is None or batch.act_by == batch.deadline:
        return ""
    rough = "，这一年的节假日未录入，只避开了周六周日" if batch.is_rough else ""
    return f"，最后工作日 {batch.act_by}{rough}"
