"""Pay runs, what is owed and paid, and budgets, as a program sees them."""

from __future__ import annotations

import datetime

from ninja import Field, Schema

from denggao.web.api.endpoints import Named, Paged, choice
from denggao.web.money.models import Run

_WAN = "万元，精确的十进制数"
_STATUSES = ("发放", "追回", "待定", "未到期", "不予发放", "征求意见稿", "left_out")


class PayRunRow(Schema):
    """A pay run: schemes × events × day."""

    id: int
    name: str
    region: Named
    as_of: datetime.date = Field(description="兑付日")
    source: Named = Field(description="事项来自哪里")
    state: Named
    laws: list[str] = Field(description="办法的简称；空为辖区里有效的全部")
    by: str
    at: datetime.datetime
    reviewed_by: str | None
    approved_by: str | None


class PayRuns(Paged):
    """A page of runs, the latest first."""

    rows: list[PayRunRow]


class PayRunsAsked(Schema):
    """Which runs."""

    state: str = choice(["", *Run.State.values], "", "走到哪一步")


class PartSum(Schema):
    """A part of what a run moves."""

    name: str
    rows: int
    amount: str = Field(description=_WAN)


class SumsBy(Schema):
    """What a run moves, by one thing; the parts add up to the whole."""

    by: str
    parts: list[PartSum]


class PayRunFull(PayRunRow):
    """A run with its sums, and the versions of the schemes."""

    rows: int = Field(description="发放和追回几笔")
    amount: str = Field(description=_WAN)
    sums: list[SumsBy]
    versions: list[str]
    published_until: datetime.date | None
    message: str


class PayRowRow(Schema):
    """What a run said of one event under one award."""

    id: int
    number: int
    part: int
    enterprise: int | None
    code: str
    name: str
    district: str
    event: str
    title: str
    day: datetime.date | None
    scheme: str
    award: str
    cite: str = Field(description="依据")
    status: str
    amount: str = Field(description=_WAN)
    least: str = Field(description=f"待定的最少，{_WAN}")
    most: str | None = Field(description=f"待定的最多，{_WAN}；空为没有上限")
    rate: str
    why: str
    left_out: str = Field(description="因异议不发的理由")


class PayRows(Paged):
    """A page of a run's rows."""

    rows: list[PayRowRow]


class PayRowsAsked(Schema):
    """Which rows."""

    status: str = choice(["", *_STATUSES], "", "结论；left_out 为因异议不发的")
    district: str = Field("", max_length=60)
    text: str = Field("", max_length=120, description="名称或代码")


class PaymentRow(Schema):
    """Money that moved; below nought it came back."""

    id: int
    amount: str = Field(description=_WAN)
    paid_on: datetime.date
    reference: str
    reverses: int | None
    why: str


class Owed(Schema):
    """What an approved run owes, with its payments."""

    id: int
    run: int
    enterprise: int | None
    name: str
    holder: str
    scheme: str
    award: str
    event: str
    day: datetime.date | None
    amount: str = Field(description=_WAN)
    budget_year: int
    waits: str = Field(description="为什么待拨；空为可以拨付")
    payments: list[PaymentRow]


class Payments(Paged):
    """A page of what is owed, the longest waiting first."""

    rows: list[Owed]


class PaymentsAsked(Schema):
    """Which of it."""

    state: str = choice(["", "due", "waits", "paid", "back"], "", "应付、待拨、已付、追回")
    text: str = Field("", max_length=120, description="名称或代码")


class BudgetRow(Schema):
    """A budget of a scheme for a year, as far as one level pays it."""

    id: int
    region: Named
    scheme: str
    year: int
    level: str
    amount: str = Field(description=_WAN)
    used: str = Field(description=f"已占用，{_WAN}")
    paid: str = Field(description=f"已付，{_WAN}")
    waiting: str = Field(description=f"待拨，{_WAN}")
    left: str = Field(description=f"还剩，{_WAN}")
    document: str


class Budgets(Paged):
    """A page of budgets."""

    rows: list[BudgetRow]
