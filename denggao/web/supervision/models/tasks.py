"""任务: what is to be done, by whom, until when, how far it is; and who was reminded."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from denggao.diagnosis.weekly import stand
from denggao.web.accounts.models import Region, Unit, User
from denggao.web.planning.models import PlanTask


class OfRegion(models.QuerySet[Any]):
    """Rows of regions, always asked for a person. ``way`` leads to the region."""

    way: ClassVar[str] = "region"

    def for_user(self, user: User) -> OfRegion:
        """Those of the person's own region and of what lies in it."""
        if user.region is None:
            return self.none()
        return self.filter(**{f"{self.way}__path__startswith": user.region.path})


class OfTask(OfRegion):
    """Rows of a task."""

    way = "task__region"


class Task(models.Model):
    """``due`` none: 无期限. What it comes from is exactly one of a plan's task, a meeting's
    decision, or a person's hand; ``source`` says it in words. ``done_on`` as long as it is done."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", stand.WAITING
        RUNNING = "running", stand.RUNNING
        DONE = "done", stand.DONE
        STUCK = "stuck", stand.STUCK

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    text = models.CharField("任务", max_length=500)
    source = models.CharField("来源", max_length=200)
    plan_task = models.ForeignKey(PlanTask, models.PROTECT, null=True, related_name="+")
    decision = models.OneToOneField(
        "Decision", models.PROTECT, null=True, related_name="task"
    )  # fmt: skip
    leader = models.CharField("责任领导", max_length=30, default="", blank=True)
    due = models.DateField("期限", null=True, blank=True)
    state = models.CharField("状态", max_length=7, choices=State.choices, default=State.WAITING)
    #: Why it cannot be done for the time being.
    reason = models.CharField("原因", max_length=300, default="", blank=True)
    made_on = models.DateField("下达日期")
    done_on = models.DateField("办结日期", null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    #: Counts up with each change; a form that knows an older one is refused.
    version = models.PositiveIntegerField(default=1)

    objects: Any = OfRegion.as_manager()

    class Meta:
        ordering: ClassVar = [F("due").asc(nulls_last=True), "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region", "plan_task"], name="plan_task_taken_once"),
            models.CheckConstraint(
                condition=Q(state="done", done_on__isnull=False)
                | (~Q(state="done") & Q(done_on=None)),
                name="task_done_on_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="stuck") | ~Q(reason=""), name="task_stuck_for_a_reason"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["region", "state", "due"], name="task_due")]

    def __str__(self) -> str:
        return self.text

    def days_late(self, on: datetime.date) -> int:
        """How many days past its day; 0 where it is done or not late."""
        if self.state == self.State.DONE or self.due is None:
            return 0
        return max(0, (on - self.due).days)

    @property
    def lead(self) -> str:
        """The first of the units that lead, else the first."""
        units = list(self.units.all())
        return next((u.name for u in units if u.leads), units[0].name if units else "未落实")


class TaskUnit(models.Model):
    """A unit responsible for a task."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="units")
    name = models.CharField("单位", max_length=60)
    leads = models.BooleanField("牵头", default=False)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["-leads", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["task", "name"], name="task_unit_once")
        ]

    def __str__(self) -> str:
        return self.name


class Progress(models.Model):
    """进展: what was said of a task, and from which state to which it went. Never changed: a task
    that is taken up again keeps what was said before."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="progress")
    text = models.TextField("进展")
    before = models.CharField(max_length=7, choices=Task.State.choices)
    after = models.CharField(max_length=7, choices=Task.State.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects: Any = OfTask.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]

    @property
    def is_reopening(self) -> bool:
        """Was the task done before?"""
        return self.before == Task.State.DONE and self.after != Task.State.DONE


class OfProgress(OfRegion):
    """Rows of a progress note."""

    way = "progress__task__region"


class Evidence(models.Model):
    """A file that shows the progress."""

    progress = models.ForeignKey(Progress, models.CASCADE, related_name="evidence")
    name = models.CharField("文件", max_length=200)
    content = models.BinaryField()
    digest = models.CharField(max_length=64)

    objects: Any = OfProgress.as_manager()

    def __str__(self) -> str:
        return self.name


class Reminder(models.Model):
    """催办: who was told, how, when, and what they said."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="reminders")
    unit = models.CharField("单位", max_length=60)
    way = models.CharField("方式", max_length=20)
    answer = models.CharField("答复", max_length=300, default="", blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-pk"]


class Escalation(models.Model):
    """Days by which a task becomes urgent: ``remind`` before its day, 督办 and 通报 so many days
    after it."""

    region = models.OneToOneField(Region, models.PROTECT, related_name="+")
    remind = models.PositiveSmallIntegerField("到期前多少天提醒", default=7)
    supervise = models.PositiveSmallIntegerField("逾期多少天列入督办", default=1)
    circulate = models.PositiveSmallIntegerField("逾期多少天通报", default=7)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(circulate__gte=F("supervise")), name="circulated_after_supervised"
            )
        ]

    def __str__(self) -> str:
        return f"{self.region}"

    def level(self, task: Task, on: datetime.date) -> str:
        """通报, 督办, 逾期, 将到期, or ""."""
        late = task.days_late(on)
        if late:
            if late >= self.circulate:
                return "通报"
            return "督办" if late >= self.supervise else "逾期"
        soon = on + datetime.timedelta(days=self.remind)
        waits = task.due is not None and task.state != Task.State.DONE
        return "将到期" if waits and task.due is not None and task.due <= soon else ""
