"""What a person comes in with beside the password: a second factor, and tokens for programs."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from denggao.web.accounts.models.people import User


class SecondFactor(models.Model):
    """The secret that a telephone shows codes of, encrypted (``secrets``). It counts once a code
    has confirmed it; ``last_step`` is the last half minute whose code was used."""

    user = models.OneToOneField(User, models.CASCADE, related_name="second")
    secret = models.CharField(max_length=200)
    made_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0)


class RecoveryCode(models.Model):
    """One of ten codes for the day on which the telephone is lost, hashed; good for one time."""

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_once")
        ]


class AccessToken(models.Model):
    """A key with which a program acts as its owner, through the interface only. The key itself
    is kept nowhere, only its SHA-256. ``strong``: made in a session with a second factor."""

    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    name = models.CharField("用途", max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=12)
    strong = models.BooleanField(default=False)
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField("有效期至")
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.name}（{self.hint}…）"

    @property
    def is_open(self) -> bool:
        """Neither revoked nor past its day."""
        return self.revoked_at is None and timezone.now() < self.expires_at
