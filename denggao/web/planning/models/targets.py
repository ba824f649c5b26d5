"""Targets by year, region, unit, industry, tier and person; each change dated and kept."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from denggao.web.accounts.models import Region, Unit
from denggao.web.planning.models.plans import OfRegion, PlanItem, PlanText

#: A target's figure is kept in whole ten-thousandths of its unit.
SCALE = 10_000


class Goal(models.Model):
    """What is to be reached: an indicator of a region from ``first`` to the end of ``year``.
    ``tier``: the kind of title that the ledger counts it by, "" where the ledger cannot. Its
    figure, and the figures of its parts, are ``Quota`` rows."""

    class How(models.TextChoices):
        """How it counts; of a one-year register, ``GROSS`` are all that are in it in the year."""

        STOCK = "stock", "存量"
        GROSS = "gross", "新增"
        NET = "net", "净增"
        OTHER = "other", "其他"

    class Op(models.TextChoices):
        """How the figure is to be compared."""

        AT_LEAST = "≥", "不少于"
        MORE = ">", "多于"
        EXACTLY = "=", "等于"
        AT_MOST = "≤", "不超过"
        ABOUT = "约", "约"

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="范围")
    name = models.CharField("指标", max_length=80)
    tier = models.CharField("梯队", max_length=60, default="", blank=True)
    how = models.CharField("口径", max_length=5, choices=How.choices)
    unit = models.CharField("单位", max_length=12, default="家")
    op = models.CharField("比较", max_length=1, choices=Op.choices, default=Op.AT_LEAST)
    first = models.PositiveSmallIntegerField("起始年度")
    year = models.PositiveSmallIntegerField("年度")
    #: Counts up with each revision put in force.
    version = models.PositiveIntegerField(default=1)

    objects: Any = OfRegion.as_manager()

    class Meta:
        ordering: ClassVar = ["region__path", "year", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["region", "name", "how", "unit", "first", "year"], name="goal_once"
            ),
            models.CheckConstraint(condition=Q(year__gte=F("first")), name="goal_years"),
        ]

    def __str__(self) -> str:
        return f"{self.year}年{self.name}"

    @property
    def counted_in(self) -> str:
        """The unit in which pages tell what the ledger counts: firms are 户 there, whichever word
        the plan has."""
        return "户" if self.tier and self.unit in ("家", "户", "个") else self.unit

    @property
    def begins(self) -> datetime.date:
        """The first day that counts."""
        return datetime.date(self.first, 1, 1)

    @property
    def ends(self) -> datetime.date:
        """The day by which it is to be reached."""
        return datetime.date(self.year, 12, 31)


class Revision(models.Model):
    """Figures put in force together on one day: by a plan, by a division, or by a file. One
    person proposes, another one decides; only those ``ADOPTED`` count."""

    class State(models.TextChoices):
        """How far it is."""

        PROPOSED = "proposed", "待下达"
        ADOPTED = "adopted", "已下达"
        DROPPED = "dropped", "不采用"

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    since = models.DateField("起")
    why = models.CharField("说明", max_length=300)
    plan = models.OneToOneField(PlanText, models.PROTECT, null=True, related_name="revision")
    file = models.CharField("文件", max_length=200, default="")
    digest = models.CharField(max_length=64, default="")
    state = models.CharField(max_length=8, choices=State.choices, default=State.PROPOSED)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    objects: Any = OfRegion.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by=None, decided_at=None)
                | (~Q(state="proposed") & Q(decided_by__isnull=False)),
                name="revision_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="adopted") | ~Q(decided_by=F("by")),
                name="revision_adopted_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.since} {self.why}"


class Quota(models.Model):
    """One figure of a goal, append-only: of the whole where no place is named, else of the part
    that lies in ``region``, is looked after by ``office`` or ``person``, and works in
    ``industry`` (the code of a first-level technical field; other words cannot be counted).
    ``number`` in whole steps of ``SCALE``; none: not yet set. The latest
    adopted row of a place counts."""

    goal = models.ForeignKey(Goal, models.PROTECT, related_name="quotas")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="quotas")
    region = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+")
    office = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    industry = models.CharField("行业", max_length=40, default="")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    number = models.BigIntegerField(null=True)
    #: Where a plan says it.
    item = models.ForeignKey(PlanItem, models.PROTECT, null=True, related_name="+")
    why = models.CharField("说明", max_length=300, default="")

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(number=None) | Q(number__gte=0), name="quota_not_negative"
            )
        ]

    @property
    def value(self) -> Fraction | None:
        """The figure in the goal's unit."""
        return None if self.number is None else Fraction(self.number, SCALE)

    @property
    def place(self) -> tuple[str, str, str, str]:
        """Region, office, industry and person; "" where it is not divided by that."""
        return (
            self.region_id or "",
            str(self.office_id or ""),
            self.industry,
            str(self.person_id or ""),
        )


class Forecast(models.Model):
    """完不完得成 of a goal, worked out once in the background: ``result`` as
    ``forecast_page.as_json``, ``given`` the rates that a person stated."""

    class State(models.TextChoices):
        """How far it is."""

        RUNNING = "running", "正在算"
        DONE = "done", "已算出"
        FAILED = "failed", "没有算成"

    goal = models.ForeignKey(Goal, models.CASCADE, related_name="forecasts")
    as_of = models.DateField()
    target = models.PositiveIntegerField()
    given = models.JSONField(default=dict)
    state = models.CharField(max_length=7, choices=State.choices, default=State.RUNNING)
    message = models.TextField(default="")
    result = models.JSONField(default=dict)
    #: The audit chain's number when it was ordered: nothing later was seen.
    seen = models.BigIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.goal} {self.as_of} 测算"
