"""A verdict and a run in words, as their pages and the interface for programs tell of them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from denggao.diagnosis.judgement import Judgement
from denggao.documents import wording as w
from denggao.documents.tree import gap_fact, gap_unit
from denggao.rules import nodes as n
from denggao.rules.outcome import TRUTH_NAMES, TRUTH_WORDS
from denggao.web.assessments import verdict
from denggao.web.assessments.facts import sources_of
from denggao.web.assessments.models import Finding, Run
from denggao.web.ledger.models import Enterprise


def said(judgement: Judgement) -> dict[str, Any]:
    """The verdict in words, and what would decide it."""
    outcome = judgement.outcome
    found = judgement.hard if outcome.hard is None else judgement.decisive
    return {
        "verdict": TRUTH_NAMES[outcome.verdict],
        "word": TRUTH_WORDS[outcome.verdict],
        "hard": TRUTH_NAMES[outcome.hard],
        "hard_word": TRUTH_WORDS[outcome.hard],
        "score": w.interval(outcome.score, "分") if outcome.score is not None else "",
        "sets": [[w.fact_words(k) for k in keys] for keys in found.sets],
        "shortcuts": [w.fact_words(k) for k in found.shortcuts],
        "flags": [w.FLAG_WORDS.get(flag, flag) for flag in sorted(outcome.flags)],
        "is_open": outcome.verdict is None or outcome.hard is None,
    }


def figures(enterprise: Enterprise, judgement: Judgement) -> list[dict[str, Any]]:
    """The facts that the law read, each with the value in force that it comes from."""
    sources, outcome = sources_of(enterprise), judgement.outcome
    keys = dict.fromkeys(k for r in outcome.in_file_order() for k in r.facts)
    return [{"figure": verdict.figure(k, outcome), "source": sources.get(k)} for k in keys]


# --- runs -----------------------------------------------------------------------------------------


def _names(law: n.Instrument | None) -> dict[str, str]:
    return {} if law is None else {s.id: s.name for s in law.statements.values()}


def only(run: Run, law: n.Instrument | None) -> list[tuple[str, str, int]]:
    """(id, name, firms kept out by this condition alone), most first."""
    names, only = _names(law), run.counts.get("only", {})
    return sorted(((k, names.get(k, ""), c) for k, c in only.items()), key=lambda x: -x[2])


def rules(run: Run, law: n.Instrument | None) -> list[dict[str, Any]]:
    """Each countable rule with its counts."""
    names = _names(law)
    counted = run.counts.get("rules", {})
    return [{"id": k, "name": names.get(k, ""), **counts} for k, counts in counted.items()]


def row(finding: Finding, law: n.Instrument | None) -> dict[str, Any]:
    """A firm of a run in words."""
    names = _names(law)
    return {
        "finding": finding,
        "failing": [f"{k} {names.get(k, '')}" for k in finding.failing],
        "undecided": [f"{k} {names.get(k, '')}" for k in finding.undecided],
        "lacks": list(filter(None, (_lack(law, k, x) for k, x in finding.lacks))),
        "asked": [w.fact_words(key) for key in finding.asked],
    }


def _lack(law: n.Instrument | None, id_: str, amount: float) -> str:
    statement = law.statements.get(id_) if law else None
    if statement is None or not isinstance(statement.body, n.Compare):
        return ""
    body = statement.body
    return f"{gap_fact(body)}还差 {w.shortfall(_exact(amount, gap_unit(body)), gap_unit(body))}"


def _exact(amount: float, unit: str) -> Any:
    """A shown double back to the steps it came from: 分, 1/10000."""
    steps = 100 if unit == "元" else 10_000
    return Fraction(round(amount * steps), steps)
