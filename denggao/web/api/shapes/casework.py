"""Batches and applications, as a program sees them."""

from __future__ import annotations

import datetime

from ninja import Field, Schema

from denggao.diagnosis.workflow import STATES
from denggao.web.api.endpoints import Named, Paged, choice

_TRUTH = "pass 符合、unknown 未知、fail 不符合"


class BatchRow(Schema):
    """A batch of a year; ``firms``, ``filed`` and ``open`` count one's own region's firms."""

    id: int
    title: str = Field(description="哪种资格")
    year: int
    number: int
    name: str
    region: Named
    deadline: datetime.datetime = Field(description="从这一刻起就晚了")
    last_day: datetime.date
    words: str = Field(description="截止的原文")
    basis: str
    law: str = Field(description="对照哪份规范；空为不对照")
    firms: int
    filed: int = Field(description="已经提交的")
    open: int = Field(description="还没有提交的")


class Batches(Paged):
    """A page of batches, the nearest deadline first."""

    rows: list[BatchRow]


class BatchesAsked(Schema):
    """Which batches."""

    year: int | None = Field(None, ge=1990, le=2100, description="不写为各年")


class StageCount(Named):
    """How many applications stand at a stage."""

    count: int


class DeadlineMove(Schema):
    """A deadline that was moved."""

    old: str
    new: str
    notice: str
    at: datetime.datetime


class BatchFull(BatchRow):
    """A batch with its stages and the moves of its deadline."""

    stages: list[StageCount]
    moves: list[DeadlineMove]


class CaseRow(Schema):
    """An application of one firm in one batch; gates as they were last looked at."""

    id: int
    enterprise: int
    enterprise_name: str
    batch: int
    stage: Named
    since: datetime.datetime = Field(description="从什么时候起在这一步")
    deadline: datetime.datetime
    todo: str = Field(description="下一步办什么")
    ready: bool = Field(description="上次核对时关口都过")
    responsible: str | None
    adviser: str
    filed_at: datetime.datetime | None
    hard: str = Field(description=f"上次核对的结论：{_TRUTH}")
    checked_at: datetime.datetime | None
    version: int


class Cases(Paged):
    """A page of applications."""

    rows: list[CaseRow]


class CasesAsked(Schema):
    """Which applications of a batch."""

    stage: str = choice(["", *STATES], "", "在哪一步")


class OpenRule(Schema):
    """A condition that does not hold, or is not known to."""

    id: str
    name: str
    truth: str = Field(description=_TRUTH)


class StepTaken(Schema):
    """A step that an application took."""

    step: str
    name: str
    source: str
    target: str
    why: str
    by: str
    at: datetime.datetime


class MaterialRow(Schema):
    """One item of the list of materials."""

    code: str
    name: str
    state: str
    note: str


class WaiverRow(Schema):
    """Who let an application pass a gate, and why."""

    gate: str
    agreed_by: str
    why: str


class CaseFull(CaseRow):
    """An application with what is open of its gates, and its history."""

    open_rules: list[OpenRule]
    law_version: str
    materials: list[MaterialRow]
    waivers: list[WaiverRow]
    steps: list[StepTaken]
