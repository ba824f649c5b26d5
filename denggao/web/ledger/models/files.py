"""我的文件: large workbooks are made in the background and fetched when they are ready."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from denggao.web.accounts.models import User


class OrderedFiles(models.QuerySet["OrderedFile"]):
    """Files, always asked for a person."""

    def for_user(self, user: User) -> OrderedFiles:
        """Each has only what he ordered himself."""
        return self.filter(user=user)


class OrderedFile(models.Model):
    """A file that somebody has ordered. ``maker`` names the function that makes it (``files``),
    ``parameters`` are its arguments."""

    class State(models.TextChoices):
        """How far it is."""

        MAKING = "making", "正在生成"
        READY = "ready", "已生成"
        FAILED = "failed", "没有生成"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    maker = models.CharField(max_length=60)
    parameters: Any = models.JSONField(default=dict)
    name = models.CharField("文件", max_length=120)
    state = models.CharField(max_length=8, choices=State.choices, default=State.MAKING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    message = models.TextField(default="")

    objects = OrderedFiles.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> Path:
        """Where it lies; nobody is served from there directly."""
        return settings.FILES / f"{self.pk}{Path(self.name).suffix}"

    @property
    def is_there(self) -> bool:
        """Ready, and not yet cleared away?"""
        return self.state == self.State.READY and self.path.is_file()

    @property
    def percent(self) -> int:
        """How far the job is."""
        return 100 * self.done // self.total if self.total else 0
