"""The outcome tree for a person: each rule with its article, formula and the firm's figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from denggao.diagnosis.judgement import Judgement
from denggao.documents import wording as w
from denggao.facts.catalogue import catalogue
from denggao.facts.interval import Interval
from denggao.rules import nodes as n
from denggao.rules.outcome import TRUTH_WORDS, Outcome, Result

_MARKS = {True: "✓", False: "✗", None: "？"}
_CONTINUED = "      "


def lines(judgement: Judgement) -> Iterator[str]:
    """The whole judgement, line by line, without any markup."""
    outcome = judgement.outcome
    instrument = outcome.instrument
    yield f"《{instrument.short}》  {instrument.version}  申请日 {outcome.as_of}"
    yield f"结论：{TRUTH_WORDS[outcome.verdict]}{_score(outcome)}"
    yield f"可核实条件：{TRUTH_WORDS[outcome.hard]}"
    yield ""
    for result in outcome.in_file_order():
        yield from _rule(result, outcome)
    yield from _manual(instrument)
    yield from _what_decides(judgement)
    yield from _notes(judgement)


def _score(outcome: Outcome) -> str:
    return "" if outcome.score is None else f"    评分 {w.interval(outcome.score, '分')}"


def _rule(result: Result, outcome: Outcome) -> Iterator[str]:
    statement = result.statement
    if statement.is_truth:
        mark, word = _MARKS[result.truth], TRUTH_WORDS[result.truth]
        yield f"{mark} {statement.id} {statement.name}：{word}    〔{statement.cite}〕"
    else:
        value = w.interval(result.value, unit_of(statement, outcome.instrument.statements))
        yield f"· {statement.id} {statement.name}：{value}    〔{statement.cite}〕"
    if statement.kind is n.Kind.CONDITION and statement.body is not None:
        names = outcome.instrument.statements
        yield f"{_CONTINUED}{w.formula(statement.body, names, outcome.as_of.year)}"
    yield from _figures(result, outcome)
    yield from _gap(result)


def unit_of(statement: n.Statement, statements: Mapping[str, n.Statement] | None = None) -> str:
    """How the statement's own value is shown: points, an amount, a ratio, or a plain number.
    A statement that it names and that is not among ``statements`` is taken for points."""
    if statement.kind in _FIXED:
        return _FIXED[statement.kind]
    if statement.is_truth and not isinstance(statement.body, n.Compare):
        return ""
    body = statement.body.left if isinstance(statement.body, n.Compare) else statement.body
    return _unit(statement.cases[-1].lo if body is None else body, statements or {})


_FIXED = {n.Kind.SCORE: "分", n.Kind.AMOUNT: "元"}
_NONE: Mapping[str, n.Statement] = {}


def _unit(expr: n.Expr, statements: Mapping[str, n.Statement] = _NONE) -> str:
    """The unit a number is shown in; quotients of like units are percentages."""
    match expr:
        case n.FactRef(code, _) | n.WindowLeast(code):
            return catalogue()[code].unit
        case n.Age():
            return "天"
        case n.TaxYear():
            return "年"
        case n.Num(_, unit):
            return unit
        case n.Ref(id_):
            return unit_of(statements[id_], statements) if id_ in statements else "分"
        case n.Arith("÷", left, right):
            units = _unit(left, statements), _unit(right, statements)
            return "%" if units[0] == units[1] else units[0]
        case n.Arith(_, left, right):
            return _unit(left, statements) or _unit(right, statements)
        case n.Extreme(_, args):
            return _unit(args[-1], statements)
    return ""


def _figures(result: Result, outcome: Outcome) -> Iterator[str]:
    facts = [f"{w.fact_words(k)} {w.value_words(k, outcome.values[k])}" for k in result.facts]
    shown = compared(result, outcome) if result.value is not None else ""
    if facts or shown:
        yield f"{_CONTINUED}{'；'.join(facts)}{'  →  ' if facts and shown else ''}{shown}"


def compared(result: Result, outcome: Outcome) -> str:
    """The judged number, shown so that it never seems to reach what it misses."""
    statement, value = result.statement, result.value
    if not isinstance(statement.body, n.Compare) or value is None:
        return ""
    unit = unit_of(statement, outcome.instrument.statements)
    if unit == "%" and value.is_point:
        return w.percent(value.lo, _threshold(statement.body, outcome))
    return w.interval(Interval(value.lo, value.hi), unit)


def _threshold(body: n.Compare, outcome: Outcome) -> Fraction | None:
    match body.right:
        case n.Num(value, _):
            return Fraction(value)
        case n.Ref(id_):
            value_ = outcome.results[id_].value
            return Fraction(value_.lo) if value_ and value_.lo is not None else None
    return None


def _gap(result: Result) -> Iterator[str]:
    gap, body = result.gap, result.statement.body
    if gap is None or result.truth is True or not isinstance(body, n.Compare):
        return
    unit = gap_unit(body)
    if gap.is_point and gap.lo:
        yield f"{_CONTINUED}还差 {gap_fact(body)} {w.shortfall(gap.lo, unit)}"
    elif not gap.is_point and (gap.hi is not None or gap.lo):
        hi = "未知" if gap.hi is None else w.shortfall(gap.hi, unit)
        yield f"{_CONTINUED}还差 {gap_fact(body)} {w.shortfall(gap.lo, unit)}～{hi}"


def gap_unit(body: n.Compare) -> str:
    """The unit a shortfall of this comparison is counted in."""
    left = body.left
    return _unit(left.left if isinstance(left, n.Arith) and left.op == "÷" else left)


def gap_fact(body: n.Compare) -> str:
    """What there is too little of: the left-hand fact (of a quotient, its numerator)."""
    left = body.left
    if isinstance(left, n.Arith) and left.op == "÷":
        left = left.left
    facts = [e for e in n.walk(left) if isinstance(e, n.FactRef)]
    if len(facts) == 1:
        return catalogue()[facts[0].code].name
    if facts:
        return "、".join(catalogue()[f.code].name for f in facts)
    return "成立天数" if isinstance(left, n.Age) else "得分"


def _manual(instrument: n.Instrument) -> Iterator[str]:
    if instrument.manuals:
        yield ""
        yield "须人工核对（条文要求而表上没有的，不影响以上结论）："
    for manual in instrument.manuals:
        yield f"  □ {manual.id} {manual.name}：{manual.text}    〔{manual.cite}〕"


def _what_decides(judgement: Judgement) -> Iterator[str]:
    if judgement.outcome.verdict is not None and judgement.outcome.hard is not None:
        return
    yield ""
    hard = judgement.hard if judgement.outcome.hard is None else judgement.decisive
    about = "可核实条件" if judgement.outcome.hard is None else "结论"
    if hard.sets:
        yield f"问到下面任何一组，{about}就能定（不论数字是多少）："
        for keys in hard.sets:
            yield "  · " + "、".join(w.fact_words(key) for key in keys)
    else:
        yield f"没有哪一组待补数据一定能定{about}；还缺：" + _words(hard.open)
    if hard.shortcuts:
        yield "单独一项就可能定的：" + _words(hard.shortcuts)


def _words(keys: tuple[str, ...]) -> str:
    return "、".join(w.fact_words(key) for key in keys) or "无"


def _notes(judgement: Judgement) -> Iterator[str]:
    outcome = judgement.outcome
    if outcome.flags:
        yield ""
    for flag in sorted(outcome.flags):
        yield f"注意 {flag}：{w.FLAG_WORDS.get(flag, '')}"
    for problem in judgement.problems:
        yield f"数据问题 {problem}"
    if outcome.readings:
        yield "读法：" + "；".join(f"{k} {v}" for k, v in outcome.readings.items())
