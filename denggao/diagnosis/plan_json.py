"""A plan in the exchange form: ``denggao plan --json`` and one line per firm of ``--all``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from denggao.diagnosis.choices import Barred
from denggao.diagnosis.gaps import Gap, Lack, gaps
from denggao.diagnosis.judgement import number_text
from denggao.diagnosis.plan import Missed, Plan, Step
from denggao.diagnosis.relief import Relief
from denggao.facts.enterprise import Value
from denggao.facts.interval import Interval
from denggao.facts.titles import Title
from denggao.rules.outcome import TRUTH_NAMES


def as_json(
    plan: Plan, identity: str, name: str, reliefs: Sequence[Relief], sources: Mapping[str, str]
) -> dict[str, Any]:
    """Everything a plan says, numbers as exact strings, days as ISO dates. ``sources``: fact
    key → the cell it was read from."""
    law = plan.instrument
    return {
        "id": identity,
        "name": name,
        "law": law.short,
        "version": law.version,
        "status": plan.status.name.lower(),
        "proven": plan.is_proven,
        "batch": _batch(plan),
        "cost": _ends(plan.cost),
        "unpriced": plan.unpriced,
        "finish": plan.finish.isoformat() if plan.finish else None,
        "steps": [_step(step) for step in plan.steps],
        "points": {
            "share": _number(plan.goal.share),
            "before": _number(plan.standing.points),
            "after": _number(plan.points),
            "least": _number(plan.goal.target.least) if plan.goal.target else None,
        },
        "gaps": [_gap(gap) for gap in gaps(plan.before)],
        "open": list(plan.standing.open),
        "questions": list(plan.questions),
        "flags": sorted(plan.before.facts.flags),
        "missed": [_missed(missed) for missed in plan.missed],
        "assumptions": [
            {"fact": a.key, "as": a.source, "value": value_json(a.value)} for a in plan.assumptions
        ],
        "unlocked": [
            {"name": r.name, "cite": r.cite, "amount": _ends(r.amount), "year": r.year,
             "supposes": r.supposes}
            for r in reliefs
        ],
        "sources": dict(sources),
    }  # fmt: skip


def _batch(plan: Plan) -> dict[str, Any]:
    batch = plan.batch
    day = batch.deadline.isoformat()
    return {
        "name": batch.name,
        "deadline": day,
        "assumed": batch.assumed,
        "act_by": None if batch.act_by is None else batch.act_by.isoformat(),
    }


def _step(step: Step) -> dict[str, Any]:
    choice, action = step.choice, step.choice.action
    return {
        "action": action.id,
        "name": action.name,
        "year": choice.year,
        "times": step.times,
        "begin": choice.begin.isoformat(),
        "due": choice.due.isoformat(),
        "ready": choice.ready.isoformat(),
        "cost": _ends(step.cost),
        "changes": {k: [value_json(a), value_json(b)] for k, (a, b) in step.changes.items()},
        "cite": action.cite,
        "sources": [{"estimate": guess, "text": text} for guess, text in action.sources],
    }


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "id": gap.statement.id,
        "truth": TRUTH_NAMES[gap.truth],
        "cite": gap.statement.cite,
        "ways": [[_lack(lack) for lack in way] for way in gap.ways],
        "items": [
            {
                "id": m.statement.id,
                "now": _ends(m.now),
                "best": _ends(m.best),
                "facts": list(m.keys),
            }
            for m in gap.moves
        ],
    }


def _lack(lack: Lack) -> dict[str, Any]:
    return {
        "how": lack.how.name.lower(),
        "facts": list(lack.keys),
        "amount": _ends(lack.amount),
        "unit": lack.unit,
        "open": lack.is_open,
    }


def _missed(missed: Missed) -> dict[str, Any]:
    return {
        "batch": missed.batch.name,
        "deadline": missed.batch.deadline.isoformat(),
        "because": [
            {"condition": o.condition or None, "barred": [_barred(b) for b in o.barred]}
            for o in missed.obstacles
        ],
    }


def _barred(barred: Barred) -> dict[str, Any]:
    return {
        "action": barred.action.id,
        "year": barred.year,
        "barrier": barred.barrier.name.lower(),
        "ready": barred.ready.isoformat(),
        "facts": list(barred.keys),
    }


def value_json(value: Value | None) -> Any:
    """A fact's value: numbers as strings, intervals as their two ends."""
    if isinstance(value, Interval):
        return number_text(value.lo) if value.is_point else _ends(value)
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, date):
        return value.isoformat()
    return [_title(title) for title in value]


def _title(title: Title) -> dict[str, str | None]:
    days = (title.issued_on, title.valid_to)
    issued, until = (None if day is None else day.isoformat() for day in days)
    return {"kind": title.kind, "issued_on": issued, "valid_to": until}


def _ends(value: Interval | None) -> dict[str, str | None] | None:
    if value is None:
        return None
    return {"lo": number_text(value.lo), "hi": number_text(value.hi)}


def _number(value: Fraction | None) -> str | None:
    return None if value is None else number_text(value)
