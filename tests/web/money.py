"""Pay runs of the tests: lists of invented firms, brought to any state by the people they need."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from denggao.web.accounts.models import Region, Unit, User
from denggao.web.money import actions
from denggao.web.money.models import Run
from tests.web.books import code

OLD, NEW = datetime.date(2021, 6, 30), datetime.date(2024, 6, 30)
HEAD = "企业名称,统一社会信用代码,所在区县,批次,事项,事项日期"


def listed(rows: Iterable[Sequence[Any]], head: str = HEAD) -> bytes:
    """A list as .csv."""
    return "\n".join([head, *(",".join(map(str, row)) for row in rows)]).encode()


def event(number: int, kind: str = "首次认定", day: str = "2021-03-01", district: str = "城关区",
          batch: str = "第一批") -> list[Any]:  # fmt: skip
    """One firm and what happened to it."""
    name = f"模拟第{number}号科技有限公司"
    return [name, code(number), district, batch, kind, day]


def published_case() -> bytes:
    """309 首次认定 and 99 重新认定: 6675 万元 by the text of 2016."""
    first = [event(n) for n in range(309)]
    return listed(
        [
            *first,
            *(event(n, "重新认定", district="七里河区", batch="第二批") for n in range(309, 408)),
        ]
    )


class Office:
    """The people of one bureau: who computes, who reviews, who approves."""

    def __init__(self, region: str = "620102") -> None:
        place = Region.objects.get(code=region)
        unit, _ = Unit.objects.get_or_create(name=f"{place.name}科技局", region=place)
        self.clerk, self.head, self.leader = (
            User.objects.get_or_create(
                username=f"{role}-{region}",
                defaults={
                    "name": role, "unit": unit, "roles": [role], "must_change_password": False,
                },
            )[0]
            for role in ("clerk", "head", "leader")
        )  # fmt: skip

    def run(
        self, content: bytes, as_of: datetime.date = OLD, name: str = "兑现", **more: Any
    ) -> Run:
        """A run that is computed, or has failed."""
        run = actions.start(
            by=self.clerk, name=name, as_of=as_of, source="list", laws=more.pop("laws", []),
            list_name="名单.csv", content=content, **more,
        )  # fmt: skip
        if run.is_running:  # the job begins when a real transaction ends
            from denggao.web.money import tasks

            tasks.compute.func(run.pk)
        run.refresh_from_db()
        return run

    def published(self, run: Run, ago: int = 30) -> Run:
        """Reviewed, and put up so many days ago for five working days."""
        actions.review(by=self.head, run=run)
        on = timezone.localdate() - datetime.timedelta(days=ago)
        actions.publish(by=self.clerk, run=run, on=on, days=5, contact="高新科")
        return run

    def approved(self, content: bytes, **more: Any) -> Run:
        """As far as the approval."""
        run = self.published(self.run(content, **more))
        actions.approve(by=self.leader, run=run)
        return run

    def paid(self, content: bytes, **more: Any) -> Run:
        """Paid."""
        run = self.approved(content, **more)
        actions.pay(by=self.clerk, run=run, paid_on=timezone.localdate(), reference="凭证1")
        run.refresh_from_db()
        return run
