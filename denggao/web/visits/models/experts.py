"""专家: conflicts, and the assignment of firms, which holds only after a person's review."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from denggao.web.accounts.models import Region
from denggao.web.ledger.models import Enterprise
from denggao.web.ledger.models.statements import OfEnterprise
from denggao.web.visits.models.chains import Member, OfRegion


class Interest(models.Model):
    """利益冲突: why an expert must not be sent to a firm. One of the firm's own people is known
    by the unit and needs no row."""

    class Kind(models.TextChoices):
        """Which."""

        SERVED = "served", "有偿服务过"
        UNIT = "unit", "同一单位或关联单位"
        OTHER = "other", "其他"

    expert = models.ForeignKey(Member, models.CASCADE, related_name="interests")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="+")
    kind = models.CharField("冲突", max_length=8, choices=Kind.choices)
    why = models.CharField("说明", max_length=300, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = OfEnterprise.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["expert", "enterprise"], name="interest_once")
        ]


class Round(models.Model):
    """指派方案: proposed by the arithmetic, reviewed by a person, and then in force or dropped."""

    class State(models.TextChoices):
        """How far it is."""

        PROPOSED = "proposed", "待审核"
        ADOPTED = "adopted", "已生效"
        DROPPED = "dropped", "已放弃"

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    name = models.CharField("名称", max_length=60)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    version = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True)
    #: Put in force by its proposer before a second person was asked for.
    by_fewer = models.BooleanField(default=False)

    objects = OfRegion.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="proposed", reviewed_by=None, reviewed_at=None)
                | ~Q(state="proposed") & Q(reviewed_by__isnull=False, reviewed_at__isnull=False),
                name="round_reviewed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(by_fewer=True) | ~Q(state="adopted") | ~Q(reviewed_by=F("by")),
                name="round_adopted_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Proposal(models.Model):
    """One firm of a round with its expert."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="rows")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="+")
    expert = models.ForeignKey(Member, models.PROTECT, related_name="+")

    objects = OfEnterprise.as_manager()

    class Meta:
        ordering: ClassVar = ["expert__name", "enterprise_id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "enterprise"], name="proposal_once")
        ]


class Coaching(models.Model):
    """一对一辅导 in force from ``since`` on, before ``until``; one expert a firm at a time."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="coached")
    expert = models.ForeignKey(Member, models.PROTECT, related_name="firms")
    round = models.ForeignKey(Round, models.PROTECT, null=True, related_name="+")
    since = models.DateField("起")
    until = models.DateField("止", null=True)
    why = models.CharField("结束原因", max_length=300, blank=True, default="")

    objects = OfEnterprise.as_manager()

    class Meta:
        ordering: ClassVar = ["enterprise_id", "since", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["enterprise"], condition=Q(until=None), name="coached_by_one"
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")), name="coaching_forward"
            ),
        ]
