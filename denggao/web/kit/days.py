"""Days as addresses and forms have them."""

from __future__ import annotations

import datetime

from denggao.diagnosis.calendar import working_days_after
from denggao.facts.errors import UserError

#: Beside a day that was counted without the year's holidays.
ROUGH = "节假日安排未录入，只避开周末；遇放假请顺延"


def day_of(text: str) -> datetime.date | None:
    """「2026-06-30」; ``None`` for anything else."""
    try:
        return datetime.date.fromisoformat(text.strip())
    except ValueError:
        return None


def notice_end(on: datetime.date, days: int) -> tuple[datetime.date, str]:
    """The last of so many working days of a public notice put up on ``on``, and "" where the
    holidays on the way are known. Else only weekends are left out and ``ROUGH`` says so: a year
    that is not announced yet, or long gone, must not stop the work."""
    try:
        return working_days_after(on, days), ""
    except UserError:
        return working_days_after(on, days, weekends_only=True), ROUGH
