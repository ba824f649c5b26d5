"""联席会议: who belongs to it and when, what was said, what was decided."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from denggao.web.accounts.models import Region, Unit
from denggao.web.supervision.models.tasks import OfRegion


class Members(OfRegion):
    """Members of the region's joint meeting."""

    def on(self, day: datetime.date) -> Members:
        """Those of the day."""
        return self.filter(Q(until=None) | Q(until__gte=day), since__lte=day)


class Member(models.Model):
    """A department in the joint meeting, from ``since`` to ``until`` (inclusive)."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    name = models.CharField("成员单位", max_length=60)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    person = models.CharField("联络员", max_length=30, default="", blank=True)
    duty = models.CharField("职责", max_length=20, default="成员")
    since = models.DateField("自")
    until = models.DateField("至", null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects: Any = Members.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["region", "name"], condition=Q(until=None), name="member_now_once"
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="member_until_after_since"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Meeting(models.Model):
    """One meeting with its minutes."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    title = models.CharField("会议", max_length=120)
    on = models.DateField("日期")
    place = models.CharField("地点", max_length=60, default="", blank=True)
    chair = models.CharField("主持人", max_length=30, default="", blank=True)
    present = models.CharField("到会单位", max_length=500, default="", blank=True)
    minutes = models.TextField("纪要", default="", blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1)

    objects: Any = OfRegion.as_manager()

    class Meta:
        ordering: ClassVar = ["-on", "-pk"]

    def __str__(self) -> str:
        return f"{self.on} {self.title}"


class OfMeeting(OfRegion):
    """Rows of a meeting."""

    way = "meeting__region"


class Decision(models.Model):
    """议定事项: becomes a task once, by one click."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="decisions")
    number = models.PositiveSmallIntegerField("序号")
    text = models.CharField("议定事项", max_length=500)
    units = models.CharField("责任单位", max_length=200)
    leader = models.CharField("责任领导", max_length=30, default="", blank=True)
    due = models.DateField("期限", null=True, blank=True)

    objects: Any = OfMeeting.as_manager()

    class Meta:
        ordering: ClassVar = ["meeting_id", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["meeting", "number"], name="decision_once")
        ]

    def __str__(self) -> str:
        return self.text
