"""Tasks, meetings and reports, as a program sees them."""

from __future__ import annotations

import datetime

from ninja import Field, Schema

from denggao.web.api.endpoints import Given, Named, Paged, choice
from denggao.web.supervision.models import Task
from denggao.web.supervision.queries import VIEWS


class TaskRow(Schema):
    """A task; the first unit leads."""

    id: int
    text: str
    source: str
    region: Named
    units: list[str]
    leader: str
    made_on: datetime.date
    due: datetime.date | None = Field(description="空为无期限")
    state: Named
    reason: str = Field(description="暂无法完成的原因")
    done_on: datetime.date | None
    days_late: int
    version: int


class Tasks(Paged):
    """A page of tasks, the nearest day first."""

    rows: list[TaskRow]


class TasksAsked(Schema):
    """Which tasks."""

    view: str = choice(VIEWS, "", "未办结、逾期、快到期、督办 …")
    unit: str = Field("", max_length=60, description="责任单位")
    leader: str = Field("", max_length=30, description="责任领导")
    text: str = Field("", max_length=200)


class ProgressRow(Schema):
    """What was said of a task."""

    id: int
    text: str
    before: str
    after: str
    by: str
    at: datetime.datetime
    evidence: list[str] = Field(description="佐证材料的文件名")


class TaskReminder(Schema):
    """Who was told."""

    unit: str
    way: str
    answer: str
    by: str
    at: datetime.datetime


class TaskFull(TaskRow):
    """A task with all that was said of it."""

    progress: list[ProgressRow]
    reminders: list[TaskReminder]


class NewProgress(Given):
    """A note of progress, and the state that it leads to."""

    text: str = Field(min_length=1, max_length=2000)
    state: str = choice(Task.State.values)
    reason: str = Field("", max_length=300, description="暂无法完成的必须写明")
    version: int = Field(ge=0, le=2_000_000_000, description="读到的 version；别人先改过是 409")


class MeetingDecision(Schema):
    """议定事项, and the task that it became."""

    number: int
    text: str
    units: str
    leader: str
    due: datetime.date | None
    task: int | None


class MeetingRow(Schema):
    """A meeting."""

    id: int
    title: str
    on: datetime.date
    place: str
    chair: str
    region: Named
    decisions: int
    version: int


class Meetings(Paged):
    """A page of meetings, the latest first."""

    rows: list[MeetingRow]


class MeetingFull(Schema):
    """A meeting with its minutes."""

    id: int
    title: str
    on: datetime.date
    place: str
    chair: str
    region: Named
    present: str
    minutes: str
    decisions: list[MeetingDecision]
    version: int


class ReportRow(Schema):
    """A frozen weekly report."""

    id: int
    as_of: datetime.date
    region: Named
    state: Named
    by: str
    at: datetime.datetime
    decided_by: str | None
    sha256: str = Field(description="冻结的内容的摘要")
    head: str = Field(description="冻结时的审计链头")


class Reports(Paged):
    """A page of reports, the latest first."""

    rows: list[ReportRow]


class ReportLine(Schema):
    """A figure of a report by unit, now and in the one before."""

    id: str
    name: str
    words: str
    total: int
    change: int | None
    now: dict[str, int]
    last: dict[str, int] | None


class ReportCause(Schema):
    """Why a figure changed; the causes of a figure add up to its change."""

    figure: str
    unit: str
    by: int
    reason: str
    name: str


class ReportFull(ReportRow):
    """A report as it was frozen."""

    since: datetime.date | None
    rules: list[str] = Field(description="口径")
    lines: list[ReportLine]
    causes: list[ReportCause]
