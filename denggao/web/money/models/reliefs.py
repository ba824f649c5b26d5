"""减免台账: taxes and rents that firms did not have to pay, as they were told to us."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from denggao.web.accounts.models import Region
from denggao.web.ledger.models import Enterprise
from denggao.web.money.models.runs import OfRegion


class ReliefFile(models.Model):
    """A workbook that reliefs were read from; the same file comes in once."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    name = models.CharField("文件", max_length=120)
    digest = models.CharField(max_length=64)
    count = models.PositiveIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = OfRegion.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region", "digest"], name="relief_file_once")
        ]

    def __str__(self) -> str:
        return self.name


class Relief(models.Model):
    """One amount that one firm (or all firms of one carrier) was let off. ``fen`` is empty where
    nobody knows it: it is counted, and never taken for nought."""

    class Kind(models.TextChoices):
        """Of what."""

        TAX = "tax", "减免税"
        RENT = "rent", "减免租金"

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, null=True, blank=True, related_name="reliefs"
    )
    name = models.CharField("企业或载体", max_length=120)
    carrier = models.CharField("所在载体", max_length=120, default="", blank=True)
    kind = models.CharField("类别", max_length=4, choices=Kind.choices)
    period = models.CharField("所属期", max_length=30)
    fen = models.BigIntegerField("金额（分）", null=True, blank=True)
    source = models.CharField("来源", max_length=200)
    file = models.ForeignKey(ReliefFile, models.PROTECT, null=True, related_name="rows")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    #: Why it counts no longer; the row stays.
    withdrawn = models.CharField(max_length=200, default="")

    objects = OfRegion.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(fen=None) | Q(fen__gte=0), name="relief_not_negative"
            ),
            models.UniqueConstraint(
                fields=["region", "name", "carrier", "kind", "period"],
                condition=Q(withdrawn=""),
                name="relief_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.get_kind_display()}"
