"""Secrets that must be read again (a hash would not do), encrypted at rest.

Fernet (AES-128-CBC with HMAC-SHA-256) under a key that HKDF derives from ``SECRET_KEY``: whoever
has the database file alone, or a backup of it, has no secret. Whoever has the key file too, has.
"""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from denggao.facts.errors import UserError


def seal(text: str) -> str:
    """Encrypted, as text."""
    return _fernet(settings.SECRET_KEY).encrypt(text.encode()).decode("ascii")


def unseal(sealed: str) -> str:
    """What was sealed. Raises UserError where the key has changed since."""
    try:
        return _fernet(settings.SECRET_KEY).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise UserError(
            "装机时的密钥换过，动态码的密钥读不出来了；请系统管理员重设您的第二因素"
        ) from None


@lru_cache(maxsize=4)
def _fernet(secret: str) -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=b"denggao second factor").derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
