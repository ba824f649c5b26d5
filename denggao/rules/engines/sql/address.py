"""Addresses of databases, told without their passwords."""

from __future__ import annotations

import re
from urllib.parse import unquote

#: …//user:password@…, to the last @, for a password may have one in it.
_ACCOUNT = re.compile(
    r"((?:postgres(?:ql)?:|[\w+.:-]*://)?/*(?!postgres(?:ql)?://)[^:@]*:)(.*)(?=@)", re.DOTALL
)
#: A parameter of a query (?key=value&…) or of a conninfo (key=value …).
_PARAMETER = re.compile(r"(?:^|[?&\s])([^=?&\s]*)\s*=")
_SECRETS = ("password", "passwd", "pwd")
_BETWEEN = re.compile(r"[^\w.!$*+-]+")
_HIDDEN = "***"
#: A shorter piece of a password is only hidden where it stands as a word of its own.
_SHORT = 4


def masked(where: str) -> str:
    """The address without a password."""
    return _parted(where)[0]


def hushed(said: str, where: str) -> str:
    """What somebody said of the address, without a password or a part of one: an address that
    is badly written is read, and told, in other pieces than it was meant in."""
    for secret in _parted(where)[1]:
        for text in {secret, unquote(secret, errors="replace")}:
            said = said.replace(text, _HIDDEN)
            for piece in sorted(filter(None, _BETWEEN.split(text)), key=len, reverse=True):
                edge = r"\b" if len(piece) < _SHORT else ""
                said = re.sub(edge + re.escape(piece) + edge, _HIDDEN, said)
    return said


def _parted(where: str) -> tuple[str, list[str]]:
    """(the address without passwords, the passwords)"""
    secrets: list[str] = []
    for found in _PARAMETER.finditer(where):
        if any(word in unquote(found[1]).lower() for word in _SECRETS):
            secrets.append(where[found.end() :])  # to the end: it may have a & or a blank in it
            where = where[: found.end()] + _HIDDEN
            break
    account = _ACCOUNT.match(where)
    if account is not None:
        secrets.append(account[2])
        where = account[1] + _HIDDEN + where[account.end() :]
    return where, [secret for secret in secrets if secret not in ("", _HIDDEN)]
