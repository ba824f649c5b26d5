"""资格的一生: dated events of a title, notices that tell of them, and annual reports."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from denggao.diagnosis.notices import KINDS
from denggao.web.accounts.models import Region, User
from denggao.web.casework.models.batches import Regional
from denggao.web.ledger.models import Enterprise, Title
from denggao.web.ledger.models.enterprise import visible


class OfFirms(models.QuerySet[Any]):
    """Rows about firms, always asked for a person."""

    def for_user(self, user: User) -> OfFirms:
        """Those about firms that this person may see."""
        return self.filter(visible(user, "enterprise__")).select_related("enterprise")


class Announcement(models.Model):
    """A notice with a list of firms, pasted or uploaded. ``kind`` was read from its title, or
    said by a person where the title was cut off."""

    title = models.CharField("公告题名", max_length=300)
    kind = models.CharField("类别", max_length=20, choices=[(k, k) for k in KINDS])
    subject = models.CharField("资格", max_length=60)
    number = models.CharField("文号", max_length=120, default="", blank=True)
    on = models.DateField("发布日期")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    notes = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = Regional.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region", "digest"], name="announcement_once")
        ]

    def __str__(self) -> str:
        return self.title


class Announced(models.Model):
    """One firm of a notice's list. Nothing of it reaches the ledger before a person has seen it:
    ``sure`` ones are entered together, doubtful ones one by one."""

    class Match(models.TextChoices):
        """How sure it is which firm of the ledger is meant."""

        SURE = "sure", "对上了"
        DOUBTFUL = "doubtful", "拿不准"
        UNKNOWN = "unknown", "台账里没有"
        ELSEWHERE = "elsewhere", "不在本辖区"

    class State(models.TextChoices):
        """What became of it."""

        OPEN = "open", "待入账"
        ENTERED = "entered", "已入账"
        SKIPPED = "skipped", "不入账"

    announcement = models.ForeignKey(Announcement, models.PROTECT, related_name="rows")
    line = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    old = models.CharField(max_length=120, default="", blank=True)
    code = models.CharField(max_length=18, default="", blank=True)
    number = models.CharField(max_length=60, default="", blank=True)
    day = models.DateField(null=True)
    match = models.CharField(max_length=10, choices=Match.choices)
    why = models.CharField(max_length=300, default="", blank=True)
    #: [[enterprise, score, why]]
    candidates = models.JSONField(default=list)
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["announcement_id", "line"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state="open", decided_by=None)
                | (~models.Q(state="open") & models.Q(decided_by__isnull=False)),
                name="announced_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="entered") | models.Q(enterprise__isnull=False),
                name="announced_entered_for_a_firm",
            ),
        ]


class TitleEvent(models.Model):
    """Something that happened to a title, on a day. ``record`` is the row of the ledger that it
    made or ended; a wrong event is withdrawn with a reason, never deleted."""

    class Kind(models.TextChoices):
        """What happened."""

        FIRST = "first", "首次认定"
        RENEWED = "renewed", "重新认定"
        RENAMED = "renamed", "更名"
        MOVED_IN = "moved_in", "整体迁入"
        MOVED_OUT = "moved_out", "整体迁出"
        PARTIAL = "partial", "部分搬迁"
        CANCELLED = "cancelled", "取消"
        REVOKED = "revoked", "撤销"

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="title_events")
    subject = models.CharField("资格", max_length=60)
    kind = models.CharField("事项", max_length=10, choices=Kind.choices)
    on = models.DateField("生效日期")
    number = models.CharField("证书编号", max_length=60, default="", blank=True)
    old_name = models.CharField(max_length=120, default="", blank=True)
    new_name = models.CharField(max_length=120, default="", blank=True)
    source = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+")
    target = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+")
    record = models.ForeignKey(Title, models.PROTECT, null=True, related_name="+")
    announced = models.ForeignKey(Announced, models.PROTECT, null=True, related_name="events")
    why = models.CharField("依据", max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    withdrawn = models.BooleanField(default=False)

    objects = OfFirms.as_manager()

    class Meta:
        ordering: ClassVar = ["on", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["enterprise", "subject", "kind", "on"],
                condition=models.Q(withdrawn=False), name="title_event_once",
            )
        ]  # fmt: skip


class AnnualReport(models.Model):
    """年度发展情况报表 of one year: handed in when, or certainly not (``filed_at`` empty). No row:
    nobody knows, and nobody is blamed."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="annual_reports")
    year = models.PositiveSmallIntegerField("年度")
    filed_at = models.DateTimeField("报送时间", null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = OfFirms.as_manager()

    class Meta:
        ordering: ClassVar = ["enterprise_id", "year"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["enterprise", "year"], name="annual_report_once")
        ]
