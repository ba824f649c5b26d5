"""三清单 and warnings over the firms that a person looks after, and frozen as they were."""

from __future__ import annotations

import datetime
import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction

from denggao.diagnosis import listfile
from denggao.diagnosis import lists as made
from denggao.diagnosis.lists import Lists
from denggao.diagnosis.snapshot import taken
from denggao.facts.errors import UserError
from denggao.facts.ledger import Ledger
from denggao.rules.library import in_force
from denggao.rules.nodes import Instrument
from denggao.web.accounts import audit
from denggao.web.accounts.models import User
from denggao.web.assessments.facts import ledger_of, ledger_over
from denggao.web.assessments.models import Frozen
from denggao.web.kit.conflicts import Conflict
from denggao.web.ledger.models import Enterprise

_LAW = "高企管理清单"


def lists_of(user: User, as_of: datetime.date) -> Lists:
    """All lists of the day over the firms that this person may see. Raises UserError for a day
    without lists in force."""
    return _made(user, as_of)[0]


def _made(user: User, as_of: datetime.date) -> tuple[Lists, Ledger, list[Instrument]]:
    law = in_force(_LAW, as_of)
    others = {name: in_force(name, as_of) for name in made.against([law])}
    if user.region is None:
        ledger, _ = ledger_of(Enterprise.objects.for_user(user))
    else:
        ledger, _ = ledger_over(user.region)
    found = made.lists(ledger, [law], as_of, others, ["培育库台账"])
    return found, ledger, [law, *others.values()]


def freeze(*, by: User, as_of: datetime.date) -> Frozen:
    """Keep the lists of the day as they are, with the facts and texts they came from. Raises
    UserError where the person looks after no region or no firm, Conflict where the very same
    lists are kept already."""
    if by.region is None:
        raise UserError("您没有辖区，不能冻结清单")
    found, ledger, laws = _made(by, as_of)
    if not len(ledger):
        raise UserError("辖区内还没有企业，没有清单可冻结")
    data = _file(
        lambda path: listfile.freeze(taken(ledger, laws, as_of, {}, ["培育库台账"]), found, path)
    )
    frozen = Frozen(
        as_of=as_of,
        region=by.region,
        by=by,
        digest=hashlib.sha256(data).hexdigest(),
        file=data,
        counts=[[roll.name, len(roll.on), len(roll.open)] for roll in found.rolls],
    )
    try:
        with transaction.atomic():
            frozen.save(force_insert=True)
            audit.record(by=by, action="冻结清单", of=frozen, new={"digest": frozen.digest})
    except IntegrityError:
        raise Conflict(f"{as_of} 的清单别人已经冻结过，一字不差，不必再冻结") from None
    return frozen


def reopened(frozen: Frozen) -> Lists:
    """The lists as they were frozen. Raises UserError for a file that was altered since."""
    data = bytes(frozen.file)
    if hashlib.sha256(data).hexdigest() != frozen.digest:
        raise UserError("冻结的清单文件被改动过，与登记的摘要不符；请告知审计管理员")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "清单.zip"
        path.write_bytes(data)
        return listfile.reopen(path)[1]


def workbook(found: Lists) -> bytes:
    """The lists as a workbook."""
    from denggao.documents.lists_workbook import write_workbook

    return _file(lambda path: write_workbook(path, found))


def ordered(user: User, parameters: dict[str, Any], target: Path, step: Any) -> int:
    """The lists of a day as a workbook, made in the background."""
    from denggao.documents.lists_workbook import write_workbook

    found = lists_of(user, datetime.date.fromisoformat(parameters["as_of"]))
    write_workbook(target, found)
    return sum(len(roll.on) + len(roll.open) for roll in found.rolls)


def _file(write: Callable[[Path], None]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        write(path)
        return path.read_bytes()
