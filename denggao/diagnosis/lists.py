"""三清单与预警: who is on which list of which text, why, until when, and who has to see to it.

A firm of which it is open whether it belongs on a list stands apart, with what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from denggao.diagnosis.holidays import Holidays
from denggao.diagnosis.notice import Deadlines
from denggao.diagnosis.snapshot import picked
from denggao.facts.catalogue import catalogue
from denggao.facts.enterprise import CONTRADICTION
from denggao.facts.ledger import Ledger
from denggao.facts.titles import CANCELLED, Title
from denggao.rules import nodes as n
from denggao.rules.engines.columnar.rolls import Listed, rolls
from denggao.rules.engines.columnar.screening import INDEX, Screened, frame_of_ledger, screen
from denggao.rules.engines.columnar.table import countable

UNKNOWN_REASON = "原因不明"
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Entry:
    """One firm on one list. ``reason`` is why it is listed or, where that is open, what is
    missing; ``due`` the day that counts, ``act_by`` the last working day until then, ``notice``
    how near it is; ``source`` is the certificate's cell: file, sheet, row from 1, column
    letter and head, or the firm's first row."""

    firm: str
    name: str
    region: str
    owner: str
    number: str
    issued_on: date | None
    valid_to: date | None
    reason: str
    due: date | None
    act_by: date | None
    notice: str
    source: tuple[str, str, int, str, str]


@dataclass(frozen=True, slots=True)
class Roll:
    """One list: ``kind`` 清单 or 预警, the firms on it, and those of which that is open."""

    law: str
    id: str
    name: str
    kind: str
    cite: str
    todo: str
    against: str
    on: tuple[Entry, ...]
    open: tuple[Entry, ...]
    silent: tuple[str, ...]  # facts it asks for of which the ledger says nothing at all


@dataclass(frozen=True, slots=True)
class Lists:
    """All lists of one day. ``notes``: what a reader has to know about how they were made."""

    as_of: date
    firms: int
    identity_head: str
    files: tuple[str, ...]
    versions: tuple[str, ...]
    rolls: tuple[Roll, ...]
    notes: tuple[str, ...]
    problems: tuple[str, ...] = ()  # with the data, by cell


def lists(
    ledger: Ledger,
    instruments: Sequence[n.Instrument],
    as_of: date,
    others: Mapping[str, n.Instrument],
    files: Sequence[str] = (),
    holidays: Holidays | None = None,
) -> Lists:
    """Every list of these texts. ``others``: the laws that lists look at (对照), by name;
    ``holidays``: the working days to count by, those shipped where none are given."""
    frame = frame_of_ledger(ledger, instruments, as_of)
    deadlines = Deadlines(as_of, holidays)
    found = []
    for instrument in instruments:
        maker = _Maker(ledger, instrument, as_of, deadlines, others)
        found += [maker.roll(listed) for listed in rolls(instrument, frame, as_of)]
    used = [*instruments, *others.values()]
    notes = [*_notes(found), *deadlines.notes()]
    if "follow_up_by" not in ledger.columns:
        notes.insert(0, "台账没有“责任人”一列，清单没有落实到人")
    versions = tuple(f"《{i.short}》{i.version}" for i in used)
    return Lists(
        as_of=as_of,
        firms=len(ledger),
        identity_head=ledger.identity_head,
        files=tuple(files),
        versions=versions,
        rolls=tuple(found),
        notes=tuple(notes),
        problems=tuple(str(p) for p in ledger.problems if not p.is_notice),
    )


def against(instruments: Iterable[n.Instrument]) -> list[str]:
    """The laws that some list looks at."""
    named = (s.roll.against for i in instruments for s in i.rolls if s.roll)
    return list(dict.fromkeys(filter(None, named)))


def _notes(found: Sequence[Roll]) -> list[str]:
    silent: dict[str, list[str]] = {}
    for roll in found:
        for fact in roll.silent:
            silent.setdefault(fact, []).append(roll.name)
    return [f"台账没有“{fact}”一列，涉及：{'、'.join(names)}" for fact, names in silent.items()]


class _Maker:
    """Turns what the engine lists into entries that a person can use."""

    def __init__(
        self,
        ledger: Ledger,
        instrument: n.Instrument,
        as_of: date,
        deadlines: Deadlines,
        others: Mapping[str, n.Instrument],
    ) -> None:
        self.ledger, self.instrument, self.as_of = ledger, instrument, as_of
        self.deadlines, self.others = deadlines, others
        nothing: list[None] = [None] * len(ledger)
        columns = ledger.columns
        self.titles = columns.get("titles", nothing)
        self.texts = {code: columns.get(code, nothing) for code in _TEXTS}

    def roll(self, listed: Listed) -> Roll:
        statement, roll = listed.statement, listed.statement.roll
        assert roll is not None
        on = {firm: self._why(firm, listed) for firm in listed.on}
        leaves = self._leaves(statement)
        open_ = {firm: self._missing(firm, leaves) for firm in listed.open}
        if roll.against is not None:
            on, open_ = self._tested(on, open_, self.others[roll.against])
        kind = next((x.kind for x in leaves if isinstance(x, _TITLED)), None)
        entry = self._entries(listed, kind)
        return Roll(
            law=self.instrument.short,
            id=statement.id,
            name=statement.name,
            kind=statement.kind.value,
            cite=statement.cite,
            todo=roll.todo,
            against=roll.against or "",
            on=tuple(sorted((entry(*item) for item in on.items()), key=_soonest)),
            open=tuple(sorted((entry(*item) for item in open_.items()), key=_soonest)),
            silent=self._silent(leaves),
        )

    def _leaves(self, statement: n.Statement) -> list[n.Expr]:
        """Everything that decides it, read by itself or by what it names; its reasons do not."""
        found = dict.fromkeys(statement.leaves)
        named = dict.fromkeys(e.id for e in statement.expressions() if isinstance(e, n.Ref))
        for id_ in named:
            found |= dict.fromkeys(self._leaves(self.instrument.statements[id_]))
        return list(found)

    def _silent(self, leaves: Sequence[n.Expr]) -> tuple[str, ...]:
        columns = {key.partition("@")[0] for key in self.ledger.columns}
        asked = {x.code for x in leaves if isinstance(x, n.FactRef)}
        asked |= {"titles"} if any(isinstance(x, _TITLED) for x in leaves) else set()
        return tuple(catalogue()[code].name for code in catalogue() if code in asked - columns)

    def _source(self, firm: int, paper: Title | None) -> tuple[str, str, int, str, str]:
        origins = self.ledger.origins
        parts = ("valid_to", "issued_on", "number", "kind")
        for part in parts if paper and origins else ():
            assert paper is not None
            assert origins is not None
            at = origins.of_title(firm, paper, part)
            if at is not None:
                return at.file, at.sheet, at.row, at.letter, at.head
        return (*self.ledger.places[firm], "", "")

    def _why(self, firm: int, listed: Listed) -> str:
        roll = listed.statement.roll
        if roll is None or not roll.reasons:
            return listed.statement.name
        told = listed.reasons.get(firm)
        words = [self.instrument.statements[told].name] if told else []
        stated = self.texts["lost_reason"][firm]
        return "；".join([*words, *([stated] if stated else [])]) or UNKNOWN_REASON

    def _missing(self, firm: int, leaves: Sequence[n.Expr]) -> str:
        """What would have to be known, as far as the ledger does not say it."""
        found: dict[str, None] = {}
        for leaf in leaves:
            if isinstance(leaf, _TITLED):
                differs = CONTRADICTION in self.ledger.flags[firm]
                found |= dict.fromkeys(_doubts(self.titles[firm], leaf.kind, differs=differs))
            elif isinstance(leaf, n.FactRef):
                years = leaf.year.years(self.as_of.year) if leaf.year else (None,)
                for year in years:
                    key = leaf.code if year is None else f"{leaf.code}@{year}"
                    if self.ledger.columns.get(key, self.texts["remark"])[firm] is None:
                        when = f"{year}年" if year else ""
                        found[f"缺{when}{catalogue()[leaf.code].name}"] = None
        return "；".join(found)

    def _tested(
        self, on: dict[int, str], open_: dict[int, str], law: n.Instrument
    ) -> tuple[dict[int, str], dict[int, str]]:
        """Of those who would be listed, the ones who certainly fail the law's countable
        conditions; where that is open, what keeps it open."""
        firms = [*on, *open_]
        part = picked(self.ledger, firms)
        (table,) = screen(frame_of_ledger(part, [law], self.as_of), [law], self.as_of)
        failed = {firms[i]: words for i, words in _failed(table).items()}
        unsure = {firms[i]: keys for i, keys in table.open_facts()}
        listed = {firm: words for firm, words in failed.items() if firm in on}
        undecided = {k: words for k, words in open_.items() if k in unsure or k in failed}
        for firm in on:
            if firm in unsure:
                undecided[firm] = _asked(unsure[firm])
        return listed, undecided

    def _entries(self, listed: Listed, kind: str | None) -> Callable[[int, str], Entry]:
        roll = listed.statement.roll
        leads = roll.leads if roll else ()

        def entry(firm: int, reason: str) -> Entry:
            paper = _paper(self.titles[firm], kind, self.as_of)
            due = listed.due.get(firm)
            return Entry(
                firm=self.ledger.identity[firm],
                name=self.texts["name"][firm] or self.ledger.identity[firm],
                region=self.texts["region"][firm] or "",
                owner=self.texts["follow_up_by"][firm] or "",
                number=(paper.number or "") if paper else "",
                issued_on=paper.issued_on if paper else None,
                valid_to=paper.valid_to if paper else None,
                reason=reason,
                due=due,
                act_by=self.deadlines.act_by(due),
                notice=self.deadlines.notice(due, leads),
                source=self._source(firm, paper),
            )

        return entry


_TEXTS = ("name", "region", "follow_up_by", "lost_reason", "remark")
_TITLED = (n.Holds, n.EverHeld, n.TitleDay)


def _soonest(entry: Entry) -> tuple[date, str, str]:
    return entry.due or date.max, entry.region, entry.firm


def _paper(titles: Sequence[Title] | None, kind: str | None, on: date) -> Title | None:
    """The certificate to be shown: of those issued by the day, the one that ends last."""
    ours = [t for t in titles or () if t.kind in (kind, "") and t.event != CANCELLED]
    known = [t for t in ours if t.issued_on is None or t.issued_on <= on] or ours
    return max(known, key=lambda t: t.valid_to or t.issued_on or date.min, default=None)


def _doubts(titles: Sequence[Title] | None, kind: str, *, differs: bool) -> list[str]:
    """What is wrong with the certificates that may be of this kind; ``differs``: some rows
    contradict each other."""
    if titles is None:
        return ["缺资格证书"]
    found = []
    for title in titles:
        if title.kind not in (kind, "") or title.event == CANCELLED:
            continue
        paper = f"证书{title.number}" if title.number else "证书"
        lacks = [
            w for w, day in (("发证日期", title.issued_on), ("有效期至", title.valid_to)) if not day
        ]
        if title.is_backwards:
            found.append(f"{paper}有效期至 {title.valid_to} 早于发证日期 {title.issued_on}")
        if differs and lacks == ["有效期至"]:
            lacks = ["有效期至（或几处填得不同，见数据问题）"]
        if lacks or not title.kind:
            found.append(f"{paper}缺{'、'.join([*lacks, *([] if title.kind else ['资格类型'])])}")
    return found


def _failed(table: Screened) -> dict[int, str]:
    """Firm → the countable conditions that it certainly fails."""
    conditions = [s for s in countable(table.instrument) if f"{s.id}_truth" in table.frame.columns]
    columns = [INDEX, "hard_verdict", *(f"{s.id}_truth" for s in conditions)]
    found = {}
    for firm, hard, *truths in table.rows(columns):
        if hard == "fail":
            names = [s.name for s, t in zip(conditions, truths, strict=True) if t == "fail"]
            found[firm] = "、".join(names) + "不符合"
    return found


def _asked(keys: Sequence[str]) -> str:
    names = []
    for key in keys[:_SHOWN]:
        code, _, year = key.partition("@")
        names.append(f"{year + '年' if year else ''}{catalogue()[code].name}")
    more = f"等 {len(keys)} 项" if len(keys) > _SHOWN else ""
    return f"缺{'、'.join(names)}{more}"
