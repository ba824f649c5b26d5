"""Who holds a title on a day, who won it in a stretch of days, who works in a field: as
conditions, the same for a list of firms and for a count of them."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from denggao.diagnosis.promises import valid_years
from denggao.facts.titles import CANCELLED
from denggao.web.ledger.models import Title, Value

_DAY = datetime.timedelta(days=1)
FIELD = "field_code"


def _papers() -> QuerySet[Title]:
    """Certificates that count; cancellations are none."""
    return Title.objects.filter(withdrawn=False).exclude(event=CANCELLED)


def _cancellations(until: datetime.date) -> QuerySet[Title]:
    """Of the outer certificate, by a paper of its own; one without a day may be of any day."""
    kind = Q(kind=OuterRef("kind")) | Q(kind="")
    papers = Title.objects.filter(
        kind, enterprise=OuterRef("enterprise"), withdrawn=False, event=CANCELLED
    ).annotate(day=Coalesce("cancelled_on", "issued_on"))
    return papers.filter(Q(day=None) | Q(day__gte=OuterRef("issued_on"), day__lte=until))


def _not_cancelled(found: QuerySet[Title], on: datetime.date) -> QuerySet[Title]:
    own = Q(cancelled_on=None) | Q(cancelled_on__gt=on)
    return found.filter(own, ~Exists(_cancellations(on)))


def valid(kinds: Sequence[str], on: datetime.date) -> QuerySet[Title]:
    """Certificates surely valid on the day, as ``facts.titles.held`` has it: both dates known."""
    found = _papers().filter(kind__in=kinds, issued_on__lte=on, valid_to__gte=on)
    return _not_cancelled(found, on)


def won(kinds: Sequence[str], since: datetime.date, on: datetime.date) -> QuerySet[Title]:
    """Certificates of the stretch by which a firm counts as new: it did not hold the title on the
    day before. Of a register of each year (评价入库) everybody in it counts."""
    found = _papers().filter(kind__in=kinds, issued_on__gte=since, issued_on__lte=on)
    lasting = [kind for kind in kinds if valid_years(kind) != 1]
    if lasting:
        before = valid(lasting, since - _DAY).filter(
            enterprise=OuterRef("enterprise"), kind=OuterRef("kind")
        )
        found = found.exclude(Exists(before))
    return _not_cancelled(found, on)


def holders(kind: str, on: datetime.date) -> Q:
    """Firms that hold the title on the day."""
    return Q(pk__in=valid([kind], on).values("enterprise"))


def winners(kind: str, since: datetime.date, on: datetime.date) -> Q:
    """Firms new to the title in the stretch."""
    return Q(pk__in=won([kind], since, on).values("enterprise"))


def enders(kinds: Sequence[str], on: datetime.date, until: datetime.date) -> Q:
    """Firms whose certificate is valid on the day, ends by ``until``, and has no successor."""
    found = Q(pk__in=[])
    for kind in kinds:  # one by one: a successor looked for by firm and kind is sought by kind
        ending = valid([kind], on).filter(valid_to__lte=until)
        later = _papers().filter(kind=kind, valid_to__gt=until)
        found |= Q(pk__in=ending.values("enterprise")) & ~Q(pk__in=later.values("enterprise"))
    return found


def works_in(field: str) -> Q:
    """Firms of a first-level technical field; "": of none that is known."""
    stated: Any = Value.objects.filter(fact=FIELD, year=0).exclude(text="")
    if field:
        stated = stated.filter(Q(text=field) | Q(text__startswith=f"{field}."))
    firms = Q(pk__in=stated.values("enterprise"))
    return firms if field else ~firms
