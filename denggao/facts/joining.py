"""After all rows are read: firms that turned out to be one are put together.

By themselves only exact matches: a name known to belong to a code, a 曾用名 that is the name of a
firm without a code of its own, an old code that stands in a column of its own beside the credit
code. Everything else waits for a person's decision (``decisions``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from denggao.facts.decisions import SAME, Decision, Groups, Register, pairs, refuse_contradictions
from denggao.facts.identity import normal_code, normal_name
from denggao.facts.importing import Import
from denggao.facts.names import former_names
from denggao.facts.problems import Finding, place

_IDENTITY = frozenset({"uscc", "name"})
#: A decision with the firms it speaks of, ``None`` for one that is not there.
Found = tuple[Decision, int | None, int | None]
#: (firm to keep the name and code of, the other firm, why)
Pair = tuple[int, int, str]


def settle(work: Import, decisions: Sequence[Decision] = ()) -> None:
    """Join what is one and number the firms anew. Raises UserError for decisions that
    contradict each other."""
    table = _Known(work)
    found = list(pairs(decisions, Register(zip(table.names, table.codes, strict=True))))
    apart = {frozenset((a, b)) for d, a, b in found if d.verdict != SAME}
    exact = [p for p in table.exact() if frozenset(p[:2]) not in apart]
    groups, joined = Groups(), []
    for keep, drop, why in (*exact, *table.decided(found)):
        if groups.join(keep, drop):
            joined.append((keep, drop, why))
    refuse_contradictions(found, groups)
    _name_unused(work, found)
    if joined:
        _join(work, groups, joined, table)
    _name_twins(work)


def _name_unused(work: Import, found: Sequence[Found]) -> None:
    """Decisions about firms that these files do not have, or not only once."""
    for decision, one, other in found:
        for who, position in ((decision.one, one), (decision.other, other)):
            if position is None:
                advice = "这次的台账里没有这一户，或不止一户，认定没有用上；请核对名称和代码"
                work.note(decision.place, str(who), Finding("unused_decision", "", advice))


class _Known:
    """What the rows have said of each firm's identity."""

    def __init__(self, work: Import) -> None:
        self.work = work
        count = len(work.firms)
        self.names = [str(value or "") for value in self._column("name", count)]
        self.codes = [str(value or "") for value in self._column("uscc", count)]
        self.former = self._column("former_names", count)
        self.old = [self._column(key, count) for key in ("org_code", "reg_no")]

    def _column(self, key: str, count: int) -> list[Any]:
        column = self.work.store.columns.get(key, [])
        return [*column, *[None] * (count - len(column))]

    def is_right(self, firm: int) -> bool:
        code = self.codes[firm]
        return bool(code) and self.work.code_fault(code) is None

    def exact(self) -> Iterator[Pair]:
        """Pairs that are one without a doubt."""
        for keep, drop in self.work.firms.same:
            yield keep, drop, f"名称“{self.names[drop]}”已知属于这个信用代码"
        yield from self._by_former_name()
        yield from self._by_old_code()

    def decided(self, found: Sequence[Found]) -> Iterator[Pair]:
        """Pairs that a person says are one; a right code leads."""
        for decision, one, other in found:
            if decision.verdict == SAME and one is not None and other is not None:
                keep, drop = sorted((one, other), key=lambda f: (not self.is_right(f), f))
                yield keep, drop, f"按认定（{place(*decision.place, '')}）"

    def _by_former_name(self) -> Iterator[Pair]:
        stated: dict[str, set[int]] = defaultdict(set)
        for firm, text in enumerate(self.former):
            for name in former_names(text):
                stated[normal_name(name)].add(firm)
        if not stated:
            return
        called: dict[str, list[int]] = defaultdict(list)
        for firm, shown in enumerate(self.names):
            if (name := normal_name(shown)) in stated:
                called[name].append(firm)
        for name, firms in called.items():
            if len(firms) == len(stated[name]) == 1:
                (old,), (new,) = firms, stated[name]
                if old != new and not (self.codes[old] and self.codes[new]):
                    yield new, old, f"曾用名“{self.names[old]}”"

    def _by_old_code(self) -> Iterator[Pair]:
        for column in self.old:
            beside: dict[str, set[int]] = defaultdict(set)
            alone: dict[str, set[int]] = defaultdict(set)
            for firm, text in enumerate(column):
                code = normal_code(text) if text else ""
                if self.is_right(firm) and self._agrees(self.codes[firm], code):
                    beside[code].add(firm)
                elif code and not self.codes[firm]:
                    alone[code].add(firm)
            for firm, code in enumerate(self.codes):
                if len(code) in (9, 15):
                    alone[code].add(firm)
            for code in beside.keys() & alone.keys():
                if len(beside[code]) == len(alone[code]) == 1:
                    yield *beside[code], *alone[code], f"旧代码 {code}"  # type: ignore[misc]

    @staticmethod
    def _agrees(code: str, old: str) -> bool:
        """An organisation code is part of the credit code; a register number may be any."""
        return len(old) == 15 or (len(old) == 9 and code[8:17] == old)


def _join(work: Import, groups: Groups, joined: Sequence[Pair], table: _Known) -> None:
    members: dict[int, list[int]] = defaultdict(list)
    for firm in range(len(work.firms)):
        members[groups.first(firm)].append(firm)
    for keep, drop, why in joined:
        _tell(work, keep, drop, why)
    for first, group in members.items():
        leader = groups.leader(first)
        for firm in group:
            if firm != leader:
                work.join(leader, firm, _IDENTITY)
        coded = next((firm for firm in (leader, *group) if table.codes[firm]), leader)
        if not table.codes[leader]:
            work.firms.identity[leader] = work.firms.identity[coded]
    numbers = {firm: number for number, group in enumerate(members.values()) for firm in group}
    work.keep_only([groups.leader(first) for first in members], numbers)


def _name_twins(work: Import) -> None:
    """Of firms with one code the first is called by it, the others by their names."""
    called: set[str] = set()
    names = work.firms.names
    for firm, code in enumerate(work.store.columns.get("uscc", ())):
        if code in called:
            work.firms.identity[firm] = names[firm] or f"{code}（没有名称）"
        elif code:
            called.add(code)
            work.firms.identity[firm] = code


def _tell(work: Import, keep: int, drop: int, why: str) -> None:
    first = place(*work.place(work.first_rows[keep]), "")
    finding = Finding("joined", "", f"{why}，与{first}的“{work.firms.identity[keep]}”并为一户")
    work.note(work.place(work.first_rows[drop]), work.firms.identity[drop], finding)
