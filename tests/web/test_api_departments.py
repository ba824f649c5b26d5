"""What the interface tells of the departments is what their pages show; what it changes goes
through the same actions."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from denggao.web.accounts.models import AuditRow, User
from denggao.web.api.money import wan
from denggao.web.casework.models import Batch, Case
from denggao.web.ledger.models import Enterprise
from denggao.web.money.models import Budget, Grant, Row, Run
from denggao.web.planning import figures
from denggao.web.planning.models import Forecast
from denggao.web.supervision.actions import reports
from denggao.web.supervision.models import Report, Task
from denggao.web.visits.models import Duty, Ticket, Visit
from tests.web.conftest import CHENGGUAN, QILIHE
from tests.web.test_api import Program
from tests.web.test_today import fill, goal
from tests.web.worlds import build

LISTS = (
    *("batches", "visits", "tickets", "pay-runs", "payments", "budgets", "targets", "plans"),
    *("tasks", "meetings", "reports"),
)


@pytest.fixture
def program(make_user: Callable[..., User]) -> Program:
    """Of somebody who may see and do all of it."""
    return Program(make_user("head", "head"))


@pytest.fixture
def filled(make_user: Callable[..., User]) -> User:
    """Three firms with something of everything; the person who has entered it."""
    maker = make_user("maker", "clerk")
    fill(maker, CHENGGUAN, 0, 3)
    return maker


# --- what is read --------------------------------------------------------------------------------


def test_lists_have_the_totals_of_the_pages(
    filled: User, program: Program, everybody: dict[str, User], sign_in: Callable[..., Client]
) -> None:
    fill(filled, QILIHE, 0, 2)
    client = sign_in(everybody["head"])
    pages = {
        "visits": "visits:visits", "tickets": "visits:visit-tickets", "pay-runs": "money:runs",
        "payments": "money:run-payments", "tasks": "supervision:tasks",
        "meetings": "supervision:tasks-meetings", "reports": "supervision:reports",
    }  # fmt: skip
    for name, page in pages.items():
        told = program.get(name)
        assert told["total"] == client.get(reverse(page)).context["page"].total, name
        assert told["total"] == len(told["rows"]) <= 9
    for query in ({"mark": "late"}, {"mark": "soon"}, {"state": "done"}):
        shown = client.get(reverse("visits:visit-tickets"), query).context["page"]
        assert program.get("tickets", **query)["total"] == shown.total == 3
    for view in ("late", "soon", "open"):
        shown = client.get(reverse("supervision:tasks"), {"view": view}).context["page"]
        assert program.get("tasks", view=view)["total"] == shown.total > 0


def more_money(first: int, count: int) -> None:
    """So many debts and budgets more, like those that are there."""
    for n in range(first, first + count):
        row, grant, budget = (
            Row.objects.get(number=1),
            Grant.objects.first(),
            Budget.objects.first(),
        )
        assert grant is not None
        assert budget is not None
        row.pk, row.number = None, n
        row.save()
        grant.pk, grant.row, grant.ref = None, row, f"{n}"
        grant.save()
        budget.pk, budget.year = None, 2000 + n
        budget.save()


def test_lists_ask_the_same_number_of_questions(
    program: Program, make_user: Callable[..., User]
) -> None:
    filled = make_user("maker", "clerk")
    build(CHENGGUAN, "标记", filled)
    fill(filled, CHENGGUAN, 1, 3)
    more_money(10, 2)

    def counted() -> dict[str, int]:
        found = {}
        batch = Batch.objects.filter(year=timezone.localdate().year).latest("pk").pk
        for name in (*LISTS, f"batches/{batch}/cases"):
            program.get(name)
            with CaptureQueriesContext(connection) as captured:
                program.get(name)
            found[name] = len(captured)
        return found

    few = counted()
    fill(filled, CHENGGUAN, 10, 8)
    more_money(20, 8)
    assert counted() == few
    assert max(few.values()) <= 12, few


def test_batches_and_applications(filled: User, program: Program) -> None:
    year = timezone.localdate().year
    (row,) = program.get("batches", year=year)["rows"]
    assert (row["firms"], row["filed"], row["open"]) == (3, 2, 1)
    assert program.get("batches", year=1999)["total"] == 0
    batch = program.get(f"batches/{row['id']}")
    stages = {stage["code"]: stage["count"] for stage in batch["stages"]}
    assert (stages["review"], stages["coaching"], sum(stages.values())) == (2, 1, 3)
    where = f"batches/{row['id']}/cases"
    assert program.get(where)["total"] == 3
    (case,) = program.get(where, stage="coaching")["rows"]
    assert case["stage"] == {"code": "coaching", "name": "辅导"}
    assert case["deadline"] == row["deadline"]
    assert not case["ready"]
    whole = program.get(f"cases/{case['id']}")
    assert {m["state"] for m in whole["materials"]} == {"missing"}
    assert whole.items() >= case.items()
    program.get(where, 422, stage="nowhere")
    Case.objects.filter(pk=case["id"]).update(open_rules=[["HNTE-C4", "科技人员占比", "fail"]])
    told = program.get(f"cases/{case['id']}")["open_rules"]
    assert told == [{"id": "HNTE-C4", "name": "科技人员占比", "truth": "fail"}]


def test_the_board_is_that_of_the_page(filled: User, program: Program) -> None:
    made, on = goal(filled, 5), timezone.localdate()
    Forecast.objects.create(
        goal=made, as_of=on, target=5, state="done", seen=1, by=filled,
        result={"probability": 0.25, "median": 4, "low": 2, "high": 6},
    )  # fmt: skip
    found = figures.standing(User.objects.get(username="head"), on)
    assert found is not None
    told = program.get("board")
    (line,) = told["lines"]
    whole = found.lines[0].whole
    assert (line["whole"]["target"], line["whole"]["done"], line["whole"]["gap"]) == ("5", 3, "2")
    assert line["whole"]["pace"] == whole.pace_text
    assert line["forecast"]["probability"] == 0.25
    assert [t["figures"][0]["done"] for t in told["tiers"]] == [
        tier.figures[0].done for tier in found.tiers
    ]
    one = program.get(f"targets/{made.pk}")
    assert one["line"] == line
    assert [(q["value"], q["state"]) for q in one["quotas"]] == [("5", "adopted")]
    assert program.get("board", on="2020-01-01")["lines"] == []


def test_money_is_exact(filled: User, program: Program) -> None:
    assert [wan(fen) for fen in (0, 1, 100, 2_000_000_00, -150, None)] == [
        *("0", "0.000001", "0.0001", "200", "-0.00015", None)
    ]
    run = Run.objects.first()
    assert run is not None
    for number, (fen, status) in enumerate([(20_000_000, "发放"), (1, "发放"), (7, "待定")], 1):
        run.rows.create(
            number=number, name=f"甲{number}", district="城关区", batch="", event="", status=status,
            fen=fen, scheme="某办法", levels={"区": fen},
        )  # fmt: skip
    told = program.get(f"pay-runs/{run.pk}")
    assert (told["rows"], told["amount"]) == (2, "20.000001")
    assert [(s["by"], [p["amount"] for p in s["parts"]]) for s in told["sums"]] == [
        (by, ["20.000001"]) for by in ("级次", "区县", "批次", "办法")
    ]
    rows = program.get(f"pay-runs/{run.pk}/rows?status=待定")["rows"]
    assert [(row["name"], row["amount"]) for row in rows] == [("甲3", "0.000007")]
    Budget.objects.create(
        region_id=CHENGGUAN, scheme="某办法", year=2026, level="区", fen=50_000_000, by=filled
    )
    (budget,) = program.get("budgets")["rows"]
    assert (budget["amount"], budget["used"], budget["left"]) == ("50", "0", "50")


def test_a_report_is_told_as_it_was_frozen(filled: User, program: Program) -> None:
    Report.objects.all().delete()
    kept = reports.compile_report(by=filled, as_of=timezone.localdate())
    told = program.get(f"reports/{kept.pk}")
    assert (told["sha256"], told["state"]["code"]) == (kept.digest, "compiled")
    lines = {line["id"]: line for line in told["lines"]}
    assert [[i, lines[i]["total"], lines[i]["change"]] for i, _, _ in kept.shown] == kept.shown
    assert all(line["total"] == sum(line["now"].values()) for line in lines.values())


# --- what is changed -----------------------------------------------------------------------------


def test_a_visit_is_recorded_once(filled: User, program: Program) -> None:
    firm, on = Enterprise.objects.first(), timezone.localdate()
    assert firm is not None
    where, token = f"enterprises/{firm.pk}/visits", str(uuid.uuid4())
    told = {
        "on": str(on),
        "visitors": "甲、乙",
        "token": token,
        "topic": "科技金融",
        "situation": "缺周转资金",
    }
    first = program.post(where, 201, **told)
    assert program.post(where, 201, **told)["id"] == first["id"]
    assert Visit.objects.count() == 1
    assert AuditRow.objects.filter(action="记走访").count() == 1
    program.post(where, 201, on=str(on), visitors="丙", situation="稳")
    assert [row["visitors"] for row in program.get("visits")["rows"]] == ["丙", "甲、乙"]
    late = program.post(
        where, 422, on=str(on.replace(year=on.year + 1)), visitors="丙", situation="稳"
    )
    assert late["fields"][0]["field"] == "on"
    assert (
        "没有设第 2 项"
        in program.post(where, 422, on=str(on), visitors="丙", situation="稳", duty=2)["message"]
    )
    Duty.objects.create(region_id=CHENGGUAN, number=2, name="规上企业必访", every="year")
    assert (
        program.post(where, 201, on=str(on), visitors="丙", situation="稳", duty=2)["duty"]
        == "规上企业必访"
    )
    assert program.get(f"visits/{first['id']}")["situation"] == "缺周转资金"


def test_a_request_is_received_and_its_clock_runs(filled: User, program: Program) -> None:
    firm = Enterprise.objects.first()
    assert firm is not None
    before = Ticket.objects.count()
    made = program.post(f"enterprises/{firm.pk}/tickets", 201, text="缺厂房", kind="营商环境")
    assert made["number"].startswith("SQ")
    assert (made["state"]["code"], made["late"], made["chase"]) == ("received", False, 0)
    assert Ticket.objects.count() == before + 1
    told = program.get(f"tickets/{made['id']}")
    assert [(step["move"], step["note"]) for step in told["steps"]] == [("receive", "缺厂房")]
    program.post(f"enterprises/{firm.pk}/tickets", 422, text="缺厂房", kind="没有这一类")
    program.post(f"enterprises/{firm.pk}/tickets", 422, text=" ")


def test_progress_needs_the_version_and_a_reason(filled: User, program: Program) -> None:
    task = Task.objects.first()
    assert task is not None
    where = f"tasks/{task.pk}/progress"
    told = {"text": "已开工", "state": "running", "version": 1}
    assert program.post(where, 201, **told)["version"] == 2
    assert program.post(where, 409, **told)["code"] == "conflict"
    stuck = program.post(where, 422, text="停了", state="stuck", version=2)
    assert stuck["fields"][0]["field"] == "reason"
    done = program.post(where, 201, text="办完", state="done", version=2)
    assert (done["state"]["code"], done["days_late"]) == ("done", 0)
    found = program.get(f"tasks/{task.pk}")["progress"]
    assert [(n["text"], n["before"], n["after"]) for n in found] == [
        ("办完", "running", "done"),
        ("已开工", "waiting", "running"),
    ]


def test_who_may_not(
    filled: User, make_user: Callable[..., User], program: Program, everybody: dict[str, User]
) -> None:
    partner, leader = Program(everybody["partner"]), Program(everybody["leader"])
    assert partner.get("batches")["total"] == 1
    for name in ("tasks", "board", "pay-runs", "budgets", "reports"):
        partner.get(name, 403)
    firm: Any = Enterprise.objects.first()
    leader.post(f"enterprises/{firm.pk}/tickets", 403, text="缺厂房")
    other = Program(make_user("other", "head", region=QILIHE))
    assert {name: other.get(name)["total"] for name in LISTS} == dict.fromkeys(LISTS, 0)
    other.post(f"enterprises/{firm.pk}/tickets", 404, text="缺厂房")
    other.get(f"cases/{Case.objects.latest('pk').pk}", 404)
