"""A pay run: which measures hold in a region, what the rows of a list come to, and the totals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path

from denggao.diagnosis.payout.eventlist import EventLists, Item
from denggao.diagnosis.payout.places import covers
from denggao.facts.errors import UserError
from denggao.facts.eventwords import event_kinds
from denggao.facts.problems import Problem
from denggao.rules import library
from denggao.rules import nodes as n
from denggao.rules.award import Award
from denggao.rules.cases import readings_from
from denggao.rules.paying import Scheme, division_part, pay
from denggao.rules.payments import LATER, OPEN, PAID, Event, Payment, Prior, Register
from denggao.rules.settling import yuan

NO_DISTRICT, NO_BATCH = "未写区县", "未写批次"


@dataclass
class PayRun:
    """``payments`` in the order of ``items``; ``unmatched``: items for which no award stands.
    ``beside``: what measures of other levels give for the event of an item, by its number.
    All sums are in 分 and count what is paid or claimed back, nothing else."""

    region: str
    as_of: date
    items: Sequence[Item]
    payments: list[Payment]
    schemes: Sequence[Scheme]
    beside: Mapping[int, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    problems: Sequence[Problem] = ()

    @cached_property
    def total(self) -> int:
        return sum(row.paid for row in self.payments)

    def item(self, row: Payment) -> Item:
        return self.items[row.event.number]

    @cached_property
    def unmatched(self) -> list[Item]:
        asked = {row.event.number for row in self.payments}
        return [item for item in self.items if item.event.number not in asked]

    @cached_property
    def laws(self) -> list[n.Instrument]:
        """The versions that some row was judged by, and those in force on the day."""
        used = {row.law.path: row.law for row in self.payments}
        for scheme in self.schemes:
            version = scheme.on(self.as_of)
            if version is not None:
                used.setdefault(version.path, version)
        return sorted(used.values(), key=lambda law: (law.region, law.short, law.valid_from))

    def differing(self) -> list[tuple[Item, int, int]]:
        """(item, 分 that the list says, 分 that it comes to) where the list says an amount, and
        another one."""
        paid: dict[int, int] = {}
        for row in self.payments:
            number = row.event.number
            paid[number] = paid.get(number, 0) + row.paid
        found = []
        for item in self.items:
            event = item.event
            got = paid.get(event.number, 0)
            whole = got + event.already if got else got
            if item.claimed is not None and item.claimed not in (whole, event.already):
                found.append((item, item.claimed, whole))
            elif item.fen is not None and item.fen != got:
                found.append((item, item.fen, got))
        return found

    def by_scheme(self) -> dict[str, int]:
        return self._summed("办法")

    def by_district(self) -> dict[str, int]:
        return self._summed("区县")

    def by_batch(self) -> dict[str, int]:
        return self._summed("批次")

    def key_of(self, row: Payment, kind: str) -> str:
        """The 办法, 区县 or 批次 under which a row is counted."""
        if kind == "办法":
            return row.law.short
        item = self.item(row)
        return (item.district or NO_DISTRICT) if kind == "区县" else (item.batch or NO_BATCH)

    def by_award(self) -> dict[tuple[str, str], tuple[int, int]]:
        """(measure, award) → rows that move money, and their sum."""
        found: dict[tuple[str, str], tuple[int, int]] = {}
        for row in self.payments:
            if row.paid:
                rows, fen = found.get((row.law.short, row.award.id), (0, 0))
                found[row.law.short, row.award.id] = rows + 1, fen + row.paid
        return dict(sorted(found.items()))

    def by_level(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for row in self.payments:
            for level, fen in row.levels.items() if row.paid else ():
                found[level] = found.get(level, 0) + fen
        return found

    def _summed(self, kind: str) -> dict[str, int]:
        found: dict[str, int] = {}
        for row in self.payments:
            if row.paid:
                key = self.key_of(row, kind)
                found[key] = found.get(key, 0) + row.paid
        return dict(sorted(found.items()))

    def open_between(self) -> tuple[int, int, int | None]:
        """Rows that are not decided, and between which sums in 分 they lie."""
        rows = [row for row in self.payments if row.status == OPEN]
        most = [row.most for row in rows]
        high = None if None in most else sum(m for m in most if m is not None)
        return len(rows), sum(row.fen for row in rows), high


# ------------------------------------------------------------------ which measures


def schemes(
    region: str,
    names: Sequence[str],
    options: Sequence[str] = (),
    own: Sequence[n.Instrument] = (),
) -> tuple[list[Scheme], list[Scheme]]:
    """(those by which the region pays, those of places inside it). ``names``: only these, by
    short or full name or a file of one's own. ``own``: texts beside those that come along; under
    the same short name they are versions of one measure, the one that began last holds, of two
    the first of ``own``. Raises UserError."""
    known = _known(own)
    if names:
        ours = [_named(name, known, region) for name in dict.fromkeys(names)]
        inside: list[Scheme] = []
    else:
        ours = [s for versions in known.values() if (s := _scheme(versions, region, covers))]
        inside = [s for versions in known.values() if (s := _scheme(versions, region, _contains))]
        if not ours:
            have = "、".join(sorted({v.region for versions in known.values() for v in versions}))
            raise UserError(
                f"“{region}”没有一份奖补办法；现有：{have}。可用 --law 办法.md 给自己的"
            )
    return _read(ours, options), inside


#: A text that comes along and is not read yet, or one that is.
_Version = library.Entry | n.Instrument


def _known(own: Sequence[n.Instrument]) -> dict[str, list[_Version]]:
    """Every measure by short name, the version that began last first."""
    found: dict[str, list[_Version]] = {}
    shipped = [entry for versions in library.paying().values() for entry in versions]
    all_: list[_Version] = [*own, *shipped]
    for law in all_:
        found.setdefault(law.short, []).append(law)
    for versions in found.values():
        versions.sort(key=lambda law: law.valid_from, reverse=True)
    return found


def _contains(place: str, region: str) -> bool:
    return place != region and division_part(place).startswith(region) and place != "中国"


def _scheme(
    versions: Iterable[_Version], region: str, holds: Callable[[str, str], bool]
) -> Scheme | None:
    here = [v for v in versions if holds(v.region, region)]
    return Scheme(tuple(map(_read_in, here))) if here else None


def _read_in(law: _Version) -> n.Instrument:
    return law if isinstance(law, n.Instrument) else library.loaded(law.path)


def _named(name: str, known: Mapping[str, Sequence[_Version]], region: str) -> Scheme:
    if name.endswith(".md"):
        law = library.loaded(Path(name))
        if not law.awards:
            raise UserError(f"“{name}”里没有“奖补”，不能用来兑现")
        return Scheme((law,))
    for short, versions in known.items():
        if name == short:
            return _scheme(versions, region, covers) or Scheme(tuple(map(_read_in, versions)))
        one = [law for law in versions if law.name == name]
        if one:
            return Scheme(tuple(map(_read_in, one)))
    raise UserError(f"没有名为“{name}”的奖补办法；现有：{'、'.join(known)}")


def _read(found: list[Scheme], options: Sequence[str]) -> list[Scheme]:
    """With the chosen readings: each option belongs to the measures that have it."""
    left, ready = set(options), []
    for scheme in found:
        own = {o for v in scheme.versions for r in v.readings for o, _ in r.options} & set(options)
        left -= own
        pairs: dict[str, str] = {}
        for version in scheme.versions:
            mine = {o for r in version.readings for o, _ in r.options} & own
            pairs |= readings_from(version, sorted(mine))
        ready.append(replace(scheme, readings=tuple(sorted(pairs.items()))))
    if left:
        raise UserError(f"这些办法里没有读法“{'、'.join(sorted(left))}”")
    return ready


# ------------------------------------------------------------------ the run


def run(
    lists: EventLists,
    items: Sequence[Item],
    chosen: Sequence[Scheme],
    inside: Sequence[Scheme] = (),
    paid: Sequence[Item] = (),
) -> PayRun:
    """Pay the ``items``; ``paid`` are the rows of earlier payments, read with the same sense of
    who is who. Raises UserError for a record without its amount."""
    items = _numbered(lists, items)
    same = lists.same()
    register = Register(_prior(item, same) for item in paid)
    events = [item.event for item in items]
    payments = pay(chosen, [e for e in events if _is_here(e, lists.region)], lists.as_of, register)
    found = PayRun(
        lists.region, lists.as_of, items, payments, chosen, problems=lists.problems,
        notes=[f"{said}（{count} 行）" for said, count in lists.notes.items()],
    )  # fmt: skip
    if lists.unused:
        found.notes.append(f"没有用到的列：{'、'.join(lists.unused)}")
    found.notes += _told(found, lists)
    if found.differing():
        found.notes.append(f"{len(found.differing())} 行与名单所写的金额不同，见金额核对")
    if inside:
        found.beside = _beside(inside, events, lists.as_of)
    return found


def _is_here(event: Event, region: str) -> bool:
    division = division_part(region)
    place = event.place
    return not place or place.startswith(division) or division.startswith(place)


def _numbered(lists: EventLists, items: Sequence[Item]) -> list[Item]:
    """With what tells firms apart now that all lists are read, and the position in the run."""
    found, same = [], lists.same()
    for number, item in enumerate(items):
        firm = same.get(item.event.firm, item.event.firm)
        if (firm, number) == (item.event.firm, item.event.number):
            found.append(item)
        else:
            found.append(replace(item, event=replace(item.event, firm=firm, number=number)))
    return found


def _prior(item: Item, same: Mapping[str, str]) -> Prior:
    event = item.event
    said = event.already if item.fen is None and event.already else item.fen
    if said is None:
        told = f"发放记录{event.where}“{item.name}”没有金额"
        raise UserError(f"{told}；要有“发放金额（元）”一列，不能空着")
    firm = same.get(event.firm, event.firm)
    fen = -abs(said) if event.back else said
    when = event.year, event.stage
    return Prior(firm, event.kind, event.title, *when, fen, item.award, event.ref)


def _told(found: PayRun, lists: EventLists) -> list[str]:
    notes = []
    undated = sum(1 for item in found.items if item.event.day is None)
    if undated:
        notes.append(f"{undated} 行没有事项日期，按兑付日 {found.as_of} 适用的办法算")
    unread = {(p.file, p.sheet, p.row) for p in found.problems if not p.is_notice and p.row}
    unread -= {item.source for item in found.items}
    if unread:
        notes.append(f"{len(unread)} 行读不懂，没有算，见数据问题")
    for law in found.laws:
        if law.draft:
            notes.append(f"《{law.short}》是征求意见稿，没有施行，一分不发")
    back = {reason: count for reason, count in lists.skipped.items() if reason != "空行"}
    if back:
        rows = "、".join(f"{reason} {count} 行" for reason, count in back.items())
        notes.append(f"没有当作企业的行：{rows}")
    return notes


def _beside(inside: Sequence[Scheme], events: Sequence[Event], as_of: date) -> dict[int, list[str]]:
    """What measures of places inside the region give besides, where the place is told."""
    placed = [event for event in events if event.place]
    found: dict[int, list[str]] = {}
    for row in pay(inside, placed, as_of):
        told = row.event.place.startswith(division_part(row.law.region))
        if told and row.status in (PAID, OPEN, LATER):
            found.setdefault(row.event.number, []).append(f"《{row.law.short}》{_gives(row)}")
    return found


def _gives(row: Payment) -> str:
    level = "、".join(level for level, _ in row.award.payers)
    amount = yuan(row.fen) if row.status != OPEN else "金额待定"
    return f"{row.award.name} {amount}（{level}）"


def why(row: Payment) -> str:
    """Which rate, and why this one: for the reader of a row."""
    law, award = row.law, row.award
    day = f"事项日期 {row.event.day}" if row.event.day else f"没有事项日期，按兑付日 {row.on}"
    until = f"至 {law.valid_to}" if law.valid_to else "起"
    force = f"{law.valid_from} {until}施行"
    stage = (
        f"，第 {row.event.stage} 期（共 {len(award.stages)} 期）" if len(award.stages) > 1 else ""
    )
    said = f"{award.name}：{rate_words(row)}{stage}；{day}，适用《{law.short}》（{force}）"
    return f"{said}；{row.reason}" if row.reason else said


def rate_words(row: Payment) -> str:
    """「20万元」, 「10万元~30万元」, 「金额未写明」."""
    low, high = row.rate.lo, row.rate.hi
    if low is not None and low == high:
        return yuan(int(low * 100))
    if high is None:
        return "金额未写明" if not low else f"{yuan(int(low * 100))}以上"
    return f"{yuan(int((low or 0) * 100))}~{yuan(int(high * 100))}"


def rates(law: n.Instrument) -> list[tuple[Award, str]]:
    """Each award and its amount as the text has it."""
    return [(award, award.says) for award in law.awards]


def why_unmatched(run: PayRun, item: Item) -> str:
    """Why no award of this run is asked for at all."""
    event = item.event
    if not _is_here(event, run.region):
        return f"所在地{event.place}不在{division_part(run.region)}"
    on = event.day or run.as_of
    laws = [scheme.on(on) for scheme in run.schemes]
    if not any(laws):
        return f"{on} 没有一份奖补办法在施行"
    title = event.title if event_kinds()[event.kind] else ""
    return f"{on} 施行的办法里没有给“{title}{event.kind}”的奖补"
