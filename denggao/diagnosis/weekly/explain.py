"""上周为什么不是这个数: every difference of every figure, row by row.

From last week to this in steps — certificates and facts taken away, corrected, put in; the day;
the rules — each of which changes one thing and counts every common row again. A cause is what one
step did to one row's share in one figure, so that the causes of a figure always add up to its
difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from denggao.diagnosis.compare import matched
from denggao.diagnosis.snapshot import picked
from denggao.diagnosis.weekly import figures as f
from denggao.diagnosis.weekly.stand import Stand
from denggao.diagnosis.weekly.titlerows import Sorted, sort_titles
from denggao.diagnosis.weekly.wording import (
    fact_changes,
    field_changes,
    row_source,
    time_words,
    title_changes,
    title_words,
)
from denggao.facts.ledger import Ledger
from denggao.facts.titles import CANCELLED

ADDED, REMOVED, CORRECTED, PROGRESS, TIME, RULE = (
    "新增", "减少", "更正", "进展", "时间", "规则",
)  # fmt: skip
REASONS = (ADDED, REMOVED, CORRECTED, PROGRESS, TIME, RULE)


@dataclass(frozen=True, slots=True)
class Cause:
    """One row changed one figure of one unit ``by`` so much. ``kind``: 企业, 任务 or 目标; ``why``
    in words; ``source`` the cell."""

    figure: str
    unit: str
    by: int
    reason: str
    kind: str
    key: str
    name: str
    why: str
    source: str = ""


def aligned(before: Stand, after: Stand) -> tuple[Stand, Stand]:
    """Both with the figures that a target of either is about."""
    kinds = [kind for kind in after.rules.kinds if kind in before.rules.kinds]
    measures = f.measures([*before.goals, *after.goals], kinds)
    one, two = (s if s.measures == measures else replace(s, measures=measures)
                for s in (before, after))  # fmt: skip
    return one, two


def explain(before: Stand, after: Stand) -> list[Cause]:
    """Every cause, from last week's stand to this week's."""
    before, after = aligned(before, after)
    return [
        *_firms(before, after),
        *_rows(f.TASK, before.tasks, after.tasks, before, after),
        *_rows(f.GOAL, before.goals, after.goals, before, after),
        *_rows(f.CALL, before.calls, after.calls, before, after),
    ]


def explained(causes: Sequence[Cause]) -> Counter[tuple[str, str]]:
    """What they add up to, by figure and unit."""
    found: Counter[tuple[str, str]] = Counter()
    for cause in causes:
        found[cause.figure, cause.unit] += cause.by
    return found


# ------------------------------------------------------------------ firms


def _firms(before: Stand, after: Stand) -> Iterator[Cause]:
    pairs, gone, new = matched(before.ledger, after.ledger)
    yield from _whole_firms(before, gone, -1, REMOVED, "退出台账")
    yield from _whole_firms(after, new, 1, ADDED, "新入台账")
    yield from _Walk(before, after, pairs).causes()


def _whole_firms(
    stand: Stand, rows: Sequence[int], sign: int, reason: str, why: str
) -> Iterator[Cause]:
    ledger, known = stand.ledger, f.firms(stand)
    for row in rows:
        place = row_source(ledger, row)
        for (id_, unit), value in _adds_of(stand, known[row]).items():
            yield Cause(
                id_, unit, sign * value, reason, f.FIRM, ledger.identity[row],
                _name(ledger, row), why, place,
            )  # fmt: skip


def _adds_of(stand: Stand, firm: f.Firm) -> f.Adds:
    return f.of_firm(firm, stand.rules, stand.as_of, stand.measures)


class _Walk:
    """The common firms: row ``i`` of ``before.ledger`` is row ``i`` of ``after.ledger``."""

    def __init__(self, before: Stand, after: Stand, pairs: Sequence[tuple[int, int]]) -> None:
        olds, news = [a for a, _ in pairs], [b for _, b in pairs]
        self.starts = [_adds_of(before, f.firms(before)[row]) for row in olds]
        self.ends = [_adds_of(after, f.firms(after)[row]) for row in news]
        self.before = before.of(picked(before.ledger, olds))
        self.after = after.of(picked(after.ledger, news))
        nothing: list[Any] = [None] * len(pairs)
        titles = (s.ledger.columns.get("titles", nothing) for s in (self.before, self.after))
        self.changes = _changed(self.before.ledger, self.after.ledger)
        self.sorted = {
            row: sort_titles(old, new)
            for row, (old, new) in enumerate(zip(*titles, strict=True))
            if row in self.changes
        }

    def causes(self) -> Iterator[Cause]:
        """Step by step."""
        stand = self.starts
        for reason, rows, ledger in self._data_steps():
            for row, adds in zip(rows, self._adds(self.before.of(ledger)), strict=True):
                yield from self._differences(row, stand[row], adds, reason)
                stand[row] = adds
        if self.before.rules.differences(self.after.rules):
            moved = self._adds(replace(self.after, rules=self.before.rules))
            yield from self._step(stand, moved, TIME)
            yield from self._step(moved, self.ends, RULE)
        else:
            yield from self._step(stand, self.ends, TIME)

    def _step(self, old: Sequence[f.Adds], new: Sequence[f.Adds], reason: str) -> Iterator[Cause]:
        for row, (a, b) in enumerate(zip(old, new, strict=True)):
            yield from self._differences(row, a, b, reason)

    def _adds(self, stand: Stand) -> list[f.Adds]:
        return [_adds_of(stand, firm) for firm in f.firms(stand)]

    def _data_steps(self) -> Iterator[tuple[str, list[int], Ledger]]:
        """The firms that a step may change: with what was taken away gone, then with what stays
        as it is now, then with all there is now."""
        old, new, found = self.before.ledger, self.after.ledger, self.sorted
        steps = (
            (REMOVED, old, [r for r in found if found[r].removed], "without_removed"),
            (CORRECTED, new, list(found), "without_added"),
            (ADDED, new, [r for r in found if found[r].added], None),
        )
        for reason, ledger, rows, titles in steps:
            if rows:
                part = picked(ledger, rows)
                if titles is not None:
                    part = _with_titles(part, [getattr(found[row], titles) for row in rows])
                yield reason, rows, part

    def _differences(self, row: int, old: f.Adds, new: f.Adds, reason: str) -> Iterator[Cause]:
        if old == new:
            return
        ledger = self.after.ledger
        for key in dict.fromkeys([*old, *new]):
            by = new.get(key, 0) - old.get(key, 0)
            if by:
                told, why = self._why(row, key[0], by, reason)
                yield Cause(
                    *key, by, told, f.FIRM, ledger.identity[row], _name(ledger, row), why,
                    self._source(row, reason),
                )  # fmt: skip

    def _why(self, row: int, id_: str, by: int, reason: str) -> tuple[str, str]:
        titles = self.sorted.get(row, Sorted())
        if reason == REMOVED:
            return reason, f"台账里去掉了{'、'.join(map(title_words, titles.removed))}"
        if reason == CORRECTED:
            old, new = self.before.ledger, self.after.ledger
            changed = fact_changes(old, new, row, self.changes[row])
            return reason, "；".join([*title_changes(titles.corrected), *changed])
        if reason == ADDED:
            return reason, f"补录{'、'.join(map(title_words, titles.added))}"
        if reason == RULE:
            of = f.parts(id_)[1]
            return reason, self.before.rules.difference_for(self.after.rules, of)
        days = self.before.as_of, self.after.as_of
        columns = self.after.ledger.columns.get("titles")
        held = columns[row] if columns else None
        fresh = [
            t for t in held or ()
            if t.issued_on and days[0] < t.issued_on <= days[1] and t.event != CANCELLED
        ]  # fmt: skip
        if by > 0 and f.parts(id_)[1] in {t.kind for t in fresh}:
            return ADDED, f"新发{'、'.join(map(title_words, fresh))}"
        return reason, time_words(id_, by, held, days)

    def _source(self, row: int, reason: str) -> str:
        ledger = self.before.ledger if reason == REMOVED else self.after.ledger
        return row_source(ledger, row)


def _with_titles(ledger: Ledger, titles: list[Any]) -> Ledger:
    return replace(ledger, columns={**ledger.columns, "titles": titles})


def _changed(old: Ledger, new: Ledger) -> dict[int, list[str]]:
    """Row → the columns in which it differs."""
    found: dict[int, list[str]] = {}
    nothing: list[Any] = [None] * len(new)
    for key in dict.fromkeys([*old.columns, *new.columns]):
        columns = (ledger.columns.get(key, nothing) for ledger in (old, new))
        for row, (a, b) in enumerate(zip(*columns, strict=True)):
            if a != b:
                found.setdefault(row, []).append(key)
    return dict(sorted(found.items()))


def _name(ledger: Ledger, row: int) -> str:
    names = ledger.columns.get("name")
    return str((names[row] if names else None) or ledger.identity[row])


# ------------------------------------------------------------------ tasks and targets


_GONE = {f.TASK: "已撤销", f.GOAL: "已撤销", f.CALL: "不在本期应走访之列"}
_NEW = {f.TASK: "本周新列", f.GOAL: "本周新列", f.CALL: "列入本期应走访"}


def _adds(kind: str, row: Any, on: date) -> f.Adds:
    counted: dict[str, Any] = {f.TASK: f.of_task, f.GOAL: f.of_goal, f.CALL: f.of_call}
    adds: f.Adds = counted[kind](row, on)
    return adds


def _rows(
    kind: str, old: Sequence[Any], new: Sequence[Any], before: Stand, after: Stand
) -> Iterator[Cause]:
    """Tasks and targets by their keys: gone, new, changed, and what the day did."""
    mine, theirs = _by_key(old), _by_key(new)
    for key in dict.fromkeys([*mine, *theirs]):
        a, b = mine.get(key), theirs.get(key)
        if b is None:
            yield from _step(kind, a, _adds(kind, a, before.as_of), {}, REMOVED, _GONE[kind])
        elif a is None:
            yield from _step(kind, b, {}, _adds(kind, b, after.as_of), ADDED, _NEW[kind])
        else:
            then, changed, now = (
                _adds(kind, a, before.as_of), _adds(kind, b, before.as_of),
                _adds(kind, b, after.as_of),
            )  # fmt: skip
            reason = PROGRESS if _went_on(kind, a, b) else CORRECTED
            yield from _step(kind, b, then, changed, reason, "；".join(field_changes(a, b)))
            days = before.as_of, after.as_of
            if kind == f.TASK and days[0] < b.made_on <= days[1]:
                yield from _step(kind, b, changed, now, ADDED, f"{b.made_on} 下达")
            elif kind == f.CALL and b.on is not None and days[0] < b.on <= days[1]:
                yield from _step(kind, b, changed, now, PROGRESS, f"{b.on} 走访")
            else:
                yield from _step(kind, b, changed, now, TIME, "", days)


def _row_name(kind: str, row: Any) -> str:
    if kind == f.GOAL:
        return f"{row.unit} {row.year}年 {row.of}"
    return str(row.text if kind == f.TASK else row.name)


def _went_on(kind: str, old: Any, new: Any) -> bool:
    """Is the difference work that was done, and no mistake that was mended?"""
    if kind == f.CALL:
        return bool(old.on != new.on)
    return bool(kind == f.TASK and old.state != new.state)


def _by_key(rows: Sequence[Any]) -> dict[tuple[str, int], Any]:
    """Two rows of one key are two rows: the first, the second."""
    seen: Counter[str] = Counter()
    found = {}
    for row in rows:
        found[row.key, seen[row.key]] = row
        seen[row.key] += 1
    return found


def _step(
    kind: str, row: Any, old: f.Adds, new: f.Adds, reason: str, why: str,
    days: tuple[date, date] | None = None,
) -> Iterator[Cause]:  # fmt: skip
    for key in dict.fromkeys([*old, *new]):
        by = new.get(key, 0) - old.get(key, 0)
        if by:
            words = time_words(key[0], by, None, days, row) if days else why
            name = _row_name(kind, row)
            yield Cause(*key, by, reason, kind, row.key, name, words, row.source)
