"""Days as addresses and forms have them."""

from __future__ import annotations

import datetime


def day_of(text: str) -> datetime.date | None:
    """「2026-06-30」; ``None`` for anything else."""
    try:
        return datetime.date.fromisoformat(text.strip())
    except ValueError:
        return None
