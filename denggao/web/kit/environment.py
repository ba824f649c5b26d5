"""Settings from the environment, loud on nonsense."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from denggao.facts.errors import UserError, reason

_YES_NO = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}


def flag(name: str, default: bool = False) -> bool:
    """A yes or no. Raises UserError for anything else."""
    text = os.environ.get(name)
    if text is None:
        return default
    if text.lower() not in _YES_NO:
        raise UserError(f"环境变量 {name}={text} 读不懂，应为 1 或 0")
    return _YES_NO[text.lower()]


def number(name: str, default: int, least: int, most: int) -> int:
    """A whole number within bounds. Raises UserError otherwise."""
    text = os.environ.get(name, str(default))
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise UserError(f"环境变量 {name}={text} 不对，应为 {least} 到 {most} 的整数")
    return int(text)


def words(name: str, default: str) -> list[str]:
    """A list separated by commas."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def folder(name: str) -> Path | None:
    """A folder that is there; ``None`` where none is named. Raises UserError otherwise."""
    given = os.environ.get(name, "")
    if given and not Path(given).is_dir():
        raise UserError(f"环境变量 {name}={given} 不对，应是一个文件夹")
    return Path(given) if given else None


def secret_key(home: Path) -> str:
    """``DENGGAO_SECRET_KEY``, else a random one kept in ``home`` that only its owner may read.
    Raises UserError where it can be neither read nor written."""
    given = os.environ.get("DENGGAO_SECRET_KEY", "")
    if given:
        if len(given) < 32:
            raise UserError("DENGGAO_SECRET_KEY 太短，至少 32 个字符")
        return given
    path = home / "secret.key"
    try:
        home.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            made = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(made, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(64))
        return path.read_text(encoding="ascii")
    except OSError as error:
        raise UserError(
            f"数据文件夹“{home}”不能用（{reason(error)}）；请用 DENGGAO_HOME 换一个"
        ) from None


class Oidc(NamedTuple):
    """Another house that says who somebody is. ``claim``: which of its words is our user name."""

    issuer: str
    client_id: str
    client_secret: str
    claim: str
    scope: str
    label: str


def oidc() -> Oidc | None:
    """``DENGGAO_OIDC_…``, ``None`` where no issuer is given. Raises UserError where one is and
    the rest is missing, or where it is asked over the open net without https."""
    issuer = os.environ.get("DENGGAO_OIDC_ISSUER", "").strip()
    if not issuer:
        return None
    told = urlsplit(issuer)
    near = told.hostname in ("localhost", "127.0.0.1", "::1")
    if not told.hostname or told.scheme not in ("https", "http" if near else "https"):
        raise UserError(f"环境变量 DENGGAO_OIDC_ISSUER={issuer} 不对，应以 https:// 开头")
    missing = [name for name in ("CLIENT_ID", "CLIENT_SECRET") if not _oidc(name)]
    if missing:
        names = "、".join(f"DENGGAO_OIDC_{name}" for name in missing)
        raise UserError(f"设了 DENGGAO_OIDC_ISSUER，还要设 {names}")
    return Oidc(
        issuer, _oidc("CLIENT_ID"), _oidc("CLIENT_SECRET"),
        _oidc("CLAIM", "preferred_username"), _oidc("SCOPE", "openid profile"),
        _oidc("LABEL", "统一身份认证"),
    )  # fmt: skip


def _oidc(name: str, default: str = "") -> str:
    return os.environ.get(f"DENGGAO_OIDC_{name}", default).strip()
