"""One firm under one law, as its page shows it: the outcome tree beside the text of the law."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from denggao.diagnosis.decisive import decisive
from denggao.diagnosis.gaps import gap_of
from denggao.diagnosis.judgement import Judgement, number_text
from denggao.diagnosis.openness import EXPERT_DECIDES, experts_decide
from denggao.documents import wording as w
from denggao.documents.gap_words import way_words
from denggao.documents.tree import compared, unit_of
from denggao.facts.catalogue import Fact, catalogue
from denggao.facts.enterprise import Firm
from denggao.facts.errors import UserError
from denggao.facts.interval import Interval, Truth
from denggao.facts.numbers import exact
from denggao.rules import nodes as n
from denggao.rules.engines.reference import Evaluation
from denggao.rules.outcome import TRUTH_NAMES, TRUTH_WORDS, Outcome, Result
from denggao.web.assessments.lawtext import Article, article_of, articles
from denggao.web.assessments.texts import text_of

#: Sets of more facts than this are no question for one phone call.
_MAX_SET = 4
_WAYS = 3


@dataclass(frozen=True, slots=True)
class Figure:
    """A fact that the law read, in words, with what a what-if form needs: the unit it asks in
    (amounts in 万元), ``choices`` of a yes or no."""

    key: str
    words: str
    value: str
    unit: str
    is_missing: bool
    choices: bool
    changeable: bool


@dataclass(frozen=True, slots=True)
class Node:
    """One rule: what it came to and why, with its article."""

    id: str
    name: str
    kind: str
    truth: str  # pass, fail, unknown; "" of a number
    word: str
    cite: str
    heading: str
    anchor: str
    extract: str
    formula: str
    compared: str
    ways: tuple[str, ...]
    figures: tuple[Figure, ...]


def judged(law: n.Instrument, firm: Firm, as_of: date) -> tuple[Evaluation, Judgement]:
    """The firm under the law, with what would decide it (sets of at most four facts)."""
    run = Evaluation(law, firm, as_of, {})
    outcome = run.outcome()
    if experts_decide(run):
        outcome.flags.add(EXPERT_DECIDES)
    goals = law.verdict.id, (law.preliminary or law.verdict).id
    whole, hard = (decisive(run, goal, max_size=_MAX_SET) for goal in goals)
    return run, Judgement(outcome, whole, hard, tuple(firm.problems))


def nodes(run: Evaluation, outcome: Outcome) -> list[Node]:
    """The rules in the order of the text."""
    parts = articles(text_of(outcome.instrument))
    results = outcome.in_file_order()
    known = {key: figure(key, outcome) for result in results for key in result.facts}
    return [_node(run, result, outcome, parts, known) for result in results]


def _node(
    run: Evaluation, result: Result, outcome: Outcome,
    parts: Sequence[Article], known: Mapping[str, Figure],
) -> Node:  # fmt: skip
    law, statement = outcome.instrument, result.statement
    article = article_of(parts, statement)
    figures = tuple(known[key] for key in result.facts)
    is_truth, body = statement.is_truth, statement.body
    unit = "" if is_truth else unit_of(statement, law.statements)
    return Node(
        id=statement.id,
        name=statement.name,
        kind=statement.kind.name.lower(),
        truth=TRUTH_NAMES[result.truth] if is_truth else "",
        word=TRUTH_WORDS[result.truth] if is_truth else w.interval(_plain(result.value), unit),
        cite=statement.cite,
        heading=article.heading if article else statement.cite,
        anchor=article.anchor if article else "",
        extract=article.extract if article else "",
        formula=w.formula(body, law.statements, outcome.as_of.year) if body is not None else "",
        compared=_compared(result, outcome, figures),
        ways=tuple(_ways(run, result, outcome.as_of.year)),
        figures=figures,
    )


def _compared(result: Result, outcome: Outcome, figures: Sequence[Figure]) -> str:
    """The number judged; nothing where nothing is known that it could come from."""
    known = any(not figure.is_missing for figure in figures)
    return compared(result, outcome) if known and result.value is not None else ""


def _plain(value: Interval | None) -> Interval | None:
    return None if value is None else Interval(value.lo, value.hi)


def _ways(run: Evaluation, result: Result, year: int) -> Iterator[str]:
    """How a condition that does not hold could be met."""
    statement = result.statement
    if statement.kind is not n.Kind.CONDITION or result.truth is True or statement.body is None:
        return
    law = run.instrument
    for way in gap_of(run, statement).ways[:_WAYS]:
        yield way_words(way, law.statements, year)


def figure(key: str, outcome: Outcome) -> Figure:
    """One fact as the law read it."""
    value, fact = outcome.values[key], catalogue()[key.partition("@")[0]]
    words = w.value_words(key, value)
    unit = "万元" if fact.unit == "元" else fact.unit
    is_yes_no = fact.unit == "是否"
    changeable = fact.numeric or is_yes_no or fact.unit == "日期"
    return Figure(key, w.fact_words(key), words, unit, words == "缺", is_yes_no, changeable)


def supposed(firm: Firm, changes: Mapping[str, str]) -> Firm:
    """The firm with some facts changed (amounts in 万元); "?" makes one unknown. Raises UserError
    for what is no value of the fact."""
    other = Firm(dict(firm.values), set(firm.flags), [])
    for key, text in changes.items():
        fact = catalogue().get(key.partition("@")[0])
        if fact is None:
            raise UserError(f"没有“{key}”这个事实")
        other.values.pop(key, None)
        if text != "?":
            other.state(key, fact, _raw(fact, w.fact_words(key), text))
    if other.problems:
        raise UserError("；".join(other.problems))
    return other


def _raw(fact: Fact, words: str, text: str) -> Any:
    if fact.unit == "是否":
        if text not in ("是", "否"):
            raise UserError(f"{words}：应填“是”或“否”")
        return text == "是"
    if not fact.numeric:
        return text
    number = exact(text)
    if number is None:
        raise UserError(f"{words}：“{text[:20]}”不是数")
    if fact.unit == "元":
        number *= 10_000
    return number_text(number)


def truth_word(truth: Truth) -> str:
    """符合、不符合、未知."""
    return TRUTH_WORDS[truth]
