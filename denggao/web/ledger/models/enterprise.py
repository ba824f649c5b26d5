"""Enterprises: who they are, where they are, and who may see them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from denggao.facts.identity import normal_name
from denggao.web.accounts.models import Region, User
from denggao.web.accounts.roles import ROLES
from denggao.web.kit.pinyin import initials_and_full


def within(region: Region, prefix: str = "") -> models.Q:
    """Firms whose district or zone lies in the region; each counts once. ``prefix``: the way to
    the enterprise from another model (``enterprise__``). Said by the codes of what lies in it,
    so that the indexes of firms find them; everything lies in the whole country."""
    if not region.path:  # not an empty Q: "or" would drop that instead of taking everything
        return models.Q(**{f"{prefix}region__isnull": False})
    found = models.Q(**{f"{prefix}region__in": [place.code for place in region.inside]})
    zones = [place.code for place in region.inside if place.kind == Region.Kind.ZONE]
    return found | models.Q(**{f"{prefix}zone__in": zones}) if zones else found


def visible(user: User, prefix: str = "") -> models.Q:
    """Firms that this person may see: those of the unit's region, and those named at him."""
    stays = models.Q(**{f"{prefix}withdrawn": False})
    if user.region is not None:
        return stays & within(user.region, prefix)
    if any(ROLES[code].scope == "own" for code in user.roles if code in ROLES):
        return stays & models.Q(**{f"{prefix}access__user": user})
    return models.Q(pk__in=[])


class Enterprises(models.QuerySet["Enterprise"]):
    """Enterprises, always asked for a person."""

    def for_user(self, user: User) -> Enterprises:
        """Those that this person may see."""
        return self.filter(visible(user)).select_related("region", "zone")

    def update(self, **values: Any) -> int:
        """Changes as usual, and marks the blocks of the firms that it reaches."""
        from denggao.web.ledger import blocks

        with transaction.atomic():
            blocks.touch(self.order_by().values_list("pk", flat=True))
            return super().update(**values)


class Enterprise(models.Model):
    """A firm. Its facts are statements; here is only what tells it apart and places it."""

    uscc = models.CharField("统一社会信用代码", max_length=18, null=True, blank=True, unique=True)
    name = models.CharField("企业名称", max_length=120)
    name_key = models.CharField(max_length=120, db_index=True, editable=False)
    pinyin = models.CharField(max_length=500, editable=False, default="")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区县")
    zone = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="功能区"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="责任人",
    )  # fmt: skip
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    source = models.ForeignKey("Import", models.PROTECT, null=True, related_name="made")
    #: Counts up with each change; a form that knows an older one is refused.
    version = models.PositiveIntegerField(default=1)
    #: An import that brought the firm was undone; the row stays for the audit.
    withdrawn = models.BooleanField(default=False)

    objects = Enterprises.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [models.Index(fields=["region", "name_key"], name="firm_region")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **options: Any) -> None:
        """With what search needs."""
        self.name_key = normal_name(self.name)
        self.pinyin = initials_and_full(self.name)[:500]
        from denggao.web.ledger import blocks

        with transaction.atomic():
            known = self.pk
            if known is not None:
                blocks.touch([known])
            super().save(*args, **options)
            if known is None:
                blocks.touch([self.pk])


class FormerName(models.Model):
    """A name that a firm had."""

    enterprise = models.ForeignKey(Enterprise, models.CASCADE, related_name="former_names")
    name = models.CharField("曾用名", max_length=120)
    name_key = models.CharField(max_length=120, db_index=True)
    until = models.DateField("用到", null=True)
    source = models.ForeignKey("Import", models.PROTECT, null=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["enterprise", "name_key"], name="former_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class Access(models.Model):
    """A person of a firm, or an expert sent to it, who may see it."""

    enterprise = models.ForeignKey(Enterprise, models.CASCADE, related_name="access")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="firms")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["enterprise", "user"], name="access_once")
        ]


class SavedView(models.Model):
    """A search with its columns under a name of one's own."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="views")
    name = models.CharField("名称", max_length=40)
    query = models.CharField(max_length=2000)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "name"], name="saved_view_once")
        ]
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name
