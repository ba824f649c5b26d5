"""应享尽享: firms whose certificates say that something happened for which money is paid, and
that stand on no list. The same events are the list for 免申即享."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from denggao.diagnosis.payout.eventlist import EventLists, Item
from denggao.diagnosis.payout.places import place_of
from denggao.diagnosis.payout.run import PayRun
from denggao.diagnosis.pool import firm_of
from denggao.facts.errors import UserError
from denggao.facts.eventwords import event_name
from denggao.facts.identity import normal_code, normal_name
from denggao.facts.ledger import Ledger, read_ledgers
from denggao.facts.titles import CANCELLED, Title
from denggao.rules.paying import pay
from denggao.rules.payments import OPEN, PAID, Event

FIRST, AGAIN, LAPSED = "首次认定", "重新认定", "失效后再认定"
#: Who applies again in the year in which the certificate ends, or in the next, did not lapse.
_CYCLE = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Happened:
    """An event that a certificate tells of. ``sure`` is false where an earlier certificate may
    be missing: who knows only one cannot tell the first from a later one."""

    kind: str
    title: str
    day: date
    sure: bool


def happened(titles: Sequence[Title]) -> Iterator[Happened]:
    """The events behind a firm's certificates, the oldest first. The first one known is what it
    says of itself (首次, 重新), else counts as 首次认定; a later one within a year after the end
    of the last as 重新认定, else as 失效后再认定."""
    by_kind: dict[str, list[Title]] = {}
    for title in titles:
        if title.issued_on is not None and title.event != CANCELLED and title.kind:
            by_kind.setdefault(title.kind, []).append(title)
    for kind, held in by_kind.items():
        held.sort(key=lambda t: t.issued_on or date.max)
        before: Title | None = None
        for title in held:
            assert title.issued_on is not None
            if before is None:
                told = _told(title)
                sure = bool(told) or len(held) > 1
                yield Happened(told or FIRST, kind, title.issued_on, sure)
            elif before.issued_on != title.issued_on:
                ended = before.valid_to
                in_time = ended is None or title.issued_on <= ended + _CYCLE
                yield Happened(
                    AGAIN if in_time else LAPSED, kind, title.issued_on, sure=ended is not None
                )
            before = title


def _told(title: Title) -> str:
    """首次认定 or 重新认定 where the certificate was entered as that, else ""."""
    found = event_name(title.event) if title.event else None
    return found.kind if found and found.kind in (FIRST, AGAIN) and not found.assumed else ""


def missed(run: PayRun, path: Path, since: date | None = None) -> list[Item]:
    """Events of the certificates in ``path`` for which some measure of the run gives money and
    that the list does not have: the same firm (by code, else by name), kind, title and year.
    Certificates issued after the day of the run, or before ``since``, are not looked at."""
    ledger = read_ledgers([path], as_of=run.as_of)
    listed = {key for item in run.items for key in _keys(item)}
    found = [
        item
        for item in _items(ledger, run.region, run.as_of, since)
        if listed.isdisjoint(_keys(item))
    ]
    paying = {
        row.event.number
        for row in pay(run.schemes, [item.event for item in found], run.as_of)
        if row.status in (PAID, OPEN)
    }
    return [item for item in found if item.event.number in paying]


def from_titles(lists: EventLists, paths: Sequence[Path], since: date | None) -> list[Item]:
    """免申即享: the events of certificates as the list. Where only one certificate of a firm is
    known, nobody can tell 首次认定 from 重新认定: such are left out, and counted, unless
    ``lists.usual`` says which they are."""
    found = from_ledger(lists, read_ledgers(paths, as_of=lists.as_of), since)
    if not found:
        raise UserError("台账里没有一张能看出事项的证书；要有“资格类型”“发证日期”“有效期至”各列")
    return found


def from_ledger(lists: EventLists, ledger: Ledger, since: date | None) -> list[Item]:
    """The same of a ledger that is read already; ``source`` of an item names the place of its
    firm. Nothing where no certificate tells of an event."""
    found: list[Item] = []
    for item in _items(ledger, lists.region, lists.as_of, since):
        event = item.event
        if item.said != event.kind:
            if lists.usual is None:
                lists.note("只有一张证书，看不出是首次还是重新认定，没有列入；可用 --event 指定")
                continue
            event = replace(event, kind=lists.usual.kind)
        firm, _ = lists.work.firms.find(item.code or None, normal_name(item.name), item.name)
        event = replace(event, firm=str(firm), number=len(found))
        found.append(replace(item, event=event, said=event.kind))
    return found


def _keys(item: Item) -> set[tuple[object, ...]]:
    """By code and by name: a list may have only one of them."""
    event = item.event
    who = [normal_code(item.code)] if item.code else []
    who += [normal_name(item.name)] if item.name else []
    return {(one, event.kind, event.title, event.year) for one in who}


def _items(ledger: Ledger, region: str, as_of: date, since: date | None) -> Iterator[Item]:
    number = 0
    columns = ledger.columns
    for firm, titles in enumerate(columns.get("titles", [])):
        for one in happened(titles or ()):
            if one.day > as_of or (since is not None and one.day < since):
                continue
            district = _at(columns, "region", firm)
            place = place_of(district, region) or ""
            values = firm_of(ledger, firm).values
            where = ledger.places[firm]
            event = Event(
                str(firm), one.kind, one.title, one.day, values=values, place=place,
                where=f"第 {where[2]} 行", number=number,
            )  # fmt: skip
            number += 1
            name = _at(columns, "name", firm) or ledger.identity[firm]
            said = one.kind if one.sure else f"{one.kind}（台账里只有这一张证书，请核对）"
            code = _at(columns, "uscc", firm)
            yield Item(event, name, code, place or district, "", said, where)


def _at(columns: dict[str, list[object]], key: str, firm: int) -> str:
    found = columns.get(key)
    value = None if found is None else found[firm]
    return value if isinstance(value, str) else ""
