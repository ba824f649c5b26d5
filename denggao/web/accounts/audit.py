"""The audit chain: one row beside each change, in the same transaction, hash upon hash.

What a row says is hashed with the hash of the row before, each part with its length in front, so
that no two rows can be written the same. Whoever alters, removes or swaps rows in the database is
found by ``faults``; whoever cuts the end off or rewrites everything, by a head kept elsewhere
(printed in the weekly report): ``faults(anchor=…)``.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from denggao.web.accounts.models import AuditRow, User

START = "0" * 64
#: The action of the row that tells of a check of the chain.
CHECKED = "校验审计链"
#: Any number; all who append to the chain on PostgreSQL agree on it.
_LOCK = 620_102
#: From which address the present request comes.
address: ContextVar[str] = ContextVar("address", default="")


def record(
    *,
    by: User | None,
    action: str,
    of: models.Model | None = None,
    kind: str = "",
    name: str = "",
    old: Any = None,
    new: Any = None,
    why: str = "",
    done: bool = True,
) -> AuditRow:
    """Append a row. ``action`` in Chinese (更正填报), ``old`` and ``new`` as JSON can hold them.
    Must be called in the transaction of the change, so that there is no change without it."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("an audit row needs the change's transaction")
    _take_turn()
    last = AuditRow.objects.order_by("-seq").values("seq", "digest").first()
    row = AuditRow(
        seq=last["seq"] + 1 if last else 1,
        at=timezone.now(),
        user=by,
        user_name=f"{by.username} {by.name}" if by else "",
        address=address.get(),
        action=action,
        kind=kind or (of._meta.model_name or "" if of is not None else ""),
        object_id=str(of.pk) if of is not None else "",
        object_name=(name or (str(of) if of is not None else ""))[:200],
        old=old,
        new=new,
        why=why[:500],
        done=done,
        previous=last["digest"] if last else START,
    )
    row.digest = digest_of(row)
    row.save(force_insert=True)
    return row


def _take_turn() -> None:
    """One writer of the chain at a time. SQLite's immediate transactions do that already."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def digest_of(row: AuditRow) -> str:
    """SHA-256 over everything the row says, and the hash before it."""
    parts = [
        *(str(row.seq), row.at.astimezone(_UTC).isoformat(), str(row.user_id or "")),
        *(row.user_name, row.address, row.action, row.kind, row.object_id, row.object_name),
        *(_json(row.old), _json(row.new), row.why, str(int(row.done)), row.previous),
    ]
    told = b"".join(b"%d:%s" % (len(part), part) for part in (p.encode() for p in parts))
    return hashlib.sha256(told).hexdigest()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def head() -> str:
    """「序号:哈希」 of the last row, to be kept outside the database."""
    last = AuditRow.objects.order_by("-seq").first()
    return f"{last.seq}:{last.digest}" if last else f"0:{START}"


def faults(anchor: str = "") -> Iterator[str]:
    """Every row that was altered, removed or put in, named in Chinese; nothing when the chain
    is whole. ``anchor``: a head noted earlier, which must still be in the chain."""
    previous, expected, anchored = START, 1, anchor == f"0:{START}"
    for row in AuditRow.objects.order_by("seq").iterator(chunk_size=2000):
        if row.seq != expected:
            gone = str(expected) if row.seq == expected + 1 else f"{expected}–{row.seq - 1}"
            yield f"审计第 {gone} 条不见了"
        elif row.previous != previous:
            yield f"审计第 {row.seq} 条接不上前一条（第 {row.seq - 1} 条被换过或改过）"
        if digest_of(row) != row.digest:
            yield f"审计第 {row.seq} 条被改过：{_said(row)}"
        anchored = anchored or anchor == f"{row.seq}:{row.digest}"
        previous, expected = row.digest, row.seq + 1
    if anchor and not anchored:
        yield f"记在库外的审计头 {anchor.partition(':')[0]} 不在链上：链尾被截断，或整条链被重写"


def _said(row: AuditRow) -> str:
    at = timezone.localtime(row.at).strftime("%Y-%m-%d %H:%M")
    return f"{at} {row.user_name} {row.action} {row.object_name}".strip()


@contextlib.contextmanager
def coming_from(where: str) -> Iterator[None]:
    """Rows written in the block name this address."""
    token = address.set(where)
    try:
        yield
    finally:
        address.reset(token)


_UTC = timezone.get_fixed_timezone(0)
