"""One firm under one law: the outcome tree with what would decide it, and its exchange form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from denggao.diagnosis.decisive import Decisive, decisive
from denggao.diagnosis.openness import EXPERT_DECIDES, experts_decide
from denggao.facts.enterprise import Firm
from denggao.facts.interval import Bound, Interval
from denggao.rules.engines.reference import Evaluation
from denggao.rules.nodes import Instrument
from denggao.rules.outcome import KIND_NAMES, TRUTH_NAMES, Outcome, Result


@dataclass(frozen=True, slots=True)
class Judgement:
    """``decisive`` is about the whole verdict, ``hard`` about the countable conditions alone."""

    outcome: Outcome
    decisive: Decisive
    hard: Decisive
    problems: tuple[str, ...] = ()


def judge_firm(
    instrument: Instrument,
    firm: Firm,
    as_of: date,
    *,
    readings: Mapping[str, str] | None = None,
) -> Judgement:
    """Judge one firm and find what would settle it."""
    run = Evaluation(instrument, firm, as_of, dict(readings or {}))
    return judged(run, tuple(firm.problems))


def judged(
    run: Evaluation, problems: tuple[str, ...] = (), *, max_size: int | None = None
) -> Judgement:
    """The same from an evaluation that is wanted for more; ``max_size``: facts in a set that
    settles, at most."""
    outcome = run.outcome()
    if experts_decide(run):
        outcome.flags.add(EXPERT_DECIDES)
    preliminary = run.instrument.preliminary or run.instrument.verdict
    goals = (run.instrument.verdict.id, preliminary.id)
    whole, hard = (decisive(run, goal, max_size=max_size) for goal in goals)
    return Judgement(outcome, whole, hard, problems)


def as_json(judgement: Judgement, id_: Any = None) -> dict[str, Any]:
    """The exchange form of contract.md (``denggao judge --json``)."""
    outcome = judgement.outcome
    return {
        "id": id_,
        "law": outcome.instrument.short,
        "version": outcome.instrument.version,
        "as_of": outcome.as_of.isoformat(),
        "verdict": TRUTH_NAMES[outcome.verdict],
        "score": _ends(outcome.score),
        "hard": {
            "verdict": TRUTH_NAMES[outcome.hard],
            "decisive": [list(keys) for keys in judgement.hard.sets],
            "shortcuts": list(judgement.hard.shortcuts),
        },
        "nodes": [_node(result, outcome) for result in outcome.in_file_order()],
        "decisive": [list(keys) for keys in judgement.decisive.sets],
        "shortcuts": list(judgement.decisive.shortcuts),
        "flags": sorted(outcome.flags),
        "readings": outcome.readings,
        "problems": list(judgement.problems),
    }


def _node(result: Result, outcome: Outcome) -> dict[str, Any]:
    statement, value = result.statement, result.value
    gap = result.gap if statement.is_truth else outcome.gap_of_score(statement.id)
    return {
        "id": statement.id,
        "name": statement.name,
        "kind": KIND_NAMES[statement.kind],
        "truth": TRUTH_NAMES[result.truth] if statement.is_truth else None,
        "lo": None if value is None else number_text(value.lo),
        "hi": None if value is None else number_text(value.hi),
        "gap": _gap(gap),
        "cite": statement.cite,
        "facts": list(result.facts),
    }


def _gap(gap: Interval | None) -> Any:
    if gap is None:
        return None
    return number_text(gap.lo) if gap.is_point else _ends(gap)


def _ends(value: Interval | None) -> dict[str, str | None] | None:
    if value is None:
        return None
    return {"lo": number_text(value.lo), "hi": number_text(value.hi)}


def number_text(value: Bound) -> str | None:
    """An exact number as a decimal if it ends, else as ``p/q``; ``None`` is unbounded."""
    if value is None:
        return None
    exact = Fraction(value)
    twos, rest = _without(exact.denominator, 2)
    fives, rest = _without(rest, 5)
    if rest != 1:
        return f"{exact.numerator}/{exact.denominator}"
    places = max(twos, fives)
    digits = str(abs(exact.numerator) * 10**places // exact.denominator).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return f"-{text}" if exact < 0 else text


def _without(number: int, factor: int) -> tuple[int, int]:
    """How often ``factor`` divides the number, and what is left."""
    count = 0
    while number % factor == 0:
        number, count = number // factor, count + 1
    return count, number
