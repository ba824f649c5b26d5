"""Fifty clients approve one list, submit one application, answer for one department (T03)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.racing import KINDS, Office, clients_of, only_one_wins, person


@pytest.fixture(params=KINDS)
def office(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[Any]:
    with Office(tmp_path_factory.mktemp("race"), request.param) as made:
        yield made


def prepare() -> dict[str, Any]:
    """A list that waits, an application ready to be handed in, a firm asked about."""
    from django.utils import timezone

    from denggao.web.accounts.models import Unit
    from denggao.web.casework.actions import cases, reviews
    from denggao.web.casework.models import Opinion
    from tests.web.cases import add_batch, add_firms, complete, in_review, take

    clerk, leader, tax = (
        person("clerk", "clerk"),
        person("lead", "leader"),
        person("tax", "partner"),
    )
    tax.unit = Unit.objects.create(name="城关区税务局", region=tax.region)
    tax.save()
    batch = add_batch(clerk)
    firms = add_firms(clerk, 7)
    listed = in_review(clerk, batch, firms[:5])
    due = timezone.localdate() + datetime.timedelta(days=5)
    kept = reviews.send_out(by=clerk, batch=batch, cases=listed, due=due)
    for name in kept.review.questions:
        Opinion.objects.bulk_create(
            Opinion(case=c, review=kept, department=name, answer="是", by=clerk) for c in listed
        )
    made = reviews.propose(by=clerk, batch=batch, cases=listed)
    (ready,), _ = cases.register(by=clerk, batch=batch, firms=firms[5:6])
    take(clerk, ready, "prepare")
    complete(clerk, ready)
    ready.refresh_from_db()
    (asked,) = in_review(clerk, batch, firms[6:])
    reviews.send_out(by=clerk, batch=batch, cases=[asked], due=due)
    return {
        "clerks": clients_of(clerk), "leaders": clients_of(leader), "taxmen": clients_of(tax),
        "batch": batch.pk, "list": made.pk, "case": ready.pk, "version": ready.version,
        "asked": asked.pk,
    }  # fmt: skip


def found(told: dict[str, Any]) -> dict[str, Any]:
    """What the races have left."""
    from denggao.web.accounts import audit
    from denggao.web.accounts.models import AuditRow
    from denggao.web.casework.models import Case, CaseStep, Opinion

    return {
        "recommended": Case.objects.filter(state="recommended").count(),
        "steps": CaseStep.objects.filter(step="recommend").count(),
        "approved": AuditRow.objects.filter(action="审定推荐名单").count(),
        "submitted": CaseStep.objects.filter(case=told["case"], step="submit").count(),
        "opinions": Opinion.objects.filter(case=told["asked"]).count(),
        "faults": list(audit.faults()),
    }


def test_one_of_fifty_approves_submits_and_answers(office: Office) -> None:
    told = office.call(prepare)
    with office.serving() as server:
        approve = f"/recommendations/{told['list']}/approve/"
        only_one_wins(server.race(told["leaders"], approve, {"version": "1"}))
        submit = {"step": "submit", "version": str(told["version"])}
        only_one_wins(server.race(told["clerks"], f"/cases/{told['case']}/step/", submit))
        answer = {f"answer-{told['asked']}": "是", f"seen-{told['asked']}": "0"}
        answers = server.race(told["taxmen"], f"/batches/{told['batch']}/opinions/", answer)
        # whoever comes after the answer is there, and says the same, has nothing to change
        assert {a.status for a in answers} <= {302, 409}
        assert "Traceback" not in server.log()
    left = office.call(found, told)
    assert (left["recommended"], left["steps"], left["approved"]) == (5, 5, 1)
    assert (left["submitted"], left["opinions"]) == (1, 1)
    assert left["faults"] == []
