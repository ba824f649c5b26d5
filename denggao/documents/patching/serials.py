"""Days as Excel counts them, there and back.

The days of 1900 count a 29 February that never was (60): before it they begin a day later.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction

# naive all along: Excel knows no zones
_FROM_1904 = datetime(1904, 1, 1)  # noqa: DTZ001
_FROM_1900 = datetime(1899, 12, 31)  # noqa: DTZ001
_NEVER = 60


def serial_of(day: date, date1904: bool) -> str | None:
    """The number of a day or moment; ``None`` for one before the first."""
    moment = datetime(day.year, day.month, day.day)  # noqa: DTZ001
    if isinstance(day, datetime):
        moment = day.replace(tzinfo=None)
    since = moment - (_FROM_1904 if date1904 else _FROM_1900)
    if not date1904 and since >= timedelta(days=_NEVER):
        since += timedelta(days=1)
    if since < timedelta(days=not date1904):
        return None
    seconds = Fraction(since.seconds, 86400)
    return str(since.days) if not seconds else repr(float(since.days + seconds))


def moment_of(number: float, date1904: bool) -> datetime | None:
    """What ``serial_of`` counts as ``number``; ``None`` where that is no day."""
    if date1904:
        start = _FROM_1904
    elif number < 1 or _NEVER <= number < _NEVER + 1:
        return None
    else:
        start = _FROM_1900 - timedelta(days=number > _NEVER)
    try:
        return start + timedelta(days=number) if number >= 0 else None
    except OverflowError:
        return None
