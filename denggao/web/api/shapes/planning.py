"""Targets with what is done of them, the board, and plans, as a program sees them."""

from __future__ import annotations

import datetime

from ninja import Field, Schema

from denggao.web.api.endpoints import MaybeDay, Named, Paged

_EXACT = "精确的十进制数或分数；没有定数为空"


class BoardAsked(Schema):
    """As of which day."""

    on: MaybeDay = Field(None, description="不写为今天")


class BoardFigure(Schema):
    """One figure of the board, as the page has it."""

    key: str = Field(description="区划代码、单位或人员编号、领域代码；全部为空")
    label: str
    target: str | None = Field(description=_EXACT)
    unset: int = Field(description="几项还没有定")
    done: int | None = Field(description="台账数得出的；数不出为空")
    gap: str | None = Field(description=_EXACT)
    percent: int | None
    pace: str = Field(description="所需进度")
    query: str = Field(description="企业列表的查询，打开就是这些户")


class BoardCut(Schema):
    """A goal, or a rung of the ladder, along one axis."""

    axis: str = Field(description="region、office、industry、person")
    name: str
    left: str | None = Field(description=f"分解后剩下的，{_EXACT}")
    overlapping: bool = Field(description="一户可能在两处都算")
    figures: list[BoardFigure]


class ForecastSaid(Schema):
    """What the last forecast of a goal has told."""

    as_of: datetime.date
    probability: float
    median: int
    low: int
    high: int


class TargetRow(Schema):
    """A goal: what is to be reached, of which region, from when to when."""

    id: int
    name: str
    region: Named
    tier: str = Field(description="按哪种资格数；空为台账数不出")
    how: Named = Field(description="口径")
    unit: str
    op: str
    first: int
    year: int
    version: int


class BoardLine(Schema):
    """A goal on the day."""

    goal: TargetRow
    whole: BoardFigure
    elapsed_percent: int = Field(description="时间进度")
    cuts: list[BoardCut]
    forecast: ForecastSaid | None


class Board(Schema):
    """挂图作战 of one's own region on a day."""

    on: datetime.date
    region: Named
    tiers: list[BoardCut] = Field(description="梯队分布")
    lines: list[BoardLine]
    assigned: list[BoardLine] = Field(description="上级下达的")


class Targets(Paged):
    """A page of goals."""

    rows: list[TargetRow]


class QuotaRow(Schema):
    """One figure that a goal ever had; the whole where no place is named."""

    region: str | None
    office: int | None
    industry: str
    person: int | None
    value: str | None = Field(description=_EXACT)
    since: datetime.date
    state: str = Field(description="proposed 待下达、adopted 已下达、dropped 不采用")
    why: str


class TargetFull(TargetRow):
    """A goal with every figure that it ever had; ``line``: how it stands today, if it runs."""

    line: BoardLine | None
    quotas: list[QuotaRow]


class PlanRow(Schema):
    """A plan's text."""

    id: int
    title: str
    file: str
    region: Named
    state: Named
    by: str
    at: datetime.datetime
    decided_by: str | None
    why: str


class Plans(Paged):
    """A page of plans, the latest first."""

    rows: list[PlanRow]


class PlanItemRow(Schema):
    """What a plan orders, where it says so, and what a person said of that."""

    number: int
    kind: Named
    decision: Named
    words: str
    quote: str = Field(description="原文")
    start: int = Field(description="在全文的第几个字，从 0 起")
    end: int


class PlanFull(PlanRow):
    """A plan with its items."""

    items: list[PlanItemRow]
