"""What tests of applications share: a batch, firms whose conditions hold, people of departments."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from denggao.diagnosis.calendar import end_of
from denggao.diagnosis.materials import materials
from denggao.web.accounts.models import Region, Unit, User
from denggao.web.casework.actions import batches, cases
from denggao.web.casework.models import Batch, Case
from denggao.web.ledger.models import Enterprise
from tests.web.books import code

TITLE = "高新技术企业"


def add_batch(user: User, days: int = 20, number: int = 1, **more: Any) -> Batch:
    """A batch whose last day is so many days from today; no law unless asked."""
    last = timezone.localdate() + datetime.timedelta(days=days)
    made = batches.add(
        by=user, region=user.region, title=TITLE, year=last.year, number=number,
        words=f"{last.month}月{last.day}日24时", deadline=end_of(last), basis="测试通知",
    )  # fmt: skip
    batches.describe(by=user, batch=made, version=1, values={"law": "", **more})
    return made


def add_firms(user: User, count: int, start: int = 1) -> list[Enterprise]:
    """Firms with right codes."""
    return [
        Enterprise.objects.create(
            name=f"模拟县第{n}号科技有限公司", uscc=code(n), region=user.region, made_by=user
        )
        for n in range(start, start + count)
    ]


def complete(user: User, case: Case) -> None:
    """All materials are there."""
    case.refresh_from_db()
    states = {item.code: ("ready", "") for item in materials(case.title)}
    cases.set_materials(by=user, case=case, version=case.version, states=states)


def take(user: User, case: Case, *codes: str, **told: Any) -> None:
    """Steps, one after the other."""
    for step in codes:
        case.refresh_from_db()
        cases.step(by=user, case=case, version=case.version, code=step, told=cases.Told(**told))


def in_review(user: User, batch: Batch, firms: Sequence[Enterprise]) -> list[Case]:
    """Applications that were handed in, complete."""
    made, refused = cases.register(by=user, batch=batch, firms=firms)
    assert refused == []
    for case in made:
        take(user, case, "prepare")
        complete(user, case)
        take(user, case, "submit")
    return made


def of_department(make_user: Any, name: str, region: str) -> User:
    """A person of 某局 who answers for a department."""
    user: User = make_user(f"p{name}", "partner", region=region)
    place = Region.objects.get(code=region)
    user.unit, _ = Unit.objects.get_or_create(name=f"{place.name}{name}局", region=place)
    user.save()
    return user
