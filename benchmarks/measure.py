"""One line of the table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Measure:
    """One line of the table. ``limit``: CPU seconds at most, or times ``floor`` at most;
    ``memory``: megabytes at most."""

    name: str
    title: str
    function: str
    arguments: dict[str, Any] = field(default_factory=dict)
    floor: str | None = None
    limit: float | None = None
    memory: float | None = None
    once: bool = False
