"""File names of papers: 「企业名称-一企一策」, safe on Windows, each its own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]')
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(?:\..*)?", re.IGNORECASE)
_LONGEST = 150  # bytes of UTF-8; file systems take 255, and the rest of the name comes on top


def safe(text: str) -> str:
    """The text without what Windows forbids in names; never empty."""
    name = _FORBIDDEN.sub("_", text).strip(" .")
    while len(name.encode()) > _LONGEST:
        name = name[:-1]
    name = name.rstrip(" .") or "_"
    return f"_{name}" if _DEVICES.fullmatch(name) else name


def stems(names: Sequence[str], identities: Sequence[str], kind: str) -> list[str]:
    """A file name without ending for each firm: by name, with its code where two firms would
    have the same one (capitals do not count), with a number where that does not help."""
    plain = [safe(name) for name in names]
    counts = Counter(name.casefold() for name in plain)
    found: list[str] = []
    taken: set[str] = set()
    for name, identity in zip(plain, identities, strict=True):
        is_shared = counts[name.casefold()] > 1 and identity != name
        whose = f"{name}（{safe(identity)}）" if is_shared else name
        stem, number = f"{whose}-{kind}", 2
        while stem.casefold() in taken:
            stem, number = f"{whose}-{kind}（{number}）", number + 1
        taken.add(stem.casefold())
        found.append(stem)
    return found
