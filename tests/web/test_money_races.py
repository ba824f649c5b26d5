"""Fifty clients pay and approve the same, over both databases (T03); kill -9 in a pay run (T02)."""

from __future__ import annotations

import datetime
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tests.web.homes import migrated
from tests.web.racing import KINDS, Office, clients_of, only_one_wins
from tests.web.test_processes import run as process

#: Twenty before a release: DENGGAO_RACES=20.
ROUNDS = int(os.environ.get("DENGGAO_RACES", "1"))
KILLS, EVENTS = 10, 500


@pytest.fixture(scope="module", params=KINDS)
def office(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    with Office(tmp_path_factory.mktemp("money"), request.param) as made:
        yield made


def prepare() -> dict[str, Any]:
    """Runs before each step, a payment, a voucher, and fifty clients of each person."""
    from denggao.web.ledger.models import Enterprise
    from denggao.web.money import vouchers
    from denggao.web.money.models import Payment
    from tests.web import money
    from tests.web.books import code

    people, told = money.Office(), []
    for number in range(ROUNDS):
        ten = [money.event(100 * number + n) for n in range(1, 11)]
        review = people.run(money.listed(ten), name=f"甲{number}")
        # two runs of the same event: only one of them may be approved
        twins = [money.listed([ten[0], money.event(100 * number + n)]) for n in (20, 30)]
        approve = [people.published(people.run(twin, name="双")) for twin in twins]
        owed = people.approved(money.listed([money.event(100 * number + n) for n in range(40, 50)]))
        people.paid(money.listed([money.event(100 * number + 60)]), name="已付")
        payment = Payment.objects.order_by("-pk")[0]
        firm = Enterprise.objects.create(
            name=f"模拟{number}公司", uscc=code(9000 + number), region=people.clerk.region,
            made_by=people.clerk,
        )  # fmt: skip
        voucher = vouchers.apply(
            by=people.clerk, enterprise=firm, number=f"券{number}", face=100,
            issued_on=datetime.date(2021, 1, 1), valid_to=None,
        )  # fmt: skip
        told.append({
            "review": review.pk, "approve": [r.pk for r in approve], "pay": owed.pk,
            "payment": payment.pk, "voucher": voucher.pk,
        })  # fmt: skip
    named = ("clerk", "head", "leader")
    return {"rounds": told, **{n: clients_of(getattr(people, n)) for n in named}}


def left(told: dict[str, Any]) -> dict[str, Any]:
    """What the races have left in the database."""
    from django.db.models import Count, Max

    from denggao.web.accounts import audit
    from denggao.web.accounts.models import AuditRow
    from denggao.web.money.models import Grant, PayBatch, Payment, Run

    rows = AuditRow.objects.values_list("action").annotate(count=Count("pk")).order_by()
    same = ("holder", "scheme", "award", "year", "stage", "ref", "again")
    paid = Payment.objects.filter(fen__gt=0).values("grant").annotate(count=Count("pk"))
    twins = [pk for one in told["rounds"] for pk in one["approve"]]
    raced = [one["pay"] for one in told["rounds"]]
    owed = Grant.objects.values(*same).annotate(count=Count("pk"))
    return {
        "audit": dict(rows), "batches": PayBatch.objects.count(),
        "paid": sum(Payment.objects.filter(batch__run__in=raced).values_list("fen", flat=True)),
        "most": paid.order_by().aggregate(most=Max("count"))["most"],
        "granted": owed.order_by("-count")[0]["count"],
        "twins": sorted(Run.objects.filter(pk__in=twins).values_list("state", flat=True)),
        "back": Payment.objects.filter(fen__lt=0).count(), "faults": list(audit.faults()),
    }  # fmt: skip


def test_one_of_fifty_wins(office: Office) -> None:
    told = office.call(prepare)
    today = timezone.localdate().isoformat()
    with office.serving() as server:
        for one in told["rounds"]:
            only_one_wins(server.race(told["head"], f"/money/runs/{one['review']}/review/", {}))
            first, second = one["approve"]
            only_one_wins(server.race(told["leader"], f"/money/runs/{first}/approve/", {}))
            late = server.race(told["leader"], f"/money/runs/{second}/approve/", {})
            assert {a.status for a in late} == {409}, "the same event must not be owed twice"
            forms = [
                {"paid_on": today, "reference": f"凭证{client}"}  # each has a voucher of its own
                for client in range(len(told["clerk"]))
            ]
            pay = f"/money/runs/{one['pay']}/pay/"
            only_one_wins(server.race(told["clerk"], pay, forms.__getitem__))
            back = {"on": today, "reference": "退", "why": "撤销"}
            reverse = f"/money/payments/{one['payment']}/reverse/"
            only_one_wins(server.race(told["clerk"], reverse, back))
            step = f"/money/vouchers/{one['voucher']}/contract/"
            contract = {
                "contract-provider": "某院",
                "contract-contract": "合",
                "contract-contract_fen": "1",
            }
            only_one_wins(server.race(told["clerk"], step, contract))
            fresh = {"name": "同一份", "as_of": "2021-06-30", "source": "paste",
                     "text": f"企业名称,事项\n第{one['pay']}家公司,首次认定"}  # fmt: skip
            only_one_wins(server.race(told["clerk"], "/money/runs/new/", fresh))
        assert "Traceback" not in server.log()
    found = office.call(left, told)
    assert found["paid"] == ROUNDS * 10 * 20_000_000
    assert (found["most"], found["granted"], found["back"]) == (1, 1, ROUNDS)
    assert found["batches"] == 2 * ROUNDS  # the race's, and that of the payment claimed back
    assert found["twins"] == ["approved"] * ROUNDS + ["published"] * ROUNDS
    assert found["audit"]["追回奖补"] == found["audit"]["创新券登记合同"] == ROUNDS
    assert found["faults"] == []


# --- kill -9 ----------------------------------------------------------------------------------

_PREPARE = """
import sys
from denggao.web import server, start
start()
server.migrate()
from tests.web.money import Office, event, listed
office, rows = Office(), [event(n) for n in range(int(sys.argv[1]))]
from denggao.web.money import actions, tasks
from denggao.web.money.models import Run
approved = office.approved(listed(rows))
waiting = actions.start(by=office.clerk, name="待算", as_of=approved.as_of, source="list", laws=[],
    list_name="名单.csv", content=listed([event(10000 + n) for n in range(int(sys.argv[1]))]))
print(approved.pk, waiting.pk, waiting.state)
"""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A home with a run that is approved, and one that waits to be computed."""
    home = tmp_path_factory.mktemp("killed")
    made = process(migrated(home), "-c", _PREPARE, str(EVENTS))
    assert made.returncode == 0, made.stderr
    approved, waiting, state = made.stdout.split()
    assert state == "computing"
    return home, approved, waiting


@pytest.mark.skipif(not hasattr(os, "fork"), reason="children are forked")
@pytest.mark.parametrize("job", ["compute", "pay"])
def test_kill_minus_nine_leaves_all_or_nothing(
    prepared: tuple[Path, str, str], tmp_path: Path, job: str
) -> None:
    kept, approved, waiting = prepared
    home = tmp_path / "home"
    shutil.copytree(kept, home)
    which = waiting if job == "compute" else approved
    done = process(home, "-m", "tests.web.killing_money", str(home), job, which, str(KILLS))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["whole"] == 0
    complete, nothing = told["complete"], told["nothing"]
    assert complete != nothing
    for kill in told["kills"]:
        assert kill["found"] in (complete, nothing), "a part was left"
        assert (kill["again"], kill["then"]) == (0, complete)
    undone = sum(kill["found"] == nothing for kill in told["kills"])
    assert KILLS // 5 <= undone <= KILLS - KILLS // 10, "the kills fell all on one side"
