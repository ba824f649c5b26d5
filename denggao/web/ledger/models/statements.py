"""填报: what one source said of one firm for one year; and what is in force because of it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from denggao.facts.titles import Title as Held
from denggao.web.accounts.models import User
from denggao.web.ledger.models.enterprise import Enterprise, visible


class OfEnterprise(models.QuerySet[Any]):
    """Rows about firms, always asked for a person."""

    def for_user(self, user: User) -> OfEnterprise:
        """Those about firms that this person may see."""
        return self.filter(visible(user, "enterprise__"))


class Stated(models.Model):
    """One value of one fact. A number is whole steps of the fact's scale (分, 1/10000 人), a yes
    or no 1 or 0; a bound has ``lo`` or ``hi`` instead; a date (ISO), text or code is ``text``.
    All empty: said to be unknown. ``year`` 0: a fact without years."""

    fact = models.CharField("事实", max_length=40)
    year = models.PositiveSmallIntegerField("年度", default=0)
    number = models.BigIntegerField(null=True)
    lo = models.BigIntegerField(null=True)
    hi = models.BigIntegerField(null=True)
    text = models.CharField(max_length=1000, default="", blank=True)

    class Meta:
        abstract = True

    @property
    def key(self) -> str:
        """``sales@2025``, or the bare code."""
        return f"{self.fact}@{self.year}" if self.year else self.fact


class Statement(Stated):
    """Append-only. ``rank`` is that of its source; ``sheet`` a number in the import's tables,
    ``row`` and ``column`` the cell there; a statement typed by a person has a reason instead.
    Those of an undone import stay, and count no longer."""

    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, related_name="statements", db_index=False
    )
    rank = models.PositiveSmallIntegerField()
    source = models.ForeignKey("Import", models.PROTECT, null=True, related_name="statements")
    sheet = models.PositiveSmallIntegerField(default=0)
    row = models.PositiveIntegerField(default=0)
    column = models.CharField(max_length=3, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField(default=timezone.now)
    why = models.CharField(max_length=300, default="")

    objects = OfEnterprise.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["enterprise", "fact", "year"], name="statement_of"),
        ]


class Value(Stated):
    """The value in force of one fact of one firm, worked out from its statements. ``disputed``:
    another source says otherwise."""

    enterprise = models.ForeignKey(
        Enterprise, models.CASCADE, related_name="values", db_index=False
    )
    statement = models.ForeignKey(Statement, models.CASCADE, related_name="+", db_index=False)
    disputed = models.BooleanField(default=False)

    objects = OfEnterprise.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["enterprise", "fact", "year"], name="value_once")
        ]
        indexes: ClassVar = [
            # the first page counts them each time, among the values of all firms and years
            models.Index(
                fields=["enterprise"], condition=models.Q(disputed=True), name="value_disputed"
            )
        ]

    def save(self, *args: Any, **options: Any) -> None:
        """Marks the firm's block as well; ``resolving`` writes many at once and does the same."""
        from denggao.web.ledger import blocks

        with transaction.atomic():
            blocks.touch([self.enterprise_id])
            super().save(*args, **options)


class Title(models.Model):
    """A certificate, as a source told of it. Append-only like statements."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="titles")
    kind = models.CharField("资格类型", max_length=60)
    number = models.CharField("证书编号", max_length=60, default="", blank=True)
    issued_on = models.DateField("发证日期", null=True, blank=True)
    valid_to = models.DateField("有效期至", null=True, blank=True)
    cancelled_on = models.DateField("取消日期", null=True, blank=True)
    issuer = models.CharField("发证机关", max_length=60, default="", blank=True)
    event = models.CharField("类别", max_length=20, default="", blank=True)
    source = models.ForeignKey("Import", models.PROTECT, null=True, related_name="titles")
    sheet = models.PositiveSmallIntegerField(default=0)
    row = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField(default=timezone.now)
    why = models.CharField(max_length=300, default="")
    withdrawn = models.BooleanField(default=False)

    objects = OfEnterprise.as_manager()

    class Meta:
        ordering: ClassVar = ["enterprise_id", "issued_on", "pk"]
        indexes: ClassVar = [models.Index(fields=["kind", "valid_to"], name="title_kind")]

    def held(self) -> Held:
        """As rules know it."""
        return Held(
            kind=self.kind,
            number=self.number or None,
            issued_on=self.issued_on,
            valid_to=self.valid_to,
            cancelled_on=self.cancelled_on,
            issuer=self.issuer,
            event=self.event,
        )
