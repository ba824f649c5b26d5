"""Fifty clients on one record, on the server as it is run, over both databases (T03)."""

from __future__ import annotations

import datetime
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.web.books import book, row
from tests.web.racing import CLIENTS, KINDS, Office, clients_of, only_one_wins, person
from tests.web.test_own_laws import TEXT

#: Twenty before a release: DENGGAO_RACES=20.
ROUNDS = int(os.environ.get("DENGGAO_RACES", "1"))
#: Each client makes its lists before it is refused, which is dear: fifteen do so every day, all
#: before a release and with --hypothesis-profile=thorough.
FREEZING = CLIENTS if ROUNDS > 1 or settings.default.max_examples > 100 else 15


@pytest.fixture(scope="module", params=KINDS)
def office(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    with Office(tmp_path_factory.mktemp("race"), request.param) as made:
        yield made


def prepare(folder: str) -> dict[str, Any]:
    """A firm, imports that wait and imports that are written, drafts, and fifty clients."""
    from denggao.web.assessments.models import OwnLaw
    from denggao.web.ledger import actions, importing
    from denggao.web.ledger.models import Enterprise

    head, other = person("head", "head"), person("other", "clerk")
    waiting, written, drafts = [], [], []
    for number in range(2 * ROUNDS):
        path = book(
            Path(folder) / f"{number}.xlsx", [row(10 * number + n, n, 9, 5) for n in (1, 2)]
        )
        source = actions.bring(
            by=other, name=path.name, chunks=[path.read_bytes()], region=other.region,
            mode="upsert", source="ledger", as_of=datetime.date(2026, 6, 30),
        )  # fmt: skip
        importing.check(source.pk)
        source.refresh_from_db()
        if number % 2:
            actions.confirm(by=other, source=source, without_wrong=False)
            importing.commit(source.pk)
            written.append(source.pk)
        else:
            waiting.append(source.pk)
    for number in range(ROUNDS):
        text = TEXT.replace("20人", f"{20 + number}人").replace(" 20 ", f" {20 + number} ")
        made = OwnLaw.objects.create(
            short="培育库入库", text=text, digest=hashlib.sha256(text.encode()).hexdigest(),
            region=head.region, by=other,
        )  # fmt: skip
        drafts.append(made.pk)
    firm = Enterprise.objects.create(name="模拟甲公司", region=head.region, made_by=head)
    return {
        "clients": clients_of(head), "firm": firm.pk, "waiting": waiting, "written": written,
        "drafts": drafts,
    }  # fmt: skip


def found(told: dict[str, Any]) -> dict[str, Any]:
    """What the races have left in the database."""
    from django.db.models import Count

    from denggao.web.accounts import audit
    from denggao.web.accounts.models import AuditRow
    from denggao.web.assessments.models import Frozen, OwnLaw
    from denggao.web.ledger.models import Enterprise, Import

    rows = AuditRow.objects.values_list("action").annotate(count=Count("pk")).order_by()
    firm = Enterprise.objects.get(pk=told["firm"])
    return {
        "version": firm.version, "former": firm.former_names.count(), "audit": dict(rows),
        "states": sorted(Import.objects.values_list("state", flat=True)),
        "adopted": OwnLaw.objects.filter(state="adopted").count(),
        "frozen": Frozen.objects.count(), "faults": list(audit.faults()),
    }  # fmt: skip


def test_one_of_fifty_wins(office: Office, tmp_path: Path) -> None:
    told = office.call(prepare, str(tmp_path))
    clients = told["clients"]
    with office.serving() as server:
        # one round is dear enough; and before the others, whose jobs would change what the lists
        # say meanwhile
        freezing = clients[:FREEZING]
        only_one_wins(server.race(freezing, "/lists/freeze/", {"as_of": "2026-07-01"}))
        for number in range(ROUNDS):
            edit = {"region": "620102", "why": "更名", "seen": number + 1}
            name = f"第{{}}人在第{number}轮改的公司"
            forms = [{**edit, "name": name.format(client)} for client in range(len(clients))]
            page = f"/enterprises/{told['firm']}/edit/"
            only_one_wins(server.race(clients, page, forms.__getitem__))
            only_one_wins(server.race(clients, f"/imports/{told['waiting'][number]}/confirm/", {}))
            undo = f"/imports/{told['written'][number]}/undo/"
            only_one_wins(server.race(clients, undo, {"why": "重复"}))
            adopt = f"/laws/own/{told['drafts'][number]}/decide/"
            only_one_wins(server.race(clients, adopt, {"adopt": "1"}))
        assert server.ask(clients[0], f"/enterprises/{told['firm']}/").status == 200
        assert "Traceback" not in server.log()
    left = office.call(found, told)
    assert left["version"] == 1 + ROUNDS
    assert left["former"] == ROUNDS
    assert left["adopted"] == ROUNDS
    assert left["states"].count("undone") == ROUNDS
    assert left["frozen"] == left["audit"]["冻结清单"] == 1
    once = ("变更企业", "撤销导入", "启用规范")
    assert [left["audit"][action] for action in once] == [ROUNDS] * len(once)
    assert left["audit"]["确认导入"] == 2 * ROUNDS
    assert left["faults"] == []


def prepare_naive() -> list[str]:
    return clients_of(person("naive", "clerk"))


def count_naive(names: list[str]) -> list[int]:
    from denggao.web.ledger.models import SavedView

    return [SavedView.objects.filter(query=name).count() for name in names]


def test_the_race_catches_a_view_that_checks_and_then_writes(office: Office) -> None:
    clients = office.call(prepare_naive)
    names = [f"第{number}轮" for number in range(4)]
    with office.serving("tests.web.naive_settings") as server:
        answers = [server.race(clients, "/naive/", {"name": name}) for name in names]
    written = office.call(count_naive, names)
    assert 2 * sum(count > 1 for count in written) >= len(names)
    with pytest.raises(AssertionError):
        only_one_wins([answer for some in answers for answer in some])
