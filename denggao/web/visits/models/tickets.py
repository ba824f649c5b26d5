"""诉求: what a firm asked for, what became of it, and the clocks."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from denggao.web.accounts.models import Region
from denggao.web.ledger.models import Enterprise
from denggao.web.ledger.models.statements import OfEnterprise
from denggao.web.visits import flow
from denggao.web.visits.clocks import ANSWER_DAYS, CHASE_DAYS, Terms
from denggao.web.visits.models.visiting import Visit


class Clock(models.Model):
    """The terms of a bureau; those of ``clocks`` where it has set none."""

    region = models.OneToOneField(Region, models.PROTECT, primary_key=True, related_name="+")
    answer = models.PositiveSmallIntegerField("答复期限（天）", default=ANSWER_DAYS)
    first = models.PositiveSmallIntegerField("一级催办（天）", default=CHASE_DAYS[0])
    second = models.PositiveSmallIntegerField("二级催办（天）", default=CHASE_DAYS[1])
    third = models.PositiveSmallIntegerField("三级催办（天）", default=CHASE_DAYS[2])
    working = models.BooleanField("按工作日计", default=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(answer__gte=1, first__gte=1)
                & Q(first__lt=F("second"), second__lt=F("third")),
                name="clock_rises",
            )
        ]

    @property
    def terms(self) -> Terms:
        """As the arithmetic knows them."""
        return Terms(self.answer, (self.first, self.second, self.third), self.working)


class Ticket(models.Model):
    """One 诉求. ``running_since``: the instant from which its clocks run, of the receipt or of
    the last reopening; ``answered_at``: when the firm had its first answer since then."""

    State = models.TextChoices("State", {k.upper(): (k, w) for k, (w, _) in flow.STATES.items()})

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="tickets")
    number = models.CharField("问题编号", max_length=30, blank=True, default="", db_index=True)
    received_at = models.DateTimeField("接收时间", default=timezone.now)
    text = models.TextField("企业反映的问题", max_length=2000)
    kind = models.CharField("问题类型", max_length=40, blank=True, default="")
    visit = models.ForeignKey(
        Visit, models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name="走访"
    )
    unit = models.CharField("交办单位", max_length=60, blank=True, default="")
    state = models.CharField(
        "办理状态", max_length=12, choices=State.choices, default=flow.RECEIVED, db_index=True
    )
    handled = models.TextField("办理内容", max_length=2000, blank=True, default="")
    handled_at = models.DateTimeField("办理时间", null=True, blank=True)
    done_at = models.DateTimeField("办结时间", null=True, blank=True)
    outcome = models.TextField("办结说明", max_length=2000, blank=True, default="")
    cannot = models.TextField("暂无法办结说明", max_length=2000, blank=True, default="")
    revisited_at = models.DateTimeField("回访时间", null=True, blank=True)
    satisfaction = models.CharField("满意度", max_length=8, blank=True, default="")
    closed_at = models.DateTimeField("销号时间", null=True, blank=True)
    attachments = models.CharField("附件", max_length=300, blank=True, default="")
    running_since = models.DateTimeField(default=timezone.now, db_index=True)
    answered_at = models.DateTimeField("首次答复", null=True, blank=True)
    reopened = models.PositiveSmallIntegerField("重新办理次数", default=0)
    version = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = OfEnterprise.as_manager()

    class Meta:
        ordering: ClassVar = ["-received_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["enterprise", "number"], condition=~Q(number=""), name="ticket_once"
            ),
            models.CheckConstraint(
                condition=~Q(state=flow.CANNOT) | ~Q(cannot=""), name="cannot_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(flow.REVISITED, flow.CLOSED))
                | Q(revisited_at__isnull=False) & ~Q(satisfaction__in=("", flow.SATISFACTION[-1])),
                name="closed_after_a_revisit",
            ),
            models.CheckConstraint(
                condition=Q(state=flow.CLOSED, closed_at__isnull=False)
                | ~Q(state=flow.CLOSED) & Q(closed_at=None),
                name="closed_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.text[:20]}"

    @property
    def is_open(self) -> bool:
        """Does its clock run?"""
        return self.state in flow.OPEN


class Step(models.Model):
    """What was done with a ticket. Append-only: a reopened ticket keeps its history."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="steps")
    move = models.CharField("动作", max_length=12)
    source = models.CharField(max_length=12)
    target = models.CharField(max_length=12)
    unit = models.CharField("单位", max_length=60, blank=True, default="")
    note = models.TextField("说明", max_length=2000, blank=True, default="")
    satisfaction = models.CharField("满意度", max_length=8, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["pk"]

    @property
    def name(self) -> str:
        """In words."""
        if self.move in flow.MOVES:
            return flow.MOVES[self.move].name
        return {"receive": "接收", "import": "导入"}.get(self.move, self.move)
