"""包抓联: the people of the teams, and which of them a firm belonged to on which day."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from denggao.web.accounts.models import Region, User
from denggao.web.ledger.models import Enterprise
from denggao.web.ledger.models.statements import OfEnterprise


def on_day(day: datetime.date) -> Q:
    """Dated rows that hold on the day: begun, and not over."""
    return Q(since__lte=day) & (Q(until=None) | Q(until__gt=day))


class OfRegion(models.QuerySet[Any]):
    """Rows of a bureau, always asked for a person."""

    def for_user(self, user: User) -> OfRegion:
        """Those of the person's region and of what lies in it."""
        if user.region is None:
            return self.none()
        return self.filter(region__path__startswith=user.region.path)


class Member(models.Model):
    """Somebody of the teams: a leader, a 专班班长, one of the 三支队伍, or an expert. The account
    is needed only by those who come in themselves."""

    class Kind(models.TextChoices):
        """What for."""

        LEADER = "leader", "包抓领导"
        HEAD = "head", "专班班长"
        ADVISER = "adviser", "政策辅导员"
        SPECIALIST = "specialist", "科技专员"
        LIAISON = "liaison", "联络员"
        EXPERT = "expert", "专家"

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    kind = models.CharField("队伍", max_length=12, choices=Kind.choices)
    name = models.CharField("姓名", max_length=30)
    unit = models.CharField("单位", max_length=60, blank=True, default="")
    post = models.CharField("职务", max_length=40, blank=True, default="")
    phone = models.CharField("电话", max_length=40, blank=True, default="")
    #: Codes of technical fields, first level: 「1」 is 电子信息. Of experts.
    fields = models.JSONField("技术领域", default=list, blank=True)
    most = models.PositiveSmallIntegerField("最多辅导几户", null=True, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="登录账号",
    )  # fmt: skip
    is_active = models.BooleanField("在岗", default=True)

    objects = OfRegion.as_manager()

    class Meta:
        ordering: ClassVar = ["kind", "unit", "name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region", "kind", "name", "unit"], name="member_once")
        ]

    def __str__(self) -> str:
        return self.name


class Territory(models.Model):
    """挂钩: a leader answers for a whole district or zone from ``since`` on, before ``until``."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区县")
    leader = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="挂钩领导")
    since = models.DateField("起")
    until = models.DateField("止", null=True)

    objects = OfRegion.as_manager()

    class Meta:
        ordering: ClassVar = ["region__path", "since", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["region"], condition=Q(until=None), name="territory_one_now"
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")), name="territory_forward"
            ),
        ]


#: The places of a chain that a member of a team may take, each by its kind.
PLACES = ("leader", "head", "adviser", "specialist", "liaison")


class Chain(models.Model):
    """Firm ↔ 包抓领导 ↔ 专班负责单位 ↔ 专班班长 ↔ 三个联系人, from ``since`` on, before ``until``.
    A change ends the row and begins another, so that the answer for a past day stays."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="chains")
    leader = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="包抓领导"
    )
    unit = models.CharField("专班负责单位", max_length=60, blank=True, default="")
    head = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="专班班长"
    )
    adviser = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="政策辅导员"
    )
    specialist = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="科技专员"
    )
    liaison = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="联络员"
    )
    firm_head = models.CharField("企业负责人", max_length=30, blank=True, default="")
    firm_phone = models.CharField("企业联系电话", max_length=40, blank=True, default="")
    products = models.CharField("主要产品", max_length=300, blank=True, default="")
    note = models.CharField("备注", max_length=300, blank=True, default="")
    since = models.DateField("起")
    until = models.DateField("止", null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = OfEnterprise.as_manager()

    class Meta:
        ordering: ClassVar = ["enterprise_id", "since", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["enterprise"], condition=Q(until=None), name="chain_one_now"
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")), name="chain_forward"
            ),
        ]
