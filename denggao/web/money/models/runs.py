"""A pay run: what was asked, the rows it came to, its publication, and objections to it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from denggao.web.accounts.models import Region, User
from denggao.web.ledger.models import Enterprise

PAID, REFUSED, OPEN, LATER, DRAFT, BACK = (
    "发放", "不予发放", "待定", "未到期", "征求意见稿", "追回",
)  # fmt: skip
MOVING = (PAID, BACK)


class OfRegion(models.QuerySet[Any]):
    """Rows of a bureau's work, always asked for a person."""

    path = "region__path"

    def for_user(self, user: User) -> OfRegion:
        """Those of the region that this person looks after."""
        if user.region is None:
            return self.none()
        return self.filter(**{f"{self.path}__startswith": user.region.path})


class OfRun(OfRegion):
    """The same of what belongs to a run."""

    path = "run__region__path"


class Runs(models.Manager.from_queryset(OfRegion)):  # type: ignore[misc]
    """Runs without the files they were computed from, which only a computation opens."""

    def get_queryset(self) -> models.QuerySet[Any]:
        """Leave the files where they are."""
        return super().get_queryset().defer("content", "before")


class Run(models.Model):
    """Schemes × events × day, over one region. ``content`` is the list as it was brought (the
    ledger's certificates need none: its rows keep what they were computed from); ``before`` an
    earlier record of payments. Its states and who may change them: ``steps.STEPS``."""

    class State(models.TextChoices):
        """How far it is."""

        COMPUTING = "computing", "正在测算"
        FAILED = "failed", "没有算成"
        COMPUTED = "computed", "待复核"
        REVIEWED = "reviewed", "已复核"
        PUBLISHED = "published", "公示中"
        APPROVING = "approving", "正在审定"
        APPROVED = "approved", "已审定"
        PAID = "paid", "已付清"
        DROPPED = "dropped", "作废"

    class Source(models.TextChoices):
        """Where its events come from."""

        TITLES = "titles", "台账里的证书（免申即享）"
        LIST = "list", "上传名单"
        PASTE = "paste", "粘贴名单"

    name = models.CharField("名称", max_length=80)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    as_of = models.DateField("兑付日")
    since = models.DateField("只看这一天以后的证书", null=True, blank=True)
    source = models.CharField("事项来自", max_length=8, choices=Source.choices)
    usual = models.CharField("没有写事项的按", max_length=20, default="", blank=True)
    #: Short names of the schemes; empty: all that hold in the region.
    laws = models.JSONField(default=list)
    file = models.CharField(max_length=120, default="")
    content = models.BinaryField(null=True)
    before_file = models.CharField(max_length=120, default="")
    before = models.BinaryField(null=True)
    #: Of everything that was asked and brought; "" for certificates, which change by themselves.
    digest = models.CharField(max_length=64, default="")
    state = models.CharField(max_length=10, choices=State.choices, default=State.COMPUTING)
    message = models.TextField(default="")
    #: {items, total, status: {…}, open: [n, lo, hi], differing}
    counts = models.JSONField(default=dict)
    notes = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    #: [[short, version, in force from, in force to, name]]
    versions = models.JSONField(default=list)
    #: Per scheme, per version: {digest, region, short, name, since, own}; see ``schemes.frozen``.
    texts = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    #: Who had it computed anew after it had failed.
    again_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    again_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)
    dropped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    dropped_at = models.DateTimeField(null=True)
    dropped_why = models.CharField(max_length=200, default="")
    #: Done before different people were asked for at each step; the rule does not bind it.
    by_fewer = models.BooleanField(default=False)

    objects = Runs()

    class Meta:
        base_manager_name = "objects"
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(approved_by=F("by")), name="run_approved_by_another"
            ),
            models.CheckConstraint(
                condition=~Q(reviewed_by=F("by")), name="run_reviewed_by_another"
            ),
            models.CheckConstraint(
                condition=Q(by_fewer=True) | ~Q(approved_by=F("reviewed_by")),
                name="run_approved_by_a_third",
            ),
            models.CheckConstraint(
                condition=~Q(reviewed_by=F("again_by")) & ~Q(approved_by=F("again_by")),
                name="run_again_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("reviewed", "published", "approving", "approved", "paid"))
                | Q(reviewed_by__isnull=False, reviewed_at__isnull=False),
                name="run_reviewed_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("approving", "approved", "paid"))
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="run_approved_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["region", "digest"],
                condition=~Q(digest="") & ~Q(state__in=("failed", "dropped")),
                name="run_of_a_list_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_running(self) -> bool:
        """Is a job computing it?"""
        return self.state == self.State.COMPUTING

    @property
    def is_worked_on(self) -> bool:
        """Is some job at work on it?"""
        return self.state in (self.State.COMPUTING, self.State.APPROVING)


class SchemeText(models.Model):
    """A text by which some run was computed, under its SHA-256; rows are only added."""

    digest = models.CharField(max_length=64, primary_key=True)
    text = models.TextField()

    objects: Any = models.Manager()

    def __str__(self) -> str:
        return str(self.digest)


class Row(models.Model):
    """What a run said of one event under one award, and what it was computed from. ``number``:
    of the event in the list, ``part``: of its payments, both from 1. ``fen`` is what it moves;
    ``lo`` and ``hi`` between which sums an undecided one lies, in 分. ``values``: the facts that
    the schemes read. Nothing of it changes but that it may be left out after an objection."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    part = models.PositiveSmallIntegerField(default=1)
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, null=True, related_name="award_rows")
    code = models.CharField(max_length=18, default="")
    name = models.CharField(max_length=120)
    district = models.CharField(max_length=60)
    batch = models.CharField(max_length=60)
    event = models.CharField(max_length=20)
    said = models.CharField(max_length=80, default="")
    title = models.CharField(max_length=40, default="")
    day = models.DateField(null=True)
    stage = models.PositiveSmallIntegerField(default=1)
    ref = models.CharField(max_length=60, default="")
    already = models.BigIntegerField(default=0)
    scheme = models.CharField(max_length=60, default="")
    law_version = models.CharField(max_length=80, default="")
    award = models.CharField(max_length=60, default="")
    award_name = models.CharField(max_length=80, default="")
    cite = models.CharField(max_length=200, default="")
    once = models.BooleanField(default=False)
    status = models.CharField(max_length=8)
    fen = models.BigIntegerField(default=0)
    lo = models.BigIntegerField(default=0)
    hi = models.BigIntegerField(null=True)
    rate = models.CharField(max_length=60, default="")
    levels = models.JSONField(default=dict)
    due = models.DateField(null=True)
    why = models.TextField(default="")
    beside = models.TextField(default="")
    listed = models.BigIntegerField(null=True)
    values = models.JSONField(default=dict)
    source = models.CharField(max_length=200, default="")
    left_out = models.CharField(max_length=200, default="")

    objects = OfRun.as_manager()

    class Meta:
        ordering: ClassVar = ["run_id", "number", "part"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "number", "part"], name="run_row_once")
        ]
        indexes: ClassVar = [models.Index(fields=["run", "status"], name="run_row_status")]

    def __str__(self) -> str:
        return f"{self.name} {self.award_name}"


class Publication(models.Model):
    """公示: the list as it was put up, frozen. ``rows``: [[name masked, event, award, 分, cite]]
    in order; ``until`` is the last of ``days`` working days after ``on``."""

    run = models.OneToOneField(Run, models.PROTECT, related_name="publication")
    on = models.DateField("公示日")
    days = models.PositiveSmallIntegerField("工作日")
    until = models.DateField("公示至")
    contact = models.CharField("异议受理", max_length=120)
    rows = models.JSONField()
    count = models.PositiveIntegerField()
    total = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = OfRun.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(until__gt=F("on")), name="published_for_some_days")
        ]


class Objection(models.Model):
    """异议: to a row, or to the whole. An upheld one leaves its row out."""

    class Outcome(models.TextChoices):
        """What came of it."""

        OPEN = "open", "待处理"
        UPHELD = "upheld", "成立，该笔不发"
        REJECTED = "rejected", "不成立"

    run = models.ForeignKey(Run, models.PROTECT, related_name="objections")
    row = models.ForeignKey(Row, models.PROTECT, null=True, related_name="objections")
    who = models.CharField("提出人", max_length=60)
    on = models.DateField("提出日期")
    text = models.CharField("异议内容", max_length=500)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.OPEN)
    answer = models.CharField("核实情况", max_length=500, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    objects = OfRun.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(outcome="open", decided_by=None)
                | (~Q(outcome="open") & Q(decided_by__isnull=False) & ~Q(answer="")),
                name="objection_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="upheld") | Q(row__isnull=False),
                name="objection_upheld_to_a_row",
            ),
        ]


class Trial(models.Model):
    """政策影响: a pasted text against what is in force, over the events of a run. ``found`` as
    ``payout.told`` writes an impact."""

    class State(models.TextChoices):
        """How far it is."""

        RUNNING = "running", "正在测算"
        DONE = "done", "已完成"
        FAILED = "failed", "没有算成"

    run = models.ForeignKey(Run, models.CASCADE, related_name="trials")
    text = models.TextField("办法")
    short = models.CharField(max_length=60, default="")
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    message = models.TextField(default="")
    found = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = OfRun.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return self.short or "办法"
