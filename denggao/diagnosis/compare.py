"""Two screenings beside each other: whose result flipped, and what did it.

From the first snapshot to the second in steps: the firms' data, then the day (a new fiscal
year), then the text of the law, then the readings. Each step changes one thing and judges
every common firm again, so that what the steps explain always adds up to the difference.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from denggao.diagnosis.snapshot import Snapshot, picked
from denggao.facts.catalogue import catalogue
from denggao.facts.errors import UserError
from denggao.facts.identity import normal_name
from denggao.facts.ledger import Ledger
from denggao.rules.engines.columnar.screening import INDEX, frame_of_ledger, screen
from denggao.rules.nodes import Instrument, Kind

DATA, DAY, LAW, READING = "数据", "申请日", "条文", "读法"
CAME, WENT = "新增企业", "减少企业"
TRUTHS = ("pass", "unknown", "fail")
VERDICT = "verdict"


@dataclass(frozen=True, slots=True)
class Change:
    """One fact of one firm, before and after (steps of its unit, see ``Ledger``)."""

    key: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Flip:
    """One step changed what is said of a firm. ``verdict``: before and after; ``conditions``:
    (id, before, after) of those that flipped; ``changes``: with ``reason`` 数据, the facts."""

    firm: str
    name: str
    reason: str
    verdict: tuple[str, str]
    conditions: tuple[tuple[str, str, str], ...]
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """One law. ``counts``: firms by verdict in the first and the second snapshot; ``flows``:
    reason → change of each count (they add up to the difference); ``came`` and ``went``:
    (identity, name, verdict) of firms that stand in one snapshot only."""

    law: Instrument
    versions: tuple[str, str]
    counts: tuple[Counter[str], Counter[str]]
    flows: dict[str, Counter[str]]
    flips: list[Flip]
    came: list[tuple[str, str, str]] = field(default_factory=list)
    went: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class _Stand:
    """One judgement of the common firms: everything that it depends on."""

    ledger: Ledger
    law: Instrument
    as_of: datetime.date
    readings: Mapping[str, str]

    def said(self) -> list[dict[str, str]]:
        """Firm by firm: verdict and every condition, as ``pass``, ``unknown`` or ``fail``."""
        if not len(self.ledger):
            return []
        ids = _conditions(self.law)
        frame = frame_of_ledger(self.ledger, [self.law], self.as_of)
        (table,) = screen(frame, [self.law], self.as_of, {self.law.short: self.readings})
        found: dict[int, dict[str, str]] = {}
        for firm, verdict, *truths in table.rows([INDEX, VERDICT, *(f"{i}_truth" for i in ids)]):
            found[firm] = {VERDICT: verdict, **dict(zip(ids, truths, strict=True))}
        return [found[firm] for firm in range(len(self.ledger))]


def compare(first: Snapshot, second: Snapshot, law: str) -> Comparison:
    """What changed for one law (short name) from ``first`` to ``second``.

    Raises UserError when one of them has not judged this law.
    """
    laws = [_law(snapshot, law, which) for snapshot, which in ((first, "前"), (second, "后"))]
    if first.texts[law] == second.texts[law]:
        laws[0] = laws[1]  # the step from one to the other is none
    pairs, gone, new = matched(first.ledger, second.ledger)
    before = picked(first.ledger, [a for a, _ in pairs])
    after = picked(second.ledger, [b for _, b in pairs])
    readings = [dict(snapshot.readings.get(law, {})) for snapshot in (first, second)]
    flips, flows, last = _walk(
        _steps(before, after, laws, (first.as_of, second.as_of), readings), laws[1]
    )
    went = _standing(_Stand(picked(first.ledger, gone), laws[0], first.as_of, readings[0]))
    came = _standing(_Stand(picked(second.ledger, new), laws[1], second.as_of, readings[1]))
    flows |= {CAME: Counter(v for *_, v in came), WENT: Counter()}
    flows[WENT].subtract(v for *_, v in went)
    total = Counter(said[VERDICT] for said in last) + Counter(v for *_, v in came)
    start = Counter(total)
    for flow in flows.values():
        start.subtract(flow)
    versions = (first.laws[law].version, laws[1].version)
    return Comparison(laws[1], versions, (start, total), flows, flips, came, went)


def by_reading(snapshot: Snapshot, law: str) -> dict[tuple[str, str], list[Flip]]:
    """(reading id, option) other than the chosen one → the firms whose result hangs on it."""
    instrument = _law(snapshot, law, "")
    chosen = dict(snapshot.readings.get(law, {}))
    found = {}
    for reading in instrument.readings:
        for option, _ in reading.options:
            if option != chosen.get(reading.id, reading.default):
                here = _Stand(snapshot.ledger, instrument, snapshot.as_of, chosen)
                there = _Stand(here.ledger, instrument, here.as_of, {**chosen, reading.id: option})
                flips, _, _ = _walk([("", here), (READING, there)], instrument)
                found[reading.id, option] = flips
    return found


def matched(first: Ledger, second: Ledger) -> tuple[list[tuple[int, int]], list[int], list[int]]:
    """(pairs of row numbers, only in ``first``, only in ``second``), each firm once: by credit
    code and name, then by either alone where it names one firm on both sides and the codes do
    not differ, at last by what tells firms apart where there is neither."""
    pairs: list[tuple[int, int]] = []
    left, right = list(range(len(first))), list(range(len(second)))
    for key in (_code_and_name, _code, _name_alone, _identity):
        ours, theirs = _one_each(first, left, key), _one_each(second, right, key)
        found = [
            (ours[k], theirs[k])
            for k in ours
            if k in theirs and not _codes_differ(first, ours[k], second, theirs[k])
        ]
        pairs += found
        mine, yours = {a for a, _ in found}, {b for _, b in found}
        left = [row for row in left if row not in mine]
        right = [row for row in right if row not in yours]
    return sorted(pairs), left, right


_Key = Callable[[Ledger, int], Any]


def _one_each(ledger: Ledger, rows: Sequence[int], key: _Key) -> dict[Any, int]:
    """Key → row, of the keys that one row alone has."""
    counted = Counter(found for row in rows if (found := key(ledger, row)))
    return {found: row for row in rows if (found := key(ledger, row)) and counted[found] == 1}


def _code(ledger: Ledger, row: int) -> Any:
    return _cell(ledger, "uscc", row)


def _name_alone(ledger: Ledger, row: int) -> Any:
    name = _cell(ledger, "name", row)
    return normal_name(str(name)) if name else None


def _code_and_name(ledger: Ledger, row: int) -> Any:
    code, name = _code(ledger, row), _name_alone(ledger, row)
    return (code, name) if code and name else None


def _identity(ledger: Ledger, row: int) -> Any:
    return ledger.identity[row]


def _codes_differ(first: Ledger, a: int, second: Ledger, b: int) -> bool:
    codes = _code(first, a), _code(second, b)
    return None not in codes and codes[0] != codes[1]


def _law(snapshot: Snapshot, law: str, which: str) -> Instrument:
    if law not in snapshot.laws:
        known = "、".join(snapshot.laws)
        raise UserError(f"{which}一份快照没有判过《{law}》；其中有：{known}")
    return snapshot.laws[law]


def _steps(
    before: Ledger,
    after: Ledger,
    laws: Sequence[Instrument],
    days: tuple[datetime.date, datetime.date],
    readings: Sequence[Mapping[str, str]],
) -> Iterator[tuple[str, _Stand]]:
    known = {option for reading in laws[1].readings for option, _ in reading.options}
    kept = {key: option for key, option in readings[0].items() if option in known}
    yield "", _Stand(before, laws[0], days[0], readings[0])
    yield DATA, _Stand(after, laws[0], days[0], readings[0])
    yield DAY, _Stand(after, laws[0], days[1], readings[0])
    yield LAW, _Stand(after, laws[1], days[1], kept)
    yield READING, _Stand(after, laws[1], days[1], readings[1])


def _walk(
    steps: Sequence[tuple[str, _Stand]] | Iterator[tuple[str, _Stand]], law: Instrument
) -> tuple[list[Flip], dict[str, Counter[str]], list[dict[str, str]]]:
    """Every flip on the way, the change of the counts by reason, and where it ends."""
    flips: list[Flip] = []
    flows: dict[str, Counter[str]] = {}
    last: tuple[_Stand, list[dict[str, str]]] | None = None
    for reason, stand in steps:
        said = last[1] if last is not None and stand == last[0] else stand.said()
        if last is not None:
            flow: Counter[str] = Counter()
            for row, (old, new) in enumerate(zip(last[1], said, strict=True)):
                if old != new:
                    flow[old[VERDICT]] -= 1
                    flow[new[VERDICT]] += 1
                    flips.append(_flip(reason, row, last[0], stand, old, new))
            flows[reason] = flow
        last = stand, said
    assert last is not None
    return flips, flows, last[1]


def _flip(
    reason: str, row: int, old: _Stand, new: _Stand, was: dict[str, str], is_: dict[str, str]
) -> Flip:
    conditions = tuple(
        (id_, was.get(id_, ""), is_.get(id_, ""))
        for id_ in dict.fromkeys([*was, *is_])
        if id_ != VERDICT and was.get(id_) != is_.get(id_)
    )
    changes = tuple(_changes(old.ledger, new.ledger, row, new.law)) if reason == DATA else ()
    identity, name = new.ledger.identity[row], _name(new.ledger, row)
    return Flip(identity, name, reason, (was[VERDICT], is_[VERDICT]), conditions, changes)


def _changes(old: Ledger, new: Ledger, row: int, law: Instrument) -> Iterator[Change]:
    """The facts that the law may read and that differ."""
    codes = _codes(law)
    for key in dict.fromkeys([*old.columns, *new.columns]):
        code = key.partition("@")[0].partition(".")[0]
        a, b = (
            ledger.columns[key][row] if key in ledger.columns else None for ledger in (old, new)
        )
        if code in codes and a != b:
            yield Change(key, a, b)


def _codes(law: Instrument) -> set[str]:
    """Every fact that a rule reads, with what it can come from."""
    found = {"titles", "established_on"}
    for statement in law.statements.values():
        for leaf in statement.leaves:
            code = getattr(leaf, "code", None)
            if code is not None:
                found |= {code, *law.components.get(code, ())}
    return found & {*catalogue(), "titles"}


def _conditions(law: Instrument) -> list[str]:
    found = [s for s in law.statements.values() if s.kind is Kind.CONDITION]
    return [s.id for s in sorted(found, key=lambda s: s.line)]


def _standing(stand: _Stand) -> list[tuple[str, str, str]]:
    ledger = stand.ledger
    return [
        (ledger.identity[row], _name(ledger, row), said[VERDICT])
        for row, said in enumerate(stand.said())
    ]


def _name(ledger: Ledger, row: int) -> str:
    return str(_cell(ledger, "name", row) or ledger.identity[row])


def _cell(ledger: Ledger, key: str, row: int) -> Any:
    return ledger.columns[key][row] if key in ledger.columns else None
