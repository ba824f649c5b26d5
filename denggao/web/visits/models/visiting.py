"""六必访, visits, and the plan of a week."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from denggao.web.accounts.models import Region
from denggao.web.ledger.models import Enterprise
from denggao.web.ledger.models.statements import OfEnterprise
from denggao.web.visits.models.chains import OfRegion


class Duty(models.Model):
    """One of the 六必访. Neither its contents nor how often are in the papers that we know: the
    bureau names it, and without ``every`` nothing is ever missed."""

    class Every(models.TextChoices):
        """How often each firm must be visited."""

        UNSET = "", "未定"
        MONTH = "month", "每月"
        QUARTER = "quarter", "每季度"
        HALF = "half", "每半年"
        YEAR = "year", "每年"

    class Scope(models.TextChoices):
        """Which firms."""

        CHAINED = "chained", "已包抓联的企业"
        ALL = "all", "全部企业"
        TITLED = "titled", "持有效资格证书的企业"

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField("序号")
    name = models.CharField("名称", max_length=40)
    every = models.CharField("频次", max_length=8, choices=Every.choices, blank=True, default="")
    scope = models.CharField("范围", max_length=8, choices=Scope.choices, default=Scope.CHAINED)
    #: Counted from here on; firms cannot have been missed before the duty was.
    since = models.DateField("起算日", default=timezone.localdate)

    objects = OfRegion.as_manager()

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region", "number"], name="duty_once"),
            models.CheckConstraint(condition=Q(number__range=(1, 6)), name="six_duties"),
        ]

    def __str__(self) -> str:
        return self.name


class Visit(models.Model):
    """Who was at which firm, when, with whom, and what was heard. ``token`` comes with the form:
    a phone that sends it twice makes one visit."""

    class Way(models.TextChoices):
        """How."""

        ONSITE = "onsite", "实地"
        PHONE = "phone", "电话"
        MEETING = "meeting", "座谈"
        ONLINE = "online", "线上"

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="visits")
    on = models.DateField("走访日期", db_index=True)
    way = models.CharField("走访方式", max_length=8, choices=Way.choices, default=Way.ONSITE)
    visitors = models.CharField("走访人", max_length=120)
    met = models.CharField("企业接待人", max_length=120, blank=True, default="")
    duty = models.ForeignKey(
        Duty, models.PROTECT, null=True, blank=True, related_name="visits",
        verbose_name="哪一项必访",
    )  # fmt: skip
    topic = models.CharField("沟通事项分类", max_length=40, blank=True, default="")
    situation = models.TextField("基本情况", max_length=2000, blank=True, default="")
    advice = models.TextField("企业建议", max_length=2000, blank=True, default="")
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = OfEnterprise.as_manager()

    class Meta:
        ordering: ClassVar = ["-on", "-pk"]

    def __str__(self) -> str:
        return f"{self.on} {self.get_way_display()}走访"


class WeekPlan(models.Model):
    """本周走访计划: firms ranked by the verdicts that a visit would settle before the deadline.
    Worked out in the background; written whole."""

    class State(models.TextChoices):
        """How far it is."""

        RUNNING = "running", "正在算"
        DONE = "done", "已完成"
        FAILED = "failed", "没有算成"

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    monday = models.DateField("周一")
    deadline = models.DateField("申报截止日")
    most = models.PositiveSmallIntegerField("排多少户", default=20)
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    message = models.TextField(default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = OfRegion.as_manager()

    class Meta:
        ordering: ClassVar = ["-monday", "-pk"]

    def __str__(self) -> str:
        return f"{self.monday} 一周的走访计划"


class Planned(models.Model):
    """One firm of a plan: what to ask, and what the answers settle."""

    plan = models.ForeignKey(WeekPlan, models.CASCADE, related_name="rows")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField("名次")
    keys = models.JSONField(default=list)
    settles = models.JSONField(default=list)
    may_settle = models.JSONField(default=list)

    objects = OfEnterprise.as_manager()

    class Meta:
        ordering: ClassVar = ["place"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "enterprise"], name="planned_once")
        ]
