"""底账: a stand in one file — a snapshot with the tasks, targets and rules beside it."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from denggao.diagnosis import snapshot
from denggao.diagnosis.weekly.stand import Call, Goal, Rules, Stand, Task, law_of
from denggao.facts.errors import UserError
from denggao.rules.nodes import Instrument, Kind

_MORE = "周报底账.json"


def write(stand: Stand, path: Path) -> None:
    """The stand as a snapshot file. Raises OSError."""
    laws = dict(stand.rules.laws)
    kept = snapshot.Snapshot(stand.ledger, laws, stand.as_of, {}, stand.files)
    rules = {"kinds": stand.rules.kinds, "place": stand.rules.place}
    more = {
        "rules": rules,
        "tasks": [_plain(asdict(task)) for task in stand.tasks],
        "goals": [asdict(goal) for goal in stand.goals],
        "calls": [_plain(asdict(call)) for call in stand.calls],
    }
    snapshot.write(kept, path, {_MORE: json.dumps(more, ensure_ascii=False, sort_keys=True)})


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in values.items()}


def read(path: Path) -> Stand:
    """A stand, or the plain snapshot of a screening as one. Raises UserError."""
    kept = snapshot.read(path)
    try:
        more = json.loads(snapshot.member(path, _MORE))
    except UserError:
        more = {"rules": {}, "tasks": [], "goals": [], "calls": []}
    rules = dict(more["rules"])
    judging = {k: text for k, text in kept.texts.items() if _judges(law_of(text, k))}
    if "kinds" in rules:
        rules["kinds"] = tuple(rules["kinds"])
    return Stand(
        ledger=kept.ledger,
        as_of=kept.as_of,
        rules=Rules(**rules, laws=judging),
        tasks=tuple(_task(values) for values in more["tasks"]),
        goals=tuple(Goal(**values) for values in more["goals"]),
        calls=tuple(Call(**_days(values, "first", "last", "on")) for values in more["calls"]),
        files=kept.files,
    )


def _judges(law: Instrument) -> bool:
    return not law.rolls and any(s.kind is Kind.VERDICT for s in law.statements.values())


def _task(values: dict[str, Any]) -> Task:
    return Task(**_days(values, "made_on", "due", "done_on"))


def _days(values: dict[str, Any], *names: str) -> dict[str, Any]:
    """With days where their words stood."""
    return values | {k: values[k] and date.fromisoformat(values[k]) for k in names}
