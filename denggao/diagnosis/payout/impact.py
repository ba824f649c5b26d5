"""政策影响: the same list under a measure not yet adopted, or another version, against today's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from denggao.diagnosis.payout.run import PayRun, rate_words
from denggao.facts.eventwords import event_kinds
from denggao.rules import nodes as n
from denggao.rules.paying import Scheme
from denggao.rules.payments import OPEN
from denggao.rules.settling import yuan


@dataclass(frozen=True, slots=True)
class Change:
    """What one firm would get instead: 分 before and after, and by which rates."""

    name: str
    code: str
    before: int
    after: int
    why: str

    @property
    def difference(self) -> int:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Impact:
    """``firms``: those for which something changes, the largest change first; ``gain`` and
    ``lose``: of these, those that get more, or less; ``begin`` and ``end``: that get something
    for the first time, or nothing any more. ``open``: rows under B that are not decided."""

    law: n.Instrument
    replaced: tuple[str, ...]
    before: int
    after: int
    firms: tuple[Change, ...]
    gain: int
    lose: int
    begin: int
    end: int
    open: int


def instead(schemes: Sequence[Scheme], law: n.Instrument) -> tuple[list[Scheme], tuple[str, ...]]:
    """The schemes with ``law`` as if adopted in place of those that give money for the same
    events in the same place, and the names of these."""
    kept, replaced = [], []
    for scheme in schemes:
        versions = tuple(without(v, law) for v in scheme.versions)
        if versions != scheme.versions:
            replaced.append(scheme.versions[0].short)
        kept.append(replace(scheme, versions=versions))
    return [*kept, Scheme((law,), fixed=True)], tuple(replaced)


def without(old: n.Instrument, law: n.Instrument) -> n.Instrument:
    """The measure less the awards that ``law`` takes the place of."""
    if old.region != law.region and old.short != law.short:
        return old
    asked = {key for award in law.awards for key in _keys(award.events, award.titles)}
    awards = tuple(a for a in old.awards if asked.isdisjoint(_keys(a.events, a.titles)))
    return old if len(awards) == len(old.awards) else replace(old, awards=awards)


def _keys(events: Sequence[str], titles: Sequence[str]) -> set[tuple[str, str]]:
    titled = event_kinds()
    return {(event, title if titled[event] else "") for event in events for title in titles}


def impact(before: PayRun, after: PayRun, law: n.Instrument, replaced: tuple[str, ...]) -> Impact:
    """The two runs of one list, firm by firm."""
    sums = [_by_firm(run) for run in (before, after)]
    shown = {item.event.firm: item for item in reversed(before.items)}
    changes = []
    for firm in {**sums[0], **sums[1]}:
        old, new = (found.get(firm, (0, "无")) for found in sums)
        if old[0] != new[0]:
            item = shown[firm]
            changes.append(Change(item.name, item.code, old[0], new[0], f"{old[1]} → {new[1]}"))
    changes.sort(key=lambda c: (-abs(c.difference), c.name, c.code))
    return Impact(
        law, replaced, before.total, after.total, tuple(changes),
        gain=sum(c.difference > 0 for c in changes),
        lose=sum(c.difference < 0 for c in changes),
        begin=sum(c.before <= 0 < c.after for c in changes),
        end=sum(c.after <= 0 < c.before for c in changes),
        open=sum(row.status == OPEN for row in after.payments),
    )  # fmt: skip


def _by_firm(run: PayRun) -> dict[str, tuple[int, str]]:
    found: dict[str, tuple[int, list[str]]] = {}
    for row in run.payments:
        if row.paid:
            fen, words = found.get(row.event.firm, (0, []))
            said = f"{row.award.name} {rate_words(row)}"
            found[row.event.firm] = fen + row.paid, [*words, said]
    return {firm: (fen, "、".join(sorted(set(words)))) for firm, (fen, words) in found.items()}


def words(found: Impact) -> list[str]:
    """The answer in sentences."""
    sign = "多" if found.after >= found.before else "少"
    taken = f"，替代《{'》《'.join(found.replaced)}》里同一事项的奖补" if found.replaced else ""
    budget = f"{yuan(found.before)} → {yuan(found.after)}"
    counts = f"{len(found.firms)} 户有变化：{found.gain} 户增加，{found.lose} 户减少"
    lines = [
        f"假如施行《{found.law.short}》（{found.law.version}）{taken}：",
        f"  预算 {budget}，{sign} {yuan(abs(found.after - found.before))}",
        f"  {counts}；{found.begin} 户从无到有，{found.end} 户从有到无",
    ]
    return lines + ([f"  {found.open} 笔定不下来，没有计入"] if found.open else [])
