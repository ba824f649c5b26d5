"""The ledger in the database as the core knows it: one firm, or all of a scope at once."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from django.db.models import Q, QuerySet

from denggao.facts.catalogue import catalogue
from denggao.facts.enterprise import Firm, key_of
from denggao.facts.interval import Interval, reduced
from denggao.facts.ledger import Ledger
from denggao.facts.titles import Title as Held
from denggao.rules.engines.columnar import packed
from denggao.rules.nodes import Instrument
from denggao.web.accounts.models import Region, User
from denggao.web.ledger import blocks
from denggao.web.ledger.blocks import OWN
from denggao.web.ledger.models import Enterprise, Title, Value
from denggao.web.ledger.models.enterprise import within
from denggao.web.ledger.values import Columns, value_of

HEAD = "统一社会信用代码"


def firm_of(enterprise: Enterprise) -> Firm:
    """The facts in force of one firm, in the catalogue's units."""
    firm = Firm(values={"name": enterprise.name, "region": enterprise.region.name})
    if enterprise.uscc:
        firm.values["uscc"] = enterprise.uscc
    titles = tuple(t.held() for t in enterprise.titles.filter(withdrawn=False))
    if titles:
        firm.values["titles"] = titles
    for value in Value.objects.filter(enterprise=enterprise):
        if value.fact == "titles":  # said to hold none
            firm.values.setdefault("titles", ())
            continue
        found = _in_units(value)
        if found is not None and value.fact not in OWN:
            firm.values[value.key] = found
    return firm


def _in_units(value: Value) -> Any:
    fact = catalogue().get(value.fact)
    if fact is None:
        return None
    found = value_of(fact, Columns(value.number, value.lo, value.hi, value.text))
    if not fact.numeric or found is None:
        return found
    span = found if isinstance(found, Interval) else Interval(found, found)
    lo, hi = (
        edge if steps is None else reduced(Fraction(steps, fact.scale))
        for steps, edge in ((span.lo, fact.lo), (span.hi, fact.hi))
    )
    return Interval(lo, hi)


def frame_over(
    region: Region, instruments: Sequence[Instrument], as_of: datetime.date
) -> tuple[Any, list[int]]:
    """The facts in force of all firms of a region as ``screening.screen`` takes them, and the
    firms' keys in its order; from the packed blocks, without an object for each value."""
    frame = _unpacked(region)
    held = _held(within(region, "enterprise__")) if packed.asks_titles(instruments) else {}
    return packed.screenable(frame, instruments, as_of, held), packed.keys_of(frame)


def ledger_over(region: Region) -> tuple[Ledger, list[int]]:
    """The same as a ledger."""
    frame = _unpacked(region)
    keys, columns = packed.keys_of(frame), packed.columns_of(frame)
    columns["titles"] = packed.titles_of(frame, _held(within(region, "enterprise__")))
    return _ledger(columns), keys


def _unpacked(region: Region) -> Any:
    inside = Region.objects.filter(path__startswith=region.path).values_list("code", flat=True)
    frame = packed.unpacked(blocks.pieces(), inside if region.path else None)
    owners = packed.owners_of(frame)
    names = dict(User.objects.filter(pk__in=owners).values_list("pk", "name")) if owners else {}
    return packed.with_owners(frame, names)


def ledger_of(firms: QuerySet[Enterprise]) -> tuple[Ledger, list[int]]:
    """The facts in force of some firms as a ledger, and their keys in its order."""
    rows = list(
        firms.order_by("pk").values_list("pk", "uscc", "name", "region__name", "owner__name")
    )
    keys = [pk for pk, *_ in rows]
    index = {pk: i for i, pk in enumerate(keys)}
    columns = _columns(firms, index)
    columns |= {
        "name": [row[2] for row in rows],
        "uscc": [row[1] for row in rows],
        "region": [row[3] for row in rows],
    }
    stated = columns.get("follow_up_by", [None] * len(keys))
    if any(row[4] for row in rows):  # whom the bureau named, else whom the ledger named
        columns["follow_up_by"] = [row[4] or stated[i] for i, row in enumerate(rows)]
    told = columns.pop("titles", [None] * len(keys))
    held = _held(Q(enterprise__in=firms.order_by().values("pk")))
    columns["titles"] = [
        held.get(pk, () if said is not None else None) for pk, said in zip(keys, told, strict=True)
    ]
    return _ledger(columns), keys


def _ledger(columns: dict[str, list[Any]]) -> Ledger:
    codes, names = columns["uscc"], columns["name"]
    return Ledger(
        identity=[code or name for code, name in zip(codes, names, strict=True)],
        identity_head=HEAD,
        columns=columns,
        flags=[frozenset()] * len(names),
        places=[("台账", "培育库", i + 1) for i in range(len(names))],
        sources={},
        problems=[],
        unread=[],
        rows_read=len(names),
    )


def _held(whose: Q) -> dict[int, tuple[Held, ...]]:
    """Certificates that count, by firm."""
    found: dict[int, list[Held]] = {}
    asked = Title.objects.filter(whose, withdrawn=False)
    fields = ("kind", "number", "issued_on", "valid_to", "cancelled_on", "issuer", "event")
    for pk, kind, number, *rest in asked.values_list("enterprise_id", *fields).iterator(5000):
        found.setdefault(pk, []).append(Held(kind, number or None, *rest))
    return {pk: tuple(held) for pk, held in found.items()}


def _columns(firms: QuerySet[Enterprise], index: dict[int, int]) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {}
    known = catalogue()
    asked = Value.objects.filter(enterprise__in=firms.order_by().values("pk"))
    fields = ("enterprise_id", "fact", "year", "number", "lo", "hi", "text")
    for pk, code, year, number, lo, hi, text in asked.values_list(*fields).iterator(20_000):
        if code in OWN or (fact := known.get(code)) is None or pk not in index:
            continue
        key, at = key_of(code, year or None), index[pk]
        if code == "titles":  # said to hold none
            _put(columns, key, at, len(index), True)
            continue
        value = value_of(fact, Columns(number, lo, hi, text))
        is_span = isinstance(value, Interval)
        _put(columns, key, at, len(index), None if is_span else value)
        if is_span:
            _put(columns, f"{key}.lo", at, len(index), lo)
            _put(columns, f"{key}.hi", at, len(index), hi)
    return columns


def _put(columns: dict[str, list[Any]], key: str, at: int, count: int, value: Any) -> None:
    column = columns.get(key)
    if column is None:
        column = columns[key] = [None] * count
    column[at] = value


def sources_of(enterprise: Enterprise) -> dict[str, Value]:
    """Fact key → the value in force with its statement, for 「来源」."""
    asked: Iterable[Value] = Value.objects.filter(enterprise=enterprise).select_related(
        "statement__source", "statement__by"
    )
    return {value.key: value for value in asked}
