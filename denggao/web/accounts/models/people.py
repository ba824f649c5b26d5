"""Regions, units, people, and the chain of audit rows."""

from __future__ import annotations

import unicodedata
from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone

from denggao.web.accounts.roles import ROLES, permissions_of


class Region(models.Model):
    """A division of the register, or a functional zone beside the districts of its city.
    ``path`` begins with the path of what it lies in: 620000/620100/620102/; that of the whole
    country is empty."""

    class Kind(models.TextChoices):
        """What it is by law."""

        DIVISION = "division", "行政区划"
        ZONE = "zone", "功能区"

    code = models.CharField("代码", max_length=12, primary_key=True)
    name = models.CharField("名称", max_length=60)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.DIVISION)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    path = models.CharField(max_length=60, db_index=True)

    class Meta:
        ordering: ClassVar = ["path"]

    def __str__(self) -> str:
        return self.name

    def contains(self, other: Region) -> bool:
        """Is the other this one, or part of it?"""
        return other.path.startswith(self.path)

    @cached_property
    def inside(self) -> list[Region]:
        """All that lies in it, itself too: looked up once, for each question about firms asks."""
        return list(Region.objects.filter(path__startswith=self.path))

    @property
    def parts(self) -> list[Region]:
        """What lies directly in it, districts and zones side by side."""
        return [place for place in self.inside if place.parent_id == self.code]


class Unit(models.Model):
    """A bureau, one of its departments, or another office that takes part."""

    class Kind(models.TextChoices):
        """What it is to us."""

        BUREAU = "bureau", "科技局"
        DEPARTMENT = "department", "科室"
        PARTNER = "partner", "联审部门"
        OTHER = "other", "其他单位"

    name = models.CharField("名称", max_length=60)
    kind = models.CharField("类别", max_length=12, choices=Kind.choices, default=Kind.BUREAU)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name="上级单位",
    )
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="辖区")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["parent", "name"], name="unit_once"),
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(parent=None), name="top_unit_once"
            ),
        ]
        ordering: ClassVar = ["region__path", "name"]

    def __str__(self) -> str:
        return self.name


def written_name(text: str) -> str:
    """A user name in the one form in which it can exist once: NFKC, case folded."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


class People(BaseUserManager):
    """People, with the unit and region that every page needs."""

    def get_queryset(self) -> models.QuerySet[Any]:
        """Fetch unit and region at once."""
        return super().get_queryset().select_related("unit__region", "unit__parent")

    def get_by_natural_key(self, username: str | None) -> Any:
        """By user name, however it is spelt."""
        return self.get(username=written_name(username or ""))


class User(AbstractBaseUser):
    """A person. Accounts end with a day, never by deletion."""

    username = models.CharField("用户名", max_length=40, unique=True)
    name = models.CharField("姓名", max_length=30)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="people", verbose_name="单位"
    )
    roles = models.JSONField("角色", default=list)
    is_active = models.BooleanField("启用", default=True)
    valid_until = models.DateField("有效期至", null=True, blank=True)
    must_change_password = models.BooleanField(default=True)
    #: Set up and confirmed; beside ``SecondFactor``, so that a page need not ask.
    has_second_factor = models.BooleanField(default=False)
    password_at = models.DateTimeField(default=timezone.now)
    joined_at = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = People()

    class Meta:
        ordering: ClassVar = ["unit__region__path", "username"]

    def __str__(self) -> str:
        return self.name or self.username

    def save(self, *args: Any, **options: Any) -> None:
        """In the one form of the name."""
        self.username = written_name(self.username)
        super().save(*args, **options)

    @cached_property
    def permissions(self) -> frozenset[str]:
        """What the roles allow."""
        return permissions_of(self.roles) if self.may_enter else frozenset()

    def can(self, permission: str) -> bool:
        """Do the roles allow this?"""
        return permission in self.permissions

    @property
    def may_enter(self) -> bool:
        """Active, and not past the last day."""
        ended = self.valid_until is not None and timezone.localdate() > self.valid_until
        return self.is_active and not ended

    @property
    def region(self) -> Region | None:
        """Whose firms this person sees; none where no role reaches firms by region."""
        reaches = any(ROLES[code].scope == "region" for code in self.roles if code in ROLES)
        return self.unit.region if reaches and self.unit else None

    @property
    def role_names(self) -> str:
        """In words."""
        return "、".join(ROLES[code].name for code in self.roles if code in ROLES)

    @property
    def place(self) -> str:
        """单位 · 科室 · 姓名, as the top bar shows it."""
        unit = self.unit
        units = [unit.parent, unit] if unit and unit.parent else [unit] if unit else []
        return " · ".join([*map(str, units), str(self)])


class OldPassword(models.Model):
    """The last passwords of a person, hashed, that may not come again."""

    user = models.ForeignKey(User, models.CASCADE, related_name="old_passwords")
    password = models.CharField(max_length=128)
    at = models.DateTimeField(default=timezone.now)


class AuditRow(models.Model):
    """Who did what to which object, when, from what to what, and why. Written by ``audit.record``
    beside the change, never changed; each row carries the hash of the one before."""

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField("时间", db_index=True)
    user = models.ForeignKey(User, models.PROTECT, null=True, verbose_name="人员")
    user_name = models.CharField(max_length=80)
    address = models.CharField("来自", max_length=45)
    action = models.CharField("动作", max_length=40, db_index=True)
    kind = models.CharField("对象", max_length=30)
    object_id = models.CharField(max_length=40)
    object_name = models.CharField(max_length=200)
    old = models.JSONField("原值", null=True)
    new = models.JSONField("新值", null=True)
    why = models.CharField("理由", max_length=500)
    done = models.BooleanField("成功", default=True)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering: ClassVar = ["seq"]
        indexes: ClassVar = [models.Index(fields=["kind", "object_id"], name="audit_of_object")]

    def __str__(self) -> str:
        return f"{self.seq} {self.action}"
