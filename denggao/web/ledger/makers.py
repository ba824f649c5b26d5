"""The large files of the ledger, as ``files`` has them made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.http import QueryDict

from denggao.facts.errors import UserError
from denggao.web.accounts.models import User
from denggao.web.ledger import exports, listing, search
from denggao.web.ledger.files import MAKERS, Step
from denggao.web.ledger.models import Import


def enterprises(user: User, parameters: dict[str, Any], target: Path, step: Step) -> int:
    """企业台账: all that the list's address asked for."""
    asked = search.Asked.of(QueryDict(parameters["query"]))
    found = search.enterprises(user, asked)
    rows = _told(listing.exported(found, asked.columns), step, found.count())
    return exports.write_list(target, "企业台账", listing.heads(asked.columns), rows)


def _told(rows: Iterable[Any], step: Step, total: int) -> Iterator[Any]:
    for done, row in enumerate(rows):
        if not done % 100:
            step(done, total)
        yield row


def marked(user: User, parameters: dict[str, Any], target: Path, step: Step) -> int:
    """标错工作簿"""
    return _of_import(user, parameters, target, exports.marked)


def own_workbook(user: User, parameters: dict[str, Any], target: Path, step: Step) -> int:
    """原表回写"""
    return _of_import(user, parameters, target, exports.own_workbook)


def _of_import(user: User, parameters: dict[str, Any], target: Path, write: exports.Writer) -> int:
    source = Import.objects.for_user(user).filter(pk=parameters["import"]).first()
    if source is None:
        raise UserError("这次导入已不在您的辖区里")
    write(source, target)
    return sum(source.counts.get(key, 0) for key in ("valid", "wrong"))


MAKERS |= {
    "ledger.list": enterprises,
    "ledger.marked": marked,
    "ledger.own_workbook": own_workbook,
}
