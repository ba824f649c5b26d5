"""The database refuses to change or remove a statement or an audit row; who drops the guard is
found by ``verify``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from denggao.facts.catalogue import catalogue
from denggao.web import server
from denggao.web.accounts.models import User
from denggao.web.kit import appending
from denggao.web.ledger import actions
from denggao.web.ledger.models import Enterprise, Import, Statement
from denggao.web.ledger.values import Columns
from tests.web.books import book, row

COMMANDS = [
    "UPDATE ledger_statement SET number = 1",
    "UPDATE ledger_statement SET why = 'x' WHERE id = 1",
    "DELETE FROM ledger_statement",
    "UPDATE accounts_auditrow SET why = 'x'",
    "DELETE FROM accounts_auditrow WHERE seq = 1",
]


@pytest.fixture
def stated(clerk: User, make_firm: Callable[..., Enterprise]) -> Statement:
    """A correction with its audit row."""
    return actions.correct(
        by=clerk, enterprise=make_firm("模拟甲"), version=1, fact=catalogue()["staff"], year=2025,
        columns=Columns(number=50_000), source="corrected", why="核对",
    )  # fmt: skip


def run(command: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(command)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_database_refuses(stated: Statement, command: str) -> None:
    with pytest.raises(DatabaseError, match="only added"):
        run(command)
    assert Statement.objects.get(pk=stated.pk).number == 50_000
    assert server.verify("")[0] == []


@pytest.mark.parametrize("command", [c for c in COMMANDS if "DELETE FROM ledger" not in c])
def test_without_the_guard_it_would_go_through(stated: Statement, command: str) -> None:
    with appending.lifted(connection):
        run(command)
    with pytest.raises(DatabaseError, match="only added"):
        run("DELETE FROM ledger_statement")


def test_truncating_is_refused_too(stated: Statement) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite knows no TRUNCATE")
    run("SET CONSTRAINTS ALL IMMEDIATE")  # nothing of the transaction is pending any more
    with pytest.raises(DatabaseError, match="only added"):
        run("TRUNCATE ledger_statement CASCADE")


def test_an_import_goes_in_and_is_undone_all_the_same(
    bring: Callable[..., Import], clerk: User, tmp_path: Path
) -> None:
    source = bring(book(tmp_path / "甲.xlsx", [row(1, 100, 120, 30)]))
    assert source.state == Import.State.COMMITTED
    kept = Statement.objects.count()
    actions.undo(by=clerk, source=source, why="重复")
    assert Statement.objects.count() == kept > 0
    assert server.verify("")[0] == []


def test_who_drops_the_guard_is_found(bring: Callable[..., Import], tmp_path: Path) -> None:
    source = bring(book(tmp_path / "甲.xlsx", [row(1, 100, 120, 30)]))
    with appending.lifted(connection):
        run("UPDATE ledger_statement SET number = number + 1 WHERE number IS NOT NULL")
    assert any(source.file in fault for fault in server.verify("")[0])
