"""A plan's text, what was read in it, what people said of that, and the tasks put in force."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from denggao.web.accounts.models import Region, Unit, User


class OfRegion(models.QuerySet[Any]):
    """Rows of a region, always asked for a person. ``way`` leads to the region."""

    way: ClassVar[str] = "region"

    def for_user(self, user: User) -> OfRegion:
        """Those of the person's own region and of what lies in it."""
        if user.region is None:
            return self.none()
        return self.filter(**{f"{self.way}__path__startswith": user.region.path})


class OfPlan(OfRegion):
    """Rows of a plan."""

    way = "plan__region"


class PlanText(models.Model):
    """A plan as it came: the file's bytes, and ``text``, the characters that spans count in. One
    person reads it in, one submits what was confirmed, another one puts it in force."""

    class State(models.TextChoices):
        """How far it is."""

        DRAFT = "draft", "核对中"
        SUBMITTED = "submitted", "待下达"
        ADOPTED = "adopted", "已下达"
        DROPPED = "dropped", "不采用"

    title = models.CharField("标题", max_length=200)
    file = models.CharField("文件", max_length=200)
    kind = models.CharField(max_length=4)
    content = models.BinaryField()
    digest = models.CharField(max_length=64, db_index=True)
    text = models.TextField()
    #: What the text says of itself: kind, region, issuer, doc_no, issued, period ([first, last]).
    head = models.JSONField(default=dict)
    #: Parts left out as no part of the plan: [[start, end], …].
    noise = models.JSONField(default=list)
    #: What the text claims about a series, and the stocks that it tells: see ``checks``.
    claims = models.JSONField(default=list)
    series = models.JSONField(default=dict)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    #: Why it was sent back or dropped.
    why = models.CharField(max_length=300, default="")

    objects: Any = OfRegion.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["region", "digest"], condition=~Q(state="dropped"), name="plan_text_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "submitted"], decided_by=None, decided_at=None)
                | Q(state__in=["adopted", "dropped"], decided_by__isnull=False),
                name="plan_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["submitted", "adopted"]) | Q(submitted_by__isnull=False),
                name="plan_submitted_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="adopted")
                | (~Q(decided_by=F("by")) & ~Q(decided_by=F("submitted_by"))),
                name="plan_adopted_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """May items still be decided?"""
        return self.state == self.State.DRAFT


class Spanned(models.Model):
    """A piece of a plan's text: ``quote`` stands at [start, end) of it."""

    number = models.PositiveIntegerField("序号")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    quote = models.TextField("原文")

    class Meta:
        abstract = True


class PlanItem(Spanned):
    """What the plan orders, as it was ``proposed`` and as it now stands (``said``), both as one
    entry of schema 1.0 (see ``drafting.as_json``). A person confirms, corrects or rejects each."""

    class Kind(models.TextChoices):
        """What it is."""

        TARGET = "target", "目标"
        TASK = "task", "任务"
        AWARD = "award", "奖补"
        DEADLINE = "deadline", "期限"
        CITED = "cited", "依据"
        BODY = "body", "成员"
        CONFLICT = "conflict", "矛盾"

    class Decision(models.TextChoices):
        """What a person said of it."""

        OPEN = "open", "待核对"
        CONFIRMED = "confirmed", "已确认"
        CORRECTED = "corrected", "已更正"
        REJECTED = "rejected", "不采用"

    plan = models.ForeignKey(PlanText, models.CASCADE, related_name="items")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    proposed = models.JSONField(null=True)
    said = models.JSONField()
    decision = models.CharField(max_length=9, choices=Decision.choices, default=Decision.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=300, default="")
    #: Counts up with each decision; a form that knows an older one is refused.
    version = models.PositiveIntegerField(default=1)

    objects: Any = OfPlan.as_manager()

    class Meta:
        ordering: ClassVar = ["plan_id", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "number"], name="plan_item_once"),
            models.CheckConstraint(
                condition=Q(decision="open", decided_by=None, decided_at=None)
                | (~Q(decision="open") & Q(decided_by__isnull=False)),
                name="plan_item_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"

    @property
    def in_force(self) -> bool:
        """Did a person say that it holds?"""
        return self.decision in (self.Decision.CONFIRMED, self.Decision.CORRECTED)


class PlanFact(Spanned):
    """What the text reports, expects or takes as a threshold. In a table of its own: a target
    points to a ``PlanItem``, so nothing here can ever become one."""

    plan = models.ForeignKey(PlanText, models.CASCADE, related_name="facts")
    #: fact, forecast or threshold.
    role = models.CharField(max_length=10)
    said = models.JSONField()

    class Meta:
        ordering: ClassVar = ["plan_id", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "number"], name="plan_fact_once")
        ]


class PlanTask(models.Model):
    """A task of an adopted plan. ``due_text`` as the plan says it (「2026年6月底前」, "" for none),
    ``due`` the day where one is named or a person stated it."""

    plan = models.ForeignKey(PlanText, models.PROTECT, related_name="tasks")
    item = models.OneToOneField(PlanItem, models.PROTECT, related_name="task")
    no = models.CharField(max_length=20, default="")
    title = models.CharField("任务", max_length=300)
    due_text = models.CharField("期限", max_length=60, default="")
    due = models.DateField(null=True)

    objects: Any = OfPlan.as_manager()

    class Meta:
        ordering: ClassVar = ["plan_id", "item__number"]

    def __str__(self) -> str:
        return self.title


class PlanTaskUnit(models.Model):
    """A unit responsible for a task: by the one name of its spellings, and the unit of ours that
    bears that name, where there is one."""

    task = models.ForeignKey(PlanTask, models.CASCADE, related_name="units")
    name = models.CharField("单位", max_length=60)
    leads = models.BooleanField("牵头", default=False)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["task", "name"], name="plan_task_unit_once")
        ]

    def __str__(self) -> str:
        return self.name
