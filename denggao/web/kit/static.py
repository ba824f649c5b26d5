"""Addresses of scripts and styles that change with the file, so that browsers may keep them."""

from __future__ import annotations

import hashlib
from functools import cache, cached_property
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


class VersionedStorage(StaticFilesStorage):
    """``/static/denggao/theme.css?v=1f3a…``; no step that collects files is needed."""

    @cached_property
    def _addresses(self) -> dict[str | None, str]:
        return {}

    def url(self, name: str | None) -> str:
        """The address, with the beginning of the file's hash; worked out once."""
        if name not in self._addresses:
            self._addresses[name] = f"{super().url(name)}?v={_version(name or '')}"
        return self._addresses[name]


@cache
def _version(name: str) -> str:
    path = finders.find(name)
    if not path:
        return "0"
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]


@cache
def has_front_end() -> bool:
    """Were the files of others fetched when the package was built?"""
    return bool(finders.find("vendor/bootstrap/bootstrap.min.css"))
