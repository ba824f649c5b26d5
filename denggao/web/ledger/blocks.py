"""Facts in force by blocks of firms: marked when a firm changes, packed again when asked for."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from denggao.facts.catalogue import catalogue
from denggao.facts.enterprise import key_of
from denggao.rules.engines.columnar import packed
from denggao.web.ledger.models.blocks import SIZE, Block
from denggao.web.ledger.values import Columns, value_of

#: What tells a firm apart is a column of Enterprise, not a statement.
OWN = frozenset({"name", "uscc", "region", "zone"})
_TRIES = 3
_FIELDS = ("fact", "year", "enterprise_id", "number", "lo", "hi", "text")


def touch(enterprises: Iterable[int]) -> None:
    """These firms change, in the caller's transaction. To be called before a row of theirs is
    locked, and for all of them at once: then nobody waits in a circle."""
    touch_blocks(pk // SIZE for pk in enterprises)


def touch_blocks(numbers: Iterable[int]) -> None:
    """Some firm in each of these blocks changes."""
    numbers = sorted(set(numbers))
    if not numbers:
        return
    with transaction.atomic():
        Block.objects.bulk_create([Block(number=n) for n in numbers], ignore_conflicts=True)
        theirs = Block.objects.filter(number__in=numbers)
        # taken in one order, for the same reason
        list(theirs.select_for_update().order_by("number").values_list("number"))
        theirs.update(changes=F("changes") + 1)


def pieces() -> list[bytes]:
    """All blocks as one moment had them, packed where they were not."""
    for _ in range(_TRIES):
        refresh()
        found = _read()
        if found is not None:
            return found
    with transaction.atomic():  # the ledger keeps changing: everybody else waits for us
        list(Block.objects.select_for_update().order_by("number").values_list("number"))
        refresh()
        found = _read()
    assert found is not None
    return found


def _read() -> list[bytes] | None:
    """One query; ``None`` where somebody has changed a firm since ``refresh``."""
    rows = _rows()
    if any(changes != at for changes, at, _ in rows):
        return None
    return [bytes(facts) for *_, facts in rows]


def _rows() -> list[tuple[int, int, bytes]]:
    asked = Block.objects.order_by("number").values_list("changes", "packed_at", "facts")
    if connection.vendor != "postgresql":
        return list(asked)
    import psycopg

    # Django's own cursors carry bytes as text, which takes three times as long
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        return list(cursor.execute(*asked.query.sql_with_params(), binary=True))


def refresh() -> None:
    """Pack what has changed. After a change meanwhile the block stays marked: what was read may
    be half old."""
    _add_missing()
    stale = Block.objects.exclude(packed_at=F("changes")).order_by("number")
    for number, changes in list(stale.values_list("number", "changes")):
        facts = _packed(number)
        Block.objects.filter(number=number, changes=changes).update(facts=facts, packed_at=changes)


def _add_missing() -> None:
    """A ledger of an older release has no blocks yet."""
    from denggao.web.ledger.models import Enterprise

    if not Block.objects.exists():
        touch(Enterprise.objects.order_by().values_list("pk", flat=True))


def _packed(number: int) -> bytes:
    from denggao.web.ledger.models import Enterprise, Value

    ours = {"gte": number * SIZE, "lt": (number + 1) * SIZE}
    firms = Enterprise.objects.filter(
        withdrawn=False, **{f"pk__{how}": pk for how, pk in ours.items()}
    )
    fields = ("pk", "uscc", "name", "region_id", "zone_id", "owner_id", "region__name")
    rows = list(firms.order_by("pk").values_list(*fields))
    names = (packed.KEY, "uscc", "name", packed.REGION, packed.ZONE, packed.OWNER, "region")
    columns: dict[str, list[Any]] = {name: [row[i] for row in rows] for i, name in enumerate(names)}
    place = {pk: at for at, pk in enumerate(columns[packed.KEY])}
    columns[packed.NONE_HELD] = [False] * len(rows)
    values = Value.objects.filter(**{f"enterprise__{how}": pk for how, pk in ours.items()})
    said = values.order_by("fact", "year").values_list(*_FIELDS)
    for (code, year), some in groupby(said.iterator(20_000), key=itemgetter(0, 1)):
        if code == "titles":
            for _, _, pk, *_ in some:
                if pk in place:
                    columns[packed.NONE_HELD][place[pk]] = True
        elif code not in OWN and code in catalogue():
            columns |= _columns(code, year, some, place)
    return packed.packed(columns)


def _columns(code: str, year: int, said: Any, place: dict[int, int]) -> dict[str, list[Any]]:
    """The values of one fact, and its ends where some are bounds."""
    fact, key = catalogue()[code], key_of(code, year or None)
    main: list[Any] = [None] * len(place)
    ends: dict[str, list[Any]] = {}
    for _, _, pk, number, lo, hi, text in said:
        at = place.get(pk)
        if at is None:
            continue
        if fact.numeric and number is None and (lo is not None or hi is not None):
            for end, value in (("lo", lo), ("hi", hi)):
                ends.setdefault(f"{key}.{end}", [None] * len(place))[at] = value
        else:
            main[at] = number if fact.numeric else value_of(fact, Columns(number, lo, hi, text))
    return {key: main, **ends}
