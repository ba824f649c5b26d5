"""What was granted and paid before to the firms of a run, in the terms of the core."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from django.db.models import QuerySet

from denggao.rules.payments import Payment as Computed
from denggao.web.money.holders import Holder
from denggao.web.money.models import Grant, Payment

#: (firm, scheme, award, year or 0, instalment, number): what is granted once.
Key = tuple[str, str, str, int, int, str]


class Granted(NamedTuple):
    """A grant that stands: not claimed back. ``firm`` as the list of the run calls it."""

    firm: str
    event: str
    title: str
    day: datetime.date | None
    stage: int
    ref: str
    fen: int
    award: str


def granted(firms: Mapping[str, str]) -> Iterator[Granted]:
    """Of the firms (holder → how the list calls it), in the order they were granted."""
    fields = ("holder", "event", "title", "day", "stage", "ref", "fen", "award")
    for row in standing().values_list(*fields).order_by("pk").iterator(5000):
        firm = firms.get(row[0])
        if firm is not None:
            yield Granted(firm, *row[1:])


def paid(firms: Mapping[str, str] | None = None) -> dict[Key, int]:
    """What is paid and not claimed back → the payment's key; of the firms, or of all."""
    found = {}
    rows = Payment.objects.filter(fen__gt=0, reversal=None)
    fields = ("holder", "scheme", "award", "year", "stage", "ref")
    for pk, *key in rows.values_list("pk", *(f"grant__{f}" for f in fields)).iterator(5000):
        if firms is None or key[0] in firms:
            found[tuple(key)] = pk
    return found


def standing() -> QuerySet[Grant]:
    """Grants above nought that nobody claimed back."""
    return Grant.objects.filter(back_of=None).exclude(payments__reversal__isnull=False)


def key_of(holder: Holder, row: Computed) -> Key:
    """What a computed row would be granted as."""
    event = row.event
    year = 0 if row.award.once else event.year or 0
    return holder.key, row.law.short, row.award.id, year, event.stage, event.ref
