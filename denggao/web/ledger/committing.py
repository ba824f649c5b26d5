"""Writing an import whole, in one transaction, and taking it back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils import timezone

from denggao.facts.identity import normal_name
from denggao.web.kit.bulk import insert, reserve
from denggao.web.kit.pinyin import initials_and_full
from denggao.web.ledger import blocks, resolving
from denggao.web.ledger.models import (
    Enterprise,
    FormerName,
    Import,
    PendingRow,
    Statement,
    Title,
    Value,
)
from denggao.web.ledger.preparing import Change, Prepared
from denggao.web.ledger.reading import as_json
from denggao.web.ledger.sources import RANKS

_ENTERPRISE = (
    "id", "uscc", "name", "name_key", "pinyin", "region", "zone", "made_at", "made_by", "source",
    "version", "withdrawn",
)  # fmt: skip
_STATEMENT = (
    "enterprise", "fact", "year", "number", "lo", "hi", "text", "rank", "source", "sheet", "row",
    "column", "by", "at", "why",
)  # fmt: skip
_TITLE = (
    "enterprise", "kind", "number", "issued_on", "valid_to", "cancelled_on", "issuer", "event",
    "source", "sheet", "row", "by", "at", "why", "withdrawn",
)  # fmt: skip
_DIGESTED = (
    "id", "enterprise_id", "fact", "year", "number", "lo", "hi", "text", "rank", "sheet", "row",
    "column", "by_id", "why",
)  # fmt: skip


def write(source: Import, prepared: Prepared) -> list[dict[str, Any]]:
    """Write everything; returns how enterprises that were there changed their names and codes.
    The caller holds the transaction and sets the state."""
    blocks.touch(change.known.pk for change in prepared.known if change.known)
    first = _new_enterprises(source, prepared.new)
    changed = _known_enterprises(source, prepared.known)
    numbered = [
        *((first + number, change) for number, change in enumerate(prepared.new)),
        *((change.known.pk, change) for change in prepared.known if change.known),
    ]
    _facts(source, numbered, first)
    _former_names(source, numbered)
    PendingRow.objects.bulk_create(
        (
            PendingRow(
                source=source, region=source.region, name=firm.name, uscc=firm.code,
                rows=as_json(firm.rows), why=doubt.why,
                candidates=[
                    {"enterprise": pk, "score": score, "why": why}
                    for pk, score, why in doubt.choices
                ],
            )
            for firm, doubt in prepared.doubtful
        ),
        batch_size=500,
    )  # fmt: skip
    return changed


def _now() -> Any:
    return connection.ops.adapt_datetimefield_value(timezone.now())


def _new_enterprises(source: Import, changes: list[Change]) -> int:
    """Returns the key of the first; the others follow."""
    keys, now = reserve(Enterprise, len(changes)), _now()
    rows = (
        (
            key, change.firm.code or None, name, normal_name(name), initials_and_full(name)[:500],
            change.region, change.zone, now, source.by_id, source.pk, 1, False,
        )
        for key, change in zip(keys, changes, strict=True)
        for name in [change.firm.name or change.firm.code]
    )  # fmt: skip
    insert(Enterprise, _ENTERPRISE, rows)
    blocks.touch(keys)
    return keys.start if changes else (1 << 62)


def _known_enterprises(source: Import, changes: list[Change]) -> list[dict[str, Any]]:
    """New names and codes; an enterprise whose first import was undone is back."""
    changed = []
    pks = [change.known.pk for change in changes if change.known]
    Enterprise.objects.filter(pk__in=pks, withdrawn=True).update(withdrawn=False)
    for change in changes:
        known = change.known
        if known is None or not (change.renamed or change.gets_code):
            continue
        enterprise = Enterprise.objects.get(pk=known.pk)
        changed.append({"id": known.pk, "name": known.name, "uscc": known.uscc})
        if change.renamed:
            FormerName.objects.get_or_create(
                enterprise=enterprise,
                name_key=known.key,
                defaults={"name": known.name, "source": source, "until": source.as_of},
            )
            enterprise.name = change.firm.name
        if change.gets_code:
            enterprise.uscc = change.firm.code
        enterprise.version += 1
        enterprise.save()
    return changed


def _facts(source: Import, numbered: list[tuple[int, Change]], first_new: int) -> None:
    insert(Statement, _STATEMENT, _statements(source, numbered))
    insert(Title, _TITLE, _titles(source, numbered))
    resolving.after_import(source.pk, first_new)


def _statements(source: Import, numbered: list[tuple[int, Change]]) -> Iterator[tuple[Any, ...]]:
    rank, pk, by, now = RANKS[source.source], source.pk, source.by_id, _now()
    for key, change in numbered:
        for fact, year, columns, sheet, row, letter in change.said:
            yield (key, fact, year, *columns, rank, pk, sheet, row, letter, by, now, "")


def _titles(source: Import, numbered: list[tuple[int, Change]]) -> Iterator[tuple[Any, ...]]:
    now = _now()
    for key, change in numbered:
        for paper, sheet, row in change.papers:
            yield (
                key, paper.get("kind") or "", paper.get("number") or "",
                paper.get("issued_on"), paper.get("valid_to"), paper.get("cancelled_on"),
                paper.get("issuer") or "", paper.get("event") or "",
                source.pk, sheet, row, source.by_id, now, "", False,
            )  # fmt: skip


def _former_names(source: Import, numbered: Iterable[tuple[int, Change]]) -> None:
    from denggao.facts.names import former_names

    FormerName.objects.bulk_create(
        (
            FormerName(enterprise_id=key, name=name, name_key=normal_name(name), source=source)
            for key, change in numbered
            for row in change.firm.rows
            for name in former_names(row.values.get("former_names"))
        ),
        ignore_conflicts=True,
        batch_size=500,
    )


def write_decided(source: Import, change: Change) -> Enterprise:
    """A firm about which a person has decided: as new, or as the one that is known."""
    if change.known is None:
        first = _new_enterprises(source, [change])
        pk = first
    else:
        first, pk = 1 << 62, change.known.pk
        _known_enterprises(source, [change])
    before = Statement.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    insert(Statement, _STATEMENT, _statements(source, [(pk, change)]))
    insert(Title, _TITLE, _titles(source, [(pk, change)]))
    for statement in Statement.objects.filter(pk__gt=before, source=source):
        resolving.touched_by_statement(statement.pk)
    _former_names(source, [(pk, change)])
    return Enterprise.objects.get(pk=pk)


def digest(source: Import) -> str:
    """SHA-256 over every statement of an import: what the audit row keeps."""
    told = hashlib.sha256()
    rows = Statement.objects.filter(source=source).order_by("pk").values_list(*_DIGESTED)
    for row in rows.iterator(chunk_size=5000):
        told.update(repr(row).encode())
    return told.hexdigest()


def take_back(source: Import) -> dict[str, int]:
    """What the import said no longer counts; enterprises of which nothing else is known go from
    sight. Returns counts. The caller has set the state, and holds the transaction."""
    stated = Statement.objects.filter(source=source).values_list("enterprise_id", flat=True)
    made = Enterprise.objects.filter(source=source).values_list("pk", flat=True)
    blocks.touch({*stated.distinct(), *made})
    titles = Title.objects.filter(source=source, withdrawn=False).update(withdrawn=True)
    resolving.touched_by_import(source.pk)
    for old in reversed(source.counts.get("identity", [])):
        enterprise = Enterprise.objects.get(pk=old["id"])
        enterprise.name, enterprise.uscc = old["name"], old["uscc"] or None
        enterprise.version += 1
        enterprise.save()
    FormerName.objects.filter(source=source).delete()
    only_here = Enterprise.objects.filter(source=source, withdrawn=False).exclude(
        Exists(Value.objects.filter(enterprise=OuterRef("pk")))
        | Exists(Title.objects.filter(enterprise=OuterRef("pk"), withdrawn=False))
    )
    gone = only_here.update(withdrawn=True)
    return {"titles": titles, "firms": gone}
