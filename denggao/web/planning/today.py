"""What waits of plans and targets; and how the goals stand, by the very figures of the board."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Max, Q
from django.urls import reverse

from denggao.web.accounts.models import User
from denggao.web.accounts.today import Line
from denggao.web.planning import figures, forecasting
from denggao.web.planning.models import PlanText, Revision

State = PlanText.State


def plans(user: User, on: datetime.date) -> Iterator[Line]:
    """Plans to be checked by whoever brought them, and what a second person puts in force."""
    others = Q(state=State.SUBMITTED) & ~Q(by=user) & ~Q(submitted_by=user)
    drafts = Q(state=State.DRAFT, by=user)
    told = PlanText.objects.for_user(user).aggregate(
        drafts=Count("pk", filter=drafts), draft=Max("pk", filter=drafts),
        submitted=Count("pk", filter=others), last=Max("pk", filter=others),
    )  # fmt: skip
    yield Line("计划文本待我核对", told["drafts"], "份", _plan(told["drafts"], told["draft"]))
    if not user.can("planning.approve"):
        return
    where = _plan(told["submitted"], told["last"])
    yield Line("计划文本等待审核下达", told["submitted"], "份", where)
    rows = Revision.objects.for_user(user).filter(state=Revision.State.PROPOSED, plan=None)
    waiting = rows.exclude(by=user).aggregate(count=Count("pk"), last=Max("pk"))
    where = reverse("planning:board-targets")
    if waiting["count"] == 1:
        where = reverse("planning:board-revision", args=[waiting["last"]])
    yield Line("目标分解等待审核下达", waiting["count"], "份", where)


def _plan(count: int, pk: int | None) -> str:
    one = count == 1
    return reverse("planning:board-plan", args=[pk]) if one else reverse("planning:board-plans")


def goals(user: User, on: datetime.date) -> dict[str, Any] | None:
    """One line for each goal that runs, with its last forecast; ``None`` where none does."""
    found = figures.standing(user, on)
    if found is None or not (found.lines or found.assigned):
        return None
    foreseen = forecasting.latest(line.goal for line in found.lines)
    rows = [(line, foreseen.get(line.goal.pk)) for line in found.lines]
    return {"rows": rows, "assigned": found.assigned, "region": found.region}
