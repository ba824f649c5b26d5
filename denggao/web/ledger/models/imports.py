"""An import from the file to the commit, and back."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from denggao.web.accounts.models import Region, User
from denggao.web.ledger.sources import SOURCES


class Imports(models.QuerySet["Import"]):
    """Imports, always asked for a person."""

    def for_user(self, user: User) -> Imports:
        """Those brought for a region that this person looks after."""
        if user.region is None:
            return self.none()
        return self.filter(region__path__startswith=user.region.path).select_related("by", "region")


class Import(models.Model):
    """One file. It is read in the background (CHECKING → CHECKED), committed whole
    (COMMITTING → COMMITTED), and may be undone; nothing of it counts in any other state."""

    class State(models.TextChoices):
        """How far it is."""

        CHECKING = "checking", "正在读"
        REFUSED = "refused", "读不了"
        CHECKED = "checked", "待确认"
        COMMITTING = "committing", "正在写入"
        COMMITTED = "committed", "已导入"
        UNDONE = "undone", "已撤销"
        DROPPED = "dropped", "已放弃"

    class Mode(models.TextChoices):
        """Which firms it touches."""

        UPSERT = "upsert", "新增并更新"
        ADD = "add", "只新增（台账里已有的企业不动）"
        UPDATE = "update", "只更新（不新增企业）"

    file = models.CharField("文件", max_length=200)
    size = models.BigIntegerField()
    digest = models.CharField(max_length=64, db_index=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.CHECKING)
    mode = models.CharField("方式", max_length=8, choices=Mode.choices, default=Mode.UPSERT)
    source = models.CharField("来源", max_length=12, choices=SOURCES)
    as_of = models.DateField("申报日", help_text="表头里的“上年”“前年”从这一天的年份往前数")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    #: Rows with a wrong cell stay out, the others come in: a person has said so.
    without_wrong = models.BooleanField(default=False)
    #: What a person said of heads not understood: {head: {fact, year, unit}} or {head: null}.
    columns = models.JSONField(default=dict)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    step = models.CharField(max_length=40, default="")
    #: The job's last sign of life.
    touched_at = models.DateTimeField(default=timezone.now)
    message = models.TextField(default="")
    #: Tables with their heads: [{sheet, first, rows, columns: [{letter, head, read_as, key}]}].
    tables = models.JSONField(default=list)
    #: As ``Prepared.counts``, with valid, wrong and skipped rows, and ``identity``: names and
    #: codes that the commit replaced.
    counts = models.JSONField(default=dict)
    statements_digest = models.CharField(max_length=64, default="")
    committed_at = models.DateTimeField(null=True)
    committed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)

    objects = Imports.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(committed_at=None, committed_by=None)
                | models.Q(committed_at__isnull=False, committed_by__isnull=False),
                name="committed_when_and_by_whom",
            )
        ]

    def __str__(self) -> str:
        return self.file

    @property
    def is_running(self) -> bool:
        """Is a job at work on it?"""
        return self.state in (self.State.CHECKING, self.State.COMMITTING)

    @property
    def percent(self) -> int:
        """How far the job is."""
        return 100 * self.done // self.total if self.total else 0


class ImportProblem(models.Model):
    """One problem by its cell, or a row that was skipped."""

    class Kind(models.TextChoices):
        """What it means for the row."""

        WRONG = "wrong", "错误"
        NOTE = "note", "提示"
        SKIPPED = "skipped", "略过"

    source = models.ForeignKey(Import, models.CASCADE, related_name="problems")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    sheet = models.CharField(max_length=60)
    row = models.PositiveIntegerField(null=True)
    column = models.CharField(max_length=3)
    field = models.CharField(max_length=120)
    message = models.TextField()

    class Meta:
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [models.Index(fields=["source", "kind"], name="problem_kind")]


class Difference(models.Model):
    """A value that the commit will change: old beside new. At most so many are listed."""

    source = models.ForeignKey(Import, models.CASCADE, related_name="differences")
    enterprise = models.ForeignKey("Enterprise", models.CASCADE)
    fact = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField(default=0)
    old = models.CharField(max_length=300)
    new = models.CharField(max_length=300)
    sheet = models.CharField(max_length=60)
    row = models.PositiveIntegerField()
    #: A source of higher rank keeps the old value in force.
    outranked = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["pk"]


class PendingRow(models.Model):
    """Rows of a file whose firm is doubtful: a person decides which it is. Their values wait
    here whole, and are stated only after the decision."""

    class Decision(models.TextChoices):
        """What the person said."""

        OPEN = "open", "待认定"
        SAME = "same", "认定为已有企业"
        NEW = "new", "认定为新企业"
        NONE = "none", "不导入"

    source = models.ForeignKey(Import, models.CASCADE, related_name="pending")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    uscc = models.CharField(max_length=20)
    #: As ``reading.Row`` in JSON: [{sheet, row, values}].
    rows = models.JSONField()
    #: [{enterprise, score, why}], the likeliest first.
    candidates = models.JSONField()
    why = models.TextField()
    decision = models.CharField(max_length=5, choices=Decision.choices, default=Decision.OPEN)
    enterprise = models.ForeignKey("Enterprise", models.PROTECT, null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(decision="open", decided_by=None, decided_at=None)
                | (~models.Q(decision="open") & models.Q(decided_by__isnull=False)),
                name="decided_by_somebody",
            )
        ]
