"""A run of one law over the firms of a region, frozen: what it found, and the data it saw."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from denggao.web.accounts.models import Region, User
from denggao.web.ledger.models import Enterprise
from denggao.web.ledger.models.enterprise import visible

TRUTHS = [("pass", "符合"), ("unknown", "未知"), ("fail", "不符合")]


class Runs(models.QuerySet["Run"]):
    """Runs, always asked for a person."""

    def for_user(self, user: User) -> Runs:
        """Those over regions that this person looks after."""
        if user.region is None:
            return self.none()
        own = self.filter(region__path__startswith=user.region.path)
        return own.select_related("region", "by")


class Run(models.Model):
    """One law over one region on one day. Nothing of it changes once it is done; ``counts``:
    {verdict: {…}, hard: {…}, rules: {id: {pass, fail, unknown}}, only: {id: n}, firms: n}."""

    class State(models.TextChoices):
        """How far it is."""

        RUNNING = "running", "正在算"
        DONE = "done", "已完成"
        FAILED = "failed", "没有算成"

    law = models.CharField("规范", max_length=60)
    version = models.CharField("版本", max_length=80)
    as_of = models.DateField("申报日")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="范围")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    message = models.TextField(default="")
    counts = models.JSONField(default=dict)

    objects = Runs.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [models.Index(fields=["law", "region", "state"], name="run_of_law")]

    def __str__(self) -> str:
        return f"{self.law} {self.as_of} {self.region}"


class Findings(models.QuerySet["Finding"]):
    """Findings, always asked for a person."""

    def for_user(self, user: User) -> Findings:
        """Those about firms that this person may see."""
        return self.filter(visible(user, "enterprise__"))


class Finding(models.Model):
    """What a run said of one firm. ``place``: its number in the order nearest first, from 1;
    ``failing`` and ``undecided``: ids of countable conditions; ``lacks``: [[id, amount]] where an
    amount is known, in the fact's unit."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="findings")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="findings")
    place = models.PositiveIntegerField()
    verdict = models.CharField(max_length=8, choices=TRUTHS)
    hard = models.CharField(max_length=8, choices=TRUTHS)
    score_lo = models.FloatField(null=True)
    score_hi = models.FloatField(null=True)
    failing = models.JSONField(default=list)
    undecided = models.JSONField(default=list)
    lacks = models.JSONField(default=list)
    asked = models.JSONField(default=list)

    objects = Findings.as_manager()

    class Meta:
        ordering: ClassVar = ["run_id", "place"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "enterprise"], name="finding_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["run", "hard", "place"], name="finding_of"),
            models.Index(fields=["run", "place"], name="finding_in_order"),
        ]


class Frozen(models.Model):
    """三清单 of one day as they were: the snapshot file, which ``denggao lists --reopen`` reads."""

    as_of = models.DateField("日期")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    digest = models.CharField(max_length=64)
    file = models.BinaryField()
    counts = models.JSONField(default=list)

    objects: Any = Runs.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region", "as_of", "digest"], name="frozen_once")
        ]

    def __str__(self) -> str:
        return f"三清单 {self.as_of} {self.region}"


class Reminders(models.QuerySet["Reminder"]):
    """Reminders, always asked for a person."""

    def for_user(self, user: User) -> Reminders:
        """Those given to firms that this person may see."""
        return self.filter(visible(user, "enterprise__")).select_related("enterprise", "by")


class Reminder(models.Model):
    """Somebody told a firm about a list it is on: who was told, when, by what means. Rows are
    only added; one that was recorded wrongly is struck out and stays."""

    class Means(models.TextChoices):
        """How the firm was told."""

        PHONE = "phone", "电话"
        MESSAGE = "message", "短信"
        CHAT = "chat", "微信或政务通讯"
        VISIT = "visit", "上门"
        LETTER = "letter", "公函"
        MEETING = "meeting", "会议"

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="reminders")
    about = models.CharField("清单", max_length=80)
    on = models.DateField("提醒日期")
    means = models.CharField("方式", max_length=8, choices=Means.choices)
    told = models.CharField("告知何人", max_length=60)
    note = models.CharField("说了什么", max_length=300, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    struck = models.BooleanField("作废", default=False)

    objects = Reminders.as_manager()

    class Meta:
        ordering: ClassVar = ["-on", "-pk"]
        indexes: ClassVar = [models.Index(fields=["enterprise", "-on"], name="reminder_of")]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.on} {self.get_means_display()}"


class OwnLaw(models.Model):
    """A text of the bureau's own: drafted and tried by one person, put in force by another."""

    class State(models.TextChoices):
        """How far it is."""

        DRAFT = "draft", "拟稿"
        ADOPTED = "adopted", "已启用"
        DROPPED = "dropped", "不采用"

    short = models.CharField("简称", max_length=60)
    text = models.TextField("规范")
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    objects: Any = Runs.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state="draft", decided_by=None, decided_at=None)
                | (~models.Q(state="draft") & models.Q(decided_by__isnull=False)),
                name="law_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="adopted") | ~models.Q(decided_by=models.F("by")),
                name="law_adopted_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.short

    def concerns(self, region: Region) -> bool:
        """A text of the region itself, of what lies in it, or an adopted one of what it lies in."""
        adopted = self.state == self.State.ADOPTED and region.path.startswith(self.region.path)
        return adopted or bool(self.region.path.startswith(region.path))
