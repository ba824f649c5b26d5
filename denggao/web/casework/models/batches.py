"""批次: when an application has to be in, as it was announced and as it was moved."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from denggao.diagnosis.batches import Batch as Named
from denggao.web.accounts.models import Region, User


def around(region: Region) -> models.Q:
    """Rows of regions that lie in this one, or that it lies in."""
    parts = region.path.split("/")[:-1]
    outer = ["", *("/".join(parts[: n + 1]) + "/" for n in range(len(parts)))]
    return models.Q(region__path__startswith=region.path) | models.Q(region__path__in=outer)


class Regional(models.QuerySet[Any]):
    """Rows of a region, always asked for a person."""

    def for_user(self, user: User) -> Regional:
        """Those of the person's region, of its parts, and of what it lies in."""
        if user.region is None:
            return self.none()
        return self.filter(around(user.region)).select_related("region")

    def own(self, user: User) -> Regional:
        """Those that the person may change: of the own region and its parts."""
        if user.region is None:
            return self.none()
        return self.filter(region__path__startswith=user.region.path).select_related("region")


class Batch(models.Model):
    """The ``number``-th batch of a year for one title in one region. ``deadline`` is the first
    instant that is too late; ``words`` as it was announced (9月20日24时)."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="地域")
    title = models.CharField("资格", max_length=60)
    year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveSmallIntegerField("第几批")
    deadline = models.DateTimeField("申报截止")
    words = models.CharField("截止原文", max_length=60)
    basis = models.CharField("依据", max_length=200, blank=True, default="")
    note = models.CharField("说明", max_length=300, blank=True, default="")
    #: The law by whose verdict an application is ready; "" asks for none.
    law = models.CharField("对照规范", max_length=60, blank=True, default="")
    #: 「*家企业提出申请愿望」: what others reported of intents, between two counts.
    told_intents = models.CharField("上报意向数", max_length=40, blank=True, default="")
    intents_lo = models.PositiveIntegerField(null=True)
    intents_hi = models.PositiveIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = Regional.as_manager()

    class Meta:
        ordering: ClassVar = ["-year", "region_id", "title", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region", "title", "year", "number"], name="batch_once")
        ]

    def __str__(self) -> str:
        return f"{self.title}{self.name}"

    @property
    def name(self) -> str:
        """2027年第一批."""
        return Named(self.year, self.number, self.last_day).name

    @property
    def last_day(self) -> datetime.date:
        """The last day on which an application is in time."""
        last = self.deadline - datetime.timedelta(microseconds=1)
        return timezone.localtime(last).date()


class Move(models.Model):
    """A deadline that was moved, by which notice. The old one stays to be seen."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="moves")
    old = models.DateTimeField(null=True)
    old_words = models.CharField(max_length=60)
    new = models.DateTimeField()
    new_words = models.CharField(max_length=60)
    notice = models.CharField("改期通知", max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(notice=""), name="moved_by_a_notice")
        ]


class BlankYear(models.Model):
    """A year without batches for a title in a region, and who said so."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="地域")
    title = models.CharField("资格", max_length=60)
    year = models.PositiveSmallIntegerField("年度")
    basis = models.CharField("依据", max_length=200, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = Regional.as_manager()

    class Meta:
        ordering: ClassVar = ["-year"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region", "title", "year"], name="blank_year_once")
        ]
