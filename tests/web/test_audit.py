"""The audit chain: whatever is altered in the database behind it is found and named."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from denggao.web.accounts import actions, audit
from denggao.web.accounts.models import AuditRow, Region, Unit, User
from denggao.web.kit import appending


@pytest.fixture
def chain(clerk: User) -> list[AuditRow]:
    """Six rows."""
    for number in range(6):
        with transaction.atomic():
            audit.record(
                by=clerk, action="更正填报", of=clerk, old=number, new={"数": "壹"}, why="核"
            )
    return list(AuditRow.objects.order_by("seq"))


def alter(sql: str) -> None:
    """By somebody who can drop the guard of the table."""
    with appending.lifted(connection), connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_whole_chain_has_no_fault(chain: list[AuditRow]) -> None:
    assert len(chain) == 6
    assert list(audit.faults()) == []
    assert list(audit.faults(anchor=audit.head())) == []


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ('UPDATE accounts_auditrow SET new = \'{"数": "贰"}\' WHERE seq = 3', "第 3 条被改过"),
        ("UPDATE accounts_auditrow SET at = '2020-01-01 00:00:00' WHERE seq = 2", "第 2 条被改过"),
        ("UPDATE accounts_auditrow SET why = '' WHERE seq = 6", "第 6 条被改过"),
        ("DELETE FROM accounts_auditrow WHERE seq = 4", "第 4 条不见了"),
        ("DELETE FROM accounts_auditrow WHERE seq IN (1, 2)", "第 1–2 条不见了"),
        (
            "UPDATE accounts_auditrow SET user_name = 'x', digest = 'y' WHERE seq = 5",
            "第 5 条被改过",
        ),
    ],
    ids=["value", "time", "last", "removed", "first two removed", "with its digest"],
)
def test_an_alteration_by_sql_is_named(chain: list[AuditRow], sql: str, named: str) -> None:
    alter(sql)
    assert any(named in fault for fault in audit.faults())


def test_a_swap_is_named(chain: list[AuditRow]) -> None:
    alter("UPDATE accounts_auditrow SET seq = 100 WHERE seq = 2")
    alter("UPDATE accounts_auditrow SET seq = 2 WHERE seq = 3")
    alter("UPDATE accounts_auditrow SET seq = 3 WHERE seq = 100")
    found = list(audit.faults())
    assert any("第 2 条" in fault for fault in found)
    assert any("第 3 条" in fault for fault in found)


def test_only_the_anchor_finds_what_was_cut_off(chain: list[AuditRow]) -> None:
    anchor = audit.head()
    alter("DELETE FROM accounts_auditrow WHERE seq > 4")
    assert list(audit.faults()) == []
    assert any("链尾被截断" in fault for fault in audit.faults(anchor))


def test_only_the_anchor_finds_a_rewritten_chain(chain: list[AuditRow]) -> None:
    anchor, previous = audit.head(), audit.START
    with appending.lifted(connection):
        for row in AuditRow.objects.order_by("seq"):
            row.why, row.previous = "另一套说法", previous
            previous = row.digest = audit.digest_of(row)
            row.save()
    assert list(audit.faults()) == []
    assert any("整条链被重写" in fault for fault in audit.faults(anchor))


def test_no_row_outside_a_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "connection", SimpleNamespace(in_atomic_block=False))
    with pytest.raises(transaction.TransactionManagementError):
        audit.record(by=None, action="登录")


def test_no_change_without_its_row(clerk: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(audit, "record", broken)
    before = Unit.objects.count()
    with pytest.raises(OSError, match="disk full"):
        actions.save_unit(
            by=clerk, name="新科室", kind="department", region=Region.objects.get(code="620102")
        )
    assert Unit.objects.count() == before


def test_the_page_names_the_altered_row(
    chain: list[AuditRow], make_user: Callable[..., User], sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(make_user("auditor", "audit"))
    page = reverse("accounts:audit-check")
    assert "审计链完整" in client.post(page).content.decode()
    alter("UPDATE accounts_auditrow SET why = '改' WHERE seq = 3")
    assert "审计第 3 条被改过" in client.post(page).content.decode()
