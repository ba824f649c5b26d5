"""What waits of money: runs for a second person, payments, vouchers."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from django.db.models import Count, Exists, Max, OuterRef, Q
from django.urls import reverse

from denggao.web.accounts.models import User
from denggao.web.accounts.today import LATE, SOON, Line
from denggao.web.money import queries
from denggao.web.money.models import Objection, Run, Voucher

State, VState = Run.State, Voucher.State


def runs(user: User, on: datetime.date) -> Iterator[Line]:
    """Runs that wait for a step which this person may take; the notice must be over before an
    approval."""
    over = Q(state=State.PUBLISHED, publication__until__lt=on)
    objections = Objection.objects.filter(run=OuterRef("pk"), outcome=Objection.Outcome.OPEN)
    asked = {
        "object": ("公示有异议待处理", "money.run", Q(Exists(objections)), SOON),
        "review": ("测算等待复核", "money.run", Q(state=State.COMPUTED) & ~Q(by=user), ""),
        "publish": ("已复核，等待公示", "money.run", Q(state=State.REVIEWED), ""),
        "approve": ("公示期满，等待审定", "money.approve", over & ~Q(by=user), SOON),
        "failed": ("我的测算没有算成", "money.run", Q(state=State.FAILED, by=user), LATE),
    }
    told = Run.objects.for_user(user).aggregate(
        **{key: Count("pk", filter=which) for key, (_, _, which, _) in asked.items()},
        **{f"{key}_pk": Max("pk", filter=which) for key, (_, _, which, _) in asked.items()},
    )
    states = {
        "object": "published", "review": "computed", "publish": "reviewed", "approve": "published",
    }  # fmt: skip
    for key, (words, permission, _, tone) in asked.items():
        if user.can(permission):
            where = f"{reverse('money:runs')}?state={states.get(key, key)}"
            if told[key] == 1:
                where = reverse("money:run", args=[told[f"{key}_pk"]])
            yield Line(words, told[key], "次", where, tone)


def payments(user: User, on: datetime.date) -> Iterator[Line]:
    """What is granted and may be paid."""
    due = queries.grants(user, {"state": "due", "text": ""}).order_by().count()
    where = f"{reverse('money:run-payments')}?state=due"
    yield Line("已审定，等待拨付", due, "笔", where)


def vouchers(user: User, on: datetime.date) -> Iterator[Line]:
    """Vouchers that wait for somebody who did not enter them."""
    others = Voucher.objects.for_user(user).exclude(by=user)
    over = Q(state=VState.PUBLISHED, published_until__lt=on)
    told = others.aggregate(
        review=Count("pk", filter=Q(state=VState.PROVEN)), pay=Count("pk", filter=over)
    )
    where = reverse("money:run-vouchers")
    yield Line("创新券等待审核", told["review"], "张", f"{where}?state=proven")
    yield Line("创新券公示期满，等待兑付", told["pay"], "张", f"{where}?state=published")
