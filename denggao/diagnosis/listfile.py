"""三清单 as JSON, and frozen: a snapshot that also holds the lists as they came out.

Reopened, a frozen file gives its own words back, whatever the program and its laws say by then;
the facts and the laws' texts beside them are there to check how they came about.
"""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

from denggao.diagnosis import snapshot
from denggao.diagnosis.lists import Entry, Lists, Roll
from denggao.facts.errors import UserError

_MEMBER = "清单.json"
_DAYS = ("issued_on", "valid_to", "due", "act_by")


def as_text(found: Lists) -> str:
    """The exchange form, one line of JSON; the same lists always give the same bytes."""
    return json.dumps(_lists(found), ensure_ascii=False)


def _lists(found: Lists) -> dict[str, Any]:
    return {
        "as_of": found.as_of.isoformat(),
        "firms": found.firms,
        "identity_head": found.identity_head,
        "files": list(found.files),
        "versions": list(found.versions),
        "lists": [_roll(roll) for roll in found.rolls],
        "notes": list(found.notes),
        "problems": list(found.problems),
    }


def _roll(roll: Roll) -> dict[str, Any]:
    plain = {f.name: getattr(roll, f.name) for f in fields(roll) if f.name not in ("on", "open")}
    return {
        **plain,
        "silent": list(roll.silent),
        "count": len(roll.on),
        "unknown": len(roll.open),
        "on": [_entry(entry) for entry in roll.on],
        "open": [_entry(entry) for entry in roll.open],
    }


def _entry(entry: Entry) -> dict[str, Any]:
    found: dict[str, Any] = {f.name: getattr(entry, f.name) for f in fields(entry)}
    days = {name: None if found[name] is None else found[name].isoformat() for name in _DAYS}
    return {**found, **days, "source": list(entry.source)}


def from_text(text: str) -> Lists:
    """The lists of ``as_text``. Raises KeyError, TypeError or ValueError for anything else."""
    told = json.loads(text)
    return Lists(
        as_of=date.fromisoformat(told["as_of"]),
        firms=told["firms"],
        identity_head=told["identity_head"],
        files=tuple(told["files"]),
        versions=tuple(told["versions"]),
        rolls=tuple(_roll_from(roll) for roll in told["lists"]),
        notes=tuple(told["notes"]),
        problems=tuple(told["problems"]),
    )


def _roll_from(told: dict[str, Any]) -> Roll:
    plain = {k: v for k, v in told.items() if k not in ("on", "open", "count", "unknown", "silent")}
    on, open_ = (tuple(_entry_from(entry) for entry in told[side]) for side in ("on", "open"))
    return Roll(**plain, on=on, open=open_, silent=tuple(told["silent"]))


def _entry_from(told: dict[str, Any]) -> Entry:
    days = {k: None if told[k] is None else date.fromisoformat(told[k]) for k in _DAYS}
    file, sheet, row, column, head = told["source"]
    return Entry(**{**told, **days, "source": (file, sheet, row, column, head)})


def freeze(made: snapshot.Snapshot, found: Lists, path: Path) -> None:
    """Write the snapshot with its lists. Raises OSError."""
    snapshot.write(made, path, {_MEMBER: as_text(found)})


def reopen(path: Path) -> tuple[str, Lists]:
    """The lists as they were frozen: their JSON word for word, and the same to be read.
    Raises UserError for a file that holds none."""
    text = snapshot.member(path, _MEMBER)
    try:
        return text, from_text(text)
    except (KeyError, TypeError, ValueError):
        raise UserError(f"「{path.name}」里的清单已损坏，打不开") from None
