"""The large files of the department, as ``ledger.files`` has them made in the background."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from denggao.facts.errors import UserError
from denggao.web.accounts.models import User
from denggao.web.ledger.files import MAKERS, Step
from denggao.web.money import exports, publicity, queries
from denggao.web.money.models import Publication, Run


def workbook(user: User, parameters: dict[str, Any], target: Path, step: Step) -> int:
    """拨款明细表, 免申即享名单 or 全部结果 of a run"""
    return exports.workbook(target, _run(user, parameters), parameters["kind"], step)


def publication(user: User, parameters: dict[str, Any], target: Path, step: Step) -> int:
    """公示表"""
    published = Publication.objects.get(run=_run(user, parameters))
    target.write_bytes(publicity.printed(published, parameters["ending"]))
    return int(published.count)


def grants(user: User, parameters: dict[str, Any], target: Path, step: Step) -> int:
    """应付与付款: all that was asked for"""
    found = queries.grants(user, parameters["asked"])
    return exports.write_grants(target, found, step)


def missed(user: User, parameters: dict[str, Any], target: Path, step: Step) -> int:
    """应享未享 of a survey"""
    run = _run(user, parameters)
    return exports.missed(target, run, queries.missed(user, run), step)


def _run(user: User, parameters: dict[str, Any]) -> Run:
    run: Run | None = Run.objects.for_user(user).filter(pk=parameters["run"]).first()
    if run is None:
        raise UserError("这次测算已不在您的辖区里")
    return run


MAKERS |= {
    "money.run": workbook,
    "money.publication": publication,
    "money.grants": grants,
    "money.missed": missed,
}
