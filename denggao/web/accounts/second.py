"""The second factor: a code of six digits that a telephone shows for half a minute (RFC 6238), or
one of ten recovery codes. Each is good for one time."""

from __future__ import annotations

import hashlib
import secrets
import time

import pyotp
import segno
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from denggao.facts.errors import UserError
from denggao.web.accounts import audit, tokens
from denggao.web.accounts.models import RecoveryCode, SecondFactor, User
from denggao.web.accounts.sealing import seal, unseal

#: In a session: this person has shown a second factor here.
PASSED = "second"
CODES = 10
_SECONDS = 30
#: Clocks differ: the half minute before and after are good too.
_AROUND = (0, -1, 1)
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"


def demanded_of(user: User) -> bool:
    """Does the house demand it of this person? Of all but those who are of a firm only."""
    return settings.SECOND_FACTOR and set(user.roles) != {"company"}


def asked_of(user: User) -> bool:
    """Is a session of this person worth nothing without it?"""
    return user.has_second_factor or demanded_of(user)


# --- setting up ----------------------------------------------------------------------------------


@transaction.atomic
def begin(user: User) -> str:
    """The secret of a device that is being set up: the one already begun, else a new one. Raises
    UserError where one is set up already."""
    if user.has_second_factor:
        raise UserError("第二因素已经启用；换手机请先停用或请系统管理员重设")
    kept = SecondFactor.objects.filter(user=user).first()
    if kept is not None:
        return unseal(kept.secret)
    secret = pyotp.random_base32()
    SecondFactor.objects.create(user=user, secret=seal(secret))
    return secret


def picture(user: User, secret: str) -> str:
    """The QR code that the telephone takes a picture of, as a data: address of an SVG."""
    told = pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name="登高")
    return segno.make(told, error="m").svg_data_uri(scale=5, border=3)


@transaction.atomic
def confirm(*, by: User, code: str) -> list[str] | None:
    """Switch it on, if the code is right; returns the recovery codes, which are kept nowhere.
    ``None`` for a wrong code."""
    if by.has_second_factor:
        raise UserError("第二因素已经启用")
    if not _is_code_of_now(by, code):
        return None
    SecondFactor.objects.filter(user=by).update(confirmed_at=timezone.now())
    by.has_second_factor = True
    by.save(update_fields=["has_second_factor"])
    tokens.revoke_all(by)
    audit.record(by=by, action="启用第二因素", of=by)
    return _new_recovery_codes(by)


@transaction.atomic
def renew_codes(*, by: User) -> list[str]:
    """Ten new recovery codes; the old ones are void."""
    audit.record(by=by, action="重新生成恢复码", of=by)
    return _new_recovery_codes(by)


@transaction.atomic
def remove(*, by: User, user: User, why: str) -> None:
    """Take it away: by the person, or by an administrator where the telephone is lost. All
    tokens of the person end. Raises UserError where there is none, or an administrator resets
    the own one, which would need nobody else."""
    if by.pk == user.pk and demanded_of(user):
        raise UserError("本单位要求第二因素，自己不能停用；换手机请另一位系统管理员重设")
    if not SecondFactor.objects.filter(user=user).delete()[0]:
        raise UserError(f"{user} 没有设第二因素")
    user.recovery_codes.all().delete()
    user.has_second_factor = False
    user.save(update_fields=["has_second_factor"])
    tokens.revoke_all(user)
    action = "停用第二因素" if by.pk == user.pk else "重设第二因素"
    audit.record(by=by, action=action, of=user, why=why)


def _new_recovery_codes(user: User) -> list[str]:
    user.recovery_codes.all().delete()
    codes = {"".join(secrets.choice(_LETTERS) for _ in range(12)) for _ in range(CODES)}
    while len(codes) < CODES:  # two alike: hardly ever
        codes.add("".join(secrets.choice(_LETTERS) for _ in range(12)))
    shown = sorted(codes)
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_digest(c)) for c in shown)
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in shown]


# --- proving -------------------------------------------------------------------------------------


@transaction.atomic
def proves(user: User, text: str) -> bool:
    """Is this a code of now, or a recovery code, and not used before? It is used up by asking."""
    written = "".join(text.split()).replace("-", "").lower()
    if len(written) == 6 and written.isascii() and written.isdigit():
        return _is_code_of_now(user, written)
    unused = RecoveryCode.objects.filter(user=user, digest=_digest(written), used_at=None)
    if not unused.update(used_at=timezone.now()):
        return False
    left = user.recovery_codes.filter(used_at=None).count()
    audit.record(by=user, action="使用恢复码", of=user, new={"left": left})
    return True


def _is_code_of_now(user: User, code: str) -> bool:
    """The update is the lock: of two who show one code at once, one comes in."""
    kept = SecondFactor.objects.filter(user=user).first()
    if kept is None:
        return False
    totp, now = pyotp.TOTP(unseal(kept.secret)), int(time.time()) // _SECONDS
    for step in (now + shift for shift in _AROUND):
        if constant_time_compare(totp.generate_otp(step), code.strip()):
            fresh = SecondFactor.objects.filter(pk=kept.pk, last_step__lt=step)
            return bool(fresh.update(last_step=step))
    return False


def _digest(code: str) -> str:
    """Sixty bits of chance need no slow hash; the key keeps a stolen table from being tried."""
    return salted_hmac("recovery code", code, algorithm=hashlib.sha256().name).hexdigest()
