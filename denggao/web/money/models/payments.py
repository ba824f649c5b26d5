"""What is granted and what is paid. A payment is never changed and never deleted: money that is
claimed back is another row, below nought, that names the payment."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from denggao.web.accounts.models import Region
from denggao.web.ledger.models import Enterprise
from denggao.web.money.models.runs import OfRegion, OfRun, Row, Run


class Grant(models.Model):
    """应付: what an approved run owes for one event of one firm under one award, one instalment.

    ``holder`` tells firms apart: the credit code, or 「#key」 of an enterprise that has none.
    ``year`` is that of the event, 0 where it has none or the award is paid once for all; ``again``
    how often the same was paid and claimed back before. Two constraints keep the same from being
    owed twice, by code and by enterprise, whoever computes or approves at the same moment."""

    row = models.OneToOneField(Row, models.PROTECT, related_name="grant")
    run = models.ForeignKey(Run, models.PROTECT, related_name="grants")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, null=True, related_name="grants")
    holder = models.CharField(max_length=30)
    name = models.CharField(max_length=120)
    scheme = models.CharField(max_length=60)
    award = models.CharField(max_length=60)
    event = models.CharField(max_length=20)
    title = models.CharField(max_length=40, default="")
    day = models.DateField(null=True)
    year = models.PositiveSmallIntegerField(default=0)
    stage = models.PositiveSmallIntegerField(default=1)
    ref = models.CharField(max_length=60, default="")
    again = models.PositiveSmallIntegerField(default=0)
    district = models.CharField(max_length=60)
    fen = models.BigIntegerField("应付（分）")
    levels = models.JSONField(default=dict)
    #: The year whose budget pays it.
    budget_year = models.PositiveSmallIntegerField()
    #: Why it waits (待拨), "" where it may be paid.
    waits = models.CharField(max_length=120, default="")
    back_of = models.OneToOneField("Payment", models.PROTECT, null=True, related_name="claimed_by")
    at = models.DateTimeField(default=timezone.now)

    objects = OfRun.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["holder", "scheme", "award", "year", "stage", "ref", "again"],
                condition=Q(back_of=None),
                name="granted_once",
            ),
            models.UniqueConstraint(
                fields=["enterprise", "scheme", "award", "year", "stage", "ref", "again"],
                condition=Q(back_of=None),
                name="granted_to_a_firm_once",
            ),
            models.CheckConstraint(
                condition=Q(fen__gt=0, back_of=None) | Q(fen__lt=0, back_of__isnull=False),
                name="granted_or_claimed_back",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["scheme", "budget_year"], name="grant_of_budget")]

    def __str__(self) -> str:
        return f"{self.name} {self.scheme}"


class PayBatch(models.Model):
    """拨付批次: one voucher of the treasury, on one day, for many firms."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="batches")
    paid_on = models.DateField("付款日期")
    reference = models.CharField("凭证号", max_length=60)
    count = models.PositiveIntegerField()
    fen = models.BigIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = OfRun.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "reference"], name="voucher_of_run_once")
        ]

    def __str__(self) -> str:
        return self.reference


class Payments(models.QuerySet["Payment"]):
    """Payments, always asked for a person; they are only ever added."""

    def for_user(self, user: Any) -> Payments:
        """Those of runs over the region that this person looks after."""
        if user.region is None:
            return self.none()
        return self.filter(grant__run__region__path__startswith=user.region.path)

    def update(self, **changes: Any) -> NoReturn:
        """Refused."""
        raise TypeError("a payment is never changed")

    def delete(self) -> NoReturn:
        """Refused."""
        raise TypeError("a payment is never deleted")


class Payment(models.Model):
    """Money that moved: above nought to the firm, below nought back, then ``reverses`` says of
    which payment."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="payments")
    batch = models.ForeignKey(PayBatch, models.PROTECT, null=True, related_name="payments")
    fen = models.BigIntegerField("金额（分）")
    paid_on = models.DateField("日期")
    reference = models.CharField("凭证号", max_length=60)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversal")
    why = models.CharField("理由", max_length=200, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = Payments.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["grant"], condition=Q(fen__gt=0), name="paid_once"),
            models.CheckConstraint(
                condition=Q(fen__gt=0, reverses=None) | Q(fen__lt=0, reverses__isnull=False),
                name="paid_or_claimed_back",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["paid_on"], name="payment_day")]

    def __str__(self) -> str:
        return f"{self.grant.name} {self.reference}"

    def save(self, *args: Any, **options: Any) -> None:
        """Only once."""
        if not self._state.adding:
            raise TypeError("a payment is never changed")
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> NoReturn:
        """Refused."""
        raise TypeError("a payment is never deleted")


class Budget(models.Model):
    """预算 of one scheme for one year, as far as one level pays it."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    scheme = models.CharField("办法", max_length=60)
    year = models.PositiveSmallIntegerField("年度")
    level = models.CharField("出资级次", max_length=10)
    fen = models.BigIntegerField("预算（分）")
    document = models.CharField("下达文件", max_length=120, default="", blank=True)
    version = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = OfRegion.as_manager()

    class Meta:
        ordering: ClassVar = ["-year", "scheme", "level"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["region", "scheme", "year", "level"], name="budget_once"
            ),
            models.CheckConstraint(condition=Q(fen__gte=0), name="budget_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.scheme} {self.year} {self.level}"
