"""资格证书: what a firm holds, from when until when."""

from __future__ import annotations

import datetime
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


def full_kind(text: str) -> str:
    """「高企证书」 → 高新技术企业; an unknown kind stays as it is written."""
    short = text.strip().removesuffix("证书").removesuffix("资格")
    return KINDS.get(short, text.strip())


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
    if (issued is not None and on < issued) or (until is not None and on > until):
        return False
    if issued is None or until is None:
        return None
    days = [end.cancelled_on or end.issued_on for end in ends]
    if any(day is not None and issued <= day <= on for day in days):
        return False
    return None if None in days else True
