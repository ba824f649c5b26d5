"""办件: one application of one firm in one batch, step by step."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from denggao.diagnosis.workflow import LIVE, STATES, State
from denggao.web.accounts.models import User
from denggao.web.casework.models.batches import Batch
from denggao.web.ledger.models import Enterprise
from denggao.web.ledger.models.enterprise import visible

TRUTHS = [("pass", "符合"), ("unknown", "未知"), ("fail", "不符合")]


class Cases(models.QuerySet[Any]):
    """Applications, always asked for a person."""

    def for_user(self, user: User) -> Cases:
        """Those of firms that this person may see."""
        return self.filter(visible(user, "enterprise__")).select_related("enterprise", "batch")


class Case(models.Model):
    """``title`` and ``year`` are the batch's, kept here for the constraint: one live application
    of a firm for a title in a year. ``verdict`` … ``checked_at``: what the gates said when they
    were last looked at; the page of the case looks again."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="cases")
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="cases")
    title = models.CharField(max_length=60)
    year = models.PositiveSmallIntegerField()
    state = models.CharField(
        max_length=12, choices=[(s.code, s.name) for s in STATES.values()], default="intent"
    )
    #: The state before this one.
    before = models.CharField(max_length=12, default="", blank=True)
    adviser = models.CharField("辅导人或机构", max_length=60, default="", blank=True)
    field = models.CharField("技术领域", max_length=60, default="", blank=True)
    leader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="责任领导",
    )  # fmt: skip
    source = models.CharField("意向来源", max_length=60, default="", blank=True)
    filed_at = models.DateTimeField("提交时间", null=True)
    publicised_on = models.DateField("公示发布日", null=True)
    recommendation = models.ForeignKey(
        "Recommendation", models.PROTECT, null=True, related_name="cases"
    )
    hard = models.CharField(max_length=8, choices=TRUTHS, default="unknown")
    #: [[id, name, truth]] of countable conditions that do not hold or are not known.
    open_rules = models.JSONField(default=list)
    lacking = models.JSONField(default=list)
    law_version = models.CharField(max_length=80, default="", blank=True)
    checked_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    #: Since when the application is in its state.
    since = models.DateTimeField(default=timezone.now)

    objects = Cases.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["enterprise", "title", "year"],
                condition=models.Q(state__in=LIVE),
                name="case_live_once",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["batch", "state"], name="case_of_batch")]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.batch}"

    @property
    def stage(self) -> State:
        """Its state with its name and next action."""
        return STATES[self.state]

    @property
    def responsible(self) -> User | None:
        """责任领导, else who looks after the firm."""
        return self.leader or self.enterprise.owner


class CaseStep(models.Model):
    """One step that an application took. Append-only."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="steps")
    step = models.CharField(max_length=16)
    source = models.CharField(max_length=12, default="", blank=True)
    target = models.CharField(max_length=12)
    why = models.CharField(max_length=300, default="", blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["pk"]

    @property
    def name(self) -> str:
        """In words."""
        from denggao.diagnosis.workflow import STEPS

        return STEPS[self.step].name if self.step in STEPS else "登记意向"


class MaterialState(models.Model):
    """How far one item of the list of materials is."""

    class State(models.TextChoices):
        """What was found when it was looked at."""

        MISSING = "missing", "缺"
        CHECKING = "checking", "待核"
        READY = "ready", "已齐"

    case = models.ForeignKey(Case, models.CASCADE, related_name="materials")
    code = models.CharField(max_length=8)
    state = models.CharField(max_length=8, choices=State.choices, default=State.MISSING)
    note = models.CharField(max_length=200, default="", blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "code"], name="material_once")
        ]


class Waiver(models.Model):
    """A gate that a named person let an application pass, and why. Printed wherever the gate is."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="waivers")
    gate = models.CharField(max_length=24)
    agreed_by = models.CharField("同意人", max_length=30)
    why = models.CharField("理由", max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "gate"], name="waiver_once"),
            models.CheckConstraint(
                condition=~models.Q(agreed_by="") & ~models.Q(why=""),
                name="waiver_by_name_and_reason",
            ),
        ]
