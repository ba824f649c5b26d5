"""A run carried out: the core computes, this keeps what it said row by row. Nothing about money is
decided here; who is who is (the ledger knows), and what was granted before."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from denggao.diagnosis.payout import run as core
from denggao.diagnosis.payout.entitled import from_ledger
from denggao.diagnosis.payout.eventlist import EventLists, Item
from denggao.diagnosis.payout.run import PayRun, rate_words, why, why_unmatched
from denggao.facts.errors import UserError
from denggao.facts.eventwords import EventName
from denggao.facts.privacy import masked
from denggao.facts.problems import place
from denggao.rules.payments import BACK, LATER, OPEN, Event, Payment
from denggao.web.accounts.regions import place_of
from denggao.web.assessments.facts import ledger_of
from denggao.web.ledger.models import Enterprise
from denggao.web.ledger.models.enterprise import within
from denggao.web.money import keeping, registers, schemes
from denggao.web.money.holders import Holder, Holders
from denggao.web.money.models import Run

#: Problems beyond these are told by their number.
_SHOWN = 300
FIELDS = (
    "run_id", "number", "part", "enterprise_id", "code", "name", "district", "batch", "event",
    "said", "title", "day", "stage", "ref", "already", "scheme", "law_version", "award",
    "award_name", "cite", "once", "status", "fen", "lo", "hi", "rate", "levels", "due", "why",
    "beside", "listed", "values", "source", "left_out",
)  # fmt: skip


@dataclass(frozen=True)
class Inputs:
    """The events of a run and whose they are, item by item; ``record``: what was paid before."""

    lists: EventLists
    items: list[Item]
    holders: list[Holder]
    record: list[Item]


def inputs_of(run: Run) -> Inputs:
    """The events, read from what was brought, or from the certificates of the ledger as they are
    now. Raises UserError for a list that cannot be read."""
    usual = EventName(run.usual) if run.usual else None
    lists = EventLists(place_of(run.region), run.as_of, usual)
    known = Holders(run.region)
    if run.source == Run.Source.TITLES:
        firms = Enterprise.objects.filter(within(run.region), withdrawn=False)
        ledger, keys = ledger_of(firms)
        items = from_ledger(lists, ledger, run.since)
        holders = [known.known(keys[item.source[2] - 1]) for item in items]
    else:
        items = _read(run.file, bytes(run.content or b""), lists.read)
        holders = [known.of(item.code, item.name) for item in items]
    if not items and not lists.problems:
        raise UserError(
            "没有一项可测算的事项：证书要有发证日期；只有一张证书的，看不出首次还是重新认定，"
            "请在“没有写事项的按”里选一种"
        )
    before = bytes(run.before or b"")
    record = _read(run.before_file, before, lists.read_record) if before else []
    return Inputs(lists, _one_firm_each(items, holders), holders, record)


def _read(name: str, content: bytes, read: Any) -> list[Item]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (Path(name).name or "名单.csv")
        path.write_bytes(content)
        found: list[Item] = read(path)
        return found


def _one_firm_each(items: Sequence[Item], holders: Sequence[Holder]) -> list[Item]:
    """A firm that the list knows by two names is one, where the ledger says so."""
    first: dict[str, str] = {}
    found = []
    for item, holder in zip(items, holders, strict=True):
        firm = first.setdefault(holder.key, item.event.firm) if holder.key else item.event.firm
        same = firm == item.event.firm
        found.append(item if same else replace(item, event=replace(item.event, firm=firm)))
    return found


def computed(run: Run) -> tuple[PayRun, Inputs]:
    """What the core says of the run. Raises UserError."""
    chosen, inside = schemes.schemes_of(run)
    told = inputs_of(run)
    firms = {h.key: i.event.firm for i, h in zip(told.items, told.holders, strict=True) if h.key}
    granted = registers.granted(firms)
    before = [*told.record, *(as_item(one) for one in granted)]
    found = core.run(told.lists, told.items, chosen, inside, before)
    payable = registers.paid(firms)
    for row in found.payments:
        if (
            row.status == BACK
            and registers.key_of(told.holders[row.event.number], row) not in payable
        ):
            row.refuse("系统里没有这一笔付款（还没有付，或只在发放记录文件里），无从追回")
            row.split()
    return found, told


def as_item(one: registers.Granted) -> Item:
    """A grant as the core reads a record of payments."""
    event = Event(
        one.firm, one.event, one.title, one.day, one.stage, ref=one.ref, where="系统发放记录"
    )
    return Item(event, "", "", "", "", one.event, ("系统", "", 0), one.fen, one.award)


# --- rows ----------------------------------------------------------------------------------------


def rows(run: Run, found: PayRun, told: Inputs) -> Iterator[tuple[Any, ...]]:
    """What is kept of the run, as ``kit.bulk`` takes it: every event has at least one row."""
    codes = keeping.read_by(list(found.schemes))
    parts: dict[int, int] = {}
    for row in found.payments:
        number = row.event.number
        parts[number] = parts.get(number, 0) + 1
        yield _row(run, found, told, codes, number, parts[number], row)
    for item in found.unmatched:
        yield _row(run, found, told, codes, item.event.number, 1, None)


def _row(
    run: Run, found: PayRun, told: Inputs, codes: frozenset[str], number: int, part: int,
    row: Payment | None,
) -> tuple[Any, ...]:  # fmt: skip
    item, holder = found.items[number], told.holders[number]
    event = item.event
    listed = item.claimed if item.claimed is not None else item.fen
    return (
        run.pk, number + 1, part, holder.enterprise, holder.code[:18], masked(item.name)[:120],
        (item.district or core.NO_DISTRICT)[:60], (item.batch or core.NO_BATCH)[:60], event.kind,
        item.said[:80], event.title[:40], _iso(event.day), event.stage, event.ref[:60],
        event.already,
        *(_said(row, found) if row else _unmatched(found, item)),
        listed, _json(keeping.kept(event.values, codes)), masked(place(*item.source, ""))[:200], "",
    )  # fmt: skip


def _said(row: Payment, found: PayRun) -> tuple[Any, ...]:
    is_open = row.status in (OPEN, LATER)
    return (
        row.law.short, row.law.version[:80], row.award.id, row.award.name[:80],
        row.award.cite[:200], row.award.once, row.status, row.paid, row.fen if is_open else 0,
        row.most if is_open else None, rate_words(row)[:60], _json(row.levels if row.paid else {}),
        _iso(row.due), why(row), "；".join(found.beside.get(row.event.number, ())),
    )  # fmt: skip


def _unmatched(found: PayRun, item: Item) -> tuple[Any, ...]:
    beside = "；".join(found.beside.get(item.event.number, ()))
    return ("", "", "", "", "", False, "不予发放", 0, 0, None, "", "{}", None,
            why_unmatched(found, item), beside)  # fmt: skip


def _iso(day: Any) -> str | None:
    return day.isoformat() if day else None


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


# --- what the run as a whole says ------------------------------------------------------------


def summary(found: PayRun, told: Inputs) -> dict[str, Any]:
    """Fields of ``Run`` that its computation fills."""
    statuses: dict[str, int] = {}
    for row in found.payments:
        statuses[row.status] = statuses.get(row.status, 0) + 1
    count, low, high = found.open_between()
    nobody = sum(1 for h in told.holders if not h.key)
    return {
        "counts": {
            "items": len(found.items), "total": found.total, "status": statuses,
            "unmatched": len(found.unmatched), "open": [count, low, high],
            "differing": len(found.differing()), "unknown": nobody,
            "by_district": found.by_district(), "by_level": found.by_level(),
            "by_scheme": found.by_scheme(), "by_batch": found.by_batch(),
        },
        "notes": found.notes,
        "problems": _problems(found),
        "versions": [_version(law) for law in found.laws],
        "texts": schemes.frozen(found.schemes),
    }  # fmt: skip


def _problems(found: PayRun) -> list[str]:
    told = [masked(str(p)) for p in found.problems[:_SHOWN]]
    more = len(found.problems) - len(told)
    return [*told, f"……另有 {more} 处"] if more > 0 else told


def _version(law: Any) -> list[Any]:
    until = law.valid_to and law.valid_to.isoformat()
    return [law.short, law.version, law.valid_from.isoformat(), until, law.name]
