"""Visits and requests of firms, as a program sees them."""

from __future__ import annotations

import datetime
import uuid

from ninja import Field, Schema

from denggao.web.api.endpoints import Day, Given, MaybeDay, Named, Paged, choice
from denggao.web.visits import flow
from denggao.web.visits.forms import TOPICS
from denggao.web.visits.models import Visit
from denggao.web.visits.queries import MARKS


class VisitRow(Schema):
    """A visit."""

    id: int
    enterprise: int
    enterprise_name: str
    on: datetime.date
    way: Named
    visitors: str
    met: str
    duty: str | None = Field(description="哪一项必访；空为日常走访")
    topic: str
    by: str
    at: datetime.datetime


class Visits(Paged):
    """A page of visits, the latest first."""

    rows: list[VisitRow]


class VisitsAsked(Schema):
    """Which visits; both days included."""

    text: str = Field("", max_length=200, description="企业名称、信用代码开头或拼音")
    begin: MaybeDay = None
    end: MaybeDay = None


class VisitFull(VisitRow):
    """A visit with what was heard and asked for."""

    situation: str
    advice: str
    tickets: list[int]


class NewVisit(Given):
    """A visit. Sent again with the same ``token`` it is not recorded again."""

    on: Day
    way: str = choice(Visit.Way.values, "onsite", "实地、电话、座谈、线上")
    visitors: str = Field(min_length=1, max_length=120, description="走访人")
    met: str = Field("", max_length=120, description="企业接待人")
    duty: int | None = Field(None, ge=1, le=6, description="第几项必访；空为日常走访")
    topic: str = choice(["", *TOPICS], "", "沟通事项分类")
    situation: str = Field(min_length=1, max_length=2000, description="了解到的情况")
    advice: str = Field("", max_length=2000)
    token: str = Field(
        "", pattern=r"^(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})?$",
        description="程序自己起的 UUID，重发时用同一个", examples=[str(uuid.UUID(int=1 << 76))],
    )  # fmt: skip

    @property
    def key(self) -> uuid.UUID:
        """The token, or a new one."""
        return uuid.UUID(self.token) if self.token else uuid.uuid4()


class TicketRow(Schema):
    """A request of a firm, with what its clocks say now."""

    id: int
    number: str
    enterprise: int
    enterprise_name: str
    text: str
    kind: str
    unit: str = Field(description="交办单位")
    state: Named
    received_at: datetime.datetime
    answer_due: datetime.datetime = Field(description="从这一刻起答复就晚了")
    answered_at: datetime.datetime | None
    late: bool
    chase: int = Field(description="该几级催办，0 为不用")
    closed_at: datetime.datetime | None
    version: int


class Tickets(Paged):
    """A page of requests, the latest first."""

    rows: list[TicketRow]


class TicketsAsked(Schema):
    """Which requests."""

    text: str = Field("", max_length=200, description="编号、内容或企业")
    state: str = choice(["", *flow.STATES], "", "办理状态")
    mark: str = choice(["", *MARKS], "", "没有办结、超期、催办、待回访、待销号")
    unit: str = Field("", max_length=60, description="交办单位")


class TicketStep(Schema):
    """What was done with a request."""

    move: str
    name: str
    source: str
    target: str
    unit: str
    note: str
    satisfaction: str
    by: str
    at: datetime.datetime


class TicketFull(TicketRow):
    """A request with everything that was done."""

    outcome: str
    cannot: str
    satisfaction: str
    reopened: int
    steps: list[TicketStep]


class NewTicket(Given):
    """A request of a firm."""

    text: str = Field(min_length=1, max_length=2000, description="企业反映的问题")
    kind: str = choice(["", *TOPICS], "", "问题类型")
