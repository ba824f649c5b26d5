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
    "科技领军企业": "科技领军企业",
}


@dataclass(frozen=True, slots=True)
class Title:
    """One certificate. ``kind`` in full ("" when it is not known which), dates ``None`` when
    not stated; valid on ``issued_on`` and on ``valid_to`` themselves."""

    kind: str
    number: str | None
    issued_on: datetime.date | None
    valid_to: datetime.date | None
    cancelled_on: datetime.date | None = None


def full_kind(text: str) -> str:
    """「高企证书」 → 高新技术企业; an unknown kind stays as it is written."""
    short = text.strip().removesuffix("证书").removesuffix("资格")
    return KINDS.get(short, text.strip())


def held(titles: Iterable[Title] | None, kind: str, on: datetime.date) -> bool | None:
    """Does the firm hold ``kind`` on this day? ``None`` when there is no list (未知) or a
    date that matters is missing; an empty list is no."""
    if titles is None:
        return None
    states = [_valid(title, on) for title in titles if title.kind in (kind, "")]
    named = [t.kind == kind for t in titles if t.kind in (kind, "")]
    if any(state and sure for state, sure in zip(states, named, strict=True)):
        return True
    return None if any(state is not False for state in states) else False


def _valid(title: Title, on: datetime.date) -> bool | None:
    if title.cancelled_on is not None and title.cancelled_on <= on:
        return False
    if title.issued_on is not None and on < title.issued_on:
        return False
    if title.valid_to is not None and on > title.valid_to:
        return False
    return None if title.issued_on is None or title.valid_to is None else True
