"""周报告: frozen when compiled, signed by another; and by which rules its figures are counted."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from denggao.diagnosis.weekly.stand import LADDER, PLACES
from denggao.web.accounts.models import Region
from denggao.web.supervision.models.tasks import OfRegion


def _ladder() -> list[str]:
    return list(LADDER)


class Basis(models.Model):
    """口径 from ``since`` on; append-only. ``laws``: short names of the laws by whose countable
    conditions firms are counted."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    since = models.DateField("起")
    place = models.CharField("归口", max_length=8, choices=list(PLACES.items()), default="region")
    kinds = models.JSONField("统计的资格", default=_ladder)
    laws = models.JSONField("另数条件都符合的", default=list)
    why = models.CharField("理由", max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects: Any = OfRegion.as_manager()

    class Meta:
        ordering: ClassVar = ["-since", "-pk"]

    def __str__(self) -> str:
        return f"{self.since} 起的口径"


class Report(models.Model):
    """One week. ``content``: the report as compressed JSON; ``stand``: all it was made from, the
    next report's 上期; ``head``: the audit chain's head right after it was frozen. None of them
    ever changes (a trigger sees to it); ``word`` and ``excel`` are made once, when it is signed."""

    class State(models.TextChoices):
        """How far it is."""

        COMPILED = "compiled", "待签发"
        SIGNED = "signed", "已签发"
        DROPPED = "dropped", "不签发"

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    as_of = models.DateField("截至")
    last = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    content = models.BinaryField()
    digest = models.CharField(max_length=64)
    stand = models.BinaryField()
    stand_digest = models.CharField(max_length=64)
    head = models.CharField("审计链头", max_length=90)
    #: What the list shows: [[figure, total, change], …].
    shown = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=State.choices, default=State.COMPILED)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    why = models.CharField("理由", max_length=300, default="")
    word = models.BinaryField(null=True)
    excel = models.BinaryField(null=True)
    files_digest = models.CharField(max_length=64, default="")

    objects: Any = OfRegion.as_manager()

    class Meta:
        ordering: ClassVar = ["-as_of", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["region", "as_of"], condition=~Q(state="dropped"), name="report_of_day_once"
            ),
            models.CheckConstraint(
                condition=Q(state="compiled", decided_by=None, decided_at=None)
                | (~Q(state="compiled") & Q(decided_by__isnull=False)),
                name="report_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="signed") | ~Q(decided_by=F("by")),
                name="report_signed_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state="signed")
                | (Q(word__isnull=False) & Q(excel__isnull=False) & ~Q(files_digest="")),
                name="report_signed_with_files",
            ),
        ]

    def __str__(self) -> str:
        return f"周报告 {self.as_of} {self.region}"
