"""诊断报告: one firm under one law, in five parts, each finding with its article and cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from denggao.diagnosis.gaps import Gap, gap_of, moves
from denggao.diagnosis.judgement import Judgement
from denggao.documents import wording as w
from denggao.documents.gap_words import way_words
from denggao.documents.papers.evidence import Evidence
from denggao.documents.papers.fiveparts import Section, section_of, section_of_manual
from denggao.documents.papers.paper import (
    Block,
    Look,
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
)
from denggao.documents.tree import compared, unit_of
from denggao.rules import nodes as n
from denggao.rules.engines.reference import Evaluation
from denggao.rules.outcome import TRUTH_WORDS, Result

KIND = "诊断报告"
_SHOWN_WAYS = 3
_SHOWN_SETS = 3


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A firm judged, with where its figures stand and what is wrong with its own cells."""

    run: Evaluation
    judgement: Judgement
    evidence: Evidence
    problems: tuple[str, ...] = ()

    @property
    def law(self) -> n.Instrument:
        return self.run.instrument


def diagnosis_paper(made: Diagnosis) -> Paper:
    """The whole report; every number in it is the evaluation's own."""
    law, who = made.law, made.evidence
    findings = {section: list(_findings(made, section)) for section in Section}
    places = _numbers(findings)
    five = [
        Part(section.value, tuple(_section(made, section, found)))
        for section, found in findings.items()
    ]
    outcome = made.judgement.outcome
    return Paper(
        kind=KIND,
        day=outcome.as_of,
        title=f"{law.short}诊断报告",
        about=who.name,
        parts=(
            Part("总体判断", tuple(_overview(made, places))),
            *numbered(five),
            Part("口径", tuple(_basis(made))),
        ),
        known=(
            (who.ledger.identity_head, who.identity_text),
            ("对照规范", law.name),
            ("规范版本", law.version),
            ("申请日", f"{outcome.as_of}"),
            ("结论", TRUTH_WORDS[outcome.verdict]),
        ),
    )


# ----------------------------------------------------------------- what each part holds

Finding = tuple[Result, Block]


def _findings(made: Diagnosis, section: Section) -> Iterator[Finding]:
    for result in _told(made):
        if section_of(made.law, result.statement.id) is section:
            yield result, _finding(made, result)


def _told(made: Diagnosis) -> Iterator[Result]:
    """Conditions and scores, as the text has them; a step of a score that reads nothing else
    than the score itself is told there."""
    for result in made.judgement.outcome.in_file_order():
        kind = result.statement.kind
        if kind is n.Kind.CONDITION or (kind is n.Kind.SCORE and not _is_step(made, result)):
            yield result


def _is_step(made: Diagnosis, result: Result) -> bool:
    id_, codes = result.statement.id, _codes(result.statement)
    statements = made.law.statements.values()
    return any(id_ in s.uses and bool(s.cases) and codes <= _codes(s) for s in statements)


def _codes(statement: n.Statement) -> set[str]:
    facts = (leaf for leaf in statement.leaves if isinstance(leaf, n.FactRef | n.WindowLeast))
    return {fact.code for fact in facts}


def _numbers(findings: Mapping[Section, Sequence[Finding]]) -> dict[str, str]:
    """Where each statement is told: 「三（二）」."""
    return {
        result.statement.id: f"{counted(i)}（{counted(j)}）"
        for i, found in enumerate(findings.values(), 1)
        for j, (result, _) in enumerate(found, 1)
    }


def _section(made: Diagnosis, section: Section, found: Sequence[Finding]) -> Iterator[Block]:
    yield say(_summary([result for result, _ in found]))
    for number, (_, block) in enumerate(found, 1):
        yield _with_number(block, number)
    manuals = [m for m in made.law.manuals if section_of_manual(made.law, m) is section]
    if manuals:
        yield say("条文要求而台账里没有的，须人工核对（不影响以上判断）：")
    for manual in manuals:
        note = made.evidence.note(manual.cite)
        yield say(f"□ {manual.name}：{manual.text}", note, Look.SMALL)
    if section is Section.MATERIAL:
        yield from _still_needed(made)


def _with_number(block: Block, number: int) -> Block:
    assert not isinstance(block, Table)
    lead, *rest = block.said
    return point(f"（{counted(number)}）{lead.text}", rest[0].text, rest[0].note)


def _summary(results: Sequence[Result]) -> str:
    truths = [r.truth for r in results if r.statement.is_truth]
    if not results:
        return "对照的规范没有这方面的条件和评分。"
    counts = "，".join(f"{TRUTH_WORDS[t]} {truths.count(t)} 项" for t in (True, False, None))
    scores = len(results) - len(truths)
    told = [f"条件 {len(truths)} 项：{counts}"] if truths else []
    return "；".join([*told, *([f"评分 {scores} 项"] if scores else [])]) + "。"


# ------------------------------------------------------------------------- one finding


def _finding(made: Diagnosis, result: Result) -> Block:
    """One sentence about one rule: what it came to, what the law asks, the firm's figures, what
    is missing, with the article and the cells."""
    rule = result.statement
    text = "；".join(_condition(made, result) if rule.is_truth else _score(made, result)) + "。"
    head = TRUTH_WORDS[result.truth] if rule.is_truth else _points(made, result)
    keys = dict.fromkeys(_keys(made, result))
    if rule.is_truth:  # what it lacks may be a fact of a rule that it names
        ways = gap_of(made.run, rule).ways[:_SHOWN_WAYS]
        keys |= dict.fromkeys(key for way in ways for lack in way for key in lack.keys)
    return point(f"{rule.name}：{head}。", text, made.evidence.note(rule.cite, keys))


def _keys(made: Diagnosis, result: Result) -> tuple[str, ...]:
    """The facts behind a result, and behind the values it names (not the rules: they have
    findings of their own)."""
    keys = dict.fromkeys(result.facts)
    for id_ in result.statement.uses:
        other = made.run.result(id_)
        if other.statement.kind in _INNER or _is_step(made, other):
            keys |= dict.fromkeys(_keys(made, other))
    return tuple(keys)


_INNER = (n.Kind.PARAMETER, n.Kind.VALUE, n.Kind.AMOUNT)


def _condition(made: Diagnosis, result: Result) -> Iterator[str]:
    body, year = result.statement.body, made.judgement.outcome.as_of.year
    if body is not None:
        yield f"规定{w.formula(body, made.law.statements, year)}{limits(result, made.run)}"
    yield from _figures(made, result)
    if says_something(result):
        yield f"算得 {compared(result, made.judgement.outcome)}"
    yield from _lacks(gap_of(made.run, result.statement), made)


def _figures(made: Diagnosis, result: Result) -> Iterator[str]:
    keys = _keys(made, result)
    if keys:
        yield f"台账填报：{figures(keys, made.run)}"


def _lacks(gap: Gap, made: Diagnosis) -> Iterator[str]:
    names, year = made.law.statements, made.judgement.outcome.as_of.year
    found = [way_words(way, names, year) for way in gap.ways[:_SHOWN_WAYS]]
    if found:
        yield "或者".join(found)


def _points(made: Diagnosis, result: Result) -> str:
    top = result.statement.maximum
    limit = f"（满分 {w.amount(top, '分')}）" if top is not None else ""
    return f"{points_words(result.value)}{limit}"


def _score(made: Diagnosis, result: Result) -> Iterator[str]:
    rule, names = result.statement, made.law.statements
    parts = [made.run.result(id_) for id_ in rule.uses]
    points = [r for r in parts if r.statement.kind is n.Kind.SCORE and not _is_step(made, r)]
    if points and not result.facts:
        told = "、".join(f"{r.statement.name} {points_words(r.value)}" for r in points)
        yield f"由{told}合成"
        return
    if is_judged(result.facts):
        yield "由专家评定"
    yield from _figures(made, result)
    for other in parts:
        if other.statement.kind is n.Kind.VALUE and other.value and other.value.is_bounded:
            unit = unit_of(other.statement, names)
            yield f"{other.statement.name} {w.interval(other.value, unit)}"
    year = made.judgement.outcome.as_of.year
    steps = [s for move in moves(made.run, rule.id) for s in next_steps(move, names, year)]
    if steps:
        yield f"还可提高：{'，'.join(steps)}"


# --------------------------------------------------------------------- 总体判断, 材料, 口径


def _overview(made: Diagnosis, places: Mapping[str, str]) -> Iterator[Block]:
    outcome, law, who = made.judgement.outcome, made.law, made.evidence
    verdict = law.verdict
    hard = f"，其中可核实条件{TRUTH_WORDS[outcome.hard]}" if law.preliminary else ""
    yield say(
        f"按{day_words(outcome.as_of)}申请，对照《{law.name}》，{who.name}的{verdict.name}为"
        f"{TRUTH_WORDS[outcome.verdict]}{hard}。",
        who.identity(verdict.cite),
    )
    if outcome.score is not None and verdict.total:
        total = law.statements[verdict.total]
        yield say(
            f"{total.name} {points_words(outcome.score)}；专家还没有评定的项目按该档的最低分"
            "到最高分列出，不代替专家打分。",
            who.note(total.cite),
        )
    yield _list(made, places)
    yield from _total_findings(made)
    yield from _decides(made)


def _list(made: Diagnosis, places: Mapping[str, str]) -> Table:
    """Every condition of the verdict with its article, its truth and where it is explained."""
    rows = []
    for id_ in made.law.verdict.uses:
        result = made.run.result(id_)
        rule = result.statement
        gap = gap_of(made.run, rule)
        year = made.judgement.outcome.as_of.year
        ways = [way_words(way, made.law.statements, year) for way in gap.ways[:1]]
        note = made.evidence.note(rule.cite)  # its cells stand where it is explained
        rows.append((
            cell(rule.name, note), cell(TRUTH_WORDS[result.truth]),
            cell(ways[0] if ways else "—"), cell(places.get(id_, "总体判断")),
        ))  # fmt: skip
    return Table(("条件", "结果", "差距", "详见"), (26, 14, 42, 18), tuple(rows), frozenset({1, 3}))


def _total_findings(made: Diagnosis) -> Iterator[Block]:
    """Conditions that draw several parts together (the points as a whole)."""
    for result in _told(made):
        rule = result.statement
        if section_of(made.law, rule.id) is None and rule.id != made.law.verdict.total:
            yield _finding(made, result)


def _decides(made: Diagnosis) -> Iterator[Block]:
    judgement, who = made.judgement, made.evidence
    outcome = judgement.outcome
    if outcome.verdict is not None and outcome.hard is not None:
        return
    about, found = (
        ("可核实条件", judgement.hard)
        if outcome.hard is None
        else (made.law.verdict.name, judgement.decisive)
    )
    cite = (made.law.preliminary or made.law.verdict).cite
    if found.sets:
        ways = [_names(keys) for keys in found.sets[:_SHOWN_SETS]]
        keys = dict.fromkeys(key for keys in found.sets[:_SHOWN_SETS] for key in keys)
        text = f"问清{'，或问清'.join(ways)}，{about}就能定，不论数字是多少。"
        yield say(text, who.note(cite, keys))
    elif found.open:
        text = f"还没有哪几个数能单独定下{about}；还缺：{_names(found.open)}。"
        yield say(text, who.note(cite, found.open))


def _names(keys: Sequence[str]) -> str:
    return "、".join(w.fact_words(key) for key in keys)


def _still_needed(made: Diagnosis) -> Iterator[Block]:
    """What the firm's papers still lack, and what is wrong with what the ledger says."""
    values, who = made.judgement.outcome.values, made.evidence
    missing = [key for key, value in values.items() if w.value_words(key, value) == "缺"]
    if missing:
        text = f"台账里还没有、要请企业补的数据 {len(missing)} 项：{_names(missing)}。"
        yield say(text, who.identity(made.law.verdict.cite))
    problems = [*made.judgement.problems, *made.problems]
    for problem in problems:
        yield say(f"填报的数据有误：{problem}。", who.identity(""))
    for flag in sorted(made.judgement.outcome.flags):
        words = w.FLAG_WORDS.get(flag)
        if words:
            yield say(f"须注意：{words}。", who.identity(made.law.verdict.cite))


def _basis(made: Diagnosis) -> Iterator[Block]:
    law, outcome = made.law, made.judgement.outcome
    documents = "、".join(law.documents)
    yield say(f"依据{documents}（{law.version}）逐条计算，未知就写未知，不估、不补。")
    yield say("每句话的条款和数字所在的单元格见页下脚注；比较时不四舍五入，显示的数已四舍五入。")
    chosen = law.chosen(outcome.readings)
    for reading in law.readings:
        explained = dict(reading.options)[chosen[reading.id]]
        text = f"读法 {reading.name}：{chosen[reading.id]}（{explained}）。"
        yield say(text, made.evidence.note(reading.cite), Look.SMALL)
    yield say(f"规范版本 {law.version}", look=Look.SIGNED)
    yield say(day_words(outcome.as_of), look=Look.SIGNED)
