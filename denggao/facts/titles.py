"""资格证书: what a firm holds, from when until when."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass

#: Short and official-sounding names of the same title, as they stand in ledgers.
KINDS = {
    "高企": "高新技术企业",
    "高新技术企业": "高新技术企业",
    "国家高新技术企业": "高新技术企业",
    "国家级高新技术企业": "高新技术企业",
    "科小": "科技型中小企业",
    "科技型中小企业": "科技型中小企业",
    "省级科技创新型企业": "省级科技创新型企业",
    "甘肃省科技创新型企业": "省级科技创新型企业",
    "科技领军企业": "科技领军企业",
    "创新型": "创新型中小企业",
    "创新型中小企业": "创新型中小企业",
    "科技和创新型中小企业": "科技和创新型中小企业",
    "专精特新": "专精特新中小企业",
    "专精特新企业": "专精特新中小企业",
    "专精特新中小企业": "专精特新中小企业",
    "小巨人": "专精特新“小巨人”企业",
    "小巨人企业": "专精特新“小巨人”企业",
    "专精特新小巨人": "专精特新“小巨人”企业",
    "专精特新小巨人企业": "专精特新“小巨人”企业",
    "专精特新“小巨人”企业": "专精特新“小巨人”企业",
    '专精特新"小巨人"企业': "专精特新“小巨人”企业",
}
CANCELLED = "取消"
#: The days of a firm's certificates that rules may ask for: the latest issue, the last day of
#: validity of the certificate that ends last, the latest cancellation.
ISSUED, ENDS, REVOKED = "末次发证", "末次到期", "末次取消"
DAYS = (ISSUED, ENDS, REVOKED)
NEVER = datetime.date.min
_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Title:
    """One certificate, or one cancellation (``event`` 取消, dated by ``issued_on``).

    ``kind`` in full ("" when it is not known which), dates ``None`` when not stated; valid on
    ``issued_on`` and on ``valid_to`` themselves, but no longer on ``cancelled_on``.
    """

    kind: str
    number: str | None = None
    issued_on: datetime.date | None = None
    valid_to: datetime.date | None = None
    cancelled_on: datetime.date | None = None
    issuer: str = ""
    event: str = ""

    @property
    def is_backwards(self) -> bool:
        """Ends before it starts: one of the two dates is wrong, and nobody knows which."""
        issued, until = self.issued_on, self.valid_to
        return issued is not None and until is not None and until < issued


def full_kind(text: str) -> str:
    """「高企证书」 → 高新技术企业; an unknown kind stays as it is written."""
    short = _REMARK.sub("", text.strip()).removesuffix("证书").removesuffix("资格")
    return KINDS.get(short, text.strip())


#: How a title was won changes nothing about which it is.
_REMARK = re.compile(r"[(（](?:国家级|首次|重新|复审|更名|迁入|新)?(?:认定|入库)?[)）]$")


def held(titles: Iterable[Title] | None, kind: str, on: datetime.date) -> bool | None:
    """Does the firm hold ``kind`` on this day (32号 第十条)? ``None`` when there is no list
    (未知) or a date that matters is missing; an empty list is no."""
    if titles is None:
        return None
    ours = [t for t in titles if t.kind in (kind, "")]
    ends = [t for t in ours if t.event == CANCELLED]
    states = [(t.kind, _valid(t, on, ends)) for t in ours if t.event != CANCELLED]
    if (kind, True) in states:
        return True
    return None if any(state is not False for _, state in states) else False


def _valid(title: Title, on: datetime.date, ends: list[Title]) -> bool | None:
    issued, until = title.issued_on, title.valid_to
    if title.cancelled_on is not None and title.cancelled_on <= on:
        return False
    if title.is_backwards:
        return None
    if (issued is not None and on < issued) or (until is not None and on > until):
        return False
    if issued is None or until is None:
        return None
    days = [end.cancelled_on or end.issued_on for end in ends]
    if any(day is not None and issued <= day <= on for day in days):
        return False
    return None if None in days else True


# ------------------------------------------------------------------ what was held, and when


def ever_held(titles: Iterable[Title] | None, kind: str, on: datetime.date) -> bool | None:
    """Was a certificate of ``kind`` issued on this day or before, valid still or not?"""
    if titles is None:
        return None
    ours = [t for t in titles if t.kind in (kind, "") and t.event != CANCELLED]
    states = [(t.kind, _issued_by(t, on)) for t in ours]
    if (kind, True) in states:
        return True
    return None if any(state is not False for _, state in states) else False


def last_day(
    titles: Iterable[Title] | None, kind: str, what: str, on: datetime.date
) -> tuple[datetime.date | None, datetime.date | None]:
    """The latest of ``DAYS`` of ``kind`` as it stood on the day ``on``, between two days;
    ``None`` is no bound. A certificate issued, or cancelled, later is not known yet. What never
    was counts as ``NEVER``, before all days."""
    if titles is None:
        return None, None
    ours = [t for t in titles if t.kind in (kind, "")]
    ends = [t for t in ours if t.event == CANCELLED]
    if what == REVOKED:
        found = _revoked(ours, on)
    else:
        known = [(t, _issued_by(t, on)) for t in ours if t.event != CANCELLED]
        found = [
            (t, (t.issued_on if what == ISSUED else _end(t, ends, on)) if state else None)
            for t, state in known
            if state is not False
        ]
    sure = [day for t, day in found if day is not None and t.kind == kind and not t.is_backwards]
    if not found:
        return NEVER, NEVER
    lo = max(sure, default=None)
    return lo, lo if len(sure) == len(found) else None


def _issued_by(title: Title, on: datetime.date) -> bool | None:
    issued, until = title.issued_on, title.valid_to
    if title.is_backwards:
        return None
    if issued is not None:
        return issued <= on
    return True if until is not None and until <= on else None


def _end(title: Title, ends: list[Title], on: datetime.date) -> datetime.date | None:
    """The last day of validity as known on ``on``; ``None`` where a date for it is missing."""
    days = [title.cancelled_on] if title.cancelled_on else []
    for end in ends:
        day = end.cancelled_on or end.issued_on
        if day is None or title.issued_on is None:
            return None
        days += [day] if title.issued_on <= day else []
    past = [day - _DAY for day in days if day <= on]
    if title.valid_to is None:
        return None
    return min([title.valid_to, *past])


def _revoked(ours: list[Title], on: datetime.date) -> list[tuple[Title, datetime.date | None]]:
    days = [
        (t, t.cancelled_on or (t.issued_on if t.event == CANCELLED else None))
        for t in ours
        if t.event == CANCELLED or t.cancelled_on is not None
    ]
    return [(t, day) for t, day in days if day is None or day <= on]
