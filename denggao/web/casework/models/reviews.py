"""联审: which departments are asked, what they said by file or by login, and the list that is
recommended because of it."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from denggao.diagnosis import review as r
from denggao.web.accounts.models import Region, Unit
from denggao.web.casework.models.batches import Batch, Regional
from denggao.web.casework.models.cases import Case


class Department(models.Model):
    """A department that a region asks, and what it is asked so that 是 is good for the firm."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="地域")
    name = models.CharField("部门", max_length=30)
    question = models.CharField("请核实", max_length=200)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="对应单位",
        help_text="这个单位里有“部门联审”角色的人可以登录填意见；不指定就按单位名称认",
    )  # fmt: skip
    place = models.PositiveSmallIntegerField("顺序", default=0)
    is_asked = models.BooleanField("参加联审", default=True)

    objects = Regional.as_manager()

    class Meta:
        ordering: ClassVar = ["place", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region", "name"], name="department_once")
        ]

    def __str__(self) -> str:
        return self.name


class JointReview(models.Model):
    """A list that was sent out, as ``diagnosis.review.Review`` knows it. ``kept`` is that file,
    whose own digest tells whether it was altered."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="reviews")
    kept = models.TextField()
    number = models.CharField("名单编号", max_length=12, unique=True)
    due = models.DateField("反馈期限")
    #: What silence means after the due day; never without the rule that says so.
    silence = models.CharField(max_length=8, default=r.BLOCKS)
    silence_basis = models.CharField("逾期规定", max_length=300, default="", blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(silence=r.BLOCKS) | ~models.Q(silence_basis=""),
                name="silence_by_a_rule",
            )
        ]

    def __str__(self) -> str:
        return f"{self.batch} 联审名单 {self.number}"

    @cached_property
    def review(self) -> r.Review:
        """The list itself. Raises UserError where it was altered in the database."""
        return r.from_text(self.kept, f"联审名单 {self.number}")


class ReturnedFile(models.Model):
    """A file that a department returned: taken whole, or refused with every cell named."""

    class State(models.TextChoices):
        """What became of it."""

        TAKEN = "taken", "已采用"
        REFUSED = "refused", "没有采用"

    review = models.ForeignKey(JointReview, models.PROTECT, related_name="returned")
    department = models.CharField(max_length=30)
    file = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State.choices)
    taken = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-pk"]


class Opinion(models.Model):
    """What a department says of one application. A corrected one stays, and no longer counts."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="opinions")
    review = models.ForeignKey(JointReview, models.PROTECT, related_name="opinions")
    department = models.CharField(max_length=30)
    answer = models.CharField(max_length=4, choices=[(a, a) for a in r.ANSWERS])
    words = models.CharField("说明", max_length=300, default="", blank=True)
    #: The file that said so and its row; none where a person of the department did, signed in.
    file = models.ForeignKey(ReturnedFile, models.PROTECT, null=True, related_name="opinions")
    row = models.PositiveIntegerField(default=0)
    counts = models.BooleanField(default=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "department"], condition=models.Q(counts=True),
                name="opinion_counts_once",
            ),
            models.CheckConstraint(
                condition=models.Q(answer__in=r.ANSWERS), name="opinion_is_an_answer"
            ),
        ]  # fmt: skip


class Recommendations(models.QuerySet[Any]):
    """Lists, always asked for a person."""

    def for_user(self, user: Any) -> Recommendations:
        """Those of batches that the person works on."""
        if user.region is None:
            return self.none()
        found = self.filter(region__path__startswith=user.region.path)
        return found.select_related("batch__region", "by", "decided_by")


class Recommendation(models.Model):
    """推荐名单: put together by one person, decided by another, of one batch and region."""

    class State(models.TextChoices):
        """How far it is."""

        DRAFT = "draft", "待审定"
        APPROVED = "approved", "已审定"
        RETURNED = "returned", "已退回"

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="recommendations")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    digest = models.CharField(max_length=64)
    version = models.PositiveIntegerField(default=1)
    why = models.CharField(max_length=300, default="", blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    objects = Recommendations.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state="draft", decided_by=None, decided_at=None)
                | (~models.Q(state="draft") & models.Q(decided_by__isnull=False)),
                name="list_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="approved") | ~models.Q(decided_by=models.F("by")),
                name="list_approved_by_another",
            ),
            models.UniqueConstraint(
                fields=["batch", "region"], condition=models.Q(state="draft"),
                name="list_draft_once",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.batch} 推荐名单 {self.pk}"
