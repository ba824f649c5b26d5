"""创新券: one voucher from the application to the money, in whole 分."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from denggao.web.accounts.models import Region
from denggao.web.ledger.models import Enterprise
from denggao.web.money.models.runs import OfRegion


class Voucher(models.Model):
    """States and who changes them: ``vouchers.STEPS``. ``fen`` is what is paid out for it: never
    above the face value, the contract or the invoice."""

    class State(models.TextChoices):
        """How far it is."""

        APPLIED = "applied", "已申领"
        CONTRACTED = "contracted", "已签合同"
        INVOICED = "invoiced", "已开发票"
        PROVEN = "proven", "已交佐证"
        REVIEWED = "reviewed", "已审核"
        PUBLISHED = "published", "公示中"
        APPROVED = "approved", "已审定"
        PAID = "paid", "已兑付"
        REFUSED = "refused", "不予兑付"

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    number = models.CharField("券号", max_length=40)
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="vouchers")
    face = models.BigIntegerField("券面额（分）")
    issued_on = models.DateField("申领日期")
    valid_to = models.DateField("有效期至", null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.APPLIED)
    provider = models.CharField("服务机构", max_length=120, default="", blank=True)
    contract = models.CharField("合同编号", max_length=60, default="", blank=True)
    contract_fen = models.BigIntegerField("合同金额（分）", null=True)
    invoice = models.CharField("发票号码", max_length=60, default="", blank=True)
    invoice_fen = models.BigIntegerField("发票金额（分）", null=True)
    proof = models.CharField("佐证材料", max_length=300, default="", blank=True)
    fen = models.BigIntegerField("核定金额（分）", null=True)
    cite = models.CharField(max_length=200, default="")
    published_on = models.DateField(null=True)
    published_until = models.DateField(null=True)
    paid_on = models.DateField(null=True)
    reference = models.CharField("凭证号", max_length=60, default="")
    why = models.CharField("理由", max_length=200, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    #: Who handed it in for review: whoever entered the proof.
    proved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    paid_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    #: Done before different people were asked for at each step; the rule does not bind it.
    by_fewer = models.BooleanField(default=False)

    objects = OfRegion.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region", "number"], name="voucher_once"),
            models.UniqueConstraint(
                fields=["region", "invoice"],
                condition=~Q(invoice="") & ~Q(state="refused"),
                name="voucher_invoice_once",
            ),
            models.CheckConstraint(condition=Q(face__gt=0), name="voucher_has_a_face"),
            models.CheckConstraint(
                condition=Q(fen=None) | Q(fen__gt=0, fen__lte=F("face")),
                name="voucher_within_face",
            ),
            models.CheckConstraint(
                condition=Q(fen=None) | Q(contract_fen__isnull=False, fen__lte=F("contract_fen")),
                name="voucher_within_contract",
            ),
            models.CheckConstraint(
                condition=Q(fen=None) | Q(invoice_fen__isnull=False, fen__lte=F("invoice_fen")),
                name="voucher_within_invoice",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("reviewed", "published", "approved", "paid"))
                | Q(fen__isnull=False, reviewed_by__isnull=False),
                name="voucher_reviewed_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(reviewed_by=F("by")) & ~Q(reviewed_by=F("proved_by")),
                name="voucher_reviewed_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(approved_by=F("by"))
                & ~Q(approved_by=F("proved_by"))
                & ~Q(approved_by=F("reviewed_by")),
                name="voucher_approved_by_a_third",
            ),
            models.CheckConstraint(
                condition=Q(by_fewer=True)
                | ~Q(state__in=("approved", "paid"))
                | Q(approved_by__isnull=False),
                name="voucher_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="paid")
                | Q(paid_on__isnull=False, paid_by__isnull=False, published_until__isnull=False),
                name="voucher_paid_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(why=""), name="voucher_refused_for_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.number
