"""Everything that changes units and people: one transaction each, its audit row beside it."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from denggao.facts.errors import UserError
from denggao.web.accounts import audit, roles, tokens
from denggao.web.accounts.models import OldPassword, Region, Unit, User, written_name
from denggao.web.accounts.passwords import REMEMBERED, one_time_password


@transaction.atomic
def save_unit(
    *, by: User | None, unit: Unit | None = None, name: str, kind: str, region: Region,
    parent: Unit | None = None, why: str = "",
) -> Unit:  # fmt: skip
    """Build a unit, or change ``unit``. Raises UserError for a unit below itself, or one whose
    region lies outside that of the unit above."""
    old = _unit(unit) if unit else None
    above = parent
    while above is not None:
        if unit is not None and above.pk == unit.pk:
            raise UserError(f"“{unit}”不能隶属于自己或自己的下级")
        above = above.parent
    if parent is not None and not parent.region.contains(region):
        raise UserError(f"{region} 不在上级单位的辖区 {parent.region} 之内")
    unit = unit or Unit()
    unit.name, unit.kind, unit.region, unit.parent = name, kind, region, parent
    unit.save()
    audit.record(
        by=by, action="变更单位" if old else "建立单位", of=unit, old=old, new=_unit(unit), why=why
    )
    return unit


def _unit(unit: Unit) -> dict[str, Any]:
    return {
        "name": unit.name,
        "kind": unit.kind,
        "region": unit.region_id,
        "parent": unit.parent_id,
    }


@transaction.atomic
def save_user(*, by: User | None, user: User, why: str = "", is_new: bool = False) -> str:
    """Save the account as it stands; a new one gets a one-time password, which is returned and
    kept nowhere."""
    old = None if is_new else _user(User.objects.get(pk=user.pk))
    password = ""
    if is_new:
        password = one_time_password()
        user.set_password(password)
        user.must_change_password = True
    user.save()
    audit.record(
        by=by,
        action="建立账号" if is_new else "变更账号",
        of=user,
        old=old,
        new=_user(user),
        why=why,
    )
    return password


def _user(user: User) -> dict[str, Any]:
    return {
        "username": user.username,
        "name": user.name,
        "unit": user.unit_id,
        "active": user.is_active,
        "valid_until": user.valid_until.isoformat() if user.valid_until else None,
    }


@transaction.atomic
def set_roles(*, by: User | None, user: User, codes: list[str], why: str) -> None:
    """Grant exactly these roles. Raises UserError where one person may not hold them together,
    or grants them to himself."""
    fault = roles.fault(codes, settings.SEPARATION)
    if fault:
        raise UserError(fault)
    if by is not None and by.pk == user.pk:
        raise UserError("不能给自己授予或收回角色，请由另一位安全管理员办理")
    old, user.roles = list(user.roles), codes
    user.save(update_fields=["roles"])
    user.__dict__.pop("permissions", None)
    audit.record(by=by, action="授予角色", of=user, old=old, new=codes, why=why)


@transaction.atomic
def reset_password(*, by: User | None, user: User, why: str) -> str:
    """A new one-time password, returned and kept nowhere; all sessions and tokens of the person
    end."""
    password = one_time_password()
    _remember(user)
    user.set_password(password)
    user.must_change_password, user.password_at = True, timezone.now()
    user.save()
    tokens.revoke_all(user)
    audit.record(by=by, action="重设密码", of=user, why=why)
    return password


@transaction.atomic
def change_password(*, by: User, password: str) -> None:
    """The person's own change; the password has been validated."""
    _remember(by)
    by.set_password(password)
    by.must_change_password, by.password_at = False, timezone.now()
    by.save()
    audit.record(by=by, action="修改密码", of=by)


def _remember(user: User) -> None:
    if user.password:
        OldPassword.objects.create(user=user, password=user.password)
    kept = user.old_passwords.order_by("-at").values_list("pk", flat=True)[:REMEMBERED]
    user.old_passwords.exclude(pk__in=list(kept)).delete()


@transaction.atomic
def note_entry(*, user: User, action: str) -> None:
    """Somebody came in or went out."""
    user.last_login = timezone.now() if action == "登录" else user.last_login
    user.save(update_fields=["last_login"])
    audit.record(by=user, action=action, of=user)


@transaction.atomic
def note_failure(*, username: str, why: str) -> None:
    """Somebody did not come in."""
    audit.record(by=None, action="登录失败", kind="user", name=username, why=why, done=False)


def create_first_user(
    *, username: str, name: str, codes: list[str], unit: Unit | None = None,
    valid_until: datetime.date | None = None, why: str = "",
) -> tuple[User, str]:  # fmt: skip
    """An account from the command line, with its one-time password. Raises UserError where the
    name is taken."""
    if User.objects.filter(username=written_name(username)).exists():
        raise UserError(f"已经有账号“{username}”")
    fault = roles.fault(codes, settings.SEPARATION)
    if fault:
        raise UserError(fault)
    with transaction.atomic():
        user = User(username=username, name=name, unit=unit, valid_until=valid_until)
        password = save_user(by=None, user=user, why=why, is_new=True)
        set_roles(by=None, user=user, codes=codes, why=why)
    return user, password


@transaction.atomic
def check_chain(*, by: User, anchor: str = "") -> tuple[list[str], str]:
    """(every fault, the head after it) of the audit chain; that it was checked, and what came of
    it, is a row of the chain itself. ``anchor``: a head that was kept outside the database."""
    found = list(audit.faults(anchor=anchor))
    new = {"faults": len(found), "anchor": anchor}
    audit.record(by=by, action=audit.CHECKED, kind="auditrow", new=new, done=not found)
    return found, audit.head()
